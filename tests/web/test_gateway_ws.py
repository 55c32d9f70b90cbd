"""Browsers' WebSockets through the gateway, over real sockets."""

import asyncio
import gc
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSServerHandshakeError
from aiohttp.web import Request, WebSocketResponse
from fake_hub import Caller, FakeHub, Serve
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage

from bridge.door import CloseReason
from bridge.limits import FRAME_BYTES
from bridge.liveness import Liveness, Verdict
from core.limits import JSON_LINE_LIMIT_BYTES
from core.net.budget import Budget
from web import metered as guard_module
from web import sockets as sockets_module
from web.app import GATEWAY, GatewaySettings
from web.server import GatewayServer

HELLO = '{"type":"hello","nick":"alice","join":{"lobby":{"last":50}}}'


def url(server: GatewayServer) -> str:
    return "ws://{}:{}/ws".format(*server.address)


def browser(server: GatewayServer, **options: object) -> connect:
    return connect(url(server), proxy=None, compression=None, **options)


@asynccontextmanager
async def joined(
    server: GatewayServer, fake: FakeHub
) -> AsyncIterator[tuple[ClientConnection, Caller]]:
    """Give a browser that has said hello, and its connection at the hub."""
    async with browser(server) as ws:
        await ws.send(HELLO)
        caller = await fake.next_caller()
        assert await caller.line() == HELLO.encode() + b"\n"
        yield ws, caller
        caller.hang_up()


async def closing(ws: ClientConnection) -> tuple[int | None, str | None]:
    """Return code and reason of the close frame, dropping what comes before."""
    async with asyncio.timeout(20):
        with suppress(ConnectionClosed):
            while True:
                await ws.recv()
    return ws.close_code, ws.close_reason


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():
            await asyncio.sleep(0.001)


async def test_lines_go_both_ways(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    async with joined(server, fake_hub) as (ws, caller):
        assert caller.header.source == ws.local_address
        assert caller.header.secret == b"secret"
        await caller.say('{"type":"welcome","nick":"Łukasz"}\n{"type":"joined"}\n{"ty'.encode())
        assert await ws.recv() == '{"type":"welcome","nick":"Łukasz"}\n{"type":"joined"}\n'
        await caller.say(b'pe":"pong"}\n')
        assert await ws.recv() == '{"type":"pong"}\n'
        for number in range(100):
            await ws.send(f'{{"type":"say","text":"{number} я"}}')
        for number in range(100):
            assert await caller.line() == f'{{"type":"say","text":"{number} я"}}\n'.encode()


async def test_leaving_ends_the_hubs_connection(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    async with joined(server, fake_hub) as (ws, caller):
        await ws.send('{"type":"say","text":"last"}')
        await ws.close()
        assert await caller.at_end() == b'{"type":"say","text":"last"}\n'


async def test_vanishing_ends_the_hubs_connection(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    async with joined(server, fake_hub) as (ws, caller):
        ws.transport.abort()
        assert await caller.at_end() == b""


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("hi\n/nick root", 1008),
        ('{"type":"say"}\r', 1008),
        ("\n", 1008),
        (b'{"type":"ping"}', 1003),
        (b"", 1003),
        ("x" * (JSON_LINE_LIMIT_BYTES + 1), 1009),
        (["x" * JSON_LINE_LIMIT_BYTES, "x"], 1009),
    ],
    ids=["lf", "cr", "bare", "binary", "empty-binary", "too-long", "too-long-in-pieces"],
)
async def test_bad_frames_close_and_reach_nobody(
    serve: Serve, fake_hub: FakeHub, frame: str | bytes | list[str], code: int
) -> None:
    server = await serve()
    async with joined(server, fake_hub) as (ws, caller):
        await ws.send('{"type":"ping"}')
        await ws.send(frame)
        assert (await closing(ws))[0] == code
        assert await caller.at_end() == b'{"type":"ping"}\n'


async def test_a_frame_of_exactly_the_limit_passes(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    async with joined(server, fake_hub) as (ws, caller):
        line = "x" * JSON_LINE_LIMIT_BYTES
        sending = asyncio.create_task(ws.send(line))
        got = await caller.reader.readexactly(JSON_LINE_LIMIT_BYTES + 1)
        assert got == line.encode() + b"\n"
        await sending


@pytest.mark.parametrize(
    "first", ["/nick root", "", "hello", '{"type":"say","text":"x"}', "GET / x"]
)
async def test_only_a_hello_comes_first(serve: Serve, fake_hub: FakeHub, first: str) -> None:
    async with browser(await serve()) as ws:
        await ws.send(first)
        code, reason = await closing(ws)
        assert code == 1008
        assert reason == CloseReason.NO_HELLO.value
    assert fake_hub.connections == 0


def frame(opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0) -> bytes:
    """Return a masked frame with any bits wanted (RFC 6455, section 5.2)."""
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    if len(payload) < 126:
        head = bytes((first, 0x80 | len(payload)))
    else:
        head = struct.pack("!BBH", first, 0x80 | 126, len(payload))
    return head + bytes(4) + payload


async def open_raw(
    server: GatewayServer, extra: bytes = b""
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(
        b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        + extra
        + b"\r\n"
    )
    async with asyncio.timeout(20):
        head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"xtensions" not in head
    return reader, writer


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(1, b"\xff\xfe"), 1007),
        (frame(1, b'{"a":"\xed\xa0\x80"}'), 1007),
        (frame(3, b""), 1002),
        (frame(11, b""), 1002),
        (frame(1, b"", rsv=4), 1002),
        (frame(0, b"x"), 1002),
        (frame(1, b"x", fin=False) + frame(1, b"y"), 1002),
        (frame(9, b"x", fin=False), 1002),
        (frame(9, b"x" * 126), 1002),
        (frame(8, b"x"), 1002),
        (frame(8, struct.pack("!H", 1005)), 1002),
        (struct.pack("!BBQ", 0x81, 0xFF, 2**63), 1009),
        (struct.pack("!BBQ", 0x81, 0xFF, 2**62), 1009),
    ],
)
async def test_what_breaks_the_protocol(
    serve: Serve, fake_hub: FakeHub, data: bytes, code: int
) -> None:
    reader, writer = await open_raw(
        await serve(), b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
    )
    writer.write(data)
    async with asyncio.timeout(20):
        head = await reader.readexactly(4)
    assert head[0] == 0x88
    assert int.from_bytes(head[2:4]) == code
    writer.close()
    assert fake_hub.connections == 0


