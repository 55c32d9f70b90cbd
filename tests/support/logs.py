"""Logs on disk for tests: made through the store, as a hub makes them."""

from pathlib import Path

from core.log.entry import Entry, Group
from core.sqlite.database import FILE_NAME, connect
from core.sqlite.schema import SEQ_BITS
from core.sqlite.store import Store

NOW_MS = 1_795_327_000_000
SESSION = 7


def open_log(folder: Path, at_ms: int = NOW_MS) -> Store:
    folder.mkdir(parents=True, exist_ok=True)
    return Store(folder / FILE_NAME, lambda: at_ms)


def say(store: Store, *texts: str, room: str = "lobby", kind: str | None = None) -> None:
    entries = [Entry(room, SESSION, None, "alice", kind, text) for text in texts]
    store.append(Group(entries=entries))


def make_log(folder: Path, *texts: str, room: str = "lobby") -> Path:
    """Make or lengthen a log that no hub uses; return its folder."""
    store = open_log(folder)
    say(store, *texts, room=room)
    store.close()
    return folder


def make_foreign(file: Path) -> None:
    """Make a database that another program may have made."""
    db = connect(str(file))
    db.execute("CREATE TABLE a (b)")
    db.close()


def plant(folder: Path, seq: int, **columns: object) -> None:
    """Put values into a message of the first room that no hub would have stored."""
    db = connect(str(folder / FILE_NAME))
    for name, value in columns.items():
        db.execute(f"UPDATE messages SET {name} = ? WHERE place = ?", (value, 1 << SEQ_BITS | seq))
    db.close()


def prune(folder: Path, last: int) -> None:
    """Take the first room's messages up to `last` away, as retention does."""
    db = connect(str(folder / FILE_NAME))
    db.execute("DELETE FROM messages WHERE place <= ?", (1 << SEQ_BITS | last,))
    db.execute("UPDATE rooms SET first = ? WHERE id = 1", (last + 1,))
    db.close()
