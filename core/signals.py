"""Signals that ask a process to end: handled by the event loop, or raised as Ctrl-C is.

Does not know what ends, nor in which order.
"""

import asyncio
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

ENDING: Final = tuple(
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if name in signal.Signals.__members__
)
"""Those that this system has of the three that ask for an end."""


def not_ignored(signals: Iterable[signal.Signals] = ENDING) -> list[signal.Signals]:
    """Return those that this process was not told to ignore, as `nohup` does for SIGHUP."""
    return [one for one in signals if signal.getsignal(one) != signal.SIG_IGN]


def handle_on_loop(
    signals: Iterable[signal.Signals], handler: Callable[[], object]
) -> Callable[[], None]:
    """Have the running loop call `handler` for each; return what ends that.

    Where the loop cannot, on Windows or outside the main thread, nothing changes:
    Ctrl-C raises KeyboardInterrupt then.
    """
    loop = asyncio.get_running_loop()
    handled: list[signal.Signals] = []
    for one in signals:
        with suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(one, handler)
            handled.append(one)

    def remove() -> None:
        for one in handled:
            loop.remove_signal_handler(one)

    return remove


@contextmanager
def raised_as_interrupt() -> Iterator[list[int]]:
    """Have each of ENDING raise KeyboardInterrupt, so that a `with` or `finally` cleans up.

    Give the list of the signals that came.
    """
    came: list[int] = []

    def end(number: int, _frame: object) -> None:
        came.append(number)
        raise KeyboardInterrupt

    before = {one: signal.signal(one, end) for one in not_ignored()}
    try:
        yield came
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def asking_first(asks: Sequence[Callable[[], object]]) -> Iterator[list[int]]:
    """Have the first of ENDING call the first of `asks` on the running loop, and so on.

    Any beyond raises KeyboardInterrupt at once, also where the loop does not turn.
    Give the list of the signals that came. Outside the main thread nothing changes.
    """
    loop = asyncio.get_running_loop()
    came: list[int] = []

    def end(number: int, _frame: object) -> None:
        came.append(number)
        if len(came) > len(asks):
            raise KeyboardInterrupt
        loop.call_soon_threadsafe(asks[len(came) - 1])

    before: dict[signal.Signals, Any] = {}
    with suppress(ValueError):
        before = {one: signal.signal(one, end) for one in not_ignored()}
    try:
        yield came
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
