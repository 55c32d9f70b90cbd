"""Maintenance of the log: `hubbub export` and `hubbub backup`, while a hub runs or not.

Does not know how the log is stored, nor how flags are read.
"""

import os
import signal
import stat
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import BinaryIO, Final

from core.archive.backup import back_up
from core.archive.readonly import LogFile, RoomSpan
from core.archive.transcript import FormName, Missing, form, read_room
from core.atomicfile import FileRefused, atomic_write
from core.errors import HubbubError, Refused
from core.exitcodes import BY_SIGNAL, FAILED, OK, USAGE
from core.privatefile import PRIVATE
from core.progress import Progress, no_progress
from core.signals import raised_as_interrupt
from core.sqlite.database import FILE_NAME
from core.systemwords import in_words
from core.text.format import name, text_lines, to_bytes
from core.text.names import clean_room
from hubbub import strings
from hubbub.paths import data_folder
from hubbub.progress import show_progress
from terminal.streams import Output, OutputClosed, OutputFailed, complain

ROOMS_NAMED: Final = 10

Write = Callable[[bytes], object]


class MaintenanceRefused(HubbubError):
    """A command that cannot be carried out; the text says why."""


def run_export(
    room: str, kind: FormName, data: str | None, output: Path | None, since: str | None, *,
    force: bool,
) -> int:  # fmt: skip
    """Write a room's transcript to `output` or standard output; return the exit code.

    0: written, or nobody reads it any more. 1: no such room or log, or it
    cannot be read or written. 2: `since` cannot be understood.
    """
    return _run(lambda: _export(room, kind, data, output, since, force=force))


def run_backup(file: Path, data: str | None, *, force: bool) -> int:
    """Copy the log to `file`; return the exit code."""
    return _run(lambda: _backup(file, data, force=force))


def _run(command: Callable[[], int]) -> int:
    with raised_as_interrupt() as came:
        try:
            return command()
        except KeyboardInterrupt:
            return BY_SIGNAL + (came[0] if came else signal.SIGINT)
        except HubbubError as problem:
            complain(str(problem))
        except OSError as problem:
            complain(strings.cannot_write(in_words(problem)))
    return FAILED


def _export(
    room: str, kind: FormName, data: str | None, output: Path | None, since: str | None, *,
    force: bool,
) -> int:  # fmt: skip
    start = _start(since)
    if start is None:
        return USAGE
    after, since_ms = start
    with closing(LogFile(_folder(data))) as log:
        span = _find(log, room)
        if since_ms is not None:
            after = log.before(span, since_ms)
        if output is None:
            _to_standard_output(log, span, kind, after)
            return OK
        with atomic_write(output, mode=PRIVATE, force=force) as file, file.open("wb") as opened:
            count = _write(log, span, kind, after, opened.write, show_progress())
    _say(strings.exported(count, name(span.name), str(output)))
    return OK


def _start(since: str | None) -> tuple[int, int | None] | None:
    """Return behind which seq to begin, or from which time on; None after a complaint."""
    if since is None:
        return 0, None
    from terminal.start import BadSince, parse_start

    try:
        start = parse_start(0, since, time.time_ns() // 1_000_000)
    except BadSince as problem:
        complain(str(problem))
        return None
    return start.after or 0, start.since_ms


def _find(log: LogFile, room: str) -> RoomSpan:
    """Return the room that is called so; raise MaintenanceRefused naming some that are."""
    for spelling in (room, _canonical(room)):
        span = log.room(spelling)
        if span is not None:
            return span
    rooms = [name(one) for one in log.rooms()]
    if not rooms:
        raise MaintenanceRefused(strings.NO_ROOM_YET)
    more = max(0, len(rooms) - ROOMS_NAMED)
    raise MaintenanceRefused(strings.no_such_room(name(room), rooms[:ROOMS_NAMED], more))


def _canonical(room: str) -> str:
    try:
        return clean_room(room)
    except Refused:
        return room


def _to_standard_output(log: LogFile, span: RoomSpan, kind: FormName, after: int) -> None:
    if sys.stdout is None:
        raise MaintenanceRefused(strings.NO_OUTPUT_FOR_TRANSCRIPT)
    # A terminal shows the transcript itself, and what reads a pipe may be a
    # pager on the same terminal: a bar would only disturb them.
    progress = show_progress() if _is_plain_file(sys.stdout.buffer) else no_progress
    output = Output()
    try:
        _write(log, span, kind, after, output.write, progress)
    except KeyboardInterrupt:
        # Nobody may be reading, and Python would wait for somebody at its end.
        output.forget()
        raise
    except OutputFailed:
        raise
    except OutputClosed:
        pass  # `| head` has seen enough


def _is_plain_file(file: BinaryIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _write(
    log: LogFile, span: RoomSpan, kind: FormName, after: int, write: Write, progress: Progress
) -> int:
    """Write the transcript and return how many messages it has."""
    document = form(kind)
    count = 0
    gaps: list[Missing] = []
    write(document.head(span))
    with progress(
        strings.exporting(name(span.name)), max(span.last - after, 0), "messages"
    ) as step:
        for page in read_room(log, span, after):
            encoded = []
            for piece in page:
                if isinstance(piece, Missing):
                    gaps.append(piece)
                    encoded.append(document.missing(piece))
                else:
                    count += 1
                    encoded.append(document.message(piece))
            write(b"".join(encoded))
            last = page[-1]
            step((last.last if isinstance(last, Missing) else last.seq) - after)
    for gap in gaps:
        complain(strings.not_in_transcript(str(gap), name(span.name)))
    return count


def _backup(file: Path, data: str | None, *, force: bool) -> int:
    folder = _folder(data)
    log = folder / FILE_NAME
    if file.exists() and log.exists() and file.samefile(log):
        raise FileRefused(strings.the_log_itself(str(file)))
    # Nothing is written, not even for a moment, if there is nothing to copy.
    LogFile(folder).close()
    with atomic_write(file, mode=PRIVATE, force=force) as target:
        copied = back_up(folder, target, show_progress())
    _say(strings.backed_up(copied.messages, copied.rooms, copied.size_bytes, str(file)))
    return OK


def _folder(data: str | None) -> Path:
    folder = data_folder(data)
    if isinstance(folder, str):
        raise MaintenanceRefused(strings.NO_LOG_IN_MEMORY)
    return folder


def _say(text: str) -> None:
    if sys.stdout is not None:
        # The work is done, whether or not anybody reads of it.
        with suppress(OutputClosed):
            Output().write(to_bytes(text_lines("", text)))
