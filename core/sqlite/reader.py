"""The reading thread: questions to the store, answered beside the event loop."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from core.log.history import Unread
from core.throttle import LogThrottle

_log = logging.getLogger("hubbub.store")


class ReadingThread:
    """Runs one reading function after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hubbub-reader")
        self._failures = LogThrottle(loop.time)

    def fetch(self, read: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Run `read`, then `done` with its result on the loop.

        If the store cannot be read, `done` gets Unread.FAILED, and the log tells why.
        """
        future = self._loop.run_in_executor(self._thread, read)
        future.add_done_callback(lambda future: done(self._result(future)))

    async def stop(self) -> None:
        """Finish what was asked, and end the thread."""
        await asyncio.to_thread(self._thread.shutdown)

    def _result(self, future: "asyncio.Future[Any]") -> Any:
        problem = future.exception()
        if problem is None:
            return future.result()
        if (suppressed := self._failures.allow()) is not None:
            _log.error("event=read_failed left_out=%d reason=%s", suppressed, problem)
        return Unread.FAILED
