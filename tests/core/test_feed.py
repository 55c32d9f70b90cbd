"""Those who read along are written to past their transports: nothing may differ."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest
from memory_hub import MemoryHub

from core.delivery.feed import SMALL_BYTES
from core.server.server import HubServer
from core.server.settings import HubSettings

PATIENCE_S = 60.0
LINE_BYTES = 900
LINES = 300


@pytest.fixture
async def server() -> AsyncIterator[HubServer]:
    server = HubServer(HubSettings(data=":memory:", port=0))
    await server.start()
    yield server
    await server.stop()


async def keep_little(server: HubServer, readers: int) -> None:
    """Have the kernel keep little on the hub's side, too."""
    async with asyncio.timeout(PATIENCE_S):
        while (
            "lobby" not in server.hub.rooms or len(server.hub.rooms["lobby"].feed.cursors) < readers
        ):
            await asyncio.sleep(0.005)
    for connection in server.connections:
        sock = connection.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)


def slow_reader(server: HubServer) -> socket.socket:
    """Return a socket for which the kernel keeps little, in the lobby."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect(server.address)
    reader.sendall(b'{"type":"hello","join":{"lobby":{"last":0}}}\n')
    reader.setblocking(False)
    return reader


async def read_seqs(reader: socket.socket, last: int) -> list[int]:
    """Return the seqs of all messages up to `last`, as they come."""
    loop = asyncio.get_running_loop()
    seqs: list[int] = []
    rest = b""
    while not seqs or seqs[-1] < last:
        async with asyncio.timeout(PATIENCE_S):
            data = await loop.sock_recv(reader, 65536)
        assert data, "the hub hung up"
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            event = json.loads(line)
            if event["type"] == "message":
                assert event["text"] == "x" * LINE_BYTES
                seqs.append(event["seq"])
    return seqs


async def test_a_reader_who_stalls_loses_nothing(server: HubServer) -> None:
    stalled = slow_reader(server)
    reading = slow_reader(server)
    await keep_little(server, 2)
    watching = asyncio.create_task(read_seqs(reading, LINES))
    incoming, outgoing = await asyncio.open_connection(*server.address)
    outgoing.write(b'{"type":"hello"}\n')
    was_stalled = False
    for _ in range(LINES):
        say = {"type": "say", "room": "lobby", "text": "x" * LINE_BYTES}
        outgoing.write(json.dumps(say).encode() + b"\n")
        answer = b""
        while b'"ack"' not in answer:  # each is a commit and a small write of its own
            async with asyncio.timeout(PATIENCE_S):
                answer = await incoming.readline()
        was_stalled = was_stalled or any(one.stalled for one in server.connections)
    assert LINE_BYTES < SMALL_BYTES
    assert was_stalled
    assert await watching == list(range(1, LINES + 1))
    assert await read_seqs(stalled, LINES) == list(range(1, LINES + 1))
    outgoing.close()
    stalled.close()
    reading.close()


async def test_a_reader_who_is_gone_disturbs_nobody(server: HubServer) -> None:
    gone, stays = slow_reader(server), slow_reader(server)
    await keep_little(server, 2)
    watching = asyncio.create_task(read_seqs(stays, 20))
    incoming, outgoing = await asyncio.open_connection(*server.address)
    outgoing.write(b'{"type":"hello"}\n')
    for number in range(20):
        say = {"type": "say", "room": "lobby", "text": "x" * LINE_BYTES}
        outgoing.write(json.dumps(say).encode() + b"\n")
        answer = b""
        while b'"ack"' not in answer:
            async with asyncio.timeout(PATIENCE_S):
                answer = await incoming.readline()
        if number == 5:
            # A reset: the next write fails, and finds nobody.
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            gone.close()
    assert await watching == list(range(1, 21))
    outgoing.close()
    stays.close()


def test_who_is_told_something_steps_out_and_in_again() -> None:
    hub = MemoryHub()
    readers = [hub.json(nick=f"reader-{n}", join={"lobby": {"last": 0}}) for n in range(3)]
    room = hub.hub.rooms["lobby"]
    assert not room.feed.separate
    sayer = hub.json()

    def say(text: str) -> None:
        sayer.say_json({"type": "say", "room": "lobby", "text": text})

    for round_ in range(30):
        say(f"line {round_}")
        asking, stalling = readers[round_ % 3], readers[(round_ + 1) % 3]
        asking.say_json({"type": "ping"})
        stalling.transport.room = 40  # it takes a part of the next line
        say(f"cut {round_}")
        assert room.feed.separate == set(stalling.connection.outbound.cursors.values())
        say(f"behind {round_}")
        stalling.transport.drain()
        assert not room.feed.separate
    for reader in readers:
        assert reader.seqs() == list(range(1, 91))
    hub.close()
