"""Time as an argument: what the hub asks of a clock, and the real one."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol


class Handle(Protocol):
    """A planned call that can be called off."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Tell the time and call later, on the hub's own thread."""

    def now_ms(self) -> int:
        """Return the wall clock, for showing: it may jump."""
        ...

    def now_s(self) -> float:
        """Return seconds that never go back, for durations."""
        ...

    def call_soon(self, call: Callable[..., object], *arguments: Any) -> Handle:
        """Call at the end of this turn."""
        ...

    def call_later(self, delay_s: float, call: Callable[..., object], *arguments: Any) -> Handle:
        """Call once `delay_s` have passed."""
        ...


class LoopClock:
    """The event loop's clock and the machine's."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.now_s = loop.time
        self.call_soon: Callable[..., Handle] = loop.call_soon
        self.call_later: Callable[..., Handle] = loop.call_later

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
        return wall_clock_ms()


def wall_clock_ms() -> int:
    """Return milliseconds since 1970."""
    return time.time_ns() // 1_000_000
