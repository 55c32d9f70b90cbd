"""The hub over real sockets: every door that needs no gateway, and its bounds."""

import asyncio
import contextlib
import json
import os
import resource
import socket
from pathlib import Path
from typing import Any

import pytest

from core.server.server import HubServer
from core.server.settings import HubSettings

PATIENCE_S = 60.0


class Program:
    """A JSON client over a real socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, server: HubServer, **hello: Any) -> "Program":
        host, port = server.address
        program = cls(*await asyncio.open_connection(host, port, limit=1 << 20))
        program.send(type="hello", **hello)
        return program

    def send(self, **request: Any) -> None:
        self.writer.write(json.dumps(request).encode() + b"\n")

    async def next(self, kind: str) -> dict[str, Any]:
        """Return the next event of a kind, past others."""
        while True:
            async with asyncio.timeout(PATIENCE_S):
                line = await self.reader.readline()
            assert line, f"the connection ended before a {kind}"
            event: dict[str, Any] = json.loads(line)
            if event["type"] == kind:
                return event

    async def seqs(self, last: int) -> list[int]:
        """Return the seqs of messages up to `last`."""
        found: list[int] = []
        while not found or found[-1] < last:
            found.append((await self.next("message"))["seq"])
        return found

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


async def until(condition: Any) -> None:
    """Wait for something that happens soon; fail if it does not."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.005)


async def pipe(server: HubServer, data: bytes) -> bytes:
    """Send bytes, half-close, and return everything that comes back."""
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(data)
    writer.write_eof()
    async with asyncio.timeout(PATIENCE_S):
        answer = await reader.read()
    writer.close()
    return answer


def head(server: HubServer) -> int:
    room = server.hub.rooms.get("lobby")
    return 0 if room is None else room.tail.head


async def test_text_and_json_share_a_room(hub_server: HubServer) -> None:
    alice = await Program.connect(hub_server, nick="alice", join={"lobby": {"last": 5}})
    await alice.next("members")
    answer = await pipe(hub_server, b"one\ntwo")
    assert answer.startswith(b"-- welcome to lobby, guest-")
    assert await alice.seqs(2) == [1, 2]
    await alice.close()


async def test_a_reset_right_after_the_lines_loses_none(hub_server: HubServer) -> None:
    sock = socket.create_connection(hub_server.address)
    sock.sendall(b"deploy done\n")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    await asyncio.sleep(0)
    await until(lambda: head(hub_server) == 1)
    sock.close()
    await until(lambda: not hub_server.connections)


async def test_a_late_reader_of_a_long_pipe_loses_none(hub_server: HubServer) -> None:
    def send_and_close() -> None:
        with socket.create_connection(hub_server.address) as sock:
            for number in range(2000):
                sock.sendall(b"%06d %s\n" % (number, b"x" * 500))

    await asyncio.to_thread(send_and_close)
    await until(lambda: not hub_server.connections)
    reader = await Program.connect(hub_server, join={"lobby": {"after": 0}})
    said: list[str] = []
    while len(said) < 2000:
        said += (await reader.next("message"))["text"].split("\n")
    assert [int(line[:6]) for line in said] == list(range(2000))
    await reader.close()


