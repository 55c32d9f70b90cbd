"""The gate of a hub that asks for a passphrase: that it asks, shows nothing before, and opens.

Knows the words with which a hub asks; does not know how its results are shown.
"""

import re
from collections.abc import Callable
from typing import Final

from core.text.format import excerpt
from core.wire.messages import AskHistory, From, Hello
from hubbub.doctor import strings
from hubbub.doctor.context import CheckContext, CheckFailed
from hubbub.doctor.tcp import REF, JsonClient, TcpConnection

LOBBY: Final = "lobby"

_ASKED: Final = re.compile(rb"^-- this hub asks for a passphrase[^\r\n]*\r?\n", re.MULTILINE)
_REFUSAL: Final = re.compile(rb"^-! ([^\r\n]*)\r?\n", re.MULTILINE)

Find = Callable[[bytes], bytes | None]


def as_it_is(came: bytes) -> bytes:
    return came


async def come_in(
    connection: TcpConnection, context: CheckContext, greeting: Find,
    text: Callable[[bytes], bytes] = as_it_is,
) -> bytes | None:  # fmt: skip
    """Return what `greeting` finds, having said the passphrase where one is asked for.

    None if it is asked for as it should, and there is none to say. `text` gives what is
    shown of what came. Raise CheckFailed, Silent.
    """

    def met(came: bytes) -> tuple[bool, bytes] | None:
        if _ASKED.search(text(came)):
            return True, b""
        nick = greeting(came)
        return None if nick is None else (False, nick)

    asks, nick = await connection.until(met, "greeting")
    if not asks:
        return nick
    context.asks = True
    if not _ASKED.fullmatch(text(bytes(connection.came))):
        raise CheckFailed(strings.SHOWS_BEFORE, strings.GATE)
    if context.passphrase is None:
        await _see_nothing(connection, text)
        return None
    return await _say_it(connection, context, context.passphrase, greeting)


async def _see_nothing(connection: TcpConnection, text: Callable[[bytes], bytes]) -> None:
    """Ask who is here, and be told nothing; raise CheckFailed."""
    asked = len(connection.came)
    await connection.send(b"/who\n")
    line = await connection.until(
        lambda came: came[asked:] if came[asked:].endswith(b"\n") else None, "answer to /who"
    )
    if not _REFUSAL.fullmatch(text(line)):
        raise CheckFailed(strings.SHOWS_BEFORE, strings.GATE)
    await connection.send(b"/quit\n")


async def _say_it(
    connection: TcpConnection, context: CheckContext, passphrase: str, greeting: Find
) -> bytes:
    asked = len(connection.came)
    await connection.send(f"{passphrase}\r\n".encode())

    def answered(came: bytes) -> tuple[bytes | None, bytes] | None:
        refused = _REFUSAL.search(came[asked:])
        if refused is not None:
            return refused[1], b""
        nick = greeting(came[asked:])
        return None if nick is None else (None, nick)

    refused, nick = await connection.until(answered, "greeting")
    if refused is not None:
        context.passphrase = None  # the other doors need not guess
        words = excerpt(refused.decode(errors="replace"))
        raise CheckFailed(strings.refuses(words), strings.RIGHT_PASSPHRASE)
    return nick


async def must_ask(client: JsonClient) -> None:
    """See that a program gets nothing but a refusal without the passphrase; raise CheckFailed."""
    hello = Hello(join={LOBBY: From(last=1)}, ref=REF)
    if await client.refusal(hello) != "passphrase":
        raise CheckFailed(strings.ASKS_NOT, strings.GATE)
    await client.refusal(AskHistory(room=LOBBY, limit=1, ref=REF))
