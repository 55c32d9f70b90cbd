"""Lines over TCP and over WebSocket, and what is said when there is no way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from core.client.address import parse_address
from core.client.transport import Transport, TransportError, connect_transport

TcpHandler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@asynccontextmanager
async def tcp_server(handler: TcpHandler) -> AsyncIterator[str]:
    """Serve one connection at a time, and see every handler to its end."""
    tasks: list[asyncio.Task[None]] = []

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        finally:
            writer.close()

    def started(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.ensure_future(run(reader, writer)))

    server = await asyncio.start_server(started, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        yield f"{host}:{port}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def web_server(
    handler: Callable[[ServerConnection], Coroutine[Any, Any, None]],
) -> AsyncIterator[str]:
    async with serve(handler, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}"


async def link_to(address: str) -> Transport:
    return await connect_transport(parse_address(address), proxy=None)


async def lines_of(transport: Transport, count: int) -> list[bytes]:
    lines: list[bytes] = []
    while len(lines) < count:
        lines += await transport.receive()
    return lines


async def test_lines_travel_over_tcp_wherever_it_cuts() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in await reader.readuntil(b"two\n"):
            writer.write(bytes([byte]))
            await writer.drain()
        writer.write(b"x" * 300_000 + b"\r\nthree\n")
        await reader.read()

    async with tcp_server(handler) as address:
        transport = await link_to(address)
        await transport.send([b"one\n", b"two\n"])
        assert await lines_of(transport, 4) == [b"one", b"two", b"x" * 300_000, b"three"]
        await transport.close()


async def test_over_websocket_a_frame_is_one_line_out_and_any_number_in() -> None:
    frames: list[Any] = []

    async def handler(socket: ServerConnection) -> None:
        assert socket.request is not None
        assert socket.request.path == "/ws"
        assert "Sec-WebSocket-Extensions" not in socket.request.headers
        for _ in range(2):
            frames.append(await socket.recv())
        await socket.send("first\nsecond\n")
        await socket.send("third")
        await socket.send("x" * 2_000_000)
        await socket.wait_closed()

    async with web_server(handler) as address:
        transport = await link_to(address)
        await transport.send([b"one\n", "два\n".encode()])
        assert await lines_of(transport, 4) == [b"first", b"second", b"third", b"x" * 2_000_000]
        assert frames == ["one", "два"]
        await transport.close()


async def test_an_end_is_told_in_words() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"last\nhalf a li")

    async with tcp_server(handler) as address:
        transport = await link_to(address)
        assert await transport.receive() == [b"last"]
        with pytest.raises(TransportError, match=r"^the hub closed the connection$"):
            await transport.receive()
        await transport.close()
        await transport.close()


async def test_a_reset_is_told_in_words() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        writer.transport.abort()

    async with tcp_server(handler) as address:
        transport = await link_to(address)
        await transport.send([b"x\n"])
        with pytest.raises(TransportError, match="connection"):
            await transport.receive()
        await transport.close()


async def test_a_websocket_that_closes_is_told_in_words() -> None:
    async def handler(socket: ServerConnection) -> None:
        await socket.close(1001, "going away")

    async with web_server(handler) as address:
        transport = await link_to(address)
        with pytest.raises(
            TransportError, match=r"^the gateway closed the connection \(1001: going"
        ):
            await transport.receive()
        with pytest.raises(TransportError):
            await transport.send([b"x\n"])
        await transport.close()


@pytest.mark.parametrize("scheme", ["", "ws://"])
async def test_nobody_listening(unused_tcp_port: int, scheme: str) -> None:
    address = f"{scheme}127.0.0.1:{unused_tcp_port}"
    with pytest.raises(TransportError, match=f"^nobody listens at {address}"):
        await link_to(address)
    with pytest.raises(TransportError, match=r"^nobody listens at .*localhost"):
        await link_to(address.replace("127.0.0.1", "localhost"))


@pytest.mark.parametrize("scheme", ["", "ws://"])
async def test_a_name_that_can_be_none(scheme: str) -> None:
    with pytest.raises(TransportError, match="cannot be a host's name"):
        await link_to(scheme + "a" * 70)


async def test_no_answer_in_time() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.get_running_loop().create_future()

    async with tcp_server(handler) as address:
        with pytest.raises(TransportError, match=r"^no answer from ws://.* within 0.05 s$"):
            await connect_transport(parse_address(f"ws://{address}"), proxy=None, wait_s=0.05)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"-- welcome to lobby\n", "does not speak WebSocket"),
        (b"", "does not speak WebSocket"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404: there is no hub"),
        (b"HTTP/1.1 421 X\r\nContent-Length: 12\r\n\r\nUse a door.\n", "421: Use a door.$"),
        (b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", "503$"),
    ],
)
async def test_what_is_no_websocket(answer: bytes, words: str) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    async with tcp_server(handler) as address:
        with pytest.raises(TransportError, match=words):
            await link_to(f"ws://{address}")


async def test_what_speaks_no_tls() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"this is not TLS, sorry\n")

    async with tcp_server(handler) as address:
        with pytest.raises(TransportError, match="does not speak TLS"):
            await link_to(f"wss://{address}")
