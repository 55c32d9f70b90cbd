"""The API for programs: one room as an async iterator, with methods to say and to ask.

Reconnecting is handled inside: messages without an ack are sent again under
their old ids, and reading resumes behind the last message. Knows no screen.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, Literal, TypeVar

from msgspec import UNSET

from core.client.address import parse_address
from core.client.conversation import ClientEvent, Conversation
from core.client.outbox import Acked, Rejected
from core.client.pending import Pending
from core.client.position import Gap
from core.client.reconnect import Reconnector, RetryPolicy
from core.client.transport import connect_transport
from core.errors import Refused
from core.limits import JOIN_LAST_LIMIT
from core.text.names import clean_room
from core.wire.messages import (
    AnyRequest,
    AskHistory,
    AskMembers,
    Direct,
    Error,
    Event,
    History,
    Joined,
    Kind,
    Members,
    Message,
    Reset,
    Results,
    Search,
    SetTopic,
    Topic,
    Welcome,
)

E = TypeVar("E", bound=Event)

AHEAD_MOST: Final = 1_000
"""Messages buffered for a slow reader; at this limit reading is paused."""

LEAVE_WAIT_S: Final = 5.0
"""How long closing the connection may take when the block is left."""

_log: Final = logging.getLogger("hubbub.client")


class ClientRoom:
    """A room one is in. Iterate over it for messages; see `connect`."""

    def __init__(self, conversation: Conversation, name: str, *, own: bool, directs: bool) -> None:
        self.name = name
        """The room's proper name."""
        self.on_gap: Callable[[int, str], None] = _warn
        """Called with the number of messages that cannot come any more, and why."""
        self._conversation = conversation
        self._own = own
        self._directs = directs
        self._came: deque[Message | Direct] = deque()
        self._changed = asyncio.Event()
        self._taken = asyncio.Event()
        self._nudge: Callable[[], None] = lambda: None
        self._pending = Pending(conversation)

    # --- what a program does -----------------------------------------------------

    @property
    def nick(self) -> str:
        """What the hub calls this program."""
        return self._conversation.nick

    async def say(self, text: str, kind: Kind | None = None) -> int:
        """Say something; return its seq once it is kept. `kind`: "action" for /me.

        Raise Refused if it cannot be, and the reason for which the connection
        has ended for good.
        """
        request = self._conversation.say(self.name, text, kind)
        return await self._said(request.id or "")

    async def tell(self, nick: str, text: str) -> None:
        """Say something to one person, who is here now; raise as `say` does."""
        request = self._conversation.say_direct(nick, text)
        await self._said(request.id or "")

    async def members(self) -> tuple[str, ...]:
        """Return who is here; nobody where there are too many to name."""
        answer = await self._ask(AskMembers(room=self.name), Members)
        return answer.nicks or () if answer.nicks is not UNSET else ()

    async def history(
        self, *, limit: int = 50, before: int | None = None, after: int | None = None
    ) -> tuple[Message, ...]:
        """Return messages, oldest first: the newest ones, or those around a seq."""
        ask = AskHistory(room=self.name, limit=limit, before=before, after=after)
        return (await self._ask(ask, History)).messages

    async def search(self, words: str, *, limit: int = 20) -> tuple[Message, ...]:
        """Return the newest messages with all these words."""
        return (await self._ask(Search(room=self.name, text=words, limit=limit), Results)).messages

    async def topic(self, text: str | None = None) -> str:
        """Return the room's topic, after setting it if there is a `text`."""
        return (await self._ask(SetTopic(room=self.name, text=text), Topic)).text

    def __aiter__(self) -> "ClientRoom":
        return self

    async def __anext__(self) -> Message | Direct:
        """Wait for the next message; the iteration never ends by itself."""
        while not self._came:
            self._pending.check()
            self._changed.clear()
            await self._changed.wait()
        self._taken.set()
        return self._came.popleft()

    # --- waiting -----------------------------------------------------------------

    async def _said(self, id_: str) -> int:
        self._pending.check()
        acked = self._pending.ack_of(id_)
        self._wake()
        return await acked

    async def _ask(self, request: AnyRequest, wanted: type[E]) -> E:
        self._pending.check()
        answered = self._pending.ask(request)
        self._wake()
        answer = await answered
        if not isinstance(answer, wanted):
            raise Refused("bad_request", f"the hub answered with {type(answer).__name__}")
        return answer

    def _wake(self) -> None:
        self._nudge()
        # An answer comes behind other messages: they are read for it, however many.
        self._taken.set()

    async def ready(self) -> None:
        """Wait until there is room for more of what comes."""
        while len(self._came) >= AHEAD_MOST and self._conversation.at_rest:
            self._taken.clear()
            await self._taken.wait()

    async def drain(self) -> None:
        """Wait until everything that was said is kept or refused."""
        while self._pending.awaits_acks or self._conversation.unacked_count:
            self._pending.check()
            self._changed.clear()
            await self._changed.wait()

    def ends(self, reason: BaseException) -> None:
        """Tell all who wait that nothing comes any more."""
        self._pending.end(reason)
        self._changed.set()

    # --- what comes --------------------------------------------------------------

    def on_events(self, events: Sequence[tuple[ClientEvent, bytes]]) -> None:
        """Take what came."""
        for event, _ in events:
            self._take(event)
        self._changed.set()

    def _take(self, event: ClientEvent) -> None:
        match event:
            case Message() if event.room == self.name:
                if self._own or not self._conversation.is_own(event):
                    self._came.append(event)
            case Direct() if self._directs and not self._conversation.is_own(event):
                self._came.append(event)
            case Acked():
                self._pending.acked(event)
            case Rejected():
                self._pending.rejected(event)
            case Gap():
                self.on_gap(event.last - event.first + 1, "they did not come")
            case Reset():
                self.on_gap(event.missed, event.reason)
            case Welcome():
                self._pending.ask_again()
            case Joined() if event.room == self.name and event.seq is not UNSET:
                self._pending.enter()
            case Error():
                self._pending.failed(event)
            case _:
                self._pending.answered(event)

    def lost(self, reason: str, wait_s: float) -> None:
        """Take note that there is no connection."""
        _log.info("not connected (%s); trying again in %.1f s", reason, wait_s)

    def refused_hello(self, error: Error) -> bool:
        """Leave it at that: another name would be somebody else."""
        return False


