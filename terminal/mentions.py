"""Whether a text names somebody: the rule of the page, for the terminal. Pure.

A stranger's text must not keep a reader waiting, so the time it takes grows
with its length and no faster.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_FENCE: Final = "```"
_TICKS: Final = re.compile("`+")
# It begins only where no scheme could have begun before.
_ADDRESS: Final = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


def mentions(text: str, nick: str) -> bool:
    """Tell whether a text names `nick` as a word of its own, in whatever case.

    What stands in code or in an address calls nobody. A name within a longer
    one, such as ann in ann-marie or ann.example, is another. A nick of one
    letter beyond ASCII stands in half of all words of some scripts, so it
    counts only behind an `@`.
    """
    if not nick:
        return False
    pattern = _pattern(nick)
    # Most lines name nobody; that is found out without cutting them up.
    if not pattern.search(text):
        return False
    return any(pattern.search(_ADDRESS.sub(" ", _without_code(line))) for line in _unfenced(text))


def _unfenced(text: str) -> Iterator[str]:
    """Give the lines that stand in no block of code; one that is not closed ends with the text."""
    fenced = False
    for line in text.split("\n"):
        if line.startswith(_FENCE) and (not fenced or not line[len(_FENCE) :].strip()):
            fenced = not fenced
        elif not fenced:
            yield line


def _without_code(line: str) -> str:
    """Return a line with a blank for each piece of code.

    A run of backticks is closed by the next run of its length.
    """
    if "`" not in line:
        return line
    runs = [found.span() for found in _TICKS.finditer(line)]
    closers: dict[int, int] = {}  # by where a run begins, where its closer ends
    latest: dict[int, int] = {}
    for start, end in reversed(runs):
        if end - start in latest:
            closers[start] = latest[end - start]
        latest[end - start] = end
    parts: list[str] = []
    place = 0
    for start, _ in runs:
        if start >= place and start in closers:
            parts.append(line[place:start])
            place = closers[start]
    return " ".join([*parts, line[place:]])


@lru_cache(maxsize=16)
def _pattern(nick: str) -> re.Pattern[str]:
    at = "@" if len(nick) == 1 and not nick.isascii() else "@?"
    return re.compile(rf"(?<!\w)(?<!\w[-.@]){at}{re.escape(nick)}(?![-.]?\w)", re.IGNORECASE)
