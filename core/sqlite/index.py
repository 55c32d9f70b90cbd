"""The search index: a step of its own, behind the commit.

An index kept by a trigger would cost most of the append rate. What a crash
takes from the index is found missing and made again.
"""

import sqlite3
from collections.abc import Iterable

from core.limits import INDEX_STEP_BYTES
from core.log.entry import RoomRow
from core.sqlite.schema import SEQ_BITS, SEQ_MASK


def index_messages(db: sqlite3.Connection, rooms: Iterable[RoomRow], limit: int) -> int:
    """Make up to `limit` more messages searchable; return how many it were.

    No more than INDEX_STEP_BYTES of text and a message: a commit may be waiting.
    """
    done = size = 0
    for room in rooms:
        if done >= limit or size >= INDEX_STEP_BYTES:
            break
        if room.indexed < room.head:
            messages, text = _index_room(db, room, limit - done, INDEX_STEP_BYTES - size)
            done += messages
            size += text
    return done


def _index_room(
    db: sqlite3.Connection, room: RoomRow, limit: int, limit_bytes: int
) -> tuple[int, int]:
    base = room.id << SEQ_BITS
    cursor = db.execute(
        "SELECT place, text FROM messages WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?",
        (base | (room.indexed + 1), base | room.head, limit),
    )
    rows = []
    size = 0
    for row in cursor:
        rows.append(row)
        size += len(row[1])
        if size >= limit_bytes:
            break
    cursor.close()
    newest = rows[-1][0] & SEQ_MASK if rows else room.head
    db.execute("BEGIN IMMEDIATE")
    try:
        db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", rows)
        db.execute("UPDATE rooms SET indexed = ? WHERE id = ?", (newest, room.id))
        db.execute("COMMIT")
    except sqlite3.Error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    room.indexed = newest
    return len(rows), size
