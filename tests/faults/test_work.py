"""What a request costs the hub for what it is charged, over the table of expensive inputs.

Counted, not timed: function calls and normalised characters. Three things hold for
each field of each request, and for each command of text mode. All that is done for a
line is paid out of its sender's share, or a connection could make the others wait
for ever; it grows with the bytes that were sent and no faster; and no line makes so
much work that the others notice the one turn it takes.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec
import pytest
from counted import work_of
from expensive import (
    COMMANDS,
    FIELDS,
    HELLOS,
    LINES_ALONE,
    LONG_TEXT_BYTES,
    NAME_FIELDS,
    NAMES,
    TEXT_BYTES,
    TEXTS,
    filled,
    request,
)
from memory_hub import Client, MemoryHub

from core.limits import QUANTUM
from core.text import forgery, names, sanitize
from core.wire.messages import REQUESTS

CALLS_A_UNIT = 100
"""For each unit of a quantum that its sender is charged."""

CALLS_AT_MOST = 20_000
"""For one line, whatever it holds: two or three milliseconds."""

CALLS_A_REQUEST = 7_000
CALLS_A_BYTE = 0.5
"""For a request or a command, and for each of its bytes."""

CALLS_A_HELLO = 40_000
"""Each of its fifty rooms has a turn of its own, and few bytes."""

CALLS_A_LINE = 500
"""Of the shortest: its commit and its way to three readers. What a client may say at
once is bounded by what it has under way."""


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    for prepare in (sanitize.prepare, names.prepare, forgery.prepare):
        prepare()
    hub = MemoryHub()
    # One who reads for each encoding: what is said is made fit for all of them.
    reader = hub.json("reader", {"lobby": {"last": 0}})
    hub.text(), hub.client(b"\xff\xfd\x01")
    for number in range(30):
        reader.say_json({"type": "say", "room": "lobby", "text": f"line {number} " + "x" * 100})
    reader.say_json({"type": "say", "room": "lobby", "text": "a line\n" * 4000})
    yield hub
    hub.close()


class Cost(NamedTuple):
    """What something sent was, made the hub do, and was charged."""

    size_bytes: int
    calls: int
    units: float


def cost(hub: MemoryHub, client: Client, sent: bytes) -> Cost:
    """Send something and return what it costs."""
    hub.clock.advance(10)  # it has its whole share again
    flow = client.connection.flow
    flow.earn_quanta()
    before = flow._quanta
    calls = work_of(lambda: client.send(sent))
    client.take()
    return Cost(len(sent), calls, round((before - flow._quanta) * QUANTUM))


def judge(found: dict[str, Cost], at_most: int = CALLS_AT_MOST) -> None:
    """See that everything is paid, grows with its bytes and no faster, and ends soon."""

    def those(beyond: Callable[[Cost], float]) -> dict[str, Cost]:
        return {name: one for name, one in found.items() if one.calls > beyond(one)}

    assert not those(lambda one: CALLS_A_LINE + CALLS_A_UNIT * one.units), "not paid"
    a_request = max(CALLS_A_REQUEST, at_most - CALLS_AT_MOST)
    assert not those(lambda one: a_request + CALLS_A_BYTE * one.size_bytes), "too dear"
    assert not those(lambda one: at_most), "too much at once"


def inputs(field: str) -> dict[str, str]:
    if field.partition(".")[2] in NAME_FIELDS:
        return NAMES
    return {
        f"{name}, {size}": filled(piece, size)
        for name, piece in TEXTS.items()
        for size in (TEXT_BYTES, LONG_TEXT_BYTES)
    }


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_done_for_a_request_is_paid(hub: MemoryHub, field: str) -> None:
    client = hub.json("guest", {"lobby": {"last": 0}})
    found = {}
    for name, value in inputs(field).items():
        found[name] = cost(hub, client, request(FIELDS[field], value))
        assert not client.transport.closed
    judge(found)


@pytest.mark.parametrize("field", HELLOS)
def test_what_is_done_for_a_hello_is_paid(hub: MemoryHub, field: str) -> None:
    found = {}
    for name, value in inputs(field).items():
        client = hub.client()
        found[name] = cost(hub, client, request(HELLOS[field], value))
        client.drop()
    judge(found, CALLS_A_HELLO)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_done_for_a_command_is_paid(hub: MemoryHub, command: str) -> None:
    client = hub.text()
    found = {}
    everything = {
        **{f"name: {name}": text for name, text in NAMES.items()},
        **{f"text: {name}": filled(piece, 30_000) for name, piece in TEXTS.items()},
    }
    for name, text in everything.items():
        one = COMMANDS[command].replace("{}", text.replace("\n", " ").replace("\r", " ")).encode()
        found[name] = cost(hub, client, one + b"\n")
        assert not client.transport.closed, name
    judge(found)


@pytest.mark.parametrize("command", ["/show 31", "/since 1", "/search line", "/who", "/help"])
def test_what_is_done_for_an_answer_is_paid(hub: MemoryHub, command: str) -> None:
    client = hub.text()
    judge({command: cost(hub, client, command.encode() + b"\n")})


@pytest.mark.parametrize("name", LINES_ALONE)
def test_what_is_done_for_a_line_is_paid(hub: MemoryHub, name: str) -> None:
    client = hub.json("guest", {"lobby": {"last": 0}})
    judge({name: cost(hub, client, LINES_ALONE[name])})


def test_every_field_is_in_the_table() -> None:
    wanted = set()
    for kind in REQUESTS:
        info = msgspec.inspect.type_info(kind)
        assert isinstance(info, msgspec.inspect.StructType)
        for field in info.fields:
            parts = getattr(field.type, "types", (field.type,))
            strings = (
                msgspec.inspect.StrType,
                msgspec.inspect.DictType,
                msgspec.inspect.LiteralType,
            )
            if any(isinstance(part, strings) for part in parts):
                wanted.add(f"{info.tag}.{field.name}")
    # `ref` is the same field of each.
    wanted = {name for name in wanted if not name.endswith(".ref")} | {"ping.ref"}
    assert wanted - FIELDS.keys() - HELLOS.keys() == set()
