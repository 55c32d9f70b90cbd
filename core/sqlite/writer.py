"""The writer: one thread that keeps groups of messages, one commit for each.

Whatever arrives while a commit is under way forms the next group: alone in a
quiet room, by the thousand in a busy one, and never held back to wait for
more. Knows the store and the event loop; knows no connection.

Which thread: `append`, `remember_session`, `set_topic`, `current`, `try_writing` and
`stop` are called on the loop; what stands behind the line in `Writer` runs in its thread.
They share four deques, whose append and popleft are atomic, an event, and the
counts below; the listener is called on the loop alone.

Invariants:

- Entries are committed, and told to the listener, in the order in which they came.
- Where a group fails, what was appended behind it fails as well, up to the moment
  at which the listener knew of it: an entry carries the epoch in which it was
  appended, and each failure that the listener knows of begins a new one.
- Sessions and topics of a failed group are tried again; entries are not.
- Maintenance runs between commits, a step of milliseconds at a time.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from sys import getsizeof

from core.errors import NotStored, StoreError, UnknownOutcome
from core.limits import GROUP_LIMIT_BYTES, GROUP_LIMIT_MESSAGES
from core.log.entry import LOST, Entry, Group
from core.log.journal import Listener, Pruned
from core.progress import Progress, no_progress
from core.sqlite.maintenance import Maintenance
from core.sqlite.store import Store
from core.throttle import LogThrottle
from core.wire.messages import Retention

_log = logging.getLogger("hubbub.store")

RECOVER_EVERY_S = 0.5
"""How often a log that failed is tried again."""

TRY_EVERY_S = 1.0
"""However many ask whether something would be kept, it is tried no more often."""


class Writer:
    """Appends what it is given, in the order in which it was given.

    Where a group fails, what was given behind it fails as well, up to the
    moment at which the listener knew: one sender's lines never overtake one
    another.
    """

    def __init__(
        self, store: Store, loop: asyncio.AbstractEventLoop, listener: Listener, keeps: Retention,
        progress: Progress = no_progress,
        plan: Callable[[Callable[[], None]], object] | None = None,
    ) -> None:  # fmt: skip
        """`plan` calls once a group has gathered; without it, at the end of the turn."""
        self._plan = plan or loop.call_soon
        self._store = store
        self._loop = loop
        self._listener = listener
        self._maintenance = Maintenance(store.steps, keeps, self._tell_pruned, progress)
        # deque: append and popleft are atomic, so the loop never takes a lock.
        self._entries: deque[Entry] = deque()
        self._sessions: deque[tuple[int, bytes, str]] = deque()
        self._topics: deque[tuple[str, str]] = deque()
        self._questions: deque[Callable[[bool], None]] = deque()
        self._wake = threading.Event()
        self._wake_planned = False
        self._stopping = False
        # How many failures the listener knows of, which the loop counts, and how
        # many it was told of, which the thread counts. What is given between
        # the two was said by somebody who could not know.
        self._epoch = 0
        self._failures = 0
        self._complaints = LogThrottle(time.monotonic)
        self._recover_s = 0.0
        # Whether what was written last was kept, and when that was.
        self._writes = True
        self._wrote_s = float("-inf")
        self._thread = threading.Thread(target=self._run, name="hubbub-writer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def append(self, entry: Entry) -> None:
        """Queue a message. Its group is told to the listener."""
        entry.epoch = self._epoch
        self._entries.append(entry)
        self._plan_wake()

    def remember_session(self, number: int, token_hash: bytes, nick: str) -> None:
        """Queue a session's row, to be there before its first message."""
        self._sessions.append((number, token_hash, nick))
        self._plan_wake()

    def set_topic(self, room: str, text: str, nick: str) -> None:
        """Queue a room's topic."""
        self._topics.append((room, text))
        self._plan_wake()

    def current(self, then: Callable[[], None]) -> None:
        """Call at once: nobody else writes this log."""
        then()

    def try_writing(self, then: Callable[[bool], None]) -> None:
        """Call with whether a message would be kept now: whether something just was, or can be."""
        self._questions.append(then)
        self._wake.set()

    async def stop(self) -> None:
        """Keep everything that was queued, then end the thread."""
        self._stopping = True
        self._wake.set()
        await asyncio.to_thread(self._thread.join)

    def _plan_wake(self) -> None:
        # Not at once, so that one turn's lines are one group.
        if not self._wake_planned:
            self._wake_planned = True
            self._plan(self._wake_thread)

    def _wake_thread(self) -> None:
        self._wake_planned = False
        self._wake.set()

    def _settled(self, entries: list[Entry], error: StoreError | None) -> None:
        if _failed(entries, error):
            self._epoch += 1
        self._listener.settled(entries, error)

    # --- from here on, everything runs in the thread ---------------------------

    def _run(self) -> None:
        while True:
            woken = self._wake.wait(self._wait_s())
            self._wake.clear()
            group = self._gather()
            if self._store.failed:
                self._recover()
            if group.entries or ((group.sessions or group.topics) and not self._store.failed):
                self._keep(group)
            else:
                self._put_back(group)
            if self._questions:
                self._answer_questions()
            if self._stopping and not self._entries:
                self._maintenance.end()
                return
            if not self._store.failed:
                self._maintenance.step(quiet=not woken)

    def _wait_s(self) -> float | None:
        if self._store.failed or self._sessions or self._topics:
            return RECOVER_EVERY_S
        return self._maintenance.wait_s()

    def _gather(self) -> Group:
        group = Group()
        size = 0
        # Sessions first: the loop queues a session before its first message.
        while self._sessions:
            group.sessions.append(self._sessions.popleft())
        while self._topics:
            group.topics.append(self._topics.popleft())
        behind: list[Entry] = []
        while self._entries and len(group.entries) < GROUP_LIMIT_MESSAGES:
            entry = self._entries.popleft()
            # What comes behind one that is refused here was given before anybody
            # could be told of that, whatever was known when it was given.
            if behind or entry.epoch < self._failures:
                behind.append(entry)
                continue
            group.entries.append(entry)
            size += getsizeof(entry.text)
            if size > GROUP_LIMIT_BYTES:
                break
        if behind:
            self._tell(behind, NotStored("lines before it were not stored"))
        if self._entries:
            self._wake.set()
        return group

    def _put_back(self, group: Group) -> None:
        self._sessions.extendleft(reversed(group.sessions))
        self._topics.extendleft(reversed(group.topics))

    def _keep(self, group: Group) -> None:
        error: StoreError | None = None
        try:
            self._store.append(group)
        except StoreError as problem:
            error = problem
        except Exception as problem:  # a bug here must not end the only writer
            _log.exception("event=append_failed messages=%d", len(group.entries))
            error = UnknownOutcome(str(problem))
        self._writes, self._wrote_s = error is None and group.kept, time.monotonic()
        if self._writes:
            self._maintenance.kept(len(group.entries))
        else:
            self._fail(group, error)
        self._tell(group.entries, error)

    def _fail(self, group: Group, error: StoreError | None) -> None:
        self._put_back(group)
        if (suppressed := self._complaints.allow()) is not None:
            _log.error(
                "event=not_stored messages=%d left_out=%d kind=%s reason=%s",
                len(group.entries), suppressed,
                "Reopened" if error is None else type(error).__name__, error,
            )  # fmt: skip

    def _answer_questions(self) -> None:
        # What was written a moment ago has answered it already.
        if time.monotonic() - self._wrote_s >= TRY_EVERY_S:
            self._writes = self._store.try_writing()
            self._wrote_s = time.monotonic()
        while self._questions:
            self._loop.call_soon_threadsafe(self._questions.popleft(), self._writes)

    def _recover(self) -> None:
        now = time.monotonic()
        if now < self._recover_s:
            return
        self._recover_s = now + RECOVER_EVERY_S
        try:
            rooms = self._store.recover()
        except StoreError:
            return  # the next try is not far
        _log.warning("event=log_reopened rooms=%d", len(rooms))
        self._loop.call_soon_threadsafe(self._listener.recovered, rooms)

    def _tell(self, entries: list[Entry], error: StoreError | None) -> None:
        self._failures += _failed(entries, error)
        self._loop.call_soon_threadsafe(self._settled, entries, error)

    def _tell_pruned(self, pruned: list[Pruned]) -> None:
        self._loop.call_soon_threadsafe(self._listener.pruned, pruned)


def _failed(entries: list[Entry], error: StoreError | None) -> bool:
    return error is not None or any(entry.seq == LOST for entry in entries)
