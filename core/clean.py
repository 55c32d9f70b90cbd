"""What every text passes on its way in, whichever door it comes through.

What comes out is UTF-8 that moves nothing on anybody's screen: no control
character but newline and tab, no direction that reaches beyond its line, no
tower of accents. Knows Unicode; it does not know what the text is for. What
comes from the store or from another hub is not trusted more than a stranger's.
"""

import re
import sys
import unicodedata
from itertools import chain
from typing import Final

from core.errors import Refused
from core.limits import TEXT_LIMIT_BYTES

MARKS_IN_A_ROW: Final = 8
"""Combining marks on one character. Living languages need five at most; more
would climb out of the line."""

# --- control characters ------------------------------------------------------

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def _visible_control(code: int) -> str:
    """Return what stands for a control character."""
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    # C1 has no pictures of its own. Each is the short form of ESC and a letter
    # (ECMA-48, 5.3), and that can be shown: U+009B becomes the picture of ESC
    # and "[".
    return "\u241b" + chr(code - 0x40)


_SHOWN: Final = {
    chr(code): _visible_control(code) for code in chain(range(0x20), range(0x7F, 0xA0))
} | {
    # Unicode's own line ends, which are no line ends anywhere else.
    "\u2028": "\n",
    "\u2029": "\n",
    # A byte order mark is no text; editors put it before what they save.
    "\ufeff": "",
}

# --- characters that stay together -------------------------------------------


def _ranges(categories: frozenset[str], first: int, last: int) -> str:
    """Return the characters of these categories for the inside of a `[...]`."""
    found: list[list[int]] = []
    category = unicodedata.category
    for code in range(first, last + 1):
        if category(chr(code)) in categories:
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in found)


_MARKS: Final = frozenset({"Mn", "Mc", "Me"})
_MARK: Final = _ranges(_MARKS, 0x300, 0xFFFF)
# Whether a text needs a closer look. All characters beyond the basic plane
# are taken for marks here: their exact list makes the search ten times slower.
_SUSPECT: Final = re.compile(f"[{_MARK}\U00010000-\U0010ffff]")
