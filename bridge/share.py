"""How much of the loop one connection of a door may take: a share of a turn, and of a second.

Whatever is read and carried out for a connection is counted in units. Once it has
used its share, nothing of it is read or carried out until its next turn, behind
everybody else who waits; and who has used more than a second's share earns, rests.
So the others wait for one share each turn, whatever is sent. Knows amounts, turns
and time; does not know what a unit was spent on.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from bridge.limits import SHARE_UNITS, SHARES_A_TURN, UNITS_A_SECOND, UNITS_AT_ONCE


class Turns:
    """The order in which connections that have used their share go on: a few in each turn."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._waiting: deque[Callable[[], None]] = deque()
        self._planned = False

    def queue(self, go_on: Callable[[], None]) -> None:
        """Call in a later turn, behind all who wait already."""
        self._waiting.append(go_on)
        self._plan()

    def _plan(self) -> None:
        if self._waiting and not self._planned:
            self._planned = True
            self.loop.call_soon(self._run)

    def _run(self) -> None:
        self._planned = False
        for _ in range(min(len(self._waiting), SHARES_A_TURN)):
            self._waiting.popleft()()
        self._plan()


class Share:
    """One connection's account."""

    __slots__ = ("_at_s", "_busy", "_loop", "_of_turn", "_read_on", "_turns", "_units")

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._loop = turns.loop
        self._of_turn = SHARE_UNITS
        self._units = float(UNITS_AT_ONCE)
        self._at_s = self._loop.time()
        self._busy = False
        self._read_on: Callable[[], None] | None = None

    @property
    def used_up(self) -> bool:
        """Tell whether the connection has to wait before it does more."""
        return self._of_turn <= 0

    def spend(self, units: int) -> None:
        """Count off what something takes; it may be more than was left."""
        self._of_turn -= units
        self._units -= units

    def call_later(self, go_on: Callable[[], None]) -> None:
        """Call at the connection's next turn, and after a rest if it has earned none."""
        now_s = self._loop.time()
        earned = (now_s - self._at_s) * UNITS_A_SECOND
        self._units = min(self._units + earned, UNITS_AT_ONCE)
        self._at_s = now_s

        def granted() -> None:
            self._of_turn = SHARE_UNITS
            go_on()

        if self._units < 0:
            rest_s = -self._units / UNITS_A_SECOND
            self._loop.call_later(rest_s, self._turns.queue, granted)
        else:
            self._turns.queue(granted)

    def hold(self) -> None:
        """Note that something that was read is being carried out: no more is read."""
        self._busy = True

    def release(self) -> None:
        """Note that it has been carried out."""
        self._busy = False
        read_on, self._read_on = self._read_on, None
        if read_on is not None:
            self.read_later(read_on)

    def read_later(self, read_on: Callable[[], None]) -> None:
        """Call likewise, but not while what was read waits to be carried out."""

        def look() -> None:
            if self._busy:
                self._read_on = read_on
            else:
                read_on()

        self.call_later(look)

    async def wait(self) -> None:
        """Wait for the connection's next turn, likewise."""
        turn = self._loop.create_future()

        def go_on() -> None:
            if not turn.done():  # its task may have been cancelled
                turn.set_result(None)

        self.call_later(go_on)
        self.hold()
        try:
            await turn
        finally:
            self.release()
