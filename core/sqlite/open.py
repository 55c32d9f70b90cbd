"""The log of a running hub, opened and closed as one: lock, store, writer and reader.

Knows settings of the log alone; knows no hub and no connection.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from core.errors import StoreUnusable
from core.log.entry import RoomRow
from core.log.history import Fetch, History
from core.log.journal import Journal, Listener
from core.privatefile import keep_private
from core.progress import UNWATCHED, Watch
from core.sqlite.database import FILE_NAME, files_of_log
from core.sqlite.lock import FolderLock
from core.sqlite.pages import Pages
from core.sqlite.reader import ReadingThread
from core.sqlite.store import Store
from core.sqlite.writer import Writer
from core.wire.messages import Retention


class OpenLog:
    """A log with its two threads. Made by `open_log`; every method runs on the loop."""

    def __init__(
        self, store: Store, lock: FolderLock | None, loop: asyncio.AbstractEventLoop, watch: Watch
    ) -> None:
        self._store = store
        self._lock = lock
        self._loop = loop
        self._watch = watch
        self._reading = ReadingThread(loop)
        self._writer: Writer | None = None
        self.history: History = Pages(store)
        self.fetch: Fetch = self._reading.fetch

    @property
    def name(self) -> str:
        """What `welcome.log` names this log."""
        return self._store.log

    def rooms(self) -> list[RoomRow]:
        """Return every room of the log."""
        return self._store.rooms()

    def start_writer(
        self, listener: Listener, keeps: Retention, plan: Callable[[Callable[[], None]], None]
    ) -> Journal:
        """Start the writer's thread; `plan` calls once a group has gathered."""
        writer = Writer(self._store, self._loop, listener, keeps, self._watch.progress, plan=plan)
        writer.start()
        self._writer = writer
        return writer

    async def stop_writer(self) -> None:
        """Keep everything that was queued, and end the writer's thread."""
        if self._writer is not None:
            await self._writer.stop()

    async def close(self) -> None:
        """End both threads, and close the log in an orderly way."""
        await self.stop_writer()
        await self._reading.stop()
        await asyncio.to_thread(self._store.close)
        if self._lock is not None:
            self._lock.release()


async def lock_folder(folder: Path | None) -> FolderLock | None:
    """Take a log's folder for this process alone; raise StoreUnusable. None: in memory."""
    return None if folder is None else await asyncio.to_thread(_lock, folder)


async def open_log(
    folder: Path | None, now_ms: Callable[[], int], watch: Watch = UNWATCHED,
    lock: FolderLock | None = None,
) -> OpenLog:  # fmt: skip
    """Open the log in a folder, which is made if it is missing; None: in memory.

    `lock` is the folder's, taken by `lock_folder` before. It is given back with the
    log, or if the log cannot be opened. Raises StoreUnusable, or Interrupted if
    `watch` wants it.
    """
    opening = asyncio.ensure_future(asyncio.to_thread(_open_store, folder, now_ms, watch, lock))
    try:
        store, lock = await asyncio.shield(opening)
    except asyncio.CancelledError:
        # The thread goes on all the same: what it opens must not be left to nobody.
        opening.add_done_callback(_close_unused)
        raise
    return OpenLog(store, lock, asyncio.get_running_loop(), watch)


def _close_unused(opening: "asyncio.Future[tuple[Store, FolderLock | None]]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        store, lock = opening.result()
        store.close()
        if lock is not None:
            lock.release()


def _lock(folder: Path) -> FolderLock:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise StoreUnusable(
            f"cannot make the log's folder {folder}: {problem.strerror}. Give another one "
            "with --data."
        ) from problem
    return FolderLock(folder)


def _open_store(
    folder: Path | None, now_ms: Callable[[], int], watch: Watch, lock: FolderLock | None
) -> tuple[Store, FolderLock | None]:
    if folder is None:
        return Store(None, now_ms), None
    lock = _lock(folder) if lock is None else lock
    try:
        keep_private(files_of_log(folder / FILE_NAME))
        return Store(folder / FILE_NAME, now_ms, watch=watch), lock
    except BaseException:
        lock.release()
        raise
