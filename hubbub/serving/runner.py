"""Running a server's coroutine to its end: the log, garbage, the loop, and the exit code.

Does not know what is run: a hub, a gateway, or both.
"""

import asyncio
import contextlib
import gc
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from core.errors import HubbubError, Interrupted
from core.exitcodes import FAILED, OK
from core.net.sockets import CannotListen
from core.systemwords import in_words
from core.text.complaints import complain
from hubbub import strings
from hubbub.serving.logstream import queued_standard_error

COLLECT_AFTER = (2_000, 10, 50)
"""When Python collects reference cycles (`gc.set_threshold`): all of it after
a million new objects. That stops everything; with 10,000 browsers, 1.3 million
objects, it takes half a second, and by itself Python does it fifteen times
while they come. The price: what 20,000 browsers left behind in a gateway may lie
there; connections of the hub leave nothing behind."""


LogLevel = Literal["debug", "info", "warning", "error"]


def run_to_exit(
    main: Coroutine[Any, Any, None], says: str = "", log_level: LogLevel = "info"
) -> int:
    """Run a server to its end and tell what went wrong; return the exit code.

    `says` stands before each of its lines in the log. `log_level` is for the log
    of this project alone: other libraries' details are of no use to an operator.
    """
    log_format = f"%(asctime)s %(levelname)s {says}%(message)s"
    with queued_standard_error(log_format) as stream:
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter(log_format))
        logging.getLogger().addHandler(handler)
        logging.getLogger().setLevel(logging.INFO)
        try:
            return _run(main, log_level)
        finally:
            logging.getLogger().removeHandler(handler)


def _run(main: Coroutine[Any, Any, None], log_level: LogLevel) -> int:
    logging.getLogger("hubbub").setLevel(log_level.upper())
    gc.set_threshold(*COLLECT_AFTER)
    try:
        run_loop(main)
    except Interrupted as problem:
        complain(strings.interrupted(str(problem)))
    except (HubbubError, ValueError) as problem:
        complain(str(problem))
        return FAILED
    except CannotListen as problem:
        complain(problem.text)
        return FAILED
    except OSError as problem:
        complain(strings.cannot_start(in_words(problem)))
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
