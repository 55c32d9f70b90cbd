"""Folding: of a long message a screen's worth, and how much more there is. Pure."""

import re
from functools import cache
from typing import Final

from core.limits import BLOCK_SHOWN_LINES, ROW_CELLS
from core.text.unseen import no_width

CUT: Final = "      … "
"""Stands before the line that tells how much of a message is not shown."""

MARKS_A_CELL: Final = 4
"""Behind more characters than this a cell is cut, however many are piled up on it."""

# UAX #11, W and F, and what stands between them: rather too many cells than too few.
_WIDE: Final = re.compile(
    "[\u1100-\u115f\u231a\u231b\u2329\u232a\u23e9-\u23f3\u25fd\u25fe\u2614-\u27bf\u2b1b-\u2b55"
    "\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe6b\uff01-\uff60\uffe0-\uffe6"
    "\U00016fe0-\U00018fff\U0001aff0-\U0001b2ff\U0001d300-\U0001d376\U0001f000-\U0003fffd]"
)

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
    if line.isascii():
        return min(len(line), cells)
    if 2 * len(line) <= cells:
        return len(line)
    low, high = 0, min(len(line), cells * MARKS_A_CELL)
    while low < high:
        middle = (low + high + 1) // 2
        if _cells(line[:middle]) <= cells:
            low = middle
        else:
            high = middle - 1
    return low


def _cells(line: str) -> int:
    """Return a line's cells; characters that join the one before them have none."""
    if line.isascii():
        return len(line)
    own = _joins().sub("", line)
    return len(own) + len(_WIDE.findall(own))


@cache
def _joins() -> re.Pattern[str]:
    """Return what finds characters that have no cell of their own."""
    return re.compile(f"[{no_width()}]+")
