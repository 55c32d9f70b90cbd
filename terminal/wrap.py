"""Long lines cut to a terminal's width, and indented where they go on.

Pure. Without it, the terminal goes on at the margin, where only our own lines
begin: enough blanks would let anybody write one there.
"""

from bisect import bisect_right
from itertools import accumulate
from typing import Final, NamedTuple

from wcwidth import iter_graphemes, wcswidth

from terminal.links import Address, addresses, closing

NARROWEST_COLUMNS: Final = 24
"""On less, nothing is wrapped: there would be more indent than text."""

LEAST_INDENT: Final = 8
"""Cells before what goes on. No line of ours has so many blanks at its beginning."""

LEAST_TEXT: Final = 20
"""Cells that a text has on each line, if its indent can be less."""

_TAB: Final = "    "
"""Only the terminal knows how wide a tab is, so there are none."""


class Piece(NamedTuple):
    """One line on the screen: from `start` to `end` of the text, behind `indent` cells."""

    start: int
    end: int
    indent: int


def cells(text: str) -> int:
    """Return how many cells a text takes; what is made of several characters counts once.

    Emoji of several people, flags, variation selectors and combining marks:
    Unicode Standard Annex 29, as far as the wcwidth library follows it.
    """
    return len(text) if text.isascii() else max(0, wcswidth(text))


def untabbed(line: str) -> str:
    """Return a line without tabs, for `pieces`."""
    return line.replace("\t", _TAB)


def pieces(line: str, columns: int, head: int = 0, *, whole_addresses: bool = True) -> list[Piece]:
    """Return where to cut a line that fits into `columns` cells, between words if possible.

    It goes on below what stands behind its first `head` characters, where that
    leaves LEAST_TEXT cells. With `whole_addresses` one is never cut,
    so that it can still be clicked; it may be wider than the terminal then. What is
    no part of it goes on in a piece of its own, or it would stand at the margin.
    """
    if columns < NARROWEST_COLUMNS or (line.isascii() and len(line) <= columns):
        return [Piece(0, len(line), 0)]
    under = cells(line[:head])
    indent = under if LEAST_INDENT <= under <= columns - LEAST_TEXT else LEAST_INDENT
    measured = _Measured(line)
    whole = addresses(line) if whole_addresses and ":" in line else []
    found: list[Piece] = []
    start, before = 0, 0
    while True:
        end = _end(measured, start, columns - before, columns - indent, whole)
        shown = len(line[:end].rstrip(" "))
        found.append(Piece(start, max(start, shown), before))
        start = end + len(line[end:]) - len(line[end:].lstrip(" "))
        if start >= len(line):
            return found
        before = indent


class _Measured:
    """A line, and where each of its characters as people see them ends."""

    def __init__(self, line: str) -> None:
        self.line = line
        if line.isascii():
            self._ends = list(range(1, len(line) + 1))
            self._cells = self._ends
            return
        seen = list(iter_graphemes(line))
        self._ends = list(accumulate(map(len, seen)))
        self._cells = list(accumulate(map(cells, seen)))

    def cells(self, start: int, end: int) -> int:
        """Return how many cells the text between two ends takes."""
        return self._until(end) - self._until(start)

    def fill(self, start: int, room: int) -> int:
        """Return the last end up to which the text from `start` takes `room` cells at most."""
        last = bisect_right(self._cells, self._until(start) + room) - 1
        return self._ends[last] if last >= 0 else 0

    def next_end(self, start: int) -> int:
        """Return where the character ends that begins at `start`."""
        return self._ends[min(bisect_right(self._ends, start), len(self._ends) - 1)]

    def _until(self, end: int) -> int:
        index = bisect_right(self._ends, end) - 1
        return self._cells[index] if index >= 0 else 0


def _end(measured: _Measured, start: int, room: int, next_room: int, whole: list[Address]) -> int:
    """Return where the piece ends that begins at `start` and has `room` cells.

    `whole` are the addresses that are not to be cut.
    """
    line = measured.line
    full = measured.fill(start, room)
    if full >= len(line):
        return len(line)
    if line[full] == " ":
        return full
    blank = line.rfind(" ", start, full)
    if blank >= 0 and not line[start:blank].strip():
        blank = -1  # there is no word before it
    word = blank + 1 if blank >= 0 else start
    address = whole[bisect_right(whole, full, key=lambda one: one.start) - 1] if whole else None
    if address is not None and max(address.start, word) <= full < address.end:
        return blank if blank >= 0 else address.end + len(closing(line, address.end))
    after = line.find(" ", word)
    after = len(line) if after < 0 else after
    # What does not fit into any line, as in scripts without blanks, fills this one.
    if blank >= 0 and measured.cells(word, after) <= next_room:
        return blank
    return max(full, measured.next_end(start))
