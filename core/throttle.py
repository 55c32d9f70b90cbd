"""One log line in a while, however often something happens. Time is an argument."""

from collections.abc import Callable
from typing import Final

LINE_EVERY_S: Final = 10.0


class Seldom:
    """Lets one event in LINE_EVERY_S pass, and counts the others."""

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self._next_s = float("-inf")
        self._left_out = 0

    def pass_one(self) -> int | None:
        """Return how many were left out since the last, None to leave this one out."""
        now_s = self._time()
        if now_s < self._next_s:
            self._left_out += 1
            return None
        self._next_s = now_s + LINE_EVERY_S
        left_out, self._left_out = self._left_out, 0
        return left_out
