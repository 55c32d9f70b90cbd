"""What is kept and for how long, and dropping the rest in small steps.

A dropped message leaves its number: `first` of its room moves on, and nobody
gets the number again. Its id is remembered for a day, as every id is, so that
a line said again is not kept twice because its first copy was dropped.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

from core.clockwatch import DAY_MS
from core.log.entry import REUSED, Entry, RoomRow
from core.log.journal import Pruned
from core.sqlite.schema import SEQ_BITS, SEQ_MASK
from core.sqlite.timeorder import BACK_MS
from core.wire.messages import Retention

IDS_REMEMBERED_MS: Final = DAY_MS
SESSIONS_STEP: Final = 1000


def keeps_everything(keeps: Retention) -> bool:
    """Tell whether nothing is ever dropped."""
    return keeps.days is None and keeps.messages is None


def prune_room(
    db: sqlite3.Connection, room: RoomRow, keeps: Retention, now_ms: int, limit: int
) -> Pruned | None:
    """Drop up to `limit` of a room's oldest messages; None if there is nothing to drop.

    `room.first` moves on with it. Raises sqlite3.Error, and then nothing was dropped.
    """
    by_count = 0 if keeps.messages is None else room.head - keeps.messages
    oldest_ms = -1 if keeps.days is None else now_ms - int(keeps.days * DAY_MS)
    base = room.id << SEQ_BITS
    ahead_ms = now_ms + BACK_MS
    if by_count < room.first and not _may_go(db, base | room.first, oldest_ms, ahead_ms):
        return None
    oldest = db.execute(
        "SELECT place, at, session, id, kind, text FROM messages WHERE place BETWEEN ? AND ?"
        " ORDER BY place LIMIT ?",
        (base | room.first, base | room.head, limit),
    )
    rows, doubtful = _due(oldest, base | max(by_count, 0), oldest_ms, ahead_ms)
    oldest.close()
    if len(rows) + len(doubtful) == limit and _goes_on_older(
        db, doubtful, base | room.head, oldest_ms, ahead_ms
    ):
        rows += doubtful
    if not rows:
        return None
    last = int(rows[-1][0])
    db.execute("BEGIN IMMEDIATE")
    try:
        _remember_ids(db, room.name, rows, now_ms)
        _drop(db, room, last, rows)
        db.execute("COMMIT")
    except sqlite3.Error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    room.first = (last & SEQ_MASK) + 1
    room.indexed = max(room.indexed, last & SEQ_MASK)
    return Pruned(room.name, room.first, len(rows))


def _may_go(db: sqlite3.Connection, place: int, oldest_ms: int, ahead_ms: int) -> bool:
    row = db.execute("SELECT at FROM messages WHERE place = ?", (place,)).fetchone()
    return row is not None and not oldest_ms <= int(row[0]) <= ahead_ms


def _due(
    oldest: Iterable[tuple[Any, ...]], last_place: int, oldest_ms: int, ahead_ms: int
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return which of the oldest messages may go, and what comes behind these but is doubtful.

    Places and times both grow, so what may go comes first, and whatever follows
    need not be looked at. Doubtful is what a clock that was ahead has stamped
    (`core/sqlite/timeorder.py`): it is as old as the next message of a right time.
    """
    due: list[tuple[Any, ...]] = []
    doubtful: list[tuple[Any, ...]] = []
    for row in oldest:
        if row[0] <= last_place or row[1] < oldest_ms:
            due += [*doubtful, row]
            doubtful = []
        elif row[1] > ahead_ms:
            doubtful.append(row)
        else:
            return due, []
    return due, doubtful


def _goes_on_older(
    db: sqlite3.Connection, doubtful: list[tuple[Any, ...]], last: int, oldest_ms: int,
    ahead_ms: int,
) -> bool:  # fmt: skip
    """Tell whether the first message of a right time behind doubtful ones may go."""
    if not doubtful:
        return False
    row = db.execute(
        "SELECT at FROM messages WHERE place > ? AND place <= ? AND at <= ? ORDER BY place LIMIT 1",
        (doubtful[-1][0], last, ahead_ms),
    ).fetchone()
    return row is not None and int(row[0]) < oldest_ms


