"""Nicks for completion, the latest speakers first, and member counts of rooms. Pure."""

from typing import Final

from msgspec import UNSET

from core.client.conversation import ClientEvent
from core.wire.messages import Direct, Joined, Left, Members, Message, Renamed, Rooms

REMEMBERED: Final = 500


class People:
    """Nicks and rooms that have been seen, for completion and the status."""

    def __init__(self) -> None:
        self._nicks: dict[str, None] = {}  # the latest speaker last
        self._rooms: dict[str, None] = {}
        self._here: dict[str, int] = {}

    def saw(self, event: ClientEvent) -> None:
        """Take note of who and what a event names."""
        match event:
            case Message() | Direct():
                self._nicks.pop(event.nick, None)
                self._nicks[event.nick] = None
                self._forget()
            case Joined():
                self._present(event.nick)
                self._rooms[event.room] = None
                # One's own is followed by the whole list.
                self._count(event.room, 1 if event.seq is UNSET else 0)
            case Left():
                self._count(event.room, -1)
            case Renamed():
                self._nicks = {
                    (event.to if nick == event.nick else nick): None for nick in self._nicks
                }
            case Members():
                self._here[event.room] = event.count
                for nick in () if event.nicks is UNSET else event.nicks or ():
                    self._present(nick)
            case Rooms():
                self._rooms |= dict.fromkeys(info.room for info in event.rooms)
            case _:
                pass

    def nicks(self, own: str) -> list[str]:
        """Return everybody but oneself, the latest speaker first."""
        return [nick for nick in reversed(self._nicks) if nick != own]

    @property
    def rooms(self) -> list[str]:
        """Return the rooms that have been seen."""
        return list(self._rooms)

    def here(self, room: str) -> int | None:
        """Return how many are in a room; None if that is not known."""
        return self._here.get(room)

    def _count(self, room: str, step: int) -> None:
        if room in self._here:
            self._here[room] = max(0, self._here[room] + step)

    def _present(self, nick: str) -> None:
        if nick not in self._nicks:
            # Whoever has only come stands behind all who have spoken.
            self._nicks = {nick: None, **self._nicks}
            self._forget()

    def _forget(self) -> None:
        while len(self._nicks) > REMEMBERED:
            del self._nicks[next(iter(self._nicks))]
