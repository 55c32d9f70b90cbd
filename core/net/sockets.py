"""Listening sockets, and the kernel's options for each accepted one.

Uses the event loop to resolve names; knows nothing of who accepts.
"""

import asyncio
import errno
import os
import socket
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from core import limits

_LAST_ACK_MS: Final = struct.Struct("=56xI")
"""Where Linux's `struct tcp_info` has `tcpi_last_ack_recv`, in milliseconds."""

HOLD_TRIES: Final = 10
"""A port that is free at one address of a name may be taken at another."""

ON_POSIX: Final = os.name == "posix" and sys.platform != "cygwin"


class Listener(socket.socket):
    """A listening socket that remembers an accepted caller until somebody takes it.

    An event loop accepts one step before it hands the caller over. A task that is
    cancelled in between never sees that socket, and could not close it.
    """

    def __init__(self, family: int, kind: int, protocol: int) -> None:
        super().__init__(family, kind, protocol)
        self.untaken: socket.socket | None = None

    def accept(self) -> tuple[socket.socket, Any]:
        caller, address = super().accept()
        self.untaken = caller
        return caller, address

    def close(self) -> None:
        if self.untaken is not None:
            self.untaken.close()
        super().close()


async def listen(host: str, port: int, *, backlog: int, reuse_port: bool = False) -> list[Listener]:
    """Return a listening socket for each address of `host`; raise OSError.

    `reuse_port` lets several processes listen on one port, where the system
    can (SO_REUSEPORT); each caller then comes to one of them.
    """
    sockets = await _bound(host, port, reuse_port=reuse_port)
    try:
        for one in sockets:
            one.listen(backlog)
    except BaseException:
        close_all(sockets)
        raise
    return sockets


async def hold(host: str, port: int) -> list[Listener]:
    """Keep a port for others, who listen on it with `reuse_port`; raise OSError.

    Return a socket for each address of `host`, all with one port, a free one
    if `port` is 0. None of them listens, so no caller ever comes to them.
    """
    if port:
        # With SO_REUSEPORT alone, a second server of the same user would
        # share the port of the first, and each would get half of the callers.
        close_all(await _bound(host, port, reuse_port=False))
        return await _bound(host, port, reuse_port=True)
    for left in reversed(range(HOLD_TRIES)):
        picked = await _bound(host, 0, reuse_port=True)
        try:
            # Each address has picked a port of its own; the first one's counts.
            return await _bound(host, picked[0].getsockname()[1], reuse_port=True)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE or not left:
                raise
        finally:
            close_all(picked)
    raise AssertionError("the last try returns or raises")


def close_all(sockets: Iterable[socket.socket]) -> None:
    """Close sockets."""
    for one in sockets:
        one.close()


async def _bound(host: str, port: int, *, reuse_port: bool) -> list[Listener]:
    """Return a socket bound to each address of `host`; raise OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    sockets: list[Listener] = []
    missing: OSError | None = None
    try:
        for family, kind, _, _, address in dict.fromkeys(found):
            # The protocol is told: asyncio sets TCP_NODELAY only where it is.
            try:
                one = Listener(family, kind, socket.IPPROTO_TCP)
            except OSError as problem:  # for instance no IPv6 here
                missing = problem
                continue
            sockets.append(one)
            try:
                _bind(one, address, reuse_port=reuse_port)
            except OSError as problem:
                why = (problem.strerror or "").lower()
                missing = OSError(
                    problem.errno, f"error while attempting to bind on address {address!r}: {why}"
                )
                if problem.errno != errno.EADDRNOTAVAIL:
                    raise missing from None
                # A name may have an address that this machine lacks.
                sockets.pop().close()
        if not sockets:
            raise missing or OSError(f"no address to listen on for {host!r}")
    except BaseException:
        close_all(sockets)
        raise
    return sockets


def _bind(one: Listener, address: Any, *, reuse_port: bool) -> None:
    one.setblocking(False)
    if ON_POSIX:
        # Without it, a restart waits until the old connections are forgotten.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuse_port:
        option = getattr(socket, "SO_REUSEPORT", None)
        if option is None:
            raise OSError(errno.ENOPROTOOPT, "several processes on one port are not possible here")
        one.setsockopt(socket.SOL_SOCKET, option, 1)
    if one.family == socket.AF_INET6:
        # `::` is IPv6 alone; 0.0.0.0 may then be somebody else's, or ours too.
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    one.bind(address)


def watch_peer(sock: socket.socket) -> None:
    """Have the kernel detect dead peers.

    Keepalive finds idle ones (RFC 1122, 4.2.3.6). While data is unacknowledged the
    kernel sends no probes but retransmits, for many minutes; the user timeout
    (RFC 5482) ends that as soon. A peer that is written to after a long silence
    would have both times, one after the other: see `silent_s`.
    """
    wanted = [(socket.SOL_SOCKET, "SO_KEEPALIVE", 1)]
    wanted += [
        (socket.IPPROTO_TCP, name, value)
        for name, value in (
            ("TCP_NODELAY", 1),
            ("TCP_KEEPIDLE", limits.PEER_SILENT_S),
            ("TCP_KEEPINTVL", limits.PEER_PROBE_S),
            ("TCP_KEEPCNT", limits.PEER_PROBES),
            ("TCP_USER_TIMEOUT", 1000 * limits.peer_gone_s()),
        )
    ]
    for level, name, value in wanted:
        # Which of them exist differs between systems, and a peer that has
        # gone already makes some refuse.
        if hasattr(socket, name):
            with suppress(OSError):
                sock.setsockopt(level, getattr(socket, name), value)


def silent_s(sock: socket.socket | None) -> float:
    """Return how long a watched peer has acknowledged nothing; 0 where unknown.

    `sock` is what a transport calls its socket, None once it has none any more.

    A peer that is there acknowledges probes, however little it reads or says.
    """
    if sys.platform != "linux" or sock is None:
        return 0.0
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_ACK_MS.size)
    except (OSError, ValueError):  # closed just now; uvloop has a number below 0 then
        return 0.0
    (last_ack_ms,) = _LAST_ACK_MS.unpack(info)
    return float(last_ack_ms) / 1000
