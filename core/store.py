"""The store: the log on disk, appended in groups. Synchronous; runs in threads.

`append` is the only way into the log. It numbers messages inside the very
transaction that keeps them, and decides there what was said before. Nothing
here knows connections, encodings or the event loop.
"""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from core.database import Connect, connect, log_name, open_database, open_reader
from core.errors import NotStored, UnknownOutcome
from core.schema import SEQ_BITS, SEQ_MASK

REUSED: Final = 0
LOST: Final = -1


@dataclass(slots=True)
class Entry:
    """One message on its way into the log.

    `origin` belongs to the hub and is not looked at here. The last three are
    set by `append`; `seq` is then the message's number, REUSED for an id that
    was used for another text, or LOST for one that a failed commit took along.
    """

    room: str
    session: int
    id: str | None
    nick: str
    kind: str | None
    text: str
    origin: Any = None
    seq: int = 0
    at: int = 0
    repeated: bool = False


@dataclass(slots=True)
class Group:
    """What one transaction writes: sessions first, so that ids have an owner."""

    entries: list[Entry] = field(default_factory=list)
    sessions: list[tuple[int, bytes, str]] = field(default_factory=list)
    topics: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class RoomRow:
    """What is known of a room without reading its messages."""

    id: int
    name: str
    topic: str
    first: int
    head: int
    at: int


