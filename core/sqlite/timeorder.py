"""Finding messages by time, where time went back.

A room's messages have times that grow with their numbers, except where a clock had
been far ahead and was put right: there the times of later messages begin anew
(`Store`). Such places are few, and are noted in the database's table `about`; between
them a message is found by halves. Pure, but for reading and writing that note.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

from core.sqlite.schema import SEQ_BITS, SEQ_MASK

BACK_MS: Final = 2 * 24 * 60 * 60 * 1000
"""A room whose newest message is further ahead of the clock than this goes on with
the clock's time. Less is waited out: times that go back confuse readers, too."""

EARLIEST_MS: Final = 1_767_225_600_000
"""No clock is right that shows less than this, the beginning of 2026: machines
without a battery start in 1970."""

_NAME: Final = "turned_back"

AtOf = Callable[[int], tuple[int, int] | None]
"""Tells seq and time of the first message that is numbered so or higher."""


def goes_back(now_ms: int, newest_ms: int) -> bool:
    """Tell whether a room's next message has the clock's time, although that is earlier."""
    return newest_ms - now_ms > BACK_MS and now_ms >= EARLIEST_MS


def note_turn(db: sqlite3.Connection, place: int) -> None:
    """Note, in the transaction that is open, that time goes back with the message at `place`."""
    places = [*_places(db), place]
    db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (_NAME, json.dumps(places)))


def turns(db: sqlite3.Connection, room: int) -> list[int]:
    """Return the numbers of a room's messages with which time went back, in their order."""
    return sorted(place & SEQ_MASK for place in _places(db) if place >> SEQ_BITS == room)


def last_older(first: int, head: int, turned: Sequence[int], at_of: AtOf, at_ms: int) -> int:
    """Return the number of the last message that is older than `at_ms`; `first` - 1 if none is.

    Messages from `first` to `head` are looked at.
    """
    begins = [first, *(seq for seq in turned if first < seq <= head)]
    for begin in reversed(begins):
        found = _by_halves(begin, head, at_of, at_ms)
        if found >= begin:
            return found
        head = begin - 1
    return first - 1


def _by_halves(first: int, last: int, at_of: AtOf, at_ms: int) -> int:
    while first <= last:
        middle = (first + last) // 2
        found = at_of(middle)
        if found is not None and found[0] <= last and found[1] < at_ms:
            first = found[0] + 1
        else:
            last = middle - 1
    return last


def _places(db: sqlite3.Connection) -> list[int]:
    row = db.execute("SELECT value FROM about WHERE name = ?", (_NAME,)).fetchone()
    try:
        found = json.loads(row[0]) if row else []
    except ValueError:  # not ours
        return []
    return [place for place in found if isinstance(place, int)] if isinstance(found, list) else []
