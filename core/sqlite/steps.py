"""Work on the log that nobody waits for, a step at a time: indexing, dropping, checkpoints.

Each step holds the store's lock for milliseconds. When which one is done is
decided elsewhere (`core/sqlite/maintenance.py`). Knows the tables; knows no
thread and no clock.
"""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from core.log.journal import Pruned
from core.sqlite.database import BUSY_LIMIT_MS
from core.sqlite.doubt import KeptClock
from core.sqlite.index import index_messages
from core.sqlite.retention import forget_sessions, prune_room
from core.sqlite.roomtable import RoomTable
from core.wire.messages import Retention


class MaintenanceSteps:
    """The steps that a store can be told to take."""

    def __init__(
        self, path: Path | None, rooms: RoomTable, lock: threading.RLock,
        now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        """`lock` is the writer's; `now_ms` the wall clock."""
        self._path = path
        self._rooms = rooms
        self._lock = lock
        self._now_ms = now_ms
        self._began_ms = now_ms()
        self._clock = KeptClock(rooms, path)
        self.has_pruned = False
        """Messages were dropped, whose ids must be looked for from now on."""

    @property
    def _db(self) -> sqlite3.Connection:
        return self._rooms.db

    def index(self, limit: int) -> int:
        """Make up to `limit` more messages searchable; return how many it were.

        Synced like everything else: with several transactions on their way to
        the disk, a power cut could leave the last one without the first, which
        looks like damage (`core/sqlite/walcheck.py`).
        """
        with self._lock:
            return index_messages(self._db, self._rooms.all(), limit)

    def unindexed(self) -> int:
        """Return how many messages cannot be searched yet."""
        with self._lock:
            return sum(
                max(room.head - max(room.indexed, room.first - 1), 0) for room in self._rooms.all()
            )

    def room_names(self) -> list[str]:
        """Return the names of all rooms of the log."""
        with self._lock:
            return [room.name for room in self._rooms.all()]

    def believed_ms(self) -> int:
        """Look at the clock; return its time, or while it is in doubt the last right one."""
        with self._lock:
            return self._clock.believed_ms(self._now_ms())

    def prune(
        self, names: list[str], keeps: Retention, limit: int, now_ms: int | None = None
    ) -> list[Pruned]:
        """Drop messages that need not be kept; return what became of rooms.

        Rooms that are done with are taken from the end of `names`. No more than
        `limit` messages are dropped, nor rooms looked at. `now_ms` is what their age
        is measured by, without it the clock.
        """
        pruned: list[Pruned] = []
        now = self._now_ms() if now_ms is None else now_ms
        with self._lock:
            while names and limit > 0:
                room = self._rooms.get(names[-1])
                done = room and prune_room(self._db, room, keeps, now, limit)
                if not done:
                    names.pop()
                    limit -= 1
                    continue
                self.has_pruned = True
                limit -= done.messages
                pruned.append(done)
        return pruned

    def forget_sessions(self, after: int) -> int | None:
        """Drop, of some sessions numbered behind `after`, those of which nothing is left.

        Return behind which to go on, None at the end.
        """
        with self._lock:
            return forget_sessions(self._db, self._began_ms, after)

    def wal_bytes(self) -> int:
        """Return the size of the write-ahead log."""
        if self._path is None:
            return 0
        wal = self._path.with_name(self._path.name + "-wal")
        return wal.stat().st_size if wal.exists() else 0

    def checkpoint(self) -> bool:
        """Write the write-ahead log back into the file; False if a reader is in the way.

        It does not wait for one: a backup reads for as long as it takes.
        """
        with self._lock:
            self._db.execute("PRAGMA busy_timeout = 0")
            try:
                busy, _, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._db.execute(f"PRAGMA busy_timeout = {BUSY_LIMIT_MS}")
        return not busy
