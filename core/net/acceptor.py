"""Accepting connections, for hub and gateway: within a budget of descriptors.

Once descriptors run out, uvloop's own accept loop closes callers without a word,
and asyncio's floods the log; neither can be full. Knows no protocol: a factory
makes that of each caller.
"""

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from core.limits import (
    ACCEPT_BURST,
    ACCEPT_PAUSE_S,
    FIRST_BYTES_WAIT_S,
    TLS_WAIT_S,
    TOLD_AT_ONCE,
)
from core.net.budget import Budget, Cost, Lease
from core.net.rejection import RejectedConnection
from core.net.sockets import Listener, listen, watch_peer
from core.throttle import LogThrottle

_log = logging.getLogger("hubbub.accept")

TLS_HANDSHAKE: Final = b"\x16"

_EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

Factory = Callable[[Lease], asyncio.BaseProtocol]
"""Makes the protocol of a caller that is let in, which gives the lease back when
the connection is lost."""


class Acceptor:
    """Listens on one port, and accepts callers while the budget has room."""

    def __init__(
        self, factory: Factory, budget: Budget, cost: Cost, *, full: bytes = b"",
        asked_first: bool = False, turned_away: Callable[[], None] = lambda: None,
        tls: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        """Prepare to listen.

        `full` is what callers are told if there is no room, a few at a time, and
        `turned_away` is called for each; without it all wait in the backlog. With
        `asked_first` they are told after they have sent something: an answer
        before its request confuses HTTP clients. With `tls`, whoever begins with
        TLS gets it, and all others are served as before.
        """
        self._tls = tls
        self._arriving: set[asyncio.Task[None]] = set()
        self._factory = factory
        self._budget = budget
        self._cost = cost
        self._full = full
        self._asked_first = asked_first
        self._told_limit = TOLD_AT_ONCE if full else 0
        self._turned_away = turned_away
        self._told: set[RejectedConnection] = set()
        self._changed = asyncio.Event()
        self._accepting = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._listeners: list[Listener] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures = LogThrottle(self._loop.time)
        self._refusals = LogThrottle(self._loop.time)

    async def start(
        self, host: str | Sequence[str], port: int, *,
        backlog: int, reuse_port: bool = False, held: bool = False,
    ) -> None:  # fmt: skip
        """Listen on every address of each host; raise CannotListen.

        If it is `held`, callers wait in the kernel's backlog until `accept`.
        """
        if not held:
            self.accept()
        self._listeners = await listen(host, port, backlog=backlog, reuse_port=reuse_port)
        self._budget.watch(self._changed.set)
        self._tasks = {self._loop.create_task(self._serve(one)) for one in self._listeners}

    def accept(self) -> None:
        """Accept callers from now on."""
        self._accepting.set()

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """The addresses and ports that are listened on."""
        return [
            (str(name[0]), int(name[1])) for one in self._listeners for name in [one.getsockname()]
        ]

    async def stop(self) -> None:
        """Stop accepting. Callers that were accepted are connected first, or closed."""
        if self._tasks:
            self._budget.unwatch(self._changed.set)
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)
            self._tasks = set()
        for one in self._listeners:
            one.close()
        for arriving in list(self._arriving):
            arriving.cancel()
        if self._arriving:
            await asyncio.wait(self._arriving)
        for told in list(self._told):
            told.hang_up()
        await asyncio.sleep(0)  # in which they do

    async def _serve(self, listener: Listener) -> None:
        """Accept until cancelled. Nothing that a caller does ends it."""
        await self._accepting.wait()
        while True:
            await self._wait_until_wanted()
            try:
                caller, _ = await self._loop.sock_accept(listener)
            except OSError as problem:
                await self._after(problem)
                continue
            # It may have come long after the budget was asked.
            listener.untaken = caller
            await self._wait_until_wanted()
            listener.untaken = None
            callers = [self._admit(caller)]
            while len(callers) < ACCEPT_BURST and self._is_wanted():
                waiting = _accept_nowait(listener)
                if waiting is None:
                    break
                callers.append(self._admit(waiting))
            # What was begun is finished even if cancelled, so that no socket leaks.
            # It takes two turns of the loop, in which the others have theirs.
            try:
                await asyncio.wait(callers)
            except asyncio.CancelledError:
                await asyncio.wait(callers)
                raise

    def _is_wanted(self) -> bool:
        return self._budget.fits(self._cost) or len(self._told) < self._told_limit

    async def _wait_until_wanted(self) -> None:
        """Leave callers in the kernel's backlog while nothing can be done for them."""
        while not self._is_wanted():
            self._changed.clear()
            await self._changed.wait()

    def _admit(self, caller: socket.socket) -> asyncio.Task[None]:
        """Let a caller in, or tell it that there is no room."""
        if self._budget.fits(self._cost):
            lease = self._budget.take(self._cost)
            make = partial(self._factory, lease)
            if self._tls is None:
                return self._loop.create_task(self._connect(caller, make, lease.give_back))
            arriving = self._loop.create_task(self._arrive(caller, make, lease.give_back))
            self._arriving.add(arriving)
            arriving.add_done_callback(self._arriving.discard)
            return self._loop.create_task(_nothing())
        self._turned_away()
        if (suppressed := self._refusals.allow()) is not None:
            _log.info("event=full peer=%s left_out=%d", _peer(caller), suppressed)
        told = RejectedConnection(self._full, self._told_one, asked_first=self._asked_first)
        self._told.add(told)
        return self._loop.create_task(
            self._connect(caller, lambda: told, lambda: self._told_one(told))
        )

    def _told_one(self, told: RejectedConnection) -> None:
        self._told.discard(told)
        self._changed.set()

    async def _arrive(
        self, caller: socket.socket, make: Callable[[], asyncio.BaseProtocol],
        failed: Callable[[], None],
    ) -> None:  # fmt: skip
        """Connect with TLS or without, as the first byte says. Nobody else waits for it."""
        try:
            secure = await begins_with_tls(caller)
        except OSError:  # it has gone
            secure = False
        except BaseException:
            caller.close()
            failed()
            raise
        await self._connect(caller, make, failed, self._tls if secure else None)

    async def _connect(
        self, caller: socket.socket, make: Callable[[], asyncio.BaseProtocol],
        failed: Callable[[], None], tls: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        try:
            watch_peer(caller)
            await self._loop.connect_accepted_socket(
                make, caller, ssl=tls, ssl_handshake_timeout=TLS_WAIT_S if tls else None
            )
        except OSError as problem:
            caller.close()
            failed()
            # Who begins TLS and does not finish is no fault of this machine. Otherwise,
            # for instance, the loop could not watch one more socket.
            if tls is None or not isinstance(problem, ssl.SSLError | ConnectionError):
                self._tell_failure(problem)
        except BaseException:
            caller.close()
            failed()
            raise

    async def _after(self, problem: OSError) -> None:
        """Rest if the system has no room; a caller that has gone costs nothing."""
        if problem.errno not in _EXHAUSTED:
            if problem.errno != errno.ECONNABORTED:
                self._tell_failure(problem)
            # Never loop without a turn for the others.
            await asyncio.sleep(0)
            return
        self._tell_failure(problem)
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(ACCEPT_PAUSE_S):
                await self._changed.wait()

    def _tell_failure(self, problem: OSError) -> None:
        if (suppressed := self._failures.allow()) is not None:
            _log.error("event=accept_failed left_out=%d reason=%s", suppressed, problem)


async def begins_with_tls(caller: socket.socket) -> bool:
    """Tell whether the first byte is that of a TLS handshake; it is left to be read.

    Nobody types it (RFC 8446, 5.1: a record of type 22). Who says nothing for a moment
    waits to be greeted, which is no TLS either. Raise OSError if the caller has gone.
    """
    loop = asyncio.get_running_loop()
    there = asyncio.Event()
    number = caller.fileno()
    loop.add_reader(number, there.set)
    try:
        async with asyncio.timeout(FIRST_BYTES_WAIT_S):
            await there.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(number)
    return caller.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE


async def _nothing() -> None:
    """Be done: the caller's own task goes on by itself."""


def _accept_nowait(listener: Listener) -> socket.socket | None:
    try:
        caller, _ = listener.accept()
    except OSError:  # nobody waits, or the next call tells what is wrong
        return None
    listener.untaken = None
    caller.setblocking(False)
    return caller


def _peer(caller: socket.socket) -> str:
    try:
        host, port = caller.getpeername()[:2]
    except OSError:
        return "?"
    return f"{host}:{port}"
