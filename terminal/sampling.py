"""Sampling of an input that is faster than the room (`--sample`).

Pure: messages in, one message out, and exact counts of what was left out.
"""

from collections import deque
from typing import Final

KEPT_LINES: Final = 5
"""So many at the beginning, and so many at the end, of what is skipped."""


class Sampler:
    """Takes what cannot be sent now, and gives its beginning and its end."""

    def __init__(self) -> None:
        self.left_out = 0
        """Lines left out so far, of all that were taken."""
        self._first: list[str] = []
        self._last: deque[str] = deque(maxlen=KEPT_LINES)
        self._between = 0

    @property
    def holds(self) -> bool:
        """Tell whether there is something to give."""
        return bool(self._first)

    def take(self, text: str) -> None:
        """Take a message."""
        for line in text.split("\n"):
            if len(self._first) < KEPT_LINES:
                self._first.append(line)
                continue
            if len(self._last) == KEPT_LINES:
                self._between += 1
            self._last.append(line)

    def give(self) -> str:
        """Return one message for all that was taken since the last."""
        middle = [f"… {self._between:,} lines left out …"] if self._between else []
        text = "\n".join([*self._first, *middle, *self._last])
        self.left_out += self._between
        self._first, self._between = [], 0
        self._last.clear()
        return text
