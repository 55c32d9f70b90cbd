"""A connection that is gone leaves nothing behind for the garbage collector."""

import gc
import weakref
from collections.abc import Callable, Iterator

import pytest
from memory_hub import Client, MemoryHub


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub()
    yield hub
    hub.close()


def talked(hub: MemoryHub) -> Client:
    client = hub.json(join={"lobby": {"last": 5}})
    client.say_json({"type": "say", "room": "lobby", "text": "hello", "id": "1"})
    return client


def typed(hub: MemoryHub) -> Client:
    person = hub.text()
    person.line("hello")
    person.line("/who")
    return person


def piped(hub: MemoryHub) -> Client:
    pipe = hub.client(b"one\ntwo\n")
    pipe.end_input()
    return pipe


def switched(hub: MemoryHub) -> Client:
    person = hub.text()
    person.line("/json")
    return person


def resumed(hub: MemoryHub) -> Client:
    first = hub.json("alice", join={"lobby": {"last": 5}})
    first.say_json({"type": "say", "room": "lobby", "text": "hello", "id": "1"})
    token = first.events()[0]["resume"]
    first.drop()
    hub.clock.advance(60)
    return hub.json("alice", resume=token, join={"lobby": {"last": 5}})


def unknown(hub: MemoryHub) -> Client:
    return hub.json("alice", resume="nobody knows this one")


def asked(hub: MemoryHub) -> Client:
    client = talked(hub)
    client.say_json({"type": "history", "room": "lobby"})
    client.say_json({"type": "search", "room": "lobby", "text": "hello"})
    client.say_json({"type": "nick", "nick": "other"})
    hub.clock.advance(1)
    return client


def program_at_last(hub: MemoryHub) -> Client:
    person = hub.text()
    person.say_json({"type": "hello"})
    return person


def proxy_at_last(hub: MemoryHub) -> Client:
    person = hub.text()
    person.send(b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0")
    return person


def browser_at_last(hub: MemoryHub) -> Client:
    person = hub.text()
    person.send(b"GET / HTTP/1.1\r\n\r\n")
    return person


def shown(hub: MemoryHub) -> Client:
    person = hub.text()
    person.line("hello")
    person.line("/show 1")
    person.send(b"a\nburst\n")
    return person


def stalled(hub: MemoryHub) -> Client:
    client = hub.json(join={"lobby": {"last": 0}})
    client.transport.room = 0
    talked(hub).drop()
    return client


@pytest.mark.parametrize(
    "meet",
    [talked, typed, piped, switched, stalled, resumed, unknown, asked, program_at_last,
     proxy_at_last, browser_at_last, shown],
)  # fmt: skip
def test_nothing_is_left_of_who_is_gone(
    hub: MemoryHub, meet: Callable[[MemoryHub], Client]
) -> None:
    # Nothing may be collected between its coming and its going either.
    gc.collect()
    gc.disable()
    try:
        client = meet(hub)
        left = weakref.ref(client.connection)
        client.drop()
        hub.clock.advance(60)
        # What the test itself holds of it.
        client.transport._client = None  # type: ignore[assignment]
        del client
        assert left() is None, gc.get_referrers(left())
    finally:
        gc.enable()