async def test_fragments_and_pings_between_them(serve: Serve, fake_hub: FakeHub) -> None:
    reader, writer = await open_raw(await serve())
    hello = HELLO.encode()
    writer.write(frame(1, hello[:1], fin=False))
    writer.write(frame(9, b"are you there"))
    for at in range(1, len(hello)):
        writer.write(frame(0, hello[at : at + 1], fin=False))
    writer.write(frame(0, b""))
    async with asyncio.timeout(20):
        assert await reader.readexactly(15) == b"\x8a\x0dare you there"
    caller = await fake_hub.next_caller()
    assert await caller.line() == hello + b"\n"
    writer.close()


@pytest.mark.parametrize(
    "origin",
    ["http://evil.test", "null", "https://{}", "http://{}:{}.evil.test", "http://{}", "file://"],
)
async def test_foreign_pages_stay_outside(serve: Serve, fake_hub: FakeHub, origin: str) -> None:
    server = await serve()
    async with ClientSession() as session:
        with pytest.raises(WSServerHandshakeError) as refused:
            await session.ws_connect(url(server), origin=origin.format(*server.address))
    assert refused.value.status == 403
    assert fake_hub.connections == 0


async def test_a_doubled_origin_stays_outside(serve: Serve) -> None:
    server = await serve()
    own = "http://{}:{}".format(*server.address)
    async with ClientSession() as session:
        headers = [("Origin", own), ("Origin", own)]
        with pytest.raises(WSServerHandshakeError) as refused:
            await session.ws_connect(url(server), headers=headers)
    assert refused.value.status == 403


