"""Transports: one connection to a hub that carries lines, over TCP or over WebSocket.

Knows how a hub is reached and how lines are framed. It does not know what they
say, nor what to do when the connection ends.
"""

import asyncio
import errno
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from core.client.address import HubAddress
from core.client.proxy import system_proxy, without_password
from core.client.trust import (
    BY_AUTHORITY,
    NotTrusted,
    Trust,
    judge,
    note_signed,
    unverified,
    verifying,
)
from core.errors import HubbubError
from core.limits import HISTORY_LIMIT, JSON_LINE_LIMIT_BYTES
from core.wire.framing import LineBuffer
from core.wire.hosts import at

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

CONNECT_WAIT_S: Final = 10.0
NEXT_ADDRESS_AFTER_S: Final = 0.25
"""The value that RFC 8305, section 5, recommends."""

CLOSE_WAIT_S: Final = 1.0
"""What is still on its way out gets so long; then the connection is dropped."""

READ_CHUNK_BYTES: Final = 256 * 1024
REASON_SHOWN_BYTES: Final = 300
LINE_LIMIT_BYTES: Final = HISTORY_LIMIT * JSON_LINE_LIMIT_BYTES
"""A whole page of the longest messages: hubs before this one did not bound it."""


class TransportError(HubbubError):
    """A connection could not be made, or has ended; the text says why."""


class Transport(Protocol):
    """An open connection that carries lines both ways."""

    async def receive(self) -> list[bytes]:
        """Wait for lines, and return them without their ends; raise TransportError."""
        ...

    async def send(self, lines: Sequence[bytes]) -> None:
        """Send lines that end with a newline; raise TransportError.

        Waits while the other side does not take what was sent before.
        """
        ...

    async def close(self) -> None:
        """Close in an orderly way; never raises for a connection that is gone."""
        ...


async def connect_transport(
    address: HubAddress, *, proxy: Literal[True] | None = True, wait_s: float = CONNECT_WAIT_S,
    trust: Trust = BY_AUTHORITY,
) -> Transport:  # fmt: skip
    """Connect; raise TransportError. `proxy`: go as `core/client/proxy.py` says."""

    async def open_with(context: ssl.SSLContext | None) -> "TcpTransport | WebSocketTransport":
        if address.scheme in ("tcp", "tcps"):
            return await _open_tcp(address, context)
        return await _open_web(address, proxy, context)

    try:
        async with asyncio.timeout(wait_s):
            if not address.encrypts:
                return await open_with(None)
            return await _open_trusted(address, trust, open_with)
    except TimeoutError as problem:
        raise TransportError(f"no answer from {address} within {wait_s:g} s") from problem
    except NotTrusted as problem:
        raise TransportError(str(problem)) from problem


class _NotSigned(TransportError):
    """No authority vouches for a certificate, or not for this name."""


async def _open_trusted(
    address: HubAddress, trust: Trust,
    open_with: Callable[[ssl.SSLContext], Awaitable["TcpTransport | WebSocketTransport"]],
) -> "TcpTransport | WebSocketTransport":  # fmt: skip
    """Connect with TLS to a hub that is believed; raise TransportError, NotTrusted."""
    place = at(address.host, address.port)
    if trust.pin is None:
        try:
            transport = await open_with(verifying(trust))
        except _NotSigned:
            if trust.known is None:
                raise
        else:
            note_signed(trust, place)
            return transport
    transport = await open_with(unverified())
    try:
        judge(trust, place, transport.certificate())
    except BaseException:
        await transport.close()
        raise
    return transport


# --- TCP ---------------------------------------------------------------------------


