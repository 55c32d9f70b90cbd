"""The contract between a hub and its log: `Journal` takes messages in, `Listener` learns of them.

The hub calls a `Journal`; whoever implements it calls the hub, its `Listener`,
on the event loop. Two hubs may share one log: a hub then also learns of entries
that it did not write (`Listener.followed`). Knows no database, no thread and no room.

Invariants that every journal keeps:

- An entry is told to the listener once, and only when it is durable or certainly
  not in the log; `UnknownOutcome` says that neither is certain.
- A room's entries are told in the order of `seq`, without gaps.
- What was appended behind a failed entry, before the listener knew of the
  failure, fails as well. So one sender's lines never overtake one another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.errors import StoreError
from core.log.entry import Entry, RoomRow


@dataclass(frozen=True, slots=True)
class Pruned:
    """A room's log begins with `first` now; `messages` were dropped."""

    room: str
    first: int
    messages: int


class Journal(Protocol):
    """Where messages go to become part of the log, in the order given."""

    def append(self, entry: Entry) -> None:
        """Take a message; the listener learns what becomes of it."""

    def remember_session(self, number: int, token_hash: bytes, nick: str) -> None:
        """Take a session that can be resumed, before its first message with an id."""

    def set_topic(self, room: str, text: str, nick: str) -> None:
        """Take a room's new topic, and who has set it."""

    def current(self, then: Callable[[], None]) -> None:
        """Call once the listener knows of all that anybody was shown before this call.

        A log with one hub is always current: `then` is called at once.
        """

    def try_writing(self, then: Callable[[bool], None]) -> None:
        """Call with whether a message would be kept now, once that was tried."""


class Listener(Protocol):
    """Who is told, on the event loop, what became of the log."""

    def settled(self, entries: Sequence[Entry], error: StoreError | None) -> None:
        """Learn of a group of one's own and its error, in the order of commits."""

    def followed(self, entries: Sequence[Entry]) -> None:
        """Learn of messages that another hub wrote and that are kept."""

    def topic_set(self, room: str, text: str, nick: str) -> None:
        """Learn of a topic, in the order of the log, that another hub has set.

        Also of one's own, if another hub's came before it and behind the moment
        at which it was set here: the last one in the log is the one that stays.
        """

    def recovered(self, rooms: Sequence[RoomRow]) -> None:
        """Learn what is in the log after a commit whose outcome was unknown."""

    def pruned(self, rooms: Sequence[Pruned]) -> None:
        """Learn which messages were dropped."""
