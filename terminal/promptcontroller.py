"""The prompt controller: what a prompt asks for and what its keys do, by way of the chat.

Knows no terminal and no connection.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from terminal.completion import Offer, offers

if TYPE_CHECKING:
    from terminal.controller import ChatController


class PromptController:
    """Answers a prompt. `chat` is set after the prompt is made, because it shows on it."""

    chat: "ChatController"

    @property
    def room(self) -> str:
        """The room that is looked at."""
        return self.chat.room

    def status(self, columns: int) -> str:
        """Return the line below the prompt."""
        return self.chat.status(columns)

    def offers(self, before: str) -> Sequence[Offer]:
        """Return what Tab offers behind what was typed."""
        people = self.chat.people
        rooms = dict.fromkeys([*(room.name for room in self.chat.rooms.all), *people.rooms])
        return offers(before, people.nicks(self.chat.conversation.nick), list(rooms))

    def to_number(self, number: int) -> None:
        """Look at the room with a number."""
        self.chat.look_at(self.chat.rooms.numbered(number))

    def beside(self, step: int) -> None:
        """Look at the room before or behind this one."""
        self.chat.look_at(self.chat.rooms.beside(step))

    def to_news(self) -> None:
        """Look at a room in which something is new."""
        self.chat.look_at(self.chat.rooms.with_news())
