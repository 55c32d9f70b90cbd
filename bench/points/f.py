"""(f) How many lines a second are acknowledged, and how fast one is.

An acknowledged line is on disk, so the disk's own time to put 4 KiB there is
measured in the same round and the same place.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from typing import Final

from bench.figures import Figure
from bench.loading import Load, figures, press
from bench.peers import HUBBUB, Peer, Running
from bench.taking_part import chosen, log, started

PEERS: Final[Sequence[Peer]] = (HUBBUB,)
SAYERS: Final = (1, 10, 100)
ON_THE_WAY: Final = 10
PAGE_BYTES: Final = 4096
DISK_S: Final = 0.5


def run(rounds: int, seconds: float) -> list[Figure]:
    """Measure 1, 10 and 100 sayers; "_alone" is one who waits for each answer."""
    loads = [(f"_{count}", _load(count, ON_THE_WAY, seconds)) for count in SAYERS]
    loads.append(("_alone", _load(1, 1, seconds)))
    found = []
    for _ in range(rounds):
        for mark, load in loads:
            for peer in chosen(PEERS):
                found += started("f", peer, lambda server: _measure(server, load, mark))  # noqa: B023
    return found


def _load(sayers: int, window: int, seconds: float) -> Load:
    return Load(0, sayers, seconds, warm_s=0.5, window=window, by_acks=True, latency=True)


def _measure(running: Running, load: Load, mark: str) -> list[Figure]:
    # Before the load, so that neither waits for the other.
    times_s: list[float] = syncing_times_s(running.folder, DISK_S) if mark == "_alone" else []
    found = figures("f", "hubbub", load, press(running.door, load, running.sessions), mark)
    if times_s:
        steps_s = quantiles(times_s, n=100)
        disk = [
            Figure("f", "disk", "fdatasync_p50", steps_s[49], "s"),
            Figure("f", "disk", "fdatasync_p99", steps_s[98], "s"),
        ]
        log.info("f  disk: fdatasync p50 %.3f ms, p99 %.3f ms", *(f.value * 1e3 for f in disk))
        found += disk
    return found


def syncing_times_s(folder: Path, seconds: float) -> list[float]:
    """Return how long each of many appended pages took to be on disk."""
    times_s: list[float] = []
    file = os.open(folder / "pages", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    sync = getattr(os, "fdatasync", os.fsync)
    end_s = time.perf_counter() + seconds
    while (begin_s := time.perf_counter()) < end_s or len(times_s) < 2:
        os.write(file, b"-" * PAGE_BYTES)
        sync(file)
        times_s.append(time.perf_counter() - begin_s)
    os.close(file)
    return times_s
