"""Faults that end or stop processes: F1, F2, F6, F16, and the storm of a restart."""

import asyncio
import signal
from dataclasses import replace

from clients import Manner, now_s
from hubs import Hubs
from readings import FILE_NAME, read_file
from trial import Crowd, Trial

HUB_BACK_LIMIT_S = 5.0
"""First acknowledgements after a restart. Promised are 2 s, on a machine that
does nothing else; the table shows what it was."""

GATEWAY_BACK_LIMIT_S = 5.0
"""Browsers after their gateway's restart; promised are 3 s."""

STORM_LIMIT_S = 8.0
"""All of 500 who come back at once; promised are 3 s."""


async def kill_hub(trial: Trial) -> None:
    """F1: `kill -9` of the hub at random instants, again and again."""
    await trial.serve(Hubs(trial.folder))
    await trial.gather()
    kills = 0
    while trial.more() or kills < (20 if trial.large else 4):
        await trial.pause(0.2, 1.2)
        await trial.hubs.hub.kill()
        await trial.hubs.hub.start()
        await trial.back(trial.hubs.hub.ready_s, limit_s=HUB_BACK_LIMIT_S)
        kills += 1
    trial.facts["kills"] = kills


async def kill_gateway(trial: Trial) -> None:
    """F2: `kill -9` of a gateway; who came by TCP does not notice."""
    await trial.serve(Hubs(trial.folder, gateways=2))
    await trial.gather()
    by_tcp = [one for one in trial.clients if one.life.connections and not _by_web(trial, one.name)]
    kills = 0
    while trial.more() or kills < 3:
        await trial.pause(0.2, 1.0)
        gateway = trial.hubs.gateways[kills % 2]
        await gateway.kill()
        await trial.pause(0.0, 0.5)
        await gateway.start()
        await trial.back(gateway.ready_s, limit_s=GATEWAY_BACK_LIMIT_S)
        kills += 1
    dropped = [one.name for one in by_tcp if one.life.connections != 1]
    trial.check(not dropped, f"came by TCP and were dropped all the same: {dropped}")
    trial.check(bool(by_tcp), "nobody came by TCP")
    trial.facts["kills"] = kills


def _by_web(trial: Trial, name: str) -> bool:
    return name in trial.web_names


async def kill_both(trial: Trial) -> None:
    """F1 and F2 at once, in any order."""
    await trial.serve(Hubs(trial.folder, gateways=2))
    await trial.gather()
    kills = 0
    while trial.more() or kills < 3:
        await trial.pause(0.2, 1.0)
        victims = [trial.hubs.hub, trial.rng.choice(trial.hubs.gateways)]
        trial.rng.shuffle(victims)
        for victim in victims:
            await victim.kill()
            await trial.pause(0.0, 0.2)
        trial.rng.shuffle(victims)
        for victim in victims:
            await victim.start()
        await trial.back(victims[-1].ready_s, limit_s=HUB_BACK_LIMIT_S)
        kills += 1
    trial.facts["kills"] = kills


async def stop_under_load(trial: Trial) -> None:
    """F6: SIGTERM, twice, SIGINT, SIGHUP: exit 0, all settled, a word on when to return."""
    await trial.serve(Hubs(trial.folder))
    await trial.gather()
    stops = 0
    slowest_s = 0.0
    while trial.more() or stops < 4:
        await trial.pause(0.2, 0.8)
        kind = stops % 4
        number = (signal.SIGTERM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)[kind]
        begin_s = now_s()
        if kind == 1:
            trial.hubs.hub.send(number)
        slowest_s = max(slowest_s, await trial.stop_hub(number))
        await _look_at_farewells(trial, begin_s)
        await trial.hubs.hub.start()
        await trial.back(trial.hubs.hub.ready_s, limit_s=HUB_BACK_LIMIT_S)
        stops += 1
    trial.facts |= {"stops": stops, "slowest_stop_s": slowest_s}


async def _look_at_farewells(trial: Trial, begin_s: float) -> None:
    """Check that whoever was there got a `bye`, and each kept line its answer."""
    clients = trial.json_clients
    await trial.until(
        lambda: all(one.life.gone_s > begin_s for one in clients), 3.0, "connections stayed open"
    )
    for one in clients:
        byes = [bye for bye in one.life.byes if bye.at_s > begin_s]
        told = [bye for bye in byes if bye.reason == "stopping" and bye.retry_ms]
        trial.check(len(told) == 1, f"{one.name} was told {byes} when the hub stopped")
    _, rooms = read_file(trial.hubs.data / FILE_NAME, trial.history)
    kept = {content.text for room in rooms.values() for content in room.values()}
    # Whoever has not come back yet has not said these again.
    mute = [line.text for one in clients for line in one.unsettled.values() if line.text in kept]
    trial.check(not mute, f"kept, and its sender was not told before the end: {mute[:5]}")


async def freeze_hub(trial: Trial) -> None:
    """F16: SIGSTOP of the hub; nobody is dropped, and all goes on."""
    stop_s = 30.0 if trial.large else 2.0
    crowd = replace(trial.crowd, manner=Manner(patience_s=4 * stop_s))
    await trial.serve(Hubs(trial.folder))
    await trial.gather(crowd)
    rounds = 0
    while trial.more() or rounds < 1:
        trial.hubs.hub.send(signal.SIGSTOP)
        await asyncio.sleep(stop_s)
        trial.hubs.hub.send(signal.SIGCONT)
        await trial.back(now_s())
        rounds += 1
    dropped = [one.name for one in trial.clients if one.life.connections != 1]
    trial.check(not dropped, f"dropped: {dropped}")
    trial.facts["stops"] = rounds


async def storm(trial: Trial) -> None:
    """L2, small: 500 clients come back at once after a restart."""
    await trial.serve(Hubs(trial.folder))
    crowd = Crowd(sayers=10, readers=490, web_share=0.25, rate=20.0, manner=Manner(patience_s=30.0))
    await trial.gather(crowd)
    rounds = 0
    while trial.more() or rounds < 1:
        await trial.hubs.hub.kill()
        await trial.hubs.hub.start()
        await trial.back(trial.hubs.hub.ready_s, limit_s=STORM_LIMIT_S)
        rounds += 1
    trial.facts |= {"clients": len(trial.clients), "restarts": rounds}
