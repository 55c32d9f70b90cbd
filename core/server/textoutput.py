"""Text mode's answers: lines for one person, as its client wants them ended.

Knows the outbound half of a connection; does not know what was asked.
"""

from core.delivery.outbound import Outbound
from core.log.encoding import Encoding, crlf, encode_event
from core.text.sanitize import shortened
from core.wire.messages import Error, Event

COMPLAINT_LIMIT_BYTES = 1024


class TextOutput:
    """What is said to one client in text mode."""

    __slots__ = ("_outbound",)

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    def event(self, event: Event, own_nick: str) -> None:
        """Show an event to the person called `own_nick`."""
        self._outbound.push(encode_event(event, self._outbound.encoding, own_nick))

    def lines(self, text: bytes) -> None:
        """Show lines that end with LF."""
        telnet = self._outbound.encoding is Encoding.TELNET
        self._outbound.push(crlf(text) if telnet else text)

    def complain(self, text: str) -> None:
        """Say what went wrong, and what to do about it."""
        self.event(Error(code="internal", text=shortened(text, COMPLAINT_LIMIT_BYTES)), "")

    def not_sent(self, reason: str) -> None:
        """Say why a line was not sent."""
        self.complain(f"not sent: {reason}")
