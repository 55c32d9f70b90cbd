"""Whether a text names somebody: one rule for text mode, the terminal and the page. Pure.

A nick is named where it stands as a word of its own, in whatever case:

- Words end where Unicode's do (Standard Annex 29): `ann` is not in `annie`, nor
  `t` in `don't`. Besides, a name within a longer one is another: `ann-marie`,
  `ann.example`, `x@ann`. A possessive is not: `ann's` names ann.
- Scripts that put no space between words (Han, Hiragana, Thai, Lao, Khmer,
  Burmese and their kin) have a boundary beside each letter, so `田中` is named in
  `田中さん`; a nick of one such letter is named only behind an `@`. Katakana holds
  together, and ends where another script begins.
- What stands in code, in an address, in a room's name or in somebody else's
  `@name` names nobody.
- `@all` and `@here` name everybody.

The page has the same in static/js/text/naming.js; both are tried with
tests/support/mentions.json. A stranger's text must not keep a reader waiting, so
the time it takes grows with its length and no faster.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_DENSE: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf"
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u309f\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
_KATAKANA: Final = re.compile("[\u3031-\u3035\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_WIDE: Final = (
    "\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
"""Brackets, stops and quotation marks of scripts that put no space between words."""

_APOSTROPHES: Final = "'\u2019"
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_LANGUAGE: Final = re.compile(r"[\w+#.-]{1,24}")
_TICKS: Final = re.compile("`+")
_LINK: Final = rf"(?:https?://|mailto:)[^\s<>\"`\\{_WIDE}]+"
_OTHER: Final = r"(?<![\w.@-])@\w[\w.+-]*"
_ROOM: Final = rf"(?<![^\s{_WIDE}])#[^\W\d_][^\s<>|,\"`\\{_WIDE}]*"
_HIDING: Final = re.compile(f"{_OTHER}|{_ROOM}")
_EVERYBODY: Final = "all", "here"


def mentions(text: str, nick: str) -> bool:
    """Tell whether a text names `nick`, or everybody."""
    if not nick:
        return False
    own, piece = _patterns(nick)
    # Most lines name nobody; that is found out without cutting them up.
    if not own.search(text):
        return False
    return any(_names(line, piece) for line in _prose(text))


@lru_cache(maxsize=16)
def _patterns(nick: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds whatever may be the name, and the same with what may hide one."""
    alone = len(nick) == 1 and (_DENSE.match(nick) or _KATAKANA.match(nick))
    own = rf"@{'' if alone else '?'}{re.escape(nick)}|@(?:{'|'.join(_EVERYBODY)})"
    piece = rf"(?P<ticks>`+)|(?P<link>{_LINK})|(?P<own>{own})|(?P<other>{_OTHER})|{_ROOM}"
    return re.compile(own, re.IGNORECASE), re.compile(piece, re.IGNORECASE)


def _names(line: str, piece: re.Pattern[str]) -> bool:
    closers = _code_ends(line)
    place = 0
    while found := piece.search(line, place):
        start, place = found.span()
        if found["ticks"]:
            place = closers.get(start, place)
        elif found["link"]:
            # Within a word none begins.
            place = start + 1 if start and _is_letter(line[start - 1]) else place
        elif found["own"]:
            if _begins(line, start) and _ends(line, place):
                return True
            hiding = _HIDING.match(line, start)
            place = hiding.end() if hiding else start + 1
    return False


def _begins(line: str, start: int) -> bool:
    """Tell whether a name that stands at `start` begins a word there."""
    first, before = line[start], line[start - 1 : start]
    if first == "@" or not (_DENSE.match(first) or _KATAKANA.match(first)):
        if before and before in f"-.@{_APOSTROPHES}":
            before = line[start - 2 : start - 1]
        return not _is_letter(before)
    if before == "@":
        return not _is_letter(line[start - 2 : start - 1])
    return not (_KATAKANA.match(first) and _KATAKANA.match(before))


def _ends(line: str, end: int) -> bool:
    """Tell whether a name that stands before `end` ends a word there."""
    last, after, behind = line[end - 1], line[end : end + 1], line[end + 1 : end + 2]
    if _is_mark(after):
        return False
    if _DENSE.match(last):
        return True
    if _KATAKANA.match(last):
        return not _KATAKANA.match(after)
    if after and after in _APOSTROPHES and behind in ("s", "S"):
        return not _is_letter(line[end + 2 : end + 3])
    if after and after in f"-.{_APOSTROPHES}":
        after = behind
    return not _is_letter(after)


def _is_letter(character: str) -> bool:
    """Tell whether a character goes on with a word, in a script with spaces."""
    if not character or _DENSE.match(character) or _KATAKANA.match(character):
        return False
    return character == "_" or character.isalnum() or _is_mark(character)


def _is_mark(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] == "M"


def _prose(text: str) -> Iterator[str]:
    """Give the lines that stand in no block of code.

    A block that is not closed ends with the text, and one with nothing in it is none.
    """
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        end = _fence_end(lines, at)
        if end is None:
            yield lines[at]
            end = at + 1
        at = end


def _fence_end(lines: list[str], at: int) -> int | None:
    """Return the number of the line behind a block of code that begins at `at`."""
    opening = _FENCE.fullmatch(lines[at])
    if opening is None:
        return None
    mark, rest = opening[1], opening[2].strip()
    is_language = bool(_LANGUAGE.fullmatch(rest))
    if rest and not is_language and (mark[0] == "~" or "`" in rest):
        return None
    # With more than a word behind it, the first line of the code is already there.
    holds = bool(rest) and not is_language
    for end in range(at + 1, len(lines)):
        line = lines[end].rstrip()
        if line.endswith(mark):
            return end + 1 if holds or line.rstrip(mark[0]).strip() else None
        holds = True
    return len(lines) if holds else None


def _code_ends(line: str) -> dict[int, int]:
    """Return where each run of backticks is closed: by the next run of its length."""
    ends: dict[int, int] = {}
    latest: dict[int, int] = {}
    for start, end in reversed([found.span() for found in _TICKS.finditer(line)]):
        if end - start in latest:
            ends[start] = latest[end - start]
        latest[end - start] = end
    return ends
