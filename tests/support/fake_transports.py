"""Links and hubs in memory, and a cable to a real hub that can be pulled."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from core.client.conversation import ClientEvent
from core.client.transport import TransportError
from core.wire.messages import (
    AnyRequest,
    Error,
    Event,
    Hello,
    Joined,
    Limits,
    Message,
    Retention,
    Welcome,
    decode_request,
    encode,
)

LIMITS = Limits(text=32768, nick=24, room=48, history=200)
KEEPS = Retention(disk=True)


def welcome(nick: str = "alice", resume: str = "token", log: str = "log") -> Welcome:
    return Welcome(
        protocol=1, server="hubbub/0", log=log, nick=nick, resume=resume, limits=LIMITS, keeps=KEEPS
    )  # fmt: skip


def own_joined(room: str = "lobby", seq: int = 0, **more: Any) -> Joined:
    return Joined(room=room, nick="alice", at=0, seq=seq, **more)


def message(seq: int, text: str = "", room: str = "lobby", **more: Any) -> Message:
    return Message(room=room, seq=seq, at=0, nick="bob", text=text or f"text {seq}", **more)


class FakeTransport:
    """A transport whose other end is a test."""

    def __init__(
        self, answer: Callable[[AnyRequest], Sequence[Event]] = lambda _: (), *, brief: bool = False
    ) -> None:
        """`brief`: the connection is cut once a hello has been answered."""
        self._brief = brief
        self.sent: list[AnyRequest] = []
        self.closed = False
        self._answer = answer
        self._lines: asyncio.Queue[list[bytes] | TransportError] = asyncio.Queue()

    async def receive(self) -> list[bytes]:
        lines = await self._lines.get()
        if isinstance(lines, TransportError):
            raise lines
        return lines

    async def send(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            assert line.endswith(b"\n")
            request = decode_request(line)
            self.sent.append(request)
            self.give(*self._answer(request))
            if self._brief and isinstance(request, Hello):
                self.cut()

    async def close(self) -> None:
        self.closed = True

    def give(self, *events: Event) -> None:
        if events:
            self.give_lines(*(encode(event).rstrip() for event in events))

    def give_lines(self, *lines: bytes) -> None:
        self._lines.put_nowait(list(lines))

    def cut(self, reason: str = "the connection broke") -> None:
        self._lines.put_nowait(TransportError(reason))


class Notes:
    """A listener that writes everything down."""

    def __init__(self, say_hello_again: bool = False) -> None:
        self.events: list[ClientEvent] = []
        self.losses: list[str] = []
        self.waits: list[float] = []
        self.when: Callable[[ClientEvent], object] = lambda _: None
        self.when_lost: Callable[[], object] = lambda: None
        self._say_hello_again = say_hello_again

    def on_events(self, events: Sequence[tuple[ClientEvent, bytes]]) -> None:
        for event, _ in events:
            self.events.append(event)
            self.when(event)

    def lost(self, reason: str, wait_s: float) -> None:
        self.losses.append(reason)
        self.waits.append(wait_s)
        self.when_lost()

    def refused_hello(self, error: Error) -> bool:
        return self._say_hello_again


def polite(request: AnyRequest) -> Sequence[Event]:
    """Answer a hello, as any hub does."""
    return (
        (welcome(), *(own_joined(room) for room in request.join))
        if isinstance(request, Hello)
        else ()
    )


class Cable:
    """A port that leads to a hub, and can be pulled out, or held still."""

    def __init__(self, hub: Callable[[], tuple[str, int]]) -> None:
        self.connections = 0
        self.cut_after: Callable[[], int | None] = lambda: None
        """How many bytes the next connection carries before it is cut."""
        self._hub = hub
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self._moving = asyncio.Event()
        self._moving.set()
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def plug_in(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def hold(self) -> None:
        """Let connections be made, and nothing go through them."""
        self._moving.clear()

    def release(self) -> None:
        """Let go what was held, and all that follows."""
        self._moving.set()

    def cut(self) -> None:
        """Break every connection; new ones are welcome."""
        for writer in self._writers:
            writer.transport.abort()

    async def pull(self) -> None:
        """Break every connection, and let nobody in."""
        self._server.close()
        self.cut()
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        left = self.cut_after()
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        ends = [writer]
        try:
            hub_reader, hub_writer = await asyncio.open_connection(*self._hub())
            ends.append(hub_writer)
            self._writers.update(ends)
            await asyncio.gather(
                self._carry(reader, hub_writer, left), self._carry(hub_reader, writer, left)
            )
        except (OSError, RuntimeError):
            pass  # the latter from uvloop, for a connection that is gone
        finally:
            for end in ends:
                end.transport.abort()
                self._writers.discard(end)
            self._tasks.discard(task)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, left: int | None
    ) -> None:
        while data := await reader.read(1000):
            await self._moving.wait()
            if left is not None:
                data, left = data[:left], left - len(data)
            writer.write(data)
            await writer.drain()
            if left is not None and left <= 0:
                raise ConnectionResetError
        if not writer.transport.is_closing():
            writer.write_eof()
