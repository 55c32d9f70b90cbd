"""Maintenance: work on the log that nobody waits for, in small steps between commits.

It makes messages searchable, drops what need not be kept, and keeps the
write-ahead log small. A step takes milliseconds, so whoever says something
meanwhile hardly waits. Runs in the writer's thread; knows no connection.
"""

import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

from core.limits import WAL_LIMIT_BYTES
from core.log.journal import Pruned
from core.progress import Progress, Step, no_progress
from core.sqlite.retention import keeps_everything
from core.sqlite.steps import MaintenanceSteps
from core.wire.messages import Retention

_log = logging.getLogger("hubbub.store")

STEP_MESSAGES: Final = 500
QUIET_S: Final = 0.05
"""Work waits until the rooms have been quiet for so long."""

LOAD_MESSAGES: Final = 20_000
"""Under load it is done all the same once so many messages wait for it."""

LOAD_STEP_MESSAGES: Final = 100
"""Made searchable at once then, when a commit is sure to be waiting."""

LOAD_RESTS: Final = 4
"""It then rests so many times as long as that took: under load, messages have
most of the writer's time."""

PRUNE_EVERY_S: Final = 60.0
CHECKPOINT_EVERY_S: Final = 5.0
RESTING_S: Final = 30.0
"""After a failure, for instance of a full disk."""


class _Shown:
    """Work that is shown from its first step until its end, which comes by itself at `total`."""

    def __init__(self, progress: Progress, what: str, total: int | None) -> None:
        self._progress = progress
        self._what = what
        self._total = total
        self._done = 0
        self._step: Step | None = None
        self._shown = ExitStack()
        self._ended = total == 0

    def add(self, messages: int) -> None:
        """Show that so many more are done."""
        if self._ended:
            return
        if self._step is None:
            self._step = self._shown.enter_context(
                self._progress(self._what, self._total, "messages")
            )
        self._done += messages
        self._step(self._done)
        if self._total is not None and (not messages or self._done >= self._total):
            self.end()

    def end(self) -> None:
        self._ended = True
        self._shown.close()


class Maintenance:
    """What is yet to be done for the log, and one step of it at a time."""

    def __init__(
        self, steps: MaintenanceSteps, keeps: Retention, pruned: Callable[[list[Pruned]], None],
        progress: Progress = no_progress, now_s: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """`pruned` is called with what became of rooms, in this thread."""
        self._progress = progress
        self._steps = steps
        self._keeps = keeps
        self._pruned = pruned
        self._now_s = now_s
        # What an earlier run left undone is caught up with as well.
        self._unindexed = steps.unindexed()
        self._indexing = _Shown(progress, "indexing for search", self._unindexed)
        self._dropping = _Shown(progress, "dropping old messages", None)
        self._since_pruning = 0
        self._prune_s = now_s()
        self._step_s = 0.0
        self._rooms_to_prune: list[str] = []
        # Behind which session to go on forgetting; None once all were looked at.
        self._session: int | None = -1
        self._index_s = 0.0
        self._checkpoint_s = now_s() + CHECKPOINT_EVERY_S
        self._rest_until_s = 0.0
        self._at_it = False

    def kept(self, messages: int) -> None:
        """Note that the log has grown."""
        self._unindexed += messages
        self._since_pruning += messages

    def wait_s(self) -> float | None:
        """Return how long to wait for messages before the next step; None for ever."""
        now = self._now_s()
        if now < self._rest_until_s:
            return self._rest_until_s - now
        if self._unindexed or self._rooms_to_prune or self._session is not None:
            return 0.0 if self._at_it else QUIET_S
        return None if keeps_everything(self._keeps) else max(self._prune_s - now, QUIET_S)

    def step(self, *, quiet: bool) -> None:
        """Do a little, if there is a reason to; under load only what has piled up."""
        now = self._now_s()
        self._at_it = quiet
        if now < self._rest_until_s:
            return
        try:
            self._checkpoint(now)
            if quiet or (self._unindexed > LOAD_MESSAGES and now >= self._index_s):
                self._index(STEP_MESSAGES if quiet else LOAD_STEP_MESSAGES)
                after = self._now_s()
                self._index_s = after + LOAD_RESTS * (after - now)
            if not keeps_everything(self._keeps):
                self._prune(now, quiet=quiet)
            if quiet and self._session is not None:
                self._session = self._steps.forget_sessions(self._session)
        except sqlite3.Error as problem:
            # No message is affected; it is tried again after a rest.
            self._rest_until_s = now + RESTING_S
            _log.warning("event=maintenance_failed reason=%s again_s=%d", problem, RESTING_S)

    def end(self) -> None:
        """Show nothing any more."""
        self._indexing.end()
        self._dropping.end()

    def _index(self, limit: int) -> None:
        if self._unindexed:
            done = self._steps.index(limit)
            self._unindexed = max(self._unindexed - done, 1) if done else 0
            self._indexing.add(done)

    def _prune(self, now: float, *, quiet: bool) -> None:
        loaded = self._since_pruning > LOAD_MESSAGES
        if not self._rooms_to_prune and (loaded or now >= self._prune_s):
            self._rooms_to_prune = self._steps.room_names()
            self._since_pruning = 0
            self._prune_s = now + PRUNE_EVERY_S
            self._dropping = _Shown(self._progress, "dropping old messages", None)
        if self._rooms_to_prune and (quiet or loaded or now >= self._step_s):
            # Where it is never quiet, a step now and then holds nobody up for long.
            self._step_s = now + QUIET_S
            done = self._steps.prune(
                self._rooms_to_prune, self._keeps, STEP_MESSAGES, self._steps.believed_ms()
            )
            if done:
                self._pruned(done)
            self._dropping.add(sum(room.messages for room in done))
            if not self._rooms_to_prune:
                self._dropping.end()

    def _checkpoint(self, now: float) -> None:
        # SQLite restarts the WAL by itself where no reader is in the way at the
        # right moment; under load there may always be one.
        if now >= self._checkpoint_s:
            self._checkpoint_s = now + CHECKPOINT_EVERY_S
            if self._steps.wal_bytes() > WAL_LIMIT_BYTES:
                self._steps.checkpoint()
