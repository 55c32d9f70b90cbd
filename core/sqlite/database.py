"""Opening the hub's database file, and refusing one that is not fit.

Knows SQLite's settings and the reasons for them; knows no messages.
"""

import logging
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import structs

from core.errors import Interrupted, StoreUnusable
from core.privatefile import create_private
from core.progress import UNWATCHED, Step, Watch
from core.sqlite.generation import (
    DatabaseFile,
    Generation,
    is_proven,
    read_generation,
    write_generation,
)
from core.sqlite.readbytes import bytes_read_here
from core.sqlite.schema import APPLICATION_ID, VERSION, migrate
from core.sqlite.walcheck import wal_damage

FILE_NAME: Final = "hubbub.sqlite3"
IN_MEMORY: Final = ":memory:"

LOOK_EVERY_S: Final = 0.1

BUSY_LIMIT_MS: Final = 5000
"""How long a statement waits for another process that has the file."""

Connect = Callable[[str], sqlite3.Connection]
"""Makes a connection from a path; tests plant failing disks here."""

_MEBIBYTE: Final = 1024 * 1024

_log = logging.getLogger("hubbub.store")

_RESTORE: Final = (
    "It was left as it is. Restore a backup in its place, or move it away to begin a new log."
)


def connect(path: str) -> sqlite3.Connection:
    """Return a connection that leaves transactions to its user (autocommit)."""
    return sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=BUSY_LIMIT_MS / 1000
    )


def open_database(
    path: Path | None, make: Connect = connect, *, check: bool = True, watch: Watch = UNWATCHED
) -> sqlite3.Connection:
    """Open the log at `path` for writing (None: in memory), creating it if missing.

    With `check` an existing file is read from end to end first. Raises
    StoreUnusable, with a text that names the file and what to do, if it is
    damaged, from a newer version, or not a log at all. Such a file is left
    untouched. Raises Interrupted if `watch` wants it.
    """
    if path is None:
        return _prepared(make(IN_MEMORY), watch)
    if path.exists() and path.stat().st_size == 0:
        # SQLite takes an empty file for an empty database, without a word.
        _log.warning("event=empty_database file=%s a new log begins", path)
    elif path.exists():
        _inspect(path, watch if check else None)
    else:
        _create(path)
    try:
        return _prepared(make(str(path)), watch)
    except sqlite3.Error as problem:
        if watch.stop():
            raise Interrupted("stopped while the log was brought up to date") from problem
        raise StoreUnusable(
            f"cannot open the log {path}: {problem}. Check the disk and the file's owner, "
            "or give another folder with --data."
        ) from problem


