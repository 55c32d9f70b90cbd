"""The interface between a door and the relay: a line in, lines out, and a close.

Knows no protocol of any door.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol


class CloseReason(Enum):
    """Why a user's connection ends, in words for the user."""

    USER_LEFT = "goodbye"
    NO_HELLO = "the first line must be a JSON hello, within 10 seconds"
    NEWLINE = "a frame is one JSON line and must not hold a line break"
    NOT_TEXT = "a frame must be valid UTF-8"
    BINARY = "a frame must be text, not binary"
    PROTOCOL = "this is not how the door's protocol goes"
    SILENT = "no answer for too long"
    HUB_UNREACHABLE = "the hub cannot be reached just now; try again later"
    HUB_CLOSED = "the hub has ended this connection"
    HUB_LOST = "the connection to the hub was lost; come back"
    STOPPING = "the gateway is stopping; come back"
    FAILED = "the gateway failed; tell its operator"

    # Enum's own hash runs Python code on every dictionary look-up.
    __hash__ = object.__hash__


class LineDoor(Protocol):
    """One user, seen through one door."""

    @property
    def source(self) -> tuple[str, int]:
        """The user's real address and port."""

    @property
    def destination(self) -> tuple[str, int]:
        """The address and port of this door that the user came to."""

    async def read_line(self) -> bytes | CloseReason:
        """Return the user's next line without its end, or why there is none.

        Once it has returned a CloseReason it is not called again.
        """

    def send_nowait(self, lines: Sequence[bytes | bytearray | memoryview]) -> bool:
        """Send whole lines, given in parts, if the user takes them at once.

        Return False if not: then nothing was sent, and `write_lines` is the
        way. Never called while a `write_lines` is under way.
        """

    async def write_lines(self, lines: bytes) -> None:
        """Send whole lines, each ended by LF; return when more may come.

        Raise ConnectionError if the user has gone.
        """

    async def close(self, reason: CloseReason) -> None:
        """Close with this reason, within a bounded time; the first reason counts.

        A `read_line` that waits returns that reason. Calling it again is
        harmless.
        """
