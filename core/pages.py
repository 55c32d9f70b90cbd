"""Reading the log from disk: pages for readers who were lapped, and questions.

Everything here is synchronous and runs in the hub's reading thread. Knows the
tables; knows no connection and no rule.
"""

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from msgspec import UNSET

from core.limits import ANSWER_LIMIT_BYTES, PAGE_BYTES, PAGE_MESSAGES, SCAN_BYTES, SCAN_MESSAGES
from core.log import Batch
from core.messages import Message, encode
from core.schema import SEQ_BITS, SEQ_MASK
from core.store import Store

SCAN_LIMIT: Final = 50_000
"""Messages read one by one for words too short for the index."""

TRIGRAM: Final = 3
"""The index holds every three characters in a row; shorter words are not in it."""

PAGE_CACHE_BYTES: Final = 4 * 1024 * 1024

_COLUMNS: Final = "place, at, session, id, nick, kind, messages.text"


@dataclass(frozen=True, slots=True)
class Found:
    """Messages in the order of `seq`, and whether the log goes on beyond them."""

    messages: tuple[Message, ...]
    more: bool


UNFINISHED: Final = Found((), True)
"""What a search answers whose next step is yet to be taken."""

Row = tuple[Any, ...]


class Scan:
    """A search, step by step: each looks at SCAN_MESSAGES at most."""

    def __init__(self, store: Store, room: str, text: str, before: int | None, limit: int) -> None:
        self._store = store
        self._room = room
        self._words = [word.casefold() for word in text.split()]
        self._last = SEQ_MASK if before is None else before - 1
        self._limit = limit
        self._found: list[Row] = []
        self._left = SCAN_LIMIT

    def step(self) -> Found:
        """Look further; return UNFINISHED, or what was found when that is all."""
        with self._store.reading:
            rows = self._candidates()
        for row in rows:
            folded = row[6].casefold()
            if all(word in folded for word in self._words):
                self._found.append(row)
        self._left -= SCAN_MESSAGES
        whole = len(self._found) > self._limit or _size(self._found) > ANSWER_LIMIT_BYTES
        if whole or not rows or self._left <= 0:
            return _found(self._room, iter(self._found), self._limit, newest_first=True)
        self._last = (rows[-1][0] & SEQ_MASK) - 1
        return UNFINISHED

    def _candidates(self) -> list[Row]:
        """Return the next rows, the newest first: those that are not indexed yet, one by one."""
        db = self._store.reader
        known = db.execute("SELECT id, indexed FROM rooms WHERE name = ?", (self._room,)).fetchone()
        if known is None or not self._words:
            return []
        base, indexed = known[0] << SEQ_BITS, known[1]
        indexable = [word for word in self._words if len(word) >= TRIGRAM]
        unindexed = indexed if indexable else 0
        if self._last > unindexed:
            rows = _some(
                db.execute(
                    f"SELECT {_COLUMNS} FROM messages WHERE place BETWEEN ? AND ?"  # noqa: S608
                    " ORDER BY place DESC",
                    (base | (unindexed + 1), base | self._last),
                )
            )
            if rows:
                return rows
        if not indexable:
            return []
        # Quoted, a word is looked for as it is: the index's own syntax is inert.
        query = " ".join('"' + word.replace('"', '""') + '"' for word in indexable)
        return _some(
            db.execute(
                f"SELECT {_COLUMNS} FROM words JOIN messages ON place = words.rowid"  # noqa: S608
                " WHERE words MATCH ? AND words.rowid BETWEEN ? AND ? ORDER BY words.rowid DESC",
                (query, base | 1, base | min(indexed, self._last)),
            )
        )


def _some(cursor: sqlite3.Cursor) -> list[Row]:
    """Return as many rows as one step may look at, and no more than PAGE_BYTES and one."""
    rows: list[Row] = []
    size = 0
    for row in cursor:
        rows.append(row)
        size += len(row[6])
        if len(rows) >= SCAN_MESSAGES or size > SCAN_BYTES:
            break
    cursor.close()
    return rows


def _size(rows: list[Row]) -> int:
    return sum([len(row[6]) for row in rows])


