"""Running the clients: join, send and tail."""

import asyncio
from collections.abc import Coroutine
from typing import Any

INTERRUPTED = 130


def join_room(target: str, room: str, nick: str | None, *, plain: bool) -> int:
    """Talk in a room; return the exit code."""
    from terminal.join import run_join

    return _run(run_join(target, room=room, nick=nick, plain=plain))


def send_text(target: str, text: tuple[str, ...], room: str, nick: str | None) -> int:
    """Say arguments or standard input; return the exit code."""
    from terminal.send import run_send

    return _run(run_send(target, " ".join(text) if text else None, room=room, nick=nick))


def tail_room(
    target: str, room: str, last: int, since: str | None, *, json: bool, follow: bool
) -> int:
    """Print a room; return the exit code."""
    from terminal.tail import run_tail

    return _run(run_tail(target, room=room, last=last, since=since, json=json, follow=follow))


def _run(main: Coroutine[Any, Any, int]) -> int:
    try:
        return asyncio.run(main)
    except KeyboardInterrupt:
        return INTERRUPTED
