"""Faults that are planted below the store: F5, a failing disk, and F13, the clock."""

import json
from pathlib import Path
from typing import Any

from clients import now_s
from hubs import Hubs
from trial import Trial

BACK_LIMIT_S = 5.0
"""Once the disk works again, saying works within this, without a restart."""

HOUR_S = 3600


class Plant:
    """The control file of `planted.py`."""

    def __init__(self, folder: Path, **values: Any) -> None:
        self.file = folder / "control.json"
        self._values: dict[str, Any] = {}
        self.set(**values)

    def set(self, **values: Any) -> None:
        """Change some values; the launcher sees it at its next look."""
        self._values |= values
        # Renamed into place: half a file must never be read.
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(self._values))
        new.replace(self.file)

    def strikes(self) -> int:
        """Return how often something planted has struck."""
        struck = self.file.with_suffix(".struck")
        return struck.stat().st_size if struck.exists() else 0


async def failing_commit(trial: Trial) -> None:
    """F5: commits fail, having done their work or not; or nothing can be opened again."""
    plant = Plant(trial.folder)
    await trial.serve(Hubs(trial.folder, control=plant.file))
    await trial.gather()
    rounds = 0
    while trial.more() or rounds < len(DISKS):
        before = plant.strikes()
        plant.set(**DISKS[rounds % len(DISKS)])
        await trial.until(lambda: plant.strikes() > before, 5.0, "no commit was made to fail")  # noqa: B023
        await trial.pause(0.2, 0.6)
        plant.set(commit="", chance=1.0, open=True)
        await trial.back(now_s(), limit_s=BACK_LIMIT_S)
        rounds += 1
    trial.facts["rounds"] = rounds
    codes = [client.life.codes for client in trial.json_clients]
    for code in ("not_stored", "unknown_outcome"):
        answers = trial.facts[code] = sum(one.get(code, 0) for one in codes)
        trial.check(answers > 0, f"nobody was ever told {code}")


DISKS: tuple[dict[str, Any], ...] = (
    {"commit": "after", "chance": 0.3},
    {"commit": "before", "chance": 0.3},
    {"commit": "after", "chance": 1.0, "open": False},
    {"commit": "full", "chance": 0.3},
    {"commit": "before", "chance": 1.0, "open": False},
)
"""In turn: it was kept, it was not, it was and nobody can look, no room, neither."""


async def wrong_clock(trial: Trial) -> None:
    """F13: the wall clock goes an hour back, then a day on, and comes back."""
    plant = Plant(trial.folder)
    await trial.serve(Hubs(trial.folder, control=plant.file))
    await trial.gather()
    rounds = 0
    while trial.more() or rounds < 3:
        plant.set(clock_offset_s=(-HOUR_S, 24 * HOUR_S, 0)[rounds % 3])
        await trial.pause(0.4, 0.8)
        await trial.back(now_s())
        rounds += 1
    # Started again while the clock is behind what the log has already shown.
    await trial.stop_hub()
    plant.set(clock_offset_s=-HOUR_S)
    await trial.hubs.hub.start()
    await trial.back(trial.hubs.hub.ready_s)
    trial.facts["jumps"] = rounds
