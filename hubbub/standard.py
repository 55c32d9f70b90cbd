"""Standard input, output and error: there from the start, whoever started this.

A descriptor from 0 to 2 that is closed is given to the next file or socket that
is opened, and whoever then writes an error, or closes its own output, does it to
that one. So each is taken by the null device first. What Python made of the first
two stays: `sys.stdin` and `sys.stdout` are None where there was none, which tells
commands. Errors go nowhere then.

Without buffers (`python -u`, PYTHONUNBUFFERED, as in many containers) Python writes
once and forgets what did not fit: on a disk that is nearly full it would report a
success. So the streams get buffers here, which write the rest or raise an error.
"""

import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from core.exitcodes import FAILED, OK
from core.systemwords import in_words
from hubbub import strings


def secure_descriptors() -> None:
    """Take those of 0 to 2 that are closed, before anything else is opened."""
    number = os.open(os.devnull, os.O_RDWR)
    while number <= 2:
        # Processes that this one starts have them as well.
        os.set_inheritable(number, True)
        number = os.open(os.devnull, os.O_RDWR)
    os.close(number)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def secure_streams() -> None:
    """Give standard output and error buffers where Python was told to use none."""
    sys.stdout = _with_buffer(sys.stdout)
    sys.stderr = _with_buffer(sys.stderr)


def _with_buffer(stream: TextIO) -> TextIO:
    # The stream before stays in `sys.__stdout__`, and so does not close the file.
    if not isinstance(getattr(stream, "buffer", None), io.RawIOBase):
        return stream
    return open(
        stream.fileno(), "w", buffering=1, encoding=stream.encoding, errors=stream.errors,
        closefd=False,
    )  # fmt: skip


def flush_output() -> int:
    """Write what is left for standard output; return the exit code, after a complaint."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as problem:
        return not_written(problem)
    return OK


def not_written(problem: OSError) -> int:
    """Complain about standard output; return the exit code.

    Who reads a pipe may have seen enough of it, and that is no failure.
    """
    if sys.stdout is not None:
        # Python would try again when it ends, and tell in words of its own.
        with suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.stdout.fileno())
            os.close(null)
    if isinstance(problem, BrokenPipeError):
        return OK
    from core.text.complaints import complain

    complain(strings.cannot_show(in_words(problem)))
    return FAILED
