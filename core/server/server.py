"""The hub's server: listens, opens the log, counts connections, sweeps the stalled, stops.

This is the entry of `core`: settings in, a running hub out.
"""

import asyncio
import sys
from dataclasses import replace
from functools import partial
from typing import Final

from core.clock import LoopClock
from core.clockwatch import DAY_MS, ClockWatch
from core.delivery.flush import FlushScheduler
from core.hub.hub import Hub
from core.limits import STALL_LIMIT_S, STOP_LIMIT_S, SWEEP_EVERY_S, SWITCH_EVERY_S, peer_gone_s
from core.net.acceptor import Acceptor
from core.net.budget import Budget, Cost, Lease, descriptors_left
from core.net.sockets import silent_s
from core.progress import UNWATCHED, Watch
from core.server.connection import Connection
from core.server.context import log, make_context
from core.server.detect import ProtocolDetector
from core.server.newday import NewDay
from core.server.notready import NotReadyConnection
from core.server.opening import Opening
from core.server.scheduler import InboundScheduler
from core.server.settings import HubSettings
from core.sqlite.lock import FolderLock
from core.sqlite.open import OpenLog, lock_folder, open_log
from core.text import forgery, names, sanitize
from core.text.invitation import Doors
from core.wire.messages import Bye

RETRY_MS: Final = 2000
BACKLOG: Final = 4096

HELD_S: Final = 0.5
"""So long callers wait for a log to be opened before they are told to come back."""

CALLER: Final = Cost(open=1)
GATEWAYS_CALL: Final = Cost(open=0, redeemed=1)
"""A connection at the gateway's door: the gateway has paid for it."""

_FULL: Final = b"-! the hub is full; come back in a minute\n"
_LOOPBACK: Final = "127.0.0.1"


