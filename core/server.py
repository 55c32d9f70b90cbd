"""The hub's server: listens, counts connections, sweeps the stalled, stops.

This is the entry of `core`: settings in, a running hub out.
"""

import asyncio
import ipaddress
import logging
import sys
from dataclasses import dataclass, field
from pathlib import Path

from core import VERSION
from core.clock import LoopClock
from core.connection import Connection
from core.database import FILE_NAME, IN_MEMORY
from core.doorstep import Doorstep
from core.hub import Hub
from core.limits import SPARE_DESCRIPTORS, STALL_LIMIT_S, STOP_LIMIT_S, SWITCH_EVERY_S
from core.lock import FolderLock
from core.messages import Bye, Keeps
from core.progress import UNWATCHED, Watch
from core.reading import ReadingThread
from core.store import Store
from core.writer import Listener, Writer

_log = logging.getLogger("hubbub.hub")

SWEEP_EVERY_S = 5.0
RETRY_MS = 2000
BACKLOG = 4096

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class HubSettings:
    """What an operator decides.

    `data` is a folder, or `:memory:` to keep nothing on disk. `keep_days` and
    `keep_messages` (of each room) bound what the log holds; None keeps
    everything. `web_url` is what callers who speak HTTP are told.
    `trusted_proxies` are addresses or networks whose PROXY headers are
    believed; `gateway_secret` makes others believed.
    """

    data: Path | str = ":memory:"
    host: str = "127.0.0.1"
    port: int = 4045
    web_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    gateway_secret: bytes = b""
    max_connections: int | None = field(default=None)
    keep_days: float | None = None
    keep_messages: int | None = None

    @property
    def keeps(self) -> Keeps:
        """Return what is kept, and for how long."""
        on_disk = self.data != IN_MEMORY
        return Keeps(days=self.keep_days, messages=self.keep_messages, disk=on_disk)


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
        self._server: asyncio.Server
        self._limit = 0
        self._empty = asyncio.Event()

    @property
    def address(self) -> tuple[str, int]:
        """Return the address and port that the hub listens on."""
        host, port = self._server.sockets[0].getsockname()[:2]
        return str(host), int(port)

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
        self._limit = self.settings.max_connections or connection_limit()
        try:
            self._server = await loop.create_server(
                lambda: Connection(self), self.settings.host, self.settings.port, backlog=BACKLOG
            )
        except OSError:
            await self._close_store()
            raise
        self._sweeper = loop.call_later(SWEEP_EVERY_S, self._sweep)

    async def stop(self) -> None:
        """Stop accepting, keep what was said, say good-bye to everyone, close."""
        self._sweeper.cancel()
        self._server.close()
        for connection in list(self.connections):
            connection.intake.hurry()
        await self._writer.stop()
        await asyncio.sleep(0)  # what the writer settled last is delivered in this turn
        bye = Bye(reason="stopping", text="the hub stops; come back soon", retry_ms=RETRY_MS)
        for connection in list(self.connections):
            connection.dismiss(bye)
        try:
            await asyncio.wait_for(self._wait_empty(), STOP_LIMIT_S)
        except TimeoutError:
            for connection in list(self.connections):
                connection.transport.abort()
        await asyncio.sleep(0)
        await self._close_store()

    def opened(self, connection: Connection) -> None:
        """Count a connection in, or send it away if there are too many."""
        connection.mode = Doorstep(connection)
        self.connections.add(connection)
        if len(self.connections) > self._limit:
            connection.mode.lost()
            connection.refuse(b"-! the hub is full; come back in a minute\n", "full")

    def closed(self, connection: Connection) -> None:
        """Count a connection out."""
        self.connections.discard(connection)
        self.stalled.pop(connection, None)
        if not self.connections:
            self._empty.set()

    async def _wait_empty(self) -> None:
        while self.connections:
            self._empty.clear()
            await self._empty.wait()

    def _sweep(self) -> None:
        """Disconnect whoever has not taken a byte for too long."""
        now = self.hub.clock.now_s()
        for connection, (since, left) in list(self.stalled.items()):
            size = connection.transport.get_write_buffer_size()
            if size != left:
                self.stalled[connection] = (now, size)
            elif now - since > STALL_LIMIT_S:
                _log.info("event=stalled peer=%s", connection.peer)
                connection.transport.abort()
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP_EVERY_S, self._sweep)

    def _open_store(self, clock: LoopClock) -> Store:
        if self.settings.data == IN_MEMORY:
            return Store(None, clock.now_ms)
        folder = Path(self.settings.data)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = FolderLock(folder)
        try:
            return Store(folder / FILE_NAME, clock.now_ms, watch=self._watch)
        except BaseException:
            self._lock.release()
            raise

    def _start_writer(self, listener: Listener) -> Writer:
        loop = asyncio.get_running_loop()
        self._writer = Writer(
            self._store, loop, listener, self.settings.keeps, self._watch.progress
        )
        self._writer.start()
        return self._writer

    async def _close_store(self) -> None:
        await self._writer.stop()
        await self._reading.stop()
        await asyncio.to_thread(self._store.close)
        if self._lock is not None:
            self._lock.release()


def connection_limit() -> int:
    """Raise the limit of open files as far as allowed; return what connections may use.

    Accepting beyond it would make the event loop spin on an error it cannot
    handle; a caller who is one too many is told so instead.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return 8192
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 1_048_576
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        except (OSError, ValueError):
            pass
    return max(soft - SPARE_DESCRIPTORS, 1)
