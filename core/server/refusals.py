"""The hub's log of callers who are turned away: a few lines for each kind, and a count.

Anybody can call as often as they like, and a proxy's health check calls every
second for years. Time is an argument; knows no connection.
"""

import logging
from collections.abc import Callable
from typing import Final

from core.throttle import LogThrottle

LINES_A_WINDOW: Final = 5
"""Of one kind of refusal, in the window of `core/throttle.py`."""

EMPTY_EVERY_S: Final = 3600.0
"""Connections that say nothing behind a proxy's header come every second where a
proxy that is not trusted checks whether the hub is there. That is said now and then."""


class RefusalLog:
    """Writes which callers were turned away."""

    def __init__(self, logger: logging.Logger, time: Callable[[], float]) -> None:
        self._logger = logger
        self._time = time
        self._throttles: dict[tuple[str, bool], LogThrottle] = {}

    def note(self, event: str, peer: str, *, empty: bool = False) -> None:
        """Write a line, unless there were enough of them; `empty`: nothing was said."""
        throttle = self._throttles.get((event, empty))
        if throttle is None:
            throttle = (
                LogThrottle(self._time, 1, EMPTY_EVERY_S)
                if empty
                else LogThrottle(self._time, LINES_A_WINDOW)
            )
            self._throttles[event, empty] = throttle
        left_out = throttle.allow()
        if left_out is not None:
            more = f" left_out={left_out}" if left_out else ""
            self._logger.info("event=%s peer=%s%s", event, peer, more)
