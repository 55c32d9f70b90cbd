"""The contract for reading a log: `History`, and what its answers are.

Reading is synchronous and may take as long as a disk does, so it is done beside
the event loop: `Fetch` runs it there. Knows no database, no thread and no room.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Protocol

from core.log.tail import Batch
from core.wire.messages import Message

READ_AGAIN_S: Final = 1.0
"""How long whoever cannot go on without an answer waits before asking again."""


class Unread(Enum):
    """No answer: the log could not be read. Nothing follows from it."""

    FAILED = "the log cannot be read just now; try again"


Fetch = Callable[[Callable[[], Any], Callable[[Any], None]], None]
"""Run the first beside the event loop, and give the second its result on the loop.

If the log cannot be read, the result is `Unread.FAILED`.
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Messages in the order of `seq`, and whether the log goes on beyond them.

    A search that has looked at as much as one may look at goes on `before` a place
    of which no message was found.
    """

    messages: tuple[Message, ...]
    more: bool
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Among:
    """Which messages a search looks at: of one person, not older than `since`, older than `until`.

    `share` is how many searches do one question's work together.
    """

    nick: str | None = None
    since: int | None = None
    until: int | None = None
    share: int = 1

    @property
    def narrows(self) -> bool:
        """Tell whether it leaves out any message."""
        return (self.nick, self.since, self.until) != (None, None, None)


EVERYTHING: Final = Among()


UNFINISHED: Final = Found((), more=True)
"""What a search answers whose next step is yet to be taken."""


class Search(Protocol):
    """A search that goes on step by step, so that others have their turn in between."""

    def step(self) -> Found:
        """Look further; return UNFINISHED, or what was found when that is all."""
        ...


class History(Protocol):
    """Older parts of the log. Every method but `kept` and `forget` reads: see `Fetch`."""

    def kept(self, room: str, after: int) -> Batch | None:
        """Return the page that begins behind `after`, if it is in memory."""
        ...

    def read(self, room: str, after: int, head: int) -> Batch | None:
        """Return the page that begins behind `after`, up to `head`; None if there is none.

        It may begin later than asked, with the oldest message that was not dropped.
        """
        ...

    def forget(self, room: str, first: int) -> None:
        """Hold no messages of a room that are older than `first`."""

    def before(self, room: str, before: int | None, limit: int) -> Found:
        """Return the newest messages of a room, or those just before `before`."""
        ...

    def after(self, room: str, after: int, limit: int) -> Found:
        """Return the messages just behind `after`."""
        ...

    def since(self, room: str, at: int, limit: int) -> Found:
        """Return the first messages of a room that are not older than `at`."""
        ...

    def search(
        self, room: str, text: str, before: int | None, limit: int, among: Among = EVERYTHING
    ) -> Search:
        """Return a search for the newest messages that hold every word of `text`."""
        ...

    def session(self, token_hash: bytes) -> tuple[int, str] | None:
        """Return number and last nick of the session with this token."""
        ...
