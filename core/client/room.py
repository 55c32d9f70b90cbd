"""The API for programs: one room as an async iterator, with methods to say and to ask.

Knows what came in the room and is not taken yet. A reader that falls behind while
its program waits for something else reads on in the log, as any client may; it
does not know how the connection is kept.
"""

import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final, Protocol, TypeAlias, TypeVar

from msgspec import UNSET

from core.client.conversation import Conversation
from core.client.position import Gap
from core.limits import HISTORY_LIMIT
from core.wire.messages import (
    AnyRequest,
    AskHistory,
    AskMembers,
    Direct,
    Event,
    History,
    Joined,
    Kind,
    Left,
    Members,
    Message,
    Renamed,
    Reset,
    Results,
    Search,
    SetTopic,
    Topic,
)

E = TypeVar("E", bound=Event)

AHEAD_MOST: Final = 1_000
"""Events buffered for a slow reader; at this limit reading from the hub is paused."""

RoomEvent: TypeAlias = Message | Joined | Left | Renamed | Topic | Members
"""What happens in a room. `Members` comes whenever the program has (re-)entered it."""

_log: Final = logging.getLogger("hubbub.client")


class RoomClient(Protocol):
    """The connection that a room belongs to; `Client` says what its methods do."""

    conversation: Conversation

    @property
    def nick(self) -> str:
        """What the hub calls this program."""

    async def join(
        self, room: str, *, last: int = 0, after: int | None = None, own: bool = False
    ) -> "ClientRoom":
        """Enter another room on the same connection."""

    async def leave(self, room: "ClientRoom") -> None:
        """Leave a room."""

    async def tell(self, nick: str, text: str, kind: Kind | None = None) -> None:
        """Say something to one person."""

    async def rename(self, nick: str) -> str:
        """Take another nick."""

    def directs(self) -> AsyncIterator[Direct]:
        """Iterate over what is said to this program alone."""

    def check(self, room: "ClientRoom") -> None:
        """Raise the reason for which the room has ended."""

    async def said(self, id_: str) -> int:
        """Wait until a message is kept."""

    async def ask(self, request: AnyRequest, wanted: type[E]) -> E:
        """Ask the hub, and wait for the answer."""

    async def wait(self, room: "ClientRoom") -> None:
        """Wait until something has come."""

    def took(self) -> None:
        """Note that there is room for more."""


class ClientRoom:
    """A room one is in. Iterate over it for messages; see `connect`."""

    def __init__(self, client: RoomClient, name: str, *, own: bool) -> None:
        self.name = name
        """The room's proper name."""
        self.client = client
        """The connection: other rooms, direct messages, the nick."""
        self.on_gap: Callable[[int, str], None] = _warn
        """Called with the number of messages that cannot come any more, and why."""
        self._own = own
        self._came: deque[RoomEvent] = deque()
        self._newest: int | None = None
        """The seq of the newest message that was put into the queue, or left out as one's own."""
        self._behind = False
        """The queue is full, and what comes is to be read from the log."""

    # --- what a program does -----------------------------------------------------

    @property
    def nick(self) -> str:
        """What the hub calls this program."""
        return self.client.nick

    async def say(self, text: str, kind: Kind | None = None) -> int:
        """Say something; return its seq once it is kept. `kind`: "action" for /me.

        Raise Refused if it cannot be, and the reason for which the connection
        has ended for good.
        """
        self.client.check(self)
        request = self.client.conversation.say(self.name, text, kind)
        return await self.client.said(request.id or "")

    async def tell(self, nick: str, text: str) -> None:
        """Say something to one person, who is here now; raise as `say` does."""
        await self.client.tell(nick, text)

    async def members(self, text: str | None = None) -> tuple[str, ...]:
        """Return who is here, or those whose nick holds a `text`, in any case.

        Of many it names 200.
        """
        answer = await self.client.ask(AskMembers(room=self.name, text=text), Members)
        return answer.nicks or () if answer.nicks is not UNSET else ()

    async def history(
        self, *, limit: int = 50, before: int | None = None, after: int | None = None
    ) -> tuple[Message, ...]:
        """Return messages, oldest first: the newest ones, or those around a seq."""
        ask = AskHistory(room=self.name, limit=limit, before=before, after=after)
        return (await self.client.ask(ask, History)).messages

    async def search(self, words: str, *, limit: int = 20) -> tuple[Message, ...]:
        """Return the newest messages with all these words."""
        ask = Search(room=self.name, text=words, limit=limit)
        return (await self.client.ask(ask, Results)).messages

    async def topic(self, text: str | None = None) -> str:
        """Return the room's topic, after setting it if there is a `text`; "" removes it."""
        return (await self.client.ask(SetTopic(room=self.name, text=text), Topic)).text

    def __aiter__(self) -> "ClientRoom":
        return self

    async def __anext__(self) -> Message:
        """Wait for the next message; the iteration never ends by itself."""
        while True:
            event = await self._next()
            if isinstance(event, Message):
                return event

    async def events(self) -> AsyncIterator[RoomEvent]:
        """Iterate over all that happens, comings and goings too; it never ends by itself.

        It takes from the same queue as iterating over the room itself. Of a reader
        that falls behind, comings and goings are left out; messages never are.
        """
        while True:
            yield await self._next()

    # --- what comes --------------------------------------------------------------

    @property
    def is_full(self) -> bool:
        """Tell whether as much waits as may."""
        return len(self._came) >= AHEAD_MOST

    def deliver(self, event: RoomEvent | Gap | Reset) -> None:
        """Take what came; for the client."""
        if isinstance(event, Reset):
            self._newest = event.next - 1
            self.on_gap(event.missed, event.reason)
        elif self._behind:
            pass  # the log has it
        elif isinstance(event, Gap):
            self.on_gap(event.last - event.first + 1, "they did not come")
        elif len(self._came) >= 2 * AHEAD_MOST and self._newest is not None:
            self._behind = True
        else:
            self._queue(event)

    def _queue(self, event: RoomEvent) -> None:
        if isinstance(event, Message):
            self._newest = event.seq
            if not self._own and self.client.conversation.is_own(event):
                return
        self._came.append(event)

    async def _next(self) -> RoomEvent:
        while not self._came:
            if self._behind:
                await self._catch_up()
            else:
                await self.client.wait(self)
        self.client.took()
        return self._came.popleft()

    async def _catch_up(self) -> None:
        """Read a page of what was left out, and note when there is no more of it."""
        self.client.check(self)
        page = await self.client.ask(
            AskHistory(room=self.name, after=self._newest, limit=HISTORY_LIMIT), History
        )
        for message in page.messages:
            if self._newest is not None and message.seq > self._newest + 1:
                self.on_gap(message.seq - self._newest - 1, "pruned")
            self._queue(message)
        position = self.client.conversation.positions.get(self.name)
        seen = position.seen if position is not None else None
        self._behind = page.more or (seen or 0) > (self._newest or 0)


def _warn(count: int, reason: str) -> None:
    _log.warning("%d messages are missing: %s", count, reason)
