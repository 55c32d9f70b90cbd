"""The hub: rooms, sessions and the log, and what happens when something is said.

A line's way: a handler (a connection's mode) hands a request to `core.hub.requests`,
which hands a message to `say` here; the journal keeps it; `settled` answers its
sender, and brings it to its room's feed, whose cursors are written to at the end
of the turn. Nothing here awaits, and nothing here knows how bytes look.
"""

from collections.abc import Callable, Iterable, Sequence

from core.clock import Clock
from core.delivery.flush import FlushScheduler
from core.delivery.pagereader import PageReader
from core.errors import Refused, StoreError, UnknownOutcome
from core.hub.directory import Directory
from core.hub.handler import Handler, Origin
from core.hub.people import LocalPeople, People
from core.hub.room import Room, Session
from core.limits import ROOMS_LIMIT
from core.log.encoding import Encoding, encode_event
from core.log.entry import LOST, REUSED, Entry, RoomRow, kept_message
from core.log.history import Fetch, History
from core.log.journal import Journal, Listener, Pruned
from core.log.tail import Batch, Tails
from core.text.invitation import Doors
from core.text.names import clean_room
from core.wire.messages import Event, Message, Ref, Retention, Topic


class Hub:
    """Everything that connections share. It is the journal's listener."""

    def __init__(
        self, *, log: str, rooms: Iterable[RoomRow], clock: Clock, history: History, fetch: Fetch,
        flushes: FlushScheduler, journal: Callable[[Listener], Journal], keeps: Retention,
        people: People | None = None,
    ) -> None:  # fmt: skip
        """Start with the rooms of the log called `log`.

        `journal` makes the journal that this hub listens to; without `people`
        the hub is alone. `keeps` is only told to clients.
        """
        self.log = log
        self.clock = clock
        self.keeps = keeps
        self.doors = Doors()
        """Where it can be reached, as far as it was told."""
        self.history = history
        self.fetch = fetch
        self.flushes = flushes
        self.flushes.on_flushed = self._trim
        self.pages = PageReader(history, fetch, flushes)
        self.people: People = LocalPeople(history, fetch) if people is None else people
        self.rooms = {row.name: Room(row.name, row.head, row.topic, row.first) for row in rooms}
        self.directory = Directory(self.rooms)
        self.not_stored = 0
        """How many messages the log failed to keep since the start."""
        self._tails = Tails()
        self._grown: list[Room] = []
        self.journal = journal(self)

    # --- rooms -------------------------------------------------------------------

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

    def forget_if_unused(self, room: Room) -> None:
        """Forget a room that has no members, no messages and no topic."""
        if room.unused:
            self.rooms.pop(room.name, None)

    # --- saying and telling ------------------------------------------------------

    def say(self, handler: Handler, entry: Entry, ref: Ref | None, cost_bytes: int) -> None:
        """Queue a clean message for the log; its handler learns what becomes of it."""
        flow = handler.flow
        entry.origin = Origin(handler, ref, cost_bytes, flow)
        flow.submit(cost_bytes)
        self.journal.append(entry)

    def broadcast(self, sessions: Iterable[Session], event: Event) -> None:
        """Tell connected sessions something that is not part of the log."""
        encoded: dict[Encoding, bytes] = {}
        for session in sessions:
            if session.handler is None:
                continue
            outbound = session.handler.outbound
            if outbound.hides is not None and outbound.hides(event):
                continue
            line = encoded.get(outbound.encoding)
            if line is None:
                line = encoded[outbound.encoding] = encode_event(event, outbound.encoding)
            outbound.push_presence(line)

    # --- the journal's side ------------------------------------------------------

    def settled(self, entries: Sequence[Entry], error: StoreError | None) -> None:
        """Answer who said a committed group, then bring it to its rooms' readers."""
        said: dict[Handler, list[Entry]] = {}
        fresh: list[Entry] = []
        for entry in entries:
            handler = entry.origin.handler
            own = said.get(handler)
            if own is None:
                own = said[handler] = []
            own.append(entry)
            if error is None and entry.seq > REUSED and not entry.repeated:
                fresh.append(entry)
        for handler, own in said.items():
            self.not_stored += _answer(handler, own, error)
        self._deliver(fresh)

    def followed(self, entries: Sequence[Entry]) -> None:
        """Bring messages that another hub wrote to their rooms' readers."""
        self._deliver([entry for entry in entries if entry.seq > REUSED and not entry.repeated])

    def topic_set(self, room: str, text: str, nick: str) -> None:
        """Tell a room's members of a topic, unless it is the one that they were told."""
        found = self.rooms.get(room) or Room(room)
        if found.topic == text:
            return
        found.topic = text
        self.rooms[room] = found
        at = self.clock.now_ms()
        self.broadcast(found.members, Topic(room=room, text=text, nick=nick, at=at))
        self.forget_if_unused(found)

    def recovered(self, rooms: Sequence[RoomRow]) -> None:
        """Read on where a commit whose outcome was unknown turns out to be in the log."""
        for row in rooms:
            room = self.rooms.get(row.name)
            if room is None:
                self.rooms[row.name] = Room(row.name, row.head, row.topic, row.first)
            elif row.head > room.tail.head:
                room.tail.forget(row.head)
                self.flushes.mark_feed(room.feed)

    def pruned(self, rooms: Sequence[Pruned]) -> None:
        """Stop offering messages that were dropped."""
        for done in rooms:
            room = self.rooms.get(done.room)
            if room is not None:
                room.first = done.first
            self.history.forget(done.room, done.first)

    def _deliver(self, entries: Iterable[Entry]) -> None:
        """Add kept messages to their rooms' tails: a group is one batch in each room."""
        fresh: dict[str, tuple[list[Message], list[int]]] = {}
        for entry in entries:
            found = fresh.get(entry.room)
            if found is None:
                found = fresh[entry.room] = ([], [])
            message = kept_message(
                entry.room, entry.seq, entry.id, entry.at, entry.nick, entry.kind, entry.text
            )
            found[0].append(message)
            found[1].append(entry.session)
        for name, (messages, sessions) in fresh.items():
            self._append(name, Batch(messages, sessions))

    def _append(self, name: str, batch: Batch) -> None:
        room = self.rooms.get(name)
        if room is None:  # said into a room that was forgotten meanwhile
            room = self.rooms[name] = Room(name, batch.first - 1)
        if not room.feed.cursors:
            room.tail.forget(batch.last)
            return
        room.tail.append(batch)
        self._tails.grew(room.tail)
        self._grown.append(room)
        self.flushes.mark_feed(room.feed)

    def _trim(self) -> None:
        """Drop what is too large to hold, now that everyone who could be written to has it."""
        for room in self._grown:
            room.tail.trim()
        self._grown.clear()


def _answer(handler: Handler, entries: list[Entry], error: StoreError | None) -> int:
    """Tell a handler what became of its messages; return how many the log failed to keep."""
    cost_bytes = sum([entry.origin.cost_bytes for entry in entries])
    entries[0].origin.flow.release(len(entries), cost_bytes)
    kept = [] if error else [entry for entry in entries if entry.seq > REUSED]
    if kept:
        handler.acknowledge(kept)
    if len(kept) == len(entries):
        return 0
    for entry in entries:
        if error is not None or entry.seq <= REUSED:
            handler.reject(entry, entry.origin.ref, _why(entry, error))
    return len(entries) if error else sum([entry.seq == LOST for entry in entries])


def _why(entry: Entry, error: StoreError | None) -> Refused:
    if isinstance(error, UnknownOutcome):
        return Refused("unknown_outcome", "the disk failed; it may or may not have been kept")
    if error is not None or entry.seq == LOST:
        return Refused("not_stored", "the disk failed; it was not kept, say it again later")
    return Refused("id_reused", "this id was used for another text, which is in the log")