class Store:
    """A database of rooms. In memory if `path` is None."""

    def __init__(
        self, path: Path | None, now_ms: Callable[[], int], make: Connect = connect
    ) -> None:
        """Open the log; raise StoreUnusable. `now_ms` is the wall clock."""
        self._path = path
        self._make = make
        self._now_ms = now_ms
        self._db = open_database(path, make)
        self.reading = threading.RLock()
        """Held while `reader` is used: in memory it is the writer's connection."""
        self.reader = self._db if path is None else open_reader(path)
        self.log = log_name(self._db)
        self._rooms: dict[str, RoomRow] = {}
        self.failed = False
        """A commit failed and the database could not be reopened yet."""

    def close(self) -> None:
        """Close the log; the WAL is folded into the file."""
        with self.reading:
            self.reader.close()
            self._db.close()

    def rooms(self) -> list[RoomRow]:
        """Return every room of the log."""
        names = self._db.execute("SELECT name FROM rooms ORDER BY id").fetchall()
        return [self._room(name, self._rooms) for (name,) in names]

    def append(self, group: Group) -> None:
        """Keep a group durably and fill in its entries' seq and at.

        Raises NotStored if nothing of it is in the log, UnknownOutcome if the
        commit failed and the database could not be read again. Where it could,
        the group is settled: what is there is durable, the rest is NotStored.
        """
        if self.failed:
            self._reopen(group)
        if self._path is None:
            with self.reading:
                self._append(group)
        else:
            self._append(group)

    def _append(self, group: Group) -> None:
        # Worked on as copies: a rolled back group must leave no number behind.
        rooms: dict[str, RoomRow] = {}
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._write_sessions(group.sessions)
            for name, topic in group.topics:
                room = self._room(name, rooms)
                room.topic = topic
                self._db.execute("UPDATE rooms SET topic = ? WHERE id = ?", (topic, room.id))
            self._write_entries(group.entries, rooms)
        except sqlite3.Error as problem:
            self._roll_back(group)
            raise NotStored(str(problem)) from problem
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as problem:
            self.failed = self._path is not None
            try:
                self._reopen(group)
            except NotStored as worse:
                raise UnknownOutcome(str(problem)) from worse
            return
        self._rooms.update(rooms)

    def _write_sessions(self, sessions: Sequence[tuple[int, bytes, str]]) -> None:
        if sessions:
            now = self._now_ms()
            self._db.executemany(
                "INSERT INTO sessions (number, token, nick, used) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (number) DO UPDATE SET nick = excluded.nick, used = excluded.used",
                [(*session, now) for session in sessions],
            )

    def _write_entries(self, entries: list[Entry], rooms: dict[str, RoomRow]) -> None:
        if not entries:
            return
        # Nearly always no id was said before. So all rows go in at once, and
        # only if one collides are they taken back and told apart one by one.
        rows = self._number(entries, rooms)
        self._db.execute("SAVEPOINT rows")
        try:
            self._db.executemany("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError:
            self._db.execute("ROLLBACK TO rows")
            self._write_one_by_one(entries, rooms)
        self._db.execute("RELEASE rows")

    def _number(self, entries: list[Entry], rooms: dict[str, RoomRow]) -> list[tuple[Any, ...]]:
        now = self._now_ms()
        rows = []
        for entry in entries:
            room = rooms.get(entry.room) or self._room(entry.room, rooms)
            seq = entry.seq = room.head + 1
            room.head = seq
            # The wall clock may jump back; what is shown never does.
            at = entry.at = room.at = max(now, room.at)
            place = room.id << SEQ_BITS | seq
            rows.append((place, at, entry.session, entry.id, entry.nick, entry.kind, entry.text))
        return rows

    def _write_one_by_one(self, entries: list[Entry], rooms: dict[str, RoomRow]) -> None:
        for name in {entry.room for entry in entries}:
            known = rooms[name]
            known.head = self._head(known)
        for entry in entries:
            if entry.id is not None and self._said_before(entry):
                continue
            (row,) = self._number([entry], rooms)
            self._db.execute("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def _said_before(self, entry: Entry) -> bool:
        """Settle an entry whose id its session has used: same text, same seq."""
        found = self._db.execute(
            "SELECT place, at, kind, text, name FROM messages JOIN rooms ON rooms.id = place >> ?"
            " WHERE session = ? AND messages.id = ?",
            (SEQ_BITS, entry.session, entry.id),
        ).fetchone()
        if found is None:
            return False
        place, at, kind, text, room = found
        entry.repeated = True
        same = (kind, text, room) == (entry.kind, entry.text, entry.room)
        entry.seq, entry.at = (place & SEQ_MASK, at) if same else (REUSED, 0)
        return True

    def _room(self, name: str, into: dict[str, RoomRow]) -> RoomRow:
        """Return a copy of a room's row that may be changed, creating the room."""
        known = into.get(name) or self._rooms.get(name) or self._read_room(name)
        if known is None:
            self._db.execute("INSERT INTO rooms (name) VALUES (?)", (name,))
            known = self._read_room(name)
            assert known is not None  # noqa: S101  # inserted the line before
        into[name] = RoomRow(known.id, name, known.topic, known.first, known.head, known.at)
        return into[name]

    def _read_room(self, name: str) -> RoomRow | None:
        row = self._db.execute(
            "SELECT id, topic, first FROM rooms WHERE name = ?", (name,)
        ).fetchone()
        if row is None:
            return None
        room = RoomRow(row[0], name, row[1], row[2], row[2] - 1, 0)
        room.head = self._head(room)
        newest = self._db.execute(
            "SELECT at FROM messages WHERE place = ?", (room.id << SEQ_BITS | room.head,)
        ).fetchone()
        room.at = newest[0] if newest else 0
        return room

    def _head(self, room: RoomRow) -> int:
        """Return the newest seq that the database itself holds."""
        (place,) = self._db.execute(
            "SELECT max(place) FROM messages WHERE place BETWEEN ? AND ?",
            (room.id << SEQ_BITS, room.id << SEQ_BITS | SEQ_MASK),
        ).fetchone()
        return room.first - 1 if place is None else max(place & SEQ_MASK, room.first - 1)

    def index(self, limit: int) -> int:
        """Make up to `limit` more messages searchable; return how many it were.

        This is a step of its own behind the commit: an index kept by a trigger
        would cost most of the append rate. It is not fsynced by itself, since
        what a power cut takes from the index is found missing and made again.
        """
        with self.reading if self._path is None else nullcontext():
            self._db.execute("PRAGMA synchronous = NORMAL")
            try:
                return self._index(limit)
            finally:
                self._db.execute("PRAGMA synchronous = FULL")

    def _index(self, limit: int) -> int:
        done = 0
        for room in list(self._rooms.values()):
            if done >= limit:
                break
            (indexed,) = self._db.execute(
                "SELECT indexed FROM rooms WHERE id = ?", (room.id,)
            ).fetchone()
            if indexed >= room.head:
                continue
            base = room.id << SEQ_BITS
            rows = self._db.execute(
                "SELECT place, text FROM messages WHERE place BETWEEN ? AND ? LIMIT ?",
                (base | (indexed + 1), base | room.head, limit - done),
            ).fetchall()
            newest = rows[-1][0] & SEQ_MASK if rows else room.head
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", rows)
                self._db.execute("UPDATE rooms SET indexed = ? WHERE id = ?", (newest, room.id))
                self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            done += len(rows)
        return done

    def _roll_back(self, group: Group) -> None:
        for entry in group.entries:
            entry.seq = entry.at = 0
            entry.repeated = False
        # Nothing remembered of the rooms may outlive a failure.
        self._rooms.clear()
        try:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        except sqlite3.Error:
            self.failed = True

    def _reopen(self, group: Group) -> None:
        """Begin anew after a failed commit and settle its group.

        A commit that reported an error may be in the WAL all the same. Only
        after a checkpoint has written and fsynced everything is it certain
        that what can be read now will be read after a power cut as well.
        Raises NotStored as long as the database cannot be reopened.
        """
        if self._path is None:
            raise NotStored("the log in memory cannot be written")
        try:
            self._db.close()
            self._db = open_database(self._path, self._make)
            busy, _, _ = self._db.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
            if busy:
                raise sqlite3.OperationalError("the WAL could not be written back")
            self._rooms.clear()
            self.failed = False
            self._settle(group)
        except Exception as problem:
            self.failed = True
            raise NotStored(f"the log cannot be written: {problem}") from problem

    def _settle(self, group: Group) -> None:
        rooms: dict[str, RoomRow] = {}
        for entry in group.entries:
            if entry.seq and not entry.repeated:
                room = self._room(entry.room, rooms)
                found = self._db.execute(
                    "SELECT 1 FROM messages WHERE place = ? AND session = ? AND text = ?",
                    (room.id << SEQ_BITS | entry.seq, entry.session, entry.text),
                ).fetchone()
                if found is None:
                    entry.seq = LOST
