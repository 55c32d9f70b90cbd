"""The store: the log on disk, appended in groups.

Synchronous. `append`, `recover` and `steps` are used in the writer's thread,
`reader` in the reading thread; `close` once both have ended. Knows the tables and
the file; knows no connection, no encoding and no event loop.

Invariants:

- `append` is the only way into the log. `seq` is given, and an id that was said
  before is found, inside the very transaction that keeps the messages: no failure
  leaves a number used, or an id half known.
- A group is committed as a whole or not at all, and is durable when `append`
  returns: SQLite runs with synchronous=FULL.
- A commit that reported an error may be in the write-ahead log all the same. It
  is looked up after the file was reopened and written back, never guessed; as long
  as that fails, `failed` is set and nothing is appended.
- `RoomTable` is what was committed; a transaction works on copies.
- In memory (`path` None) there is one connection for both threads, under one lock.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

from core.atomicfile import FileRefused
from core.clockwatch import DAY_MS
from core.errors import NotStored, StoreUnusable, UnknownOutcome
from core.log.entry import LOST, REUSED, Entry, Group, RoomRow
from core.progress import UNWATCHED, Watch
from core.sqlite.database import (
    Connect,
    connect,
    identify,
    log_name,
    mark_clean_shutdown,
    open_database,
    open_reader,
)
from core.sqlite.generation import read_generation, was_clean_shutdown
from core.sqlite.retention import any_pruned, said_and_pruned
from core.sqlite.roomtable import RoomTable
from core.sqlite.schema import SEQ_BITS, SEQ_MASK
from core.sqlite.steps import MaintenanceSteps
from core.sqlite.timeorder import goes_back, note_turn
from core.throttle import LogThrottle

_log = logging.getLogger("hubbub.store")

WriteEntries = Callable[[list[Entry], dict[str, RoomRow]], bool]

# With ROLLBACK, SQLite keeps no copies of what a statement changes in order to
# take back that statement alone.
_INSERT: Final = "INSERT OR ROLLBACK INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)"
_TRIED: Final = "x" * 16 * 1024
"""As many pages as a message touches with its indexes."""

# No SQLite takes fewer than 999 variables in a statement.
_MANY: Final = 128
# A statement holds a copy of all its texts, also when it is over.
_MANY_CHARACTERS: Final = 64 * 1024
_INSERT_MANY: Final = _INSERT + ", (?, ?, ?, ?, ?, ?, ?)" * (_MANY - 1)


class Store:
    """A database of rooms. In memory if `path` is None."""

    def __init__(
        self, path: Path | None, now_ms: Callable[[], int], make: Connect = connect,
        watch: Watch = UNWATCHED,
    ) -> None:  # fmt: skip
        """Open the log; raise StoreUnusable, or Interrupted if `watch` wants it.

        `now_ms` is the wall clock.
        """
        self._path = path
        self._make = make
        self._now_ms = now_ms
        self.log: str
        self._db = self._open(watch)
        self.reading = threading.RLock()
        """Held while `reader` is used: in memory it is the writer's connection."""
        try:
            self.reader = self._db if path is None else open_reader(path)
        except BaseException:
            self._db.close()
            raise
        # In memory there is one connection, and the reading thread has it too.
        self._writing = self.reading if path is None else threading.RLock()
        self._rooms = RoomTable(self._db)
        self.steps = MaintenanceSteps(path, self._rooms, self._writing, now_ms)
        """Work on the log that nobody waits for."""
        # Whether any id must be looked for among those of pruned messages, too.
        self.steps.has_pruned = bool(self._db.execute("SELECT 1 FROM pruned_ids").fetchone())
        self._turned = LogThrottle(time.monotonic)
        self.failed = False
        """A commit failed and the database could not be reopened yet."""

    def close(self) -> None:
        """Close the log; the WAL is written back into the file."""
        with self.reading:
            self.reader.close()
            self._db.close()
        if self._path is not None and not self.failed:
            try:
                mark_clean_shutdown(self._path)
            except (OSError, FileRefused) as problem:
                _log.warning("event=not_left_whole reason=%s the next start checks it", problem)

    def _open(self, watch: Watch) -> sqlite3.Connection:
        if self._path is None:
            db = open_database(None, self._make)
            self.log = log_name(db)
            return db
        generation = read_generation(self._path)
        whole = self._path.exists() and was_clean_shutdown(generation, self._path)
        db = open_database(self._path, self._make, check=not whole, watch=watch)
        try:
            self.log = identify(db, self._path, generation)
        except (sqlite3.Error, OSError, FileRefused) as problem:
            db.close()
            raise StoreUnusable(
                f"cannot write to the log {self._path}: {problem}. Check the disk and the "
                "folder's owner, or give another folder with --data."
            ) from problem
        return db

    def rooms(self) -> list[RoomRow]:
        """Return every room of the log."""
        return self._rooms.all()

    def append(self, group: Group) -> None:
        """Keep a group durably and fill in its entries' seq and at.

        Raises NotStored if nothing of it is in the log, UnknownOutcome if the
        commit failed and the database could not be read again. Where it could,
        the group is settled: what is there is durable, the rest is LOST.
        While the log is `failed`, only `recover` helps.
        """
        with self._writing:
            if self.failed:
                raise NotStored("the log failed and is not reopened yet")
            self._append(group)

    def _append(self, group: Group) -> None:
        # Worked on as copies: a rolled back group must leave no number behind.
        rooms: dict[str, RoomRow] = {}
        try:
            # Nearly always no id was said before. So all rows go in at once, and
            # only if one collides is everything taken back and told apart.
            if not self._write(group, rooms, self._write_at_once):
                rooms.clear()
                self._write(group, rooms, self._write_one_by_one)
        except sqlite3.Error as problem:
            self._roll_back(group)
            raise NotStored(str(problem)) from problem
        if self._commit(group):
            self._rooms.update(rooms)
            group.kept = True

    def _commit(self, group: Group) -> bool:
        """Commit what was written; False if the group had to be looked up. Raise as `append`."""
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as problem:
            if _was_not_written(problem):
                self._roll_back(group)
                raise NotStored(str(problem)) from problem
            self.failed = self._path is not None
            try:
                self._reopen(group)
            except NotStored as worse:
                raise UnknownOutcome(str(problem)) from worse
            return False
        return True

    def try_writing(self) -> bool:
        """Tell whether a message could be kept now, by writing something as large.

        It goes the way of a message, through a transaction that is synced.
        """
        with self._writing:
            if self.failed:
                return False
            if self._path is None:
                return True
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.execute("INSERT OR REPLACE INTO about VALUES ('tried', ?)", (_TRIED,))
            except sqlite3.Error:
                self._roll_back(Group())
                return False
            try:
                return self._commit(Group())
            except (NotStored, UnknownOutcome):
                return False

    def recover(self) -> list[RoomRow]:
        """Reopen the log after a failed commit; return every room as it is now.

        Raises NotStored as long as that fails.
        """
        with self._writing:
            self._reopen(Group())
            return self.rooms()

    def _write(self, group: Group, rooms: dict[str, RoomRow], write_entries: WriteEntries) -> bool:
        """Write a group into a transaction; False if that was taken back again."""
        self._db.execute("BEGIN IMMEDIATE")
        self._write_sessions(group.sessions)
        for name, topic in group.topics:
            room = self._rooms.copy(name, rooms)
            room.topic = topic
            self._db.execute("UPDATE rooms SET topic = ? WHERE id = ?", (topic, room.id))
        return write_entries(group.entries, rooms)

    def _write_sessions(self, sessions: Sequence[tuple[int, bytes, str]]) -> None:
        if sessions:
            now = self._now_ms()
            self._db.executemany(
                "INSERT INTO sessions (number, token, nick, used) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (number) DO UPDATE SET nick = excluded.nick, used = excluded.used",
                [(*session, now) for session in sessions],
            )

    def _write_at_once(self, entries: list[Entry], rooms: dict[str, RoomRow]) -> bool:
        if self.steps.has_pruned and entries and any_pruned(self._db, entries):
            return self._write_one_by_one(entries, rooms)
        rows = self._number(entries, rooms)
        try:
            self._insert(rows)
        except sqlite3.IntegrityError:
            return False
        return True

    def _insert(self, rows: list[tuple[Any, ...]]) -> None:
        # Each statement gives the interpreter away, and under load the loop gives
        # it back late; so a large group goes in as few statements as can be.
        for begin in range(0, len(rows), _MANY):
            some = rows[begin : begin + _MANY]
            if len(some) == _MANY and sum([len(row[-1]) for row in some]) < _MANY_CHARACTERS:
                self._db.execute(_INSERT_MANY, [*chain.from_iterable(some)])
            else:
                self._db.executemany(_INSERT, some)

    def _number(self, entries: list[Entry], rooms: dict[str, RoomRow]) -> list[tuple[Any, ...]]:
        now = self._now_ms()
        rows = []
        for entry in entries:
            room = rooms.get(entry.room) or self._rooms.copy(entry.room, rooms)
            seq = entry.seq = room.head + 1
            room.head = seq
            place = room.id << SEQ_BITS | seq
            # The wall clock may jump back; what is shown does not, unless the clock
            # had been so far ahead that this would show wrong times for days.
            if now < room.at and goes_back(now, room.at):
                self._turn_back(room, place, now)
            at = entry.at = room.at = max(now, room.at)
            rows.append((place, at, entry.session, entry.id, entry.nick, entry.kind, entry.text))
        return rows

    def _turn_back(self, room: RoomRow, place: int, now_ms: int) -> None:
        note_turn(self._db, place)
        if (left_out := self._turned.allow()) is not None:
            _log.warning(
                "event=times_set_back days=%.1f left_out=%d the clock had been ahead; a room's "
                "new messages have its time again",
                (room.at - now_ms) / DAY_MS, left_out,
            )  # fmt: skip
        room.at = now_ms

    def _write_one_by_one(self, entries: list[Entry], rooms: dict[str, RoomRow]) -> bool:
        for entry in entries:
            if entry.id is not None and self._said_before(entry):
                continue
            self._db.execute(_INSERT, *self._number([entry], rooms))
        return True

    def _said_before(self, entry: Entry) -> bool:
        """Settle an entry whose id its session has used: same text, same seq."""
        found = self._db.execute(
            "SELECT place, at, kind, text, name FROM messages JOIN rooms ON rooms.id = place >> ?"
            " WHERE session = ? AND messages.id = ?",
            (SEQ_BITS, entry.session, entry.id),
        ).fetchone()
        if found is None:
            entry.repeated = said_and_pruned(self._db, entry)
            return entry.repeated
        place, at, kind, text, room = found
        entry.repeated = True
        same = (kind, text, room) == (entry.kind, entry.text, entry.room)
        entry.seq, entry.at = (place & SEQ_MASK, at) if same else (REUSED, 0)
        return True

    def _roll_back(self, group: Group) -> None:
        for entry in group.entries:
            entry.seq = entry.at = 0
            entry.repeated = False
        self._rooms.forget(self._db)
        try:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        except sqlite3.Error:
            self.failed = True

    def _reopen(self, group: Group) -> None:
        """Reopen the log after a failed commit and settle its group.

        A commit that reported an error may be in the WAL all the same. Only
        after a checkpoint has written and fsynced everything is it certain
        that what can be read now will be read after a power cut as well.
        Raises NotStored as long as the database cannot be reopened.
        """
        if self._path is None:
            raise NotStored("the log in memory cannot be written")
        try:
            self._db.close()
            self._db = open_database(self._path, self._make, check=False)
            busy, _, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise sqlite3.OperationalError("the WAL could not be written back")
            self._rooms.forget(self._db)
            self.failed = False
            self._settle(group)
        except Exception as problem:
            self.failed = True
            raise NotStored(f"the log cannot be written: {problem}") from problem

    def _settle(self, group: Group) -> None:
        rooms: dict[str, RoomRow] = {}
        lost: set[tuple[int, str]] = set()
        for entry in group.entries:
            if entry.repeated:
                # It was compared with a copy before it, which may be gone.
                if (entry.session, entry.id) in lost:
                    entry.seq = LOST
            elif entry.seq:
                room = self._rooms.copy(entry.room, rooms)
                found = self._db.execute(
                    "SELECT 1 FROM messages WHERE place = ? AND session = ? AND text = ?",
                    (room.id << SEQ_BITS | entry.seq, entry.session, entry.text),
                ).fetchone()
                if found is None:
                    entry.seq = LOST
                    if entry.id is not None:
                        lost.add((entry.session, entry.id))


def _was_not_written(problem: sqlite3.Error) -> bool:
    """Tell whether a commit failed before its end was written, for want of room.

    The last page of a transaction carries its commit mark, so what ran out of
    room has none, and the same connection goes on over it.
    """
    return getattr(problem, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