async def test_http_gets_an_answer(hub_server: HubServer) -> None:
    answer = await pipe(hub_server, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx")
    assert answer.startswith(b"HTTP/1.1 4")
    assert b"http://127.0.0.1:8080/" in answer
    assert head(hub_server) == 0


async def test_garbage_hurts_nobody(hub_server: HubServer) -> None:
    alice = await Program.connect(hub_server, nick="alice", join={"lobby": {}})
    await alice.next("members")
    for data in (
        os.urandom(65536),
        b"y" * 10_000_000,
        b"\x16\x03\x01\x00",
        b"half \xc3\n",
        b"\x00",
    ):
        with contextlib.suppress(ConnectionError):  # closing on a scanner is fine
            await pipe(hub_server, data)
    alice.send(type="say", room="lobby", text="end", id="end")
    while (message := await alice.next("message"))["text"] != "end":
        assert all(c.isprintable() or c in "\n\t" or ord(c) > 159 for c in message["text"])
    await alice.close()


async def test_a_reader_that_stops_costs_little_and_misses_nothing(
    hub_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine so many lines take longer than the hub is patient.
    monkeypatch.setattr("core.server.server.STALL_LIMIT_S", 600.0)
    lines = 200_000
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, hub_server.address)
    slow = Program(*await asyncio.open_connection(sock=sock, limit=65536))
    slow.send(type="hello", nick="slow", join={"lobby": {}})
    await slow.next("members")
    slow.writer.transport.pause_reading()  # type: ignore[attr-defined]
    sayer = await Program.connect(hub_server, nick="sayer")
    quick = await Program.connect(hub_server, nick="quick", join={"lobby": {}})
    await quick.next("members")

    async def say() -> None:
        for number in range(lines):
            sayer.send(type="say", room="lobby", text=f"line {number} " + "x" * 60)
            if number % 200 == 0:
                await sayer.writer.drain()

    async def drain_acks() -> None:
        for _ in range(lines):
            await sayer.next("ack")

    _, _, seen = await asyncio.gather(say(), drain_acks(), quick.seqs(lines))
    assert seen == list(range(1, lines + 1))
    (stalled,) = [one for one in hub_server.connections if one.stalled]
    held = stalled.transport.get_write_buffer_size() + stalled.outbound.personal_bytes
    assert held <= 64 * 1024 + 4096
    slow.writer.transport.resume_reading()  # type: ignore[attr-defined]
    assert await slow.seqs(lines) == seen
    for program in (slow, sayer, quick):
        await program.close()


async def test_idle_clients_cost_no_task(hub_server: HubServer) -> None:
    count = 300
    before_tasks = len(asyncio.all_tasks())

    def connect() -> list[socket.socket]:
        found = []
        for number in range(count):
            sock = socket.create_connection(hub_server.address)
            sock.sendall(b'{"type":"hello","nick":"idle%d"}\n' % number)
            found.append(sock)
        return found

    idle = await asyncio.to_thread(connect)
    await until(lambda: len(hub_server.hub.people.sessions) == count)
    assert len(asyncio.all_tasks()) <= before_tasks
    for sock in idle:
        sock.close()
    await until(lambda: not hub_server.connections)


async def test_one_connection_too_many_is_told_so(tmp_path: Path) -> None:
    server = HubServer(HubSettings(data=":memory:", port=0, max_connections=1))
    await server.start()
    first = await Program.connect(server, nick="first")
    await first.next("welcome")
    reader, writer = await asyncio.open_connection(*server.address)
    async with asyncio.timeout(PATIENCE_S):
        assert b"full" in await reader.read()
    writer.close()
    first.send(type="ping")
    await first.next("pong")
    await first.close()
    await server.stop()


async def test_a_gateway_in_another_process_is_told_that_there_is_no_room() -> None:
    """It has not paid for its browsers here; those beside it may have taken all."""
    server = HubServer(HubSettings(data=":memory:", port=0, max_connections=1))
    await server.start()
    door = await server.open_for_gateway(apart=True)
    first = await Program.connect(server, nick="first")
    await first.next("welcome")
    reader, writer = await asyncio.open_connection(*door)
    async with asyncio.timeout(PATIENCE_S):
        assert b"full" in await reader.read()
    writer.close()
    await first.close()
    await server.stop()


async def test_stopping_keeps_what_was_said_and_says_good_bye(tmp_path: Path) -> None:
    settings = HubSettings(data=tmp_path, port=0)
    server = HubServer(settings)
    await server.start()
    alice = await Program.connect(server, nick="alice", join={"lobby": {}})
    welcome = await alice.next("welcome")
    for number in range(50):
        alice.send(type="say", room="lobby", text=f"line {number}", id=str(number))
    await alice.next("ack")
    await server.stop()
    bye = await alice.next("bye")
    assert (bye["reason"], bye["retry_ms"] > 0) == ("stopping", True)
    await alice.close()

    server = HubServer(settings)
    await server.start()
    again = await Program.connect(
        server, nick="alice", join={"lobby": {"after": 0}}, resume=welcome["resume"],
        log=welcome["log"],
    )  # fmt: skip
    assert (await again.next("welcome"))["resume"] == welcome["resume"]
    for number in range(50):
        again.send(type="say", room="lobby", text=f"line {number}", id=str(number))
    acks = [(await again.next("ack"))["seq"] for _ in range(50)]
    assert acks == list(range(1, 51))
    assert head(server) == 50
    await again.close()
    await server.stop()


async def test_the_descriptor_limit_was_raised(hub_server: HubServer) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft == hard
    assert 0 < hub_server.budget.limit < soft


async def test_who_is_sending_when_the_hub_stops_hears_of_it() -> None:
    server = HubServer(HubSettings(port=0))
    await server.start()
    loop = asyncio.get_running_loop()
    with socket.create_connection(server.address) as sender:
        sender.setblocking(False)
        await loop.sock_sendall(sender, b'{"type":"hello"}\n')
        await until(lambda: any(one.hub.people.find("guest-1") for one in server.connections))
        (connection,) = server.connections
        # What it sends lies unread when the hub closes.
        connection.transport.pause_reading()
        await loop.sock_sendall(sender, b'{"type":"ping"}\n' * 500)
        stopping = asyncio.create_task(server.stop())
        await until(lambda: connection.closing)
        async with asyncio.timeout(PATIENCE_S):
            await loop.sock_sendall(sender, b'{"type":"ping"}\n' * 500)
            said = b""
            while data := await loop.sock_recv(sender, 65536):
                said += data
    assert json.loads(said.splitlines()[-1])["type"] == "bye"
    await stopping
