"""The faults as data: a name, what is done, and the function that does it."""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ageing
import backups
import cuts
import cutting
import disks
import kills
import loads
import plants
from history import records
from trial import Crowd, Result, Trial


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table. `small_s` is what the tests give it, `share` its part of a long run."""

    name: str
    what: str
    run: Callable[[Trial], Awaitable[None]]
    small_s: float = 3.0
    share: float = 1.0


FAULTS = (
    Fault("F1", "kill -9 of the hub, again and again", kills.kill_hub, share=2.0),
    Fault("F2", "kill -9 of a gateway", kills.kill_gateway),
    Fault("F1+F2", "kill -9 of hub and gateway", kills.kill_both),
    Fault("F3", "the power is cut: only synced sectors are kept", cutting.power_cut),
    Fault("F4", "the disk is full, then has room again", disks.disk_full),
    Fault("F5", "commits fail, kept or not", plants.failing_commit),
    Fault("F6", "SIGTERM, twice, SIGINT, SIGHUP under load", kills.stop_under_load),
    Fault("F7", "killed while an older log is brought forward", ageing.killed_migration, 1.0),
    Fault("F8", "gateway and hub cut off without a word", cuts.silent_link, share=2.0),
    Fault("F9", "delays, bytes one by one, cuts, resets", cuts.bad_network),
    Fault("F10", "half-open peers", cuts.half_open, share=2.0),
    Fault("F11", "readers that stall or trickle, and a flooder", loads.slow_readers, share=2.0),
    Fault("F12", "descriptors used up", loads.no_descriptors),
    Fault("F13", "the wall clock jumps", plants.wrong_clock),
    Fault("F14", "damaged files at the start", disks.damaged_files, small_s=2.0),
    Fault("F15", "backup under load, an older one restored", backups.restore),
    Fault("F16", "SIGSTOP of the hub", kills.freeze_hub),
    Fault("keep", "old messages are dropped, readers come late", ageing.pruning),
    Fault("L2", "500 come back at once", kills.storm, small_s=1.0),
)

LARGE_S = 60.0
"""From so many seconds on a fault uses its large numbers: 500 peers, not 50."""


def run_fault(
    fault: Fault, seed: int, seconds: float, keep: Path | None = None, crowd: Crowd | None = None
) -> Result:
    """Run one fault for about so many seconds and judge it.

    If it fails, its history and the servers' words go into the folder `keep`.
    """

    async def main() -> Result:
        with tempfile.TemporaryDirectory(prefix="hubbub-fault") as folder:
            trial = Trial(Path(folder), seed, seconds, large=seconds >= LARGE_S, crowd=crowd)
            try:
                await fault.run(trial)
                result = await trial.finish(fault.name)
            except Exception as problem:
                trial.problems.append(f"the run broke off: {type(problem).__name__}: {problem}")
                trial.judged = False
                result = await trial.finish(fault.name)
            finally:
                await trial.close()
            if not result.passed and keep is not None:
                _keep(trial, result, keep)
        return result

    return on_fast_loop(main())


def on_fast_loop(main: Coroutine[Any, Any, Result]) -> Result:
    """Run on uvloop where it exists: the harness must be no bottleneck."""
    with suppress(ImportError):
        import uvloop

        return uvloop.run(main)
    return asyncio.run(main)


def _keep(trial: Trial, result: Result, keep: Path) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    with (keep / f"{result.name}.jsonl").open("w", encoding="utf-8") as file:
        told = {"fault": result.name, "counts": result.verdict.counts,
                "evidence": result.verdict.evidence, "problems": result.problems,
                "facts": result.facts}  # fmt: skip
        file.write(json.dumps(told) + "\n")
        for record in records(trial.history, trial.logs):
            file.write(json.dumps(record) + "\n")
    for log in trial.folder.glob("*.log"):
        (keep / f"{result.name}.{log.name}").write_bytes(log.read_bytes())
