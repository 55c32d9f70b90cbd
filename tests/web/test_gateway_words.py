"""What the gateway says by itself, whatever it is sent: its own words, and one Server header."""

import asyncio
import re
from contextlib import suppress

import pytest
from aiohttp import ClientSession
from fake_hub import FakeHub, Serve

from core.wire.sniff import http_answer
from web.app import GATEWAY
from web.httpconnection import FIELD_LIMIT_BYTES, HEAD_LIMIT_BYTES
from web.security import HEADERS
from web.server import GatewayServer

GOOD = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
MALFORMED = {
    "a NUL in the address": b"GET /x\0 HTTP/1.1\r\n\r\n",
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "another version": b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no name": GOOD + b": x\r\n\r\n",
    "a blank before the colon": GOOD + b"X : x\r\n\r\n",
    "a control character": GOOD + b"X: a\x01\r\n\r\n",
    "two lengths": GOOD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a length that is none": GOOD + b"Content-Length: x\r\n\r\n",
    "a length and chunks": GOOD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a long address": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a long method": b"A" * 9000 + b" / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a long header": GOOD + b"X: " + b"a" * (FIELD_LIMIT_BYTES + 1) + b"\r\n\r\n",
    "a long name": GOOD + b"X" * (FIELD_LIMIT_BYTES + 1) + b": a\r\n\r\n",
    "many headers": GOOD + b"X: a\r\n" * 100 + b"\r\n",
    "long headers": GOOD + b"X: %b\r\n" % (b"a" * 50_000) * (HEAD_LIMIT_BYTES // 50_000 + 1),
    "an unknown method": b"FROB / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "an address that is none": b"GET http://[/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two Hosts": GOOD + b"Host: localhost\r\n\r\n",
    "another Host": b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
    "no WebSocket": UPGRADE.replace(b"13", b"12") + b"\r\n",
}


async def raw(server: GatewayServer, request: bytes) -> tuple[bytes, bytes]:
    """Send bytes as they are; return the first answer's head and the rest, up to the end."""
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(request)
    async with asyncio.timeout(60):
        answer = await reader.read(-1)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize("request_", MALFORMED.values(), ids=MALFORMED.keys())
async def test_every_answer_has_one_server_header_and_no_parsers_words(
    serve: Serve, request_: bytes
) -> None:
    head, body = await raw(await serve(), request_)
    status = int(head.split()[1])
    assert 400 <= status < 500
    assert re.findall(rb"(?mi)^server: *(.*?)\r?$", head) == [b"hubbub"]
    for name, value in HEADERS.items():
        assert f"{name}: {value}".encode() in head, name
    assert body.count(b"\n") == 1
    for words in (b"aiohttp", b"Python", b"Got more than", b"Invalid", b"Expected", b"\\x", b"aaa"):
        assert words not in head + body


async def test_the_answer_to_a_full_house_has_it_too(serve: Serve) -> None:
    server = await serve(connections=0)
    head, body = await raw(server, GOOD + b"\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert head.count(b"Server: hubbub") == 1
    assert b"Retry-After: 10" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert http_answer("GET", None).count(b"\r\nServer: hubbub\r\n") == 1


async def test_a_failure_here_is_told_in_few_words(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await serve()
    gateway = server._runner.app[GATEWAY]  # type: ignore[union-attr]
    monkeypatch.setattr(gateway.health, "problem", None)
    head, body = await raw(server, GOOD.replace(b"/ ", b"/healthz ", 1) + b"\r\n")
    assert b" 500 " in head
    assert head.count(b"Server: hubbub") == 1
    assert b"log" in body
    assert b"Traceback" not in body
    assert b"<html" not in body


@pytest.mark.parametrize("expected", [b"100-continue", b"something-else"])
async def test_what_is_expected_of_it_is_answered_at_once(serve: Serve, expected: bytes) -> None:
    head, _ = await raw(await serve(), GOOD + b"Expect: " + expected + b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")


# --- other programs' cookies ---------------------------------------------------------


@pytest.mark.parametrize("size", [8300, 20_000, 60_000])
async def test_other_programs_cookies_shut_nobody_out(
    serve: Serve, fake_hub: FakeHub, size: int
) -> None:
    cookie = b"Cookie: a=" + b"a" * size + b"\r\n\r\n"
    server = await serve()
    head, body = await raw(server, GOOD + cookie)
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"<!doctype html>" in body
    host, port = server.address
    async with ClientSession(max_line_size=1 << 20, max_field_size=1 << 20) as session:
        headers = {"Cookie": "a=" + "a" * size}
        async with session.ws_connect(f"http://{host}:{port}/ws", headers=headers) as socket:
            await socket.send_str('{"type":"hello"}')
            caller = await fake_hub.next_caller()
            assert await caller.line() == b'{"type":"hello"}\n'


async def test_too_much_of_them_is_said_with_what_to_do(serve: Serve) -> None:
    server = await serve()
    head, body = await raw(server, GOOD + b"Cookie: " + b"a" * 70_000 + b"\r\n\r\n")
    assert b" 431 " in head
    assert b"delete the cookies" in body


async def test_who_never_comes_to_an_end_is_answered_and_counted(serve: Serve) -> None:
    server = await serve()
    head, _ = await raw(server, GOOD + b"X: %b\r\n" % (b"a" * 60_000) * 2)
    assert b" 431 " in head
    gateway = server._runner.app[GATEWAY]  # type: ignore[union-attr]
    assert gateway.counts.refused["malformed"] == 1


async def test_a_body_that_nobody_wants_is_no_head(serve: Serve) -> None:
    server = await serve()
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400000\r\n\r\n")
    async with asyncio.timeout(60):
        head = await reader.readuntil(b"\r\n\r\n")
        for _ in range(7):
            writer.write(b"a" * 50_000)
            await asyncio.sleep(0)
        rest = b""
        with suppress(ConnectionError):
            rest = await reader.read(-1)
    assert head.startswith(b"HTTP/1.1 405 ")
    assert b"431" not in rest
    writer.close()
    gateway = server._runner.app[GATEWAY]  # type: ignore[union-attr]
    assert gateway.counts.refused == {"method": 1}


async def test_requests_one_after_the_other_are_measured_each_for_itself(serve: Serve) -> None:
    server = await serve()
    one = b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"a" * 50_000 + b"\r\n\r\n"
    reader, writer = await asyncio.open_connection(*server.address)
    async with asyncio.timeout(60):
        for _ in range(4):
            writer.write(one)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 404 ")
            await reader.readuntil(b"\n")
    writer.close()


# --- HTTP/1.0 --------------------------------------------------------------------------


@pytest.mark.parametrize("path", [b"/healthz", b"/metrics"])
@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
async def test_a_load_balancers_plain_question_is_answered(
    serve: Serve, fake_hub: FakeHub, path: bytes, method: bytes
) -> None:
    server = await serve()
    asking = asyncio.create_task(raw(server, method + b" " + path + b" HTTP/1.0\r\n\r\n"))
    if path == b"/healthz":
        caller = await fake_hub.next_caller()
        await caller.line()
        await caller.say(b'{"type":"welcome"}\n')
        caller.hang_up()
    head, _ = await asking
    assert head.startswith(b"HTTP/1.0 200 ")


async def test_only_the_old_version_may_lack_a_host(serve: Serve) -> None:
    server = await serve()
    for request in (
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET /healthz HTTP/1.0\r\nHost: a.example\r\n\r\n",
    ):
        head, _ = await raw(server, request)
        assert head.split()[1] in (b"400", b"421")
    head, _ = await raw(server, b"GET /ws HTTP/1.0\r\n\r\n")
    assert b" 400 " in head
