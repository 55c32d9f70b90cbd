"""Faults of the disk: F4, no room, and F14, damaged files at the start."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from clients import now_s
from hubs import Daemon, Hubs, hubbub
from ports import quiet_port
from readings import FILE_NAME, read_pages
from textclient import ROOM
from trial import Crowd, Trial

DISK_BYTES = 8 * 1024 * 1024
"""Room for the log and the 4 MiB of WAL that SQLite gathers before it folds them
into it: the disk is filled by somebody else, who makes room again."""

BACK_LIMIT_S = 5.0
"""Once there is room again, saying works within this, without a restart."""

# A file system of its own, which ends with the process that made it.
SMALL_DISK = 'mkdir -p "$0"; mount -t tmpfs -o size=$1 none "$0" || exit 77; shift; exec "$@"'
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" || exit 77; exec "$@"'
NO_MOUNT = 77


async def disk_full(trial: Trial) -> None:
    """F4: the disk fills up under load, and has room again later."""
    disk = trial.folder / "data"
    prefix = ["unshare", "-rm", "sh", "-c", SMALL_DISK, str(disk), str(DISK_BYTES)]
    await trial.serve(Hubs(trial.folder, prefix=prefix))
    # What the hub sees there is seen here only through its process.
    inside = Path(f"/proc/{trial.hubs.hub.pid}/root{disk}")
    trial.data = inside
    await trial.gather(replace(trial.crowd, rate=100.0))
    rounds = 0

    def refused() -> int:
        return sum(one.life.codes.get("not_stored", 0) for one in trial.json_clients)

    while trial.more() or rounds < 2:
        await trial.pause(0.2, 0.5)
        ballast = inside / "ballast"
        fill(ballast)
        before = refused()
        await trial.until(lambda: refused() > before, 10.0, "nobody was told not_stored")  # noqa: B023
        await trial.pause(0.3, 0.8)
        # Reading goes on, for those who are in and for those who ask.
        _, rooms = await read_pages(trial.hubs.tcp_port, [ROOM], trial.history)
        trial.check(bool(rooms[ROOM]), "the log cannot be read while the disk is full")
        ballast.unlink()
        await trial.back(now_s(), limit_s=BACK_LIMIT_S)
        rounds += 1
    trial.check(trial.hubs.hub.lives == 1, "the hub was started again")
    trial.facts |= {"rounds": rounds, "not_stored": refused()}


def fill(ballast: Path) -> None:
    """Write until there is no room for one byte more."""
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


@dataclass(frozen=True, slots=True)
class Damage:
    """What is done to a stopped hub's files, and the name of the one that suffers."""

    name: str
    do: Callable[[Path], None]
    file: str = FILE_NAME
    read_only: bool = False


def _garbage(file: Path) -> None:
    file.write_bytes(os.urandom(file.stat().st_size))


def _zeroed_page(file: Path) -> None:
    with file.open("r+b") as db:
        db.seek(_page_of_messages(file) * 4096)
        db.write(bytes(4096))


