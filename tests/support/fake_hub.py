"""A hub of a few lines for the doors' tests: it notes, and says what it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from core.wire.proxy import Header, parse
from web.server import GatewayServer

Serve = Callable[..., Awaitable[GatewayServer]]


class Caller:
    """One connection to the fake hub, its PROXY header already read."""

    def __init__(
        self, header: Header, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.header = header
        self.reader = reader
        self.writer = writer

    async def line(self) -> bytes:
        async with asyncio.timeout(20):
            return await self.reader.readline()

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def at_end(self) -> bytes:
        """Return everything up to the end of the caller's input."""
        async with asyncio.timeout(20):
            return await self.reader.read()

    def hang_up(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        self.writer.transport.abort()


class FakeHub:
    """Listens on a free port; `next_caller` gives the connections in order."""

    def __init__(self) -> None:
        self._callers: asyncio.Queue[Caller] = asyncio.Queue()
        self._all: list[Caller] = []
        self.connections = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.address = self._server.sockets[0].getsockname()[:2]

    async def stop(self) -> None:
        self._server.close()
        for caller in self._all:
            caller.reset()
        await asyncio.sleep(0)

    async def next_caller(self) -> Caller:
        async with asyncio.timeout(20):
            return await self._callers.get()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        start = await reader.readexactly(16)
        start += await reader.readexactly(int.from_bytes(start[14:16]))
        header = parse(start)
        assert header is not None
        caller = Caller(header, reader, writer)
        self._all.append(caller)
        self._callers.put_nowait(caller)


@pytest.fixture
async def fake_hub() -> AsyncIterator[FakeHub]:
    hub = FakeHub()
    await hub.start()
    yield hub
    await hub.stop()
