"""Characters that nobody sees: those that take no room, and those that are blank.

As the insides of a regular expression's `[...]`. Knows Unicode's properties and how
terminals show what has them; does not know what is looked for.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

BLANK: Final = r"\s\u2800\u3164\uffa0\u115f\u1160"
"""White space, and signs and fillers whose shape is empty."""

# DerivedCoreProperties.txt, Default_Ignorable_Code_Point: never to be shown.
_IGNORABLE: Final = (
    "\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e"
    "\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8"
    "\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff"
)
UNSEEN: Final = BLANK + _IGNORABLE
"""What shows nothing at all."""

# Vowels and finals that join the Hangul letter before them.
_JOINING: Final = "\\u1160-\\u11ff\\ud7b0-\\ud7ff"


def character_class(codes: Iterable[int], *categories: str) -> str:
    """Return the characters of these categories as the inside of a `[...]`."""
    ranges: list[list[int]] = []
    for code in codes:
        if unicodedata.category(chr(code)) in categories:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in ranges)


@cache
def no_width() -> str:
    """Return what may take no cell of a terminal: ignorable, combining, joining, of format.

    Looking at all of Unicode takes some milliseconds.
    """
    # Blocks in which nothing combines are left out: CJK, private use, most symbols.
    codes = (
        *range(0x300, 0x3100), *range(0xA660, 0xAC00), *range(0xFB00, 0xFE30),
        *range(0xFFF9, 0xFFFC), *range(0x10100, 0x12000), *range(0x13400, 0x13460),
        *range(0x16100, 0x17000), *range(0x1BC00, 0x1E000), *range(0x1E000, 0x1EA00),
    )  # fmt: skip
    return _IGNORABLE + _JOINING + character_class(codes, "Mn", "Mc", "Me", "Cf")
