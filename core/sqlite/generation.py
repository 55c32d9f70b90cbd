"""The log's generation: what shows that it is the one that clients have seen.

A small file beside the database counts how often the log was opened, and the
database counts with it. Where the two disagree, the database is not the one
that was here last: an older copy was put in its place, or it was moved. Then
the log gets a new name, and clients that resume are told so. The file also
remembers how the database was left, so that one that was closed in an orderly
way need not be read from end to end at the next start.
"""

from pathlib import Path
from typing import Final

import msgspec

from core.atomicfile import atomic_write

SUFFIX: Final = ".trace"


class DatabaseFile(msgspec.Struct, frozen=True):
    """A database file as its hub left it."""

    size_bytes: int
    mtime_ns: int


class Generation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the file beside the database holds.

    `opened` is how often the log was opened. `before` is there while an
    opening is under way: the database may then have counted, or not yet.
    `left` is there after an orderly end.
    """

    opened: int
    inode: int
    before: int | None = None
    left: DatabaseFile | None = None


def generation_path(database: Path) -> Path:
    """Return the path of the generation file beside a database."""
    return database.with_name(database.name + SUFFIX)


def read_generation(database: Path) -> Generation | None:
    """Return the generation of a database; None if there is none that can be read."""
    try:
        return msgspec.json.decode(generation_path(database).read_bytes(), type=Generation)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def write_generation(database: Path, generation: Generation) -> None:
    """Write the generation file so that a power cut leaves the old one or the new one.

    Raises OSError, and FileRefused if something else is in its place.
    """
    with atomic_write(generation_path(database), mode=0o600, force=True) as file:
        file.write_bytes(msgspec.json.encode(generation))


def is_proven(generation: Generation | None, opened: int, inode: int) -> bool:
    """Tell whether a database that was `opened` so often is the one of this generation.

    There is no file, and no count, if the log is new or was last used by the
    first version, which did not count.
    """
    if generation is None:
        return opened == 0
    return opened in (generation.opened, generation.before) and generation.inode == inode


def was_clean_shutdown(generation: Generation | None, database: Path) -> bool:
    """Tell whether nothing has touched a database since its orderly end."""
    if generation is None or generation.left is None:
        return False
    now = database.stat()
    wal = database.with_name(database.name + "-wal")
    return (
        generation.left == DatabaseFile(now.st_size, now.st_mtime_ns)
        and generation.inode == now.st_ino
        and not (wal.exists() and wal.stat().st_size)
    )
