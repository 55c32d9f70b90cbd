"""One TCP connection: bytes in to its face, one write a turn out of its outlet.

A connection starts at the doorstep, where its first bytes tell who is calling,
and then wears a face: text mode or JSON lines. What a face does with lines is
not known here; what the socket does is known only here.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol, cast

from core.limits import (
    PERSONAL_LIMIT_BYTES,
    REFUSAL_LINGER_S,
    SAYS_IN_FLIGHT,
    SAYS_IN_FLIGHT_BYTES,
)
from core.log import Encoding, encode_event
from core.messages import Bye
from core.outlet import Outlet

if TYPE_CHECKING:
    from core.server import HubServer

_log = logging.getLogger("hubbub.hub")

QUESTIONS_LIMIT = 8
"""Questions to the store that one connection may have waiting."""


class Mode(Protocol):
    """What a connection does with its input for now."""

    def received(self, data: bytes) -> None: ...

    def ended(self) -> None:
        """No more input will come; what was received is to be carried out."""

    def lost(self) -> None:
        """The connection is gone. `ended` was called before."""


class Connection(asyncio.Protocol):
    """One client's socket."""

    def __init__(self, server: "HubServer") -> None:
        self.server = server
        self.hub = server.hub
        self.peer = "?"
        self.transport: asyncio.Transport
        self.outlet: Outlet
        self.mode: Mode
        self.closing = False
        self.input_ended = False
        self.gone = False
        self._held: set[str] = set()
        self._in_flight = 0
        self._in_flight_bytes = 0
        self._questions = 0

    # --- asyncio's side ----------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.address = (str(peer[0]), int(peer[1])) if peer else ("?", 0)
        self.peer = f"{self.address[0]}:{self.address[1]}"
        # With no room for more, every write is tried at once, and whatever the
        # kernel does not take pauses this reader.
        self.transport.set_write_buffer_limits(high=0)
        self.outlet = Outlet(
            self.transport, Encoding.TEXT, self.hub.turn, self.hub.pages, self.hub.fetch
        )
        self.outlet.on_drained = self._drained
        self.server.opened(self)

    def data_received(self, data: bytes) -> None:
        if not self.closing:
            self.mode.received(data)

    def eof_received(self) -> bool:
        if not self.input_ended:
            self.input_ended = True
            if not self.closing:
                self.mode.ended()
                self.outlet.corked = False
                self.outlet.wake()
        # True keeps the writing half open: what is yet to be told is told.
        return True

    def connection_lost(self, problem: Exception | None) -> None:
        self.gone = True
        self.eof_received()
        self.closing = True
        self.outlet.close()
        self.mode.lost()
        self.server.closed(self)

    def pause_writing(self) -> None:
        self.outlet.paused = True
        self.server.stalled[self] = (self.hub.clock.now_s(), -1)

    def resume_writing(self) -> None:
        self.outlet.paused = False
        self.server.stalled.pop(self, None)
        self.outlet.wake()

    # --- the face's side ---------------------------------------------------------

    def hold(self, reason: str) -> None:
        """Read no more from the socket until every reason is gone."""
        if not self._held and not self.gone:
            self.transport.pause_reading()
        self._held.add(reason)

    def release(self, reason: str) -> None:
        """Take a reason back."""
        if reason in self._held:
            self._held.discard(reason)
            if not self._held and not self.gone and not self.transport.is_closing():
                self.transport.resume_reading()

    def submitted(self, size: int) -> None:
        """Count a message that waits for its commit; a flooder waits with it."""
        self._in_flight += 1
        self._in_flight_bytes += size
        if self._in_flight > SAYS_IN_FLIGHT or self._in_flight_bytes > SAYS_IN_FLIGHT_BYTES:
            self.hold("commit")

    def settled(self, size: int) -> None:
        """Count it off again."""
        self._in_flight -= 1
        self._in_flight_bytes -= size
        if self._in_flight == 0 and self.input_ended:
            self.outlet.wake()
        if "commit" in self._held and self._in_flight_bytes < SAYS_IN_FLIGHT_BYTES // 2:
            self.release("commit")

    def asked(self, more: int) -> None:
        """Count questions to the store."""
        self._questions += more
        if self._questions >= QUESTIONS_LIMIT:
            self.hold("questions")
        else:
            self.release("questions")
        if self._questions == 0 and self.input_ended:
            self.outlet.wake()

    def pushed(self) -> None:
        """Stop reading requests of a client that does not read the answers."""
        if self.outlet.personal_bytes > PERSONAL_LIMIT_BYTES:
            self.hold("answers")

    def push(self, data: bytes) -> None:
        """Send bytes to this connection alone."""
        self.outlet.push(data)
        self.pushed()

    def close(self) -> None:
        """Close once everything that was written has gone out."""
        if not self.closing:
            self.closing = True
            self.outlet.corked = False
            self.outlet.flush()
            self.outlet.close()
            self.transport.close()

    def refuse(self, answer: bytes, event: str) -> None:
        """Answer a caller who is not a client, and close; one log line."""
        _log.info("event=%s peer=%s", event, self.peer)
        self.closing = True
        self.outlet.close()
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
        self.outlet.push(encode_event(bye, self.outlet.encoding))
        self.outlet.corked = False
        self.outlet.flush()
        self.outlet.close()
        if self.outlet.paused:
            self.transport.abort()
        else:
            self.transport.close()

    def _drained(self) -> None:
        self.release("answers")
        # After the end of input a client stays until it has everything.
        if self.input_ended and not self.closing and not self._in_flight and not self._questions:
            self.close()