async def test_the_own_page_comes_in(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    async with browser(server, origin="http://{}:{}".format(*server.address)) as ws:
        await ws.send(HELLO)
        caller = await fake_hub.next_caller()
        await caller.say(b"{}\n")
        assert await ws.recv() == "{}\n"
        caller.hang_up()


async def test_what_is_no_websocket(serve: Serve) -> None:
    server = await serve()
    async with ClientSession() as session:
        async with session.get(url(server).replace("ws:", "http:")) as answer:
            assert answer.status == 426
            assert answer.headers["Upgrade"] == "websocket"
        with pytest.raises(WSServerHandshakeError) as refused:
            await session.ws_connect(url(server), protocols=["irc"])
        assert refused.value.status == 426


async def test_no_hub(serve: Serve) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = await serve(hub=free.getsockname())
    async with browser(server) as ws:
        await ws.send(HELLO)
        assert await closing(ws) == (1013, CloseReason.HUB_UNREACHABLE.value)


async def test_the_hubs_end(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    async with joined(server, fake_hub) as (ws, caller):
        await caller.say(b'{"type":"bye"}\n')
        caller.hang_up()
        assert await ws.recv() == '{"type":"bye"}\n'
        assert await closing(ws) == (1001, CloseReason.HUB_CLOSED.value)


async def test_the_hubs_death(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    async with joined(server, fake_hub) as (ws, caller):
        raw = caller.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        caller.reset()
        assert await closing(ws) == (1012, CloseReason.HUB_LOST.value)


async def test_frames_to_the_browser_are_bounded(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    long_line = '{"type":"history","x":"' + "y" * (FRAME_BYTES + FRAME_BYTES // 2) + '"}\n'
    whole = '{"type":"message"}\n' * 20_000 + long_line + '{"type":"message"}\n' * 20_000
    async with joined(server, fake_hub) as (ws, caller):
        saying = asyncio.create_task(caller.say(whole.encode()))
        got = ""
        while len(got) < len(whole):
            piece = await ws.recv()
            assert isinstance(piece, str)
            assert piece.endswith("\n")
            assert len(piece) <= FRAME_BYTES or piece == long_line
            got += piece
        assert got == whole
        await saying


async def test_a_slow_browser_stops_the_hub_and_loses_nothing(
    serve: Serve, fake_hub: FakeHub
) -> None:
    server = await serve()
    total = 400_000
    async with joined(server, fake_hub) as (ws, caller):
        ws.transport.pause_reading()

        async def say() -> None:
            for begin in range(0, total, 100):
                lines = "".join(
                    f'{{"seq":{seq:06},"x":"{"z" * 60}"}}\n' for seq in range(begin, begin + 100)
                )
                caller.writer.write(lines.encode())
                await caller.writer.drain()

        saying = asyncio.create_task(say())
        # The hub's own buffer is the last to fill, and the fill stays there.
        size = caller.writer.transport.get_write_buffer_size
        await until(lambda: size() > 0)
        quiet = 0
        while quiet < 50:
            before = server_bytes_out(server)
            await asyncio.sleep(0.002)
            quiet = quiet + 1 if server_bytes_out(server) == before else 0
        assert not saying.done()
        ws.transport.resume_reading()
        expected = 0
        while expected < total:
            for line in str(await ws.recv()).splitlines():
                assert line.startswith(f'{{"seq":{expected:06},')
                expected += 1
        await saying


def server_bytes_out(server: GatewayServer) -> int:
    runner = server._runner
    assert runner is not None
    return runner.app[GATEWAY].counts.bytes_out


async def test_a_hub_that_does_not_read_stops_the_browser(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    line = '{"type":"say","text":"' + "w" * 30_000 + '"}'
    async with joined(server, fake_hub) as (ws, caller):
        sent = 0

        async def send() -> None:
            nonlocal sent
            for _ in range(1000):
                await ws.send(line)
                sent += 1

        sending = asyncio.create_task(send())
        quiet, before = 0, -1
        while quiet < 50:
            await asyncio.sleep(0.002)
            quiet = quiet + 1 if sent == before else 0
            before = sent
        assert not sending.done()
        for _ in range(1000):
            async with asyncio.timeout(20):
                assert await caller.reader.readexactly(len(line) + 1) == line.encode() + b"\n"
        await sending


async def test_stopping_says_farewell_to_all(serve: Serve, fake_hub: FakeHub) -> None:
    before = asyncio.all_tasks()
    server = await serve()
    async with browser(server) as first, browser(server) as second, browser(server) as silent:
        for ws in (first, second):
            await ws.send(HELLO)
        callers = [await fake_hub.next_caller() for _ in range(2)]
        stopping = asyncio.create_task(server.stop())
        for ws in (first, second, silent):
            assert await closing(ws) == (1001, CloseReason.STOPPING.value)
        for caller in callers:
            assert await caller.at_end() == HELLO.encode() + b"\n"
            caller.hang_up()
        await stopping
    mine = {"_take", "next_caller"}
    await until(lambda: not {t for t in asyncio.all_tasks() - before if name(t) not in mine})


def name(task: asyncio.Task[object]) -> str:
    return getattr(task.get_coro(), "__name__", "")


async def test_stopping_after_the_hub_lets_its_good_bye_through(
    serve: Serve, fake_hub: FakeHub
) -> None:
    server = await serve()
    async with joined(server, fake_hub) as (ws, caller):
        stopping = asyncio.create_task(server.stop(20))
        # Nobody else is let in any more; it is at that point.
        await until(lambda: server._acceptor is None)
        await caller.say(b'{"type":"bye"}\n')
        caller.hang_up()
        assert await ws.recv() == '{"type":"bye"}\n'
        assert await closing(ws) == (1001, CloseReason.HUB_CLOSED.value)
        await stopping


async def test_stopping_waits_for_the_hubs_good_bye_only_so_long(
    serve: Serve, fake_hub: FakeHub
) -> None:
    server = await serve()
    async with joined(server, fake_hub) as (ws, caller):
        stopping = asyncio.create_task(server.stop(0.01))
        assert await closing(ws) == (1001, CloseReason.STOPPING.value)
        await caller.at_end()
        caller.hang_up()
        await stopping


async def test_stopping_does_not_wait_for_the_stalled(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    async with joined(server, fake_hub) as (ws, caller):
        ws.transport.pause_reading()
        saying = asyncio.create_task(caller.say((b'{"x":"' + b"y" * 1000 + b'"}\n') * 40_000))
        await until(lambda: caller.writer.transport.get_write_buffer_size() > 0)
        async with asyncio.timeout(20):
            await server.stop()
        caller.hang_up()
        await asyncio.wait({saying})
        ws.transport.resume_reading()


async def test_the_dead_are_noticed(
    serve: Serve, fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets_module, "LOOK_EVERY_S", 0.001)
    server = await serve()
    async with joined(server, fake_hub) as (_, caller):
        monkeypatch.setattr(Liveness, "look", lambda *_, **__: Verdict.DEAD)
        assert await caller.at_end() == b""
    runner = server._runner
    assert runner is not None
    counts = runner.app[GATEWAY].counts
    await until(lambda: counts.sockets_open == 0)
    assert counts.close_reasons[CloseReason.SILENT] == 1


async def test_the_silent_are_pinged_and_their_pongs_heard(
    serve: Serve, fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets_module, "LOOK_EVERY_S", 0.001)
    heard: list[float] = []
    hear = Liveness.hear
    monkeypatch.setattr(
        Liveness, "hear", lambda liveness, now: (heard.append(now), hear(liveness, now))
    )
    monkeypatch.setattr(Liveness, "look", lambda *_, **__: Verdict.PING)
    server = await serve()
    async with joined(server, fake_hub):
        await until(lambda: len(heard) > 5)


async def test_what_comes_and_goes_leaves_nothing(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    runner = server._runner
    assert runner is not None
    counts = runner.app[GATEWAY].counts
    for _ in range(20):
        async with joined(server, fake_hub):
            pass
    await until(lambda: counts.sockets_open == 0)
    gc.collect()
    doors = [one for one in gc.get_objects() if type(one).__name__ in ("WebSocketDoor", "HubLink")]
    assert len(doors) <= 2
    assert counts.sockets_opened == 20
    assert counts.frames_in == 20


async def test_a_browser_pays_until_its_call_to_the_hub_has_ended(
    fake_hub: FakeHub, page_folder: Path
) -> None:
    budget = Budget(100)
    settings = GatewaySettings(hub=fake_hub.address, secret=b"x", port=0, static=page_folder)
    server = GatewayServer(settings, budget)
    await server.start()
    own = budget.used
    async with browser(server) as ws:
        assert budget.used == own + 3
        await ws.send(HELLO)
        caller = await fake_hub.next_caller()
        await caller.line()
        ws.transport.abort()
    assert await caller.at_end() == b""  # the gateway knows that the browser has gone
    assert budget.used == own + 3
    caller.hang_up()
    await until(lambda: budget.used == own)
    await server.stop()
    assert budget.used == 0


async def test_a_browsers_socket_is_watched(serve: Serve, fake_hub: FakeHub) -> None:
    server = await serve()
    async with joined(server, fake_hub):
        doors = server._runner.app[GATEWAY].sockets._doors  # type: ignore[union-attr]
        (transport,) = doors.values()
        sock = transport.get_extra_info("socket")
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 75_000


async def test_a_browser_whose_machine_is_silent_is_given_up(
    serve: Serve, fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets_module, "LOOK_EVERY_S", 0.01)
    server = await serve()
    async with joined(server, fake_hub) as (ws, caller):
        gateway = server._runner.app[GATEWAY]  # type: ignore[union-attr]
        monkeypatch.setattr(guard_module, "silent_s", lambda _: 75.0)
        assert await caller.at_end() == b""
        assert await closing(ws) == (1006, "")
        await until(lambda: gateway.counts.close_reasons[CloseReason.SILENT] == 1)


async def test_the_hub_is_told_who_calls_and_not_who_they_say_they_are(
    serve: Serve, fake_hub: FakeHub
) -> None:
    forged = dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "Forwarded"), "203.0.113.9")
    async with browser(await serve(), additional_headers=forged) as ws:
        await ws.send(HELLO)
        caller = await fake_hub.next_caller()
        assert caller.header.source == ws.local_address
        caller.hang_up()


async def test_who_leaves_before_the_handshake_is_answered_is_no_fault(
    serve: Serve, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await serve()
    prepare = WebSocketResponse.prepare

    async def leaving(socket: WebSocketResponse, request: Request) -> object:
        transport = request.transport
        assert transport is not None
        transport.abort()
        while request.transport is not None:
            await asyncio.sleep(0)
        return await prepare(socket, request)

    monkeypatch.setattr(WebSocketResponse, "prepare", leaving)
    with suppress(ConnectionError, InvalidMessage, EOFError):
        async with browser(server):
            pytest.fail("it was answered")
    monkeypatch.undo()
    async with browser(server):
        pass
    assert not [record for record in caplog.records if record.exc_info]
