"""A room: its log's tail, who reads it, and who is said to be in it.

Readers are connections' cursors; members are sessions, which may outlive a
connection. A room knows neither sockets nor the store.
"""

from typing import TYPE_CHECKING

from core.limits import MEMBERS_NAMED
from core.log import Tail

if TYPE_CHECKING:
    from core.outlet import Reader
    from core.session import Session


class Room:
    """One room. `members` keeps the order in which they came."""

    __slots__ = (
        "announced",
        "counted",
        "counts_planned",
        "first",
        "members",
        "name",
        "readers",
        "tail",
        "topic",
    )

    def __init__(self, name: str, head: int = 0, topic: str = "", first: int = 1) -> None:
        self.name = name
        self.topic = topic
        self.first = first
        """The oldest seq that the log still holds; behind `head` if it holds none."""
        self.tail = Tail(head)
        self.readers: set[Reader] = set()
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

    def drop_reader(self, reader: "Reader") -> None:
        """Forget a cursor; without any, the tail is not held in memory."""
        self.readers.discard(reader)
        if not self.readers:
            self.tail.forget()
