"""Long lines cut to a terminal's width, and indented where they go on.

Pure. Without it, the terminal goes on at the margin, where only our own lines
begin: enough blanks would let anybody write one there.
"""

from collections.abc import Iterator
from typing import Final

from prompt_toolkit.utils import get_cwidth

from core.shown import CONTINUED

INDENT: Final = " " * len(CONTINUED)
NARROWEST_COLUMNS: Final = 24
"""On less, nothing is wrapped: there would be more indent than text."""


def wrap(text: str, columns: int) -> str:
    """Return lines, each ended with a newline, of at most `columns` cells."""
    if columns < NARROWEST_COLUMNS:
        return text
    return "".join([piece for line in text.split("\n")[:-1] for piece in _pieces(line, columns)])


def _pieces(line: str, columns: int) -> Iterator[str]:
    if len(line) <= columns and line.isascii() and "\t" not in line:
        yield line + "\n"
        return
    # Only the terminal knows how wide a tab is.
    line = line.replace("\t", "    ")
    start, indent = 0, ""
    while True:
        end = _end(line, start, columns - len(indent))
        yield f"{indent}{line[start:end].rstrip(' ')}\n"
        start = end + len(line[end:]) - len(line[end:].lstrip(" "))
        if start >= len(line):
            return
        indent = INDENT


def _end(line: str, start: int, columns: int) -> int:
    """Return where the piece ends that begins at `start`."""
    cells = 0
    blank = 0  # where the last word ended
    for index in range(start, len(line)):
        cells += get_cwidth(line[index])
        if cells > columns:
            if line[index] == " ":
                return index
            break
        if line[index] == " " and line[start:index].strip():
            blank = index
    else:
        return len(line)
    word = blank + 1 if blank else start
    after = line.find(" ", word)
    after = len(line) if after < 0 else after
    # An address stays whole, so that it can still be clicked.
    if "://" in line[word:after]:
        return blank or after
    # What does not fit into any line, as in scripts without blanks, fills this one.
    fits = get_cwidth(line[word:after]) <= columns - len(INDENT)
    return blank if blank and fits else max(index, start + 1)