class HubServer:
    """A hub that listens on TCP."""

    def __init__(self, settings: HubSettings, watch: Watch = UNWATCHED) -> None:
        """Check the settings; raise ValueError for an address that is none.

        `watch` is told of long work on the log.
        """
        self.settings = settings
        self.context = make_context(settings)
        self._watch = watch
        self.connections: set[Connection] = set()
        self.hub: Hub
        self.scheduler: InboundScheduler
        self.budget: Budget
        self._log: OpenLog
        self._public: Acceptor
        self._gateways: Acceptor | None = None
        self._telnet: Acceptor | None = None
        self._empty = asyncio.Event()
        self._opening = Opening()
        self._clock_watch = ClockWatch(None)
        self._accepts = self._is_open = False
        self._early: set[NotReadyConnection] = set()
        self._lock: FolderLock | None = None
        self._patience: asyncio.TimerHandle

    @property
    def address(self) -> tuple[str, int]:
        """Return the address and port that the hub listens on."""
        return self._public.addresses[0]

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Return every address and port that the hub listens on."""
        return self._public.addresses

    @property
    def telnet_address(self) -> tuple[str, int] | None:
        """Return the address and port for telnet alone; None without one."""
        return self.telnet_addresses[0] if self._telnet else None

    @property
    def telnet_addresses(self) -> list[tuple[str, int]]:
        """Return every address and port for telnet alone; none without its port."""
        return self._telnet.addresses if self._telnet else []

    def tell_web_url(self, url: str) -> None:
        """Learn where the page is, once that is known: callers who speak HTTP are told."""
        self.context = replace(self.context, web_url=url)
        for connection in self.connections:
            connection.context = self.context

    def tell_doors(self, doors: Doors) -> None:
        """Learn where it can be reached, for invitations."""
        self.hub.doors = replace(doors, passphrase=self.context.gate.passphrase)

    def tell_certificate(self, sha256: str) -> None:
        """Learn which certificate is served, for invitations."""
        self.hub.doors = replace(self.hub.doors, certificate=sha256)

    def change_passphrase(self, passphrase: str | None) -> None:
        """Ask for another one from now on, also whoever is in: they have to come back with it."""
        self.context.gate.passphrase = passphrase
        self.hub.doors = replace(self.hub.doors, passphrase=passphrase)
        if passphrase is None:
            return
        bye = Bye(
            reason="passphrase", text="the passphrase has changed; come back with the new one"
        )
        for connection in list(self.connections):
            if connection.mode.is_inside:
                connection.say_farewell(bye)

    async def start(self) -> None:
        """Listen and open the log; raise StoreUnusable, Interrupted or OSError."""
        await self.listen()
        await self.open()

    async def listen(self) -> None:
        """Take the log's folder and listen; raise StoreUnusable or OSError.

        Until `open` is done, callers are told that the log is being opened. The
        first moment they wait in the kernel's backlog, since mostly it takes no
        longer.
        """
        lock = await lock_folder(self.settings.folder)
        try:
            self.budget = Budget(self.settings.max_connections or descriptors_left())
            self._public = Acceptor(
                self._admit, self.budget, CALLER, full=_FULL, tls=self.settings.tls
            )
            await self._public.start(
                self.settings.host, self.settings.port, backlog=BACKLOG,
                reuse_port=self.settings.reuse_port, held=True,
            )  # fmt: skip
            await self._listen_for_telnet()
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        self._lock = lock
        self._patience = asyncio.get_running_loop().call_later(HELD_S, self._accept)

    async def _listen_for_telnet(self) -> None:
        if self.settings.telnet_port is None:
            return
        self._telnet = Acceptor(
            self._admit_telnet, self.budget, CALLER, full=_FULL, tls=self.settings.tls
        )
        try:
            await self._telnet.start(
                self.settings.host, self.settings.telnet_port, backlog=BACKLOG, held=True
            )
        except BaseException:
            await self._public.stop()
            raise

    async def open(self) -> None:
        """Open the log and let everybody in; raise StoreUnusable or Interrupted.

        If it cannot be opened, nothing listens any more.
        """
        loop = asyncio.get_running_loop()
        clock = LoopClock(loop)
        sys.setswitchinterval(SWITCH_EVERY_S)
        for prepare in (sanitize.prepare, names.prepare, forgery.prepare):
            prepare()  # or the first who needs it makes everybody else wait
        watch = self._opening.watched(self._watch)
        lock, self._lock = self._lock, None
        try:
            opened = await open_log(self.settings.folder, clock.now_ms, watch, lock)
        except BaseException:
            await self._stop_listening()
            raise
        self._log = opened
        keeps = self.settings.keeps
        self.scheduler = InboundScheduler(clock)
        plan = partial(self.scheduler.coalesce, first=True)
        self.hub = Hub(
            log=opened.name, rooms=opened.rooms(), clock=clock, history=opened.history,
            fetch=opened.fetch, flushes=FlushScheduler(clock, self.scheduler.coalesce),
            journal=lambda hub: opened.start_writer(hub, keeps, plan), keeps=keeps,
        )  # fmt: skip
        self._clock_watch.look(clock.now_ms())
        self._sweeper = loop.call_later(SWEEP_EVERY_S, self._sweep)
        self._new_day = NewDay(clock, self.day_turned)
        self._is_open = True
        self._accept()

    def _accept(self) -> None:
        self._patience.cancel()
        self._accepts = True
        for acceptor in (self._public, self._telnet, self._gateways):
            if acceptor is not None:
                acceptor.accept()

    async def open_for_gateway(self, *, apart: bool = False) -> tuple[str, int]:
        """Listen for gateways on this machine; return where. Raise OSError.

        A browser of a gateway in this process has paid for its connection
        here before it opens it, so it must not wait in one line with callers
        for whom there is no room. Gateways `apart` have budgets of their own,
        and are told if there is no room.
        """
        if apart:
            self._gateways = Acceptor(self._admit, self.budget, CALLER, full=_FULL)
        else:
            self._gateways = Acceptor(self._admit, self.budget, GATEWAYS_CALL)
        await self._gateways.start(_LOOPBACK, 0, backlog=BACKLOG, held=not self._accepts)
        return self._gateways.addresses[0]

    async def stop(self) -> None:
        """Stop accepting, keep what was said, say good-bye to everyone, close."""
        await self._stop_listening()
        if not self._is_open:
            if self._lock is not None:
                self._lock.release()
            return
        self._sweeper.cancel()
        self._new_day.cancel()
        for connection in list(self.connections):
            connection.inbound.hurry()
        await self._log.stop_writer()
        await asyncio.sleep(0)  # what the writer settled last is delivered in this turn
        bye = Bye(reason="stopping", text="the hub stops; come back soon", retry_ms=RETRY_MS)
        for connection in list(self.connections):
            connection.say_farewell(bye)
        try:
            async with asyncio.timeout(STOP_LIMIT_S):
                await self._wait_empty()
        except TimeoutError:
            for connection in list(self.connections):
                connection.transport.abort()
        await asyncio.sleep(0)
        await self._log.close()

    async def _stop_listening(self) -> None:
        self._patience.cancel()
        await self._public.stop()
        for acceptor in (self._telnet, self._gateways):
            if acceptor is not None:
                await acceptor.stop()
        for early in list(self._early):
            early.hang_up()

    def connect(self, *, telnet: bool = False) -> Connection:
        """Return the protocol of a new connection; `telnet`: at telnet's own port."""
        opened = self._opened_telnet if telnet else self._opened
        return Connection(self.hub, self.scheduler, self.context, opened, self._closed)

    def _admit(self, lease: Lease, *, telnet: bool = False) -> asyncio.BaseProtocol:
        if not self._is_open:
            return self._put_off(lease)
        connection = self.connect(telnet=telnet)
        connection.lease = lease
        return connection

    def _admit_telnet(self, lease: Lease) -> asyncio.BaseProtocol:
        return self._admit(lease, telnet=True)

    def _put_off(self, lease: Lease) -> NotReadyConnection:
        def gone() -> None:
            self._early.discard(early)
            lease.give_back()

        early = NotReadyConnection(self._opening.__str__, gone)
        self._early.add(early)
        return early

    def _opened_telnet(self, connection: Connection) -> None:
        self._opened(connection, telnet=True)

    def _opened(self, connection: Connection, *, telnet: bool = False) -> None:
        connection.mode = ProtocolDetector(connection, telnet=telnet)
        self.connections.add(connection)

    def _closed(self, connection: Connection) -> None:
        self.connections.discard(connection)
        if connection.lease is not None:  # there is none for a connection in memory
            connection.lease.give_back()
        if not self.connections:
            self._empty.set()

    async def _wait_empty(self) -> None:
        while self.connections:
            self._empty.clear()
            await self._empty.wait()

    def _sweep(self) -> None:
        """Disconnect whoever has taken no byte for too long, or vanished."""
        self._look_at_clock()
        now_s, gone_s = self.hub.clock.now_s(), peer_gone_s()
        for connection in list(self.connections):
            if connection.stalled is not None:
                since_s, left = connection.stalled
                size = connection.transport.get_write_buffer_size()
                if size != left:
                    connection.stalled = (now_s, size)
                elif now_s - since_s > STALL_LIMIT_S:
                    log.info("event=stalled peer=%s", connection.peer)
                    connection.transport.abort()
            if silent_s(connection.transport.get_extra_info("socket")) >= gone_s:
                log.info("event=vanished peer=%s", connection.peer)
                connection.transport.abort()
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP_EVERY_S, self._sweep)

    def day_turned(self, to: str) -> None:
        """Have everybody told who reads times without a day."""
        for connection in list(self.connections):
            connection.mode.day_turned(to)

    def _look_at_clock(self) -> None:
        jump_ms = self._clock_watch.look(self.hub.clock.now_ms())
        if jump_ms:
            log.warning(
                "event=clock_jumped days=%+.1f times of messages may be wrong; see to the "
                "machine's clock",
                jump_ms / DAY_MS,
            )
