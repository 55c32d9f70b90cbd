"""A wall clock that jumps: when it is to be believed.

Clocks go wrong: a battery is empty, a virtual machine was asleep, somebody typed
a year. What is shown recovers by itself; what is dropped because it is old does
not. So a clock that has jumped ahead is not believed about age until a day has
passed, or an operator says that it is right. Time is an argument.
"""

from typing import Final

DAY_MS: Final = 24 * 60 * 60 * 1000

JUMP_MS: Final = DAY_MS
"""More than this between two looks, which are seconds apart, is a jump. Also
between the end of a hub and its next start, since nobody can tell a long pause
from a wrong clock; there it costs a day's delay."""

DOUBT_MS: Final = DAY_MS
"""So long a clock that has jumped ahead is doubted."""


class ClockWatch:
    """Compares each look at the clock with the one before.

    `doubted_since` is the time, on the doubted clock, at which it jumped ahead; None
    while it is believed.
    """

    def __init__(self, right_ms: int | None, doubted_since: int | None = None) -> None:
        """`right_ms` is the newest time that is known to be right, None without any."""
        # In doubt, the clock is compared with when the doubt began, not with then.
        self._last_ms = right_ms if doubted_since is None else None
        self.right_ms = right_ms
        self.doubted_since = doubted_since

    @property
    def is_believed(self) -> bool:
        """Whether what is old by this clock is old."""
        return self.doubted_since is None

    def look(self, now_ms: int) -> int:
        """Look at the clock; return by how much it has jumped, 0 if it has not."""
        last, self._last_ms = self._last_ms, now_ms
        jump = 0 if last is None else now_ms - last
        jump = jump if abs(jump) > JUMP_MS else 0
        self._judge(now_ms, jump)
        if self.is_believed:
            self.right_ms = now_ms
        return jump

    def confirm(self, now_ms: int) -> None:
        """Believe the clock: an operator says that it is right."""
        self.doubted_since, self.right_ms = None, now_ms

    def _judge(self, now_ms: int, jump_ms: int) -> None:
        since = self.doubted_since
        if self.right_ms is None or now_ms - self.right_ms <= JUMP_MS:
            self.doubted_since = None
        elif since is None or jump_ms or now_ms < since:
            self.doubted_since = now_ms
        elif now_ms - since >= DOUBT_MS:
            # It has gone on for so long that it is right.
            self.doubted_since = None