class Pages:
    """Reads rooms of a store. Holds its lock while it reads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # Complete pages never change, and readers who lag at about the same
        # place want the same ones, already encoded.
        self._kept: OrderedDict[tuple[str, int], Batch] = OrderedDict()
        self._kept_bytes = 0
        self._kept_lock = threading.Lock()

    def kept(self, room: str, after: int) -> Batch | None:
        """Return the page that begins behind `after`, if it is in memory."""
        return self._kept.get((room, after + 1))

    def read(self, room: str, after: int) -> Batch | None:
        """Return the page that begins behind `after`; None if there is none.

        It ends where PAGE_BYTES are full, and at every PAGE_MESSAGES of a room,
        so that readers who began at different places soon share pages.
        """
        last = (after // PAGE_MESSAGES + 1) * PAGE_MESSAGES
        rows: list[Row] = []
        size = 0
        for row in self._rows(room, after + 1, last):
            size += len(row[6])
            if rows and size > PAGE_BYTES:
                last = rows[-1][0] & SEQ_MASK
                break
            rows.append(row)
        if not rows:
            return None
        batch = Batch([_message(room, row) for row in rows], [row[2] for row in rows])
        if batch.last == last:
            self._keep((room, batch.first), batch)
        return batch

    def forget(self, room: str) -> None:
        """Hold no page of a room any more."""
        with self._kept_lock:
            for key in [key for key in self._kept if key[0] == room]:
                self._kept_bytes -= self._kept.pop(key).size_bytes

    def before(self, room: str, before: int | None, limit: int) -> Found:
        """Return the newest messages of a room, or those just before `before`."""
        last = SEQ_MASK if before is None else before - 1
        return _found(room, self._rows(room, 1, last, newest_first=True), limit, newest_first=True)

    def after(self, room: str, after: int, limit: int) -> Found:
        """Return the messages just behind `after`."""
        return _found(room, self._rows(room, after + 1, SEQ_MASK), limit)

    def since(self, room: str, at: int, limit: int) -> Found:
        """Return the first messages of a room that are not older than `at`."""
        first, head = self._bounds(room)
        # `at` never decreases within a room, so its place is found by halves.
        while first <= head:
            middle = (first + head) // 2
            row = next(self._rows(room, middle, SEQ_MASK, columns="place, at"), None)
            if row and row[1] < at:
                first = (row[0] & SEQ_MASK) + 1
            else:
                head = middle - 1
        return self.after(room, first - 1, limit)

    def search(self, room: str, text: str, before: int | None, limit: int) -> Scan:
        """Return a search for the newest messages that hold every word of `text`."""
        return Scan(self._store, room, text, before, limit)

    def session(self, token_hash: bytes) -> tuple[int, str] | None:
        """Return number and last nick of the session with this token."""
        with self._store.reading:
            row: tuple[int, str] | None = self._store.reader.execute(
                "SELECT number, nick FROM sessions WHERE token = ?", (token_hash,)
            ).fetchone()
        return row

    def _rows(
        self, room: str, first: int, last: int, *, newest_first: bool = False,
        columns: str = _COLUMNS,
    ) -> Iterator[Row]:  # fmt: skip
        """Give messages one by one: whoever has enough of them reads no further."""
        with self._store.reading:
            known = self._store.reader.execute(
                "SELECT id FROM rooms WHERE name = ?", (room,)
            ).fetchone()
            if known is None:
                return
            base = known[0] << SEQ_BITS
            cursor = self._store.reader.execute(
                f"SELECT {columns} FROM messages WHERE place BETWEEN ? AND ?"  # noqa: S608
                f" ORDER BY place {'DESC' if newest_first else ''}",
                (base | max(first, 0), base | max(last, 0)),
            )
            try:
                yield from cursor
            finally:
                cursor.close()

    def _bounds(self, room: str) -> tuple[int, int]:
        first = next(self._rows(room, 1, SEQ_MASK, columns="place"), None)
        last = next(self._rows(room, 1, SEQ_MASK, columns="place", newest_first=True), None)
        return (first[0] & SEQ_MASK, last[0] & SEQ_MASK) if first and last else (1, 0)

    def _keep(self, key: tuple[str, int], batch: Batch) -> None:
        with self._kept_lock:
            if key not in self._kept:
                self._kept[key] = batch
                self._kept_bytes += batch.size_bytes
            while self._kept_bytes > PAGE_CACHE_BYTES:
                _, dropped = self._kept.popitem(last=False)
                self._kept_bytes -= dropped.size_bytes


def _message(room: str, row: Row) -> Message:
    place, at, _, id_, nick, kind, text = row
    return Message(
        room=room, seq=place & SEQ_MASK, id=UNSET if id_ is None else id_, at=at, nick=nick,
        kind=UNSET if kind is None else kind, text=text,
    )  # fmt: skip


def _found(room: str, rows: Iterator[Row], limit: int, *, newest_first: bool = False) -> Found:
    """Return the first of `rows` as one answer may hold them, in the order of `seq`."""
    messages: list[Message] = []
    size = 0
    more = False
    for row in rows:
        message = _message(room, row)
        size += len(encode(message))
        more = len(messages) >= limit or (size > ANSWER_LIMIT_BYTES and bool(messages))
        if more:
            break
        messages.append(message)
    return Found(tuple(messages[::-1] if newest_first else messages), more)
