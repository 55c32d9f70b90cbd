"""The receiving half of a connection: what it has sent and what is not carried out yet.

Bytes wait here as they came, are cut into lines a piece at a time, and go to
the connection's mode a quantum at a time. Knows turns of the loop and bounds; it
does not know what a line means.

Invariants:

- Held are the bytes of one read at most, and the lines of one piece: reading from
  the socket is paused while anything waits. Lines that are cut cost an object
  each; bytes do not.
- Lines are carried out in the order in which they came, each once.
- One connection does one quantum in a turn of the loop; what is left over waits
  behind everybody else's (`InboundScheduler`).
- Everything that was received is carried out, also after the connection is lost.
- Everything runs on the event loop.
"""

from collections import deque
from typing import Final, Protocol, cast

from core.delivery.outbound import Outbound
from core.limits import (
    LARGE_PIECE_BYTES,
    LOAD_LIMIT_BYTES,
    PIECE_BYTES,
    PIECE_LINES,
    QUANTUM,
)
from core.server.flow import FlowControl
from core.server.mode import Lines, Mode
from core.server.scheduler import InboundScheduler
from core.wire.telnet import IAC


class Connected(Protocol):
    """The part of a connection that its input needs."""

    mode: Mode
    outbound: Outbound
    closing: bool

    def read_on(self, reading: bool) -> None:
        """Read from the socket, or do not."""

    def carried_out(self) -> None:
        """Learn that the input has ended and all of it is carried out."""

    def failed(self) -> None:
        """Give the connection up: an exception is being handled that nobody expected."""


class _Nobody:
    """What stands for a connection that is gone."""

    closing = True

    def failed(self) -> None:
        """Nothing is left to give up."""


_NOBODY: Final = cast("Connected", _Nobody())


class Inbound:
    """One connection's input. Holds no more than what was received at once."""

    __slots__ = (
        "_at", "_connection", "_cut_last", "_data", "_ended", "_lines", "_reading", "_scheduler",
        "flow", "queued",
    )  # fmt: skip

    def __init__(self, connection: Connected, scheduler: InboundScheduler) -> None:
        self._connection = connection
        self._scheduler = scheduler
        self.flow = FlowControl(connection.outbound, scheduler, self._go_on)
        self._data = b""
        self._at = 0  # everything before it has been cut
        self._lines: Lines | None = None  # an empty deque takes as much as all of this
        self._ended = self._cut_last = False
        self._reading = True
        self.queued = False

    @property
    def waits(self) -> bool:
        """Tell whether something that was received is not carried out yet."""
        return bool(
            self._lines
            or self._at < len(self._data)
            or self._connection.mode.pending
            or self.flow.holds
        )

    # --- bytes in ----------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """Take bytes, and carry out a quantum of what waits."""
        self._data = self._data[self._at :] + data
        self._at = 0
        if self.queued:
            return
        if len(data) > PIECE_BYTES and self._scheduler.crowded:
            # Whoever sends little comes before those who send much.
            self._read(False)
            self._scheduler.queue(self)
        else:
            self.work()

    def unread(self, data: bytes) -> None:
        """Take bytes back from a mode that gives way to another."""
        self._data = data + self._data[self._at :]
        self._at = 0
        self._cut_last = False

    def end(self) -> None:
        """Note that no more will come."""
        self._ended = True
        if not self.queued:
            self.work()

    def hurry(self) -> None:
        """Carry out at once all that was received, but answer no question."""
        self.flow.hurry()
        self._ended = True
        self._read(False)
        self.work()

    def discard(self) -> None:
        """Carry out nothing of what waits, and drop what comes."""
        self._data = b""
        self._at = 0
        if self._lines:
            self._lines.clear()  # some of them may be being carried out
        self.flow.holds.clear()
        self._read(True)

    def part(self) -> None:
        """Know the connection no more: it is gone, and all is carried out."""
        self._connection = _NOBODY
        self.flow.part()

    # --- carrying out ------------------------------------------------------------

    def work(self) -> None:
        """Carry out one quantum; what is left over has its turn later.

        A fault in it ends this connection, and nothing else: other connections'
        turns, and the end of the hub, come through here as well.
        """
        try:
            self._plan(self._carry_out())
        except Exception:
            self._connection.failed()

    def _carry_out(self) -> int:
        """Carry out one quantum; return what is left of it."""
        connection, flow = self._connection, self.flow
        lines = self._lines
        if lines is None:
            lines = self._lines = deque()
        flow.earn_quanta()
        share = QUANTUM
        while (share > 0 or flow.hurried) and not (
            flow.holds or connection.closing or flow.finished
        ):
            mode = connection.mode
            if lines or mode.pending:
                consumed, share = mode.carry_out(lines, QUANTUM if flow.hurried else share)
                for _ in range(min(consumed, len(lines))):  # all may have been discarded
                    lines.popleft()
            elif self._at < len(self._data):
                piece = self._piece()
                self._at += len(piece)
                share -= mode.costs(piece)
                lines.extend(mode.cut(piece))
            elif not self._ended:
                break
            elif not self._cut_last:
                self._cut_last = True
                lines.extend(mode.cut_last())
            else:
                mode.ended()
                flow.finished = connection.mode is mode
        flow.spend(share)
        if not lines:
            self._lines = None
        return share

    def _plan(self, share: int) -> None:
        """See when to go on, and whether to read on until then."""
        if self._at == len(self._data):
            self._data = b""
            self._at = 0
        connection, flow = self._connection, self.flow
        if connection.closing:
            return
        if flow.finished:
            connection.carried_out()
            return
        unfinished = connection.mode.unfinished_bytes
        if not flow.holds and unfinished and flow.load_bytes + unfinished > LOAD_LIMIT_BYTES:
            flow.fits(unfinished)
        if flow.holds:
            self._read(False)
        elif flow.overspent:
            self._read(False)
            flow.rest()
        elif share <= 0 or self.waits:
            self._read(False)
            self._scheduler.queue(self)
        else:
            self._read(True)

    def _piece(self) -> bytes:
        """Return what to cut next: so little that its lines are not too many.

        Telnet's commands, too, make something of few bytes.
        """
        data, begin = self._data, self._at
        end = begin + LARGE_PIECE_BYTES
        if data.count(b"\n", begin, end) > PIECE_LINES or data.find(IAC, begin, end) >= 0:
            end = begin + PIECE_BYTES
        return data[begin:end]

    def _read(self, reading: bool) -> None:
        if reading is not self._reading:
            self._reading = reading
            self._connection.read_on(reading)

    def _go_on(self) -> None:
        self._scheduler.queue(self)
