"""Flow control: what one client has under way, and when its next line may be carried out.

Knows amounts and time; does not know what a line means, and reads no byte.

Invariants:

- What a client says until it is kept, what it asks until it has read the answer,
  and the line that it has not finished are one sum: one memory budget per client.
  Its next line is carried out only if it fits into LOAD_LIMIT_BYTES. With nothing
  under way anything fits, so nobody waits for ever.
- Nothing is carried out while there is a `Hold`. Each has one cause, which takes
  it back.
"""

from collections.abc import Callable
from enum import Enum

from core.delivery.outbound import Outbound
from core.limits import (
    LOAD_LIMIT_BYTES,
    MESSAGE_LINE_BYTES,
    QUANTA_A_SECOND,
    QUANTA_AT_ONCE,
    QUANTUM,
    RATE_A_SECOND,
    RATE_AT_ONCE,
)
from core.server.scheduler import InboundScheduler


class Hold(Enum):
    """Why nothing of a client's input is carried out just now."""

    CAPACITY = "capacity"
    """What is under way takes all the memory that one client may."""
    QUERY = "query"
    """A question is to be answered first."""
    HELLO = "hello"
    """Its session is being looked up."""
    RATE = "rate"
    """It tells whole rooms of its coming and going too often."""
    REST = "rest"
    """It has kept the loop busy for too long."""

    # Enum's own hash runs Python code on every look-up in a set.
    __hash__ = object.__hash__


