"""Copying a log while its hub writes on: SQLite's own backup, and a new name.

Synchronous. Knows the database; knows no hub and no terminal.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.archive.readonly import open_read_only
from core.errors import StoreUnusable
from core.progress import Progress, no_progress
from core.sqlite.database import new_log_name
from core.sqlite.schema import SEQ_BITS, SEQ_MASK

STEP_PAGES: Final = 512
"""Pages copied between two reports of progress: 2 MiB, some milliseconds."""

CHECK_STEP: Final = 1_000_000
"""Instructions of SQLite's machine between two reports while it checks."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds."""

    messages: int
    rooms: int
    size_bytes: int


def back_up(
    folder: Path, target: Path, progress: Progress = no_progress, step_pages: int = STEP_PAGES
) -> Copied:
    """Copy the log in `folder` to the empty file `target`, and check the copy.

    The copy is the log of one moment, whatever is said meanwhile, complete in
    one file, and has another name than its original: what is said in one of
    them after that moment is not in the other, so a client of one must not go
    on in the other as if it were. Raises StoreUnusable, or KeyboardInterrupt
    if that comes while SQLite is at work.
    """
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            # The file is synced when it is complete; an incomplete one is removed.
            copy.execute("PRAGMA synchronous = OFF")
            with closing(open_read_only(folder)) as log:
                _copy(log, copy, progress, step_pages)
            _make_another(copy)
            _check(copy, progress)
            messages, rooms = _count(copy)
    except sqlite3.Error as problem:
        # A signal that comes while SQLite asks whether to go on ends as this.
        if getattr(problem, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            raise KeyboardInterrupt from problem
        raise StoreUnusable(f"the log cannot be copied: {problem}") from problem
    return Copied(messages, rooms, target.stat().st_size)


def _copy(
    log: sqlite3.Connection, copy: sqlite3.Connection, progress: Progress, step_pages: int
) -> None:
    # SQLite restarts a backup whenever another process has written, so it would
    # never end beside a busy hub. Inside a transaction that reads, nothing
    # changes for it; the price is a WAL that grows until it is done.
    log.execute("BEGIN")
    (total,) = log.execute("PRAGMA page_count").fetchone()
    log.execute("SELECT count(*) FROM about").fetchone()
    with progress("backup", total, "pages") as step:
        log.backup(copy, pages=step_pages, progress=lambda _, left, of: step(of - left), sleep=0.05)
    log.execute("ROLLBACK")


def _make_another(copy: sqlite3.Connection) -> None:
    # Not WAL, as its original: then one file is all of it. The hub that opens
    # it one day changes that.
    copy.execute("PRAGMA journal_mode = DELETE")
    copy.execute("BEGIN IMMEDIATE")
    copy.execute("UPDATE about SET value = ? WHERE name = 'log'", (new_log_name(),))
    copy.execute("DELETE FROM about WHERE name = 'opened'")
    copy.execute("COMMIT")


def _check(copy: sqlite3.Connection, progress: Progress) -> None:
    with progress("checking the backup") as step:
        steps = 0

        def tell() -> int:
            nonlocal steps
            steps += 1
            step(steps)
            return 0

        copy.set_progress_handler(tell, CHECK_STEP)
        (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        copy.set_progress_handler(None, 0)
    if verdict != "ok":
        raise StoreUnusable(f"the log is damaged, and so is its copy: {verdict}")


def _count(copy: sqlite3.Connection) -> tuple[int, int]:
    """Return how many messages and rooms there are, without reading them all."""
    messages = 0
    rooms = copy.execute("SELECT id FROM rooms").fetchall()
    for (number,) in rooms:
        base = number << SEQ_BITS
        first, last = copy.execute(
            "SELECT (SELECT min(place) FROM messages WHERE place BETWEEN :first AND :last),"
            " (SELECT max(place) FROM messages WHERE place BETWEEN :first AND :last)",
            {"first": base, "last": base | SEQ_MASK},
        ).fetchone()
        # A room's numbers have no gaps behind the oldest that is kept.
        messages += 0 if first is None else last - first + 1
    return messages, len(rooms)
