"""Running the clients to their exit: join, send and tail.

Their modules are imported only when they run. Does not know what they do.
"""

import asyncio
from typing import TYPE_CHECKING

from core.exitcodes import INTERRUPTED, USAGE
from hubbub import strings
from hubbub.running import run_until_signal

if TYPE_CHECKING:
    from terminal.join import JoinOptions
    from terminal.send import SendOptions
    from terminal.tail import TailOptions


def join_rooms(
    target: str, rooms: tuple[str, ...], nick: str | None, options: "JoinOptions"
) -> int:
    """Talk in rooms; return the exit code."""
    from terminal.join import run_join

    # It decides about signals by itself.
    try:
        return asyncio.run(run_join(target, rooms=rooms, nick=nick, options=options))
    except KeyboardInterrupt:
        return INTERRUPTED


def send_text(
    target: str, text: tuple[str, ...], room: str, nick: str | None, options: "SendOptions",
    give_up_after_s: float | None,
) -> int:  # fmt: skip
    """Say arguments, a file or standard input; return the exit code.

    `give_up_after_s`: how long to go on without a connection; None for ever.
    """
    from terminal.send import run_send
    from terminal.streams import complain

    lines = options.each_line or options.sample
    if text and (options.file or lines):
        flag = "--file" if options.file else "--each-line" if options.each_line else "--sample"
        complain(strings.for_lines(flag))
        return USAGE
    if options.each_line and (options.code or options.file):
        complain(strings.LINES_OR_CODE)
        return USAGE
    said = " ".join(text) if text else None
    sending = run_send(
        target, said, room=room, nick=nick, options=options, give_up_after_s=give_up_after_s
    )
    return run_until_signal(sending)


def tail_rooms(
    target: str,
    rooms: tuple[str, ...],
    last: int,
    since: str | None,
    options: "TailOptions",
    *,
    follow: bool,
) -> int:
    """Print rooms; return the exit code."""
    from terminal.tail import run_tail

    return run_until_signal(
        run_tail(target, room=rooms, last=last, since=since, options=options, follow=follow)
    )
