"""The operator's log: one event, one line, and never a flood of them."""

import logging
from collections.abc import Callable
from typing import Final

LINES_A_WINDOW: Final = 5
WINDOW_S: Final = 10.0
"""Of one kind no more than 5 lines in 10 s. What was left out is counted, and
the count goes with the next line of that kind."""

_SHOWN_CHARACTERS: Final = 200


class EventLog:
    """Write events, each kind for itself limited; strangers' words escaped."""

    def __init__(self, logger: logging.Logger, time: Callable[[], float]) -> None:
        self._logger = logger
        self._time = time
        self._windows: dict[str, _Window] = {}

    def note(self, kind: str, **facts: object) -> None:
        """Write a line: `kind`, which names the event, then its facts."""
        window = self._windows.setdefault(kind, _Window())
        left_out = window.pass_one(self._time())
        if left_out is None:
            return
        parts = [kind, *(f"{name}={shown(value)}" for name, value in facts.items())]
        if left_out:
            parts.append(f"(and {left_out} more of this kind)")
        self._logger.warning("%s", " ".join(parts))


class _Window:
    """How many lines of one kind were written lately."""

    def __init__(self) -> None:
        self._begun_s = float("-inf")
        self._written = 0
        self._left_out = 0

    def pass_one(self, now_s: float) -> int | None:
        """Return how many were left out since the last line, None to leave it out."""
        if now_s - self._begun_s >= WINDOW_S:
            self._begun_s = now_s
            self._written = 0
        if self._written >= LINES_A_WINDOW:
            self._left_out += 1
            return None
        self._written += 1
        left_out, self._left_out = self._left_out, 0
        return left_out


def shown(value: object) -> str:
    """Return a value for the log: printable ASCII, on one line, bounded."""
    if isinstance(value, int):
        return str(value)
    text = str(value)
    cut = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    return ascii(cut)
