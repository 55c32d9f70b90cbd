"""What a prompt asks for and its keys do, answered by a talk."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from terminal.completion import Offer, offers

if TYPE_CHECKING:
    from terminal.controller import Talk


class Desk:
    """Stands between a prompt, which is there first, and the talk that shows on it."""

    talk: "Talk"

    @property
    def room(self) -> str:
        """The room that is looked at."""
        return self.talk.room

    def status(self, columns: int) -> str:
        """Return the line below the prompt."""
        return self.talk.status(columns)

    def offers(self, before: str) -> Sequence[Offer]:
        """Return what Tab offers behind what was typed."""
        people = self.talk.people
        rooms = dict.fromkeys([*(room.name for room in self.talk.rooms.all), *people.rooms])
        return offers(before, people.nicks(self.talk.conversation.nick), list(rooms))

    def to_number(self, number: int) -> None:
        """Look at the room with a number."""
        self.talk.look_at(self.talk.rooms.numbered(number))

    def beside(self, step: int) -> None:
        """Look at the room before or behind this one."""
        self.talk.look_at(self.talk.rooms.beside(step))

    def to_news(self) -> None:
        """Look at a room in which something is new."""
        self.talk.look_at(self.talk.rooms.with_news())
