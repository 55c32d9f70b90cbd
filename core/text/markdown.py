"""Texts as Markdown that shows them and does nothing else.

Written for CommonMark and GitHub's dialect of it; older ones show the same.
Nobody's text becomes HTML, a heading, emphasis or a link. Knows no message.
"""

import re
from typing import Final

# What begins something inside a line. What begins something at its start (a
# heading, a list, a quotation) needs no escape behind other words.
_MEANS: Final = re.compile(
    r"[\\`*_\[\]~$#|!]"  # code, emphasis, links, images, strokes, formulas, tables
    r"|(?<=\w):(?=//)|(?i:(?<=www)\.)|(?<=\w)@(?=\w)"  # addresses, which GitHub's makes links of
)
# Not all dialects let a backslash stand before these.
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ENTITY: Final = re.compile("[&<>]")

_TICKS: Final = re.compile("`{3,}")


def escape(line: str) -> str:
    """Return one line as Markdown that shows it, to stand behind other words."""
    line = _MEANS.sub(r"\\\g<0>", line)
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], line)


def fenced(text: str) -> str:
    """Return a text of several lines as a block of code, without a newline at its end."""
    # Only a fence that is as long as the first ends the block.
    longest = max((len(found) for found in _TICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text}\n{fence}"