@asynccontextmanager
async def connect(
    address: str, *, nick: str | None = None, room: str = "lobby", last: int = 0,
    after: int | None = None, own: bool = False, directs: bool = False,
    give_up_after_s: float | None = None, retry: RetryPolicy | None = None,
    proxy: Literal[True] | None = True,
) -> AsyncIterator[ClientRoom]:  # fmt: skip
    """Enter a room: `async with connect("host:4045", nick="bot") as room: …`.

    `address` is what `hubbub join` takes, ws:// too. Reading begins with what is
    said from now on, or with the `last` newest messages, or behind the seq
    `after`. `own`: one's own messages come, too; `directs`: so do messages for
    this program alone. `give_up_after_s`: how long to go on without a connection.

    Raise BadAddress, TransportError (not reachable), HelloRefused (the nick) or Refused
    (the room). Leaving waits until all that was said is kept.
    """
    where = parse_address(address)
    name = clean_room(room)
    if not 0 <= last <= JOIN_LAST_LIMIT:
        raise Refused("bad_request", f"last is a number from 0 to {JOIN_LAST_LIMIT:,}")
    conversation = Conversation(nick or where.nick)
    here = ClientRoom(conversation, name, own=own, directs=directs)
    conversation.join(name, last=last, after=after)
    reconnector = Reconnector(
        conversation, here, lambda: connect_transport(where, proxy=proxy),
        retry=retry or RetryPolicy(), give_up_after_s=give_up_after_s, ready=here.ready,
    )  # fmt: skip
    here._nudge = reconnector.nudge
    task = asyncio.create_task(_run(reconnector, here), name="hubbub client")
    try:
        await here._pending.entered
        yield here
        await here.drain()
    finally:
        conversation.leave(name)
        reconnector.leave()
        here._taken.set()
        try:
            async with asyncio.timeout(LEAVE_WAIT_S):
                await task
        except TimeoutError:
            task.cancel()


async def _run(reconnector: Reconnector, room: ClientRoom) -> None:
    try:
        await reconnector.run()
    except Exception as problem:
        room.ends(problem)
    else:
        room.ends(Refused("left", "the room has been left"))


def _warn(count: int, reason: str) -> None:
    _log.warning("%d messages are missing: %s", count, reason)
