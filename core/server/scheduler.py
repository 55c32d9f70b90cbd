"""In which order connections go on, and what waits until they have: all of them together.

Under load, reading has priority and writes are coalesced: a commit, and what is
to be written, wait some milliseconds until connections with lines left over have
had their turns. Knows turns of the event loop; does not know what a line is.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from core.clock import Clock
from core.limits import COALESCE_BYTES, COALESCE_TURNS, QUANTA_A_TURN, RECEIVE_BYTES


class Waiting(Protocol):
    """A connection's input with something left over."""

    queued: bool

    def work(self) -> None:
        """Carry out one quantum."""


class InboundScheduler:
    """What all connections share: one buffer, and the order in which they go on."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        # Received bytes are copied out before the next connection's arrive.
        # Asyncio's own way allocates 256 KiB for each read.
        self.buffer = bytearray(RECEIVE_BYTES)
        self.view = memoryview(self.buffer)
        self._waiting: deque[Waiting] = deque()
        self._planned = False
        self.in_flight_bytes = 0
        """What all connections have said and is not kept yet."""
        self._calls: list[Callable[[], None]] = []
        self._turns = 0

    @property
    def crowded(self) -> bool:
        """As many connections wait as go on in one turn."""
        return len(self._waiting) >= QUANTA_A_TURN

    def queue(self, waiting: Waiting) -> None:
        """Let a connection go on in a later turn, behind all who wait already."""
        if not waiting.queued:
            waiting.queued = True
            self._waiting.append(waiting)
            if not self._planned:
                self._planned = True
                self.clock.call_soon(self._run)

    def coalesce(self, call: Callable[[], None], *, first: bool = False) -> None:
        """Call in the next turn, or under load when all who wait have gone on.

        What is committed or written at once is then more. It waits for
        COALESCE_TURNS turns at most, and until COALESCE_BYTES are in flight. Who is
        `first` comes before the others: the commit is begun, and runs while the
        loop writes.
        """
        if not self._waiting or self.in_flight_bytes > COALESCE_BYTES:
            self.clock.call_soon(call)
        elif first:
            self._calls.insert(0, call)
        else:
            self._calls.append(call)

    def _run(self) -> None:
        self._planned = False
        for _ in range(min(len(self._waiting), QUANTA_A_TURN)):
            waiting = self._waiting.popleft()
            waiting.queued = False
            waiting.work()
        if self._waiting and not self._planned:
            self._planned = True
            self.clock.call_soon(self._run)
        if self._calls:
            self._turns += 1
            enough = self._turns >= COALESCE_TURNS or self.in_flight_bytes > COALESCE_BYTES
            if enough or not self._waiting:
                self._turns = 0
                calls, self._calls = self._calls, []
                for call in calls:
                    call()
