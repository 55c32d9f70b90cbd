"""One TCP connection: bytes in to its mode, one write a turn out of its outbound half.

A connection starts with the protocol detector, which sees in its first bytes who
is calling, and goes on in text mode or with JSON lines. What a mode does with
lines is not known here; what the socket does is known only here.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from core.delivery.outbound import Outbound
from core.errors import Refused
from core.hub.hub import Hub
from core.limits import REFUSAL_LINGER_S
from core.log.encoding import Encoding, encode_event
from core.net.budget import Lease
from core.server.context import Context, log
from core.server.flow import FlowControl
from core.server.inbound import Inbound
from core.server.mode import GoneMode, Mode
from core.server.scheduler import InboundScheduler
from core.wire.messages import Bye

UNKNOWN_ADDRESS = ("?", 0)
"""Of a caller who had reset the connection when the hub asked who it is."""

_GONE = GoneMode()


class Connection(asyncio.BufferedProtocol):
    """One client's socket."""

    def __init__(
        self, hub: Hub, scheduler: InboundScheduler, context: Context,
        opened: Callable[["Connection"], None], closed: Callable[["Connection"], None],
    ) -> None:  # fmt: skip
        """`opened` gives it its first mode; `closed` is called once it is gone."""
        self.hub = hub
        self.context = context
        self._scheduler = scheduler
        self._opened = opened
        self._closed = closed
        self.peer = "?"
        self.proxied = False
        """It came by a proxy, which has told in a header for whom."""
        self.relays_nobody = False
        """A gateway that has the hub's secret calls for itself, as its health check does."""
        self.transport: asyncio.Transport
        self.outbound: Outbound
        self.inbound: Inbound
        self.flow: FlowControl
        self.mode: Mode
        self.lease: Lease | None = None
        """Its share of the process's descriptors."""
        self.tls = False
        self.closing = False
        self.gone = False
        self.stalled: tuple[float, int] | None = None
        """While it is paused: since when it took no byte, and what was left then."""
        self._lost = False

    # --- asyncio's side ----------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.address = (str(peer[0]), int(peer[1])) if peer else UNKNOWN_ADDRESS
        self.peer = f"{self.address[0]}:{self.address[1]}"
        self.tls = transport.get_extra_info("sslcontext") is not None
        self.outbound = Outbound(self.transport, Encoding.TEXT, self.hub.flushes, self.hub.pages)
        self.outbound.on_flushed = self._flushed
        self.inbound = Inbound(self, self._scheduler)
        self.flow = self.inbound.flow
        if self.context.debug:
            self.flow.trace = self.debug
        # With no room for more, every write is tried at once, and whatever the
        # kernel does not take pauses this reader. A TLS transport pauses from its
        # limit on, others only beyond it.
        self.transport.set_write_buffer_limits(high=1 if self.tls else 0)
        self.debug("accepted")
        self._opened(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._scheduler.view

    def buffer_updated(self, nbytes: int) -> None:
        if not self.closing:
            self.inbound.receive(bytes(self._scheduler.view[:nbytes]))

    def eof_received(self) -> bool:
        self.inbound.end()
        # True keeps the writing half open: what is yet to be told is told. TLS
        # has no such half (RFC 8446, 6.1): its transport closes in any case,
        # and what was received counts all the same.
        return not (self.tls or self.closing)

    def connection_lost(self, problem: Exception | None) -> None:
        self.gone = True
        self.debug("lost reason=%s", "end" if problem is None else type(problem).__name__)
        self.outbound.close()
        self.stalled = None
        self.flow.let_go()
        self.inbound.end()
        if self.closing:
            self._lose()

    def _lose(self) -> None:
        if not self._lost:
            self._lost = self.closing = True
            self.mode.lost()
            self._closed(self)
            # What points back at it would keep it until Python looks for
            # garbage in circles, which with many connections it does seldom.
            self.mode = _GONE
            self.outbound.on_flushed = None
            self.inbound.part()

    def pause_writing(self) -> None:
        self.outbound.pause()
        self.stalled = (self.hub.clock.now_s(), -1)
        if self.context.debug:
            self.debug("writing_paused")

    def resume_writing(self) -> None:
        self.stalled = None
        self.outbound.resume()
        if self.context.debug:
            self.debug("writing_resumed")

    # --- the input's side --------------------------------------------------------

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

    def failed(self) -> None:
        log.exception("event=connection_failed peer=%s", self.peer)
        self.inbound.discard()
        self.outbound.close()
        self.closing = True
        self.transport.abort()
        if self.gone:
            self._lose()

    # --- the mode's side ---------------------------------------------------------

    @property
    def local_address(self) -> tuple[str, int] | None:
        """The address of this machine that the client reached; None behind a proxy."""
        name = None if self.proxied else self.transport.get_extra_info("sockname")
        return (str(name[0]), int(name[1])) if name else None

    @property
    def cannot_reply(self) -> bool:
        """Nobody will read an answer: only what is said and done still counts."""
        return self.gone or self.flow.hurried

    def ask_passphrase(self, attempt: str | None, done: Callable[[Refused | None], None]) -> None:
        """Call `done` with None if the client may come in, at once or later; else with why not.

        A gateway's own call, for nobody, asks whether the hub works, and enters no room.
        """
        if self.relays_nobody:
            done(None)
            return

        def asked(problem: Refused | None) -> None:
            if problem is not None and attempt is not None:
                self.context.refusals.note("passphrase_refused", self.peer)
            done(problem)

        self.context.gate.ask(attempt, self.address[0], self.hub.clock, asked)

    def debug(self, event: str, *facts: object) -> None:
        """Write a line to the log if it is wanted in detail; no text of a message."""
        if self.context.debug:
            log.debug("event=" + event + " peer=%s", *facts, self.peer)

    def switch_mode(self, mode: Mode, unread: bytes = b"") -> None:
        """Do something else with the input, beginning with bytes that were taken already."""
        self.debug("mode mode=%s", type(mode).__name__)
        self.mode = mode
        self.inbound.unread(unread)

    def close(self, reason: str) -> None:
        """Close once everything that was written has gone out."""
        if not self.closing:
            self._close_outbound(reason)
            self.transport.close()
            if self.gone:
                self._lose()

    def turn_away(self, answer: bytes, event: str, *, empty: bool = False) -> None:
        """Answer a caller who is not a client, and close; a log line, with bounds.

        `empty` if there was no word behind a proxy's header.
        """
        self.context.refusals.note(event, self.peer, empty=empty)
        self.closing = True
        self.outbound.close()
        self.inbound.discard()
        if answer:
            self.transport.write(answer)
            self._half_close()
        self.hub.clock.call_later(REFUSAL_LINGER_S if answer else 0, self.transport.abort)

    def dismiss(self, bye: Bye) -> None:
        """Say good-bye and close; what the client has not read is cut off."""
        self._end_with(bye, self.transport.close)

    def say_farewell(self, bye: Bye) -> None:
        """Say good-bye as `dismiss` does, to a client that may be sending just now.

        Closing with unread input resets the connection, and a client that is
        writing then reads neither the `bye` nor its last acknowledgements. So only
        the writing half is closed, and what still comes is dropped for a moment.
        """
        can_linger = self.transport.can_write_eof() and not self.gone
        self._end_with(bye, self._linger if can_linger else self.transport.close)

    def _end_with(self, bye: Bye, close: Callable[[], None]) -> None:
        if self.closing:
            return
        self.outbound.push(encode_event(bye, self.outbound.encoding))
        self._close_outbound(bye.reason)
        if self.outbound.paused:
            self.transport.abort()
        else:
            close()
        if self.gone:
            self._lose()

    def _linger(self) -> None:
        self._half_close()
        self.inbound.discard()
        self.hub.clock.call_later(REFUSAL_LINGER_S, self.transport.abort)

    def _half_close(self) -> None:
        # TLS has no half-close: there `write_eof` raises. It raises OSError too if
        # the peer has reset the connection and the loop has not seen that yet.
        if self.transport.can_write_eof():
            with suppress(OSError):
                self.transport.write_eof()

    def _close_outbound(self, reason: str) -> None:
        self.debug("closing reason=%s", reason)
        self.closing = True
        self.outbound.corked = self.outbound.resting = False
        self.outbound.flush()
        self.outbound.close()

    def _flushed(self, drained: bool) -> None:
        flow = self.flow
        flow.eased()
        self.outbound.awaited = flow.finished or bool(flow.holds)
        # After the end of input a client stays until it has everything.
        if drained and flow.finished and not (flow.hurried or self.closing or flow.awaits):
            self.close("end_of_input")