class FlowControl:
    """One client's account, and its holds."""

    __slots__ = (
        "_clock", "_go_on", "_gone", "_in_flight", "_outbound", "_quanta", "_quanta_at_s", "_query",
        "_rate", "_rate_at_s", "_scheduler", "finished", "holds", "hurried", "in_flight_bytes",
        "trace",
    )  # fmt: skip

    def __init__(
        self, outbound: Outbound, scheduler: InboundScheduler, go_on: Callable[[], None]
    ) -> None:
        """`go_on` is called when the last hold is taken back."""
        self._outbound = outbound
        self._scheduler = scheduler
        self._clock = scheduler.clock
        self._go_on = go_on
        self.trace: Callable[[str, object], None] | None = None
        """Is told of holds, if somebody wants to know."""
        self._in_flight = 0
        self._query = False
        self._gone = False
        self._rate = float(RATE_AT_ONCE)
        self._rate_at_s = 0.0
        self._quanta = float(QUANTA_AT_ONCE)
        self._quanta_at_s = 0.0
        self.holds: set[Hold] = set()
        self.in_flight_bytes = 0
        self.hurried = False
        """The hub stops: what was received is carried out without waiting."""
        self.finished = False
        """The input has ended, and all of it is carried out."""

    # --- holds -------------------------------------------------------------------

    def pause(self, hold: Hold) -> None:
        """Carry out nothing until every hold is taken back."""
        if not self.hurried:
            self.holds.add(hold)
            if self.trace is not None:
                self.trace("paused reason=%s", hold.value)

    def resume(self, hold: Hold) -> None:
        """Take a hold back."""
        if self.holds and hold in self.holds:
            self.holds.discard(hold)
            if self.trace is not None:
                self.trace("resumed reason=%s", hold.value)
            if not self.holds:
                self._go_on()

    def hurry(self) -> None:
        """Take back every hold, and accept none any more."""
        self.holds.clear()
        self.hurried = True

    def let_go(self) -> None:
        """Let what was received be carried out, though nobody waits for an answer any more.

        The session of a `hello` is still looked up: what is said behind it counts.
        """
        self._gone = True
        for hold in (Hold.CAPACITY, Hold.QUERY, Hold.RATE):
            self.resume(hold)

    def part(self) -> None:
        """Know the connection's input no more: it is gone, and all is carried out."""
        self._go_on = _nothing
        self.trace = None

    # --- memory ------------------------------------------------------------------

    @property
    def awaits(self) -> bool:
        """Tell whether something that was carried out is not answered yet."""
        return self._in_flight > 0 or self._query

    @property
    def load_bytes(self) -> int:
        """What is under way: said and not kept, asked and not answered or not read."""
        outbound = self._outbound
        load = self.in_flight_bytes
        if self._query:
            load += MESSAGE_LINE_BYTES
        if not (outbound.closed or outbound.corked):
            load += outbound.unread_bytes
        return load

    def fits(self, cost_bytes: int) -> bool:
        """Tell whether something may be carried out; if not, pause until it may.

        With nothing under way anything may, so that nobody waits for ever.
        """
        outbound = self._outbound
        load = self.in_flight_bytes + outbound.personal_bytes
        if self._query or outbound.paused or outbound.closed or outbound.corked:
            load = self.load_bytes
        if not load or load + cost_bytes <= LOAD_LIMIT_BYTES or self.hurried:
            return True
        self.pause(Hold.CAPACITY)
        outbound.awaited = True
        return False

    def eased(self) -> None:
        """Look again whether there is room: something was written."""
        self.resume(Hold.CAPACITY)

    def submit(self, cost_bytes: int) -> None:
        """Count a message that waits for its commit; a flooder waits with it."""
        self._in_flight += 1
        self.in_flight_bytes += cost_bytes
        self._scheduler.in_flight_bytes += cost_bytes
        # A large one takes all the memory that one client may.
        if self.in_flight_bytes > LOAD_LIMIT_BYTES:
            self._outbound.rest()

    def release(self, messages: int, cost_bytes: int) -> None:
        """Count messages off again."""
        self._in_flight -= messages
        self.in_flight_bytes -= cost_bytes
        self._scheduler.in_flight_bytes -= cost_bytes
        self.resume(Hold.CAPACITY)
        outbound = self._outbound
        if outbound.resting or self.finished:
            outbound.resting = False
            outbound.wake()

    def query_started(self) -> None:
        """Note a question that is answered later: one at a time."""
        self._query = True
        if not self._gone:
            self.pause(Hold.QUERY)

    def query_finished(self) -> None:
        """Note that it has been answered."""
        self._query = False
        self.resume(Hold.QUERY)
        self.resume(Hold.CAPACITY)
        if self.finished:
            self._outbound.wake()

    # --- rates -------------------------------------------------------------------

    def announced(self) -> None:
        """Count something that is told to a whole room; too many have to wait."""
        now_s = self._clock.now_s()
        grown = (now_s - self._rate_at_s) * RATE_A_SECOND
        self._rate = min(self._rate + grown, RATE_AT_ONCE) - 1
        self._rate_at_s = now_s
        if self._rate < 0:
            self.pause(Hold.RATE)
            self._clock.call_later(1 / RATE_A_SECOND, self.resume, Hold.RATE)

    def earn_quanta(self) -> None:
        """Grant what has come together since the last quantum was spent."""
        now_s = self._clock.now_s()
        grown = (now_s - self._quanta_at_s) * QUANTA_A_SECOND
        self._quanta = min(self._quanta + grown, QUANTA_AT_ONCE)
        self._quanta_at_s = now_s

    def spend(self, share: int) -> None:
        """Count off the part of a quantum that was used: all but `share`."""
        self._quanta -= (QUANTUM - share) / QUANTUM

    def charge(self, units: int) -> None:
        """Count off what an answer took that came later than its line."""
        self._quanta -= units / QUANTUM

    @property
    def overspent(self) -> bool:
        """It has to rest: a loop that never does starves the threads that write and read."""
        return self._quanta < 0

    def rest(self) -> None:
        """Pause until there is a quantum to spend."""
        self.pause(Hold.REST)
        rest_s = (1 - self._quanta) / QUANTA_A_SECOND
        self._clock.call_later(rest_s, self.resume, Hold.REST)


def _nothing() -> None:
    pass
