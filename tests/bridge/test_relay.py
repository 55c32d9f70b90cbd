"""The relay with a door made of queues, as SSH's or IRC's could be."""

import asyncio
import socket
from collections.abc import Sequence

import pytest
from fake_hub import FakeHub

from bridge import relay as relay_module
from bridge.door import CloseReason
from bridge.hub_link import HubDialer
from bridge.relay import relay

HELLO = b'{"type":"hello","nick":"alice"}'


class QueueDoor:
    source = ("2001:db8::5", 40000)
    destination = ("2001:db8::1", 8080)

    def __init__(self) -> None:
        self.said: asyncio.Queue[bytes | CloseReason] = asyncio.Queue()
        self.shown: asyncio.Queue[bytes] = asyncio.Queue()
        self.reason: CloseReason | None = None
        self.broken: Exception | None = None
        self.quick = True
        self.shown_at_once = 0

    def send_nowait(self, lines: Sequence[bytes | bytearray | memoryview]) -> bool:
        if self.broken is not None or not self.quick:
            return False
        self.shown.put_nowait(b"".join(lines))
        self.shown_at_once += 1
        return True

    async def read_line(self) -> bytes | CloseReason:
        return await self.said.get()

    async def write_lines(self, lines: bytes) -> None:
        if self.broken is not None:
            raise self.broken
        self.shown.put_nowait(lines)

    async def close(self, reason: CloseReason) -> None:
        if self.reason is None:
            self.reason = reason
            self.said.put_nowait(reason)


def start(fake: FakeHub) -> tuple[QueueDoor, asyncio.Task[CloseReason]]:
    door = QueueDoor()
    return door, asyncio.create_task(relay(door, HubDialer(fake.address, b"secret")))


async def test_lines_go_both_ways(fake_hub: FakeHub) -> None:
    door, relaying = start(fake_hub)
    door.said.put_nowait(HELLO)
    caller = await fake_hub.next_caller()
    assert caller.header.source == door.source
    assert await caller.line() == HELLO + b"\n"
    await caller.say(b'{"type":"welcome"}\n')
    assert await door.shown.get() == b'{"type":"welcome"}\n'
    door.said.put_nowait(b'{"type":"say"}')
    assert await caller.line() == b'{"type":"say"}\n'
    door.said.put_nowait(CloseReason.USER_LEFT)
    assert await caller.at_end() == b""
    caller.hang_up()
    assert await relaying is CloseReason.USER_LEFT


async def test_the_hub_is_not_called_before_hello(fake_hub: FakeHub) -> None:
    for first in (b"/nick root", b"", b'{"type":"say"}', b"hi\n/nick root", b"\xff"):
        door, relaying = start(fake_hub)
        door.said.put_nowait(first)
        reason = await relaying
        assert reason is door.reason
        assert reason in (CloseReason.NO_HELLO, CloseReason.NEWLINE, CloseReason.NOT_TEXT)
    assert fake_hub.connections == 0


async def test_silence_is_no_hello(fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "HELLO_WAIT_S", 0)
    door, relaying = start(fake_hub)
    assert await relaying is CloseReason.NO_HELLO
    assert door.reason is CloseReason.NO_HELLO
    assert fake_hub.connections == 0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"a\nb", CloseReason.NEWLINE),
        (b"a\rb", CloseReason.NEWLINE),
        (b"\xc3", CloseReason.NOT_TEXT),
    ],
)
async def test_nothing_of_a_bad_line_reaches_the_hub(
    fake_hub: FakeHub, line: bytes, reason: CloseReason
) -> None:
    door, relaying = start(fake_hub)
    door.said.put_nowait(HELLO)
    door.said.put_nowait(b'{"type":"ping"}')
    door.said.put_nowait(line)
    door.said.put_nowait(b'{"type":"say"}')
    caller = await fake_hub.next_caller()
    assert await caller.at_end() == HELLO + b'\n{"type":"ping"}\n'
    caller.hang_up()
    assert await relaying is reason
    assert door.reason is reason


async def test_the_hubs_last_words_are_shown(fake_hub: FakeHub) -> None:
    door, relaying = start(fake_hub)
    door.said.put_nowait(HELLO)
    caller = await fake_hub.next_caller()
    await caller.line()
    await caller.say(b'{"type":"bye"}\n')
    caller.hang_up()
    assert await relaying is CloseReason.HUB_CLOSED
    assert door.shown.get_nowait() == b'{"type":"bye"}\n'


async def test_a_lost_hub(fake_hub: FakeHub) -> None:
    door, relaying = start(fake_hub)
    door.said.put_nowait(HELLO)
    caller = await fake_hub.next_caller()
    await caller.line()
    raw = caller.writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    caller.reset()
    assert await relaying is CloseReason.HUB_LOST


