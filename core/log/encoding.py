"""How messages and events look to a reader: JSON lines, text, text for telnet. Pure.

Knows the wire and how text is rendered; knows no room and no reader.
"""

from collections.abc import Callable
from enum import Enum

from core.text.render import event_text, message_text
from core.wire.messages import Event, Message, encode


class Encoding(Enum):
    """How a reader wants its lines; TELNET is TEXT with CR LF (RFC 854)."""

    JSON = "json"
    TEXT = "text"
    TELNET = "telnet"

    # Enum's own hash runs Python code on every dictionary look-up.
    __hash__ = object.__hash__


def crlf(text: bytes) -> bytes:
    """Return lines that end with LF as lines that end with CR LF."""
    return text.replace(b"\n", b"\r\n")


ENCODERS: dict[Encoding, Callable[[Message], bytes]] = {
    Encoding.JSON: encode,
    Encoding.TEXT: message_text,
    Encoding.TELNET: lambda message: crlf(message_text(message)),
}


def encode_event(event: Event, encoding: Encoding, own_nick: str = "") -> bytes:
    """Return an event as one encoding shows it; empty if it is not shown."""
    if encoding is Encoding.JSON:
        return encode(event)
    text = event_text(event, own_nick)
    return crlf(text) if encoding is Encoding.TELNET else text
