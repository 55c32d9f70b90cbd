import asyncio
import socket

import pytest
from fake_hub import Caller, FakeHub
from hypothesis import given
from hypothesis import strategies as st

from bridge.hub_link import HubDialer, HubLink, HubUnreachable
from bridge.limits import FRAME_BYTES
from core.limits import ANSWER_LIMIT_BYTES, HUB_LINE_LIMIT_BYTES, MESSAGE_LINE_BYTES

USER = ("192.0.2.7", 51000)
DOOR = ("127.0.0.1", 8080)


async def dial(fake: FakeHub) -> tuple[HubLink, Caller]:
    link = await HubDialer(fake.address, b"secret").dial(USER, DOOR, b'{"type":"hello"}')
    return link, await fake.next_caller()


async def close(link: HubLink) -> None:
    link.abort()
    await link.wait_gone(5)


async def test_the_header_comes_first_then_hello(fake_hub: FakeHub) -> None:
    link, caller = await dial(fake_hub)
    assert caller.header.source == USER
    assert caller.header.secret == b"secret"
    assert await caller.line() == b'{"type":"hello"}\n'
    await close(link)


async def test_only_whole_lines_come_out(fake_hub: FakeHub) -> None:
    link, caller = await dial(fake_hub)
    await caller.say(b"one\ntw")
    assert await link.read_lines() == b"one\n"
    await caller.say(b"o\nthree")
    assert await link.read_lines() == b"two\n"
    caller.hang_up()
    assert await link.read_lines() == b""
    assert link.ended_orderly
    await close(link)


async def test_what_came_before_the_end_is_delivered(fake_hub: FakeHub) -> None:
    link, caller = await dial(fake_hub)
    await caller.say(b"last words\n")
    caller.hang_up()
    await link.wait_gone(5)
    assert await link.read_lines() == b"last words\n"
    assert await link.read_lines() == b""


async def test_a_reset_is_no_orderly_end(fake_hub: FakeHub) -> None:
    link, caller = await dial(fake_hub)
    link.write_line(b"never read")
    await caller.line()
    raw = caller.writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    caller.reset()
    assert await link.read_lines() == b""
    assert not link.ended_orderly
    # Writing to it is harmless.
    link.write_line(b"too late")
    await link.drain()


async def test_a_long_line_goes_through(fake_hub: FakeHub) -> None:
    link, caller = await dial(fake_hub)
    line = b"x" * (HUB_LINE_LIMIT_BYTES - 1) + b"\n"
    saying = asyncio.create_task(caller.say(line))
    assert await link.read_lines() == line
    await saying
    await close(link)


async def test_a_line_that_no_hub_says_ends_the_connection(fake_hub: FakeHub) -> None:
    assert max(MESSAGE_LINE_BYTES, ANSWER_LIMIT_BYTES) < HUB_LINE_LIMIT_BYTES
    link, caller = await dial(fake_hub)
    saying = asyncio.create_task(caller.say(b"x" * (2 * HUB_LINE_LIMIT_BYTES)))
    assert await link.read_lines() == b""
    assert not link.ended_orderly
    await asyncio.gather(saying, return_exceptions=True)
    await close(link)


async def test_nothing_is_read_ahead_of_a_slow_user(fake_hub: FakeHub) -> None:
    link, caller = await dial(fake_hub)
    line = b"y" * 999 + b"\n"
    total = 20_000
    saying = asyncio.create_task(caller.say(line * total))
    # All that may come without being taken has come when the hub is stuck.
    while caller.writer.transport.get_write_buffer_size() == 0:
        await asyncio.sleep(0)
    first = await link.read_lines()
    got = len(first)
    largest = got
    while got < total * len(line):
        lines = await link.read_lines()
        largest = max(largest, len(lines))
        got += len(lines)
    assert largest < 2 * FRAME_BYTES + len(line)
    await saying
    await close(link)


async def test_a_hub_that_does_not_read_stops_the_user(fake_hub: FakeHub) -> None:
    link, caller = await dial(fake_hub)
    line = b"z" * 9999
    written = 0
    while not link.full:
        link.write_line(line)
        written += 1
        await asyncio.sleep(0)
    waiting = asyncio.create_task(link.drain())
    await asyncio.sleep(0)
    assert not waiting.done()
    await caller.line()
    read = 0
    while read < written:
        assert await caller.line() == line + b"\n"
        read += 1
    await waiting
    assert not link.full
    await close(link)


async def test_finishing_loses_nothing_that_was_said(fake_hub: FakeHub) -> None:
    link, caller = await dial(fake_hub)
    await caller.say(b"unread\n" * 50_000)
    link.write_line(b"the last line")
    link.half_close()
    assert await link.read_lines() == b""
    assert (await caller.at_end()).endswith(b"\nthe last line\n")
    caller.hang_up()
    await link.wait_gone(5)
    link.half_close()


async def test_a_hub_that_does_not_hang_up_is_cut_off(fake_hub: FakeHub) -> None:
    link, caller = await dial(fake_hub)
    link.half_close()
    await link.wait_gone(0)
    await link.wait_gone(5)
    assert await caller.at_end() == b'{"type":"hello"}\n'


async def test_no_hub() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = free.getsockname()
    with pytest.raises(HubUnreachable, match="refused"):
        await HubDialer(address, b"secret").dial(USER, DOOR, b"{}")


async def test_the_kernel_watches_the_link(fake_hub: FakeHub) -> None:
    link, _ = await dial(fake_hub)
    assert link._transport is not None
    sock = link._transport.get_extra_info("socket")
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 18_000
    await close(link)


@given(st.lists(st.binary(min_size=1, max_size=30)))
def test_where_the_network_cuts_does_not_matter(pieces: list[bytes]) -> None:
    async def read() -> bytes:
        buffer = bytearray(64)
        link = HubLink(buffer, b"")
        for piece in pieces:
            buffer[: len(piece)] = piece
            link.buffer_updated(len(piece))
        link.eof_received()
        got = b""
        while lines := await link.read_lines():
            got += lines
        return got

    whole = b"".join(pieces)
    assert asyncio.run(read()) == whole[: whole.rfind(b"\n") + 1]
