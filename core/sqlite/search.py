"""A search: step by step, so that others have their turn in between.

Synchronous; runs in the hub's reading thread. Knows the tables and the index.
"""

import sqlite3
import unicodedata
from dataclasses import replace
from typing import Final

from core.limits import ANSWER_LIMIT_BYTES, SCAN_BYTES, SCAN_MESSAGES
from core.log.history import EVERYTHING, UNFINISHED, Among, Found
from core.sqlite.rows import COLUMNS, Row, found_in
from core.sqlite.schema import SEQ_BITS, SEQ_MASK
from core.sqlite.store import Store

SCAN_LIMIT: Final = 50_000
"""Messages looked at one by one, for words too short for the index above all."""

TRIGRAM: Final = 3
"""The index holds every three characters in a row; shorter words are not in it."""


class Scan:
    """A search: each step looks at SCAN_MESSAGES or SCAN_BYTES."""

    def __init__(
        self, store: Store, room: str, text: str, before: int | None, limit: int,
        among: Among = EVERYTHING,
    ) -> None:  # fmt: skip
        self._store = store
        self._room = room
        self._words = [word.casefold() for word in text.split()]
        self._indexable = [word for word in self._words if len(word) >= TRIGRAM]
        self._among = among
        self._nick = None if among.nick is None else _folded(among.nick)
        self._first = 0
        self._last = SEQ_MASK if before is None else before - 1
        self._limit = limit
        self._found: list[Row] = []
        self._found_size = 0
        self._left = SCAN_LIMIT // among.share

    def step(self) -> Found:
        """Look further; return UNFINISHED, or what was found when that is all."""
        with self._store.reading:
            rows, at_end = self._next()
        for row in rows:
            if self._is_meant(row):
                self._found.append(row)
                self._found_size += len(row[6])
        self._left -= SCAN_MESSAGES
        enough = len(self._found) > self._limit or self._found_size > ANSWER_LIMIT_BYTES
        if enough or at_end:
            return found_in(self._room, iter(self._found), self._limit, newest_first=True)
        if self._left <= 0:
            found = found_in(self._room, iter(self._found), self._limit, newest_first=True)
            return found if found.more else replace(found, more=True, before=self._last + 1)
        return UNFINISHED

    def _is_meant(self, row: Row) -> bool:
        if self._nick is not None and _folded(row[4]) != self._nick:
            return False
        folded = row[6].casefold()
        return all(word in folded for word in self._words)

    def _next(self) -> tuple[list[Row], bool]:
        """Return the next rows that may be meant, the newest first, and whether they are the last.

        First come those that are not indexed yet, one by one.
        """
        db = self._store.reader
        known = db.execute("SELECT id, indexed FROM rooms WHERE name = ?", (self._room,)).fetchone()
        if known is None or not (self._words or self._among.narrows):
            return [], True
        base, indexed = known[0] << SEQ_BITS, known[1]
        if not self._first:
            self._bound(db, base)
        if self._last < self._first:
            return [], True
        unindexed = indexed if self._indexable else 0
        rows: list[Row] = []
        if self._last > unindexed:
            cursor = db.execute(
                f"SELECT {COLUMNS} FROM messages WHERE place BETWEEN ? AND ?"  # noqa: S608
                " ORDER BY place DESC",
                (base | max(unindexed + 1, self._first), base | self._last),
            )
            if self._take(cursor, rows):
                return rows, False
            self._last = unindexed
        if not self._indexable or self._last < self._first:
            return rows, True
        # Quoted, a word is looked for as it is: the index's own syntax is inert.
        query = " ".join('"' + word.replace('"', '""') + '"' for word in self._indexable)
        cursor = db.execute(
            f"SELECT {COLUMNS} FROM words JOIN messages ON place = words.rowid"  # noqa: S608
            " WHERE words MATCH ? AND words.rowid BETWEEN ? AND ? ORDER BY words.rowid DESC",
            (query, base | self._first, base | self._last),
        )
        return rows, not self._take(cursor, rows)

    def _bound(self, db: sqlite3.Connection, base: int) -> None:
        """Find the numbers that the times stand for: times never decrease within a room."""
        since, until = self._among.since, self._among.until
        self._first = 1 if since is None else _first_since(db, base, since)
        if until is not None:
            self._last = min(self._last, _first_since(db, base, until) - 1)

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


def _first_since(db: sqlite3.Connection, base: int, at: int) -> int:
    """Return the number of a room's first message that is not older; one beyond all, if none is."""
    between = "FROM messages WHERE place BETWEEN ? AND ? ORDER BY place"
    bounds = (base | 1, base | SEQ_MASK)
    oldest = db.execute(f"SELECT place {between} LIMIT 1", bounds).fetchone()
    newest = db.execute(f"SELECT place {between} DESC LIMIT 1", bounds).fetchone()
    if oldest is None:
        return 1
    first: int = oldest[0] & SEQ_MASK
    last: int = newest[0] & SEQ_MASK
    while first <= last:
        middle = (first + last) // 2
        row = db.execute(
            f"SELECT place, at {between} LIMIT 1",
            (base | middle, base | SEQ_MASK),
        ).fetchone()
        if row[1] < at:
            first = (row[0] & SEQ_MASK) + 1
        else:
            last = middle - 1
    return first


def _folded(nick: str) -> str:
    """Return a nick so that it is equal to the same in whatever case."""
    return unicodedata.normalize("NFC", nick.casefold())
