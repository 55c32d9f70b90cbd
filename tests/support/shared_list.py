"""Several real hubs on one list in memory: another journal behind the hub's contracts.

The list takes parcels in one order. Every hub applies it to a store of its own, at
its own pace (`Node.apply`), so one can be made to lag. Each parcel stands in the
list twice, as an unreliable append leaves it, and is applied once. Nothing here
waits: time and progress are the tests' to decide.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from memory_hub import ManualClock, MemoryHub

from core.errors import Refused
from core.hub import presence
from core.hub.nickbook import nick_taken
from core.hub.people import Claimed, Elsewhere, Resumed
from core.hub.requests import take_direct
from core.hub.room import Session, token_hash
from core.log.entry import Entry, Group
from core.log.journal import Listener
from core.text.names import clean_nick, nick_keys
from core.wire.messages import Direct


@dataclass(frozen=True)
class Parcel:
    """What one hub appends at once. `number` counts a hub's parcels."""

    hub: int
    number: int
    entries: tuple[Entry, ...] = ()
    sessions: tuple[tuple[int, bytes, str], ...] = ()
    topics: tuple[tuple[str, str, str], ...] = ()
    record: tuple[str, Any] | None = None


@dataclass
class Known:
    """What all hubs agree on about one session, once they have read so far."""

    number: int
    nick: str
    hub: int
    token: bytes | None = None


@dataclass
class Ledger:
    """What follows from the list up to a position; the same at every hub."""

    numbers: dict[int, int] = field(default_factory=dict)
    sessions: dict[int, Known] = field(default_factory=dict)

    def holder(self, nick: str) -> Known | None:
        keys = nick_keys(nick)
        for one in self.sessions.values():
            if one.nick and any(a == b for a, b in zip(nick_keys(one.nick), keys, strict=True)):
                return one
        return None