def _drop(db: sqlite3.Connection, room: RoomRow, last: int, rows: list[tuple[Any, ...]]) -> None:
    # The index holds no texts of its own: it has to be told what to forget.
    db.executemany(
        "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)",
        [(row[0], row[5]) for row in rows if row[0] & SEQ_MASK <= room.indexed],
    )
    db.execute("DELETE FROM messages WHERE place BETWEEN ? AND ?", (rows[0][0], last))
    seq = last & SEQ_MASK
    db.execute(
        "UPDATE rooms SET first = ?, indexed = ?, pruned_at = ? WHERE id = ?",
        (seq + 1, max(room.indexed, seq), rows[-1][1], room.id),
    )


def _remember_ids(
    db: sqlite3.Connection, room: str, rows: list[tuple[Any, ...]], now_ms: int
) -> None:
    forget_before = now_ms - IDS_REMEMBERED_MS
    db.execute(
        "DELETE FROM pruned_ids WHERE (session, id) IN"
        " (SELECT session, id FROM pruned_ids WHERE at < ? LIMIT ?)",
        (forget_before, 2 * len(rows)),
    )
    db.executemany(
        "INSERT OR IGNORE INTO pruned_ids (session, id, place, at, digest) VALUES (?, ?, ?, ?, ?)",
        [
            (session, id_, place, at, _digest(room, kind, text))
            for place, at, session, id_, kind, text in rows
            if id_ is not None and at >= forget_before
        ],
    )


def any_pruned(db: sqlite3.Connection, entries: Sequence[Entry]) -> bool:
    """Tell whether an entry carries the id of a message that was dropped."""
    find = "SELECT 1 FROM pruned_ids WHERE session = ? AND id = ?"
    return any(
        entry.id is not None and db.execute(find, (entry.session, entry.id)).fetchone()
        for entry in entries
    )


def said_and_pruned(db: sqlite3.Connection, entry: Entry) -> bool:
    """Settle an entry whose message was kept and has been dropped since."""
    found = db.execute(
        "SELECT place, at, digest FROM pruned_ids WHERE session = ? AND id = ?",
        (entry.session, entry.id),
    ).fetchone()
    if found is None:
        return False
    place, at, digest = found
    same = digest == _digest(entry.room, entry.kind, entry.text)
    entry.seq, entry.at = (place & SEQ_MASK, at) if same else (REUSED, 0)
    return True


def forget_sessions(db: sqlite3.Connection, began_ms: int, after: int) -> int | None:
    """Drop sessions that an earlier run of the hub knew and of which nothing is left.

    Nobody has a line to say again under them: their messages and their ids are
    gone. Looks at SESSIONS_STEP of those numbered behind `after`; returns
    behind which to go on, None at the end.
    """
    (last,) = db.execute(
        "SELECT max(number) FROM"
        " (SELECT number FROM sessions WHERE number > ? ORDER BY number LIMIT ?)",
        (after, SESSIONS_STEP),
    ).fetchone()
    if last is not None:
        db.execute(
            "DELETE FROM sessions WHERE number > ? AND number <= ? AND used < ?"
            " AND NOT EXISTS (SELECT 1 FROM messages WHERE session = number AND id IS NOT NULL)"
            " AND NOT EXISTS (SELECT 1 FROM pruned_ids WHERE session = number)",
            (after, last, began_ms - IDS_REMEMBERED_MS),
        )
    return None if last is None else int(last)


def _digest(room: str, kind: str | None, text: str) -> bytes:
    return hashlib.sha256(f"{room}\0{kind or ''}\0{text}".encode()).digest()[:16]
