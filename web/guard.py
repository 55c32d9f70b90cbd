"""What stands between the port and aiohttp: a limit, and a watch on the bytes."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final, cast

from core.limits import SPARE_DESCRIPTORS

UNSENT_BYTES: Final = 128 * 1024
"""What the kernel may hold for a browser that has not even been sent yet.
Without it a slow reader has megabytes there before anyone notices."""

_DESCRIPTORS_A_BROWSER: Final = 3
"""Its own, the one to the hub, and in one process the hub's end of that."""

_FULL_TEXT: Final = b"there is no room left; try again soon\n"
_FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nConnection: close\r\n"
    b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s" % (len(_FULL_TEXT), _FULL_TEXT)
)


class Porter:
    """Make the protocol for each connection; turn away those beyond the limit.

    Without a limit the process runs out of descriptors, and asyncio's accept
    loop then fills the log.
    """

    def __init__(
        self, inside: Callable[[], asyncio.Protocol], limit: int, turned_away: Callable[[], None]
    ) -> None:
        self._inside = inside
        self._limit = limit
        self._turned_away = turned_away
        self.open = 0

    def __call__(self) -> asyncio.Protocol:
        if self.open >= self._limit:
            self._turned_away()
            return _Full()
        return Guard(self, self._inside())


class Guard(asyncio.Protocol):
    """Hand everything on to `inside`, and know when the last byte came.

    What is inside sees whole requests and frames; a peer that drips bytes and
    never completes one is only seen here.
    """

    def __init__(self, porter: Porter, inside: asyncio.Protocol) -> None:
        self._porter = porter
        self._inside = inside
        self._time = asyncio.get_running_loop().time
        self.last_byte_s = self._time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._porter.open += 1
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            with suppress(OSError):
                transport.get_extra_info("socket").setsockopt(
                    socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES
                )
        self._inside.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self.last_byte_s = self._time()
        self._inside.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inside.eof_received()

    def pause_writing(self) -> None:
        self._inside.pause_writing()

    def resume_writing(self) -> None:
        self._inside.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._porter.open -= 1
        self._inside.connection_lost(exc)


class _Full(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        cast("asyncio.Transport", transport).write(_FULL)
        transport.close()


def last_byte_s(transport: asyncio.BaseTransport) -> float:
    """Return when the peer's last byte came, on the loop's clock; 0 if unknown."""
    guard = transport.get_protocol()
    return guard.last_byte_s if isinstance(guard, Guard) else 0.0


def connections_limit() -> int:
    """Return how many browsers this process has descriptors for."""
    try:
        import resource
    except ImportError:  # Windows has handles, and no such limit.
        return 10_000
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return 1_000_000
    return max((soft - SPARE_DESCRIPTORS) // _DESCRIPTORS_A_BROWSER, 1)
