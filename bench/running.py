"""Hubbub's own commands as processes: started, ready, ended."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.processes import ROOT, NotReady, raise_descriptors

STOP_WAIT_S: Final = 15.0
_LISTENING: Final = re.compile(r"listening (tcp|web) (?:http://)?([^\s/]+):([0-9]+)/?$")


@dataclass(frozen=True, slots=True)
class Running:
    """A server that is ready: its process, its ports by door, and how long that took."""

    pid: int
    ports: dict[str, int]
    ready_s: float


def command(*arguments: str) -> list[str]:
    """Return the command line of a `hubbub` command."""
    return [sys.executable, "-m", "hubbub", *arguments]


def environment() -> dict[str, str]:
    """Return an environment in which Hubbub's settings are those of the command line."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUBBUB_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONASYNCIODEBUG": ""}


@contextmanager
def running(
    *arguments: str, doors: Sequence[str] = ("tcp",), said: Path | None = None
) -> Iterator[Running]:
    """Run a server from its start until the block ends.

    What it says behind its ready lines goes to the file `said`, or nowhere.
    Raises NotReady.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        command(*arguments), env=environment(), cwd=ROOT, stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, preexec_fn=raise_descriptors,
    )  # fmt: skip
    ports: dict[str, int] = {}
    seen: list[str] = []
    assert process.stderr is not None
    try:
        while not ports.keys() >= set(doors):
            line = process.stderr.readline()
            seen.append(line)
            if not line:
                raise NotReady("".join(seen))
            if found := _LISTENING.search(line.strip()):
                ports[found[1]] = int(found[3])
        ready_s = time.perf_counter() - began
        yield Running(process.pid, ports, ready_s)
    finally:
        process.send_signal(signal.SIGTERM)
        # Read to its end: a full pipe would hold the server up.
        rest = process.communicate(timeout=STOP_WAIT_S)[1]
        if said is not None:
            said.write_text(rest, encoding="utf-8")
