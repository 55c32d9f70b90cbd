"""One line of one client: whatever is in it, it spoils nothing for others, nor for the hub.

A refusal repeats what it is about, which may be the very thing that cannot be said.
"""

import errno
import logging
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest
from memory_hub import Client, MemoryHub

from core.limits import ROOMS_PER_SESSION
from core.wire.messages import Bye

UNFIT_ROOMS = {
    "empty": "",
    "blank": " ",
    "invisible": "\u200b",
    "surrogate": "\ud800",
    "long": "x" * 60_000,
    "controls": "\x1b[2J" * 2_000,
    "overrides": "\u202e" * 400,
}
REQUESTS = ["say", "join", "leave", "topic", "history", "search", "members"]


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub()
    yield hub
    hub.close()


def greeted(hub: MemoryHub, nick: str) -> Client:
    client = hub.json(nick, join={"lobby": {"last": 0}})
    client.take()
    return client


@pytest.mark.parametrize("room", UNFIT_ROOMS.values(), ids=UNFIT_ROOMS)
@pytest.mark.parametrize("kind", REQUESTS)
def test_a_room_that_cannot_be_named_is_refused(hub: MemoryHub, kind: str, room: str) -> None:
    client, witness = greeted(hub, "client"), greeted(hub, "witness")
    said = [{"type": "say", "room": "lobby", "text": f"line {number}"} for number in range(3)]
    unfit = {"type": kind, "room": room, "text": "x", "ref": 7}
    for request in [*said, unfit, {"type": "ping", "ref": 8}]:
        client.say_json(request)
    events = client.events()
    (error,) = [event for event in events if event["type"] == "error"]
    assert error.get("ref") == 7 or error["code"] in ("bad_json", "not_text")
    assert len(str(error)) < 10_000
    assert [event["ref"] for event in events if event["type"] == "pong"] == [8]
    assert [event["text"] for event in witness.events() if event["type"] == "message"] == [
        f"line {number}" for number in range(3)
    ]
    client.drop()
    hub.clock.advance(60)
    assert len(hub.server.connections) == 1


@pytest.mark.parametrize("name", sorted(UNFIT_ROOMS.keys() - {"surrogate"}))
def test_a_hello_that_names_such_a_room_is_welcome(hub: MemoryHub, name: str) -> None:
    client = hub.json("client", join={UNFIT_ROOMS[name]: {}, "lobby": {}})
    kinds = [event["type"] for event in client.events()]
    assert {"welcome", "error", "joined"} <= set(kinds)


def test_a_kind_as_long_as_a_line_is_refused(hub: MemoryHub) -> None:
    client = greeted(hub, "client")
    client.say_json({"type": "say", "room": "lobby", "text": "x", "kind": "k" * 60_000})
    client.say_json({"type": "t" * 60_000})
    assert [event["type"] for event in client.events()] == ["error", "error"]


def fail(*_: Any) -> Any:
    raise RuntimeError("a fault that nobody expected")


def test_a_fault_ends_its_own_connection_alone(
    hub: MemoryHub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client, witness = greeted(hub, "client"), greeted(hub, "witness")
    client.say_json({"type": "say", "room": "lobby", "text": "before"})
    monkeypatch.setattr(client.connection.mode, "carry_out", fail)
    with caplog.at_level(logging.ERROR):
        client.send(b'{"type":"ping"}\n')
    hub.clock.advance(60)
    (record,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.getMessage().startswith("event=connection_failed peer=")
    assert set(hub.server.connections) == {witness.connection}
    witness.say_json({"type": "say", "room": "lobby", "text": "behind"})
    texts = [event["text"] for event in witness.events() if event["type"] == "message"]
    assert texts == ["before", "behind"]


def test_nor_does_it_keep_others_waiting(hub: MemoryHub, monkeypatch: pytest.MonkeyPatch) -> None:
    witness = greeted(hub, "witness")
    clients = [greeted(hub, f"client-{number}") for number in range(8)]
    flood = b'{"type":"say","room":"lobby","text":"x"}\n' * 100
    monkeypatch.setattr(clients[0].connection.mode, "carry_out", fail)
    for client in clients:
        client.unsent += flood
        client.arrive()
    hub.clock.advance(5)
    count = sum(event["type"] == "message" for event in witness.events())
    assert count == 7 * 100


def test_a_fault_does_not_keep_the_hub_from_stopping(
    hub: MemoryHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = greeted(hub, "client")
    hub.journal.held = True
    client.send(b'{"type":"say","room":"lobby","text":"x"}\n')
    monkeypatch.setattr(client.connection.mode, "carry_out", fail)
    client.connection.inbound._lines = deque([b"x"])
    client.connection.inbound.hurry()
    assert client.transport.closed


def test_who_is_gone_before_its_hello_is_carried_out_reads_no_room(hub: MemoryHub) -> None:
    rooms = {f"room-{number}": {"last": 0} for number in range(ROOMS_PER_SESSION)}
    for _ in range(3):
        client = hub.client()
        client.send(b'{"type":"hello","join":' + str(rooms).replace("'", '"').encode() + b"}")
        client.transport.closed = True
        client.connection.connection_lost(None)
        hub.clock.advance(120)
    assert not hub.hub.rooms
    assert not hub.server.connections


def test_a_connection_that_was_reset_just_now_keeps_nobody_from_stopping(
    hub: MemoryHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_connected() -> None:
        raise OSError(errno.ENOTCONN, "not connected")

    client, foreign = greeted(hub, "client"), hub.client()
    for one in (client, foreign):
        monkeypatch.setattr(one.transport, "write_eof", not_connected)
    foreign.send(b"GET / HTTP/1.1\r\n\r\n")
    client.connection.say_farewell(Bye(reason="stopping", text="the hub stops"))
    hub.clock.advance(1)
    assert client.transport.closed
    assert foreign.transport.closed
