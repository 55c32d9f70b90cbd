"""What the gateway answers over HTTP, asked through real sockets."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient
from fake_hub import FakeHub, Serve

from web.app import GATEWAY, GatewaySettings, make_app
from web.metrics import REFUSALS
from web.security import HEADERS, PART_HEADERS, WORKER_HEADERS
from web.server import GatewayServer

Client = TestClient

BOTH_LENGTHS = (
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
)


@pytest.fixture
async def client(aiohttp_client, fake_hub: FakeHub, page_folder: Path) -> Client:
    settings = GatewaySettings(hub=fake_hub.address, secret=b"secret", static=page_folder)
    return await aiohttp_client(make_app(settings), auto_decompress=False)


async def raw(server: GatewayServer, request: bytes) -> bytes:
    """Send bytes as they are; return the answer up to the end of the connection."""
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(request)
    answer = b""
    try:
        async with asyncio.timeout(20):
            while data := await reader.read(65536):
                answer += data
    except ConnectionError:
        pass
    writer.close()
    return answer


async def welcome_all(fake: FakeHub, words: bytes) -> None:
    while True:
        caller = await fake.next_caller()
        await caller.line()
        await caller.say(words)
        await caller.at_end()
        caller.hang_up()


@pytest.fixture
async def welcoming(fake_hub: FakeHub) -> AsyncIterator[None]:
    task = asyncio.create_task(welcome_all(fake_hub, b'{"type":"welcome"}\n'))
    yield
    task.cancel()


def test_the_secret_is_not_shown() -> None:
    assert "7f3a" not in repr(GatewaySettings(hub=("127.0.0.1", 1), secret=b"7f3a"))


async def test_the_page(client: Client) -> None:
    answer = await client.get("/", headers={"Accept-Encoding": "identity"})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "ж" in await answer.text()
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert (await client.get("/?room=x")).status == 200


@pytest.mark.usefixtures("welcoming")
async def test_every_answer_that_may_be_a_page_has_the_headers(client: Client) -> None:
    for path in (
        "/",
        "/mark.svg",
        "/nothing",
        "/healthz",
        "/metrics",
        "/ws",
        "/../x",
        "/js/app.js",
    ):
        for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE", "TRACE"):
            answer = await client.request(method, path)
            if path == "/js/app.js" and answer.status == 200:
                continue
            for name, value in HEADERS.items():
                if name != "Cache-Control":
                    assert answer.headers[name] == value, (method, path, name)
            assert "no-" in answer.headers["Cache-Control"]
            assert answer.headers["Server"] == "hubbub"


async def test_parts_of_the_page_have_the_headers_of_their_kind(client: Client) -> None:
    for path, wanted in (
        ("/js/app.js", PART_HEADERS),
        ("/tiny.css", PART_HEADERS),
        ("/manifest.webmanifest", PART_HEADERS),
        ("/sw.js", WORKER_HEADERS),
        ("/mark.svg", HEADERS),
    ):
        answer = await client.get(path)
        again = await client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (answer.status, again.status) == (200, 304)
        for one in (answer, again):
            assert {name: one.headers[name] for name in HEADERS if name in one.headers} == wanted
            assert one.headers["Server"] == "hubbub"


async def test_what_has_a_version_is_kept_for_ever(client: Client) -> None:
    paths = [path for path in client.app[GATEWAY].assets if path.startswith("/v/")]
    for path in paths:
        answer, plain = await client.get(path), await client.get("/" + path.split("/", 3)[3])
        assert "immutable" in answer.headers["Cache-Control"]
        assert "ETag" not in answer.headers
        assert plain.headers["Cache-Control"] == "no-cache"
        assert await answer.read() == await plain.read()
    version = paths[0].split("/")[2]
    refused = client.app[GATEWAY].counts.refused["path"]
    for path in (
        paths[0].replace(version, "0" * 12),
        f"/v/{version}/sw.js",
        f"/v/{version}/",
        "/v/",
    ):
        answer = await client.get(path)
        assert answer.status == 404
        assert answer.headers["Cache-Control"] == "no-cache"
    assert client.app[GATEWAY].counts.refused["path"] == refused + 4


async def test_packed_where_that_is_welcome(client: Client) -> None:
    plain = await client.get("/js/app.js", headers={"Accept-Encoding": "identity"})
    packed = await client.get("/js/app.js", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(await packed.read()) == await plain.read()
    assert packed.headers["ETag"] != plain.headers["ETag"]
    tiny = await client.get("/tiny.css", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in tiny.headers


async def test_what_is_known_is_not_sent_again(client: Client) -> None:
    first = await client.get("/", headers={"Accept-Encoding": "gzip"})
    etag = first.headers["ETag"]
    for known in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        headers = {"Accept-Encoding": "gzip", "If-None-Match": known}
        again = await client.get("/", headers=headers)
        assert again.status == 304
        assert again.headers["ETag"] == etag
        assert await again.read() == b""
    for other in ('"x"', "junk", ""):
        headers = {"Accept-Encoding": "gzip", "If-None-Match": other}
        assert (await client.get("/", headers=headers)).status == 200


async def test_head_is_get_without_the_body(client: Client) -> None:
    for path in ("/", "/js/app.js", "/nothing", "/metrics"):
        got, head = await client.get(path), await client.head(path)
        assert head.status == got.status
        assert await head.read() == b""
        for name in ("Content-Type", "ETag", "Content-Encoding"):
            assert head.headers.get(name) == got.headers.get(name)


async def test_other_methods(client: Client) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
        for path in ("/", "/ws", "/nothing"):
            answer = await client.request(method, path)
            assert answer.status == 405
            assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path",
    [
        b"/nothing", b"/index.html", b"/notes.md", b"/.hidden/secret.txt", b"//", b"/js", b"/js/",
        b"/../outside.txt", b"/js/../../outside.txt", b"/%2e%2e/outside.txt", b"/..%2foutside.txt",
        b"/%2e%2e%2foutside.txt", b"/..\\outside.txt", b"/%5c..%5coutside.txt", b"/js/./app.js",
        b"//js/app.js", b"/JS/app.js", b"/js/app.js%00", b"/js/app.js/", b"/%252e%252e/outside",
        b"/..;/outside.txt", b"/%c0%ae%c0%ae/outside.txt", b"/js%2fapp.js", b"/etc/passwd",
        b"/%F0%9F%98%80",
    ],
)  # fmt: skip
async def test_nothing_else_is_there(serve: Serve, path: bytes) -> None:
    server = await serve()
    answer = await raw(
        server, b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert answer.endswith(b"\r\n\r\nthere is nothing here\n")


@pytest.mark.parametrize("path", ["/", "/ws", "/healthz", "/metrics", "/js/app.js", "/nothing"])
async def test_a_rebound_name_gets_nothing_anywhere(
    client: Client, path: str, fake_hub: FakeHub
) -> None:
    for method in ("GET", "HEAD", "POST"):
        answer = await client.request(method, path, headers={"Host": "rebound.evil.test:8080"})
        assert answer.status == 421
        if method != "HEAD":
            assert "--public-host rebound.evil.test" in await answer.text()
    assert fake_hub.connections == 0


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\n\r\n", b"400"),
        (b"GET / HTTP/1.0\r\n\r\n", b"400"),
        (b"GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n", b"421"),
        (b"GET http://evil.test/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"404"),
        (b"CONNECT evil.test:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"405"),
        (BOTH_LENGTHS, b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"400"),
        (b"GET /" + b"a" * 10000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70000 + b"\r\n\r\n", b"431"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
    ],
)  # fmt: skip
async def test_strange_requests_end_at_the_door(
    serve: Serve, request_bytes: bytes, status: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await raw(await serve(), request_bytes)
    assert answer[:4] == b"HTTP"
    assert answer[9:12] == status
    assert b"<title>" not in answer
    for record in caplog.records:
        assert record.exc_info is None
        assert "\n" not in record.getMessage()


async def test_a_large_body_is_not_read(serve: Serve) -> None:
    server = await serve()
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n"
    assert (await raw(server, head))[9:12] == b"405"


async def test_pipelined_requests_are_all_answered(serve: Serve) -> None:
    one = b"HEAD /tiny.css HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"HEAD /tiny.css HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = await raw(await serve(), one * 300 + last)
    assert answer.count(b"HTTP/1.1 200 OK") == 301


async def test_forwarded_addresses_are_not_believed(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    forged = dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "Forwarded"), "203.0.113.9")
    await client.get("/", headers={"Host": "evil.test", **forged})
    assert "peer='127.0.0.1'" in caplog.text
    assert "203.0.113.9" not in caplog.text


@pytest.mark.usefixtures("welcoming")
async def test_healthy_and_asked_once(client: Client, fake_hub: FakeHub) -> None:
    answers = await asyncio.gather(*(client.get("/healthz") for _ in range(20)))
    for answer in answers:
        assert answer.status == 200
        assert json.loads(await answer.text()) == {"status": "ok"}
    assert fake_hub.connections <= 2


async def test_not_healthy_without_a_hub(aiohttp_client, page_folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = free.getsockname()
    settings = GatewaySettings(hub=address, secret=b"secret", static=page_folder)
    client = await aiohttp_client(make_app(settings))
    answer = await client.get("/healthz")
    assert answer.status == 503
    assert json.loads(await answer.text()) == {
        "status": "failing",
        "reason": "the hub cannot be reached: connection refused",
    }


async def test_not_healthy_with_something_else_as_hub(client: Client, fake_hub: FakeHub) -> None:
    task = asyncio.create_task(welcome_all(fake_hub, b"SSH-2.0-OpenSSH\r\n"))
    answer = await client.get("/healthz")
    assert answer.status == 503
    task.cancel()


async def test_refusals_are_counted(client: Client) -> None:
    await client.get("/", headers={"Host": "evil.test"})
    await client.post("/")
    await client.get("/nothing")
    await client.get("/ws")
    await client.get("/ws", headers={"Origin": "http://evil.test"})
    answer = await client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    text = await answer.text()
    for reason in ("host", "method", "path", "handshake", "origin"):
        assert f'refused_total{{reason="{reason}"}} 1\n' in text
    assert client.app[GATEWAY].counts.refused.keys() <= set(REFUSALS)


async def test_beyond_the_limit_is_turned_away(serve: Serve) -> None:
    server = await serve(connections=2)
    inside = [await asyncio.open_connection(*server.address) for _ in range(2)]
    answer = await raw(server, b"")
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert answer.endswith(b"\r\n\r\nthere is no room left; try again soon\n")
    for _, writer in inside:
        writer.close()
        await writer.wait_closed()
    async with ClientSession() as session:
        url = "http://{}:{}/".format(*server.address)
        while True:
            async with session.get(url) as page:
                if page.status == 200:
                    break


async def test_several_serve_at_once_and_may_start_again(serve: Serve) -> None:
    first, second = await serve(), await serve()
    assert first.address != second.address
    await first.stop()
    await first.stop()
    with pytest.raises(RuntimeError):
        _ = first.address
    with pytest.raises(OSError):  # noqa: PT011
        await serve(port=second.address[1])


@pytest.mark.parametrize(
    ("words", "status", "facts"),
    [
        (
            b'{"type":"welcome"}\n{"type":"pong","at":1,"stores":true,"not_stored":7}\n', 200,
            {"status": "ok", "not_stored": 7},
        ),
        (
            b'{"type":"welcome"}\n{"type":"pong","at":1,"stores":false,"not_stored":8}\n', 503,
            {"status": "failing", "not_stored": 8},
        ),
        (b'{"type":"bye","reason":"x","text":"checking the log, 40 %"}\n', 503,
         {"status": "failing", "reason": "checking the log, 40 %"}),
        (b'["welcome"]\n7\n\xff\n', 503, {"status": "failing"}),
    ],
    ids=["stores", "does not store", "not yet", "not a hub"],
)  # fmt: skip
async def test_ready_is_what_the_hub_says(
    client: Client, fake_hub: FakeHub, words: bytes, status: int, facts: dict[str, object]
) -> None:
    task = asyncio.create_task(welcome_all(fake_hub, words))
    answer = await client.get("/healthz")
    assert answer.status == status
    found = json.loads(await answer.text())
    assert found.items() >= facts.items()
    assert status == 200 or found["reason"]
    text = await (await client.get("/metrics")).text()
    assert f"hubbub_gateway_ready {int(status == 200)}\n" in text
    wanted = f"hubbub_gateway_hub_not_stored_total {facts.get('not_stored')}\n"
    assert (wanted in text) == ("not_stored" in facts)
    task.cancel()
