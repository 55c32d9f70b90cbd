"""The hub's server: listens, counts connections, sweeps the stalled, stops.

This is the entry of `core`: settings in, a running hub out.
"""

import asyncio
import ipaddress
import logging
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from core import VERSION
from core.clock import LoopClock
from core.errors import StoreUnusable
from core.hub.hub import Hub
from core.limits import STALL_LIMIT_S, STOP_LIMIT_S, SWEEP_EVERY_S, SWITCH_EVERY_S, peer_gone_s
from core.net.acceptor import Acceptor
from core.net.budget import Budget, Cost, Lease, descriptors_left
from core.net.sockets import silent_s
from core.progress import UNWATCHED, Watch
from core.server.connection import Connection
from core.server.detect import ProtocolDetector
from core.sqlite.database import FILE_NAME, IN_MEMORY
from core.sqlite.lock import FolderLock
from core.sqlite.reader import ReadingThread
from core.sqlite.store import Store
from core.sqlite.writer import Writer
from core.text.invitation import Doors
from core.wire.messages import Bye, Retention

_log = logging.getLogger("hubbub.hub")

RETRY_MS = 2000
BACKLOG = 4096

CALLER = Cost(open=1)
GATEWAYS_CALL = Cost(open=0, redeemed=1)
"""A connection at the gateway's door: the gateway has paid for it."""

_FULL = b"-! the hub is full; come back in a minute\n"
_LOOPBACK = "127.0.0.1"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class HubSettings:
    """What an operator decides.

    `data` is a folder, or `:memory:` to keep nothing on disk. `keep_days` and
    `keep_messages` (of each room) bound what the log holds; None keeps
    everything. `web_url` is what callers who speak HTTP are told.
    `trusted_proxies` are addresses or networks whose PROXY headers are
    believed; `gateway_secret` makes others believed. `max_connections` is
    derived from the process's limit of descriptors if None. `reuse_port` lets
    several processes listen on one port.
    """

    data: Path | str = ":memory:"
    host: str = "127.0.0.1"
    port: int = 4045
    web_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    gateway_secret: bytes = b""
    max_connections: int | None = field(default=None)
    reuse_port: bool = False
    keep_days: float | None = None
    keep_messages: int | None = None

    @property
    def keeps(self) -> Retention:
        """Return what is kept, and for how long."""
        on_disk = self.data != IN_MEMORY
        return Retention(days=self.keep_days, messages=self.keep_messages, disk=on_disk)


