"""Text mode's cork: nothing is written to a pipe while it sends its first lines.

A sender that never reads closes at its end with unread bytes, which resets the
connection under what it has sent. So it is answered only once it is silent.
Knows time and the outbound half; does not know what is said.
"""

from typing import Protocol

from core.clock import Clock, Handle
from core.delivery.outbound import Outbound
from core.limits import BURST_GAP_S


class Input(Protocol):
    """The part of a connection's input that a cork looks at."""

    @property
    def waits(self) -> bool:
        """Tell whether something that was received is not carried out yet."""


class Cork:
    """Holds back what is written until BURST_GAP_S of silence."""

    __slots__ = ("_clock", "_inbound", "_outbound", "_timer", "_until_s", "_wanted")

    def __init__(self, outbound: Outbound, clock: Clock, inbound: Input, *, wanted: bool) -> None:
        self._outbound = outbound
        self._clock = clock
        self._inbound = inbound
        self._wanted = wanted
        self._timer: Handle | None = None
        self._until_s = 0.0

    def begin(self) -> None:
        """Hold back from here on, if that is wanted."""
        if self._wanted:
            self._outbound.cork()

    def keep(self) -> None:
        """Note that something has come: hold back for another while."""
        if self._wanted:
            self._until_s = self._clock.now_s() + BURST_GAP_S
            if self._timer is None:
                self._timer = self._clock.call_later(BURST_GAP_S, self._silent)

    def pull(self) -> None:
        """Hold back nothing any more."""
        self._wanted = False
        self.cancel()
        self._outbound.corked = False
        self._outbound.wake()

    def cancel(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _silent(self) -> None:
        self._timer = None
        # Silence counts only if it is the client's own.
        if self._inbound.waits:
            self.keep()
        elif (left_s := self._until_s - self._clock.now_s()) > 0:
            self._timer = self._clock.call_later(left_s, self._silent)
        else:
            self.pull()
