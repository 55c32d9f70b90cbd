"""The line below the prompt: rooms, who is here, oneself, and the connection.

Pure. What matters most stands first, since a narrow terminal shows only that.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.text.format import name
from terminal import strings
from terminal.rooms import OpenRoom
from terminal.wrap import cells

SEPARATOR: Final = " · "

MOST_NAMED: Final = 3
"""So many rooms stand before nick and connection where there is little space."""

NAMED_STYLE: Final = "class:named"
_NAMED: Final = re.compile(r"\S+\([0-9]+!\)")


@dataclass(frozen=True, slots=True)
class Status:
    """What there is to tell. `here`: how many are in the room, if that is known."""

    rooms: Sequence[OpenRoom]
    current: str
    """The room that is looked at."""
    here: int | None
    nick: str
    connection: str
    """What is wrong with it; empty if nothing is."""
    waiting: int
    """Messages that are not kept yet, and have not been for a while."""


def status_line(status: Status, columns: int) -> str:
    """Return what fits into so many cells.

    Trouble stands first. Of the rooms the current one is there, and those that name
    one; what has only news and what stands behind the rooms is left out before.
    """
    trouble = [status.connection] if status.connection else []
    if status.waiting:
        trouble.append(strings.not_sent_yet(status.waiting))
    behind = []
    if status.here is not None and not status.connection:
        behind.append(strings.here(status.here))
    if status.nick:
        behind.append(name(status.nick))
    if not status.connection:
        behind.append(strings.CONNECTED)
    if len(status.rooms) == 1:
        return _as_many(trouble + behind, columns)
    for kept in range(len(behind), -1, -1):
        others = cells(SEPARATOR.join([*trouble, "", *behind[:kept]]))
        rooms = _rooms(status, columns - others, all_named=kept > 0)
        if rooms is not None:
            return SEPARATOR.join([*trouble, rooms, *behind[:kept]])
    return _as_many(trouble, columns) if trouble else cut(_shown(status)[0], columns)


def coloured(line: str) -> list[tuple[str, str]]:
    """Return the line's parts, each behind its style: rooms that name one stand out."""
    parts: list[tuple[str, str]] = []
    place = 0
    for found in _NAMED.finditer(line):
        parts += [("", line[place : found.start()]), (NAMED_STYLE, found[0])]
        place = found.end()
    return [*parts, ("", line[place:])]


def _as_many(parts: Sequence[str], columns: int) -> str:
    line = ""
    for part in parts:
        longer = line + SEPARATOR + part if line else part
        if cells(longer) > columns:
            break
        line = longer
    return line or cut(parts[0], columns)


def _rooms(status: Status, columns: int, *, all_named: bool) -> str | None:
    """Return the rooms in so many cells; None if the current one does not fit.

    `all_named`: nor may one be missing that names one, up to MOST_NAMED.
    """
    shown = _shown(status)
    named = sum(room.mentions > 0 for room in status.rooms if room.name != status.current)
    least = 1 + min(named, MOST_NAMED) if all_named else 1
    for count in range(len(shown), least - 1, -1):
        line = " ".join(shown[:count])
        left_out = len(shown) - count
        marked = f"{line} +{left_out}" if left_out else line
        for one in (marked, line):
            if cells(one) <= columns:
                return one
    return None


def _shown(status: Status) -> list[str]:
    """Return the current room, and those with news: who names one first."""
    numbered = list(enumerate(status.rooms, 1))
    current = [f"[{number}:{name(room.name)}]" for number, room in numbered
               if room.name == status.current]  # fmt: skip
    news = [(number, room) for number, room in numbered
            if room.new and room.name != status.current]  # fmt: skip
    news.sort(key=lambda one: not one[1].mentions)
    return current + [f"{number}:{name(room.name)}{_news(room)}" for number, room in news]


def cut(text: str, columns: int) -> str:
    """Return a text that fits into so many cells, with a mark if it is not whole."""
    if cells(text) <= columns:
        return text
    while text and cells(text) > columns - 1:
        text = text[:-1]
    return text + "…"


def _news(room: OpenRoom) -> str:
    if not room.new:
        return ""
    return f"({room.new}{'!' if room.mentions else ''})"
