"""A hub, a gateway and a network that can fail, for tests with a real browser.

Playwright's synchronous side keeps an event loop in the main thread, so the
servers have a loop in a thread of their own. `World` is what a test talks to.
"""

import asyncio
import itertools
import json
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from core.server.server import HubServer
from core.server.settings import HubSettings
from core.text.invitation import Doors
from web.app import GatewaySettings
from web.server import GatewayServer

T = TypeVar("T")

SECRET = b"page-tests"
WAIT_S = 60.0

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Wire:
    """A TCP proxy in front of the gateway: the network between it and a browser."""

    def __init__(self) -> None:
        self.target: tuple[str, int] = ("127.0.0.1", 0)
        self.whole = True
        self.fatal: bytes | None = None
        """The network breaks as soon as a browser sends this."""
        self.received = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._silent: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def cut(self) -> None:
        """Break every connection, and let no new one come about."""
        self.whole = False
        for writer in list(self._writers):
            writer.transport.abort()

    async def silence(self) -> None:
        """Swallow what is sent on every connection there is, and close none."""
        self._silent |= self._writers

    async def mend(self) -> None:
        self.whole = True

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        # Whoever was accepted just before is served some turns of the loop later.
        for _ in range(5):
            await self.cut()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._join(reader, writer)
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._tasks.discard(task)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        both = {writer, far_writer}
        self._writers |= both
        try:
            await asyncio.gather(
                self._copy(reader, far_writer), self._copy(far_reader, writer, back=True)
            )
        finally:
            self._writers -= both
            for one in both:
                one.transport.abort()

    async def _copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool = False
    ) -> None:
        while data := await reader.read(65536):
            if self.fatal is not None and self.fatal in data and not back:
                await self.cut()
                return
            self.received += len(data) if back else 0
            if writer not in self._silent:
                writer.write(data)
                await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


class Person:
    """Somebody else in the rooms, who speaks JSON lines straight to the hub."""

    def __init__(
        self, address: tuple[str, int], nick: str, rooms: tuple[str, ...], passphrase: str | None
    ) -> None:
        self._socket = socket.create_connection(address, WAIT_S)
        self._socket.settimeout(WAIT_S)
        self._lines = self._socket.makefile("rb")
        self._refs = itertools.count(1)
        self.nick = nick
        join = {room: {"last": 0} for room in rooms}
        self.send(type="hello", nick=nick, join=join, passphrase=passphrase)
        self.wait("welcome")
        for _ in rooms:
            self.wait("joined", nick=nick)

    def send(self, **request: Any) -> None:
        self._socket.sendall(json.dumps(request).encode() + b"\n")

    def say(self, *texts: str, room: str = "lobby", kind: str | None = None) -> None:
        """Say the texts, and return once the hub has them."""
        more = {"kind": kind} if kind else {}
        refs = [next(self._refs) for _ in texts]
        for ref, text in zip(refs, texts, strict=True):
            self.send(type="say", room=room, text=text, ref=ref, **more)
        for ref in refs:
            answer = self.wait_reply(ref)
            assert answer["type"] == "ack", answer

    def wait(self, event_type: str, **fields: Any) -> dict[str, Any]:
        """Return the next event of a type that has these fields."""
        while line := self._lines.readline():
            event: dict[str, Any] = json.loads(line)
            if event["type"] == event_type and all(event.get(k) == v for k, v in fields.items()):
                return event
        raise AssertionError(f"the hub closed before {event_type} {fields}")

    def wait_reply(self, ref: str | int) -> dict[str, Any]:
        """Return the next event that answers a request."""
        while line := self._lines.readline():
            event: dict[str, Any] = json.loads(line)
            if event.get("ref") == ref:
                return event
        raise AssertionError(f"the hub closed before it answered {ref}")

    def history(self, room: str = "lobby") -> list[str]:
        """Return the newest texts of a room, as the hub has them."""
        self.send(type="history", room=room, limit=200, ref="history")
        answer = self.wait("history", ref="history")
        return [message["text"] for message in answer["messages"]]

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class World:
    """The servers, and what a test may do to them."""

    def __init__(self, data: Path, passphrase: str | None = None) -> None:
        self._data = data
        self.passphrase = passphrase
        """What the hub asks for; None lets everybody in."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._people: list[Person] = []
        self._others: list[GatewayServer] = []
        self.wire = Wire()
        self.hub: HubServer
        self.gateway: GatewayServer
        self.run(self._start())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.wire.port}/"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_S)

    def person(self, nick: str, *rooms: str) -> Person:
        person = Person(self.hub.address, nick, rooms or ("lobby",), self.passphrase)
        self._people.append(person)
        return person

    def cut(self) -> None:
        self.run(self.wire.cut())

    def silence(self) -> None:
        self.run(self.wire.silence())

    def mend(self) -> None:
        self.run(self.wire.mend())

    def ask_for(self, passphrase: str) -> None:
        """Ask everybody for this passphrase from now on, also those who are in."""
        self.passphrase = passphrase
        self.run(self._ask_for(passphrase))

    def stop_hub(self) -> None:
        self.run(self.hub.stop())

    def start_hub(self) -> None:
        """Start the hub again where it was, with what it kept."""
        self.run(self._start_hub(self._hub_port))

    def stop_gateway(self) -> None:
        self.run(self.gateway.stop())

    def restart_gateway(self, static: Path | None = None) -> None:
        """Stop the gateway and start one with the page in `static`, or its own page."""
        self.stop_gateway()
        self.run(self._start_gateway(static))

    def other_page(self, folder: Path) -> str:
        """Serve another folder as this page is served, and return its address."""
        settings = GatewaySettings(
            hub=("127.0.0.1", self._hub_port), secret=SECRET, port=0, static=folder
        )
        server = GatewayServer(settings)
        self.run(server.start())
        self._others.append(server)
        return f"http://127.0.0.1:{server.address[1]}/"

    def stop(self) -> None:
        for person in self._people:
            person.close()
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_S)
        self._loop.close()

    async def _start(self) -> None:
        await self._start_hub(0)
        self._hub_port = self.hub.address[1]
        await self._start_gateway()
        await self.wire.start()

    async def _start_hub(self, port: int) -> None:
        self.hub = HubServer(
            HubSettings(
                data=self._data, port=port, gateway_secret=SECRET, passphrase=self.passphrase
            )
        )
        await self.hub.start()
        self.hub.tell_doors(Doors())

    async def _ask_for(self, passphrase: str) -> None:
        self.hub.change_passphrase(passphrase)

    async def _start_gateway(self, static: Path | None = None) -> None:
        settings = GatewaySettings(
            hub=("127.0.0.1", self._hub_port), secret=SECRET, port=0, static=static
        )
        self.gateway = GatewayServer(settings)
        await self.gateway.start()
        self.wire.target = self.gateway.address

    async def _stop(self) -> None:
        await self.wire.stop()
        for other in self._others:
            await other.stop()
        await self.gateway.stop()
        await self.hub.stop()
        await asyncio.sleep(0)


@contextmanager
def running_world(data: Path, passphrase: str | None = None) -> Iterator[World]:
    """Give a world, and take it down whatever happens."""
    world = World(data, passphrase)
    try:
        yield world
    finally:
        world.stop()
