"""A log opened for reading alone, beside the hub that writes it or without one.

Every question is one short statement of its own: a transaction that stays
open would keep the hub from checkpointing its WAL. Knows the tables; knows no
hub. What is read is trusted no more than input from a stranger, and passes
`core/text/sanitize.py` again.
"""

import os
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from core.errors import Refused, StoreUnusable
from core.log.entry import kept_message
from core.sqlite.database import BUSY_LIMIT_MS, FILE_NAME
from core.sqlite.schema import APPLICATION_ID, SEQ_BITS, SEQ_MASK, VERSION
from core.sqlite.timeorder import last_older, turns
from core.text.sanitize import clean_line, clean_text
from core.wire.messages import Kind, Message

# Columns take any type in SQLite, whatever they were declared as.
_COLUMNS: Final = (
    "place, CAST(at AS INTEGER), CAST(id AS TEXT), CAST(nick AS TEXT), CAST(kind AS TEXT),"
    " CAST(text AS TEXT)"
)


def open_read_only(folder: Path) -> sqlite3.Connection:
    """Open the log in `folder`, of this version or an older one, changing nothing.

    Raises StoreUnusable, with a text that names the folder or the file and
    what to do, if there is none, or it is damaged, newer or not a log.
    """
    path = folder / FILE_NAME
    if not path.is_file() or path.stat().st_size == 0:
        raise StoreUnusable(f"there is no log in {folder}. Give the hub's data folder with --data.")
    try:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?{_mode(path)}", uri=True, isolation_level=None,
            timeout=BUSY_LIMIT_MS / 1000,
        )  # fmt: skip
        try:
            application = db.execute("PRAGMA application_id").fetchone()[0]
            version = db.execute("PRAGMA user_version").fetchone()[0]
        except BaseException:
            db.close()
            raise
    except sqlite3.Error as problem:
        raise StoreUnusable(f"the log {path} cannot be read: {problem}.") from problem
    if application == APPLICATION_ID and version <= VERSION:
        # What is not UTF-8 is shown as such instead of ending everything.
        db.text_factory = lambda raw: raw.decode(errors="replace")
        return db
    db.close()
    if application != APPLICATION_ID:
        raise StoreUnusable(f"{path} is a database of another program.")
    raise StoreUnusable(
        f"the log {path} was written by a newer Hubbub (version {version}, this one knows "
        f"{VERSION}). Use that version."
    )


def _mode(path: Path) -> str:
    """Return how to open a log; raise StoreUnusable where it cannot be read as it lies.

    SQLite keeps a file beside a log in WAL mode even to read it. Where none can
    be made, as in a snapshot or on a read-only disk, nobody writes either, and the
    log is read as it is, unless a part of it still lies in the write-ahead log.
    """
    wal, shared = (path.with_name(path.name + ending) for ending in ("-wal", "-shm"))
    if shared.exists() or _can_make_files(path.parent):
        return "mode=ro"
    if wal.exists() and wal.stat().st_size:
        raise StoreUnusable(
            f"the log {path} was not closed, and cannot be completed where nothing can be "
            f"written. Copy it together with {wal.name} to a folder of your own, and name that "
            "with --data."
        )
    return "mode=ro&immutable=1"


def _can_make_files(folder: Path) -> bool:
    # Of a disk that can only be read, root is told so as well.
    return os.access(folder, os.W_OK)


@dataclass(frozen=True, slots=True)
class RoomSpan:
    """A room of the log: `last` is its newest seq, 0 if nothing was ever said."""

    id: int
    name: str
    topic: str
    last: int


class LogFile:
    """Answers questions about the rooms of a log. All raise StoreUnusable."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._db = open_read_only(folder)

    def close(self) -> None:
        self._db.close()

    def rooms(self) -> list[str]:
        """Return every room's name, as it is stored."""
        return [name for (name,) in self._all("SELECT name FROM rooms ORDER BY name")]

    def room(self, name: str) -> RoomSpan | None:
        """Return what the log holds of a room, by its stored name."""
        found = self._all("SELECT id, name, topic, first FROM rooms WHERE name = ?", name)
        if not found:
            return None
        ((number, stored, topic, first),) = found
        base = number << SEQ_BITS
        ((place,),) = self._all(
            "SELECT max(place) FROM messages WHERE place BETWEEN ? AND ?", base, base | SEQ_MASK
        )
        # A room that was emptied remembers by `first` how far it had counted.
        last = max(first - 1, 0 if place is None else place & SEQ_MASK)
        return RoomSpan(number, _line(stored), _line(topic), last)

    def page(self, room: RoomSpan, after: int, last: int, limit: int) -> list[Message]:
        """Return the messages behind `after` up to `last`, at most `limit`."""
        base = room.id << SEQ_BITS
        rows = self._all(
            f"SELECT {_COLUMNS} FROM messages WHERE place BETWEEN ? AND ?"  # noqa: S608
            " ORDER BY place LIMIT ?",
            base | min(after + 1, SEQ_MASK), base | min(last, SEQ_MASK), limit,
        )  # fmt: skip
        return [_message(room.name, row) for row in rows]

    def before(self, room: RoomSpan, at_ms: int) -> int:
        """Return the seq of the last message that is older than `at_ms`; 0 if none is."""

        def at_of(seq: int) -> tuple[int, int] | None:
            rows = self.page(room, seq - 1, room.last, 1)
            return (rows[0].seq, rows[0].at) if rows else None

        try:
            turned = turns(self._db, room.id)
        except sqlite3.Error as problem:
            raise StoreUnusable(f"the log {self._path} cannot be read: {problem}.") from problem
        return last_older(1, room.last, turned, at_of, at_ms)

    def _all(self, sql: str, *values: Any) -> list[Any]:
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as problem:
            raise StoreUnusable(f"the log {self._path} cannot be read: {problem}.") from problem


def _message(room: str, row: tuple[Any, ...]) -> Message:
    place, at, id_, nick, kind, text = row
    # What a file says is not trusted more than what comes from a stranger.
    known = None if kind is None else cast("Kind", _line(kind))
    id_ = None if id_ is None else _line(id_)
    return kept_message(room, place & SEQ_MASK, id_, at, _line(nick), known, _text(text))


def _text(text: str) -> str:
    try:
        return clean_text(text, sys.maxsize)
    except Refused:  # nothing in it can be seen
        return ""


def _line(text: str) -> str:
    try:
        return clean_line(text, sys.maxsize)
    except Refused:
        return ""
