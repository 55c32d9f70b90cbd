"""Listening sockets, and the kernel's options for each accepted one.

Uses the event loop to resolve names; knows nothing of who accepts.
"""

import asyncio
import errno
import os
import socket
import struct
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from core import limits
from core.systemwords import in_words

_LAST_ACK_MS: Final = struct.Struct("=56xI")
"""Where Linux's `struct tcp_info` has `tcpi_last_ack_recv`, in milliseconds."""

HOLD_TRIES: Final = 10
"""A port that is free at one address of a name may be taken at another."""

ANY_IPV4: Final = "0.0.0.0"  # noqa: S104
ANY_IPV6: Final = "::"

_LACKING: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT})
"""There is no such address, or no IPv6 at all, on this machine."""

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


class CannotListen(OSError):
    """A place at which nobody can listen: `host` and `port` as they were asked for."""

    def __init__(self, host: str, port: int, number: int, words: str) -> None:
        shown = f"[{host}]" if ":" in host else host
        self.text = f"cannot listen at {shown}:{port}: {words}"
        super().__init__(number, self.text)
        self.host = host
        self.port = port
        self.words = words


async def listen(
    host: str | Sequence[str], port: int, *, backlog: int, reuse_port: bool = False
) -> list[Listener]:
    """Return a listening socket for each address of `host`; raise CannotListen.

    All have one port, a free one if `port` is 0. `reuse_port` lets several
    processes listen on one port, where the system can (SO_REUSEPORT); each
    caller then comes to one of them.
    """
    places = await _places(host)
    sockets = _bound(places, port, reuse_port=reuse_port)
    try:
        for one in sockets:
            one.listen(backlog)
    except BaseException:
        close_all(sockets)
        raise
    return sockets


async def hold(host: str | Sequence[str], port: int) -> list[Listener]:
    """Keep a port for others, who listen on it with `reuse_port`; raise CannotListen.

    Return a socket for each address of `host`, all with one port, a free one
    if `port` is 0. None of them listens, so no caller ever comes to them.
    """
    places = await _places(host)
    if port:
        # With SO_REUSEPORT alone, a second server of the same user would
        # share the port of the first, and each would get half of the callers.
        close_all(_bound(places, port, reuse_port=False))
    return _bound(places, port, reuse_port=True)


def close_all(sockets: Iterable[socket.socket]) -> None:
    """Close sockets."""
    for one in sockets:
        one.close()


class _Place(NamedTuple):
    """An address to bind, without its port, and the host that it was asked for by."""

    host: str
    family: int
    address: tuple[Any, ...]


async def _places(host: str | Sequence[str]) -> list[_Place]:
    """Return every address of the hosts, each once; raise CannotListen."""
    found: dict[tuple[Any, ...], _Place] = {}
    for one in [host] if isinstance(host, str) else host:
        # `::` is every network to whoever writes it. It becomes two sockets, not
        # one for both: to that one, a caller by IPv4 has an address of IPv6.
        addresses = await _resolved(one)
        if one == ANY_IPV6:
            addresses = [(socket.AF_INET, (ANY_IPV4, 0)), *addresses]
        for family, address in addresses:
            found.setdefault((family, *address), _Place(one, family, address))
    return list(found.values())


async def _resolved(host: str) -> list[tuple[int, tuple[Any, ...]]]:
    if not host:
        # To getaddrinfo, that is every network.
        raise CannotListen(host, 0, errno.EINVAL, "an address is missing")
    try:
        infos = await asyncio.get_running_loop().getaddrinfo(
            host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (socket.gaierror, UnicodeError) as problem:
        words = f"there is no host called {host}"
        if getattr(problem, "errno", None) == socket.EAI_AGAIN:
            words = f"{host} cannot be looked up, since no name server answers"
        raise CannotListen(host, 0, socket.EAI_NONAME, words) from problem
    return list(dict.fromkeys((int(info[0]), tuple(info[4])) for info in infos))


def _bound(places: Sequence[_Place], port: int, *, reuse_port: bool) -> list[Listener]:
    """Return a socket bound to each place, all with one port; raise CannotListen."""
    for left in reversed(range(HOLD_TRIES)):
        sockets: list[Listener] = []
        # A name may have an address that this machine lacks, but not only such.
        missing: dict[str, CannotListen] = {}
        there: set[str] = set()
        try:
            for place in places:
                # The first one picks, and its port may be taken at another address.
                wanted = port or (sockets[0].getsockname()[1] if sockets else 0)
                try:
                    sockets.append(_bound_at(place, wanted, reuse_port=reuse_port))
                    there.add(place.host)
                except CannotListen as problem:
                    if problem.errno not in _LACKING:
                        raise
                    missing.setdefault(place.host, problem)
            for host, lacking in missing.items():
                if host not in there:
                    raise lacking
        except CannotListen as problem:
            close_all(sockets)
            if port or problem.errno != errno.EADDRINUSE or not left:
                raise
        except BaseException:
            close_all(sockets)
            raise
        else:
            return sockets
    raise AssertionError("the last try returns or raises")


def _bound_at(place: _Place, port: int, *, reuse_port: bool) -> Listener:
    address = (place.address[0], port, *place.address[2:])
    try:
        # The protocol is told: asyncio sets TCP_NODELAY only where it is.
        one = Listener(place.family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            _bind(one, address, reuse_port=reuse_port)
        except BaseException:
            one.close()
            raise
    except OSError as problem:
        raise _cannot(place, port, problem) from problem
    return one


def _cannot(place: _Place, port: int, problem: OSError) -> CannotListen:
    number = problem.errno or errno.EIO
    return CannotListen(str(place.address[0]), port, number, in_words(problem))


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
        # For IPv6 alone: callers by IPv4 come to a socket of their own.
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
