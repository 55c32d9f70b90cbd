"""What people and rooms may be called, and which nicks are too much alike.

Knows RFC 8266 (PRECIS nicknames) and UTS #39 (look-alikes). It does not know
which nicks are taken: whoever keeps them compares their keys.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from precis_i18n import get_profile
from precis_i18n.bidi import bidi_rule, has_rtl

from core.errors import Refused
from core.limits import NICK_LIMIT_CHARACTERS, ROOM_LIMIT_CHARACTERS
from core.text.confusables import skeleton
from core.text.sanitize import is_visible

_PROFILE: Final = get_profile("NicknameCasePreserved")

RESERVED: Final = (
    *("hubbub", "hub", "server", "system", "notice", "error", "everyone", "nobody"),
    *("admin", "administrator", "operator", "moderator"),
)
"""Names that would pass for the hub or an authority in it."""

_INSIDE: Final = frozenset('<>|,"\\/│❘丨l')
"""What the hub sets around and between names, and `/` of commands and paths.

The last four are skeletons of upright strokes; as letters they are welcome.
"""
_FIRST: Final = frozenset("*-!#@&:;.…—ー一")
"""What the hub's own lines, commands and mentions begin with."""

_OVERLAY: Final = re.compile("[\u0334-\u0338\u20d0-\u20ff]")
"""Strokes through and rings around a letter, which leave it what it was."""
_LOOSE_MARK: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f]")
_PILE: Final = re.compile(f"(?:{_LOOSE_MARK.pattern}){{3}}")
LOOSE_MARKS: Final = 3
"""Accents for any letter that did not combine with theirs. Yoruba and Navajo
names need a few, one on a letter or two; more is decoration."""
MARKS_IN_A_ROW: Final = 3
"""Of those that belong to one script, such as the vowels of Hebrew and Hindi."""

_GUEST: Final = re.compile(r"guest-[1-9][0-9]{0,8}")


def clean_nick(raw: str, *, guest: bool = False) -> str:
    """Return the nick that `raw` asks for, or raise Refused (`bad_nick`).

    The rules are RFC 8266's for nicknames, case preserved. Beyond them a nick
    has 1 to NICK_LIMIT_CHARACTERS characters and no white space, is readable,
    runs in one direction (RFC 5893, 2), and imitates neither the hub nor its
    lines. `guest-N` is the hub's to give: it is refused unless `guest`.
    """
    nick = _enforce(raw, "bad_nick", NICK_LIMIT_CHARACTERS)
    squeezed = frozenset(nick_keys("".join(filter(str.isalnum, nick))))
    if squeezed & _reserved():
        raise Refused("bad_nick", "that name is kept for the hub itself")
    if any(map(_like_guest().fullmatch, squeezed)) and not (guest and _GUEST.fullmatch(nick)):
        raise Refused("bad_nick", "names like guest-1 are given by the hub")
    return nick


def nick_keys(nick: str) -> tuple[str, str]:
    """Return the two keys of `nick` for comparing it with others.

    Two nicks are the same for people if they have the same first key or the
    same second key. The first makes those alike that look alike, whatever the
    case of what they look like (`AIice` with a capital i, `alice`); the second
    those that look alike once their case is ignored (`ZOË`, `zoë`).
    """
    return skeleton(skeleton(nick).casefold()), skeleton(nick.casefold())


def clean_room(raw: str) -> str:
    """Return the canonical name of the room `raw`, or raise Refused (`bad_room`).

    A leading `#` is dropped, case is folded; the rest as for nicks, but rooms
    may be called what they like.
    """
    room = raw
    # Case folding can produce something that composes again; a second pass settles it.
    for _ in range(3):
        room = _enforce(room.strip().lstrip("#\uff03"), "bad_room", ROOM_LIMIT_CHARACTERS)
        folded = unicodedata.normalize("NFKC", room.casefold())
        if folded == room:
            return room
        room = folded
    raise Refused("bad_room", "a room name must stay itself in lower case")


