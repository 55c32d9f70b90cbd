"""Lines of a pipe gathered into messages.

Pure: lines and times in, texts out. Unlike a person's lines, none is a
command, and none goes ahead of its block.
"""

from typing import Final, Protocol

from core.errors import Refused
from core.limits import BLOCK_LINES, BURST_GAP_S, TEXT_LIMIT_BYTES
from core.text.sanitize import clean_text

WIDEST_BYTES: Final = 3
"""What cleaning adds at most for one character: the picture of a control, or
what ends a change of direction."""


OLDEST_S: Final = 1.0
"""A line waits no longer for those behind it, however steadily they come."""


class Gathering(Protocol):
    """How lines become messages."""

    due_s: float | None
    """When `flush` is wanted; None while nothing is gathered."""

    def line(self, text: str, now_s: float) -> list[str]:
        """Take a line; return the messages that are complete; raise Refused."""
        ...

    def flush(self) -> list[str]:
        """Return what is gathered as one message, or none."""
        ...


class EachLine:
    """Make a message of each line that has something in it."""

    def __init__(self) -> None:
        self.due_s: float | None = None

    def line(self, text: str, now_s: float) -> list[str]:
        """Return the line as a message; raise Refused (`too_long`) if none can hold it."""
        _size_bytes(text)
        return [text] if text.strip() else []

    def flush(self) -> list[str]:
        """Return nothing: nothing is ever kept back."""
        return []


class Blocks:
    """Gather lines until there is silence, a message is full, or one has waited."""

    def __init__(self, gap_s: float = BURST_GAP_S, *, limit_bytes: int = TEXT_LIMIT_BYTES) -> None:
        """`limit_bytes`: what a message may have, once the hub has cleaned it."""
        self._gap_s = gap_s
        self._limit_bytes = limit_bytes
        self._lines: list[str] = []
        self._size_bytes = 0
        self._oldest_s = 0.0
        self.due_s: float | None = None
        """When `flush` is wanted; None while nothing is gathered."""

    def line(self, text: str, now_s: float) -> list[str]:
        """Take a line; return the messages that are complete.

        Raise Refused (`too_long`) for a line that no message can hold.
        """
        size_bytes = _size_bytes(text)
        if size_bytes > self._limit_bytes:
            raise Refused(
                "too_long",
                f"this has {size_bytes:,} bytes, and {self._limit_bytes:,} are the limit",
            )
        texts: list[str] = []
        # No newline stands before the first line.
        if self._lines and self._size_bytes + 1 + size_bytes > self._limit_bytes:
            texts += self.flush()
        if not self._lines:
            self._oldest_s = now_s
        self._size_bytes += size_bytes + (1 if self._lines else 0)
        self._lines.append(text)
        self.due_s = min(now_s + self._gap_s, self._oldest_s + OLDEST_S)
        if len(self._lines) >= BLOCK_LINES:
            texts += self.flush()
        return texts

    def flush(self) -> list[str]:
        """Return what is gathered as one message; none if it is all blank."""
        lines, self._lines, self._size_bytes, self.due_s = self._lines, [], 0, None
        return ["\n".join(lines)] if any(line.strip() for line in lines) else []


def _size_bytes(text: str) -> int:
    """Return how large a line can be once the hub has cleaned it."""
    if text.isascii() and text.isprintable() and len(text) <= TEXT_LIMIT_BYTES:
        return len(text)
    try:
        cleaned = clean_text(text)
    except Refused as problem:
        if problem.code != "empty":
            raise
        # Nothing to see by itself, but inside a block it takes its room.
        return len(text.encode()) + WIDEST_BYTES * len(text)
    # Inside a block the white space at the end of a line stays.
    return len(cleaned.encode()) + WIDEST_BYTES * (len(text) - len(text.rstrip()))
