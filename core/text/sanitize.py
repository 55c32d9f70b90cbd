"""Cleaning text: every text passes here on its way in, whatever client it is from.

What comes out is UTF-8 that moves nothing on anybody's screen: no control
character but newline and tab, no direction that reaches beyond its line, no
pile of combining marks. This module knows Unicode; it does not know what the text
is for. Text from the store is trusted no more than a stranger's.
"""

import re
import unicodedata
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Final

from core.errors import Refused
from core.limits import TEXT_LIMIT_BYTES
from core.text.unseen import character_class

RAW_TIMES: Final = 2
"""How much longer than the limit a text may be before it is cleaned. Piles of marks
and byte order marks go; nobody has as many of them as of everything else."""

MARKS_IN_A_ROW: Final = 8
"""Combining marks on one character. Living scripts need five at most; a pile
of more climbs out of its line."""


def only_plain(line: bytes) -> bool:
    """Tell quickly that all strings of a JSON line are printable ASCII.

    JSON has no control character in a string unless escaped (RFC 8259, 7), and
    DEL is the one that it does not count among them.
    """
    return line.isascii() and b"\\" not in line and b"\x7f" not in line


def clean_text(
    raw: bytes | str, limit_bytes: int = TEXT_LIMIT_BYTES, *, plain: bool = False
) -> str:
    """Return `raw` as it may be stored and shown, or raise Refused.

    CR LF, CR and Unicode's own line ends become newlines; other control
    characters become visible marks; directional embeddings and isolates end
    with their line (UAX #9); combining marks are cut to MARKS_IN_A_ROW;
    trailing white space goes. The result has at most `limit_bytes` of UTF-8
    and is never cut to fit. Cleaning it again changes nothing. `plain`: it is
    known to be printable ASCII, as most lines are.

    Refused carries `not_text` (no valid UTF-8), `too_long`, or `empty`
    (nothing in it can be seen). What has RAW_TIMES as much before it is cleaned
    is `too_long` unseen, line ends and space at its end excepted.
    """
    text = raw if isinstance(raw, str) else _decode(raw)
    if text.isascii():
        # Most lines end here: nothing printable in ASCII can be amiss.
        if (plain or text.isprintable()) and len(text) <= limit_bytes and text and text[-1] != " ":
            return text
        text = _show_controls(_within_reach(text, limit_bytes)).rstrip()
        visible = bool(text)
    else:
        text = _show_controls(_within_reach(text, limit_bytes))
        if _SUSPECT.search(text):
            # A template such as r"\1" would be filled in by Python code, up to 3.11.
            text = _pile().sub(itemgetter(1), text)
        if _DIRECTION.search(text):
            text = _balance(text)
        text = text.rstrip()
        # Nearly every text begins with what can be seen; others repeat themselves.
        visible = any(map(is_visible, text[:64])) or any(map(is_visible, set(text)))
    if not visible:
        raise Refused("empty", "there is nothing to see in this")
    _check_size(_size_bytes(text), limit_bytes)
    return text


def clean_line(raw: bytes | str, limit_bytes: int) -> str:
    """Return `raw` cleaned like a text, in one line without space around it.

    For topics, searches and reasons. Raises as `clean_text` does.
    """
    return clean_text(raw, limit_bytes).replace("\n", " ").replace("\t", " ").strip()


def shortened(text: str, limit_bytes: int) -> str:
    """Return a text about a fault as it may be shown, cut to fit; never raises.

    What was refused is often in it, and need not be fit to be said.
    """
    cut = text.encode("utf-8", "replace")[:limit_bytes].decode("utf-8", "ignore")
    try:
        # Marks for control characters take more room than these.
        return clean_text(cut, 4 * limit_bytes)
    except Refused:  # nothing in it can be seen
        return "?"


