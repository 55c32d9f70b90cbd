"""Inputs that make more work than they look: by field of each request, command and frame.

A plain table, which tests and measurements read. To extend it:

- A string that is dear to clean, to normalise or to search for: a line in NAMES
  (as long as a name may be before it is refused unseen) or in TEXTS (a piece that is
  repeated; `filled` makes it as long as wanted).
- A request, or a field of one: a line in FIELDS, under `type.field`. Whatever
  string stands in a request and is not there is named by
  `test_work.py::test_every_field_is_in_the_table`.
- A command of text mode: a line in COMMANDS.
- A frame, or a request of another door: a line in FRAMES or HTTP; a new door gets a
  table of its own, with bytes that are sent over and over.

`test_work.py` sends every combination to a hub in memory and counts what is done for
it; `bounds_abuse.py` makes some of them clients that never stop, whom the others must
not notice. Knows no hub.
"""

import json
from collections.abc import Callable
from typing import Any, Final

NAMES: Final[dict[str, str]] = {
    "letters": "a" * 190,
    "eighteenfold": "\ufdfa" * 190,
    "eightfold": "\ufdfb" * 190,
    "eighteenfold, few": "\ufdfa" * 47,
    "marks": "a" + "\u0301" * 189,
    "marks of two classes": "a" + "\u0301\u0316" * 94,
    "decomposed": "e\u0323\u0302" * 63,
    "jamo": "\u1112\u1161\u11ab" * 63,
    "musical signs": "\U0001d160" * 190,
    "astral": "\U0001f600" * 190,
    "few astral": "\U0001f600" * 48,
    "case grows": "\u0390" * 48,
    "dotted I": "\u0130" * 48,
    "right to left": "\u0645" * 48,
    "joiners": "\u0915\u094d\u200d" * 63,
    "middle dots": "l\u00b7" * 95,
    "look-alikes": "\u0430" * 48,
    "variation selectors": "\u263a\ufe0f" * 95,
    "no-break spaces": "\u00a0" * 95,
    "number signs": "\uff03" * 190,
    "hidden": "\u200b" * 190,
    "as long as a line": "\ufdfa" * 30_000,
    "spaces as long as a line": " " * 90_000 + "a",
}
"""For rooms, nicks, and whom a message is to."""

TEXTS: Final[dict[str, str]] = {
    "letters": "all work and no play ",
    "lines": "a\n",
    "dashes": "--\ta\n",
    "Cyrillic": "\u0439\u0446\u0443\u043a ",
    "Han": "\u6f22\u5b57",
    "piled marks": "a" + "\u0301" * 9,
    "no pile yet": "a" + "\u0301" * 8,
    "marks alone": "\u0301",
    "marks of two classes": "a" + "\u0301\u0316" * 20,
    "marks and joiners": "a" + "\u0301\u00ad" * 8,
    "soft hyphens": "\u00ad",
    "soft hyphens and letters": "a\u00ad",
    "a mark and soft hyphens": "\u0301" + "\u00ad" * 4000,
    "astral": "\U0001f600",
    "astral marks": "\U0001e8d0",
    "tags": "\U000e0061",
    "overrides": "\u202e",
    "an override a line": "\u202ea\n",
    "only an override a line": "\u202e\n",
    "nested isolates": "\u2066\u202e",
    "closed isolates": "\u2066\u202e\u202e\u2069",
    "closers": "\u2069",
    "carriage returns": "\r",
    "controls": "\x01",
    "all controls": "".join(map(chr, (*range(1, 9), *range(14, 32), *range(127, 160)))),
    "byte order marks": "\ufeff",
    "line separators": "a\u2028",
    "marks of direction": "\u200e",
    "blanks": "\u2800",
    "no-break spaces": "\u00a0",
    "spaces": " ",
    "eighteenfold": "\ufdfa",
    "quotes": '"',
    "letters and spaces": "a ",
}
"""For texts, topics and searches: pieces, to be repeated."""

TEXT_BYTES: Final = 32_000
LONG_TEXT_BYTES: Final = 90_000
"""As much as a message may have, and as much as a line may."""

LINE_BYTES: Final = 102_400
"""The longest line of JSON mode."""

Fields = dict[str, Any]

