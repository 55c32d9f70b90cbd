"""What happens to a log over the years: F7, newer versions, and dropping what is old."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from clients import now_s
from hubs import Daemon, Hubs, hubbub
from plants import Plant
from ports import quiet_port
from readings import FILE_NAME
from trial import Trial

FIRST_VERSION = Path(__file__).parents[1] / "core" / "files" / "version-1.sqlite3"

KEPT_MESSAGES = 40


async def killed_migration(trial: Trial) -> None:
    """F7: an older file, killed at its first starts; and a newer one, which is refused."""
    before = _messages(FIRST_VERSION)
    rounds = 0
    end_s = now_s() + trial.seconds
    while now_s() < end_s or rounds < 3:
        data = trial.folder / f"round{rounds}"
        data.mkdir()
        shutil.copyfile(FIRST_VERSION, data / FILE_NAME)
        hub = _hub(trial, f"round{rounds}", data)
        for _ in range(3):
            hub.launch()
            await trial.pause(0.1, 0.6)
            await hub.kill()
        await hub.start()
        trial.check(await hub.stop() == 0, "the hub did not end in order")
        trial.check(_messages(data / FILE_NAME) == before, "messages of the older file are gone")
        rounds += 1
    with closing(sqlite3.connect(data / FILE_NAME)) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        trial.check(version > 1, f"the file is still of version {version}")
        db.execute(f"PRAGMA user_version = {version + 1}")
    newer = (data / FILE_NAME).read_bytes()
    hub = _hub(trial, "newer", data)
    hub.launch()
    trial.check(await hub.ended(10.0) == 1, "a newer file was not refused")
    trial.check("newer" in hub.said() and FILE_NAME in hub.said(), f"not said: {hub.said()}")
    trial.check((data / FILE_NAME).read_bytes() == newer, "a newer file was changed")
    trial.facts["rounds"] = rounds
    # And an older log, nothing said in it yet, serves a crowd.
    hubs = Hubs(trial.folder)
    hubs.data.mkdir()
    shutil.copyfile(FIRST_VERSION, hubs.data / FILE_NAME)
    with closing(sqlite3.connect(hubs.data / FILE_NAME)) as db:
        db.executescript(
            "DELETE FROM messages; DELETE FROM rooms; DELETE FROM sessions;"
            "INSERT INTO words (words) VALUES ('delete-all');"
        )
    await trial.serve(hubs)
    await trial.gather()
    await asyncio.sleep(1.0)
    await hubs.hub.kill()
    await hubs.hub.start()
    await trial.back(hubs.hub.ready_s)


def _hub(trial: Trial, name: str, data: Path) -> Daemon:
    command = hubbub("hub", "--tcp-port", str(quiet_port()), "--data", str(data))
    return Daemon(name, command, trial.folder / f"{name}.log")


def _messages(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as db:
        return db.execute("SELECT * FROM messages ORDER BY place").fetchall()


async def pruning(trial: Trial) -> None:
    """Only the newest messages are kept, while all talk and some come back late."""
    limits = {"core.sqlite.maintenance.PRUNE_EVERY_S": 0.2, "core.limits.TAIL_LIMIT_BYTES": 2000}
    plant = Plant(trial.folder, limits=limits)
    hubs = Hubs(trial.folder, control=plant.file, more=("--keep-messages", str(KEPT_MESSAGES)))
    trial.prunes = True
    await trial.serve(hubs)
    # What text mode has shown can be judged only by what the log still holds.
    await trial.gather(replace(trial.crowd, text_sayers=0, text_readers=0))
    rounds = 0
    while trial.more() or rounds < 3:
        # Away for so long that what they have not seen is dropped.
        late = [one for one in trial.json_clients if one.name.startswith("r")][:3]
        for one in late:
            one.away(1.0)
        await trial.pause(0.6, 1.0)
        if rounds % 3 == 2:
            await trial.hubs.hub.kill()
            await trial.hubs.hub.start()
        await trial.back(now_s())
        rounds += 1
    await asyncio.sleep(0.5)
    stretches = [one for client in trial.json_clients for one in client.reader.stretches]
    resets = sum(len(stretch.resets) for stretch in stretches)
    trial.check(resets > 0, "nobody was told that messages were dropped")
    with closing(sqlite3.connect(trial.hubs.data / FILE_NAME)) as db:
        (kept,) = db.execute("SELECT count(*) FROM messages").fetchone()
    trial.check(kept < 10 * KEPT_MESSAGES, f"{kept} messages are kept, {KEPT_MESSAGES} were wanted")
    trial.facts |= {"rounds": rounds, "resets": resets, "kept": kept}
