"""What a connection does with its input: the contract of a mode, and what modes share.

A connection is in one mode at a time: the protocol detector, text mode or JSON
lines. Knows lines and the hub's handlers; does not know what a line means.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from core.delivery.outbound import Outbound
from core.errors import Refused
from core.limits import (
    ASCII_COSTS,
    PLAIN_BYTES_A_UNIT,
    SAY_COSTS_BYTES,
    TEXT_BYTES_A_UNIT,
    TEXT_COSTS,
)
from core.server.flow import FlowControl
from core.wire.framing import TooLong
from core.wire.messages import Bye

Lines = deque[bytes | TooLong]


class Mode(Protocol):
    """What a connection does with its input for now."""

    @property
    def is_inside(self) -> bool:
        """The client is past the gate, and may see rooms."""

    @property
    def pending(self) -> bool:
        """Something is to be carried out before the next line."""

    @property
    def unfinished_bytes(self) -> int:
        """What it holds of input that is no whole line, or no whole message, yet."""

    def costs(self, data: bytes) -> int:
        """Return what cutting `data` takes of a quantum."""

    def cut(self, data: bytes) -> list[bytes | TooLong]:
        """Return the lines that `data` completes."""

    def cut_last(self) -> list[bytes | TooLong]:
        """Return the line that the end of the input completes, if there is one."""

    def carry_out(self, lines: Lines, share: int) -> tuple[int, int]:
        """Carry out lines from the left; return how many, and what is left of `share`.

        Stops when the share is used up, when the connection is on hold or closing,
        and when it has another mode. The lines themselves are left where they are.
        """

    def ended(self) -> None:
        """Every line has been carried out, and no more input will come."""

    def lost(self) -> None:
        """The connection is gone. `ended` was called before."""

    def day_turned(self, to: str) -> None:
        """Tell whoever reads times without a day that it is another one now."""


class Client(Protocol):
    """A connection as its modes see it."""

    mode: Mode
    outbound: Outbound
    flow: FlowControl
    closing: bool

    @property
    def local_address(self) -> tuple[str, int] | None:
        """The address of this machine that the client reached; None behind a proxy."""

    @property
    def cannot_reply(self) -> bool:
        """Nobody will read an answer: only what is said and done still counts."""

    def ask_passphrase(self, attempt: str | None, done: Callable[[Refused | None], None]) -> None:
        """Call `done` with None if the client may come in, at once or later; else with why not."""

    def dismiss(self, bye: Bye) -> None:
        """Say good-bye and close; what the client has not read is cut off."""

    def debug(self, event: str, *facts: object) -> None:
        """Write a line to the log if it is wanted in detail; no text of a message."""


class BaseMode:
    """What all modes share: mostly, that nothing special is to be done."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.outbound = client.outbound
        self.flow = client.flow

    @property
    def local_address(self) -> tuple[str, int] | None:
        """Where the client reached the hub; None where only a proxy knows."""
        return self.client.local_address

    @property
    def is_inside(self) -> bool:
        return False

    @property
    def pending(self) -> bool:
        return False

    @property
    def unfinished_bytes(self) -> int:
        return 0

    def costs(self, data: bytes) -> int:
        return 1

    def cut_last(self) -> list[bytes | TooLong]:
        return []

    def ended(self) -> None:
        """Do nothing: every line has been carried out already."""

    def day_turned(self, to: str) -> None:
        """Do nothing: programs get times with their day."""

    def dismiss(self, bye: Bye) -> None:
        """Say good-bye and close the connection."""
        self.client.dismiss(bye)


class GoneMode:
    """The mode of a connection that is no more."""

    is_inside = False
    pending = False
    unfinished_bytes = 0

    def costs(self, data: bytes) -> int:
        return 1

    def cut(self, data: bytes) -> list[bytes | TooLong]:
        return []

    def cut_last(self) -> list[bytes | TooLong]:
        return []

    def carry_out(self, lines: Lines, share: int) -> tuple[int, int]:
        return len(lines), 0

    def ended(self) -> None:
        """Nothing is left to end."""

    def lost(self) -> None:
        """It was lost before."""

    def day_turned(self, to: str) -> None:
        """Nobody is there to be told."""


def line_cost_bytes(line: bytes | TooLong, held_bytes: int = 0) -> int:
    """Return what a line, with what was held back before it, may take at most."""
    if isinstance(line, TooLong):
        return 0
    # Few lines have a backslash, and a single byte is found much faster.
    if held_bytes or not line.isascii() or (b"\\" in line and b"\\u" in line):
        return SAY_COSTS_BYTES + TEXT_COSTS * (len(line) + held_bytes)
    return SAY_COSTS_BYTES + ASCII_COSTS * len(line)


def reading_cost(line: bytes, plain: bool) -> int:
    """Return what reading and cleaning a line takes of a quantum; `plain` as for `clean_text`."""
    return 1 + len(line) // (PLAIN_BYTES_A_UNIT if plain else TEXT_BYTES_A_UNIT)
