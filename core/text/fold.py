"""Folding: of a long message a screen's worth, and how much more there is. Pure."""

import unicodedata
from typing import Final

from core.limits import BLOCK_SHOWN_LINES, ROW_CELLS

CUT: Final = "      … "
"""Stands before the line that tells how much of a message is not shown."""

SURELY_SHOWN: Final = (BLOCK_SHOWN_LINES - 1) * ROW_CELLS // 2
"""A single line of no more characters fits, however wide they and its head are."""


def folded(
    lines: list[str],
    seq: int,
    *,
    rows: int = BLOCK_SHOWN_LINES,
    lines_shown: int | None = None,
    beyond: int = 0,
) -> list[str]:
    """Return a message's lines as far as they fit into `rows` of ROW_CELLS each.

    At most `lines_shown` of them; `beyond` is how many more there are behind these.
    `seq` is the message's number, by which the rest can be seen.
    """
    shown: list[str] = []
    left = rows
    for line in lines[:lines_shown]:
        if left == 0:
            break
        fits = _fits(line, left * ROW_CELLS)
        if fits < len(line):
            more = len(line) - fits
            return [*shown, line[:fits], _cut(len(lines) + beyond - len(shown) - 1, more, seq)]
        shown.append(line)
        left -= max(1, -(-_cells(line) // ROW_CELLS))
    more_lines = len(lines) + beyond - len(shown)
    return [*shown, _cut(more_lines, 0, seq)] if more_lines else shown


def _cut(lines: int, characters: int, seq: int) -> str:
    if lines:
        what = f"{lines} more {'line' if lines == 1 else 'lines'}"
    else:
        what = f"{characters:,} more {'character' if characters == 1 else 'characters'}"
    return f"{CUT}{what}: /show {seq}"


def _fits(line: str, cells: int) -> int:
    """Return how many characters of a line fit into so many cells."""
    if line.isascii() or 2 * len(line) <= cells:
        return min(len(line), cells) if line.isascii() else len(line)
    used = 0
    for index, one in enumerate(line):
        used += _width(one)
        if used > cells:
            return index
    return len(line)


def _cells(line: str) -> int:
    return len(line) if line.isascii() else sum(map(_width, line))


def _width(character: str) -> int:
    """Return a character's cells; those that join the one before it have none."""
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
