"""Faults that end or stop processes: F1, F2, F6, F16, and the storm of a restart."""

from hubs import Hubs
from trial import Trial

FIRST_ACK_LIMIT_S = 5.0
"""Promised are 2 s; a machine that does much else takes longer to start Python."""


async def kill_hub(trial: Trial) -> None:
    """F1: `kill -9` of the hub at random instants, again and again."""
    await trial.serve(Hubs(trial.folder))
    await trial.gather()
    kills = 0
    while trial.more() or kills < 4:
        await trial.pause(0.2, 1.2)
        await trial.hubs.hub.kill()
        await trial.hubs.hub.start()
        await trial.back(trial.hubs.hub.ready_s, limit_s=FIRST_ACK_LIMIT_S)
        kills += 1
    trial.facts["kills"] = kills
