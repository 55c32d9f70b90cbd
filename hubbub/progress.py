"""Progress of long work: a bar on a terminal, a line every few seconds elsewhere.

Short work shows nothing. Does not know what the work is.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TextIO

from core.progress import Progress, Step, no_progress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

BAR_AFTER_S: Final = 0.5
PROGRESS_LINE_EVERY_S: Final = 5.0

Clock = Callable[[], float]


def show_progress(stream: TextIO | None = None) -> Progress:
    """Return what shows progress on `stream`, standard error without one."""
    stream = sys.stderr if stream is None else stream
    if stream is None:
        return no_progress
    # A terminal that cannot move its cursor is named so.
    dumb = os.environ.get("TERM", "").lower() in ("dumb", "unknown")
    return Bars(stream) if stream.isatty() and not dumb else Lines(stream)


def counted(done: int, total: int | None, unit: str) -> str:
    """Return how far a work is, in words; nothing if its numbers tell nobody anything."""
    if not unit:
        return ""
    return f"{done:,} {unit}" if total is None else f"{done:,} of {total:,} {unit}"


class Lines:
    """Writes a line every PROGRESS_LINE_EVERY_S, and one when a work that had any ends."""

    def __init__(self, stream: TextIO, now_s: Clock = time.monotonic) -> None:
        self._stream = stream
        self._now_s = now_s
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self, what: str, total: int | None = None, unit: str = "") -> Iterator[Step]:
        """Begin a work, as `core.progress.Progress` says."""
        told_s = self._now_s()
        done = told = 0
        has_told = False

        def step(now_done: int) -> None:
            nonlocal told_s, done, told, has_told
            with self._lock:
                done = now_done
                now_s = self._now_s()
                if now_s - told_s >= PROGRESS_LINE_EVERY_S:
                    told_s, told, has_told = now_s, done, True
                    self._tell(what, counted(done, total, unit))

        yield step
        with self._lock:
            if has_told and told != done:
                self._tell(what, counted(done, total, unit))

    def _tell(self, what: str, count: str) -> None:
        # A closed standard error is no reason to end the work.
        with suppress(OSError, ValueError):
            self._stream.write(f"{what}: {count}\n" if count else f"{what}\n")
            self._stream.flush()


class Bars:
    """Draws bars at the lower end of a terminal while there is something to wait for.

    What is written to standard error or logged there meanwhile goes above
    them, whole; nothing of the bars stays when the last work has ended.
    """

    def __init__(self, stream: TextIO, now_s: Clock = time.monotonic) -> None:
        self._stream = stream
        self._now_s = now_s
        self._lock = threading.Lock()
        self._drawn = 0
        self._bars: RichProgress
        self._redirected: AbstractContextManager[None]

    @contextmanager
    def __call__(self, what: str, total: int | None = None, unit: str = "") -> Iterator[Step]:
        """Begin a work, as `core.progress.Progress` says."""
        begun_s = self._now_s()
        bar: TaskID | None = None

        def step(done: int) -> None:
            nonlocal bar
            with self._lock:
                if bar is None:
                    if self._now_s() - begun_s < BAR_AFTER_S:
                        return
                    bar = self._draw(what, total)
                self._bars.update(bar, completed=done, count=counted(done, total, unit))

        try:
            yield step
        finally:
            with self._lock:
                if bar is not None:
                    self._erase(bar)

    def _draw(self, what: str, total: int | None) -> "TaskID":
        if not self._drawn:
            self._bars = _rich_bars(self._stream)
            self._redirected = _redirected(self._stream, self._bars)
            self._redirected.__enter__()
            self._bars.start()
        self._drawn += 1
        return self._bars.add_task(what, total=total, count="")

    def _erase(self, bar: "TaskID") -> None:
        self._bars.remove_task(bar)
        self._drawn -= 1
        if not self._drawn:
            self._bars.stop()
            self._redirected.__exit__(None, None, None)


def _rich_bars(stream: TextIO) -> "RichProgress":
    # Imported only here: it takes longer than all the rest of a short command.
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    return RichProgress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[count]}", markup=False),
        TimeRemainingColumn(compact=True),
        console=Console(file=stream, highlight=False),
        transient=True,
        # rich would break lines where the terminal ends; see _Above.
        redirect_stdout=False,
        redirect_stderr=False,
    )


class _Above:
    """A file that writes whole lines above the bars of a terminal."""

    def __init__(self, stream: TextIO, bars: "RichProgress") -> None:
        self._stream = stream
        self._bars = bars
        self._rest = ""
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        with self._lock:
            *lines, self._rest = (self._rest + text).split("\n")
        if lines:
            self._out("\n".join(lines))
        return len(text)

    def flush(self) -> None:
        """Do nothing: a line that is not whole would stand where the bar is."""

    def finish(self) -> None:
        """Write what is left."""
        with self._lock:
            rest, self._rest = self._rest, ""
        if rest:
            self._out(rest)

    def _out(self, lines: str) -> None:
        self._bars.console.out(lines, highlight=False)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _redirected(stream: TextIO, bars: "RichProgress") -> Iterator[None]:
    """Lead what is written and logged to `stream` above the bars."""
    above: Any = _Above(stream, bars)
    handlers = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream is stream
    ]
    was_standard = sys.stderr is stream
    for handler in handlers:
        handler.setStream(above)
    if was_standard:
        sys.stderr = above
    try:
        yield
    finally:
        if was_standard and sys.stderr is above:
            sys.stderr = stream
        for handler in handlers:
            handler.setStream(stream)
        above.finish()
