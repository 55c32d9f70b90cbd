"""Callers who are turned away, and health checks, which are nobody: what the log says of them."""

import asyncio
import json
import logging
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from core.server.refusals import EMPTY_EVERY_S, LINES_A_WINDOW, RefusalLog
from core.server.server import HubServer
from core.server.settings import HubSettings
from core.wire.proxy import V2_SIGNATURE

RESET = struct.pack("ii", 1, 0)

CHECKS = {
    "connect": b"",
    "version 2": V2_SIGNATURE + b"\x20\x00\x00\x00",
    "version 1": b"PROXY UNKNOWN\r\n",
}


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_refusals_are_told_a_few_times_and_then_counted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    now = Time()
    refusals = RefusalLog(logging.getLogger("hubbub.hub"), now)
    for number in range(100):
        refusals.note("http_refused", f"192.0.2.1:{number}")
    assert len(caplog.messages) == LINES_A_WINDOW
    refusals.note("not_a_client", "192.0.2.1:1")  # of another kind
    assert caplog.messages[-1] == "event=not_a_client peer=192.0.2.1:1"
    now.now = 10.0
    refusals.note("http_refused", "192.0.2.1:101")
    assert caplog.messages[-1] == "event=http_refused peer=192.0.2.1:101 left_out=95"


def test_empty_ones_are_told_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    now = Time()
    refusals = RefusalLog(logging.getLogger("hubbub.hub"), now)
    for second in range(int(EMPTY_EVERY_S)):
        now.now = float(second)
        refusals.note("proxy_refused", "192.0.2.1:1", empty=True)
    assert len(caplog.messages) == 1
    refusals.note("proxy_refused", "192.0.2.1:1")
    now.now = EMPTY_EVERY_S
    refusals.note("proxy_refused", "192.0.2.1:1", empty=True)
    assert len(caplog.messages) == 3


@pytest.fixture(params=[("127.0.0.1",), ()], ids=["trusted", "not trusted"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[HubServer]:
    server = HubServer(HubSettings(port=0, trusted_proxies=request.param))
    await server.start()
    yield server
    await server.stop()


def check(address: tuple[str, int], data: bytes, *, reset: bool) -> None:
    with socket.create_connection(address) as caller:
        caller.sendall(data)
        if reset:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "end"])
@pytest.mark.parametrize("data", CHECKS.values(), ids=CHECKS.keys())
async def test_a_proxys_health_checks_are_not_told_each_time(
    server: HubServer, caplog: pytest.LogCaptureFixture, data: bytes, reset: bool
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(20):
        await asyncio.to_thread(check, server.address, data, reset=reset)
    await all_gone(server)
    # Whose header is not believed is said once, and a trusted proxy's never.
    trusted = bool(server.settings.trusted_proxies)
    assert len(caplog.messages) <= (0 if trusted or not data else 1), caplog.messages


async def all_gone(server: HubServer) -> None:
    async with asyncio.timeout(60):
        # Who came last is accepted last, and everyone before has been looked at by then.
        reader, writer = await asyncio.open_connection(*server.address)
        writer.write(b'{"type":"hello"}\n')
        await reader.readline()
        writer.close()
        while server.connections:
            await asyncio.sleep(0)


@pytest.mark.parametrize("server", [("127.0.0.1",)], indirect=True)
async def test_nobody_comes_into_the_room_for_a_health_check(server: HubServer) -> None:
    header = V2_SIGNATURE + b"\x20\x00\x00\x00"
    async with enter(server, "alice", header) as alice:
        for data in (CHECKS["version 1"], CHECKS["version 2"]):
            await asyncio.to_thread(check, server.address, data, reset=False)
        async with enter(server, "bob"):
            joined: list[str] = []
            while "bob" not in joined:
                event = json.loads(await alice.readline())
                joined += [event["nick"]] if event["type"] == "joined" else []
    assert joined == ["alice", "bob"]


@asynccontextmanager
async def enter(
    server: HubServer, nick: str, header: bytes = b""
) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_connection(*server.address)
    try:
        hello = {"type": "hello", "nick": nick, "join": {"lobby": {"last": 0}}}
        writer.write(header + json.dumps(hello).encode() + b"\n")
        async with asyncio.timeout(60):
            yield reader
    finally:
        writer.close()
