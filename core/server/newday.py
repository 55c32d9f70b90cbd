"""Notices that the local day has changed, for those to whom a time without a day means today.

Knows a clock; knows no connection and no time zone's rules.
"""

import time
from collections.abc import Callable
from typing import Final

from core.clock import Clock
from core.text.format import day

LOOK_EVERY_S: Final = 60.0
"""The wall clock may jump, and a day may have 23 hours, or 25."""

BEHIND_MS: Final = 10
"""Lines that are being kept at midnight mostly are of the day before, and go first."""

_DAY_MS: Final = 24 * 60 * 60 * 1000


class NewDay:
    """Calls `turned` with each new day, within a moment of midnight."""

    def __init__(self, clock: Clock, turned: Callable[[str], None]) -> None:
        self._clock = clock
        self._turned = turned
        self._day = day(clock.now_ms())
        self._plan()

    def cancel(self) -> None:
        """Call no more."""
        self._planned.cancel()

    def _plan(self) -> None:
        wait_s = min(until_midnight_s(self._clock.now_ms()), LOOK_EVERY_S)
        self._planned = self._clock.call_later(wait_s, self._look)

    def _look(self) -> None:
        today = day(self._clock.now_ms())
        self._plan()
        if today != self._day:
            self._day = today
            self._turned(today)


def until_midnight_s(now_ms: int) -> float:
    """Return how long it is to the next local midnight, if no clock is put forward or back."""
    local = time.localtime(now_ms // 1000)
    gone_ms = ((local.tm_hour * 60 + local.tm_min) * 60 + local.tm_sec) * 1000 + now_ms % 1000
    return (_DAY_MS - gone_ms + BEHIND_MS) / 1000
