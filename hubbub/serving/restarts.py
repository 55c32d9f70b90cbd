"""The restart policy of gateway workers, and how the end of one is logged.

Pure: time is an argument. Knows no processes; `hubbub/serving/gateways.py` has those.
"""

import signal
import socket
from typing import Final

from hubbub import strings
from hubbub.errors import CannotStart

MOST_GATEWAYS: Final = 64
"""More than the cores of most machines. Each takes some 50 MB before anybody comes."""

STEADY_S: Final = 10.0
"""Who lived so long did not fail at its start, and is started again at once."""

SHORTEST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0


class NotStarted(CannotStart):
    """A gateway process ended before it had ever accepted anybody."""


class Restarts:
    """Backoff for the restarts of one gateway."""

    def __init__(self) -> None:
        self._next_s = 0.0

    def wait_s(self, lived_s: float) -> float:
        """Return how long to wait before the next start, after one that lived so long.

        None at first, and then twice as long each time, as long as it goes on
        dying at once.
        """
        if lived_s >= STEADY_S:
            self._next_s = 0.0
        wait_s = self._next_s
        self._next_s = min(max(2 * wait_s, SHORTEST_WAIT_S), LONGEST_WAIT_S)
        return wait_s


def ending(code: int) -> str:
    """Return a process's exit code for the log; one below 0 is a signal's number."""
    if code >= 0:
        return f"exit_code={code}"
    try:
        return f"signal={signal.Signals(-code).name}"
    except ValueError:  # those for real time have numbers only
        return f"signal={-code}"


def check_gateways(count: int) -> None:
    """Raise CannotStart where several gateway processes cannot be run."""
    if count and not hasattr(socket, "SO_REUSEPORT"):
        raise CannotStart(strings.NO_GATEWAYS_HERE)
