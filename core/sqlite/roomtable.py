"""What is known of the log's rooms, in memory and in the database.

Synchronous; used in the writer's thread, with the store's lock held. Knows the
tables; does not know what is written, or why.
"""

import sqlite3
from collections.abc import Mapping
from copy import copy

from core.log.entry import RoomRow
from core.sqlite.schema import SEQ_BITS, SEQ_MASK


class RoomTable:
    """The rows of rooms. What a transaction changes are copies, until it is committed."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self._rooms: dict[str, RoomRow] = {}
        self._has_all = False

    def all(self) -> list[RoomRow]:
        """Return every room of the log."""
        if not self._has_all:
            names = self.db.execute("SELECT name FROM rooms ORDER BY id").fetchall()
            self._has_all = True
            for (name,) in names:
                self.copy(name, self._rooms)
        return list(self._rooms.values())

    def get(self, name: str) -> RoomRow | None:
        """Return a room that was looked at before; None for any other."""
        return self._rooms.get(name)

    def copy(self, name: str, into: dict[str, RoomRow]) -> RoomRow:
        """Return a copy of a room's row that may be changed, creating the room."""
        known = into.get(name) or self._rooms.get(name) or self._read(name)
        if known is None:
            self.db.execute("INSERT INTO rooms (name) VALUES (?)", (name,))
            known = self._read(name)
            assert known is not None  # noqa: S101  # inserted the line before
        into[name] = copy(known)
        return into[name]

    def update(self, changed: Mapping[str, RoomRow]) -> None:
        """Take over copies: what they say has been committed."""
        self._rooms.update(changed)

    def forget(self, db: sqlite3.Connection) -> None:
        """Rely on nothing that is remembered: something has failed. Read `db` from now on."""
        self.db = db
        self._rooms.clear()
        self._has_all = False

    def _read(self, name: str) -> RoomRow | None:
        row = self.db.execute(
            "SELECT id, topic, first, indexed, pruned_at FROM rooms WHERE name = ?", (name,)
        ).fetchone()
        if row is None:
            return None
        room = RoomRow(row[0], name, row[1], row[2], row[3], head=row[2] - 1, at=0)
        room.head = self._head(room)
        newest = self.db.execute(
            "SELECT at FROM messages WHERE place = ?", (room.id << SEQ_BITS | room.head,)
        ).fetchone()
        room.at = newest[0] if newest else row[4]
        return room

    def _head(self, room: RoomRow) -> int:
        """Return the newest seq that the database itself holds."""
        (place,) = self.db.execute(
            "SELECT max(place) FROM messages WHERE place BETWEEN ? AND ?",
            (room.id << SEQ_BITS, room.id << SEQ_BITS | SEQ_MASK),
        ).fetchone()
        return room.first - 1 if place is None else max(place & SEQ_MASK, room.first - 1)