FIELDS: Final[dict[str, Callable[[str], Fields]]] = {
    "say.room": lambda name: {"type": "say", "room": name, "text": "hi"},
    "join.room": lambda name: {"type": "join", "room": name},
    "leave.room": lambda name: {"type": "leave", "room": name},
    "topic.room": lambda name: {"type": "topic", "room": name, "text": "hi"},
    "members.room": lambda name: {"type": "members", "room": name},
    "members.text": lambda text: {"type": "members", "room": "lobby", "text": text},
    "search.nick": lambda name: {"type": "search", "room": "lobby", "text": "", "nick": name},
    "search.rooms": lambda name: {
        "type": "search", "text": "hi",
        "rooms": {f"{name[:180]}{number}": 1 for number in range(50)},
    },
    "history.room": lambda name: {"type": "history", "room": name},
    "search.room": lambda name: {"type": "search", "room": name, "text": "hi"},
    "nick.nick": lambda name: {"type": "nick", "nick": name},
    "direct.to": lambda name: {"type": "direct", "to": name, "text": "hi"},
    "say.text": lambda text: {"type": "say", "room": "lobby", "text": text},
    "say.text, an action": lambda text: {
        "type": "say", "room": "lobby", "text": text, "kind": "action",
    },
    "direct.text": lambda text: {"type": "direct", "to": "guest-1", "text": text},
    "topic.text": lambda text: {"type": "topic", "room": "lobby", "text": text},
    "search.text": lambda text: {"type": "search", "room": "lobby", "text": text},
    "say.id": lambda text: {"type": "say", "room": "lobby", "text": "hi", "id": text},
    "direct.id": lambda text: {"type": "direct", "to": "guest-1", "text": "hi", "id": text},
    "say.kind": lambda text: {"type": "say", "room": "lobby", "text": "hi", "kind": text},
    "direct.kind": lambda text: {"type": "direct", "to": "guest-1", "text": "", "kind": text},
    "join.log": lambda text: {"type": "join", "room": "lobby", "after": 1, "log": text},
    "invite.web": lambda text: {"type": "invite", "web": "http://" + text},
    "ping.ref": lambda text: {"type": "ping", "ref": text},
    "rooms.ref": lambda text: {"type": "rooms", "ref": text},
    "ping.unknown": lambda text: {"type": "ping", text[:9000]: text},
    "unknown.type": lambda text: {"type": text},
}  # fmt: skip
"""A request for each field that holds a string, by `type.field`."""

HELLOS: Final[dict[str, Callable[[str], Fields]]] = {
    "hello.nick": lambda name: {"type": "hello", "nick": name},
    "hello.resume": lambda text: {"type": "hello", "resume": text},
    "hello.owner": lambda text: {"type": "hello", "owner": text},
    "hello.passphrase": lambda text: {"type": "hello", "passphrase": text},
    "hello.log": lambda text: {"type": "hello", "log": text, "join": {"lobby": {"after": 1}}},
    "hello.join": lambda name: {
        "type": "hello", "join": {f"{name[:180]}{number}": {"last": 0} for number in range(50)},
    },
}  # fmt: skip
"""The same for the first line of a connection."""

NAME_FIELDS: Final = frozenset({"room", "rooms", "nick", "to", "join"})
"""Fields that are tried with NAMES; the others are tried with TEXTS."""

COMMANDS: Final[dict[str, str]] = {
    "a line": "{}",
    "/nick": "/nick {}",
    "/me": "/me {}",
    "/msg to": "/msg {} hi",
    "/msg text": "/msg guest-1 {}",
    "/join": "/join {}",
    "/topic": "/topic {}",
    "/since": "/since {}",
    "/search": "/search {}",
    "/show": "/show {}",
    "/help": "/help {}",
    "unknown": "/{}",
    "a slash and a space": "/ {}",
}
"""Text mode's lines: `{}` is a name or a text without line ends."""

LINES_ALONE: Final[dict[str, bytes]] = {
    "blank lines": b"\n",
    "blank objects": b"{}\n",
    "no JSON": b"[[[[\n",
    "nested": b"[" * 5000 + b"\n",
    "no UTF-8": b'{"type":"say","room":"\xff"}\n',
    "an unknown type": b'{"type":"dance"}\n',
    "a great number": b'{"type":"ping","ref":' + b"9" * 5000 + b"}\n",
    "pings": b'{"type":"ping"}\n',
    "rooms": b'{"type":"rooms"}\n',
    "invite": b'{"type":"invite"}\n',
}
"""Lines of JSON mode that no field makes expensive."""


