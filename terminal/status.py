"""The line below the prompt: rooms, who is here, oneself, and the connection.

Pure. What matters most stands first, since a narrow terminal shows only that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.text.format import name
from terminal.rooms import OpenRoom
from terminal.wrap import cells

SEPARATOR: Final = " · "


@dataclass(frozen=True, slots=True)
class Status:
    """What there is to tell. `here`: how many are in the room, if that is known."""

    rooms: Sequence[OpenRoom]
    here: int | None
    nick: str
    connection: str
    """What is wrong with it; empty if nothing is."""
    waiting: int
    """Messages that are not kept yet, and have not been for a while."""


def status_line(status: Status, columns: int) -> str:
    """Return what fits into so many cells; what stands at the end is left out first."""
    parts = [status.connection] if status.connection else []
    if status.waiting:
        parts.append(f"{status.waiting} not sent yet")
    if len(status.rooms) > 1:
        parts.append(_rooms(status))
    if status.here is not None and not status.connection:
        parts.append(f"{status.here} here")
    if status.nick:
        parts.append(name(status.nick))
    if not status.connection:
        parts.append("connected")
    line = ""
    for part in parts:
        longer = line + SEPARATOR + part if line else part
        if cells(longer) > columns:
            break
        line = longer
    return line or cut(parts[0], columns)


def cut(text: str, columns: int) -> str:
    """Return a text that fits into so many cells, with a mark if it is not whole."""
    if cells(text) <= columns:
        return text
    while text and cells(text) > columns - 1:
        text = text[:-1]
    return text + "…"


def _rooms(status: Status) -> str:
    return " ".join(
        [f"{number}:{name(room.name)}{_news(room)}" for number, room in enumerate(status.rooms, 1)]
    )


def _news(room: OpenRoom) -> str:
    if not room.new:
        return ""
    return f"({room.new}{'!' if room.mentions else ''})"
