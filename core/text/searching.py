"""What somebody looks for, as it is typed: words, and of whom and when.

`from:alice` stands for what alice said, `on:2026-11-28` for one day in local
time. Text in, a request out; knows no log.
"""

import re
import time
from typing import Final

from core.limits import SEARCH_LIMIT_BYTES
from core.wire.messages import Search

_FROM: Final = re.compile(r"from:@?(\S+)", re.IGNORECASE)
_ON: Final = re.compile(r"on:(?:(\d{4})-(\d\d?)-(\d\d?)|(today|yesterday))", re.IGNORECASE)
_FIRST_YEAR: Final = 1971

_READ_CHARACTERS: Final = 4 * SEARCH_LIMIT_BYTES
"""In more than this nobody names a person or a day; it is too long to be looked for."""


def parse_search(argument: str, room: str, now_ms: int) -> Search | None:
    """Return what to ask for; None if the argument does not say it."""
    nick: str | None = None
    since: int | None = None
    until: int | None = None
    words: list[str] = []
    if len(argument) > _READ_CHARACTERS:
        return Search(room=room, text=argument)  # which the hub refuses
    for word in argument.split():
        if person := _FROM.fullmatch(word):
            nick = person[1]
        elif day := _ON.fullmatch(word):
            span = _day(day, now_ms)
            if span is None:
                return None
            since, until = span
        else:
            words.append(word)
    if not words and nick is None and since is None:
        return None
    # Where nothing but words was typed they stay as they are.
    text = argument if nick is None and since is None else " ".join(words)
    return Search(room=room, text=text, nick=nick, since=since, until=until)


def _day(found: re.Match[str], now_ms: int) -> tuple[int, int] | None:
    """Return when a day begins and ends in local time, in milliseconds since 1970."""
    year, month, day, named = found.groups()
    if named:
        today = time.localtime(now_ms // 1000)
        first, at, number = today.tm_year, today.tm_mon, today.tm_mday
        number -= named.lower() == "yesterday"
    else:
        first, at, number = int(year), int(month), int(day)
        if first < _FIRST_YEAR or not (1 <= at <= 12 and 1 <= number <= 31):
            return None
    try:
        # The calendar carries over: the 0th is the last of the month before.
        begins, ends = (
            time.mktime((first, at, one, 0, 0, 0, 0, 0, -1)) for one in (number, number + 1)
        )
    except (OverflowError, ValueError):
        return None
    return int(begins * 1000), int(ends * 1000)