class TcpTransport:
    """Lines over a TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._lines = LineBuffer(LINE_LIMIT_BYTES, bare_cr=False)

    def certificate(self) -> bytes:
        """Return the other side's certificate in DER."""
        return _certificate(self._writer.get_extra_info("ssl_object"))

    async def receive(self) -> list[bytes]:
        """Wait for lines, and return them without their ends; raise TransportError."""
        try:
            data = await self._reader.read(READ_CHUNK_BYTES)
        except OSError as problem:
            raise TransportError(f"the connection broke: {_words(problem)}") from problem
        if not data:
            raise TransportError("the hub closed the connection")
        return _whole(self._lines, data)

    async def send(self, lines: Sequence[bytes]) -> None:
        """Send lines that end with a newline; raise TransportError."""
        try:
            self._writer.write(b"".join(lines))
            await self._writer.drain()
        except (OSError, RuntimeError) as problem:
            # RuntimeError: how uvloop tells that the connection is gone.
            raise TransportError(f"the connection broke: {_words(problem)}") from problem

    async def close(self) -> None:
        """Send what is still to be sent, and close."""
        self._writer.close()
        try:
            async with asyncio.timeout(CLOSE_WAIT_S):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self._writer.transport.abort()


def _certificate(tls: ssl.SSLObject | None) -> bytes:
    found = None if tls is None else tls.getpeercert(binary_form=True)
    if not found:
        raise NotTrusted("the hub shows no certificate")
    return found


async def _open_tcp(address: HubAddress, context: ssl.SSLContext | None) -> TcpTransport:
    try:
        reader, writer = await asyncio.open_connection(
            address.host, address.port, limit=READ_CHUNK_BYTES, ssl=context,
            **_race(address.host),
        )  # fmt: skip
    except ssl.SSLCertVerificationError as problem:
        raise _NotSigned(_why(address, problem)) from problem
    except (OSError, UnicodeError) as problem:
        raise TransportError(_why(address, problem)) from problem
    return TcpTransport(reader, writer)


def _race(host: str) -> dict[str, Any]:
    """Return what makes asyncio try a name's addresses side by side.

    One of them may not answer. Other loops than asyncio's own try them in
    turn, and for an address there is nothing to race: a race that is called
    off leaves its socket to the garbage collector.
    """
    own = isinstance(asyncio.get_running_loop(), asyncio.BaseEventLoop)
    is_name = ":" not in host and not re.fullmatch(r"[0-9.]+", host)
    return {"happy_eyeballs_delay": NEXT_ADDRESS_AFTER_S} if own and is_name else {}


# --- WebSocket -----------------------------------------------------------------------


class WebSocketTransport:
    """Lines over a WebSocket: one a frame on the way out, any number on the way in."""

    def __init__(self, socket: "ClientConnection") -> None:
        self._socket = socket
        self._lines = LineBuffer(LINE_LIMIT_BYTES, bare_cr=False)

    def certificate(self) -> bytes:
        """Return the other side's certificate in DER."""
        return _certificate(self._socket.transport.get_extra_info("ssl_object"))

    async def receive(self) -> list[bytes]:
        """Wait for lines, and return them without their ends; raise TransportError."""
        from websockets.exceptions import ConnectionClosed

        try:
            frame = await self._socket.recv(decode=False)
        except ConnectionClosed as problem:
            raise TransportError(_closed(problem)) from problem
        # A frame holds whole lines; the newline of its last one may be missing.
        return _whole(self._lines, frame if frame.endswith(b"\n") else frame + b"\n")

    async def send(self, lines: Sequence[bytes]) -> None:
        """Send each line as a frame of its own; raise TransportError."""
        from websockets.exceptions import ConnectionClosed

        try:
            for line in lines:
                await self._socket.send(line.removesuffix(b"\n"), text=True)
        except ConnectionClosed as problem:
            raise TransportError(_closed(problem)) from problem

    async def close(self) -> None:
        """Do the closing handshake (RFC 6455, section 7), and close."""
        with suppress(OSError):
            await self._socket.close()


