"""The protocol between the port and aiohttp: it counts descriptors and times bytes.

Knows no HTTP.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Final

from core.limits import peer_gone_s
from core.net.budget import Cost, Lease
from core.net.sockets import silent_s

UNSENT_BYTES: Final = 128 * 1024
"""What the kernel may hold for a browser that has not even been sent yet.
Without it a slow reader has megabytes there before anyone notices."""

BROWSER: Final = Cost(open=2)
"""What a browser costs: its own connection and the one to the hub."""

BROWSER_BESIDE_HUB: Final = Cost(open=2, prepaid=1)
"""In one process with the hub, that has an end of the latter as well."""


class MeteredProtocol(asyncio.Protocol):
    """Hand everything on to `inside`, and know when the last byte came.

    `inside` sees whole requests and frames; a peer that drips bytes and never
    completes one (slowloris) is only noticed here.
    """

    def __init__(self, inside: asyncio.Protocol, lease: Lease) -> None:
        self._inside = inside
        self._ticket = lease
        self._holders = 1
        self._time = asyncio.get_running_loop().time
        self.last_byte_s = self._time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
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
        try:
            self._inside.connection_lost(exc)
        finally:
            self._let_go()

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Keep the browser's descriptors while its call to the hub lasts.

        That may be longer than the browser stays.
        """
        self._holders += 1
        try:
            yield
        finally:
            self._let_go()

    def _let_go(self) -> None:
        self._holders -= 1
        if self._holders == 0:
            self._ticket.give_back()


def last_byte_s(transport: asyncio.BaseTransport) -> float:
    """Return when the peer's last byte came, on the loop's clock; 0 if unknown."""
    metered = transport.get_protocol()
    return metered.last_byte_s if isinstance(metered, MeteredProtocol) else 0.0


def vanished(transport: asyncio.BaseTransport) -> bool:
    """Tell whether the peer has acknowledged nothing for too long."""
    return silent_s(transport.get_extra_info("socket")) >= peer_gone_s()


def calling(transport: asyncio.BaseTransport) -> AbstractContextManager[None]:
    """Return a context in which a browser has a connection to the hub."""
    metered = transport.get_protocol()
    return metered.calling() if isinstance(metered, MeteredProtocol) else nullcontext()
