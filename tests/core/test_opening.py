"""A log that takes long to open: the hub listens meanwhile, and says how far it is."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from logs import make_log

from core.errors import StoreUnusable
from core.progress import Step, Watch, no_progress
from core.server.opening import Opening
from core.server.server import HubServer
from core.server.settings import HubSettings
from core.sqlite.database import FILE_NAME
from core.sqlite.generation import generation_path
from core.sqlite.readbytes import bytes_read_here
from core.wire.proxy import V2_SIGNATURE, encode_v2

HELLO = b'{"type":"hello","join":{"lobby":{"last":5}}}\n'
FROM = ("192.0.2.1", 5)


class SlowCheck:
    """A check that is begun, and ends when the test says so."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go_on = threading.Event()
        self._loop = asyncio.get_running_loop()

    @contextmanager
    def progress(self, what: str, total: int | None = None, unit: str = "") -> Iterator[Step]:
        with no_progress(what, total, unit) as step:
            if what == "checking the log":
                self._loop.call_soon_threadsafe(self.begun.set)
                assert self.go_on.wait(60)
            yield step


@pytest.fixture
async def slow() -> AsyncIterator[SlowCheck]:
    check = SlowCheck()
    yield check
    check.go_on.set()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a log with a line in it, which is checked as after `kill -9`."""
    folder = make_log(tmp_path / "log", "before")
    found = generation_path(folder / FILE_NAME)
    facts = json.loads(found.read_bytes())
    del facts["left"]
    found.write_text(json.dumps(facts))
    return folder


async def ask(address: tuple[str, int], data: bytes, *, ends: bool = False) -> bytes:
    """Send something; return all that is answered up to the end."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(data)
    if ends:
        writer.write_eof()
    async with asyncio.timeout(60):
        answer = await reader.read(-1)
    writer.close()
    return answer


async def test_who_comes_during_a_long_check_is_told(folder: Path, slow: SlowCheck) -> None:
    server = HubServer(HubSettings(data=folder, port=0), Watch(slow.progress))
    await server.listen()
    opening = asyncio.create_task(server.open())
    async with asyncio.timeout(60):
        await slow.begun.wait()
    gateways = await server.open_for_gateway()
    for address in (server.address, gateways):
        for header in (b"", encode_v2(FROM, FROM, b"secret"), V2_SIGNATURE + b"\x20\x00\x00\x00"):
            (bye,) = map(json.loads, (await ask(address, header + HELLO)).splitlines())
            assert (bye["type"], bye["reason"]) == ("bye", "starting")
            assert "checking the log" in bye["text"]
            assert bye["retry_ms"] > 0
            shown = (await ask(address, header + b"hello everybody\n")).decode()
            assert shown.startswith("-! the hub starts, and is checking the log")
            assert shown.count("\n") == 1
    assert b"checking the log" in await ask(server.address, b"", ends=True)
    page = await ask(server.address, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert page.startswith(b"HTTP/1.1 503 ")
    assert b"checking the log" in page
    assert await ask(server.address, b"\x16\x03\x01\x02\x00") == b""
    slow.go_on.set()
    await opening
    said = await ask(server.address, HELLO, ends=True)
    assert b'"welcome"' in said
    assert b'"before"' in said
    await server.stop()
    assert server.budget.used == 0


async def test_a_short_start_turns_nobody_away(folder: Path) -> None:
    server = HubServer(HubSettings(data=folder, port=0))
    await server.listen()
    early = asyncio.create_task(ask(server.address, HELLO, ends=True))
    await asyncio.sleep(0)
    await server.open()
    assert b'"welcome"' in await early
    await server.stop()


async def test_it_can_be_stopped_meanwhile(folder: Path, slow: SlowCheck) -> None:
    server = HubServer(HubSettings(data=folder, port=0), Watch(slow.progress))
    await server.listen()
    opening = asyncio.create_task(server.open())
    async with asyncio.timeout(60):
        await slow.begun.wait()
    address = server.address
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await server.stop()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)
    slow.go_on.set()
    # The thread goes on all the same, and what it opens is closed.
    await asyncio.get_running_loop().shutdown_default_executor()
    for _ in range(5):
        await asyncio.sleep(0)


async def test_nothing_listens_for_a_log_that_cannot_be_opened(folder: Path) -> None:
    (folder / FILE_NAME).write_bytes(b"this is no database" * 100)
    server = HubServer(HubSettings(data=folder, port=0))
    await server.listen()
    address = server.address
    with pytest.raises(StoreUnusable):
        await server.open()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)
    await server.stop()
    # The folder is given back.
    other = HubServer(HubSettings(data=folder, port=0))
    with pytest.raises(StoreUnusable, match=r"cannot be read|damaged"):
        await other.start()


def test_what_is_told_is_how_far_it_is() -> None:
    opening = Opening()
    assert str(opening) == "the hub starts, and is opening the log"
    seen: list[int] = []

    @contextmanager
    def shown(what: str, total: int | None = None, unit: str = "") -> Iterator[Step]:
        yield seen.append

    progress = opening.watched(Watch(shown)).progress
    with progress("checking the log", 200, "MiB") as step:
        step(80)
        assert str(opening) == "the hub starts, and is checking the log: 40 % done"
        step(1000)
        assert "99 %" in str(opening)
    assert seen == [80, 1000]
    with progress("bringing the log up to date"):
        assert str(opening) == "the hub starts, and is bringing the log up to date"


def test_what_a_thread_has_read_is_counted_by_the_kernel(tmp_path: Path) -> None:
    read_bytes = bytes_read_here()
    assert read_bytes is not None
    (tmp_path / "a").write_bytes(bytes(1 << 20))
    before = read_bytes()
    (tmp_path / "a").read_bytes()
    assert read_bytes() - before >= 1 << 20
