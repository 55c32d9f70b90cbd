"""Asking for a hub's passphrase at the terminal: unseen, whatever standard input is.

Knows a terminal; does not know what the passphrase opens. A person at a pipe still has
a terminal, and a job has none: it is told what to set.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from typing import Final

from core.client.reconnect import PASSPHRASE_CODE, HelloRefused
from core.text.format import text_lines, to_bytes
from terminal import strings

LIMIT_BYTES: Final = 1024
STDERR: Final = 2

Aside = Callable[[], AbstractAsyncContextManager[None]]
"""What takes a prompt aside while something else is asked."""


def no_aside() -> AbstractAsyncContextManager[None]:
    """Take nothing aside: there is no prompt."""
    return nullcontext()


class Asker:
    """Asks whoever sits at the terminal of this process, as often as the hub does."""

    def __init__(self, aside: Aside = no_aside) -> None:
        self._aside = aside
        self.is_asking = False
        """Somebody is to type it now."""

    async def __call__(self, why: str) -> str | None:
        """Return what was typed, None for nothing; raise HelloRefused if nobody sits there."""
        async with self._aside(), _terminal() as terminal:
            if terminal is None:
                raise HelloRefused(strings.nobody_to_ask(why), PASSPHRASE_CODE)
            self.is_asking = True
            os.write(terminal, to_bytes(text_lines("-- ", why)) + strings.PASSPHRASE.encode())
            try:
                line = await _line(terminal)
            finally:
                self.is_asking = False
                os.write(terminal, b"\n")  # the one that was typed is not shown, either
        return line.decode(errors="replace").strip() or None


@asynccontextmanager
async def _terminal() -> AsyncIterator[int | None]:
    """Give the terminal of this process with its echo switched off; None if it has none."""
    # By its number: a prompt has put something of its own in place of `sys.stderr`.
    if os.name != "posix" or not os.isatty(STDERR):
        yield None
        return
    import termios

    try:
        number = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        yield None
        return
    before = termios.tcgetattr(number)
    quiet = termios.tcgetattr(number)
    # Whatever was typed ahead belongs to somebody else: it is dropped.
    quiet[3] = (quiet[3] & ~termios.ECHO) | termios.ICANON | termios.ISIG
    quiet[0] |= termios.ICRNL
    try:
        termios.tcsetattr(number, termios.TCSAFLUSH, quiet)
        yield number
    finally:
        termios.tcsetattr(number, termios.TCSAFLUSH, before)
        os.close(number)


async def _line(terminal: int) -> bytes:
    """Read a line. A thread would keep the terminal after Ctrl-C; a loop lets it go."""
    loop = asyncio.get_running_loop()
    read: asyncio.Future[bytes] = loop.create_future()

    def ready() -> None:
        data = _read(terminal)
        if not read.done():
            read.set_result(data)

    try:
        loop.add_reader(terminal, ready)
    except OSError:
        # kqueue cannot watch this file on every system.
        return await _in_thread(terminal)
    try:
        return await read
    finally:
        loop.remove_reader(terminal)


async def _in_thread(terminal: int) -> bytes:
    loop = asyncio.get_running_loop()
    read: asyncio.Future[bytes] = loop.create_future()

    def done(data: bytes) -> None:
        if not read.done():
            read.set_result(data)

    def wait() -> None:
        data = _read(terminal)
        with suppress(RuntimeError):  # the loop is closed, and nobody waits
            loop.call_soon_threadsafe(done, data)

    # A daemon: the interpreter ends without it.
    threading.Thread(target=wait, name="passphrase", daemon=True).start()
    return await read


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, LIMIT_BYTES)
    except OSError:
        return b""
