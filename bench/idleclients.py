"""Clients that connect, come into a room, and then do nothing.

`python -m bench.idleclients KIND HOST PORT COUNT` connects COUNT clients and
prints one JSON line, `{"connected": COUNT, "took_s": …}`, once the last of them
is in. They stay until standard input ends. A process of its own, so that what
it costs is not taken for the server's, and with raw sockets, so that it costs
little.
"""

import base64
import json
import os
import resource
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

AT_ONCE: Final = 2000
"""Clients on their way in: less than a listener's backlog, and enough that the
0.3 s which a silent client waits for its greeting do not add up."""

PORTS_AN_ADDRESS: Final = 10_000
"""Each source address has some 28,000 ports, of which others may hold a part."""

PATIENCE_S: Final = 60.0
SPARE_DESCRIPTORS: Final = 32


PING: Final = b"\x89\x00"
PONG: Final = b"\x8a\x80\x00\x00\x00\x00"
"""RFC 6455, 5.5: control frames without a payload, the client's masked."""


class NotIn(Exception):
    """Not every client came in; the text says how far it went."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of client comes in.

    It sends `opening`, then, having seen `first`, `second`; with `last` it is in.
    """

    opening: Callable[[int, str], bytes]
    last: bytes
    first: bytes = b""
    second: Callable[[int], bytes] = lambda number: b""


def hello(number: int) -> bytes:
    """Return the hello of a page that is opened for the first time."""
    line = {"type": "hello", "nick": f"i{os.getpid()}-{number}", "join": {"lobby": {"last": 50}}}
    return json.dumps(line, separators=(",", ":")).encode()


def upgrade(number: int, host: str) -> bytes:
    """Return the request that opens a WebSocket (RFC 6455, 4.1)."""
    key = base64.b64encode(number.to_bytes(16, "big")).decode()
    return (
        f"GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Origin: http://{host}\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def frame(payload: bytes) -> bytes:
    """Return a text frame of at most 65,535 bytes; masked with zeroes, it stays as it is."""
    size = len(payload)
    if size < 126:
        return struct.pack(">BB4x", 0x81, 0x80 | size) + payload
    return struct.pack(">BBH4x", 0x81, 0x80 | 126, size) + payload


KINDS: Final[dict[str, Kind]] = {
    # Nothing is said: the hub greets in text mode whoever is silent.
    "text": Kind(lambda number, host: b"", last=b"\n"),
    "json": Kind(lambda number, host: hello(number) + b"\n", last=b'"type":"members"'),
    "browser": Kind(
        upgrade, first=b"\r\n\r\n", second=lambda number: frame(hello(number)),
        last=b'"type":"members"',
    ),
}  # fmt: skip


class Clients:
    """COUNT clients of one kind, at most AT_ONCE of them on their way in."""

    def __init__(self, kind: Kind, host: str, port: int, count: int) -> None:
        self._kind = kind
        self._address = (host, port)
        self._count = count
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._numbers: dict[int, int] = {}
        self._seen: dict[int, bytes] = {}
        self._half: set[int] = set()
        self._said: set[int] = set()

    def come_in(self) -> float:
        """Connect all; return how long that took, in seconds. Raise NotIn or OSError."""
        began = time.monotonic()
        started = arrived = 0
        while arrived < self._count:
            while started < self._count and len(self._seen) < AT_ONCE:
                self._start(started)
                started += 1
            for descriptor, events in self._poll.poll(1.0):
                arrived += self._go_on(descriptor, events)
            if time.monotonic() - began > PATIENCE_S:
                raise NotIn(f"{arrived} of {self._count} after {PATIENCE_S:.0f} s")
        return time.monotonic() - began

    def stay(self, until_readable: int) -> None:
        """Read and drop what comes, until there is something on that descriptor."""
        self._poll.register(until_readable, select.EPOLLIN)
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == until_readable:
                    return
                if not self._receive(descriptor):
                    raise NotIn("the server closed an idle connection")

    def leave(self) -> None:
        """Close all connections."""
        self._poll.close()
        for one in self._sockets.values():
            one.close()

    def _start(self, number: int) -> None:
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        descriptor = one.fileno()
        self._sockets[descriptor] = one
        self._numbers[descriptor] = number
        self._seen[descriptor] = b""
        # Several addresses, so that there are ports for all. The port itself is
        # chosen when the other end is known, else each could serve only once.
        one.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
        one.bind((f"127.0.0.{2 + number // PORTS_AN_ADDRESS}", 0))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.connect_ex(self._address)
        self._poll.register(descriptor, select.EPOLLOUT)

    def _go_on(self, descriptor: int, events: int) -> int:
        """Take a client a step further; return 1 if it is in now."""
        number = self._numbers[descriptor]
        if descriptor not in self._said:
            if events & (select.EPOLLERR | select.EPOLLHUP):
                raise NotIn(f"client {number + 1} of {self._count} could not connect")
            self._said.add(descriptor)
            host = f"{self._address[0]}:{self._address[1]}"
            if opening := self._kind.opening(number, host):
                self._sockets[descriptor].sendall(opening)
            self._poll.modify(descriptor, select.EPOLLIN)
            return 0
        data = self._receive(descriptor)
        if not data:
            raise NotIn(f"client {number + 1} of {self._count} was turned away")
        if descriptor not in self._seen:  # it is in already
            return 0
        self._seen[descriptor] += data
        if self._kind.first and descriptor not in self._half:
            if self._kind.first in self._seen[descriptor]:
                self._half.add(descriptor)
                self._sockets[descriptor].sendall(self._kind.second(number))
        elif self._kind.last in self._seen[descriptor]:
            del self._seen[descriptor]
            return 1
        return 0

    def _receive(self, descriptor: int) -> bytes:
        one = self._sockets[descriptor]
        try:
            data = one.recv(65536)
            # No text has a NUL in it.
            if PING in data:
                one.sendall(PONG)
        except ConnectionError:
            return b""
        return data


def descriptors() -> int:
    """Raise the limit of open files as far as it goes; return it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def main(arguments: list[str]) -> None:
    kind, host, port, count = arguments
    descriptors()
    clients = Clients(KINDS[kind], host, int(port), int(count))
    took_s = clients.come_in()
    print(json.dumps({"connected": int(count), "took_s": took_s}), flush=True)
    clients.stay(sys.stdin.fileno())
    # The server sees so many ends at once only after it was measured.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
