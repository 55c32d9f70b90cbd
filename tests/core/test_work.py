"""What the hub does for a line and for a delivery, counted, not timed.

A regression shows here on any machine, however busy. The bounds have
some room above what is called now.
"""

import gc
import json
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from typing import Any

import pytest
from memory_hub import MemoryHub

from core.limits import WRITE_CHUNK_BYTES
from core.log.encoding import ENCODERS, Encoding

CALLS_A_LINE = 50
"""Python's and C's functions together, from bytes in to the commit's queue."""

CALLS_A_SETTLED_LINE = 25
"""And from there through the commit to its sayer's acknowledgement."""

CALLS_A_READER = 3
"""For one reader's share of a batch, however many lines it has."""


IDLE_BYTES = 4_600
"""What a connection takes that says nothing, its user and the test's other end included."""


def lines(sayer: int, count: int, begin: int = 0) -> bytes:
    """Return so many lines of a sayer, each with an id of its own."""
    return b"".join(
        json.dumps(
            {"type": "say", "room": "lobby", "text": f"line {number} " + "x" * 100,
             "id": f"{sayer}-{number}"}
        ).encode() + b"\n"
        for number in range(begin, begin + count)
    )  # fmt: skip


def calls(work: Callable[[], None]) -> int:
    """Return how many functions are called."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


class House:
    """A hub with readers, whose commits wait to be asked for."""

    def __init__(self, readers: int, sayers: int = 4) -> None:
        self.hub = MemoryHub()
        self.readers = [
            self.hub.text() if number % 2 else self.hub.json(join={"lobby": {"last": 0}})
            for number in range(readers)
        ]
        self.sayers = [self.hub.json() for _ in range(sayers)]
        self.hub.journal.held = True
        self.said = 0

    def say(self, count: int) -> None:
        """Let each sayer say so many lines; nothing is committed."""
        self.send(self.prepare(count))

    def prepare(self, count: int) -> list[bytes]:
        """Return what each sayer says next."""
        self.said += count
        return [lines(number, count, self.said - count) for number in range(len(self.sayers))]

    def send(self, said: list[bytes]) -> None:
        for sayer, data in zip(self.sayers, said, strict=True):
            sayer.send(data)

    def commit(self) -> None:
        self.hub.journal.held = False
        self.hub.journal.commit()
        self.hub.clock.advance(0)
        self.hub.journal.held = True

    def writes(self) -> list[int]:
        """Return how often each reader was written to since the last look."""
        found = [reader.transport.writes for reader in self.readers]
        for reader in self.readers:
            reader.transport.writes = 0
        return found

    def close(self) -> None:
        self.hub.close()


def house(stack: ExitStack, *arguments: int) -> House:
    return stack.enter_context(closing(House(*arguments)))


@pytest.fixture
def stack() -> Any:
    with ExitStack() as stack:
        yield stack


def test_a_batch_is_one_write_for_each_reader(stack: ExitStack) -> None:
    here = house(stack, 20)
    here.writes()
    for reader in here.readers:
        reader.take()
    here.say(30)
    assert set(here.writes()) == {0}  # nothing is shown before it is durable
    here.commit()
    assert set(here.writes()) == {1}
    assert {reader.take().count("line ") for reader in here.readers} == {4 * 30}


def test_a_large_batch_is_one_write_for_each_chunk(stack: ExitStack) -> None:
    here = house(stack, 6, 12)
    here.writes()
    here.say(100)
    here.commit()
    for reader, writes in zip(here.readers, here.writes(), strict=True):
        got = len(reader.output)
        assert reader.output.count(b"line ") == 12 * 100
        assert writes <= got // (WRITE_CHUNK_BYTES // 2) + 1


def test_acknowledgements_of_a_commit_are_one_write(stack: ExitStack) -> None:
    here = house(stack, 2)
    here.say(50)
    for sayer in here.sayers:
        sayer.transport.writes = 0
        sayer.take()
    here.commit()
    assert {sayer.transport.writes for sayer in here.sayers} == {1}
    assert {sayer.take().count('"ack"') for sayer in here.sayers} == {50}


def test_a_message_is_encoded_once_for_each_encoding_in_use(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: Counter[Encoding] = Counter()
    for encoding, encoder in ENCODERS.items():

        def counting(message: Any, encoding: Encoding = encoding, encoder: Any = encoder) -> bytes:
            encoded[encoding] += 1
            found: bytes = encoder(message)
            return found

        monkeypatch.setitem(ENCODERS, encoding, counting)
    here = house(stack, 40)
    encoded.clear()
    here.say(25)
    here.commit()
    assert encoded == {Encoding.TEXT: 100, Encoding.JSON: 100}


def test_what_readers_get_is_one_object(stack: ExitStack) -> None:
    here = house(stack, 40)
    here.say(25)
    here.commit()
    written = [reader.transport.last for reader in here.readers]
    assert {data.count(b"line ") for data in written} == {100}
    assert len({id(data) for data in written}) == 2  # one for each encoding


def test_a_delivery_makes_no_object(stack: ExitStack) -> None:
    few, many = house(stack, 20), house(stack, 220)
    peaks = []
    for here in (few, many):
        for _ in range(2):  # what is made once is there afterwards
            here.say(25)
            here.commit()
        here.say(25)
        for reader in here.readers:
            reader.transport.forgetful = True
        tracemalloc.start()
        here.commit()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # 200 readers more, a hundred messages each: 20,000 deliveries. What remains
    # is a place in a list for each reader.
    assert peaks[1] - peaks[0] < 20_000


def test_functions_called_for_a_line(stack: ExitStack) -> None:
    here = house(stack, 0)
    here.say(30)
    here.commit()
    said = here.prepare(30)
    assert calls(lambda: here.send(said)) / (4 * 30) < CALLS_A_LINE
    assert calls(here.commit) / (4 * 30) < CALLS_A_SETTLED_LINE


def test_functions_called_for_a_reader(stack: ExitStack) -> None:
    for count in (1, 30):
        few, many = house(stack, 20), house(stack, 120)
        for here in (few, many):
            here.say(count)
            here.commit()
            here.say(count)
        more = calls(many.commit) - calls(few.commit)
        assert more / 100 < CALLS_A_READER, f"with {count} lines"


@pytest.mark.parametrize("mode", ["text", "json"])
def test_memory_of_an_idle_connection(stack: ExitStack, mode: str) -> None:
    hub = stack.enter_context(closing(MemoryHub()))
    connect = getattr(hub, mode)
    clients = [connect() for _ in range(20)]
    tracemalloc.start()
    for _ in range(100):
        clients.append(connect())
        for client in clients:
            client.take()
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert taken / 100 < IDLE_BYTES


def test_functions_called_when_a_crowd_is_announced(stack: ExitStack) -> None:
    each = []
    for count in (300, 600):
        hub = stack.enter_context(closing(MemoryHub()))
        people = [hub.client() for _ in range(count)]
        hub.clock.advance(0.31)
        each.append(calls(partial(hub.clock.advance, 10)) / count)
        assert "welcome" in people[-1].take()
    # Who came with it, and how many are there, is nothing that each has to look at.
    assert each[1] < 1.2 * each[0]
