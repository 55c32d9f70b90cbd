"""Checks of the TCP port for people: the name, the port itself, and text mode.

Does not know how its results are shown.
"""

import asyncio
import re
from typing import Final

from core.text.format import EXCERPT_CHARACTERS, excerpt
from hubbub.doctor import strings
from hubbub.doctor.context import (
    ROOM,
    CheckContext,
    CheckFailed,
    CheckSkipped,
    page_named_by_hub,
)
from hubbub.doctor.gate import come_in
from hubbub.doctor.tcp import Silent, TcpConnection, connect_tcp, look_up

PROBE: Final = "GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n"
PROBE_BYTES: Final = 16 * 1024
"""So much of the answer tells who gives it."""

_GATEWAY: Final = re.compile(rb"^server: hubbub\r?$", re.MULTILINE | re.IGNORECASE)
GREETING: Final = re.compile(rb"^-- welcome to \S+, (\S+) \([^\n]*\n", re.MULTILINE)
WHO: Final = re.compile(rb"^-- ([0-9,]+) here(?:: [^\r\n]*)?(\r?)\n", re.MULTILINE)
_REFUSED: Final = re.compile(rb"^-! ([^\r\n]*)", re.MULTILINE)


async def name(context: CheckContext) -> str:
    """Look the hub's name up."""
    context.addresses = await look_up(context.target.host, context.wait_s)
    return ", ".join(context.addresses)


async def port(context: CheckContext) -> str:
    """Connect, and find out whether it is a hub that listens.

    A hub answers HTTP at once, and says nothing to anybody about it.
    """
    address, connection, deaf = await _connect(context)
    context.reached = True
    try:
        answer = await _probe(connection, context)
    finally:
        await connection.close()
    is_hub, context.named = page_named_by_hub(answer)
    if is_hub:
        context.hub = address
        return address + (f" (but not {', '.join(deaf)})" if deaf else "")
    if answer.startswith(b"HTTP/"):
        context.gateway_at_port = _GATEWAY.search(answer) is not None
        whose = "the page's" if context.gateway_at_port else "a web server's"
        raise CheckFailed(f"this port is {whose}, not a hub's", strings.ELSEWHERE)
    if answer.startswith(b"-!"):
        words = answer.decode(errors="replace").removeprefix("-!").partition("\n")[0]
        raise CheckFailed(strings.refuses(excerpt(words)), strings.HUB_SAYS)
    if not answer:
        raise CheckFailed(strings.HANGS_UP, strings.CLOSED)
    first = excerpt(answer[: 2 * EXCERPT_CHARACTERS].decode(errors="replace"), 40)
    raise CheckFailed(strings.no_hub_listens(first), strings.ELSEWHERE)


async def _connect(context: CheckContext) -> tuple[str, TcpConnection, list[str]]:
    """Return the first address that lets us in, and those before it that do not."""
    if not context.addresses:
        raise CheckSkipped(strings.NAME_UNKNOWN)
    deaf: list[str] = []
    for address in context.addresses[:-1]:
        try:
            return address, await connect_tcp(address, context.target.port, context.wait_s), deaf
        except CheckFailed:
            deaf.append(address)
    last = context.addresses[-1]
    return last, await connect_tcp(last, context.target.port, context.wait_s), deaf


async def _probe(connection: TcpConnection, context: CheckContext) -> bytes:
    """Return what is answered to HTTP; raise Silent if nothing is."""
    await connection.send(PROBE.format(context.target).encode("ascii", "replace"))
    answer = b""
    try:
        async with asyncio.timeout(context.wait_s):
            while len(answer) < PROBE_BYTES:
                answer += await connection.receive()
    except CheckFailed:
        return answer  # its end, or a reset behind it
    except TimeoutError as problem:
        if not answer:
            words = strings.nothing_said(context.wait_s)
            raise Silent(words, strings.SILENT) from problem
    return answer


async def text(context: CheckContext) -> str:
    """Come as a person with nc does: wait for the greeting, ask who is here, go.

    The guest leaves the lobby in the same moment, long before it would be announced.
    """
    connection = await connect_tcp(context.hub_address(), context.target.port, context.wait_s)
    try:
        nick = await come_in(connection, context, lambda came: found(GREETING, came))
        if nick is None:
            return strings.ASKS
        context.greeted = not context.asks
        greeted = len(connection.came)
        await connection.send(f"/join {ROOM}\n/who\n".encode())
        await connection.until(lambda came: found(WHO, came[greeted:]), "answer to /who")
        await connection.send(b"/quit\n")
    except Silent as problem:
        raise said_instead(connection, problem) from problem
    finally:
        await connection.close()
    return excerpt(nick.decode(errors="replace"), 24)


def found(pattern: re.Pattern[bytes], came: bytes) -> bytes | None:
    """Return the first group of a pattern in what came; None if it is not there."""
    match = pattern.search(came)
    return None if match is None else match[1]


def said_instead(connection: TcpConnection, silent: Silent) -> CheckFailed:
    """Return the same trouble with the words that came in place of what was waited for."""
    refused = _REFUSED.search(bytes(connection.came))
    if refused is not None:
        words = excerpt(refused[1].decode(errors="replace"))
        return CheckFailed(strings.refuses(words), strings.HUB_SAYS)
    if connection.came:
        first = excerpt(
            bytes(connection.came[-2 * EXCERPT_CHARACTERS :]).decode(errors="replace"), 40
        )
        return CheckFailed(f"{silent}; it says {first!r}", strings.NO_CHAT)
    return silent
