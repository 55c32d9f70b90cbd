"""What others on the same machine do to a measurement, by the kernel's own account."""

import os
from collections.abc import Iterable
from pathlib import Path

MOST = 10.0
"""Nobody waits longer than so many times a limit."""


class Machine:
    """How much longer some processes take for their work since others want the cores, too.

    The kernel knows of each process how long it ran, and how long it could
    have run and had no core to run on (proc(5), schedstat). On a machine that
    does nothing else the second is next to nothing, and every limit is what
    it says.
    """

    def __init__(self, pids: Iterable[int] = ()) -> None:
        """Begin to watch these processes, and the one that calls."""
        self._before = {pid: found for pid in {os.getpid(), *pids} if (found := _times_ns(pid))}

    def slowness(self) -> float:
        """Return how many times as long the slowest took since as it would have alone."""
        most = 1.0
        for pid, (ran_before, waited_before) in self._before.items():
            if found := _times_ns(pid):
                ran, waited = found
                most = max(most, 1.0 + (waited - waited_before) / max(ran - ran_before, 1))
        return min(most, MOST)


def _times_ns(pid: int) -> tuple[int, int] | None:
    """Return how long a process's loop ran and waited; None if the process has ended.

    The loop of each of them is in the first thread, which this is about.
    """
    try:
        ran, waited, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(ran), int(waited)
