"""Looking for damage in a write-ahead log that SQLite would pass over.

SQLite takes a WAL's frames up to the first that is not whole, and forgets the
rest: that is right for the last transaction of a power cut, and silent loss if
a frame in the middle was damaged later. Here each transaction is fsynced
before the next one begins, so at most one can be torn: where the ends of two
or more lie behind what SQLite takes, acknowledged messages would be lost.

The layouts are those of https://www.sqlite.org/walformat.html and
https://www.sqlite.org/fileformat2.html, section 4.
"""

import struct
from pathlib import Path
from typing import Final

HEADER_BYTES: Final = 32
FRAME_HEADER_BYTES: Final = 24
MAGICS: Final = (0x377F0682, 0x377F0683)
FRAMES_TAKEN_AT: Final = 16
"""Where the wal-index holds how many frames are valid, in the machine's order."""


def wal_damage(database: Path) -> str | None:
    """Return in words what is wrong with a database's WAL, or None.

    The database must be open, and have been read from, so that SQLite has
    written down in the wal-index what it takes of the WAL.
    """
    wal, index = (database.with_name(database.name + end) for end in ("-wal", "-shm"))
    if not wal.exists() or not index.exists():
        return None
    with wal.open("rb") as file:
        header = file.read(HEADER_BYTES)
        if wal.stat().st_size <= HEADER_BYTES + FRAME_HEADER_BYTES:
            return None
        magic, _, page_bytes, _, salts = struct.unpack(">IIII8s8x", header)
        if magic not in MAGICS or not 512 <= page_bytes <= 65536:
            return f"the header of {wal.name} is not one"
        frame_bytes = FRAME_HEADER_BYTES + page_bytes
        ends = 0
        at = HEADER_BYTES + _taken(index) * frame_bytes
        while True:
            file.seek(at)
            frame = file.read(FRAME_HEADER_BYTES)
            if len(frame) < FRAME_HEADER_BYTES:
                break
            page, size_pages, frame_salts = struct.unpack(">II8s8x", frame)
            # With other salts it is from before the WAL was last restarted, or
            # no frame any more.
            ends += bool(frame_salts == salts and page and size_pages)
            at += frame_bytes
    return f"{wal.name} is damaged in its middle" if ends > 1 else None


def _taken(index: Path) -> int:
    with index.open("rb") as file:
        file.seek(FRAMES_TAKEN_AT)
        data = file.read(4)
    return int(struct.unpack("=I", data)[0]) if len(data) == 4 else 0
