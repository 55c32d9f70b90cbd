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


def stalled(hub: MemoryHub) -> Client:
    client = hub.json(join={"lobby": {"last": 0}})
    client.transport.room = 0
    talked(hub).drop()
    return client


@pytest.mark.parametrize("meet", [talked, typed, piped, switched, stalled])
def test_nothing_is_left_of_who_is_gone(
    hub: MemoryHub, meet: Callable[[MemoryHub], Client]
) -> None:
    client = meet(hub)
    left = weakref.ref(client.connection)
    gc.collect()
    gc.disable()
    try:
        client.drop()
        hub.clock.advance(60)
        # What the test itself holds of it.
        client.transport._client = None  # type: ignore[assignment]
        del client
        assert left() is None, gc.get_referrers(left())
    finally:
        gc.enable()
