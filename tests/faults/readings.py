"""Reading a log twice: page by page through the protocol, and from its file."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clients import decode, encode
from history import Content, History, Rooms
from wires import LINE_LIMIT_BYTES

SEQ_BITS = 40
"""A message's place in the file is `room << 40 | seq` (core/sqlite/schema.py)."""

PAGE = 200
READ_WAIT_S = 20.0

FILE_NAME = "hubbub.sqlite3"


async def read_pages(
    port: int, rooms: Iterable[str], history: History, host: str = "127.0.0.1"
) -> tuple[str, Rooms]:
    """Return a log's name and all messages of its rooms, as `history` tells them."""
    reader, writer = await asyncio.open_connection(host, port, limit=LINE_LIMIT_BYTES)
    found: Rooms = {}
    try:
        async with asyncio.timeout(READ_WAIT_S):
            log = (await _ask(reader, writer, {"type": "hello"}, "welcome")).log
            for room in rooms:
                found[room] = await _read_room(reader, writer, room, history)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return log, found


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: dict[str, Any], answer: str
) -> Any:
    writer.write(encode(request) + b"\n")
    while line := await reader.readline():
        if line.startswith(b"{") and (event := decode(line)).type == answer:
            return event
        if b'"error"' in line:
            raise OSError(f"the hub refused to read: {line!r}")
    raise ConnectionResetError("the hub hung up while its log was read")


async def _read_room(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, room: str, history: History
) -> dict[int, Content]:
    found: dict[int, Content] = {}
    after, more = 0, True
    while more:
        ask = {"type": "history", "room": room, "after": after, "limit": PAGE}
        event = await _ask(reader, writer, ask, "history")
        for one in event.messages:
            content = Content(one.get("id"), one["nick"], one.get("kind"), one["text"], one["at"])
            after = one["seq"]
            found[after] = history.content(content)
        more = event.more
    return found


def read_file(file: Path, history: History) -> tuple[str, Rooms]:
    """Return a log's name and all its messages, as its file holds them."""
    with contextlib.closing(_open(file)) as db:
        rooms = dict(db.execute("SELECT id, name FROM rooms"))
        found: Rooms = {name: {} for name in rooms.values()}
        for place, *rest in db.execute(
            "SELECT place, id, nick, kind, text, at FROM messages ORDER BY place"
        ):
            room = rooms[place >> SEQ_BITS]
            found[room][place & ((1 << SEQ_BITS) - 1)] = history.content(Content(*rest))
        (log,) = db.execute("SELECT value FROM about WHERE name = 'log'").fetchone()
    return log, found


def read_begins(file: Path) -> dict[str, int]:
    """Return the oldest seq that each room of a log's file need hold."""
    with contextlib.closing(_open(file)) as db:
        return dict(db.execute("SELECT name, first FROM rooms"))


def check_file(file: Path) -> str:
    """Return "ok", or what SQLite finds wrong with a file."""
    with contextlib.closing(_open(file)) as db:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0])


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0)
