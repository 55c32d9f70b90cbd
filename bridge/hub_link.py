"""One TCP connection to the hub, on behalf of one user.

Knows whole lines and backpressure. Does not know doors, nor what a line says.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import cast

from bridge.limits import (
    DIAL_WAIT_S,
    FRAME_BYTES,
    HUB_PROBE_S,
    HUB_PROBES,
    HUB_SILENT_S,
    HUB_UNANSWERED_MS,
    LINK_WRITE_BYTES,
)
from core.errors import HubbubError
from core.limits import HUB_LINE_LIMIT_BYTES
from core.wire.proxy import encode_v2

SendNowait = Callable[[Sequence[bytes | bytearray | memoryview]], bool]
"""Sends whole lines, given in parts, at once; or does nothing and returns False."""


class HubUnreachable(HubbubError):
    """No connection to the hub could be opened; the text says why."""


class HubDialer:
    """Opens connections to the hub, with the secret that proves that this is its gateway."""

    def __init__(self, address: tuple[str, int], secret: bytes) -> None:
        self.address = address
        self._secret = secret
        # Received bytes are copied out before the next connection's arrive, so
        # one buffer serves all. Asyncio's own way allocates 256 KiB each time.
        self._buffer = bytearray(FRAME_BYTES)

    async def dial(
        self, source: tuple[str, int], destination: tuple[str, int], hello: bytes
    ) -> "HubLink":
        """Connect for the user at `source`, who came to `destination`.

        The PROXY header and `hello` go out together, so that the hub need not
        wait to see what speaks. Raise HubUnreachable.
        """
        opening = encode_v2(source, destination, self._secret) + hello
        loop = asyncio.get_running_loop()
        host, port = self.address
        try:
            async with asyncio.timeout(DIAL_WAIT_S):
                _, link = await loop.create_connection(
                    lambda: HubLink(self._buffer, opening), host, port
                )
        except TimeoutError as problem:
            raise HubUnreachable("the hub does not answer") from problem
        except OSError as problem:
            raise HubUnreachable(f"the hub cannot be reached: {_reason(problem)}") from problem
        return link


class HubLink(asyncio.BufferedProtocol):
    """Whole lines from the hub, lines to it; both with backpressure.

    Lines are handed to `forward` as they come, where a `read_lines` waits and
    `forward` takes them: no task runs for them. All others wait for `read_lines`,
    and nothing is read while FRAME_BYTES of them wait.
    """

    def __init__(self, buffer: bytearray, opening: bytes) -> None:
        """Prepare it; `opening` is the first line, and goes out as soon as there is a way."""
        self._opening = opening
        self._buffer = buffer
        self._view = memoryview(buffer)
        self._transport: asyncio.Transport | None = None
        self._whole: list[bytes] = []
        self._whole_bytes = 0
        self._partial = bytearray()
        self._reading_paused = False
        self._discarding = False
        self._arrival: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._gone = asyncio.get_running_loop().create_future()
        self.forward: SendNowait | None = None
        self.full = False
        self.ended_orderly = False

    # --- what the relay calls ------------------------------------------------

    async def read_lines(self) -> bytes:
        """Return all whole lines that have come, at least one; b"" at the end."""
        while not self._whole:
            if self.ended_orderly or self._discarding or self._gone.done():
                return b""
            self._arrival = asyncio.get_running_loop().create_future()
            await self._arrival
        lines = self._whole[0] if len(self._whole) == 1 else b"".join(self._whole)
        self._whole.clear()
        self._whole_bytes = 0
        self._resume_reading()
        return lines

    def write_line(self, line: bytes) -> None:
        """Send a line and its end. Wait with `drain` while `full` is set."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(line + b"\n")

    async def drain(self) -> None:
        """Wait until the hub has read enough, or is gone."""
        if self.full and not self._gone.done():
            self._room = asyncio.get_running_loop().create_future()
            await self._room

    def end_input(self) -> None:
        """Tell the hub that no more comes; what it still says is read."""
        if self._transport is not None and self._transport.can_write_eof():
            with suppress(OSError):
                self._transport.write_eof()

    def half_close(self) -> None:
        """Tell the hub that its user says no more; drop what it still says.

        A `read_lines` that waits returns b"".
        """
        self._discarding = True
        self._whole.clear()
        self._whole_bytes = 0
        self._partial.clear()
        _wake(self._arrival)
        if self._transport is not None and not self._transport.is_closing():
            # Closing with unread bytes would reset the connection, and lines
            # that the hub has not read yet would be lost with it.
            # A transport without half-close, such as TLS, would raise.
            self.end_input()
            self._resume_reading()

    async def wait_gone(self, limit_s: float) -> None:
        """Wait until the hub has closed its side too; cut it off at the limit."""
        try:
            async with asyncio.timeout(limit_s):
                await asyncio.shield(self._gone)
        except TimeoutError:
            self.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # --- what the event loop calls -------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=LINK_WRITE_BYTES)
        _watch(transport.get_extra_info("socket"))
        # Written here and not by the caller of `dial`: with thousands connecting at
        # once, its task may run much later, and the hub switches a silent
        # connection to text mode.
        self.write_line(self._opening)
        self._opening = b""

    def get_buffer(self, sizehint: int) -> memoryview:
        # No more than makes one frame, with what has come of its first line.
        room = FRAME_BYTES - len(self._partial)
        return self._view[:room] if room > 0 else self._view

    def buffer_updated(self, nbytes: int) -> None:
        if self._discarding:
            return
        end = self._buffer.rfind(b"\n", 0, nbytes) + 1
        if end:
            self._take([self._partial, self._view[:end]] if self._partial else [self._view[:end]])
            self._partial.clear()
        self._partial += self._view[end:nbytes]
        if len(self._partial) > HUB_LINE_LIMIT_BYTES:
            self.abort()

    def _take(self, parts: list[bytes | bytearray | memoryview]) -> None:
        """Hand on whole lines, or keep them."""
        # A reader that was woken, or that has not asked for more yet, goes first: order.
        waits = self._arrival is not None and not self._arrival.done()
        if waits and self.forward is not None and self.forward(parts):
            return
        piece = b"".join(parts)
        self._whole.append(piece)
        self._whole_bytes += len(piece)
        _wake(self._arrival)
        self._pause_reading()

    def eof_received(self) -> bool:
        self.ended_orderly = True
        _wake(self._arrival)
        return False

    def pause_writing(self) -> None:
        self.full = True

    def resume_writing(self) -> None:
        self.full = False
        _wake(self._room)

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set_result(None)
        _wake(self._arrival)
        _wake(self._room)

    def _pause_reading(self) -> None:
        if self._whole_bytes >= FRAME_BYTES and not self._reading_paused:
            self._reading_paused = True
            if self._transport is not None:
                self._transport.pause_reading()

    def _resume_reading(self) -> None:
        if self._reading_paused:
            self._reading_paused = False
            if self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()


def _reason(problem: OSError) -> str:
    """Return the cause without the hub's address, which is not for everyone."""
    if isinstance(problem, socket.gaierror):
        return "its name is not known"
    if problem.errno is None:  # several addresses, each with its own cause
        return "none of its addresses answers"
    return os.strerror(problem.errno).lower()


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


def _watch(link: socket.socket) -> None:
    """Have the kernel notice a hub that is cut off (RFC 1122, 4.2.3.6)."""
    wanted = [(socket.SOL_SOCKET, "SO_KEEPALIVE", 1)]
    wanted += [
        (socket.IPPROTO_TCP, name, value)
        for name, value in (
            ("TCP_KEEPIDLE", HUB_SILENT_S),
            ("TCP_KEEPINTVL", HUB_PROBE_S),
            ("TCP_KEEPCNT", HUB_PROBES),
            ("TCP_USER_TIMEOUT", HUB_UNANSWERED_MS),
        )
    ]
    for level, name, value in wanted:
        # Which of them exist differs between systems.
        if hasattr(socket, name):
            with suppress(OSError):
                link.setsockopt(level, getattr(socket, name), value)