def _decode(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as problem:
        # No byte of it is repeated: the reason goes to the sender's screen.
        raise Refused("not_text", f"this is not UTF-8, at byte {problem.start + 1}") from problem


def _within_reach(text: str, limit_bytes: int) -> str:
    """Return a text with newlines for line ends; refuse one that is far too long.

    Before anything is done that takes longer than copying it.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > limit_bytes // 2:  # no character has more than four bytes
        text = text.rstrip()
        _check_size(_size_bytes(text), limit_bytes, RAW_TIMES * limit_bytes)
    return text


def _check_size(size: int, limit_bytes: int, most_bytes: int | None = None) -> None:
    if size > (limit_bytes if most_bytes is None else most_bytes):
        raise Refused("too_long", f"this has {size:,} bytes, and {limit_bytes:,} are the limit")


def _size_bytes(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError as problem:
        raise Refused(
            "not_text", f"half a surrogate pair is no text, at character {problem.start + 1}"
        ) from problem


def _picture(code: int) -> str:
    """Return what is shown for a control character."""
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    # C1 has no pictures. Each is short for ESC and a letter (ECMA-48, 5.3),
    # and those can be shown.
    return "\u241b" + chr(code - 0x40)


# Tab and newline stay. CR is a line end, alone or before LF, and is none any more here.
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_SHOWN: Final = {
    **{
        chr(code): _picture(code)
        for code in chain(range(0x20), range(0x7F, 0xA0))
        if chr(code) not in "\t\n"
    },
    "\u2028": "\n",
    "\u2029": "\n",
    "\ufeff": "",  # a byte order mark is no text; editors put it before theirs
}


def _show_controls(text: str) -> str:
    if _CONTROL.search(text):
        # One kind after the other: a call for each character would take far longer.
        for control, shown in _SHOWN.items():
            if control in text:
                text = text.replace(control, shown)
    return text


_PDF, _PDI = "\u202c", "\u2069"
_CLOSED_BY: Final = {
    **dict.fromkeys("\u202a\u202b\u202d\u202e", _PDF),
    **dict.fromkeys("\u2066\u2067\u2068", _PDI),
}
_DIRECTION: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_DIRECTION_OR_END: Final = re.compile("([\u202a-\u202e\u2066-\u2069\n])")


def _balance(text: str) -> str:
    """Close in each line what directions it opens, and drop closers that close nothing."""
    # Cut and joined again as a whole: there may be one in every line, or nothing else.
    parts = _DIRECTION_OR_END.split(text)
    closers: list[str] = []
    isolates = 0
    for at in range(1, len(parts), 2):
        character = parts[at]
        if character == "\n":
            if closers:
                parts[at] = "".join(closers[::-1]) + "\n" if closers[1:] else closers[0] + "\n"
                closers = []
                isolates = 0
        elif character in _CLOSED_BY:
            closers.append(_CLOSED_BY[character])
            isolates += closers[-1] == _PDI
        elif character == _PDI and isolates:
            # It closes the embeddings inside its isolate as well (X6a).
            while closers.pop() != _PDI:
                pass
            isolates -= 1
        elif character == _PDF and closers and closers[-1] == _PDF:
            closers.pop()
        else:
            parts[at] = ""
    return "".join((*parts, *reversed(closers)))


_MARKS: Final = ("Mn", "Mc", "Me")
# Nothing combines between 3400 and A000, where CJK is.
_LOW: Final = (*range(0x300, 0x3400), *range(0xA000, 0x10000))
_LOW_MARK: Final = character_class(_LOW, *_MARKS)
_LOW_JOINER: Final = "\xad" + character_class(_LOW, "Cf")
# Whether there may be a pile. Here everything beyond the first plane counts as
# a mark: with the exact list this search would take twenty times as long.
_SUSPECT: Final = re.compile(
    f"[{_LOW_MARK}\U00010000-\U0010ffff](?:[{_LOW_JOINER}]*[{_LOW_MARK}\U00010000-\U0010ffff])"
    f"{{{MARKS_IN_A_ROW}}}"
)


@cache
def _pile() -> re.Pattern[str]:
    """Return what finds too many marks; the first group is what may stay.

    Invisible format characters between the marks do not begin a new pile.
    """
    high = (*range(0x10000, 0x20000), *range(0xE0000, 0xE01F0))
    mark = _LOW_MARK + character_class(high, *_MARKS)
    joiner = _LOW_JOINER + character_class(high, "Cf")
    return re.compile(f"((?:[{mark}][{joiner}]*){{{MARKS_IN_A_ROW}}})[{mark}][{mark}{joiner}]*")


def prepare() -> None:
    """Make what is otherwise made when it is first needed, and takes a while."""
    _pile()


# Blank by definition, though their categories are those of letters and signs.
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u2065")


def is_visible(character: str) -> bool:
    """Tell whether `character` by itself puts anything on the screen.

    Half a surrogate pair counts as seen: it is refused as no text, later.
    """
    if unicodedata.category(character) in {"Zs", "Cc", "Cf", "Mn", "Me"}:
        return False
    # E0000-E0FFF is set aside for what is never shown.
    return character not in _BLANK and not "\U000e0000" <= character <= "\U000e0fff"
