"""Reading the log from disk: pages for readers who were lapped, and questions.

Everything here is synchronous and runs in the hub's reading thread. Knows the
tables; knows no connection and no rule.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from msgspec import UNSET

from core.limits import PAGE_MESSAGES
from core.log import Batch
from core.messages import Message
from core.schema import SEQ_BITS, SEQ_MASK
from core.store import Store

SCAN_LIMIT: Final = 50_000
"""Messages read one by one for words too short for the index."""

TRIGRAM: Final = 3
"""The index holds every three characters in a row; shorter words are not in it."""

PAGE_CACHE_BYTES: Final = 8 * 1024 * 1024

_COLUMNS: Final = "place, at, session, id, nick, kind, messages.text"


@dataclass(frozen=True, slots=True)
class Found:
    """Messages in the order of `seq`, and whether the log goes on beyond them."""

    messages: tuple[Message, ...]
    more: bool


class Pages:
    """Reads rooms of a store. Holds its lock while it reads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # Complete pages never change, and readers who lag at about the same
        # place want the same ones, already encoded.
        self._kept: OrderedDict[tuple[str, int], Batch] = OrderedDict()
        self._kept_bytes = 0
        self._first: dict[str, int] = {}
        self._kept_lock = threading.Lock()

    def kept(self, room: str, after: int) -> Batch | None:
        """Return the page that holds the message behind `after`, if it is in memory."""
        return self._kept.get((room, after // PAGE_MESSAGES))

    def read(self, room: str, after: int) -> Batch | None:
        """Return the page that holds the message behind `after`; None if there is none."""
        number = after // PAGE_MESSAGES
        first, last = number * PAGE_MESSAGES + 1, (number + 1) * PAGE_MESSAGES
        rows = self._rows(room, "AND place BETWEEN ? AND ? ORDER BY place", first, last)
        if not rows or rows[-1][0] & SEQ_MASK <= after:
            return None
        batch = Batch([_message(room, row) for row in rows], [row[2] for row in rows])
        if batch.last == last:
            self._keep((room, number), batch)
        return batch

    def forget(self, room: str, first: int) -> None:
        """Hold no messages of a room that are older than `first`."""
        with self._kept_lock:
            # A page that is being read just now may hold them as well.
            self._first[room] = first
            old = [key for key, page in self._kept.items() if key[0] == room and page.first < first]
            for key in old:
                self._kept_bytes -= self._kept.pop(key).size_bytes

    def before(self, room: str, before: int | None, limit: int) -> Found:
        """Return the newest messages of a room, or those just before `before`."""
        last = SEQ_MASK if before is None else before - 1
        rows = self._rows(
            room, f"AND place BETWEEN ? AND ? ORDER BY place DESC LIMIT {limit + 1}", 1, last
        )
        return _found(room, rows[:limit][::-1], len(rows) > limit)

    def after(self, room: str, after: int, limit: int) -> Found:
        """Return the messages just behind `after`."""
        rows = self._rows(
            room, f"AND place BETWEEN ? AND ? ORDER BY place LIMIT {limit + 1}", after + 1, SEQ_MASK
        )
        return _found(room, rows[:limit], len(rows) > limit)

    def since(self, room: str, at: int, limit: int) -> Found:
        """Return the first messages of a room that are not older than `at`."""
        first, head = self._bounds(room)
        # `at` never decreases within a room, so its place is found by halves.
        while first <= head:
            middle = (first + head) // 2
            rows = self._rows(
                room, "AND place BETWEEN ? AND ? ORDER BY place LIMIT 1", middle, SEQ_MASK
            )
            if rows and rows[0][1] < at:
                first = (rows[0][0] & SEQ_MASK) + 1
            else:
                head = middle - 1
        return self.after(room, first - 1, limit)

    def search(self, room: str, text: str, before: int | None, limit: int) -> Found:
        """Return the newest messages that hold every word of `text`, any case."""
        found: list[tuple[Any, ...]] = []
        words = [word.casefold() for word in text.split()]
        with self._store.reading:
            for row in self._candidates(room, words, SEQ_MASK if before is None else before - 1):
                folded = row[6].casefold()
                if all(word in folded for word in words):
                    found.append(row)
                    if len(found) > limit:
                        break
        return _found(room, found[:limit][::-1], len(found) > limit)

    def session(self, token_hash: bytes) -> tuple[int, str] | None:
        """Return number and last nick of the session with this token."""
        with self._store.reading:
            row: tuple[int, str] | None = self._store.reader.execute(
                "SELECT number, nick FROM sessions WHERE token = ?", (token_hash,)
            ).fetchone()
        return row

    def _candidates(self, room: str, words: list[str], last: int) -> Iterator[tuple[Any, ...]]:
        """Give rows, the newest first: first those that are not indexed yet."""
        db = self._store.reader
        known = db.execute("SELECT id, indexed FROM rooms WHERE name = ?", (room,)).fetchone()
        if known is None or not words:
            return
        base, indexed = known[0] << SEQ_BITS, known[1]
        indexable = [word for word in words if len(word) >= TRIGRAM]
        unindexed = indexed if indexable else 0
        yield from db.execute(
            f"SELECT {_COLUMNS} FROM messages WHERE place BETWEEN ? AND ?"  # noqa: S608
            " ORDER BY place DESC LIMIT ?",
            (base | (unindexed + 1), base | last, SCAN_LIMIT),
        )
        if not indexable:
            return
        # Quoted, a word is looked for as it is: the index's own syntax is inert.
        query = " ".join('"' + word.replace('"', '""') + '"' for word in indexable)
        yield from db.execute(
            f"SELECT {_COLUMNS} FROM words JOIN messages ON place = words.rowid"  # noqa: S608
            " WHERE words MATCH ? AND words.rowid BETWEEN ? AND ? ORDER BY words.rowid DESC",
            (query, base | 1, base | min(indexed, last)),
        )

    def _rows(self, room: str, where: str, first: int, last: int) -> list[tuple[Any, ...]]:
        with self._store.reading:
            known = self._store.reader.execute(
                "SELECT id FROM rooms WHERE name = ?", (room,)
            ).fetchone()
            if known is None:
                return []
            base = known[0] << SEQ_BITS
            return self._store.reader.execute(
                f"SELECT {_COLUMNS} FROM messages WHERE true {where}",  # noqa: S608
                (base | max(first, 0), base | max(last, 0)),
            ).fetchall()

    def _bounds(self, room: str) -> tuple[int, int]:
        first = self._rows(room, "AND place BETWEEN ? AND ? ORDER BY place LIMIT 1", 1, SEQ_MASK)
        last = self._rows(
            room, "AND place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1", 1, SEQ_MASK
        )
        return (first[0][0] & SEQ_MASK, last[0][0] & SEQ_MASK) if first and last else (1, 0)

    def _keep(self, key: tuple[str, int], batch: Batch) -> None:
        with self._kept_lock:
            if key not in self._kept and batch.first >= self._first.get(key[0], 1):
                self._kept[key] = batch
                self._kept_bytes += batch.size_bytes
            while self._kept_bytes > PAGE_CACHE_BYTES:
                _, dropped = self._kept.popitem(last=False)
                self._kept_bytes -= dropped.size_bytes


def _message(room: str, row: tuple[Any, ...]) -> Message:
    place, at, _, id_, nick, kind, text = row
    return Message(
        room=room, seq=place & SEQ_MASK, id=UNSET if id_ is None else id_, at=at, nick=nick,
        kind=UNSET if kind is None else kind, text=text,
    )  # fmt: skip


def _found(room: str, rows: list[tuple[Any, ...]], more: bool) -> Found:
    return Found(tuple(_message(room, row) for row in rows), more)
