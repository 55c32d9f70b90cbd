"""A room: its log's tail, who reads it, and who is said to be in it.

Readers are connections' cursors; members are sessions, which may outlive a
connection. A room knows neither sockets nor the store.
"""

from typing import TYPE_CHECKING

from core.delivery.along import Along
from core.limits import MEMBERS_NAMED
from core.log.tail import Encoding, Tail

if TYPE_CHECKING:
    from core.delivery.outbound import Reader
    from core.hub.session import Session


class Room:
    """One room. `members` keeps the order in which they came."""

    __slots__ = (
        "_along", "announced", "apart", "counted", "counts_planned", "first", "members", "name",
        "readers", "tail", "topic",
    )  # fmt: skip

    def __init__(self, name: str, head: int = 0, topic: str = "", first: int = 1) -> None:
        self.name = name
        self.topic = topic
        self.first = first
        """The oldest seq that the log still holds; behind `head` if it holds none."""
        self.tail = Tail(head)
        self.readers: set[Reader] = set()
        self.apart: set[Reader] = set()
        """Readers who do not read along, but each for itself."""
        self._along: dict[Encoding, Along] = {}
        self.members: dict[Session, None] = {}
        self.announced: set[Session] = set()
        """Members whom the others have been told of."""
        self.counts_planned = False
        self.counted = 0

    @property
    def crowded(self) -> bool:
        """So many members that only their number is told."""
        return len(self.members) > MEMBERS_NAMED

    def nicks(self) -> tuple[str, ...]:
        """Return members' names, at most so many as are named."""
        names = (session.nick for session in self.members)
        return tuple(name for name, _ in zip(names, range(MEMBERS_NAMED), strict=False))

    def along(self, encoding: Encoding) -> Along:
        """Return those who read along in an encoding."""
        found = self._along.get(encoding)
        if found is None:
            found = self._along[encoding] = Along(self.tail, encoding)
        return found

    def show_along(self) -> "list[Reader]":
        """Write what is new to all who read along; return who must read it by itself."""
        return [reader for along in self._along.values() for reader in along.show()]

    def add_reader(self, reader: "Reader") -> None:
        """Take a cursor in."""
        self.readers.add(reader)
        self.apart.add(reader)

    def drop_reader(self, reader: "Reader") -> None:
        """Forget a cursor; without any, the tail is not held in memory."""
        self.readers.discard(reader)
        self.apart.discard(reader)
        if not self.readers:
            self.tail.forget()
