"""What one browser can do to everybody: its share of a turn of the loop, and no more.

Counted in function calls between two turns, not timed. Without the share, what is
sent here was carried out within one or two turns, tens of thousands of calls.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from counted import counting
from fake_hub import FakeHub, Serve

from bridge import share as share_module
from bridge.limits import (
    READ_BYTES,
    REQUEST_UNITS,
    SHARE_UNITS,
    UNITS_A_SECOND,
)
from bridge.share import Share, Turns
from web.metered import MeteredProtocol
from web.server import GatewayServer

sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

from expensive import COMPRESSED, CONTINUED, FRAMES, HTTP, PING, TEXT, frame

CALLS_A_TURN = 10_000
"""Of the gateway, the fake hub and this test together: some milliseconds. A turn in
which a share is used up has half of them."""

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
HELLO = frame(TEXT, b'{"type":"hello"}')
LAST = b'{"type":"ping","ref":"the last"}'


async def browser(
    server: GatewayServer, hub: FakeHub
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, asyncio.StreamReader]:
    """Return the two ends of a browser's socket, and what the hub reads of it."""
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HELLO)
    caller = await hub.next_caller()
    await caller.line()
    return reader, writer, caller.reader


async def most_in_a_turn(until: Awaitable[object]) -> int:
    """Return the most calls of one turn of the loop until something has happened."""
    done = asyncio.ensure_future(until)
    most = 0
    with counting() as work:
        async with asyncio.timeout(60):
            while not done.done():
                before = work.calls
                await asyncio.sleep(0)
                most = max(most, work.calls - before)
    await done
    return most


async def swallow(reader: asyncio.StreamReader, enough: Callable[[bytes], bool]) -> None:
    """Read until something was read, in little pieces: the others' work is not counted."""
    seen = b""
    while not enough(seen):
        piece = await reader.read(1 << 16)
        assert piece, seen[-200:]
        seen = (seen + piece)[-4096:]


async def leave(answers: asyncio.Task[None], writer: asyncio.StreamWriter) -> None:
    writer.close()
    answers.cancel()
    with suppress(asyncio.CancelledError, ConnectionError, AssertionError):
        await answers


@pytest.mark.parametrize("name", FRAMES)
async def test_frames_are_carried_out_a_share_at_a_time(
    serve: Serve, fake_hub: FakeHub, name: str
) -> None:
    reader, writer, hub = await browser(await serve(), fake_hub)
    again = FRAMES[name]
    unfinished = name == "empty fragments"
    writer.write(again + (frame(CONTINUED) if unfinished else b"") + frame(TEXT, LAST))
    answers = asyncio.create_task(swallow(reader, lambda _seen: False))
    most = await most_in_a_turn(swallow(hub, lambda seen: LAST in seen))
    await leave(answers, writer)
    assert most < CALLS_A_TURN


@pytest.mark.parametrize("name", HTTP)
async def test_requests_are_answered_a_share_at_a_time(serve: Serve, name: str) -> None:
    server = await serve()
    reader, writer = await asyncio.open_connection(*server.address)
    last = b"GET /v/last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    writer.write(HTTP[name] + last)
    most = await most_in_a_turn(reader.read())
    writer.close()
    assert most < CALLS_A_TURN


async def test_requests_beyond_a_seconds_share_wait(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share_module, "UNITS_AT_ONCE", REQUEST_UNITS)
    monkeypatch.setattr(share_module, "UNITS_A_SECOND", 10 * REQUEST_UNITS)
    server = await serve()
    reader, writer = await asyncio.open_connection(*server.address)
    one = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
    loop = asyncio.get_running_loop()
    begin_s = loop.time()
    writer.write((one + b"\r\n") * 5 + one + b"Connection: close\r\n\r\n")
    assert (await reader.read()).count(b"200 OK") == 6
    writer.close()
    assert loop.time() - begin_s > 0.3


async def test_what_was_read_is_carried_out_before_more_is_read() -> None:
    share = Share(Turns(asyncio.get_running_loop()))
    order: list[str] = []

    async def door() -> None:
        for _ in range(3):
            share.spend(SHARE_UNITS)
            await share.wait()
            order.append("carried out")

    share.spend(SHARE_UNITS)
    carrying = asyncio.create_task(door())
    await asyncio.sleep(0)
    share.read_later(lambda: order.append("read"))
    await carrying
    while "read" not in order:
        await asyncio.sleep(0)
    assert order == ["carried out"] * 3 + ["read"]


async def test_a_frame_that_says_it_is_compressed_ends_the_connection(
    serve: Serve, fake_hub: FakeHub
) -> None:
    reader, writer, _ = await browser(await serve(), fake_hub)
    writer.write(COMPRESSED)
    async with asyncio.timeout(20):
        assert b"\x03\xea" in await reader.read()  # 1002
    writer.close()


async def test_a_browser_is_read_once_in_a_turn_and_little(
    serve: Serve, fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    turn = 0
    reads: list[tuple[int, int]] = []
    inside = MeteredProtocol.buffer_updated

    def noted(self: MeteredProtocol, nbytes: int) -> None:
        reads.append((turn, nbytes))
        inside(self, nbytes)

    def next_turn() -> None:
        nonlocal turn
        turn += 1
        loop.call_soon(next_turn)

    monkeypatch.setattr(MeteredProtocol, "buffer_updated", noted)
    reader, writer, hub = await browser(await serve(), fake_hub)
    next_turn()
    reads.clear()
    writer.write(frame(PING) * 2000 + frame(TEXT, LAST))
    answers = asyncio.create_task(swallow(reader, lambda _seen: False))
    await swallow(hub, lambda seen: LAST in seen)
    await leave(answers, writer)
    assert sum(size for _, size in reads) == 6 * 2001 + len(LAST)
    assert max(size for _, size in reads) <= READ_BYTES
    turns = [at for at, _ in reads]
    assert len(set(turns)) == len(turns)


async def test_another_browser_goes_on_meanwhile(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    _, flood, flooded = await browser(server, fake_hub)
    _, writer, hub = await browser(server, fake_hub)
    flood.write(frame(TEXT, b"{}") * 20_000 + frame(TEXT, LAST))
    done = asyncio.create_task(swallow(flooded, lambda seen: LAST in seen))
    answered = 0
    while not done.done():
        writer.write(frame(TEXT, b"polite"))
        async with asyncio.timeout(20):
            assert await hub.readline() == b"polite\n"
        answered += 1
    await done
    flood.close(), writer.close()
    # The flood takes hundreds of turns, the other a few for each of its lines.
    assert answered > 50


async def test_a_share_comes_back_with_the_next_turn_and_with_time() -> None:
    turns = Turns(asyncio.get_running_loop())
    shares = [Share(turns) for _ in range(8)]
    order: list[int] = []
    for number, share in enumerate(shares):
        share.spend(SHARE_UNITS)
        assert share.used_up
        share.call_later(lambda number=number: order.append(number))  # type: ignore[misc]
    assert order == []
    while len(order) < len(shares):
        before = len(order)
        await asyncio.sleep(0)
        assert len(order) - before <= 4
    assert order == sorted(order)
    assert not any(share.used_up for share in shares)
    greedy = shares[0]
    greedy.spend(UNITS_A_SECOND)
    loop = asyncio.get_running_loop()
    begin_s = loop.time()
    await greedy.wait()
    assert loop.time() - begin_s > 0.5  # what it had at once is taken off
