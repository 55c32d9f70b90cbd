"""A bar that can fail: a hub that breaks its promise is found out, through the whole chain."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from cutting import power_cut
from faults import Fault, run_fault
from hubs import Daemon, Hubs, hubbub
from plants import Plant
from trial import Crowd, Trial

SMALL = Crowd(sayers=3, readers=2, text_sayers=0, text_readers=1, rate=80.0)


async def forgets(trial: Trial) -> None:
    """Acknowledge what was rolled back, once in a while."""
    plant = Plant(trial.folder)
    await trial.serve(Hubs(trial.folder, control=plant.file))
    await trial.gather(SMALL)
    plant.set(commit="forget", chance=0.1)
    await trial.until(lambda: plant.strikes() > 2, 5.0, "nothing was forgotten")
    plant.set(commit="")
    await trial.pause(0.2, 0.2)
    # What only its memory holds is gone with it, and its numbers are free again.
    await trial.hubs.hub.kill()
    await trial.hubs.hub.start()
    await trial.pause(1.0, 1.0)


async def does_not_sync(trial: Trial) -> None:
    """Acknowledge what only the kernel has."""
    await power_cut(trial, Plant(trial.folder, synchronous="NORMAL").file)


@pytest.mark.parametrize(
    ("harm", "counts"), [(forgets, {"lost", "phantom"}), (does_not_sync, {"lost"})]
)
def test_a_hub_that_breaks_its_promise_is_found_out(
    harm: Callable[[Trial], Awaitable[None]], counts: set[str], tmp_path: Path
) -> None:
    result = run_fault(Fault("bar", "", harm), 7, 2.0, keep=tmp_path)
    found = {name for name, count in result.verdict.counts.items() if count}
    # A log that does not even open after a power cut lost everything.
    late = [one for one in result.problems if one.startswith("instant") and ", +" in one]
    assert counts <= found or (harm is does_not_sync and late), (found, result.problems)
    assert not result.passed
    assert (tmp_path / "bar.jsonl").stat().st_size > 10_000
    assert (tmp_path / "bar.hub.log").exists()


def test_a_plant_that_finds_no_ground_fails_loudly(tmp_path: Path) -> None:
    plant = Plant(tmp_path, limits={"core.limits.NO_SUCH_LIMIT": 1})
    daemon = Daemon("hub", hubbub("hub", control=plant.file), tmp_path / "log")
    daemon.launch()
    assert asyncio.run(daemon.ended(20.0)) == 1
    assert "NO_SUCH_LIMIT is not where it was" in daemon.said()
