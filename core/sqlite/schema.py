"""The database's tables, and the steps from each older version to this one.

A message's place is one integer, `room << 40 | seq`: the table's own key is
the order of every room's log, and the search index needs no second key.
"""

import sqlite3
from collections.abc import Callable
from typing import Final

APPLICATION_ID: Final = 0x48554242
"""`HUBB`: written into the file's header, so that no other database is taken."""

SEQ_BITS: Final = 40
SEQ_MASK: Final = (1 << SEQ_BITS) - 1

STEPS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE about (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;

    -- first: the oldest seq that was not pruned; also keeps an emptied room
    -- from numbering anew. indexed: messages up to here can be searched.
    CREATE TABLE rooms (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        topic TEXT NOT NULL DEFAULT '',
        first INTEGER NOT NULL DEFAULT 1,
        indexed INTEGER NOT NULL DEFAULT 0
    );

    -- Only sessions that said something with an id; token is a SHA-256.
    CREATE TABLE sessions (
        number INTEGER PRIMARY KEY,
        token BLOB NOT NULL UNIQUE,
        nick TEXT NOT NULL,
        used INTEGER NOT NULL
    );

    CREATE TABLE messages (
        place INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        session INTEGER NOT NULL,
        id TEXT,
        nick TEXT NOT NULL,
        kind TEXT,
        text TEXT NOT NULL
    );

    CREATE UNIQUE INDEX messages_by_id ON messages (session, id) WHERE id IS NOT NULL;

    CREATE VIRTUAL TABLE words USING fts5 (text, content = '', tokenize = 'trigram');
    """,
    """
    -- Ids of messages that were pruned before their id may be forgotten.
    -- digest: what was said, so that an id used for another text is noticed.
    CREATE TABLE pruned_ids (
        session INTEGER NOT NULL,
        id TEXT NOT NULL,
        place INTEGER NOT NULL,
        at INTEGER NOT NULL,
        digest BLOB NOT NULL,
        PRIMARY KEY (session, id)
    ) WITHOUT ROWID;

    CREATE INDEX pruned_ids_by_time ON pruned_ids (at);

    -- The time of the newest message that was pruned: times never go back.
    ALTER TABLE rooms ADD COLUMN pruned_at INTEGER NOT NULL DEFAULT 0;
    """,
)

VERSION: Final = len(STEPS)


def migrate(
    db: sqlite3.Connection, version: int, step_done: Callable[[int], None] = lambda steps: None
) -> None:
    """Bring a database from `version` to the newest, each step in one transaction.

    Cut off at any point, it goes on from the last whole step. `step_done`
    learns how many steps are done.
    """
    for number, step in enumerate(STEPS[version:], start=version + 1):
        try:
            db.executescript(
                f"BEGIN IMMEDIATE; {step} PRAGMA application_id = {APPLICATION_ID};"
                f"PRAGMA user_version = {number}; COMMIT;"
            )
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        step_done(number - version)
