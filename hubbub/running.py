"""Running a client to its end, or until a signal ends it. Does not know what it does."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from core.exitcodes import BY_SIGNAL, INTERRUPTED
from core.signals import asking_first


def run_until_signal(main: Coroutine[Any, Any, int]) -> int:
    """Return the exit code of `main`, or 128 and the number of the signal that ended it.

    The first signal cancels it, so that it leaves in an orderly way; a second one
    ends it at once.
    """
    came: list[int] = []

    async def watched() -> int:
        nonlocal came
        task = asyncio.ensure_future(main)
        with asking_first([task.cancel]) as came:
            return await task

    try:
        return asyncio.run(watched())
    except (KeyboardInterrupt, asyncio.CancelledError):
        return BY_SIGNAL + came[0] if came else INTERRUPTED
