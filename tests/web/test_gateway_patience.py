"""Those who connect and never finish: how long the gateway waits for them."""

import asyncio
from itertools import cycle

import pytest
from fake_hub import FakeHub, Serve

from bridge import liveness
from web import server as server_module
from web import sockets as sockets_module

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> None:
    """Send `data` again and again, a byte at a time, until the peer hangs up."""
    reading = asyncio.create_task(reader.read())
    async with asyncio.timeout(20):
        for byte in cycle(data):
            if reading.done() or writer.transport.is_closing():
                break
            writer.write(bytes((byte,)))
            await asyncio.sleep(0.001)
    # A reset is an end as well.
    await asyncio.wait({reading})
    reading.exception()
    writer.close()


@pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\nX: ", b"x"])
async def test_a_request_that_never_ends(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    monkeypatch.setattr(server_module, "REQUEST_WAIT_S", 0.1)
    server = await serve()
    reader, writer = await asyncio.open_connection(*server.address)
    if data:
        await drip(reader, writer, data)
    else:
        async with asyncio.timeout(20):
            assert await reader.read() == b""
        writer.close()


async def test_a_frame_that_never_ends(
    serve: Serve, fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets_module, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(liveness, "FRAME_WAIT_S", 0.1)
    server = await serve()
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    hello = b'{"type":"hello"}'
    writer.write(bytes((0x81, 0x80 | len(hello))) + bytes(4) + hello)
    caller = await fake_hub.next_caller()
    writer.write(bytes((0x81, 0xFE, 0xFF, 0xFF)) + bytes(4))
    await drip(reader, writer, b"x")
    assert await caller.at_end() == hello + b"\n"
    caller.hang_up()
