"""What a connection has sent and what is not carried out yet.

Bytes wait here as they came, are cut into lines a piece at a time, and go to
the connection's mode a share at a time. Knows turns of the loop and bounds; it
does not know what a line means.
"""

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol, cast

from core.clock import Clock
from core.delivery.outbound import Outbound
from core.limits import (
    ASCII_COSTS,
    COALESCE_BYTES,
    COALESCE_TURNS,
    LARGE_PIECE_BYTES,
    LOAD_LIMIT_BYTES,
    MESSAGE_LINE_BYTES,
    PIECE_BYTES,
    PIECE_LINES,
    QUANTA_A_SECOND,
    QUANTA_A_TURN,
    QUANTA_AT_ONCE,
    QUANTUM,
    RATE_A_SECOND,
    RATE_AT_ONCE,
    RECEIVE_BYTES,
    SAY_COSTS_BYTES,
    TEXT_COSTS,
)
from core.wire.framing import TooLong
from core.wire.telnet import IAC

Lines = deque[bytes | TooLong]


def text_costs_bytes(text: str) -> int:
    """Return what a message with this text takes in memory until it is kept."""
    return SAY_COSTS_BYTES + (ASCII_COSTS if text.isascii() else TEXT_COSTS) * len(text)


def line_costs_bytes(line: bytes | TooLong, gathered_bytes: int = 0) -> int:
    """Return what a line, with what was gathered before it, may take at most."""
    if isinstance(line, TooLong):
        return 0
    # Few lines have a backslash, and a single byte is found much faster.
    if gathered_bytes or not line.isascii() or (b"\\" in line and b"\\u" in line):
        return SAY_COSTS_BYTES + TEXT_COSTS * (len(line) + gathered_bytes)
    return SAY_COSTS_BYTES + ASCII_COSTS * len(line)


class Mode(Protocol):
    """What a connection does with its input for now."""

    @property
    def pending(self) -> bool:
        """Something is to be carried out before the next line."""

    @property
    def unfinished_bytes(self) -> int:
        """What it holds of input that is no whole line, or no whole message, yet."""

    def costs(self, data: bytes) -> int:
        """Return what cutting `data` takes of a share."""

    def cut(self, data: bytes) -> list[bytes | TooLong]:
        """Return the lines that `data` completes."""

    def cut_last(self) -> list[bytes | TooLong]:
        """Return the line that the end of the input completes, if there is one."""

    def carry_out(self, lines: Lines, share: int) -> int:
        """Take lines from the left and carry them out; return what is left of `share`.

        Stops when the share is used up, when the connection is held or closing,
        and when it has another mode.
        """

    def ended(self) -> None:
        """Every line has been carried out, and no more input will come."""

    def lost(self) -> None:
        """The connection is gone. `ended` was called before."""


class Connected(Protocol):
    """The part of a connection that its intake needs."""

    mode: Mode
    outbound: Outbound
    closing: bool

    def read_on(self, reading: bool) -> None:
        """Read from the socket, or do not."""

    def carried_out(self) -> None:
        """Learn that the input has ended and all of it is carried out."""


class _Nobody:
    """What stands for a connection that is gone."""

    closing = True


_NOBODY: Final = cast("Connected", _Nobody())


