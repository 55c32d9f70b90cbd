"""A hub without sockets, threads or real time, and clients that talk to it.

Bytes go straight into a connection and come out of a transport that can be
told to stall. Time moves only when a test says so.
"""

import heapq
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, cast

from core.delivery.flush import FlushScheduler
from core.errors import StoreError
from core.hub.hub import Hub
from core.hub.people import People
from core.log import journal as journals
from core.log.entry import Entry, Group
from core.log.history import Fetch, Unread
from core.log.journal import Listener
from core.server.scheduler import InboundScheduler
from core.server.server import HubServer
from core.server.settings import HubSettings
from core.sqlite.pages import Pages
from core.sqlite.store import Store


class Planned:
    def __init__(self, call: Callable[..., object], arguments: tuple[Any, ...]) -> None:
        self.call: Callable[[], object] | None = lambda: call(*arguments)

    def cancel(self) -> None:
        self.call = None


class ManualClock:
    """Time as a test wants it."""

    def __init__(self) -> None:
        self.time_s = 1000.0
        self.wall_ms = 1_795_327_000_000
        self._order = itertools.count()
        self._planned: list[tuple[float, int, Planned]] = []

    def now_ms(self) -> int:
        return self.wall_ms

    def now_s(self) -> float:
        return self.time_s

    def call_soon(self, call: Callable[..., object], *arguments: Any) -> Planned:
        return self.call_later(0, call, *arguments)

    def call_later(self, delay_s: float, call: Callable[..., object], *arguments: Any) -> Planned:
        planned = Planned(call, arguments)
        heapq.heappush(self._planned, (self.time_s + delay_s, next(self._order), planned))
        return planned

    def advance(self, seconds: float) -> None:
        """Let time pass, and everything happen that is due meanwhile."""
        end = self.time_s + seconds
        while self._planned and self._planned[0][0] <= end:
            due, _, planned = heapq.heappop(self._planned)
            self.wall_ms += int((max(due, self.time_s) - self.time_s) * 1000)
            self.time_s = max(due, self.time_s)
            if planned.call is not None:
                planned.call()
        self.wall_ms += int((end - self.time_s) * 1000)
        self.time_s = end


class Journal:
    """Keeps at the end of the turn what was said in it; `fail` makes it fail."""

    def __init__(self, store: Store, clock: ManualClock, listener: Listener) -> None:
        self._store, self._clock, self._listener = store, clock, listener
        self._group = Group()
        self.fail: StoreError | None = None
        self.commits = 0
        self.held = False

    def append(self, entry: Entry) -> None:
        self._group.entries.append(entry)
        self._clock.call_soon(self.commit)

    def remember_session(self, number: int, token_hash: bytes, nick: str) -> None:
        self._group.sessions.append((number, token_hash, nick))

    def set_topic(self, room: str, text: str, nick: str) -> None:
        self._group.topics.append((room, text))
        self._clock.call_soon(self.commit)

    def current(self, then: Callable[[], None]) -> None:
        then()

    def try_writing(self, then: Callable[[bool], None]) -> None:
        then(self.fail is None)

    def commit(self) -> None:
        if self.held:
            return
        group, self._group = self._group, Group()
        if not (group.entries or group.topics or group.sessions):
            return
        error = self.fail
        if error is None:
            self._store.append(group)
            self.commits += 1
        else:
            self._group.sessions += group.sessions
            self._group.topics += group.topics
        self._listener.settled(group.entries, error)


