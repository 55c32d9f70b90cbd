"""Connections to a hub as whole lines: TCP, and WebSockets through a gateway.

Written against docs/protocol.md alone. Nothing of Hubbub's own clients is used
here, on purpose: what is wrong in both would be found by neither.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Protocol, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

DIAL_WAIT_S = 5.0

LINE_LIMIT_BYTES = 16 * 1024 * 1024
"""A page of 200 messages of 32 KiB each, with room for escapes."""


class Receiver(Protocol):
    """Who is told what a connection brings."""

    def lines(self, lines: list[bytes]) -> None: ...

    def gone(self) -> None:
        """Learn that the connection has ended, in whatever way."""


class Wire(Protocol):
    """A connection that is open, or was."""

    def send(self, data: bytes) -> None:
        """Send whole lines, each with its newline."""

    def end(self) -> None:
        """Say that no more will be sent; what is yet to come still comes."""

    def abort(self) -> None: ...


Dial = Callable[[Receiver], Awaitable[Wire]]
"""Open a connection; raises OSError, TimeoutError or WebSocketException."""

DIAL_FAILED = (OSError, TimeoutError, WebSocketException, EOFError)


class TcpWire(asyncio.Protocol):
    """Lines over TCP. `reading` False leaves what comes to the kernel."""

    def __init__(self, receiver: Receiver, *, reading: bool = True) -> None:
        self._receiver = receiver
        self._reading = reading
        self._rest = b""
        self._ended = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self.transport = cast("asyncio.Transport", transport)
        if not self._reading:
            self.transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if lines:
            self._receiver.lines(lines)

    def connection_lost(self, problem: Exception | None) -> None:
        self._receiver.gone()

    def send(self, data: bytes) -> None:
        if not (self._ended or self.transport.is_closing()):
            self.transport.write(data)

    def end(self) -> None:
        if not (self._ended or self.transport.is_closing()):
            self._ended = True
            self.transport.write_eof()

    def abort(self) -> None:
        self.transport.abort()


def tcp(
    port: int, host: str = "127.0.0.1", *, reading: bool = True,
    receive_bytes: int | None = None, kind: type[TcpWire] = TcpWire,
) -> Dial:  # fmt: skip
    """Return a way to connect by TCP; `receive_bytes` bounds the kernel's buffer."""

    async def dial(receiver: Receiver) -> Wire:
        loop = asyncio.get_running_loop()
        sock = socket.socket()
        sock.setblocking(False)
        if receive_bytes is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        try:
            async with asyncio.timeout(DIAL_WAIT_S):
                await loop.sock_connect(sock, (host, port))
            _, wire = await loop.create_connection(
                lambda: kind(receiver, reading=reading), sock=sock
            )
        except BaseException:
            sock.close()
            raise
        return wire

    return dial


class WsWire:
    """Lines over a WebSocket: a frame up is one line, a frame down one or more."""

    def __init__(self, receiver: Receiver, socket: ClientConnection) -> None:
        self._receiver = receiver
        self._socket = socket
        self._out: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]

    async def _read(self) -> None:
        try:
            with contextlib.suppress(WebSocketException, OSError):
                while True:
                    frame = await self._socket.recv(decode=False)
                    self._receiver.lines([line for line in frame.split(b"\n") if line])
        finally:
            self._tasks[1].cancel()
            self._receiver.gone()

    async def _write(self) -> None:
        with contextlib.suppress(WebSocketException, OSError):
            while (line := await self._out.get()) is not None:
                await self._socket.send(line, text=True)
            await self._socket.close()

    def send(self, data: bytes) -> None:
        for line in data.splitlines():
            self._out.put_nowait(line)

    def end(self) -> None:
        self._out.put_nowait(None)

    def abort(self) -> None:
        self._socket.transport.abort()


def web(port: int, host: str = "127.0.0.1") -> Dial:
    """Return a way to connect through a gateway."""

    async def dial(receiver: Receiver) -> Wire:
        socket = await connect(
            f"ws://{host}:{port}/ws",
            proxy=None,
            compression=None,
            open_timeout=DIAL_WAIT_S,
            max_size=LINE_LIMIT_BYTES,
            ping_interval=None,
            close_timeout=1.0,
        )
        return WsWire(receiver, socket)

    return dial
