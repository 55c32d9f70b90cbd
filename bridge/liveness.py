"""Whether the user at the other end is still there: when to ping, when to close.

Pure; time is an argument. Knows no connection.
"""

from enum import Enum

from bridge.limits import FRAME_WAIT_S, PING_AFTER_S, PONG_WAIT_S
from core.limits import STALL_LIMIT_S


class Verdict(Enum):
    """What to do about a user."""

    FINE = "fine"
    PING = "ask for a sign of life"
    DEAD = "gone, or as good as that"


class Liveness:
    """Judge from received frames and read bytes whether a user is there.

    `look` wants to be called regularly. Alive is who sends whole frames, or who
    reads although there is much to read. Bytes that never become a frame are no
    sign of life.
    """

    def __init__(self, now_s: float) -> None:
        self._heard_s = now_s
        self._pinged = False
        self._frame_begun_s: float | None = None
        self._stuck_s: float | None = None
        self._taken = 0

    def hear(self, now_s: float) -> None:
        """Note a whole frame, a pong included."""
        self._heard_s = now_s
        self._pinged = False
        self._frame_begun_s = None

    def look(
        self, now_s: float, *, listening: bool, stuck: bool, taken: int, bytes_s: float
    ) -> Verdict:
        """Return what to do about the user.

        `listening`: its frames are being read. `stuck`: bytes for it wait in
        our buffer; `taken` grows whenever some of them are gone. `bytes_s`:
        when its last byte came.
        """
        if self._is_stalled(now_s, stuck=stuck, taken=taken):
            return Verdict.DEAD
        if stuck or not listening:
            # A pong would be late through no fault of the user's: it waits
            # behind the bytes, or nobody would read it.
            self.hear(now_s)
            return Verdict.FINE
        if bytes_s <= self._heard_s:
            self._frame_begun_s = None
        elif self._frame_begun_s is None:
            self._frame_begun_s = now_s
        elif now_s - self._frame_begun_s >= FRAME_WAIT_S:
            return Verdict.DEAD
        silent_s = now_s - self._heard_s
        if silent_s >= PING_AFTER_S + PONG_WAIT_S:
            return Verdict.DEAD
        if silent_s >= PING_AFTER_S and not self._pinged:
            self._pinged = True
            return Verdict.PING
        return Verdict.FINE

    def _is_stalled(self, now_s: float, *, stuck: bool, taken: int) -> bool:
        if not stuck or taken != self._taken:
            self._taken = taken
            self._stuck_s = None
        if not stuck:
            return False
        if self._stuck_s is None:
            self._stuck_s = now_s
        return now_s - self._stuck_s >= STALL_LIMIT_S
