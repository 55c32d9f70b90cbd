"""F15: a backup under load, and an older one restored."""

import asyncio
import subprocess
from pathlib import Path

from clients import now_s
from history import History, LogRead
from hubs import ROOT, Hubs, hubbub
from readings import FILE_NAME, check_file, read_file
from trial import Crowd, Trial

BACKUP_LIMIT_S = 30.0


async def restore(trial: Trial) -> None:
    """Back up while lines are said, go on, then start on the backup."""
    await trial.serve(Hubs(trial.folder))
    # Text mode is not told which log it reads, so it cannot be judged here.
    await trial.gather(Crowd(text_sayers=0, text_readers=0))
    rounds = 0
    while trial.more() or rounds < 1:
        await trial.pause(0.3, 1.0)
        backup = trial.folder / f"backup{rounds}.sqlite3"
        if not await _back_up(trial, backup):
            return
        await trial.pause(0.3, 1.0)
        await trial.stop_hub()
        log, filed = read_file(trial.hubs.data / FILE_NAME, trial.history)
        trial.old_logs.append(LogRead(log, filed, filed))
        _check_prefix(trial, backup, filed)
        for file in trial.hubs.data.glob(f"{FILE_NAME}*"):
            file.unlink()
        backup.rename(trial.hubs.data / FILE_NAME)
        await trial.hubs.hub.start()
        await trial.back(trial.hubs.hub.ready_s)
        logs = {one.log for one in trial.json_clients}
        trial.check(log not in logs, "the restored log has the name of the one it is older than")
        unsaid = [one.name for one in trial.json_clients if one.places and not _told(one, log)]
        trial.check(not unsaid, f"not told that it is another log: {unsaid}")
        rounds += 1
    trial.facts["restored"] = rounds


def _told(client: object, old: str) -> bool:
    from clients import JsonClient

    assert isinstance(client, JsonClient)
    last = client.reader.stretches[-1]
    return last.log != old and [reset.reason for reset in last.resets] == ["other_log"]


async def _back_up(trial: Trial, backup: Path) -> bool:
    command = hubbub("backup", str(backup), "--data", str(trial.hubs.data))
    begin_s = now_s()
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=False,
        timeout=BACKUP_LIMIT_S,
    )  # fmt: skip
    trial.facts["backup_s"] = now_s() - begin_s
    trial.check(done.returncode == 0, f"hubbub backup: {done.returncode}: {done.stderr[-500:]}")
    return done.returncode == 0


def _check_prefix(trial: Trial, backup: Path, filed: dict) -> None:  # type: ignore[type-arg]
    """A backup holds the log up to a place: nothing is missing before it."""
    trial.check(check_file(backup) == "ok", f"the backup is damaged: {check_file(backup)}")
    _, kept = read_file(backup, History())
    for room, messages in kept.items():
        prefix = {seq: one for seq, one in filed[room].items() if seq <= max(messages, default=0)}
        trial.check(messages == prefix, f"the backup is no prefix of {room}")
    trial.check(any(kept.values()), "the backup holds no message")
