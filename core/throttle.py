"""A rate limit for log lines of one kind, however often something happens.

Time is an argument. Knows no log, and not what the lines say.
"""

from collections.abc import Callable
from typing import Final

WINDOW_S: Final = 10.0


class LogThrottle:
    """Allows so many lines in `window_s`, and counts those that it suppresses."""

    def __init__(
        self, time: Callable[[], float], lines: int = 1, window_s: float = WINDOW_S
    ) -> None:
        self._time = time
        self._window_s = window_s
        self._lines = lines
        self._began_s = float("-inf")
        self._allowed = 0
        self._suppressed = 0

    def allow(self) -> int | None:
        """Return how many were suppressed since the last line, None to suppress this one."""
        now_s = self._time()
        if now_s - self._began_s >= self._window_s:
            self._began_s, self._allowed = now_s, 0
        if self._allowed >= self._lines:
            self._suppressed += 1
            return None
        self._allowed += 1
        suppressed, self._suppressed = self._suppressed, 0
        return suppressed
