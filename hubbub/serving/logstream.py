"""Standard error of a server, written by a thread of its own.

Whoever reads standard error may stop reading: a terminal after Ctrl-S, a pipe
that is full, a journal that hangs. Nobody in a room waits for that. What a
server prints and logs is queued, and what the queue has no room for is left
out, counted, and said as soon as a line can be written again.

Any thread may write; the descriptor belongs to the thread made here. Knows
bytes and lines; does not know what they say.
"""

import logging
import os
import select
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TextIO

QUEUE_LIMIT_BYTES: Final = 256 * 1024
"""What waits to be written at most: some thousand lines, which is more than a
terminal keeps, and little memory."""

FLUSH_LIMIT_S: Final = 0.5
"""At the end, so long is waited for a reader. It is part of the 5 s in which a
server ends."""

ALLOWED_BYTES: Final = 4096
"""A write at once is no longer than this, so that it ends where a line does if
somebody reads at all (PIPE_BUF)."""

Notice = Callable[[int], str]
"""Makes the line that says how many writes were left out."""


class QueuedStream:
    """A text stream whose writes never block. Behaves like `stream`, which it ends up in."""

    def __init__(
        self, stream: TextIO, notice: Notice, limit_bytes: int = QUEUE_LIMIT_BYTES
    ) -> None:
        self._stream = stream
        self._descriptor = stream.fileno()
        self._notice = notice
        self._limit_bytes = limit_bytes
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._left_out = 0
        self._ending = False
        # Held for a moment alone, never while something is written.
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="hubbub-log", daemon=True)
        self._thread.start()

    def write(self, text: str) -> int:
        """Queue a text, or leave it out if there is no room; never wait."""
        data = text.encode(self._stream.encoding or "utf-8", "backslashreplace")
        with self._changed:
            if self._queue and self._queued_bytes + len(data) > self._limit_bytes:
                # `print` writes a line and its end apart, so ends are what is counted.
                self._left_out += data.count(b"\n")
                return len(text)
            self._tell_left_out()
            self._queue.append(data)
            self._queued_bytes += len(data)
            self._changed.notify_all()
        return len(text)

    def flush(self) -> None:
        """Do nothing: what was written is on its way."""

    def drain(self, limit_s: float) -> bool:
        """Wait until everything is written, at most so long; tell whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._left_out, limit_s)

    def close(self) -> None:
        """End the thread once it has written what it can; do not wait for it."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()

    def __getattr__(self, name: str) -> Any:
        # Whether it is a terminal, its encoding and its size.
        return getattr(self._stream, name)

    def _tell_left_out(self) -> None:
        if self._left_out:
            data = self._notice(self._left_out).encode()
            self._left_out = 0
            self._queue.append(data)
            self._queued_bytes += len(data)

    # --- from here on, everything runs in the thread ---------------------------

    def _run(self) -> None:
        if hasattr(signal, "pthread_sigmask"):
            # `stty tostop` stops who writes from the background; not this server.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        while (data := self._next()) is not None:
            # Nobody is there any more: what follows is taken and forgotten.
            with suppress(OSError):
                self._write(data)
            with self._changed:
                self._queued_bytes -= len(data)
                self._queue.popleft()
                self._changed.notify_all()

    def _next(self) -> bytes | None:
        with self._changed:
            while not self._queue:
                self._tell_left_out()
                if self._queue:
                    break
                if self._ending:
                    return None
                self._changed.wait()
            return self._queue[0]

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                written = os.write(self._descriptor, view[:ALLOWED_BYTES])
            except BlockingIOError:
                # Somebody who shares the terminal has made it non-blocking.
                select.select([], [self._descriptor], [])
                continue
            view = view[written:]


@contextmanager
def queued_standard_error(log_format: str) -> Iterator[TextIO | None]:
    """Lead standard error through a thread; give the stream, None where there is none.

    On leaving, by an exception as well, what is queued is written if somebody
    reads it within FLUSH_LIMIT_S.
    """
    own = sys.stderr
    try:
        stream: Any = QueuedStream(own, _notice_in(log_format))
    except (AttributeError, OSError, ValueError):  # closed, or no file behind it
        yield own
        return
    own.flush()
    sys.stderr = stream
    try:
        yield stream
    finally:
        stream.drain(FLUSH_LIMIT_S)
        stream.close()
        if sys.stderr is stream:
            sys.stderr = own


def _notice_in(log_format: str) -> Notice:
    formatter = logging.Formatter(log_format)

    def notice(left_out: int) -> str:
        text = (
            "event=log_left_out lines=%d nobody read standard error; what was said in rooms is "
            "not affected"
        )
        record = logging.LogRecord(
            "hubbub.log", logging.WARNING, __file__, 0, text, (left_out,), None
        )
        return formatter.format(record) + "\n"

    return notice
