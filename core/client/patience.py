"""Waiting at first: for a hub that is not there yet, or a nick that somebody still has.

Once a hub has welcomed the client, reconnecting is the reconnector's. Knows which
refusals pass by themselves; does not know how one connects.
"""

import asyncio
import time
from typing import Final

from core.client.reconnect import HelloRefused, Reconnector, RetryPolicy, first_of
from core.client.transport import TransportError

PASSING: Final = frozenset({"nick_taken", "full"})
"""Codes of refusals that another try may not meet."""


class Patience:
    """How long a client that was never welcomed goes on trying."""

    def __init__(self, wait_s: float | None, retry: RetryPolicy) -> None:
        """`wait_s` in seconds; None for ever, 0 for one try."""
        self._wait_s = wait_s
        self._retry = retry

    async def run(self, reconnector: Reconnector) -> None:
        """Run the reconnector until it has been left; raise what ends it for good."""
        began_s = time.monotonic()
        failures = 0
        while not reconnector.has_left:
            try:
                await reconnector.run()
            except (TransportError, HelloRefused) as problem:
                passes = isinstance(problem, TransportError) or problem.code in PASSING
                left_s = self._left_s(began_s)
                if reconnector.was_welcomed or not passes or left_s == 0:
                    raise
                pause_s = self._retry.wait_s(failures, 0.0)
                failures += 1
                await first_of(
                    asyncio.sleep(pause_s if left_s is None else min(pause_s, left_s)),
                    reconnector.left(),
                )

    def _left_s(self, began_s: float) -> float | None:
        if self._wait_s is None:
            return None
        return max(self._wait_s - (time.monotonic() - began_s), 0.0)