class HubServer:
    """A hub that listens on TCP."""

    def __init__(self, settings: HubSettings, watch: Watch = UNWATCHED) -> None:
        """Check the settings; raise ValueError for an address that is none.

        `watch` is told of long work on the log.
        """
        self.settings = settings
        self._watch = watch
        self.name = f"hubbub/{VERSION}"
        self.web_url = settings.web_url
        self.trusted: tuple[Network, ...] = tuple(
            ipaddress.ip_network(one, strict=False) for one in settings.trusted_proxies
        )
        self.connections: set[Connection] = set()
        self.stalled: dict[Connection, tuple[float, int]] = {}
        """Paused connections: since when they took no byte, and what was left."""
        self.hub: Hub
        self._lock: FolderLock | None = None
        self._store: Store
        self._writer: Writer
        self._reading: ReadingThread
        self.budget: Budget
        self._public: Acceptor
        self._gateways: Acceptor | None = None
        self._leases: dict[Connection, Lease] = {}
        self._empty = asyncio.Event()

    @property
    def address(self) -> tuple[str, int]:
        """Return the address and port that the hub listens on."""
        return self._public.addresses[0]

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Return every address and port that the hub listens on."""
        return self._public.addresses

    def tell_doors(self, doors: Doors) -> None:
        """Learn where it can be reached, for invitations."""
        self.hub.doors = doors

    async def start(self) -> None:
        """Open the log and listen; raise StoreUnusable, Interrupted or OSError."""
        loop = asyncio.get_running_loop()
        clock = LoopClock(loop)
        sys.setswitchinterval(SWITCH_EVERY_S)
        self._store = await asyncio.to_thread(self._open_store, clock)
        self._reading = ReadingThread(loop)
        self.hub = Hub(
            self._store, clock, self._start_writer, self._reading.fetch, self.settings.keeps
        )
        self.budget = Budget(self.settings.max_connections or descriptors_left())
        self._public = Acceptor(self._connection, self.budget, CALLER, full=_FULL)
        try:
            await self._public.start(
                self.settings.host, self.settings.port, backlog=BACKLOG,
                reuse_port=self.settings.reuse_port,
            )  # fmt: skip
        except OSError:
            await self._close_store()
            raise
        self._sweeper = loop.call_later(SWEEP_EVERY_S, self._sweep)

    async def open_for_gateway(self, *, apart: bool = False) -> tuple[str, int]:
        """Listen for gateways on this machine; return where. Raise OSError.

        A browser of a gateway in this process has paid for its connection
        here before it opens it, so it must not wait in one line with callers
        for whom there is no room. Gateways `apart` have budgets of their own,
        and are told if there is no room.
        """
        if apart:
            self._gateways = Acceptor(self._connection, self.budget, CALLER, full=_FULL)
        else:
            self._gateways = Acceptor(self._connection, self.budget, GATEWAYS_CALL)
        await self._gateways.start(_LOOPBACK, 0, backlog=BACKLOG)
        return self._gateways.addresses[0]

    async def stop(self) -> None:
        """Stop accepting, keep what was said, say good-bye to everyone, close."""
        self._sweeper.cancel()
        await self._public.stop()
        if self._gateways is not None:
            await self._gateways.stop()
        for connection in list(self.connections):
            connection.inbound.hurry()
        await self._writer.stop()
        await asyncio.sleep(0)  # what the writer settled last is delivered in this turn
        bye = Bye(reason="stopping", text="the hub stops; come back soon", retry_ms=RETRY_MS)
        for connection in list(self.connections):
            connection.dismiss(bye)
        try:
            async with asyncio.timeout(STOP_LIMIT_S):
                await self._wait_empty()
        except TimeoutError:
            for connection in list(self.connections):
                connection.transport.abort()
        await asyncio.sleep(0)
        await self._close_store()

    def opened(self, connection: Connection) -> None:
        """Count a connection in."""
        connection.mode = ProtocolDetector(connection)
        self.connections.add(connection)

    def closed(self, connection: Connection) -> None:
        """Count a connection out."""
        self.connections.discard(connection)
        self.stalled.pop(connection, None)
        lease = self._leases.pop(connection, None)
        if lease is not None:  # there is none for a connection in memory
            lease.give_back()
        if not self.connections:
            self._empty.set()

    def _connection(self, lease: Lease) -> Connection:
        connection = Connection(self)
        self._leases[connection] = lease
        return connection

    async def _wait_empty(self) -> None:
        while self.connections:
            self._empty.clear()
            await self._empty.wait()

    def _sweep(self) -> None:
        """Disconnect whoever has taken no byte for too long, or vanished."""
        now = self.hub.clock.now_s()
        for connection, (since, left) in list(self.stalled.items()):
            size = connection.transport.get_write_buffer_size()
            if size != left:
                self.stalled[connection] = (now, size)
            elif now - since > STALL_LIMIT_S:
                _log.info("event=stalled peer=%s", connection.peer)
                connection.transport.abort()
        gone_s = peer_gone_s()
        for connection in list(self.connections):
            if silent_s(connection.transport.get_extra_info("socket")) >= gone_s:
                _log.info("event=vanished peer=%s", connection.peer)
                connection.transport.abort()
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP_EVERY_S, self._sweep)

    def _open_store(self, clock: LoopClock) -> Store:
        if self.settings.data == IN_MEMORY:
            return Store(None, clock.now_ms)
        folder = Path(self.settings.data)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as problem:
            raise StoreUnusable(
                f"cannot make the log's folder {folder}: {problem.strerror}. Give another one "
                "with --data."
            ) from problem
        self._lock = FolderLock(folder)
        try:
            return Store(folder / FILE_NAME, clock.now_ms, watch=self._watch)
        except BaseException:
            self._lock.release()
            raise

    def _start_writer(self, hub: Hub) -> Writer:
        loop = asyncio.get_running_loop()
        self._writer = Writer(
            self._store, loop, hub, self.settings.keeps, self._watch.progress,
            plan=partial(hub.inbound_scheduler.coalesce, first=True),
        )  # fmt: skip
        self._writer.start()
        return self._writer

    async def _close_store(self) -> None:
        await self._writer.stop()
        await self._reading.stop()
        await asyncio.to_thread(self._store.close)
        if self._lock is not None:
            self._lock.release()
