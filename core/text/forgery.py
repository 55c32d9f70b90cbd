"""Lines that somebody might take for the hub's: where a text must not stand at the margin.

Terminals wrap where they like, and enough letters or blanks before it push any part
of a text to the margin. So what looks like the beginning of a line of ours begins a
line behind the mark of a continuation instead. It is compared as it looks: without
what is not seen, and with look-alikes. Pure; knows neither lines nor events.
"""

import re
from functools import cache
from typing import Final

from core.text.unseen import BLANK, no_width

_COLONS: Final = ":\u02d0\u02f8\u0589\u05c3\u1365\u2236\u205a\ua789\ufe13\ufe55\uff1a"
# Not the longer ones: `—— ` is good Chinese, and trees of files are drawn with `── `.
_DASHES: Final = r"\-\u02d7\u06d4\u2010-\u2013\u2043\u2212\u2796\u2cba\ufe58\ufe63\uff0d"
_ANGLES: Final = "<\u02c2\u1438\u2039\u2329\u276e\u27e8\u276c\u2770\u3008\ufe64\uff1c\U0001d236"
_BRACKETS: Final = r"\[\u2045\u27e6\uff3b"
_STARS: Final = "*\u066d\u204e\u2217\u2731\u2732\u22c6\ufe61\uff0a\U0001031f"
_BANGS: Final = "!\u01c3\u2d51\ufe15\ufe57\uff01"
_DIGITS: Final = r"0-9\uff10-\uff19\U0001d7ce-\U0001d7ff\U0001fbf0-\U0001fbf9"

NARROW_CELLS: Final = 79
"""Up to here two dashes between two words stay where they are: hardly a terminal wraps
before, and people write them. Beyond, they may be what somebody wants at a margin."""

SHORT_HEAD_CELLS: Final = 24
"""A text behind a longer head than this may itself begin at the margin."""

_NEEDED: Final = re.compile(f"[{_COLONS}{_DASHES}]")


def holds_none(text: str) -> bool:
    """Tell quickly that a printable text looks nowhere like a line of ours."""
    if not text.isascii():
        return _NEEDED.search(text) is None
    # One character is found much faster than two, and most texts do not even have the first.
    return ("-" not in text or ("--" not in text and "-!" not in text)) and (
        ":" not in text or ("<" not in text and " *" not in text and " [" not in text)
    )


def divided(text: str, head_cells: int, most: int | None = None) -> list[str]:
    """Return a line cut where something looks like a line of ours.

    `head_cells` is what stands before it on the screen. The first piece may be empty.
    Behind `most` pieces the rest is left as it is: it must not be shown.
    """
    pieces: list[str] = []
    start = 0
    left = -1 if most is None else most
    for found in _forged().finditer(text):
        at = found.start()
        if at == start and (pieces or head_cells <= SHORT_HEAD_CELLS):
            continue
        if at < NARROW_CELLS and _is_innocent(found, head_cells):
            continue
        pieces.append(text[start:at])
        start = at
        left -= 1
        if left == 0:
            break
    return [*pieces, text[start:]]


def _is_innocent(found: re.Match[str], head_cells: int) -> bool:
    """Tell whether these are dashes between words, where no margin can be."""
    before = found.string[: found.start()]
    return found["words"] is not None and head_cells + most_cells(before) < NARROW_CELLS


def most_cells(text: str) -> int:
    """Return how many cells a text takes at most, whatever the terminal."""
    return len(text) if text.isascii() else 2 * len(text)


def prepare() -> None:
    """Make what is otherwise made when it is first needed, and takes a while."""
    _forged()


@cache
def _forged() -> re.Pattern[str]:
    """Return what finds the places. Every repetition is possessive: the time is linear.

    `words` are two dashes between two words, which may be innocent.
    """
    n = f"[{no_width()}]*+"
    blank, blanks = f"[{BLANK}]", f"[{BLANK}{no_width()}]*+"
    d, colon, dash = f"[{_DIGITS}]{n}", f"[{_COLONS}]{n}", f"[{_DASHES}]{n}"
    clock = f"(?:{d}{d}|(?<![{_DIGITS}]){d}){colon}{d}{d}"
    who = f"(?:[{_ANGLES}]|(?<=[{BLANK}{no_width()}])(?:[{_STARS}{_BRACKETS}]|{dash}[{_DASHES}]))"
    after = f"(?=[{BLANK}{no_width()}])"
    news = r"(?:topic:|(?:welcome|\S+\s+(?:joined|left|is\s+now|set|removed))\b)"
    words = rf"(?<=[^{BLANK}]{blank})--(?= )(?![ ]+{news})"
    return re.compile(
        rf"(?=(?P<words>{words})"
        rf"|{clock}{blanks}{who}"
        rf"|{dash}[{_BANGS}]{after}"
        rf"|{dash}[{_DASHES}]{after})"
    )
