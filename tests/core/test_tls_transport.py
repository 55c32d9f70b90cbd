"""A connection over TLS: nothing goes past the encryption, and nothing is lost at its end.

The hub listens without TLS today. Delivery writes small batches to the socket
itself, and half-closes; over TLS the first would send chat in plain text, and the
second raises. These tests put real TLS transports below real connections.
"""

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import trustme

from core.net.rejection import RejectedConnection
from core.server.server import HubServer
from core.server.settings import HubSettings

PATIENCE_S = 20.0
HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def serving(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HERE).configure_cert(context)
    return context


async def tls_port(make: Callable[[], asyncio.BaseProtocol], context: ssl.SSLContext) -> Any:
    return await asyncio.get_running_loop().create_server(make, HERE, 0, ssl=context)


@pytest.fixture
async def hub(serving: ssl.SSLContext) -> AsyncIterator[tuple[HubServer, int]]:
    """A hub, and the port of a TLS listener before it."""
    server = HubServer(HubSettings(port=0))
    await server.start()
    listener = await tls_port(server.connect, serving)
    yield server, listener.sockets[0].getsockname()[1]
    listener.close()
    await server.stop()
    await listener.wait_closed()


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def enter(port: int, context: ssl.SSLContext, **hello: Any) -> Streams:
    reader, writer = await asyncio.open_connection(HERE, port, ssl=context)
    writer.write(json.dumps({"type": "hello", **hello}).encode() + b"\n")
    return reader, writer


async def events(reader: asyncio.StreamReader, kind: str, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < count:
        async with asyncio.timeout(PATIENCE_S):
            line = await reader.readline()
        assert line, f"the connection ended before a {kind}"
        event = json.loads(line)
        if event["type"] == kind:
            found.append(event)
    return found


async def test_small_batches_are_encrypted_too(
    hub: tuple[HubServer, int], trusting: ssl.SSLContext
) -> None:
    server, port = hub
    readers = [await enter(port, trusting, join={"lobby": {"last": 0}}) for _ in range(3)]
    for reader, _ in readers:
        await events(reader, "members", 1)
    # They are caught up and have nothing else to get: the fast path is theirs.
    room = server.hub.rooms["lobby"]
    async with asyncio.timeout(PATIENCE_S):
        while room.feed.separate:
            await asyncio.sleep(0.005)
    sayer, saying = await enter(port, trusting)
    for number in range(5):
        say = {"type": "say", "room": "lobby", "text": f"secret {number}"}
        saying.write(json.dumps(say).encode() + b"\n")
        await events(sayer, "ack", 1)
    for reader, _ in readers:
        # What was written past TLS would end the connection with a bad record.
        texts = [event["text"] for event in await events(reader, "message", 5)]
        assert texts == [f"secret {number}" for number in range(5)]
    for _, writer in [*readers, (sayer, saying)]:
        writer.close()


async def test_what_was_received_counts_when_tls_ends(
    hub: tuple[HubServer, int], trusting: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    server, port = hub
    with caplog.at_level(logging.WARNING):
        _, writer = await enter(port, trusting, nick="pipe")
        for number in range(3):
            say = {"type": "say", "room": "lobby", "text": f"line {number}"}
            writer.write(json.dumps(say).encode() + b"\n")
        await writer.drain()
        writer.close()
        async with asyncio.timeout(PATIENCE_S):
            while server.connections or server.hub.known("lobby").tail.head < 3:
                await asyncio.sleep(0.005)
    # Asyncio complains if a protocol wants half of a TLS connection.
    assert not [record for record in caplog.records if "eof_received" in record.getMessage()]


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what a loop has logged of exceptions in callbacks."""
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]


async def test_a_caller_who_is_no_client_is_answered_over_tls(
    hub: tuple[HubServer, int], trusting: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection(HERE, hub[1], ssl=trusting)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(PATIENCE_S):
        assert (await reader.read()).startswith(b"HTTP/1.1 ")
    writer.close()
    assert not errors(caplog)


async def test_a_caller_too_many_is_told_over_tls(
    serving: ssl.SSLContext, trusting: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    gone = asyncio.Event()
    listener = await tls_port(
        lambda: RejectedConnection(b"-! full\n", lambda _: gone.set(), asked_first=False), serving
    )
    reader, writer = await asyncio.open_connection(
        HERE, listener.sockets[0].getsockname()[1], ssl=trusting
    )
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.readline() == b"-! full\n"
        writer.close()
        await gone.wait()
    listener.close()
    await listener.wait_closed()
    assert not errors(caplog)
