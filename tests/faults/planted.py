"""Run hubbub with one thing planted below the store: `planted.py CONTROL COMMAND…`.

CONTROL is a JSON file that is looked at again whenever it changes:

    commit          "before": COMMIT raises and did nothing; "after": it raises
                    and did everything; "full": statements that write find no room;
                    "forget": it tells that it did, and did not
    synchronous     what PRAGMA synchronous is set to, whatever the hub asks for
    chance          how likely each of them fails, 0 to 1; 1 without it
    open            false: the file cannot be opened
    clock_offset_s  what is added to the wall clock
    limits          constants of modules: {"core.limits.STALL_LIMIT_S": 2}
    hurry           the kernel's probes of a silent peer come so many times sooner

The last two are looked at once. What is planted where nothing is any more
fails loudly: a fault that does not happen would pass for one survived. Each
time that something planted strikes, a byte is appended to CONTROL.struck.
"""

import importlib
import json
import random
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

WRITES = ("INSERT", "UPDATE", "DELETE")


class Control:
    """The control file, read anew when it has changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._struck = file.with_suffix(".struck")
        self._changed_ns = -1
        self._values: dict[str, Any] = {}

    def get(self, name: str, default: Any = None) -> Any:
        changed_ns = self._file.stat().st_mtime_ns
        if changed_ns != self._changed_ns:
            self._values = json.loads(self._file.read_text())
            self._changed_ns = changed_ns
        return self._values.get(name, default)

    def struck(self) -> None:
        with self._struck.open("ab") as file:
            file.write(b".")

    def strikes(self, mode: str) -> bool:
        """Tell whether a commit of this mode fails now."""
        if self.get("commit") != mode or random.random() >= self.get("chance", 1.0):
            return False
        self.struck()
        return True


class Planted(sqlite3.Connection):
    """A connection that fails as the control file says."""

    control: Control

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        word = sql.split(None, 1)[0].upper()
        if word == "COMMIT":
            return self._commit()
        if word in WRITES and self.control.strikes("full"):
            raise sqlite3.OperationalError("database or disk is full")
        if "SYNCHRONOUS" in sql.upper() and self.control.get("synchronous"):
            self.control.struck()
            sql = f"PRAGMA synchronous = {self.control.get('synchronous')}"
        return super().execute(sql, *arguments)

    def executemany(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if self.control.strikes("full"):
            raise sqlite3.OperationalError("database or disk is full")
        return super().executemany(sql, *arguments)

    def commit(self) -> None:
        self._commit()

    def _commit(self) -> sqlite3.Cursor:
        if self.control.strikes("forget"):
            return super().execute("ROLLBACK")
        if self.control.strikes("before"):
            raise sqlite3.OperationalError("disk I/O error")
        done = super().execute("COMMIT")
        if self.control.strikes("after"):
            raise sqlite3.OperationalError("disk I/O error")
        return done


def plant_connections(control: Control) -> None:
    """Have every connection to SQLite be a planted one, whoever makes it."""
    Planted.control = control
    really = sqlite3.connect

    def connect(*arguments: Any, **more: Any) -> Any:
        if not control.get("open", True):
            control.struck()
            raise sqlite3.OperationalError("unable to open database file")
        return really(*arguments, **more | {"factory": Planted})

    sqlite3.connect = connect
    if control.get("open", True):
        from core.sqlite import database

        wanted("core.sqlite.database.connect", isinstance(database.connect(":memory:"), Planted))


def plant_clock(control: Control) -> None:
    """Have the wall clock, not the monotonic one, be off."""
    time_ns, time_s = time.time_ns, time.time

    def shifted_ns() -> int:
        return time_ns() + int(control.get("clock_offset_s", 0) * 1e9)

    time.time_ns = shifted_ns
    time.time = lambda: time_s() + control.get("clock_offset_s", 0)
    from core.clock import LoopClock

    off_ms = LoopClock.now_ms(LoopClock.__new__(LoopClock)) - time_ns() / 1e6
    wanted("clock", abs(off_ms - 1000 * control.get("clock_offset_s", 0)) < 1000)


def plant_limits(limits: dict[str, Any]) -> None:
    """Change constants, before anybody has taken a copy of them."""
    for path, value in limits.items():
        module, _, name = path.rpartition(".")
        found = importlib.import_module(module)
        wanted(path, hasattr(found, name))
        setattr(found, name, value)


def plant_hurry(times: int) -> None:
    """Shorten every probe and patience that the hub asks of the kernel."""
    from core import limits

    before = limits.peer_gone_s()
    for name in ("PEER_SILENT_S", "PEER_PROBE_S"):
        wanted(name, hasattr(limits, name))
        setattr(limits, name, max(getattr(limits, name) // times, 1))
    wanted("peer_gone_s", limits.peer_gone_s() < before)


def wanted(what: str, found: bool) -> None:
    """End the program if a plant finds no ground."""
    if not found:
        sys.exit(f"planted.py: {what} is not where it was; the plant must follow it")


def main() -> int:
    """Plant, then run the command line."""
    control = Control(Path(sys.argv[1]))
    limits = control.get("limits", {})
    plant_limits(limits)
    plant_connections(control)
    plant_clock(control)
    if control.get("hurry"):
        plant_hurry(control.get("hurry"))
    from hubbub.cli import run

    return run(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
