"""The protocol between the port and aiohttp: it counts descriptors and meters bytes.

aiohttp parses whatever it is given at once, so a browser is read a little at a
time, and not at all while it has used its share. Either of two may have paused
the reading, this or aiohttp, and never both: this one pauses only what is being
read, and aiohttp pauses only when it is given something. Knows no HTTP.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Final, cast

from bridge.limits import READ_BYTES, READ_UNITS
from bridge.share import Share, Turns
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


class Intake:
    """What all browsers of a gateway share: one buffer, and the order in which they go on."""

    def __init__(self) -> None:
        self.turns = Turns(asyncio.get_running_loop())
        # Received bytes are copied out before the next connection's arrive.
        # Asyncio's own way allocates 256 KiB for each read.
        self.view = memoryview(bytearray(READ_BYTES))


class MeteredProtocol(asyncio.BufferedProtocol):
    """Hand everything on to `inside`, a share at a time, and know when the last byte came.

    `inside` sees whole requests and frames; a peer that drips bytes and never
    completes one (slowloris) is only noticed here.
    """

    def __init__(self, inside: asyncio.Protocol, lease: Lease, intake: Intake) -> None:
        self._inside = inside
        self._ticket = lease
        self._holders = 1
        self._time = asyncio.get_running_loop().time
        self._view = intake.view
        self._transport: asyncio.Transport
        self._waits = False
        self.share = Share(intake.turns)
        self.last_byte_s = self._time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast("asyncio.Transport", transport)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            with suppress(OSError):
                transport.get_extra_info("socket").setsockopt(
                    socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES
                )
        self._inside.connection_made(transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        self.last_byte_s = self._time()
        self.share.spend(READ_UNITS)
        self._inside.data_received(bytes(self._view[:nbytes]))
        # There is more, and some loops would read on in this turn; or there are so
        # many little frames in it that they have to be carried out first.
        if nbytes > len(self._view) // 4 or self.share.used_up:
            self._rest()

    def _rest(self) -> None:
        """Read on at the browser's next turn, unless aiohttp has paused it for its own reasons."""
        transport = self._transport
        if not transport.is_closing() and transport.is_reading():
            transport.pause_reading()
            if not self._waits:
                self._waits = True
                self.share.read_later(self._read_on)

    def _read_on(self) -> None:
        self._waits = False
        if not self._transport.is_closing():
            self._transport.resume_reading()

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


def share_of(transport: asyncio.BaseTransport) -> Share:
    """Return the share of the browser behind a transport."""
    metered = transport.get_protocol()
    if isinstance(metered, MeteredProtocol):
        return metered.share
    return Share(Turns(asyncio.get_running_loop()))  # another server's port


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
