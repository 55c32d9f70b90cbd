"""(g) From the start of a process to the moment when it is of use.

`hubbub serve` is ready when both its ready lines are there.
"""

import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.figures import Figure
from bench.processes import ROOT
from bench.running import command, environment, running

FREE: Final = ("--tcp-port", "0", "--web-port", "0")
DOORS: Final = ("tcp", "web")


def run(rounds: int, seconds: float) -> list[Figure]:
    """Start `hubbub serve` on a new folder and on one that is there, and `hubbub --help`."""
    del seconds
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        # The first one pays for a cold cache of the disk.
        help_s()
        for number in range(rounds):
            data = ("--data", str(Path(folder) / f"log{number}"))
            for name in ("ready_new", "ready_existing"):
                with running("serve", *FREE, *data, doors=DOORS) as server:
                    figures.append(Figure("g", "hubbub", name, server.ready_s, "s"))
            figures.append(Figure("g", "hubbub", "help", help_s(), "s"))
    return figures


def help_s() -> float:
    """Return how long `hubbub --help` takes, in seconds."""
    began = time.perf_counter()
    subprocess.run(
        command("--help"), cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - began
