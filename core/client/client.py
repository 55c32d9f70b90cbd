"""The API for programs: a connection to a hub, with as many rooms as a program wants.

Reconnecting is handled inside: messages without an ack are sent again under
their old ids, and reading resumes behind the last message. Knows what becomes
of the connection, and whose an event is; a room knows what is said in it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeVar

from core.client.conversation import ClientEvent, Conversation
from core.client.outbox import Acked, Rejected
from core.client.pending import Pending
from core.client.position import Gap
from core.client.room import AHEAD_MOST, ClientRoom
from core.errors import Refused
from core.limits import JOIN_LAST_LIMIT
from core.wire.messages import (
    AnyRequest,
    Direct,
    Error,
    Event,
    Joined,
    Kind,
    Left,
    Members,
    Message,
    Nick,
    Renamed,
    Reset,
    Topic,
    Welcome,
)

E = TypeVar("E", bound=Event)

_log: Final = logging.getLogger("hubbub.client")


class Client:
    """A program's connection to a hub. See `connect` and `connect_client`."""

    def __init__(self, conversation: Conversation, *, directs: bool) -> None:
        self.pending = Pending(conversation)
        """Who waits for the hub; for this package."""
        self.conversation = conversation
        """What was said and has come; for this package."""
        self._rooms: dict[str, ClientRoom] = {}
        self._directs: deque[Direct] | None = deque() if directs else None
        self._changed = asyncio.Event()
        self._taken = asyncio.Event()
        self._waiting = 0  # readers who wait in vain
        self._nudge: Callable[[], None] = lambda: None

    # --- what a program does -----------------------------------------------------

    @property
    def nick(self) -> str:
        """What the hub calls this program."""
        return self.conversation.nick

    @property
    def rooms(self) -> Mapping[str, ClientRoom]:
        """The rooms that the program is in, by their proper names."""
        return MappingProxyType(self._rooms)

    async def join(
        self, room: str, *, last: int = 0, after: int | None = None, own: bool = False
    ) -> ClientRoom:
        """Enter a room; the arguments are those of `connect`. One that one is in is returned.

        Raise Refused if the hub does not let the program in.
        """
        here, entered = self.enter(room, last=last, after=after, own=own)
        self.wake()
        await entered
        return here

    async def leave(self, room: ClientRoom) -> None:
        """Leave a room: iterating over it ends by Refused (`left`)."""
        if self._rooms.pop(room.name, None) is not None:
            self.pending.leave(room.name)
            self.conversation.leave(room.name)
            self.wake()
            self._changed.set()

    async def tell(self, nick: str, text: str, kind: Kind | None = None) -> None:
        """Say something to one person, who is here now; raise as `ClientRoom.say` does."""
        request = self.conversation.say_direct(nick, text, kind)
        await self.said(request.id or "")

    async def rename(self, nick: str) -> str:
        """Take another nick, and return it as the hub writes it; raise Refused."""
        return (await self.ask(Nick(nick=nick), Renamed)).to

    async def directs(self) -> AsyncIterator[Direct]:
        """Iterate over what is said to this program alone; it never ends by itself.

        Raise RuntimeError if the connection was not made with `directs=True`:
        what nobody takes would only gather.
        """
        if self._directs is None:
            raise RuntimeError("connect with directs=True to be given direct messages")
        while True:
            while not self._directs:
                await self.wait()
            self.took()
            yield self._directs.popleft()

    # --- waiting -----------------------------------------------------------------

    def check(self, room: ClientRoom | None = None) -> None:
        """Raise the reason for which the connection, or the room, has ended for good."""
        self.pending.check()
        if room is not None and self._rooms.get(room.name) is not room:
            raise Refused("left", f"{room.name} has been left")

    async def said(self, id_: str) -> int:
        """Wait until a message is kept; return its seq, 0 if it went to one person."""
        self.pending.check()
        acked = self.pending.ack_of(id_)
        self.wake()
        return await acked

    async def ask(self, request: AnyRequest, wanted: type[E]) -> E:
        """Ask the hub, and wait for the answer."""
        self.pending.check()
        answered = self.pending.ask(request)
        self.wake()
        answer = await answered
        if not isinstance(answer, wanted):
            raise Refused("bad_request", f"the hub answered with {type(answer).__name__}")
        return answer

    def wake(self) -> None:
        """Send what there is to send, and read the answer, whatever waits before it."""
        self._nudge()
        self._taken.set()

    def took(self) -> None:
        """Note that there is room for more."""
        self._taken.set()

    async def wait(self, room: ClientRoom | None = None) -> None:
        """Wait until something has come. Raise what `check` raises."""
        self.check(room)
        self._changed.clear()
        self._waiting += 1
        # Somebody else's queue may be full: this reader's event stands behind it.
        self._taken.set()
        try:
            await self._changed.wait()
        finally:
            self._waiting -= 1

    async def ready(self) -> None:
        """Wait until there is room for more of what comes."""
        while self._is_full() and self.conversation.at_rest:
            self._taken.clear()
            await self._taken.wait()

    def _is_full(self) -> bool:
        if self._directs is not None and len(self._directs) >= AHEAD_MOST:
            return True
        return not self._waiting and any(room.is_full for room in self._rooms.values())

    async def drain(self) -> None:
        """Wait until everything that was said is kept or refused."""
        while self.pending.awaits_acks or self.conversation.unacked_count:
            self.check()
            self._changed.clear()
            await self._changed.wait()

    def on_news(self, nudge: Callable[[], None]) -> None:
        """Learn what sends what the conversation has to say."""
        self._nudge = nudge

    def ends(self, reason: BaseException) -> None:
        """Tell all who wait that nothing comes any more."""
        self.pending.end(reason)
        self._changed.set()

    def enter(
        self, room: str, *, last: int, after: int | None, own: bool
    ) -> "tuple[ClientRoom, asyncio.Future[None]]":
        """Ask to be let into a room; the future tells of the answer."""
        if not 0 <= last <= JOIN_LAST_LIMIT:
            raise Refused("bad_request", f"last is a number from 0 to {JOIN_LAST_LIMIT:,}")
        self.pending.check()
        name = self.conversation.join(room, last=last, after=after)
        here = self._rooms.get(name)
        if here is None:
            here = self._rooms[name] = ClientRoom(self, name, own=own)
        return here, self.pending.entering(name)

    # --- what comes --------------------------------------------------------------

    def on_events(self, events: Sequence[tuple[ClientEvent, bytes]]) -> None:
        """Take what came."""
        for event, _ in events:
            self._take(event)
        self._changed.set()

    def _take(self, event: ClientEvent) -> None:
        match event:
            case Acked():
                self.pending.acked(event)
            case Rejected():
                self.pending.rejected(event)
            case Direct():
                if self._directs is not None and not self.conversation.is_own(event):
                    self._directs.append(event)
            case Welcome():
                self.pending.welcome()
            case Error():
                self.pending.failed(event)
                self._forget_rooms()
            case Renamed():
                for room in self._rooms.values():
                    room.deliver(event)
                self.pending.answered(event)
            case Message() | Joined() | Left() | Topic() | Members() | Gap() | Reset():
                self._to_its_room(event)
            case _:
                self.pending.answered(event)

    def _to_its_room(self, event: Message | Joined | Left | Topic | Members | Gap | Reset) -> None:
        room = self._rooms.get(event.room)
        if not isinstance(event, Message | Gap | Reset) and self.pending.answered(event):
            return
        if isinstance(event, Joined) and isinstance(event.seq, int):
            self.pending.enter(event.room)
        elif room is not None:
            room.deliver(event)
        if isinstance(event, Left):
            self._forget_rooms()

    def _forget_rooms(self) -> None:
        """Leave the rooms that the hub has taken this program out of, or not let it into."""
        for name in [one for one in self._rooms if one not in self.conversation.positions]:
            self.pending.leave(name)
            del self._rooms[name]

    def lost(self, reason: str, wait_s: float) -> None:
        """Take note that there is no connection."""
        _log.info("not connected (%s); trying again in %.1f s", reason, wait_s)

    def refused_hello(self, error: Error) -> bool:
        """Leave it at that: another name would be somebody else."""
        return False