async def test_no_hub() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = free.getsockname()
    door = QueueDoor()
    door.said.put_nowait(HELLO)
    assert await relay(door, HubDialer(address, b"secret")) is CloseReason.HUB_UNREACHABLE
    assert door.reason is CloseReason.HUB_UNREACHABLE


async def test_a_user_who_cannot_be_shown_anything_has_gone(fake_hub: FakeHub) -> None:
    door, relaying = start(fake_hub)
    door.broken = ConnectionResetError()
    door.said.put_nowait(HELLO)
    caller = await fake_hub.next_caller()
    await caller.say(b"{}\n")
    assert await caller.at_end() == HELLO + b"\n"
    caller.hang_up()
    assert await relaying is CloseReason.USER_LEFT


async def test_a_door_that_fails_is_told_and_ends(fake_hub: FakeHub) -> None:
    door, relaying = start(fake_hub)
    door.broken = ZeroDivisionError()
    door.said.put_nowait(HELLO)
    caller = await fake_hub.next_caller()
    await caller.say(b"{}\n")
    await caller.at_end()
    caller.hang_up()
    with pytest.raises(ZeroDivisionError):
        await relaying
    assert door.reason is CloseReason.FAILED


async def test_cancelling_leaves_nothing(fake_hub: FakeHub) -> None:
    before = asyncio.all_tasks()
    door, relaying = start(fake_hub)
    door.said.put_nowait(HELLO)
    caller = await fake_hub.next_caller()
    relaying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await relaying
    await caller.at_end()
    while asyncio.all_tasks() - before:
        await asyncio.sleep(0)


async def test_who_keeps_up_is_shown_lines_without_a_task(fake_hub: FakeHub) -> None:
    door, relaying = start(fake_hub)
    door.said.put_nowait(HELLO)
    caller = await fake_hub.next_caller()
    await caller.say(b"{1}\n")
    assert await door.shown.get() == b"{1}\n"
    # From now on the relay waits for more.
    before = door.shown_at_once
    await caller.say(b"{2}\n{3")
    assert await door.shown.get() == b"{2}\n"
    await caller.say(b"3}\n")
    assert await door.shown.get() == b"{33}\n"
    assert door.shown_at_once == before + 2
    door.said.put_nowait(CloseReason.USER_LEFT)
    await caller.at_end()
    caller.hang_up()
    await relaying


async def test_quick_and_slow_lines_keep_their_order(fake_hub: FakeHub) -> None:
    door, relaying = start(fake_hub)
    door.said.put_nowait(HELLO)
    caller = await fake_hub.next_caller()
    got = b""
    said = b""
    for number in range(60):
        door.quick = number % 3 != 0
        line = b"{%d}\n" % number
        said += line
        await caller.say(line)
        if number % 7 == 0:  # now and then everything has arrived
            while len(got) < len(said):
                got += await door.shown.get()
    while len(got) < len(said):
        got += await door.shown.get()
    assert got == said
    assert 0 < door.shown_at_once < 60
    door.said.put_nowait(CloseReason.USER_LEFT)
    await caller.at_end()
    caller.hang_up()
    await relaying


async def test_lines_behind_some_that_are_being_shown_wait(fake_hub: FakeHub) -> None:
    door, relaying = start(fake_hub)
    slowly = asyncio.Event()
    shown: list[bytes] = []

    async def write_lines(lines: bytes) -> None:
        await slowly.wait()
        shown.append(lines)

    def send_nowait(lines: Sequence[bytes | bytearray | memoryview]) -> bool:
        if not shown and not asked:
            asked.append(b"".join(lines))
            return False
        shown.append(b"".join(lines))
        return True

    asked: list[bytes] = []
    door.write_lines = write_lines  # type: ignore[method-assign]
    door.send_nowait = send_nowait  # type: ignore[method-assign]
    door.said.put_nowait(HELLO)
    caller = await fake_hub.next_caller()
    while not asked:
        await caller.say(b"{}\n")
        await asyncio.sleep(0.01)
    for number in range(5):
        await caller.say(b"{%d}\n" % number)
        await asyncio.sleep(0.01)
    assert shown == []  # the browser could be written to again, but others are first
    slowly.set()
    while b"{4}" not in b"".join(shown):
        await asyncio.sleep(0.01)
    assert b"".join(shown).endswith(b"{0}\n{1}\n{2}\n{3}\n{4}\n")
    door.said.put_nowait(CloseReason.USER_LEFT)
    await caller.at_end()
    caller.hang_up()
    await relaying
