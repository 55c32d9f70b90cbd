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

    def event(self, event: Event, own_nick: str) -> int:
        """Show an event to the person called `own_nick`; return how many bytes it takes."""
        shown = encode_event(event, self._outbound.encoding, own_nick)
        self._outbound.push(shown)
        return len(shown)

    def lines(self, text: bytes) -> int:
        """Show lines that end with LF, likewise."""
        telnet = self._outbound.encoding is Encoding.TELNET
        self._outbound.push(crlf(text) if telnet else text)
        return len(text)

    def complain(self, text: str) -> None:
        """Say what went wrong, and what to do about it."""
        self.event(Error(code="internal", text=shortened(text, COMPLAINT_LIMIT_BYTES)), "")

    def not_sent(self, reason: str) -> None:
        """Say why a line was not sent."""
        self.complain(f"not sent: {reason}")
