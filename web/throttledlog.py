"""The gateway's log: one event, one line, and a limit for each kind of event.

Knows no request and no browser. Does not decide what is worth a line.
"""

import logging
from collections.abc import Callable
from typing import Final

from core.throttle import LogThrottle

LINES_A_WINDOW: Final = 5
"""Of one kind no more than 5 lines in 10 s. What was suppressed is counted, and
the count goes with the next line of that kind."""

_SHOWN_CHARACTERS: Final = 200


class ThrottledLog:
    """Write events, each kind for itself limited; strangers' words escaped."""

    def __init__(self, logger: logging.Logger, time: Callable[[], float]) -> None:
        self._logger = logger
        self._time = time
        self._throttles: dict[str, LogThrottle] = {}

    def note(self, kind: str, **facts: object) -> None:
        """Write a line: `kind`, which names the event, then its facts."""
        throttle = self._throttles.get(kind)
        if throttle is None:
            throttle = self._throttles[kind] = LogThrottle(self._time, LINES_A_WINDOW)
        suppressed = throttle.allow()
        if suppressed is None:
            return
        parts = [kind, *(f"{name}={escaped(value)}" for name, value in facts.items())]
        if suppressed:
            parts.append(f"(and {suppressed} more of this kind)")
        self._logger.warning("%s", " ".join(parts))


def escaped(value: object) -> str:
    """Return a value for the log: printable ASCII, on one line, bounded."""
    if isinstance(value, int):
        return str(value)
    text = str(value)
    cut = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    return ascii(cut)