async def _open_web(
    address: HubAddress, proxy: Literal[True] | None, context: ssl.SSLContext | None
) -> WebSocketTransport:
    # Imported here because TCP does not need it, and every start would wait for it.
    from websockets.asyncio.client import connect
    from websockets.exceptions import (
        InvalidHandshake,
        InvalidProxy,
        InvalidStatus,
        InvalidURI,
        ProxyError,
    )

    way = system_proxy(address.url) if proxy else None
    try:
        socket = await connect(
            address.url, compression=None, max_size=LINE_LIMIT_BYTES, proxy=way,
            open_timeout=None, close_timeout=CLOSE_WAIT_S, ping_interval=None, ssl=context,
        )  # fmt: skip
    except ssl.SSLCertVerificationError as problem:
        raise _NotSigned(_why(address, problem)) from problem
    except InvalidStatus as problem:
        response = problem.response
        raise TransportError(_answered(address, response.status_code, response.body)) from problem
    except (InvalidProxy, ProxyError, ImportError) as problem:
        # ImportError: a proxy by SOCKS, for which there is no library here.
        raise TransportError(_no_way(way, _line(problem))) from problem
    except (InvalidHandshake, InvalidURI) as problem:
        raise TransportError(f"{address} does not speak WebSocket: {_line(problem)}") from problem
    except (OSError, UnicodeError, EOFError) as problem:
        if way is not None and not isinstance(problem, ssl.SSLError):
            raise TransportError(_no_way(way, _words(problem))) from problem
        raise TransportError(_why(address, problem)) from problem
    return WebSocketTransport(socket)


def _no_way(proxy: str | None, why: str) -> str:
    return (
        f"the proxy {without_password(proxy or '')} does not lead there: {why}. It is what "
        "http_proxy, https_proxy or the system names; no_proxy leaves hosts out"
    )


def _answered(address: HubAddress, status: int, body: bytes | bytearray | None) -> str:
    if status == 404:
        return f"{address} answered 404: there is no hub at this path"
    # A gateway says in its first line what is wrong.
    words = bytes(body or b"")[:REASON_SHOWN_BYTES].decode(errors="replace").strip().split("\n")[0]
    return f"{address} answered {status}" + (f": {words}" if words else "")


def _closed(problem: Exception) -> str:
    frame = getattr(problem, "rcvd", None)
    if frame is None:
        return "the connection broke"
    reason = f": {frame.reason}" if frame.reason else ""
    return f"the gateway closed the connection ({frame.code}{reason})"


# --- both ------------------------------------------------------------------------------


def _whole(lines: LineBuffer, data: bytes) -> list[bytes]:
    # Longer lines are dropped; a missing message shows as a gap in the numbers.
    return [line for line in lines.feed(data) if isinstance(line, bytes)]


def _why(address: HubAddress, problem: Exception) -> str:
    """Return in words why a connection could not be made."""
    if isinstance(problem, socket.gaierror):
        if problem.errno == socket.EAI_NONAME:
            return f"there is no host called {address.host}"
        return f"{address.host} cannot be looked up: {_words(problem)}"
    if isinstance(problem, UnicodeError):
        return f"{address.host} cannot be a host's name"
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"{address} cannot prove who it is: {problem.verify_message}"
    if isinstance(problem, ssl.SSLError):
        return f"{address} does not speak TLS ({problem.reason}); {_without_tls(address)}"
    if address.encrypts and isinstance(problem, ConnectionResetError):
        return f"{address} does not speak TLS, and hangs up; {_without_tls(address)}"
    if isinstance(problem, OSError) and _numbers(problem) == {errno.ECONNREFUSED}:
        return f"nobody listens at {address}"
    return f"{address} cannot be reached: {_words(problem)}"


def _without_tls(address: HubAddress) -> str:
    return f"without it, write {'HOST:PORT' if address.scheme == 'tcps' else 'ws://'}"


def _numbers(problem: OSError) -> set[int]:
    if problem.errno is not None:
        return {problem.errno}
    # Several addresses failed, and asyncio joins their texts.
    return {int(number) for number in re.findall(r"\[Errno (\d+)\]", str(problem))}


def _words(problem: Exception) -> str:
    if isinstance(problem, OSError) and problem.strerror and problem.errno in errno.errorcode:
        return problem.strerror.lower()
    return _line(problem)


def _line(problem: Exception) -> str:
    return " ".join(str(problem).split()) or type(problem).__name__
