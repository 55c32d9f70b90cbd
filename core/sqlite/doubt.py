"""Whether the clock is believed about age: what the log remembers of it, and who may confirm it.

Used in the writer's thread, with the store's lock held. Knows the table `about` and
the data folder; what a jump is, `core/clockwatch.py` says.
"""

import json
import logging
import sqlite3
from pathlib import Path
from typing import Final

from core.clockwatch import DAY_MS, DOUBT_MS, ClockWatch
from core.sqlite.roomtable import RoomTable

CONFIRMATION: Final = "clock-is-right"
"""A file of this name in the data folder: an operator says that the clock is right."""

REMEMBER_EVERY_MS: Final = 60 * 60 * 1000
"""So often the time is written down: a hub that starts within a day of it is sure."""

_NAME: Final = "clock"

_log = logging.getLogger("hubbub.store")


class KeptClock:
    """A `ClockWatch` that outlives restarts."""

    def __init__(self, rooms: RoomTable, path: Path | None) -> None:
        """`path` is the database's, None in memory."""
        self._rooms = rooms
        self._path = path
        self._watch: ClockWatch | None = None
        self._remembered: tuple[int, int | None] = (0, None)

    def believed_ms(self, now_ms: int) -> int:
        """Look at the clock; return its time, or while it is in doubt the last right one."""
        watch = self._watch
        # At each start it is said anew.
        believed = watch is None or watch.is_believed
        if watch is None:
            watch = self._watch = self._recall()
        watch.look(now_ms)
        if not watch.is_believed and self._is_confirmed():
            watch.confirm(now_ms)
        if believed and not watch.is_believed:
            self._complain(now_ms, watch)
        elif watch.is_believed and not believed:
            _log.warning("event=clock_believed what is old by it is dropped from now on")
        self._remember(now_ms, watch)
        return now_ms if watch.right_ms is None else watch.right_ms

    def _recall(self) -> ClockWatch:
        row = self._rooms.db.execute("SELECT value FROM about WHERE name = ?", (_NAME,)).fetchone()
        if row is not None:
            try:
                right_ms, doubted_since = json.loads(row[0])
                return ClockWatch(int(right_ms), doubted_since and int(doubted_since))
            except (ValueError, TypeError):  # not ours
                pass
        # What was said last was said at a time that was right, as far as is known.
        return ClockWatch(max((room.at for room in self._rooms.all()), default=0) or None)

    def _remember(self, now_ms: int, watch: ClockWatch) -> None:
        if self._path is None or watch.right_ms is None:
            return
        written_ms, doubted_since = self._remembered
        moved_ms = abs(watch.right_ms - written_ms)
        if watch.doubted_since == doubted_since and moved_ms < REMEMBER_EVERY_MS:
            return
        try:
            self._rooms.db.execute(
                "INSERT OR REPLACE INTO about VALUES (?, ?)",
                (_NAME, json.dumps([watch.right_ms, watch.doubted_since])),
            )
        except sqlite3.Error:
            return  # a full disk; it is tried again at the next look
        self._remembered = (watch.right_ms, watch.doubted_since)

    def _is_confirmed(self) -> bool:
        if self._path is None:
            return False
        try:
            self._path.with_name(CONFIRMATION).unlink()
        except OSError:
            return False
        return True

    def _complain(self, now_ms: int, watch: ClockWatch) -> None:
        ahead = (now_ms - (watch.right_ms or now_ms)) / DAY_MS
        how = f"; if it is right, touch {self._path.with_name(CONFIRMATION)}" if self._path else ""
        _log.warning(
            "event=clock_doubted ahead_days=%.1f nothing is dropped by age for %d h%s",
            ahead, DOUBT_MS // 3_600_000, how,
        )  # fmt: skip