class InboundScheduler:
    """What all connections share: one buffer, and the order in which they go on."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        # Received bytes are copied out before the next connection's arrive.
        # Asyncio's own way allocates 256 KiB for each read.
        self.buffer = bytearray(RECEIVE_BYTES)
        self.view = memoryview(self.buffer)
        self._waiting: deque[Inbound] = deque()
        self._planned = False
        self.under_way_bytes = 0
        """What all connections have said and is not kept yet."""
        self._calls: list[Callable[[], None]] = []
        self._turns = 0

    @property
    def crowded(self) -> bool:
        """As many connections wait as go on in one turn."""
        return len(self._waiting) >= QUANTA_A_TURN

    def queue(self, inbound: "Inbound") -> None:
        """Let a connection go on in a later turn, behind all who wait already."""
        if not inbound.queued:
            inbound.queued = True
            self._waiting.append(inbound)
            if not self._planned:
                self._planned = True
                self.clock.call_soon(self._run)

    def coalesce(self, call: Callable[[], None], *, first: bool = False) -> None:
        """Call in the next turn, or in a rush when all who wait have gone on.

        What is committed or written at once is then more. It waits for
        COALESCE_TURNS turns at most, and until COALESCE_BYTES are under way. Who is
        `first` comes before the others: the commit is begun, and runs while the
        loop writes.
        """
        if not self._waiting or self.under_way_bytes > COALESCE_BYTES:
            self.clock.call_soon(call)
        elif first:
            self._calls.insert(0, call)
        else:
            self._calls.append(call)

    def _run(self) -> None:
        self._planned = False
        for _ in range(min(len(self._waiting), QUANTA_A_TURN)):
            inbound = self._waiting.popleft()
            inbound.queued = False
            inbound.work()
        if self._waiting and not self._planned:
            self._planned = True
            self.clock.call_soon(self._run)
        if self._calls:
            self._turns += 1
            enough = self._turns >= COALESCE_TURNS or self.under_way_bytes > COALESCE_BYTES
            if enough or not self._waiting:
                self._turns = 0
                calls, self._calls = self._calls, []
                for call in calls:
                    call()


class Inbound:
    """One connection's input. Holds no more than what was received at once."""

    __slots__ = (
        "_at", "_connection", "_cut_last", "_data", "_ended", "_in_flight", "_lines", "_moves",
        "_moves_at_s", "_question", "_reading", "_shared", "_shares", "_shares_at_s", "done",
        "held", "hurried", "in_flight_bytes", "queued",
    )  # fmt: skip

    def __init__(self, connection: Connected, shared: InboundScheduler) -> None:
        self._connection = connection
        self._shared = shared
        self._data = b""
        self._at = 0  # everything before it has been cut
        self._lines: Lines = deque()
        self._in_flight = 0
        self._question = False
        self._moves = float(RATE_AT_ONCE)
        self._moves_at_s = 0.0
        self._shares = float(QUANTA_AT_ONCE)
        self._shares_at_s = 0.0
        self._ended = self._cut_last = False
        self._reading = True
        self.held: set[str] = set()
        """Why nothing is carried out just now."""
        self.in_flight_bytes = 0
        self.queued = False
        self.hurried = False
        """The hub stops: what was received is carried out without waiting."""
        self.done = False
        """The input has ended, and all of it is carried out."""

    @property
    def waits(self) -> bool:
        """Tell whether something that was received is not carried out yet."""
        return bool(
            self._lines or self._at < len(self._data) or self._connection.mode.pending or self.held
        )

    @property
    def awaits(self) -> bool:
        """Tell whether something that was carried out is not answered yet."""
        return self._in_flight > 0 or self._question

    # --- bytes in ----------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """Take bytes, and carry out a share of what waits."""
        self._data = self._data[self._at :] + data
        self._at = 0
        if self.queued:
            return
        if len(data) > PIECE_BYTES and self._shared.crowded:
            # Whoever sends little comes before those who send much.
            self._read(False)
            self._shared.queue(self)
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
        self.held.clear()
        self.hurried = self._ended = True
        self._read(False)
        self.work()

    def discard(self) -> None:
        """Carry out nothing of what waits, and drop what comes."""
        self._data = b""
        self._at = 0
        self._lines.clear()
        self.held.clear()
        self._read(True)

    def part(self) -> None:
        """Know the connection no more: it is gone, and all is carried out."""
        self._connection = _NOBODY

    # --- carrying out ------------------------------------------------------------

    def work(self) -> None:
        """Carry out one share; what is left over has its turn later."""
        connection, lines = self._connection, self._lines
        now_s = self._shared.clock.now_s()
        grown = (now_s - self._shares_at_s) * QUANTA_A_SECOND
        self._shares = min(self._shares + grown, QUANTA_AT_ONCE)
        self._shares_at_s = now_s
        share = QUANTUM
        while (share > 0 or self.hurried) and not (self.held or connection.closing or self.done):
            mode = connection.mode
            if lines or mode.pending:
                share = mode.carry_out(lines, QUANTUM if self.hurried else share)
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
                self.done = connection.mode is mode
        self._shares -= (QUANTUM - share) / QUANTUM
        self._plan(share)

    def _plan(self, share: int) -> None:
        """See when to go on, and whether to read on until then."""
        if self._at == len(self._data):
            self._data = b""
            self._at = 0
        connection = self._connection
        if connection.closing:
            return
        if self.done:
            connection.carried_out()
            return
        unfinished = connection.mode.unfinished_bytes
        if not self.held and unfinished and self.load_bytes + unfinished > LOAD_LIMIT_BYTES:
            self.fits(unfinished)
        if self.held:
            self._read(False)
        elif self._shares < 0:
            # A loop that never rests starves the threads that write and read.
            self._read(False)
            self.hold("rest")
            rest_s = (1 - self._shares) / QUANTA_A_SECOND
            self._shared.clock.call_later(rest_s, self.release, "rest")
        elif share <= 0 or self.waits:
            self._read(False)
            self._shared.queue(self)
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

    # --- waiting -----------------------------------------------------------------

    def hold(self, reason: str) -> None:
        """Carry out nothing until every reason is gone."""
        if not self.hurried:
            self.held.add(reason)

    def release(self, reason: str) -> None:
        """Take a reason back."""
        if reason in self.held:
            self.held.discard(reason)
            if not self.held:
                self._shared.queue(self)

    @property
    def load_bytes(self) -> int:
        """What is under way: said and not kept, asked and not answered or not read."""
        outbound = self._connection.outbound
        load = self.in_flight_bytes
        if self._question:
            load += MESSAGE_LINE_BYTES
        if not (outbound.closed or outbound.corked):
            load += outbound.unread_bytes
        return load

    def fits(self, costs_bytes: int) -> bool:
        """Tell whether something may be carried out; if not, hold until it may.

        With nothing under way anything may, so that nobody waits for ever.
        """
        outbound = self._connection.outbound
        load = self.in_flight_bytes + outbound.personal_bytes
        if self._question or outbound.paused or outbound.closed or outbound.corked:
            load = self.load_bytes
        if not load or load + costs_bytes <= LOAD_LIMIT_BYTES or self.hurried:
            return True
        self.hold("room")
        outbound.awaited = True
        return False

    def eased(self) -> None:
        """Look again whether there is room."""
        self.release("room")

    def said(self, costs_bytes: int) -> None:
        """Count a message that waits for its commit."""
        self._in_flight += 1
        self.in_flight_bytes += costs_bytes
        self._shared.under_way_bytes += costs_bytes

    def settled(self, messages: int, costs_bytes: int) -> None:
        """Count messages off again."""
        self._in_flight -= messages
        self.in_flight_bytes -= costs_bytes
        self._shared.under_way_bytes -= costs_bytes
        self.eased()

    def asked(self, more: int) -> None:
        """Note a question to the store (+1), or its answer (-1): one at a time."""
        self._question = more > 0
        if more > 0:
            self.hold("question")
        else:
            self.release("question")
            self.eased()

    def moved(self) -> None:
        """Count something that is told to a whole room; too many have to wait."""
        clock = self._shared.clock
        now_s = clock.now_s()
        grown = (now_s - self._moves_at_s) * RATE_A_SECOND
        self._moves = min(self._moves + grown, RATE_AT_ONCE) - 1
        self._moves_at_s = now_s
        if self._moves < 0:
            self.hold("pace")
            clock.call_later(1 / RATE_A_SECOND, self.release, "pace")