class Node:
    """One hub's side of the list: its journal, and its people."""

    def __init__(self, cluster: "SharedList", number: int, hub: MemoryHub) -> None:
        self.cluster, self.number, self.memory = cluster, number, hub
        self.ledger = Ledger()
        self.position = 0
        self.lags = False
        """It applies only what it is told to."""
        self._listener: Listener
        self._appended = 0
        self._own: dict[int, tuple[Entry, ...]] = {}
        self._waiting: dict[int, Callable[[Any], None]] = {}
        self._entries: list[Entry] = []
        self._sessions: list[tuple[int, bytes, str]] = []
        self._guests = 100 * number
        self._topics: Counter[str] = Counter()
        """Topics of one's own that are not in the list yet, by room."""
        self._overtaken: set[str] = set()
        """Rooms in which another hub's topic came before such a one."""
        self._here: dict[int, Session] = {}
        """Sessions that speak at this hub, by number."""

    def listen(self, listener: Listener) -> "Node":
        self._listener = listener
        return self

    # --- the list ------------------------------------------------------------------

    def _publish(self, done: Callable[[Any], None] | None = None, **what: Any) -> None:
        self._appended += 1
        parcel = Parcel(self.number, self._appended, **what)
        if done is not None:
            self._waiting[parcel.number] = done
        if parcel.entries:
            self._own[parcel.number] = parcel.entries
            copies = [replace(entry, origin=None) for entry in parcel.entries]
            parcel = replace(parcel, entries=tuple(copies))
        self.cluster.append(parcel)

    def apply(self, count: int | None = None) -> None:
        """Go on reading the list, by so many places or to its end."""
        end = len(self.cluster.items) if count is None else self.position + count
        while self.position < min(end, len(self.cluster.items)):
            parcel = self.cluster.items[self.position]
            self.position += 1
            if parcel.number == self.ledger.numbers.get(parcel.hub, 0) + 1:
                self.ledger.numbers[parcel.hub] = parcel.number
                self._take(parcel)

    def _take(self, parcel: Parcel) -> None:
        own = parcel.hub == self.number
        entries = list(self._own.pop(parcel.number) if own and parcel.entries else
                       [replace(entry) for entry in parcel.entries])  # fmt: skip
        topics = [(room, text) for room, text, _ in parcel.topics]
        if entries or topics or parcel.sessions:
            self.memory.store.append(Group(entries, list(parcel.sessions), topics))
        if entries and own:
            self._listener.settled(entries, None)
        elif entries:
            self._listener.followed(entries)
        for room, text, nick in parcel.topics:
            self._take_topic(own, room, text, nick)
        decided = self._decide(parcel) if parcel.record is not None else None
        done = self._waiting.pop(parcel.number, None) if own else None
        if done is not None:
            done(decided)

    def _take_topic(self, own: bool, room: str, text: str, nick: str) -> None:
        if own:
            self._topics[room] -= 1
            overtaken = room in self._overtaken
            if not self._topics[room]:
                del self._topics[room]
                self._overtaken.discard(room)
            if not overtaken:
                return
        elif room in self._topics:
            self._overtaken.add(room)
        self._listener.topic_set(room, text, nick)

    # --- the journal ---------------------------------------------------------------

    def append(self, entry: Entry) -> None:
        self._entries.append(entry)
        self.memory.clock.call_soon(self._send)

    def remember_session(self, number: int, token: bytes, nick: str) -> None:
        self._sessions.append((number, token, nick))
        self.memory.clock.call_soon(self._send)

    def set_topic(self, room: str, text: str, nick: str) -> None:
        self._topics[room] += 1
        self._publish(topics=((room, text, nick),))

    def current(self, then: Callable[[], None]) -> None:
        self._publish(lambda _: then(), record=("here", None))

    def try_writing(self, then: Callable[[bool], None]) -> None:
        then(True)

    def _send(self) -> None:
        if self._entries or self._sessions:
            entries, self._entries = self._entries, []
            sessions, self._sessions = self._sessions, []
            self._publish(entries=tuple(entries), sessions=tuple(sessions))

    # --- the people ----------------------------------------------------------------

    def guest(self, session: Session) -> bool:
        self._guests += 1
        session.nick = clean_nick(f"guest-{self._guests}", guest=True)
        self._here[session.number] = session
        return True

    def claim(self, session: Session, nick: str, done: Claimed) -> None:
        def claimed(problem: Refused | None) -> None:
            if problem is None:
                session.nick = nick
                self._here[session.number] = session
            done(problem)

        self._publish(claimed, record=("claim", (session.number, nick)))

    def resume(self, token: str, wanted: str | None, done: Resumed) -> None:
        def taken(known: Known | None) -> None:
            if known is None:
                done(None)
                return
            session = self._here.get(known.number)
            if session is None:
                session = self._here[known.number] = Session(known.nick, known.number, token)
            done(session)

        self._publish(taken, record=("take", token_hash(token)))

    def remember(self, session: Session) -> None:
        assert session.token is not None
        known = (session.number, session.nick, token_hash(session.token))
        self._publish(record=("remember", known))

    def release(self, session: Session) -> None:
        self._here.pop(session.number, None)
        self._publish(record=("release", session.number))

    def find(self, nick: str) -> Session | Elsewhere | None:
        for session in self._here.values():
            if nick_keys(session.nick) == nick_keys(nick):
                return session
        known = self.ledger.holder(nick)
        return None if known is None else Elsewhere(known.nick, known.hub)

    def hand(self, receiver: Elsewhere, direct: Direct, done: Claimed) -> None:
        def hand_over() -> None:
            try:
                take_direct(self.cluster.nodes[receiver.hub].memory.hub, direct)  # type: ignore[index]
            except Refused as problem:
                done(problem)
            else:
                done(None)

        self.memory.clock.call_soon(hand_over)

    def _decide(self, parcel: Parcel) -> Any:
        """Apply a record of people; all hubs come to the same decision."""
        assert parcel.record is not None
        kind, what = parcel.record
        sessions = self.ledger.sessions
        if kind == "claim":
            number, nick = what
            holder = self.ledger.holder(nick)
            if holder is not None and holder.number != number:
                return nick_taken(holder.nick)
            known = sessions.get(number) or Known(number, nick, parcel.hub)
            sessions[number] = replace(known, nick=nick)
        elif kind == "remember":
            number, nick, token = what
            sessions[number] = Known(number, nick, parcel.hub, token)
        elif kind == "take":
            known = next((one for one in sessions.values() if one.token == what), None)
            if known is not None:
                moved = known.hub == self.number != parcel.hub
                sessions[known.number] = replace(known, hub=parcel.hub)
                if moved and (session := self._here.pop(known.number, None)) is not None:
                    presence.moved(self.memory.hub, session)
            return known
        elif kind == "release" and what in sessions and sessions[what].hub == parcel.hub:
            del sessions[what]
        return None


class SharedList:
    """The list, and the hubs on it."""

    log = "shared"

    def __init__(self, hubs: int = 2) -> None:
        self.clock = ManualClock()
        self.items: list[Parcel] = []
        self.nodes: list[Node] = []
        self.hubs = [MemoryHub(clock=self.clock, shared=self) for _ in range(hubs)]

    def journal(self, hub: MemoryHub) -> Callable[[Listener], Node]:
        self.nodes.append(Node(self, len(self.nodes), hub))
        return self.nodes[-1].listen

    def people(self, hub: MemoryHub) -> Node:
        return next(node for node in self.nodes if node.memory is hub)

    def append(self, parcel: Parcel) -> None:
        """Take a parcel, twice; who does not lag reads it before this turn ends."""
        self.items += [parcel, parcel]
        for node in self.nodes:
            if not node.lags:
                self.clock.call_soon(node.apply)

    def close(self) -> None:
        for hub in self.hubs:
            hub.close()


def texts(events: Sequence[dict[str, Any]]) -> list[tuple[int, str]]:
    """Return seq and text of the messages among events."""
    return [(one["seq"], one["text"]) for one in events if one["type"] == "message"]
