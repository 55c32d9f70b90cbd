"""The pieces of a line for people: times, names, and texts made harmless.

Defence in depth: whatever comes in, no control character but LF and tab goes
out, and no piece of a text stands where a line of ours could stand. A store or
a gateway is not trusted more than a stranger. Knows no event and no connection.
"""

import re
import time
from typing import Final

from core.text.forgery import divided, holds_none, most_cells
from core.text.unseen import BLANK

CONTINUED: Final = "      | "
"""Stands before the second and every further line of one text."""

EXCERPT_CHARACTERS: Final = 80
"""So much of a stranger's words is repeated."""

MINUTE_MS: Final = 60_000
_LAST_MS: Final = 253_402_000_000_000
"""In the year 9999: not every system has a calendar for times beyond it."""

_CACHED: Final = 4096
clocks: Final[dict[int, str]] = {}
"""A cache of `clock_of_minute`, for the fast path."""

names: Final[dict[str, str]] = {}
"""A cache of `name`, for the fast path."""

_UNSAFE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_IN_NAMES: Final = re.compile(f"[{BLANK}<>]")


def clock_of_minute(minute: int) -> str:
    """Return HH:MM, local time, of so many minutes since 1970."""
    if len(clocks) >= _CACHED:
        clocks.clear()
    shown = clocks[minute] = time.strftime("%H:%M", _local(minute * MINUTE_MS))
    return shown


def clock(at_ms: int) -> str:
    """Return HH:MM, local time."""
    minute = at_ms // MINUTE_MS
    return clocks.get(minute) or clock_of_minute(minute)


def day(at_ms: int) -> str:
    """Return YYYY-MM-DD, local time."""
    return time.strftime("%Y-%m-%d", _local(at_ms))


def moment(at_ms: int) -> str:
    """Return YYYY-MM-DD HH:MM:SS, local time."""
    return time.strftime("%Y-%m-%d %H:%M:%S", _local(at_ms))


def offset(at_ms: int) -> str:
    """Return how far local time was ahead of UTC: UTC+01:00 or the like."""
    ahead = time.strftime("%z", _local(at_ms))
    return f"UTC{ahead[:3]}:{ahead[3:]}"


def name(text: str) -> str:
    """Return a nick or a room as one word that cannot pass for several."""
    if len(names) >= _CACHED:
        names.clear()
    shown = names[text] = _NOT_IN_NAMES.sub("_", harmless(text)) or "?"
    return shown


def is_plain(text: str) -> bool:
    """Tell quickly whether a text is one line that can be shown as it is."""
    # A printable text has no white space but blanks.
    return text.isprintable() and holds_none(text)


def text_lines(head: str, text: str, most: int | None = None) -> list[str]:
    """Return a text's lines: the first behind `head`, the others continued.

    Of all lines but the first `most` it is only told that they are there: they must
    not be shown.
    """
    pieces: list[str] = []
    lines = text.split("\n")
    if is_plain("".join(lines)):
        # None of them is anything but plain, then; most pastes end here.
        return [head + lines[0], *(CONTINUED + line for line in lines[1:])]
    cells = most_cells(head)
    for line in lines:
        if is_plain(line):
            pieces.append(line)
        else:
            pieces += divided(harmless(line), cells, most)
        cells = len(CONTINUED)
    return [head + pieces[0], *[CONTINUED + piece for piece in pieces[1:]]]


def to_bytes(lines: list[str]) -> bytes:
    """Return the lines in UTF-8, each with its LF."""
    return "".join([f"{line}\n" for line in lines]).encode()


def _local(at_ms: int) -> time.struct_time:
    return time.localtime(min(max(at_ms, 0), _LAST_MS) // 1000)


def printable(text: str, instead: str = "\N{REPLACEMENT CHARACTER}", *, keep: str = "") -> str:
    """Return a text in which `instead` stands for each character that cannot be printed."""
    return "".join([one if one.isprintable() or one in keep else instead for one in text])


def excerpt(text: str, most: int = EXCERPT_CHARACTERS) -> str:
    """Return a stranger's words on one line of at most `most` characters."""
    shown = printable(" ".join(text.split()))
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def harmless(text: str) -> str:
    """Return a text with pictures of its control characters; LF and tab stay."""
    return text if text.isprintable() else _UNSAFE.sub(_mark, text)


def _mark(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"
