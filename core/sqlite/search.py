"""A search: step by step, so that others have their turn in between.

Synchronous; runs in the hub's reading thread. Knows the tables and the index.
"""

import sqlite3
from typing import Final

from core.limits import ANSWER_LIMIT_BYTES, SCAN_BYTES, SCAN_MESSAGES
from core.log.history import UNFINISHED, Found
from core.sqlite.rows import COLUMNS, Row, found_in
from core.sqlite.schema import SEQ_BITS, SEQ_MASK
from core.sqlite.store import Store

SCAN_LIMIT: Final = 50_000
"""Messages looked at one by one, for words too short for the index above all."""

TRIGRAM: Final = 3
"""The index holds every three characters in a row; shorter words are not in it."""


class Scan:
    """A search: each step looks at SCAN_MESSAGES or SCAN_BYTES."""

    def __init__(self, store: Store, room: str, text: str, before: int | None, limit: int) -> None:
        self._store = store
        self._room = room
        self._words = [word.casefold() for word in text.split()]
        self._indexable = [word for word in self._words if len(word) >= TRIGRAM]
        self._last = SEQ_MASK if before is None else before - 1
        self._limit = limit
        self._found: list[Row] = []
        self._found_size = 0
        self._left = SCAN_LIMIT

    def step(self) -> Found:
        """Look further; return UNFINISHED, or what was found when that is all."""
        with self._store.reading:
            rows, at_end = self._next()
        for row in rows:
            folded = row[6].casefold()
            if all(word in folded for word in self._words):
                self._found.append(row)
                self._found_size += len(row[6])
        self._left -= SCAN_MESSAGES
        enough = len(self._found) > self._limit or self._found_size > ANSWER_LIMIT_BYTES
        if enough or at_end or self._left <= 0:
            return found_in(self._room, iter(self._found), self._limit, newest_first=True)
        return UNFINISHED

    def _next(self) -> tuple[list[Row], bool]:
        """Return the next rows that may be meant, the newest first, and whether they are the last.

        First come those that are not indexed yet, one by one.
        """
        db = self._store.reader
        known = db.execute("SELECT id, indexed FROM rooms WHERE name = ?", (self._room,)).fetchone()
        if known is None or not self._words:
            return [], True
        base, indexed = known[0] << SEQ_BITS, known[1]
        unindexed = indexed if self._indexable else 0
        rows: list[Row] = []
        if self._last > unindexed:
            cursor = db.execute(
                f"SELECT {COLUMNS} FROM messages WHERE place BETWEEN ? AND ?"  # noqa: S608
                " ORDER BY place DESC",
                (base | (unindexed + 1), base | self._last),
            )
            if self._take(cursor, rows):
                return rows, False
            self._last = unindexed
        if not self._indexable:
            return rows, True
        # Quoted, a word is looked for as it is: the index's own syntax is inert.
        query = " ".join('"' + word.replace('"', '""') + '"' for word in self._indexable)
        cursor = db.execute(
            f"SELECT {COLUMNS} FROM words JOIN messages ON place = words.rowid"  # noqa: S608
            " WHERE words MATCH ? AND words.rowid BETWEEN ? AND ? ORDER BY words.rowid DESC",
            (query, base | 1, base | self._last),
        )
        return rows, not self._take(cursor, rows)

    def _take(self, cursor: sqlite3.Cursor, rows: list[Row]) -> bool:
        """Add to `rows` what one step may look at; return whether there may be more."""
        size = sum(len(row[6]) for row in rows)
        for row in cursor:
            rows.append(row)
            size += len(row[6])
            if len(rows) >= SCAN_MESSAGES or size > SCAN_BYTES:
                self._last = (row[0] & SEQ_MASK) - 1
                cursor.close()
                return True
        return False