def filled(piece: str, size_bytes: int) -> str:
    """Return a piece repeated, at most so many bytes of UTF-8."""
    return piece * max(size_bytes // len(piece.encode()), 1)


def line(fields: Fields) -> bytes:
    """Return a request as a JSON line, in as few bytes as there are."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def request(make: Callable[[str], Fields], value: str) -> bytes:
    """Return the line of a request, its value cut to what a line may hold."""
    found = line(make(value))
    if len(found) > LINE_BYTES:
        found = line(make(value[: len(value) * (LINE_BYTES - 1000) // len(found)]))
    return found


# --- what browsers send ----------------------------------------------------------

TEXT, PING, PONG, CONTINUED = 0x1, 0x9, 0xA, 0x0


def frame(opcode: int, payload: bytes = b"", *, final: bool = True) -> bytes:
    """Return a masked frame (RFC 6455, 5.2); the mask is zero."""
    size = len(payload)
    head = bytes((opcode | (0x80 if final else 0),))
    if size < 126:
        head += bytes((0x80 | size,))
    elif size < 1 << 16:
        head += b"\xfe" + size.to_bytes(2, "big")
    else:
        head += b"\xff" + size.to_bytes(8, "big")
    return head + bytes(4) + payload


def fragments(payload: bytes, size_bytes: int) -> bytes:
    """Return a text as fragments of so many bytes."""
    pieces = [payload[at : at + size_bytes] for at in range(0, len(payload), size_bytes)]
    last = len(pieces) - 1
    return b"".join(
        frame(TEXT if number == 0 else CONTINUED, piece, final=number == last)
        for number, piece in enumerate(pieces)
    )


_BIG = line(FIELDS["say.text"]("x" * TEXT_BYTES)).rstrip()

FRAMES: Final[dict[str, bytes]] = {
    "empty frames": frame(TEXT) * 800,
    "pings": frame(PING) * 800,
    "pongs": frame(PONG) * 800,
    "full pings": frame(PING, b"x" * 125) * 400,
    "fragments of one byte": fragments(_BIG[:3000].ljust(3000), 1),
    "empty fragments": frame(TEXT, final=False) + frame(CONTINUED, final=False) * 2000,
    "pings between fragments": (frame(TEXT, b"x", final=False) + frame(PING) * 200
                                + frame(CONTINUED, b"x")) * 4,
    "junk in frames": frame(TEXT, b"[[[[") * 800,
    "big frames": frame(TEXT, _BIG) * 4,
    "members": frame(TEXT, line(FIELDS["members.room"]("lobby")).rstrip()) * 300,
    "rooms": frame(TEXT, b'{"type":"rooms"}') * 300,
    "dear rooms": frame(TEXT, line(FIELDS["say.room"](NAMES["eighteenfold"])).rstrip()) * 100,
}  # fmt: skip
"""What a browser that has said hello sends over and over."""

COMPRESSED: Final = frame(0x40 | TEXT, b"\x2a\x00")
"""A frame that says it is compressed, which was not offered: it ends the connection."""

HTTP: Final[dict[str, bytes]] = {
    name: f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 80
    for name, path in {
        "metrics": "/metrics",
        "health": "/healthz",
        "the page": "/",
        "its worker": "/sw.js",
        "what is not there": "/nothing",
        "a long path": "/" + "x" * 4000,
    }.items()
} | {
    "many names of one version": (
        b'GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: ' + b'"a",' * 1900 + b'"a"\r\n\r\n'
    ) * 20,
    "many ways to pack it": (
        b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: " + b"a;q=1," * 1200 + b"a\r\n\r\n"
    ) * 20,
    "many headers": (
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"a: b\r\n" * 60 + b"\r\n"
    ) * 100,
    "chunks of one byte": (
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"1\r\nx\r\n" * 4000 + b"0\r\n\r\n"
    ),
}  # fmt: skip
"""Requests on one kept connection, pipelined."""
