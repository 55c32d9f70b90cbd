"""The hub: rooms, sessions and the log, and what happens when something is said.

A line's way: a face (a connection's mode) hands a request to `core.hub.requests`,
which hands a message to `say` here; the writer keeps it; `settled` numbers it
into its room's tail and wakes the room's readers. Nothing here awaits, and
nothing here knows how bytes look.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

from msgspec import UNSET

from core.clock import Clock
from core.delivery.outbound import Fetch, Outbound, Turn
from core.errors import Refused, StoreError, UnknownOutcome
from core.hub.directory import Directory
from core.hub.room import Room
from core.hub.session import NickBook, Session, token_hash
from core.limits import ROOMS_LIMIT
from core.log.entry import LOST, REUSED, Entry, RoomRow
from core.log.tail import Batch, Encoding, Tails, encode_event
from core.server.inbound import InboundScheduler
from core.sqlite.pages import Pages
from core.sqlite.retention import Pruned
from core.sqlite.store import Store
from core.text.invitation import Doors
from core.text.names import clean_room
from core.wire.messages import Bye, Event, Message, Ref, Retention


class Handler(Protocol):
    """A connection as the hub sees it: something that can be told events."""

    @property
    def outbound(self) -> Outbound: ...

    @property
    def local_address(self) -> tuple[str, int] | None:
        """Where its client reached the hub; None where only a proxy knows."""

    def tell(self, event: Event) -> None:
        """Send one event to this connection alone."""

    def acknowledge(self, entries: list[Entry]) -> None:
        """Learn that messages of this connection are kept, each as its `seq`."""

    def refuse(self, entry: Entry, ref: Ref | None, problem: Refused) -> None:
        """Learn that a message of this connection is not kept."""

    def settled(self, messages: int, costs_bytes: int) -> None:
        """Learn how many messages are no longer in flight, and what they took in memory."""

    def asked(self, more: int) -> None:
        """Count a question to the store (+1) or its answer (-1)."""

    def dismiss(self, bye: Bye) -> None:
        """Say good-bye and close the connection."""


class Journal(Protocol):
    """Where messages go to become part of the log, in the order given."""

    def append(self, entry: Entry) -> None: ...

    def remember_session(self, number: int, token_hash: bytes, nick: str) -> None: ...

    def set_topic(self, room: str, topic: str) -> None: ...


class Hub:
    """Everything that connections share. It is the journal's listener."""

    def __init__(
        self, store: Store, clock: Clock, journal: Callable[["Hub"], Journal], fetch: Fetch,
        keeps: Retention,
    ) -> None:  # fmt: skip
        """Begin with the rooms of a store.

        `journal` makes the journal that this hub listens to; `fetch` runs a
        function beside the event loop, to read from the store.
        """
        self.clock = clock
        self.log = store.log
        self.keeps = keeps
        self.doors = Doors()
        """Where it can be reached, as far as it was told."""
        self.inbound_scheduler = InboundScheduler(clock)
        self.turn = Turn(clock, self.inbound_scheduler.coalesce)
        self.turn.on_flushed = self._trim
        self._grown: list[Room] = []
        self.tails = Tails()
        self.pages = Pages(store)
        self.nicks = NickBook()
        self.rooms = {
            row.name: Room(row.name, row.head, row.topic, row.first) for row in store.rooms()
        }
        self.directory = Directory(self.rooms)
        self.sessions: dict[bytes, Session] = {}
        """Sessions that can be resumed, by the hash of their token."""
        self.journal = journal(self)
        self.fetch = fetch

    def known(self, name: str) -> Room:
        """Return a room by whatever name a client gave it; raise Refused.

        One that does not exist is shown empty, and is not there afterwards:
        a question opens no room.
        """
        room = self.rooms.get(name)
        if room is None:
            name = clean_room(name)
            room = self.rooms.get(name)
        return Room(name) if room is None else room

    def room(self, name: str) -> Room:
        """Return a room likewise, to be entered or spoken in.

        Rooms are open: one that does not exist yet is there from now on.
        """
        room = self.known(name)
        if room.name not in self.rooms:
            if len(self.rooms) >= ROOMS_LIMIT:
                raise Refused("bad_room", "there are too many rooms already; join one of them")
            self.rooms[room.name] = room
        return room

    def forget_if_empty(self, room: Room) -> None:
        """Hold no room any more that nobody is in and nothing was said in."""
        if not (room.members or room.readers or room.tail.head or room.topic):
            self.rooms.pop(room.name, None)

    def forget_session(self, session: Session) -> None:
        """Hold an ended session no more; the store may still know its token."""
        if session.token is not None:
            self.sessions.pop(token_hash(session.token), None)

    def say(self, handler: Handler, entry: Entry, ref: Ref | None, costs_bytes: int) -> None:
        """Queue a clean message for the log; its face learns what becomes of it."""
        entry.origin = (handler, ref, costs_bytes)
        self.journal.append(entry)

    def broadcast(self, sessions: Iterable[Session], event: Event) -> None:
        """Tell connected sessions something that is not part of the log."""
        told: dict[Encoding, bytes] = {}
        for session in sessions:
            if session.handler is None:
                continue
            outbound = session.handler.outbound
            line = told.get(outbound.encoding)
            if line is None:
                line = told[outbound.encoding] = encode_event(event, outbound.encoding)
            outbound.push_presence(line)

    def settled(self, entries: list[Entry], error: StoreError | None) -> None:
        """Bring a committed group to its rooms' readers; answer who said it."""
        fresh: dict[str, tuple[list[Message], list[int]]] = {}
        said: dict[Handler, list[Entry]] = {}
        for entry in entries:
            handler = entry.origin[0]
            own = said.get(handler)
            if own is None:
                own = said[handler] = []
            own.append(entry)
            if error is None and entry.seq > REUSED and not entry.repeated:
                found = fresh.get(entry.room)
                if found is None:
                    found = fresh[entry.room] = ([], [])
                found[0].append(_message(entry))
                found[1].append(entry.session)
        for handler, own in said.items():
            _answer(handler, own, error)
        for name, (messages, sessions) in fresh.items():
            self._deliver(name, Batch(messages, sessions))

    def recovered(self, rooms: list[RoomRow]) -> None:
        """Read on where a commit whose outcome was unknown turns out to be in the log."""
        for row in rooms:
            room = self.rooms.get(row.name)
            if room is None:
                self.rooms[row.name] = Room(row.name, row.head, row.topic, row.first)
            elif row.head > room.tail.head:
                room.tail.forget(row.head)
                self.turn.mark_room(room)

    def pruned(self, rooms: list[Pruned]) -> None:
        """Offer dropped messages to nobody any more."""
        for done in rooms:
            room = self.rooms.get(done.room)
            if room is not None:
                room.first = done.first
            self.pages.forget(done.room, done.first)

    def _deliver(self, name: str, batch: Batch) -> None:
        room = self.rooms.get(name)
        if room is None:  # said into a room that was forgotten meanwhile
            room = self.rooms[name] = Room(name, batch.first - 1)
        if not room.readers:
            room.tail.forget(batch.last)
            return
        room.tail.append(batch)
        self.tails.grew(room.tail)
        self._grown.append(room)
        self.turn.mark_room(room)

    def _trim(self) -> None:
        """Hold no more than needed, now that those who could be written to have it."""
        for room in self._grown:
            room.tail.trim()
        self._grown.clear()


def _answer(handler: Handler, entries: list[Entry], error: StoreError | None) -> None:
    """Tell a face what became of its messages."""
    handler.settled(len(entries), sum([entry.origin[2] for entry in entries]))
    kept = [] if error else [entry for entry in entries if entry.seq > REUSED]
    if kept:
        handler.acknowledge(kept)
    if len(kept) < len(entries):
        for entry in entries:
            if error is not None or entry.seq <= REUSED:
                handler.refuse(entry, entry.origin[1], _why(entry, error))


def _message(entry: Entry) -> Message:
    return Message(
        room=entry.room, seq=entry.seq, id=UNSET if entry.id is None else entry.id, at=entry.at,
        nick=entry.nick, kind=UNSET if entry.kind is None else "action", text=entry.text,
    )  # fmt: skip


def _why(entry: Entry, error: StoreError | None) -> Refused:
    if isinstance(error, UnknownOutcome):
        return Refused("unknown_outcome", "the disk failed; it may or may not have been kept")
    if error is not None or entry.seq == LOST:
        return Refused("not_stored", "the disk failed; it was not kept, say it again later")
    return Refused("id_reused", "this id was used for another text, which is in the log")
