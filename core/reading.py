"""The reading thread: questions to the store, answered beside the event loop."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_log = logging.getLogger("hubbub.store")


class ReadingThread:
    """Runs one reading function after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hubbub-reader")

    def fetch(self, read: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Run `read`, then `done` with its result on the loop.

        If the store cannot be read, `done` gets None, and the log tells why.
        """
        future = self._loop.run_in_executor(self._thread, read)
        future.add_done_callback(lambda future: done(_result(future)))

    async def stop(self) -> None:
        """Finish what was asked, and end the thread."""
        await asyncio.to_thread(self._thread.shutdown)


def _result(future: "asyncio.Future[Any]") -> Any:
    problem = future.exception()
    if problem is None:
        return future.result()
    _log.error("event=read_failed reason=%s", problem)
    return None
