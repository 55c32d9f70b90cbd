"""Running the clients: join, send and tail."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.exitcodes import INTERRUPTED, USAGE

if TYPE_CHECKING:
    from terminal.join import Wishes
    from terminal.tail import View


def join_rooms(target: str, rooms: tuple[str, ...], nick: str | None, wishes: "Wishes") -> int:
    """Talk in rooms; return the exit code."""
    from terminal.join import run_join

    return _run(run_join(target, rooms=rooms, nick=nick, wishes=wishes))


@dataclass(frozen=True, slots=True)
class Sending:
    """How `send` says its input; `give_up_after` is in seconds, None for never."""

    each_line: bool = False
    code: bool = False
    file: Path | None = None
    sample: bool = False
    give_up_after: float | None = None


def send_text(
    target: str, text: tuple[str, ...], room: str, nick: str | None, sending: Sending
) -> int:
    """Say arguments, a file or standard input; return the exit code."""
    from terminal.send import How, run_send
    from terminal.streams import complain

    lines = sending.each_line or sending.sample
    if text and (sending.file or lines):
        flag = "--file" if sending.file else "--each-line" if sending.each_line else "--sample"
        complain(f"{flag} is for an input of lines; leave out the text")
        return USAGE
    if sending.each_line and (sending.code or sending.file):
        complain("a line alone cannot be a block of code: --each-line or --code")
        return USAGE
    how = How(sending.each_line, sending.code, sending.file, sending.sample)
    said = " ".join(text) if text else None
    give_up_after_s = sending.give_up_after
    return _run(
        run_send(target, said, room=room, nick=nick, how=how, give_up_after_s=give_up_after_s)
    )


def tail_rooms(
    target: str, rooms: tuple[str, ...], last: int, since: str | None, view: "View", *, follow: bool
) -> int:
    """Print rooms; return the exit code."""
    from terminal.tail import run_tail

    return _run(run_tail(target, room=rooms, last=last, since=since, view=view, follow=follow))


def _run(main: Coroutine[Any, Any, int]) -> int:
    try:
        return asyncio.run(main)
    except KeyboardInterrupt:
        return INTERRUPTED
