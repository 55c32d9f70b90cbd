"""Reading the log from disk: pages for readers who were lapped, and questions.

Everything here is synchronous and runs in the hub's reading thread. Knows the
tables; knows no connection and no rule.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from core.limits import PAGE_BYTES, PAGE_MESSAGES
from core.log.history import EVERYTHING, Among, Found
from core.log.tail import Batch
from core.sqlite.rows import COLUMNS, Row, found_in, message_of
from core.sqlite.schema import SEQ_BITS, SEQ_MASK
from core.sqlite.search import Scan
from core.sqlite.store import Store
from core.sqlite.timeorder import last_older, turns

PAGE_CACHE_BYTES: Final = 4 * 1024 * 1024


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
        """Return the page that begins behind `after`, if it is in memory."""
        return self._kept.get((room, after + 1))

    def read(self, room: str, after: int, head: int) -> Batch | None:
        """Return the page that begins behind `after`, up to `head`; None if there is none.

        It ends where PAGE_BYTES are full, and at every PAGE_MESSAGES of a room,
        so that readers who began at different places soon share pages. It may
        begin later than asked, with the oldest message that was not dropped.
        It ends before a hole, which only a damaged log has: a batch is
        consecutive, and whoever asks for the next page is told of the hole.
        """
        # Many who lag ask for the same page in one turn; the first has read it.
        known = self.kept(room, after)
        if known is not None:
            return known
        last = SEQ_MASK
        rows: list[Row] = []
        size = 0
        for row in self._rows(room, after + 1, head):
            seq = row[0] & SEQ_MASK
            if not rows:
                last = ((seq - 1) // PAGE_MESSAGES + 1) * PAGE_MESSAGES
            size += len(row[6])
            if rows and (seq > last or size > PAGE_BYTES or row[0] != rows[-1][0] + 1):
                last = rows[-1][0] & SEQ_MASK
                break
            rows.append(row)
        if not rows:
            return None
        batch = Batch([message_of(room, row) for row in rows], [row[2] for row in rows])
        if batch.last == last:
            self._keep((room, batch.first), batch)
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
        return found_in(
            room, self._rows(room, 1, last, newest_first=True), limit, newest_first=True
        )

    def after(self, room: str, after: int, limit: int) -> Found:
        """Return the messages just behind `after`."""
        return found_in(room, self._rows(room, after + 1, SEQ_MASK), limit)

    def since(self, room: str, at: int, limit: int) -> Found:
        """Return the first messages of a room that are not older than `at`."""
        first, head = self._bounds(room)

        def at_of(seq: int) -> tuple[int, int] | None:
            row = next(self._rows(room, seq, SEQ_MASK, columns="place, at"), None)
            return (row[0] & SEQ_MASK, row[1]) if row else None

        return self.after(room, last_older(first, head, self._turns(room), at_of, at), limit)

    def search(
        self, room: str, text: str, before: int | None, limit: int, among: Among = EVERYTHING
    ) -> Scan:
        """Return a search for the newest messages that hold every word of `text`."""
        return Scan(self._store, room, text, before, limit, among)

    def session(self, token_hash: bytes) -> tuple[int, str] | None:
        """Return number and last nick of the session with this token."""
        with self._store.reading:
            row: tuple[int, str] | None = self._store.reader.execute(
                "SELECT number, nick FROM sessions WHERE token = ?", (token_hash,)
            ).fetchone()
        return row

    def _rows(
        self, room: str, first: int, last: int, *, newest_first: bool = False,
        columns: str = COLUMNS,
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

    def _turns(self, room: str) -> list[int]:
        with self._store.reading:
            db = self._store.reader
            known = db.execute("SELECT id FROM rooms WHERE name = ?", (room,)).fetchone()
            return turns(db, known[0]) if known else []

    def _bounds(self, room: str) -> tuple[int, int]:
        first = next(self._rows(room, 1, SEQ_MASK, columns="place"), None)
        last = next(self._rows(room, 1, SEQ_MASK, columns="place", newest_first=True), None)
        return (first[0] & SEQ_MASK, last[0] & SEQ_MASK) if first and last else (1, 0)

    def _keep(self, key: tuple[str, int], batch: Batch) -> None:
        with self._kept_lock:
            if key not in self._kept and batch.first >= self._first.get(key[0], 1):
                self._kept[key] = batch
                self._kept_bytes += batch.size_bytes
            while self._kept_bytes > PAGE_CACHE_BYTES:
                _, dropped = self._kept.popitem(last=False)
                self._kept_bytes -= dropped.size_bytes
