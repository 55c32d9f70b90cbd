"""The open rooms of one client, and unread messages of those not looked at.

Pure. It knows names and lines, neither the hub nor a screen.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from core.errors import Refused
from terminal import strings

WAITING_KEPT: Final = 500
"""What waits in a room until it is looked at; the rest is in its history."""


SEEN_KEPT: Final = 10
"""So many messages are shown again to who comes back to a room."""


class Waiting(NamedTuple):
    """Lines that are to be shown, and when they came in ms since 1970 (0: at no time)."""

    at_ms: int
    lines: bytes
    is_new: bool = False
    """It is a message that is counted as new."""
    is_message: bool = False


@dataclass(slots=True)
class OpenRoom:
    """One open room. What is `new` has been said since it was looked at."""

    name: str
    new: int = 0
    mentions: int = 0
    before: int = 0
    """The seq before the first new message."""
    waiting: deque[Waiting] = field(default_factory=lambda: deque(maxlen=WAITING_KEPT))
    seen: deque[Waiting] = field(default_factory=lambda: deque(maxlen=SEEN_KEPT))
    """The last messages that have been looked at."""


class OpenRooms:
    """The open rooms in the order in which they were opened; one is looked at."""

    def __init__(self, names: list[str]) -> None:
        """Open rooms, at least one, and look at the first."""
        self._open = {name: OpenRoom(name) for name in names}
        self._looked_at = [names[0]]  # the latest last

    @property
    def current(self) -> str:
        """The room that is looked at."""
        return self._looked_at[-1]

    @property
    def all(self) -> list[OpenRoom]:
        """All open rooms, in order; the first is number 1."""
        return list(self._open.values())

    def __contains__(self, name: str) -> bool:
        return name in self._open

    def go(self, name: str) -> OpenRoom:
        """Look at a room, and open it if it is not."""
        room = self._open.setdefault(name, OpenRoom(name))
        self._looked_at = [*(one for one in self._looked_at if one != name), name]
        return room

    def close(self, name: str) -> None:
        """Close a room, unless it is the only one; look at the one before it."""
        if len(self._open) > 1 and self._open.pop(name, None) is not None:
            self._looked_at = [one for one in self._looked_at if one != name]
            if not self._looked_at:
                self._looked_at = [next(iter(self._open))]

    def numbered(self, number: int) -> str | None:
        """Return the name of the room with a number, if there is one."""
        names = list(self._open)
        return names[number - 1] if 1 <= number <= len(names) else None

    def meant(self, what: str) -> str:
        """Return the name of the room that a number, a name or a part of one means.

        Raise Refused (`not_in_room`) if none is.
        """
        names = list(self._open)
        wanted = what.removeprefix("#").casefold()
        found = [name for name in names if name == wanted]
        if what.isascii() and what.isdigit():
            found += names[int(what) - 1 : int(what)] if int(what) else []
        else:
            found += [name for name in names if name.startswith(wanted)]
            found += [name for name in names if wanted in name]
        if not found:
            raise Refused("not_in_room", strings.no_open_room(what))
        return found[0]

    def beside(self, step: int) -> str:
        """Return the name of the room so many behind the current one, going round."""
        names = list(self._open)
        return names[(names.index(self.current) + step) % len(names)]

    def with_news(self) -> str | None:
        """Return the room to look at next: one that mentions first, then one with news."""
        found = max(self._open.values(), key=lambda room: (room.mentions > 0, room.new > 0))
        return found.name if found.new else None

    def keep(self, name: str, waiting: Waiting) -> None:
        """Keep lines of a room that is not looked at."""
        self._open[name].waiting.append(waiting)

    def count(self, name: str, seq: int, *, mention: bool) -> int:
        """Count a new message of a room that is not looked at; return how many there are."""
        room = self._open[name]
        if not room.new:
            room.before = seq - 1
        room.new += 1
        room.mentions += mention
        return room.new

    def saw(self, name: str, waiting: Waiting) -> None:
        """Take note of a message of the room that is looked at."""
        self._open[name].seen.append(waiting)

    def take(self, name: str) -> OpenRoom:
        """Return what was new in a room and what waited there; it is looked at now."""
        room = self._open[name]
        now = self._open[name] = OpenRoom(name)
        now.seen.extend([*room.seen, *(one for one in room.waiting if one.is_message)])
        return room
