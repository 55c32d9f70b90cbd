"""Running a server's coroutine to its end: the log, garbage, the loop, and the exit code.

Does not know what is run: a hub, a gateway, or both.
"""

import asyncio
import contextlib
import gc
import logging
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from core.errors import Interrupted, StoreUnusable
from core.exitcodes import FAILED, OK
from hubbub.serving.restarts import NotStarted

COLLECT_AFTER = (2_000, 10, 50)
"""When Python collects reference cycles (`gc.set_threshold`): all of it after
a million new objects. That stops everything; with 10,000 browsers, 1.3 million
objects, it takes half a second, and by itself Python does it fifteen times
while they come. The price: what 20,000 browsers left behind in a gateway may lie
there; connections of the hub leave nothing behind."""


def run_to_exit(main: Coroutine[Any, Any, None], says: str = "") -> int:
    """Run a server to its end and tell what went wrong; return the exit code.

    `says` stands before each of its lines in the log.
    """
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format=f"%(asctime)s %(levelname)s {says}%(message)s",
    )
    gc.set_threshold(*COLLECT_AFTER)
    try:
        run_loop(main)
    except Interrupted as problem:
        print(f"hubbub: {problem}; nothing is lost", file=sys.stderr)  # noqa: T201
    except (StoreUnusable, NotStarted, ValueError) as problem:
        print(f"hubbub: {problem}", file=sys.stderr)  # noqa: T201
        return FAILED
    except OSError as problem:
        print(f"hubbub: cannot listen: {problem}", file=sys.stderr)  # noqa: T201
        return FAILED
    except KeyboardInterrupt:  # where signals cannot be handled by the loop
        pass
    return OK


def run_loop(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where it exists, on asyncio elsewhere."""
    runner: Callable[[Coroutine[Any, Any, None]], None] = asyncio.run
    with contextlib.suppress(ImportError):
        import uvloop

        runner = uvloop.run
    runner(main)
