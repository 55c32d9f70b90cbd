"""Clients that behave badly, as a process of its own: `bounds_abuse.py PORTS NAME COUNT`.

PORTS are the hub's and the gateway's, with a comma between them.

Prints `ready` once all have said what they begin with, and goes on until it is
ended. It reads nothing unless a behaviour says so.
"""

import json
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from expensive import (
    COMPRESSED,
    FIELDS,
    FRAMES,
    HTTP,
    LONG_TEXT_BYTES,
    NAMES,
    TEXT_BYTES,
    TEXTS,
    filled,
    frame,
    request,
)

ROOMS_WITH_TOPICS = 200
TOPIC = 'a "long" topic ' * 30
RECEIVE_BYTES = 4096
"""What the kernel keeps for a client that does not read: little."""


class Door(Enum):
    """Which port a client comes to. A browser's socket is upgraded first."""

    TCP = 0
    BROWSER = 1
    HTTP = 2


@dataclass(frozen=True, slots=True)
class Abuse:
    """What one kind of client sends: once, and then over and over."""

    first: bytes
    again: bytes = b""
    drips: bool = False
    reads: bool = False
    door: Door = Door.TCP


def line(**fields: object) -> bytes:
    """Return one JSON line."""
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def hello(*rooms: str) -> bytes:
    """Return the line of a program that enters rooms."""
    return line(type="hello", join={room: {"last": 0} for room in rooms})


def many_rooms() -> bytes:
    """Return a `hello` that names as many rooms as fit into a line."""
    return hello(*[f"r{number}" for number in range(4500)])


SAY = line(type="say", room="noise", text="all work and no play makes jack a dull boy")
BIG = line(type="say", room="noise", text="x" * 32_000 + "\N{GRINNING FACE}")
PASTE = "line \N{GRINNING FACE} of a paste " * 9 + "\n"

ABUSES: dict[str, Abuse] = {
    "10 MB without a newline": Abuse(hello(), b"x" * 65536),
    "a JSON line never finished": Abuse(hello() + b'{"type":"say","text":"' + b"x" * 102_000),
    "a first line never finished": Abuse(b"x" * 100_000, b"x", drips=True),
    "says, never reading": Abuse(hello("noise"), SAY * 500),
    "says, reading": Abuse(hello("noise"), SAY * 500, reads=True),
    "big says, never reading": Abuse(hello("noise"), BIG * 4),
    "rooms, never reading": Abuse(hello(), line(type="rooms") * 3000),
    "rooms, reading": Abuse(hello(), line(type="rooms") * 3000, reads=True),
    "history, never reading": Abuse(hello(), line(type="history", room="big", limit=200) * 500),
    "history, reading": Abuse(
        hello(), line(type="history", room="big", limit=200) * 500, reads=True
    ),
    "searches, reading": Abuse(
        hello(), line(type="search", room="small", text="zz") * 500, reads=True
    ),
    "members, never reading": Abuse(hello(), line(type="members", room="noise") * 1000),
    "hello with thousands of rooms": Abuse(many_rooms(), line(type="ping"), drips=True),
    "in and out": Abuse(
        hello(), (line(type="join", room="quiet") + line(type="leave", room="quiet")) * 100,
        reads=True,
    ),
    "stalled in a busy room": Abuse(hello("noise")),
    "text, blocks": Abuse(b"hello\n", PASTE.encode() * 99),
    "IAC garbage": Abuse(b"\xff\xfd\x01", b"\xff\xfa\x18" * 99 + b"\xff\xfd\x06\xff\xfb\x07" * 999),
    "blank lines": Abuse(b"\r\n", b"\r\n" * 30_000),
    "junk": Abuse(hello(), b'{"type":"dance"}\n[[[[\n' * 1000),
}  # fmt: skip

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def asked(field: str, value: str, times: int = 20) -> Abuse:
    """Return a program that sends an expensive request over and over, and reads."""
    return Abuse(hello(), request(FIELDS[field], value) * times, reads=True)


DEAR: dict[str, Abuse] = {
    **{f"{name} to the hub's {field}": asked(field, NAMES[name]) for name, field in (
        ("eighteenfold", "say.room"), ("eighteenfold", "members.room"), ("marks", "join.room"),
        ("eighteenfold", "direct.to"), ("musical signs", "nick.nick"), ("few astral", "say.room"),
    )},
    **{f"texts: {name}": asked("say.text", filled(TEXTS[name], TEXT_BYTES), 3) for name in (
        "piled marks", "no pile yet", "soft hyphens", "astral", "an override a line",
        "nested isolates", "controls", "carriage returns",
    )},
    **{f"searches: {name}": asked("search.text", filled(TEXTS[name], LONG_TEXT_BYTES), 3)
       for name in ("piled marks", "soft hyphens", "only an override a line")},
    "searches of letters": asked("search.text", filled(TEXTS["letters and spaces"], 250)),
    **{f"browser: {name}": Abuse(frame(1, b'{"type":"hello"}'), again, reads=True,
                                 door=Door.BROWSER)
       for name, again in FRAMES.items()},
    "browser: compressed": Abuse(frame(1, b'{"type":"hello"}') + COMPRESSED, door=Door.BROWSER),
    **{f"HTTP: {name}": Abuse(again, again, reads=True, door=Door.HTTP)
       for name, again in HTTP.items()},
}  # fmt: skip
"""What is dear for its size, of `expensive.py`."""

DRIP_EVERY_S = 0.01


class Client:
    """One badly behaved connection."""

    def __init__(self, ports: list[int], abuse: Abuse) -> None:
        self.abuse = abuse
        self.waiting = abuse.first
        self.begun = False
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        # What the hub has not read yet is gone with this process.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.connect(("127.0.0.1", ports[min(abuse.door.value, 1)]))
        if abuse.door is Door.BROWSER:
            self.socket.sendall(UPGRADE)
            while b"\r\n\r\n" not in self.socket.recv(RECEIVE_BYTES):
                pass
        self.socket.setblocking(False)

    def write(self) -> None:
        """Send what the kernel takes of it."""
        if not self.waiting:
            self.waiting = self.abuse.again
        self.waiting = self.waiting[self.socket.send(self.waiting) :]
        self.begun = True


def _run(ports: list[int], abuse: Abuse, count: int, tell: Callable[[], None]) -> None:
    clients = {client.socket: client for client in (Client(ports, abuse) for _ in range(count))}
    told = False
    while True:
        begun = all(client.begun for client in clients.values())
        if not told and begun:
            told = True
            tell()
        writers = [
            client.socket for client in clients.values() if client.waiting or abuse.again
        ]  # fmt: skip
        readers = list(clients) if abuse.reads else []
        readable, writable, _ = select.select(readers, writers, [], 1.0)
        for sock in readable:
            try:
                if not sock.recv(1 << 20):
                    raise ConnectionError
            except ConnectionError:
                clients.pop(sock).socket.close()
        for sock in writable:
            if sock not in clients:
                continue
            try:
                clients[sock].write()
            except ConnectionError:
                clients.pop(sock).socket.close()
        if abuse.drips and begun:
            time.sleep(DRIP_EVERY_S)


def _tell_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # What is measured is the hub, not who gets the machine's cores.
    os.nice(19)
    ports = [int(port) for port in sys.argv[1].split(",")]
    _run(ports, (ABUSES | DEAR)[sys.argv[2]], int(sys.argv[3]), _tell_ready)
