"""One TCP connection: bytes in to its face, one write a turn out of its outlet.

A connection starts at the doorstep, where its first bytes tell who is calling,
and then wears a face: text mode or JSON lines. What a face does with lines is
not known here; what the socket does is known only here.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, cast

from core.delivery.outbound import Outbound
from core.limits import LOAD_LIMIT_BYTES, REFUSAL_LINGER_S
from core.log.tail import Encoding, encode_event
from core.server.inbound import Inbound, Lines, Mode
from core.wire.framing import TooLong
from core.wire.messages import Bye

if TYPE_CHECKING:
    from core.server.server import HubServer

_log = logging.getLogger("hubbub.hub")


class _Gone:
    """The mode of a connection that is no more."""

    pending = False
    unfinished_bytes = 0

    def costs(self, data: bytes) -> int:
        return 1

    def cut(self, data: bytes) -> list[bytes | TooLong]:
        return []

    def cut_last(self) -> list[bytes | TooLong]:
        return []

    def carry_out(self, lines: Lines, share: int) -> int:
        lines.clear()
        return 0

    def ended(self) -> None:
        pass

    def lost(self) -> None:
        pass


_GONE = _Gone()


class Connection(asyncio.BufferedProtocol):
    """One client's socket."""

    def __init__(self, server: "HubServer") -> None:
        self.server = server
        self.hub = server.hub
        self.peer = "?"
        self.proxied = False
        """It came by a proxy, which has told in a header for whom."""
        self.transport: asyncio.Transport
        self.outbound: Outbound
        self.mode: Mode
        self.closing = False
        self.gone = False
        self._lost = False
        self.inbound = Inbound(self, self.hub.inbound_scheduler)

    # --- asyncio's side ----------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.address = (str(peer[0]), int(peer[1])) if peer else ("?", 0)
        self.peer = f"{self.address[0]}:{self.address[1]}"
        # With no room for more, every write is tried at once, and whatever the
        # kernel does not take pauses this reader.
        self.transport.set_write_buffer_limits(high=0)
        self.outbound = Outbound(
            self.transport, Encoding.TEXT, self.hub.turn, self.hub.pages, self.hub.fetch
        )
        self.outbound.on_flushed = self._flushed
        self.server.opened(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.hub.inbound_scheduler.view

    def buffer_updated(self, nbytes: int) -> None:
        if not self.closing:
            self.inbound.receive(bytes(self.hub.inbound_scheduler.view[:nbytes]))

    def eof_received(self) -> bool:
        self.inbound.end()
        # True keeps the writing half open: what is yet to be told is told.
        return True

    def connection_lost(self, problem: Exception | None) -> None:
        self.gone = True
        self.outbound.close()
        self.server.stalled.pop(self, None)
        # What was received counts, though nobody waits for an answer any more.
        for reason in ("room", "question", "pace"):
            self.inbound.release(reason)
        self.inbound.end()
        if self.closing:
            self._lose()

    def _lose(self) -> None:
        if not self._lost:
            self._lost = self.closing = True
            self.mode.lost()
            self.server.closed(self)
            # What points back at it would keep it until Python looks for
            # garbage in circles, which with many connections it does seldom.
            self.mode = _GONE
            self.outbound.on_flushed = None
            self.inbound.part()

    def pause_writing(self) -> None:
        self.outbound.pause()
        self.server.stalled[self] = (self.hub.clock.now_s(), -1)

    def resume_writing(self) -> None:
        self.server.stalled.pop(self, None)
        self.outbound.resume()

    # --- the intake's side -------------------------------------------------------

    def read_on(self, reading: bool) -> None:
        if not self.gone and not self.transport.is_closing():
            if reading:
                self.transport.resume_reading()
            else:
                self.transport.pause_reading()

    def carried_out(self) -> None:
        if self.gone:
            self._lose()
        else:
            self.outbound.corked = False
            self.outbound.awaited = True
            self.outbound.wake()

    @property
    def local_address(self) -> tuple[str, int] | None:
        """The address of this machine that the client reached; None behind a proxy."""
        name = None if self.proxied else self.transport.get_extra_info("sockname")
        return (str(name[0]), int(name[1])) if name else None

    # --- the face's side ---------------------------------------------------------

    @property
    def cannot_reply(self) -> bool:
        """Nobody will read an answer: only what is said and done still counts."""
        return self.gone or self.inbound.hurried

    def submitted(self, costs_bytes: int) -> None:
        """Count a message that waits for its commit; a flooder waits with it."""
        self.inbound.said(costs_bytes)
        # A large one takes all the memory that one client may.
        if self.inbound.in_flight_bytes > LOAD_LIMIT_BYTES:
            self.outbound.rest()

    def settled(self, messages: int, costs_bytes: int) -> None:
        """Count messages off again."""
        self.inbound.settled(messages, costs_bytes)
        if self.outbound.resting or self.inbound.done:
            self.outbound.resting = False
            self.outbound.wake()

    def asked(self, more: int) -> None:
        """Note a question to the store, or its answer."""
        self.inbound.asked(more)
        if self.inbound.done:
            self.outbound.wake()

    def switch_mode(self, mode: Mode, unread: bytes = b"") -> None:
        """Do something else with the input, beginning with bytes that were taken already."""
        self.mode = mode
        self.inbound.unread(unread)

    def push(self, data: bytes) -> None:
        """Send bytes to this connection alone."""
        self.outbound.push(data)

    def close(self) -> None:
        """Close once everything that was written has gone out."""
        if not self.closing:
            self.closing = True
            self.outbound.corked = self.outbound.resting = False
            self.outbound.flush()
            self.outbound.close()
            self.transport.close()
            if self.gone:
                self._lose()

    def refuse(self, answer: bytes, event: str) -> None:
        """Answer a caller who is not a client, and close; one log line."""
        _log.info("event=%s peer=%s", event, self.peer)
        self.closing = True
        self.outbound.close()
        self.inbound.discard()
        if answer:
            self.transport.write(answer)
            if self.transport.can_write_eof():
                self.transport.write_eof()
        self.hub.clock.call_later(REFUSAL_LINGER_S if answer else 0, self.transport.abort)

    def dismiss(self, bye: Bye) -> None:
        """Say good-bye and close; what the client has not read is cut off."""
        if self.closing:
            return
        self.closing = True
        self.outbound.push(encode_event(bye, self.outbound.encoding))
        self.outbound.corked = self.outbound.resting = False
        self.outbound.flush()
        self.outbound.close()
        if self.outbound.paused:
            self.transport.abort()
        else:
            self.transport.close()
        if self.gone:
            self._lose()

    def _flushed(self, drained: bool) -> None:
        inbound = self.inbound
        inbound.eased()
        self.outbound.awaited = inbound.done or bool(inbound.held)
        # After the end of input a client stays until it has everything.
        if drained and inbound.done and not (inbound.hurried or self.closing or inbound.awaits):
            self.close()