def _page_of_messages(file: Path) -> int:
    """Return the number, from 0, of the page that is the root of the messages."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'messages'")
    return int(page[0]) - 1


def _cut_off(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2 // 4096 * 4096)


def _cut_inside_a_page(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 1000)


def _garbled_wal(file: Path) -> None:
    """Spoil the middle of the WAL that a killed hub left: lines in it were acknowledged.

    Behind its live frames may be others, from before it was begun anew.
    """
    wal = file.with_name(file.name + "-wal")
    data = wal.read_bytes()
    frame_bytes = 24 + int.from_bytes(data[8:12], "big")
    live = 0
    while data[32 + live * frame_bytes + 8 :][:8] == data[16:24]:
        live += 1
    assert live >= 9, f"the WAL holds no more than {live} frames"
    with wal.open("r+b") as db:
        db.seek(32 + live // 3 * frame_bytes)
        db.write(os.urandom(live // 3 * frame_bytes))


DAMAGES = (
    Damage("garbage", _garbage),
    Damage("zeroed page", _zeroed_page),
    Damage("cut off", _cut_off),
    Damage("cut inside a page", _cut_inside_a_page),
    Damage("garbled WAL", _garbled_wal),
    Damage("read-only", lambda file: None, read_only=True),
)


async def damaged_files(trial: Trial) -> None:
    """F14: each damage is refused with the file's name, and the file is left as it is."""
    await trial.serve(Hubs(trial.folder, web=False))
    await trial.gather(Crowd(sayers=4, readers=2, rate=200.0))
    await asyncio.sleep(max(trial.seconds, 2.0))
    await trial.hubs.hub.kill()
    left = trial.folder / "left"  # with its WAL, as a power cut would leave it
    shutil.copytree(trial.hubs.data, left)
    await trial.hubs.hub.start()
    await trial.back(trial.hubs.hub.ready_s)
    whole = trial.folder / "whole"  # a folder that was closed in order
    shutil.copytree(left, whole)
    with closing(sqlite3.connect(whole / FILE_NAME)) as db:
        # Half of a page that nothing is in would be no damage.
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for damage in DAMAGES:
        await _refused(trial, damage, left if "WAL" in damage.name else whole)
    await _zero_length(trial, whole)
    trial.facts["damages"] = len(DAMAGES) + 1


async def _refused(trial: Trial, damage: Damage, of: Path) -> None:
    data = trial.folder / f"damaged {damage.name}"
    shutil.copytree(of, data)
    damage.do(data / damage.file)
    before = _bytes(data)
    hub = _hub(trial, damage.name, data, read_only=damage.read_only)
    hub.launch()
    await hub.begun()
    code = await hub.ended(0.0)
    words = hub.said()
    await hub.kill()
    trial.check(code != NO_MOUNT, "mounts need root, or user namespaces (unshare -rm)")
    trial.check(code not in (None, 0), f"{damage.name}: it served (exit code {code})")
    if code is None:
        return
    trial.check(
        damage.file in words or str(data) in words,
        f"{damage.name}: the file is not named: {words[-300:]}",
    )
    trial.check("Traceback" not in words, f"{damage.name}: a traceback: {words[-300:]}")
    told = any(word in words for word in ("Restore", "move it", "--data", "owner"))
    trial.check(told, f"{damage.name}: not said what to do: {words[-300:]}")
    changed = [name for name, data in _bytes(data).items() if before.get(name, data) != data]
    gone = [name for name in before if name not in _bytes(data)]
    trial.check(not changed and not gone, f"{damage.name}: changed {changed}, removed {gone}")


async def _zero_length(trial: Trial, whole: Path) -> None:
    """An empty file begins a new log, and that is said."""
    data = trial.folder / "empty"
    shutil.copytree(whole, data)
    os.truncate(data / FILE_NAME, 0)
    hub = _hub(trial, "zero length", data)
    await hub.start()
    trial.check("WARNING" in hub.said() and FILE_NAME in hub.said(), "zero length: no warning")
    trial.check(await hub.stop() == 0, "zero length: did not end in order")
    with closing(sqlite3.connect(data / FILE_NAME)) as db:
        ((log,),) = db.execute("SELECT value FROM about WHERE name = 'log'")
    old = next(one.log for one in trial.json_clients)
    trial.check(log != old, "zero length: the new log has the old one's name")


def _hub(trial: Trial, name: str, data: Path, *, read_only: bool = False) -> Daemon:
    command = hubbub("hub", "--tcp-port", str(quiet_port()), "--data", str(data))
    if read_only:
        command = ["unshare", "-rm", "sh", "-c", READ_ONLY, str(data), *command]
    return Daemon(name, command, trial.folder / f"{name}.log")


def _bytes(folder: Path) -> dict[str, bytes]:
    """Return what the log is made of; the index of the WAL is nothing to keep."""
    return {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if file.name.startswith(FILE_NAME) and not file.name.endswith("-shm")
    }