def _enforce(raw: str, code: str, limit: int) -> str:
    """Apply what nicks and rooms have in common."""
    what = "a nick" if code == "bad_nick" else "a room name"
    # The profile's rules look at each character several times, in Python. So what
    # is too long anyway is refused before: composing shortens names, but not to a
    # quarter, and decomposing makes eighteen characters of one.
    if len(raw) > 4 * limit:
        raise Refused(code, f"{what} has at most {limit} characters")
    # Phones add U+FE0F to symbols to get them in colour; it is no character.
    raw = raw.replace("\ufe0f", "")
    _check_length(unicodedata.normalize("NFKC", raw).strip(), what, code, limit)
    try:
        name = str(_PROFILE.enforce(raw))
    except ValueError as problem:
        raise Refused(code, _reason(raw, what)) from problem
    _check_length(name, what, code, limit)
    trouble = _trouble(name)
    if trouble:
        raise Refused(code, f"{what} {trouble}")
    return name


def _check_length(name: str, what: str, code: str, limit: int) -> None:
    if len(name) > limit:
        raise Refused(code, f"{what} has at most {limit} characters; this one {len(name)}")


def _reason(raw: str, what: str) -> str:
    """Say why the profile has refused `raw`, without repeating any of it."""
    if not any(map(is_visible, raw)):
        return f"{what} needs at least one character that can be seen"
    return f"{what} cannot hold characters that control, hide or reorder others, or are unknown"


def _trouble(name: str) -> str:
    """Say what is wrong with a name that the profile has let pass."""
    ucd = _PROFILE.base.ucd
    if any(map(str.isspace, name)) or not all(map(_is_solid, name)):
        return "has no white space in it"
    if not any(map(_is_sign, skeleton(name))):
        return "needs at least one letter, digit or symbol"
    if any(_looks_like(_INSIDE, one) for one in name):
        return 'cannot hold any of < > | , " / \\ or what looks like them'
    if _looks_like(_FIRST, name[0]):
        return "cannot begin with a mark that the hub's own lines begin with"
    if _is_decorated(name):
        return "cannot have so many marks on its letters"
    if has_rtl(name, ucd) and not bidi_rule(name, ucd):
        return "must run in one direction"
    return ""


def _is_solid(character: str) -> bool:
    """Tell whether it can be seen, or combines with what can be seen."""
    return is_visible(character) or unicodedata.category(character)[0] == "M"


def _is_sign(character: str) -> bool:
    """Tell whether a name may consist of it: letters, digits, emoji."""
    category = unicodedata.category(character)
    return (category[0] in "LN" or category == "So") and character not in _FIRST


def _looks_like(marks: frozenset[str], character: str) -> bool:
    """Tell whether `character` is one of `marks` to the eye, and no letter itself.

    Letters are let pass, or nobody could be called 一郎, ノア or ᐸᐅᓗᓯ.
    """
    if unicodedata.category(character)[0] in "LMN":
        return False
    return character in marks or not marks.isdisjoint(skeleton(character))


def _is_decorated(name: str) -> bool:
    """Tell whether marks are piled on the letters or strewn among them."""
    marks = "".join("M" if unicodedata.category(one)[0] == "M" else "." for one in name)
    return bool(
        marks[0] == "M"
        or "M" * (MARKS_IN_A_ROW + 1) in marks
        or len(_LOOSE_MARK.findall(name)) > LOOSE_MARKS
        or _PILE.search(name)
        or _OVERLAY.search(name)
    )


@cache
def _reserved() -> frozenset[str]:
    return frozenset(key for word in RESERVED for key in nick_keys(word))


@cache
def _like_guest() -> re.Pattern[str]:
    """Return what the keys of `guest-1` and its like match, squeezed."""
    digits = {re.escape(key) for digit in "0123456789" for key in nick_keys(digit)}
    return re.compile(f"{nick_keys('guest')[0]}(?:{'|'.join(sorted(digits))})+")


def prepare() -> None:
    """Make what is otherwise made when the first name comes, and takes a while."""
    clean_nick("alice")
