"""A log with millions of messages, made once and kept.

`python -m bench.bigstore FOLDER MESSAGES` makes FOLDER/log as a hub would have
left it: messages go in through the store's own `append`. Only the index is
filled in larger steps than a hub's, and without waiting for the disk, since
nobody talks meanwhile. It is the one part of `bench` that knows Hubbub's
packages.
"""

import itertools
import os
import random
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.log.entry import Entry, Group
from core.sqlite.database import FILE_NAME
from core.sqlite.schema import SEQ_BITS
from core.sqlite.store import Store

ROOMS: Final = 20
BIG_ROOM: Final = "room0"
"""Has half of all messages."""

WORDS: Final = 20_000
WORDS_A_MESSAGE: Final = (8, 18)
COMMON: Final = "deploy"
COMMON_EVERY: Final = 20
SECOND: Final = "window"
SECOND_EVERY: Final = 31
RARE: Final = "quokka"
RARE_EVERY: Final = 100_003
ABSENT: Final = "xylograph"
SHORT: Final = "qz"
"""In no message either, and too short for the index."""

ALIKE: Final = "treaste"
"""In no message, though every three letters of it are in one of six."""

GROUP: Final = 5_000
INDEX_AT_ONCE: Final = 20_000
BEGAN_MS: Final = 1_700_000_000_000
GAP_MS: Final = 3_000

_STARTS: Final = tuple(
    "b bl c ch d dr f fl g gr h j k l m n p pr qu r s sh sl st t th tr v w".split()  # noqa: SIM905
)
_VOWELS: Final = ("a", "e", "i", "o", "u", "ai", "ea", "ee", "io", "ou")
_ENDS: Final = ("", "", "n", "r", "l", "s", "t", "m", "nd", "ck", "st", "ng")


def vocabulary(chance: random.Random) -> list[str]:
    """Return words, the most frequent first; short ones are more frequent, as in speech."""
    words: dict[str, None] = {}
    while len(words) < WORDS:
        syllables = 1 + (len(words) > 300) + (len(words) > 4_000)
        word = "".join(
            chance.choice(_STARTS) + chance.choice(_VOWELS) + chance.choice(_ENDS)
            for _ in range(syllables)
        )
        words.setdefault(word)
    return list(words)


def texts(seed: int = 7) -> Iterator[str]:
    """Give texts of about 100 bytes without end, the same ones every time."""
    chance = random.Random(seed)
    words = vocabulary(chance)
    # Zipf's law: the n-th word is about 1/n as frequent as the first.
    weights = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(words))))
    for number in itertools.count(1):
        chosen = chance.choices(words, cum_weights=weights, k=chance.randint(*WORDS_A_MESSAGE))
        for word, every in ((COMMON, COMMON_EVERY), (SECOND, SECOND_EVERY), (RARE, RARE_EVERY)):
            if number % every == 0:
                chosen[chance.randrange(len(chosen))] = word
        yield " ".join(chosen)


def fill(file: Path, messages: int) -> None:
    """Append messages to a new log."""
    chance = random.Random(1)
    rooms = [BIG_ROOM] * (ROOMS - 1) + [f"room{number}" for number in range(1, ROOMS)]
    clock = itertools.count(BEGAN_MS, GAP_MS * GROUP)
    now_ms = [BEGAN_MS]
    store = Store(file, lambda: now_ms[0])
    source = texts()
    for begin in range(0, messages, GROUP):
        now_ms[0] = next(clock)
        store.append(
            Group(
                [
                    Entry(
                        chance.choice(rooms), number % 40, f"m{number}", f"nick{number % 40}", None,
                        next(source),
                    )
                    for number in range(begin, min(begin + GROUP, messages))
                ]
            )
        )  # fmt: skip
    store.close()


def index(file: Path) -> None:
    """Make every message searchable."""
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -262144")
    for (room,) in db.execute("SELECT id FROM rooms ORDER BY id").fetchall():
        at = room << SEQ_BITS
        end = (room + 1) << SEQ_BITS
        while True:
            rows = db.execute(
                "SELECT place, text FROM messages WHERE place > ? AND place < ?"
                " ORDER BY place LIMIT ?",
                (at, end, INDEX_AT_ONCE),
            ).fetchall()
            if not rows:
                break
            at = rows[-1][0]
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", rows)
            seq = at & ((1 << SEQ_BITS) - 1)
            db.execute("UPDATE rooms SET indexed = ? WHERE id = ?", (seq, room))
            db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def make(folder: Path, messages: int) -> None:
    """Make the log in FOLDER/log, or nothing if it is there."""
    if (folder / "log").exists():
        return
    half = folder / "half"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    fill(half / FILE_NAME, messages)
    index(half / FILE_NAME)
    # Opened and closed once more, so that it was left whole as after a hub.
    Store(half / FILE_NAME, lambda: BEGAN_MS + GAP_MS * (messages + GROUP)).close()
    half.rename(folder / "log")


if __name__ == "__main__":
    os.nice(19)
    make(Path(sys.argv[1]), int(sys.argv[2]))