def files_of_log(path: Path) -> list[Path]:
    """Return a log's database and whatever may stand beside it that tells of what was said."""
    path = path.resolve()  # SQLite puts its files beside the file, not beside a link to it
    return [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm", "-journal")]


def _create(path: Path) -> None:
    """Make an empty file for SQLite, which would leave its mode to the umask.

    The modes of -wal, -shm and -journal are those of this file.
    """
    try:
        create_private(path.resolve())
    except OSError as problem:
        raise StoreUnusable(
            f"cannot make the log {path}: {problem.strerror}. Check the disk and the folder's "
            "owner, or give another folder with --data."
        ) from problem


def identify(db: sqlite3.Connection, path: Path, generation: Generation | None) -> str:
    """Return the name of the log, a new one if this may be another log; count the opening.

    Raises OSError or sqlite3.Error if that cannot be written down.
    """
    opened = _opened(db)
    inode = path.stat().st_ino
    proven = is_proven(generation, opened, inode)
    if not proven:
        _log.warning(
            "event=new_log file=%s it is not the log that was here last; clients are told", path
        )
    count = max(opened, generation.opened if generation else 0) + 1
    # In this order: cut off in between, the next start finds either count good,
    # but never takes a log for proven that was not.
    write_generation(path, Generation(opened=count, inode=inode, before=opened if proven else None))
    db.execute("BEGIN IMMEDIATE")
    if not proven:
        db.execute("UPDATE about SET value = ? WHERE name = 'log'", (new_log_name(),))
    db.execute("INSERT OR REPLACE INTO about (name, value) VALUES ('opened', ?)", (str(count),))
    db.execute("COMMIT")
    write_generation(path, Generation(opened=count, inode=inode))
    return log_name(db)


def mark_clean_shutdown(path: Path) -> None:
    """Note that the log was closed in an orderly way, so that it need not be checked."""
    generation = read_generation(path)
    if generation is not None:
        now = path.stat()
        left = DatabaseFile(size_bytes=now.st_size, mtime_ns=now.st_mtime_ns)
        write_generation(path, structs.replace(generation, left=left))


def open_reader(path: Path) -> sqlite3.Connection:
    """Open the same log a second time, for reading beside the writer."""
    db = connect(str(path))
    try:
        db.execute("PRAGMA query_only = ON")
        db.execute("PRAGMA cache_size = -4096")
    except BaseException:
        db.close()
        raise
    return db


def _opened(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT value FROM about WHERE name = 'opened'").fetchone()
    return int(row[0]) if row else 0


def new_log_name() -> str:
    """Return a name that no other log has."""
    return secrets.token_hex(8)


def log_name(db: sqlite3.Connection) -> str:
    """Return the name of the log in this database (`welcome.log`)."""
    (name,) = db.execute("SELECT value FROM about WHERE name = 'log'").fetchone()
    return str(name)


def _inspect(path: Path, watch: Watch | None) -> None:
    """Look at an existing file without changing a byte of it; with `watch`, at all of it."""
    journal = path.with_name(path.name + "-journal")
    if journal.exists() and not path.with_name(path.name + "-wal").exists():
        # A power cut at the very first start, before the file was in WAL mode.
        # What was begun then has to be taken back before anything can be read.
        _roll_back_first_start(path)
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            application = db.execute("PRAGMA application_id").fetchone()[0]
            version = db.execute("PRAGMA user_version").fetchone()[0]
            (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            damage = wal_damage(path)
            if damage is None and watch is not None:
                damage = _quick_check(db, path, watch)
        finally:
            db.close()
    except sqlite3.Error as problem:
        raise StoreUnusable(f"the log {path} cannot be read: {problem}. {_RESTORE}") from problem
    if damage is not None:
        raise StoreUnusable(f"the log {path} is damaged: {damage}. {_RESTORE}")
    # Without any table, a hub was cut off at its very first start.
    if application != APPLICATION_ID and tables:
        raise StoreUnusable(
            f"{path} is a database of another program. It was left as it is. Give another "
            "folder with --data."
        )
    if version > VERSION:
        raise StoreUnusable(
            f"the log {path} was written by a newer Hubbub (version {version}, this one knows "
            f"{VERSION}). It was left as it is. Install that version again."
        )


def _roll_back_first_start(path: Path) -> None:
    db = connect(str(path))
    try:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as problem:
        raise StoreUnusable(f"the log {path} cannot be read: {problem}. {_RESTORE}") from problem
    finally:
        db.close()


def _quick_check(db: sqlite3.Connection, path: Path, watch: Watch) -> str | None:
    read_bytes = bytes_read_here()
    total = None if read_bytes is None else path.stat().st_size // _MEBIBYTE
    begun = 0 if read_bytes is None else read_bytes()
    try:
        with watch.progress("checking the log", total, "MiB") as step:

            def look(looks: int) -> None:
                step(looks if read_bytes is None else (read_bytes() - begun) // _MEBIBYTE)

            with interruptible(db, watch, look):
                (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as problem:
        if watch.stop():
            raise Interrupted("stopped while the log was checked") from problem
        raise
    return None if verdict == "ok" else str(verdict)


@contextmanager
def interruptible(db: sqlite3.Connection, watch: Watch, step: Step) -> Iterator[None]:
    """Let long statements of a connection be watched, and ended: they raise OperationalError.

    From a thread beside them, since a check of the whole file is a single
    instruction to SQLite, between which it would ask nobody.
    """
    over = threading.Event()

    def look() -> None:
        looks = 0
        while not over.wait(LOOK_EVERY_S):
            looks += 1
            step(looks)
            if watch.stop():
                db.interrupt()

    if watch.stop():
        raise sqlite3.OperationalError("interrupted")
    looking = threading.Thread(target=look, name="hubbub-watch", daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()


def _prepared(db: sqlite3.Connection, watch: Watch) -> sqlite3.Connection:
    """Return the connection ready for use; close it if it cannot be."""
    try:
        _prepare(db, watch)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection, watch: Watch) -> None:
    # The order of these matters: WAL is set outside any transaction.
    db.execute("PRAGMA journal_mode = WAL")
    # FULL: a commit returns after its fsync. This is what `ack` means.
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA wal_autocheckpoint = 1000")
    db.execute("PRAGMA journal_size_limit = 16777216")
    db.execute("PRAGMA cache_size = -8192")
    # A full /tmp is no reason to keep no message.
    db.execute("PRAGMA temp_store = MEMORY")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version != VERSION:
        with (
            watch.progress("bringing the log up to date", VERSION - version, "steps") as step,
            interruptible(db, watch, lambda looks: None),
        ):
            migrate(db, version, step)
        # The file itself says from now on what it is, not only its WAL.
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.execute("INSERT OR IGNORE INTO about (name, value) VALUES ('log', ?)", (new_log_name(),))
