"""F3: the power is cut, and only what was synced is there for certain."""

import asyncio
import json
import shutil
from pathlib import Path

from clients import now_s
from history import LogRead
from hubs import Daemon, Hubs, NotReady, hubbub
from judge import Verdict, judge
from ports import quiet_port
from powercut import STRING_BYTES, TRACE, TRACED, Deed, Loss, deeds, rebuild
from readings import FILE_NAME, check_file, read_file, read_pages
from textclient import ROOM
from trial import Crowd, Trial, wall_s


async def power_cut(trial: Trial, control: Path | None = None) -> None:
    """Trace a hub's writes; start a hub on what each of some instants would have left."""
    trial.check(shutil.which("strace") is not None, "strace is missing: apt-get install strace")
    generation = trial.folder / "trace"
    prefix = [
        "strace", "-D", "-ff", "-qq", "-ttt", "-T", "-xx", "-s", str(STRING_BYTES),
        "-e", f"trace={TRACED}", "-o", str(generation),
    ]  # fmt: skip
    await trial.serve(Hubs(trial.folder, web=False, prefix=prefix, control=control))
    ahead_s = wall_s() - now_s()
    # Each write is told to strace: a slow hub, so few lines.
    await trial.gather(Crowd(sayers=6, readers=4, text_sayers=0, rate=80.0))
    begin_s = now_s()
    await asyncio.sleep(max(trial.seconds, 2.0))
    end_s = now_s()
    done = await asyncio.to_thread(_read_trace, generation, trial.hubs.data)
    trial.check(any(deed.call == "sync" for deed in done), "the trace holds no sync")
    losses = list(Loss)
    # The very first start as well: nothing is promised yet, but the next must work.
    first = [deed.end_s - ahead_s for deed in done if deed.end_s - ahead_s < begin_s]
    early, late = (20, 40) if trial.large else (3, 5)
    instants = [trial.rng.choice(first) for _ in range(early)]
    instants += [trial.rng.uniform(begin_s, end_s) for _ in range(late)]
    for number, cut_s in enumerate(instants):
        loss = losses[number % len(losses)]
        files = rebuild(done, cut_s + ahead_s, loss, trial.rng)
        words = f"instant {number}, {cut_s - begin_s:+.6f} s, {loss.value} lost"
        try:
            verdict = await _judge_instant(trial, f"instant{number}", cut_s, files)
        except NotReady as problem:
            trial.check(False, f"{words}: {str(problem)[-250:]}")
        else:
            trial.verdicts.append(verdict)
            trial.check(verdict.clean, f"{words}: {dict(verdict.counts)}")
    trial.facts |= {"instants": len(instants), "deeds": len(done)}


def _read_trace(generation: Path, data: Path) -> list[Deed]:
    lines: list[str] = []
    for file in generation.parent.glob(f"{generation.name}.*"):
        lines += file.read_text(errors="replace").splitlines()
    return deeds(lines, f"{data}/{FILE_NAME}")


def _leave_trace(of: Path, data: Path) -> None:
    """Take over how often the log was opened; that was synced before anybody was let in.

    The same file would still be at the same place of the disk.
    """
    name = FILE_NAME + TRACE
    told = json.loads((of / name).read_bytes())
    told["inode"] = (data / FILE_NAME).stat().st_ino
    (data / name).write_text(json.dumps(told))


async def _judge_instant(trial: Trial, name: str, cut_s: float, files: dict[str, bytes]) -> Verdict:
    """Start a hub on what is left, and judge its log; raise NotReady if it does not start."""
    data = trial.folder / name
    data.mkdir()
    for path, image in files.items():
        # The index of the WAL is in memory that is gone.
        if not path.endswith("-shm"):
            (data / Path(path).name).write_bytes(image)
    if (data / FILE_NAME).exists():
        _leave_trace(trial.hubs.data, data)
    port = quiet_port()
    command = hubbub("hub", "--tcp-port", str(port), "--data", str(data))
    hub = Daemon(name, command, trial.folder / f"{name}.log")
    try:
        await hub.start()
        log, paged = await read_pages(port, [ROOM], trial.history)
        _, filed = read_file(data / FILE_NAME, trial.history)
        health = check_file(data / FILE_NAME)
        trial.check(health == "ok", f"{name}: corrupt: {health}")
        trial.check(await hub.stop() == 0, f"{name}: the hub did not end in order")
    finally:
        await hub.kill()
    return judge(trial.history.until(cut_s), [LogRead(log, paged, filed)])
