"""Standard input as lines, and standard output that may close at any time.

Does not know what the lines say. Reading happens in a thread of its own, because
that is what works alike for pipes, files and terminals, on every system.
"""

import asyncio
import os
import stat
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, Protocol

from core.errors import HubbubError
from core.limits import TEXT_LIMIT_BYTES
from core.systemwords import in_words
from core.text.complaints import complain as complain
from core.text.complaints import write_error as write_error
from core.wire.framing import LineBuffer, TooLong
from terminal import strings

READ_BYTES: Final = 64 * 1024
CHUNKS_AHEAD: Final = 8
"""What is read before somebody wants it: half a MiB at most."""

NOT_READY_WAIT_S: Final = 0.05


LAST_READ_S: Final = 0.05
"""How long an input that is to end is read on: what was written just before counts."""


class OutputClosed(HubbubError):
    """Nobody reads standard output any more."""


class OutputFailed(OutputClosed):
    """Standard output cannot be written, and somebody may still want it; the text says why."""


class RawInput(Protocol):
    """A file without a buffer, such as `sys.stdin.buffer.raw`."""

    def read(self, size: int = -1, /) -> bytes | None: ...


class Writer(Protocol):
    """Where bytes for a person or a pipe go; `write` may raise OutputClosed."""

    def write(self, data: bytes) -> None: ...


def locale_name(environ: Mapping[str, str]) -> str:
    """Return the locale that says what encoding is typed in (POSIX, 8.2)."""
    said = (environ.get(variable, "") for variable in ("LC_ALL", "LC_CTYPE", "LANG"))
    return next(filter(None, said), "C")


def standard_input() -> RawInput | None:
    """Return standard input; None if the process has none."""
    if sys.stdin is None:
        return None
    # Not the buffered file: a thread that waits in it holds its lock, and the
    # interpreter cannot end without that lock.
    buffer: Any = getattr(sys.stdin, "buffer", None)
    raw: RawInput | None = getattr(buffer, "raw", buffer)
    return raw


class Input:
    """Lines from a file that blocks, read ahead in a thread of its own."""

    def __init__(self, raw: RawInput | None, limit_bytes: int = TEXT_LIMIT_BYTES) -> None:
        """Lines of more than `limit_bytes` come as TooLong. None is an empty file."""
        self._raw = raw
        self._lines = LineBuffer(limit_bytes, bare_cr=False)
        self._chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self._room = threading.Semaphore(CHUNKS_AHEAD)
        self._loop = asyncio.get_running_loop()
        self._ended = raw is None
        self._reads = False

    async def lines(self) -> list[bytes | TooLong] | None:
        """Wait for lines; return None at the end of the input.

        Nothing is read before the first call: until then the terminal is another's, who
        may ask for a passphrase there.
        """
        if not self._reads and not self._ended:
            self._reads = True
            # A daemon: nothing can wake a thread that waits for a keyboard.
            threading.Thread(target=self._pump, name="input", daemon=True).start()
        while not self._ended:
            chunk = await self._chunks.get()
            self._room.release()
            if not chunk:
                self._ended = True
                return self._lines.finish() or None
            lines = self._lines.feed(chunk)
            if lines:
                return lines
        return None

    def stop(self) -> None:
        """Take what was read until now, and then come to the end."""
        # Behind what is there by then. What comes later is behind the end, and not taken.
        self._loop.call_later(LAST_READ_S, self._chunks.put_nowait, b"")

    def _pump(self) -> None:
        chunk: bytes | None = b" "
        while chunk != b"":
            chunk = self._read()
            if chunk is None:
                time.sleep(NOT_READY_WAIT_S)
                continue
            self._room.acquire()
            try:
                self._loop.call_soon_threadsafe(self._chunks.put_nowait, chunk)
            except RuntimeError:
                return  # the loop is closed, and nobody wants the rest

    def _read(self) -> bytes | None:
        """Return bytes, none of them at the end, or None if the file is not ready."""
        try:
            return self._raw.read(READ_BYTES) if self._raw is not None else b""
        except BlockingIOError:
            return None
        except (OSError, ValueError):
            return b""  # closed under our hands: as good as its end


class Output:
    """Standard output, or another binary file, flushed at every write."""

    def __init__(self, file: Any = None) -> None:
        """Raise OutputFailed if this process has no standard output."""
        if file is None and sys.stdout is None:
            raise OutputFailed(strings.OUTPUT_CLOSED)
        self._file = sys.stdout.buffer if file is None else file

    def write(self, data: bytes) -> None:
        """Write at once; raise OutputClosed if nobody reads, OutputFailed if it cannot be."""
        try:
            self._take(data)
            self._flush()
        except (BrokenPipeError, ConnectionResetError) as problem:
            self.forget()
            raise OutputClosed(strings.NOBODY_READS) from problem
        except OSError as problem:
            self.forget()
            raise OutputFailed(strings.cannot_write(in_words(problem))) from problem
        except ValueError as problem:
            raise OutputFailed(strings.OUTPUT_CLOSED) from problem

    # Another program may have left a terminal in a mode in which it can be full.

    def _take(self, data: bytes) -> None:
        while data:
            try:
                self._file.write(data)
                return
            except BlockingIOError as problem:
                data = data[problem.characters_written :]
                time.sleep(NOT_READY_WAIT_S)

    def _flush(self) -> None:
        while True:
            try:
                self._file.flush()
                return
            except BlockingIOError:
                time.sleep(NOT_READY_WAIT_S)

    @property
    def is_terminal(self) -> bool:
        """Tell whether a person looks at it."""
        return bool(self._file.isatty())

    def when_closed(self, closed: Callable[[], None]) -> None:
        """Call `closed` as soon as nobody reads, if that can be known before writing.

        It can for pipes: poll(2) tells of the reader's end at the writer's.
        """
        try:
            number = self._file.fileno()
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                asyncio.get_running_loop().add_reader(number, self._closed, number, closed)
        except (OSError, ValueError, NotImplementedError):
            return  # then a write will tell

    def _closed(self, number: int, closed: Callable[[], None]) -> None:
        asyncio.get_running_loop().remove_reader(number)
        self.forget()
        closed()

    def forget(self) -> None:
        """Write nothing of what is left in the buffer, now or when Python ends."""
        with suppress(OSError, ValueError):
            file = self._file.fileno()
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, file)
            os.close(null)
