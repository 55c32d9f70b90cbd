"""The burst rule of text mode: what is typed is said, what is pasted is a block.

The first line of a quiet sender goes at once. Lines that come within the gap
after another are gathered until the sender is quiet again, or until the block
is as large as a message may be. Pure: lines and times in, items out; time is
whatever monotonic clock, in seconds, the caller reads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.limits import BLOCK_LINES, BURST_GAP_S, TEXT_LIMIT_BYTES

# What takes more room once it is clean: a mark instead of a control character,
# and what closes a change of direction. Three bytes more for each, at most.
_GROWS: Final = frozenset(
    map(chr, (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F),
              *range(0x2066, 0x2069)))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A quiet sender's line: a text or a command, known or unknown."""

    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of a burst as one message, joined with newlines; never a command."""

    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command inside a burst, or what looks like one and is refused.

    What was gathered before it went first.
    """

    text: str


Item = Line | Block | Command


class Burst:
    """Gather one sender's lines.

    `is_command` tells whether a line is a command that exists: only those are
    commands inside a burst, and a pasted path does not become an error. What is
    neither, but begins with `/` and one word of letters, is not said to anybody:
    somebody has mistyped `/msg`.
    """

    __slots__ = ("_is_command", "_lines", "_quiet_at_s", "_size_bytes")

    def __init__(self, is_command: Callable[[str], bool]) -> None:
        self._is_command: Final = is_command
        # As UTF-8: a character beyond U+FFFF makes a str four times as large.
        self._lines: list[bytes] = []
        self._size_bytes = 0
        self._quiet_at_s = float("-inf")

    @property
    def size_bytes(self) -> int:
        """What is gathered."""
        return self._size_bytes

    @property
    def due_s(self) -> float | None:
        """When `tick` is wanted; None while nothing is gathered."""
        return self._quiet_at_s if self._lines else None

    def line(self, text: str, now_s: float) -> list[Item]:
        """Take a line without its end; return what is to be said or done now."""
        quiet = now_s >= self._quiet_at_s
        items = self.flush() if quiet else []
        if quiet and not text.strip():
            return items
        self._quiet_at_s = now_s + BURST_GAP_S
        if quiet:
            return [*items, Line(text)]
        if self._is_command(text) or _is_mistyped(text):
            return [*self.flush(), Command(text)]
        return self._gather(text)

    def tick(self, now_s: float) -> list[Item]:
        """Return the block if its sender has been quiet for the gap."""
        return self.flush() if now_s >= self._quiet_at_s else []

    def flush(self) -> list[Item]:
        """Return what is gathered, without waiting: the input has ended."""
        lines, self._lines, self._size_bytes = self._lines, [], 0
        text = b"\n".join(lines).decode("utf-8", "surrogatepass")
        return [Block(text)] if text.strip() else []

    def _gather(self, text: str) -> list[Item]:
        # `//help` is how a line that is a command is said; any other `//` in a
        # paste is a comment or a path and stays as it is.
        if text.startswith("//") and self._is_command(text[1:]):
            text = text[1:]
        size_bytes = _clean_size_bytes(text) + 1
        items: list[Item] = []
        # The newline counted for the last line is not part of the block.
        if self._size_bytes + size_bytes - 1 > TEXT_LIMIT_BYTES:
            items = self.flush()
        self._lines.append(text.encode("utf-8", "surrogatepass"))
        self._size_bytes += size_bytes
        if len(self._lines) >= BLOCK_LINES or self._size_bytes > TEXT_LIMIT_BYTES:
            items += self.flush()
        return items


def _is_mistyped(text: str) -> bool:
    """Tell whether a line was meant for a command: `/mgs alice secret`, but no path."""
    if not text.startswith("/"):
        return False
    return (text[1:].split(maxsplit=1) or [""])[0].rstrip(",.:;!?").isalpha() and not (
        text[1:2].isspace()
    )


def _clean_size_bytes(text: str) -> int:
    if text.isascii() and text.isprintable():
        return len(text)
    size_bytes = len(text.encode("utf-8", "surrogatepass"))
    if text.isprintable():
        return size_bytes
    return size_bytes + 3 * sum(map(text.count, _GROWS.intersection(text)))
