"""The writer: one thread that keeps groups of messages, one commit for each.

Whatever arrives while a commit is under way forms the next group: alone in a
quiet room, by the thousand in a busy one, and never held back to wait for
more. Knows the store and the event loop; knows no connection.
"""

import asyncio
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable

from core.errors import StoreError, UnknownOutcome
from core.limits import GROUP_LIMIT_BYTES, GROUP_LIMIT_MESSAGES
from core.store import Entry, Group, Store

_log = logging.getLogger("hubbub.store")

INDEX_STEP = 500
INDEX_QUIET_S = 0.05
"""The search index is written once the room has been quiet for so long."""

INDEX_AFTER_MESSAGES = 20_000
"""And during the greatest rush after so many messages."""

Settled = Callable[[list[Entry], StoreError | None], None]
"""Called on the loop with a group, in the order of commits, and its error."""


class Writer:
    """Appends what it is given, in the order in which it was given."""

    def __init__(self, store: Store, loop: asyncio.AbstractEventLoop, settled: Settled) -> None:
        self._store = store
        self._loop = loop
        self._settled = settled
        # deque: append and popleft are atomic, so the loop never takes a lock.
        self._entries: deque[Entry] = deque()
        self._sessions: deque[tuple[int, bytes, str]] = deque()
        self._topics: deque[tuple[str, str]] = deque()
        self._wake = threading.Event()
        self._wake_planned = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="hubbub-writer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def append(self, entry: Entry) -> None:
        """Queue a message. Its group is told to `settled`."""
        self._entries.append(entry)
        self._plan_wake()

    def remember_session(self, number: int, token_hash: bytes, nick: str) -> None:
        """Queue a session's row, to be there before its first message."""
        self._sessions.append((number, token_hash, nick))
        self._plan_wake()

    def set_topic(self, room: str, topic: str) -> None:
        """Queue a room's topic."""
        self._topics.append((room, topic))
        self._plan_wake()

    async def stop(self) -> None:
        """Keep everything that was queued, then end the thread."""
        self._stopping = True
        self._wake.set()
        await asyncio.to_thread(self._thread.join)

    def _plan_wake(self) -> None:
        # At the end of the loop's turn, so that one turn's lines are one group.
        if not self._wake_planned:
            self._wake_planned = True
            self._loop.call_soon(self._wake_thread)

    def _wake_thread(self) -> None:
        self._wake_planned = False
        self._wake.set()

    # --- from here on, everything runs in the thread ---------------------------

    def _run(self) -> None:
        unindexed = 1  # what an earlier run left is caught up with as well
        while True:
            woken = self._wake.wait(INDEX_QUIET_S if unindexed else None)
            self._wake.clear()
            group = self._gather()
            if group.entries or group.sessions or group.topics:
                unindexed += len(group.entries)
                self._keep(group)
            elif self._stopping:
                return
            if unindexed and (not woken or unindexed > INDEX_AFTER_MESSAGES):
                unindexed = self._index(unindexed)

    def _gather(self) -> Group:
        group = Group()
        size = 0
        # Sessions first: the loop queues a session before its first message.
        while self._sessions:
            group.sessions.append(self._sessions.popleft())
        while self._topics:
            group.topics.append(self._topics.popleft())
        while self._entries and len(group.entries) < GROUP_LIMIT_MESSAGES:
            entry = self._entries.popleft()
            group.entries.append(entry)
            size += len(entry.text)
            if size > GROUP_LIMIT_BYTES:
                break
        if self._entries:
            self._wake.set()
        return group

    def _keep(self, group: Group) -> None:
        error: StoreError | None = None
        try:
            self._store.append(group)
        except StoreError as problem:
            error = problem
        except Exception as problem:  # a bug here must not end the only writer
            _log.exception("event=append_failed messages=%d", len(group.entries))
            error = UnknownOutcome(str(problem))
        if error is not None:
            _log.error(
                "event=not_stored messages=%d kind=%s reason=%s",
                len(group.entries),
                type(error).__name__,
                error,
            )
        self._loop.call_soon_threadsafe(self._settled, group.entries, error)

    def _index(self, unindexed: int) -> int:
        try:
            done = self._store.index(INDEX_STEP)
        except sqlite3.Error as problem:
            # Messages are not affected; the next quiet moment tries again.
            _log.warning("event=index_failed reason=%s", problem)
            return 0
        return max(unindexed - done, 1) if done else 0