class MemoryTransport:
    """What a connection writes to. `stall` takes `room` bytes more, then pauses."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self.room: int | None = None
        self.waiting = b""
        self.writes = 0
        self.last = b""
        self.forgetful = False
        """What is written is gone, but for the last of it."""
        self.reading = True
        self.closed = False

    def get_extra_info(self, name: str) -> Any:
        return ("127.0.0.1", 50000) if name == "peername" else None

    def set_write_buffer_limits(self, high: int) -> None:
        assert high == 0

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.writes += 1
        self.last = data
        if self.forgetful:
            return
        took = len(data) if self.room is None else min(self.room, len(data))
        if self.room is not None:
            self.room -= took
        self._client.output += data[:took]
        self.waiting += data[took:]
        if self.waiting:
            self._client.connection.pause_writing()

    def drain(self) -> None:
        """Take everything again."""
        self.room = None
        data, self.waiting = self.waiting, b""
        self._client.output += data
        self._client.connection.resume_writing()
        self._client.hub.clock.advance(0)

    def get_write_buffer_size(self) -> int:
        return len(self.waiting)

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        if not self.reading:
            self.reading = True
            self._client.hub.clock.call_soon(self._client.arrive)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        pass

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._client.hub.clock.call_soon(self._client.connection.connection_lost, None)

    abort = close


class Shared(Protocol):
    """A log that several hubs write."""

    log: str

    def journal(self, hub: "MemoryHub") -> Callable[[Listener], journals.Journal]: ...

    def people(self, hub: "MemoryHub") -> People: ...


class MemoryHub:
    """A hub in memory. Every question to the store is answered at once."""

    def __init__(
        self, path: Path | None = None, *, clock: ManualClock | None = None,
        shared: "Shared | None" = None, **settings: Any,
    ) -> None:  # fmt: skip
        """`shared`: the log is one that other hubs write as well."""
        self.clock = clock or ManualClock()
        self.store = Store(path, self.clock.now_ms)
        self.server = HubServer(HubSettings(**settings))
        self.fetch: Fetch = self._read
        """Reads at once; tests put something slower in its place."""
        self.unreadable = False
        """The disk does not answer."""
        self.journals: list[Journal] = []

        def own_journal(listener: Listener) -> Journal:
            self.journals.append(Journal(self.store, self.clock, listener))
            return self.journals[-1]

        self.server.scheduler = InboundScheduler(self.clock)
        self.hub = self.server.hub = Hub(
            log=shared.log if shared else self.store.log, rooms=self.store.rooms(),
            clock=self.clock, history=Pages(self.store),
            fetch=lambda read, done: self.fetch(read, done),
            journal=shared.journal(self) if shared else own_journal,
            people=shared.people(self) if shared else None,
            flushes=FlushScheduler(self.clock, self.server.scheduler.coalesce),
            keeps=self.server.settings.keeps,
        )  # fmt: skip

    @property
    def journal(self) -> Journal:
        return self.journals[0]

    def _read(self, read: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self.clock.call_soon(
            lambda: done(Unread.FAILED if self.unreadable else read())  # looked at when it is due
        )

    def prune(self) -> None:
        """Drop what need not be kept, all at once."""
        pruned = self.store.steps.prune(self.store.steps.room_names(), self.hub.keeps, 1_000_000)
        self.hub.pruned(pruned)

    def client(self, data: bytes = b"") -> "Client":
        client = Client(self)
        if data:
            client.send(data)
        return client

    def text(self) -> "Client":
        """A person who waited for the greeting."""
        client = Client(self)
        self.clock.advance(0.31)
        return client

    def json(self, nick: str | None = None, join: Any = None, **fields: Any) -> "Client":
        client = Client(self)
        hello = {"type": "hello", **({"nick": nick} if nick else {}), **fields}
        if join is not None:
            hello["join"] = join
        client.say_json(hello)
        return client

    def close(self) -> None:
        self.store.close()


class Client:
    """The other end of a connection."""

    def __init__(self, hub: MemoryHub) -> None:
        self.hub = hub
        self.output = b""
        self.unsent = b""
        self.ending = False
        self.transport = MemoryTransport(self)
        self.connection = hub.server.connect()
        self.connection.connection_made(cast("Any", self.transport))

    def send(self, data: bytes) -> None:
        """Have bytes arrive; more than the hub wants to read wait, as in a kernel."""
        self.unsent += data
        self.arrive()
        self.hub.clock.advance(0)

    def arrive(self) -> None:
        """Let the hub read as long as it does."""
        while self.unsent and self.transport.reading and not self.transport.closed:
            view = self.connection.get_buffer(-1)
            size = min(len(view), len(self.unsent))
            view[:size] = self.unsent[:size]
            self.unsent = self.unsent[size:]
            self.connection.buffer_updated(size)
        if self.ending and not self.unsent and self.transport.reading and not self.transport.closed:
            self.ending = False
            self.connection.eof_received()

    def line(self, text: str) -> None:
        """Type a line, as a person does: not within a burst."""
        self.hub.clock.advance(0.5)
        self.send(text.encode() + b"\n")

    def say_json(self, request: dict[str, Any]) -> None:
        self.send(json.dumps(request).encode() + b"\n")

    def end_input(self) -> None:
        self.ending = True
        self.arrive()
        self.hub.clock.advance(0)

    def drop(self) -> None:
        if not self.transport.closed:
            self.transport.closed = True
            self.connection.connection_lost(None)
        self.hub.clock.advance(0)

    def take(self) -> str:
        """Return what came since the last look, as text."""
        output, self.output = self.output, b""
        return output.decode()

    def events(self) -> list[dict[str, Any]]:
        """Return what came since the last look, as JSON lines."""
        return [json.loads(line) for line in self.take().split("\n") if line]

    def seqs(self) -> list[int]:
        return [event["seq"] for event in self.events() if event["type"] == "message"]
