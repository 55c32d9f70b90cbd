"""`hubbub doctor`: make every check in its order, and tell what works.

Does not know how anything is checked.
"""

import os
import shutil
import time
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from core.client.address import BadAddress, HubAddress, parse_address
from core.exitcodes import FAILED, OK, UNREACHABLE, USAGE
from core.text.format import excerpt
from hubbub.doctor import json_lines, page, strings, telnet, websocket
from hubbub.doctor import text as text_mode
from hubbub.doctor.context import (
    CheckContext,
    CheckFailed,
    CheckSkipped,
    NoSuchDoor,
    Result,
    State,
)
from hubbub.doctor.report import as_json, as_lines, summary
from hubbub.running import run_until_signal
from terminal.paint import palette
from terminal.streams import Output, OutputClosed, OutputFailed, Writer, complain

Check = Callable[[CheckContext], Awaitable[str]]


CHECKS: Final[tuple[tuple[str, str, Check], ...]] = (
    ("name", "host name", text_mode.name),
    ("tcp", "TCP port", text_mode.port),
    ("text", "text mode", text_mode.text),
    ("telnet", "telnet", telnet.telnet),
    ("json", "JSON lines", json_lines.json_lines),
    ("resume", "resume", json_lines.resume),
    ("telnet port", "telnet's port", telnet.own_port),
    ("page", "page", page.page),
    ("headers", "security headers", page.headers),
    ("host", "Host rule", page.host_rule),
    ("websocket", "WebSocket", websocket.websocket),
    ("origin", "Origin rule", websocket.origin_rule),
    ("health", "health check", page.health),
)
"""In their order: each with its key, its title, and its function."""


def run_doctor(
    target: str, web: str | None, wait_s: float, *, json: bool, passphrase: str | None = None
) -> int:
    """Make every check; return the exit code.

    Without the `passphrase` of a hub that asks for one, what lies behind it is skipped.

    0: all work. 1: one does not. 2: an argument cannot be understood. 3: nothing
    is reachable at all.
    """
    return run_until_signal(examine(target, web, wait_s, json=json, passphrase=passphrase))


async def examine(
    target: str, web: str | None, wait_s: float, *, json: bool, output: Writer | None = None,
    passphrase: str | None = None,
) -> int:  # fmt: skip
    """Make every check, and tell of each as soon as it is known; return the exit code."""
    try:
        context = CheckContext(_where(target), wait_s, _checked_url(web), passphrase)
    except BadAddress as problem:
        complain(str(problem))
        return USAGE
    try:
        writer = output or Output()
    except OutputFailed as problem:
        complain(str(problem))
        return FAILED
    colours = isinstance(writer, Output) and writer.is_terminal and bool(palette(os.environ))
    results: list[Result] = []
    try:
        for key, title, check in CHECKS:
            result = await _try(context, key, title, check)
            if result is None:
                continue
            results.append(result)
            columns = shutil.get_terminal_size().columns
            said = as_json(result) if json else as_lines(result, columns, colours=colours)
            writer.write(said.encode())
        if not json:
            writer.write(summary(results).encode())
    except OutputFailed as problem:
        complain(str(problem))
        return FAILED
    except OutputClosed:
        pass  # the exit code tells all the same
    if all(result.state != "failed" for result in results):
        return OK
    return FAILED if context.reached else UNREACHABLE


async def _try(context: CheckContext, key: str, title: str, check: Check) -> Result | None:
    """Make one check; return None if there is no such door."""
    began_s = time.monotonic()
    state: State = "ok"
    hint = ""
    try:
        text = await check(context)
    except NoSuchDoor:
        return None
    except CheckSkipped as reason:
        return Result(key, title, "skipped", None, str(reason))
    except CheckFailed as problem:
        state, text, hint = "failed", str(problem), problem.hint
    return Result(key, title, state, (time.monotonic() - began_s) * 1000, text, hint)


# --- what was asked --------------------------------------------------------------


def _where(target: str) -> HubAddress:
    """Return where to go; raise BadAddress."""
    scheme, mark, _ = target.partition("://")
    if mark and scheme.lower() != "tcp":
        raise BadAddress(strings.BEGINS_AT_TCP)
    return parse_address(target)


def _checked_url(web: str | None) -> str | None:
    if web is None:
        return None
    try:
        parts = urlsplit(web)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and web.isprintable()
        port_number = parts.port
    except ValueError:
        good, port_number = False, None
    if not good or port_number == 0:
        example = "http://127.0.0.1:8080/"
        raise BadAddress(strings.bad_web(example, excerpt(web)))
    return web if parts.path else web + "/"
