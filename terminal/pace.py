"""When to draw: soon, but not often. Knows neither what nor how."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

BETWEEN_S: Final = 0.05
"""A drawing comes so long after the one before: no eye sees more than 20 a second."""


class Pace:
    """Calls `draw` soon after it was asked for, and not more often than BETWEEN_S."""

    def __init__(
        self, draw: Callable[[], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._draw = draw
        self._clock = clock
        self._drawn_s = -BETWEEN_S
        self._due: asyncio.TimerHandle | None = None

    def ask(self) -> None:
        """Draw soon, on the running loop."""
        if self._due is None:
            wait_s = max(0.0, self._drawn_s + BETWEEN_S - self._clock())
            self._due = asyncio.get_running_loop().call_later(wait_s, self.draw_now)

    @property
    def due_s(self) -> float | None:
        """Return when the next drawing is due, by the loop's clock."""
        return None if self._due is None else self._due.when()

    def draw_now(self) -> None:
        """Draw at once."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        self._draw()
        self._drawn_s = self._clock()
