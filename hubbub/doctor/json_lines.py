"""Checks of the TCP port for programs: JSON lines, and resuming after a lost connection.

Does not know how its results are shown.
"""

import secrets

from core.text.format import excerpt
from core.text.invitation import telnet_port
from core.wire.messages import (
    Ack,
    AnyEvent,
    AskHistory,
    From,
    Hello,
    History,
    Invitation,
    Invite,
    Join,
    Joined,
    Leave,
    Left,
    Message,
    Ping,
    Pong,
    Reset,
    Say,
    Welcome,
)
from hubbub.doctor import strings
from hubbub.doctor.context import ROOM, CheckContext, CheckFailed, CheckSkipped
from hubbub.doctor.gate import LOBBY, must_ask
from hubbub.doctor.tcp import REF, JsonClient, PassphraseWanted, Silent, connect_tcp


async def json_lines(context: CheckContext) -> str:
    """Say hello, ping, look at the lobby's history without entering, ask for the other doors."""
    connection = await connect_tcp(context.hub_address(), context.target.port, context.wait_s)
    client = JsonClient(connection, context.wait_s)
    try:
        welcome = await let_in(client, context)
        if welcome is None:
            return strings.ASKS
        await client.ask(Ping(ref=REF), Pong)
        await client.ask(AskHistory(room=LOBBY, limit=1, ref=REF), History)
        invited = await client.ask(Invite(ref=REF), Invitation)
    except Silent as problem:
        raise CheckFailed(str(problem), strings.NO_JSON) from problem
    finally:
        await connection.close()
    context.log = welcome.log
    context.telnet_port = telnet_port(invited.lines)
    return excerpt(f"{welcome.server}, {welcome.nick}")


async def let_in(client: JsonClient, context: CheckContext) -> Welcome | None:
    """Say hello; None if a passphrase is asked for as it should, and there is none to give.

    Raise CheckFailed.
    """
    if context.asks:
        await must_ask(client)
        if context.passphrase is None:
            return None
    try:
        return await client.ask(Hello(ref=REF, passphrase=context.passphrase), Welcome)
    except PassphraseWanted as problem:
        if context.greeted:
            context.asks, context.greeted = True, False  # told once
            raise CheckFailed(strings.TEXT_ASKS_NOT, strings.GATE) from problem
        if context.passphrase is not None:
            raise
    # Text mode could not be tried.
    context.asks = True
    await must_ask(client)
    return None


async def resume(context: CheckContext) -> str:
    """Lose a connection, and get what was said meanwhile once.

    One guest is in the doctor's room, is cut off, and comes back; another says a
    line while the first is away, and one when it is back: what comes before the
    latter is all that comes. These two lines stay in that room's log.
    """
    context.must_be_let_in()
    if context.log is None:
        raise CheckSkipped(strings.JSON_FAILS)
    told = secrets.token_hex(8)
    away, back = f"said while away: {told}", f"said when back: {told}"
    address, port, wait_s = context.hub_address(), context.target.port, context.wait_s
    hello = Hello(ref=REF, passphrase=context.passphrase)
    teller = await connect_tcp(address, port, wait_s)
    connections = [teller]
    try:
        teller_client = JsonClient(teller, wait_s)
        await teller_client.ask(hello, Welcome)

        first = await connect_tcp(address, port, wait_s)
        connections.append(first)
        client = JsonClient(first, wait_s)
        before = await client.ask(hello, Welcome)
        joined = await client.ask(Join(room=ROOM, last=0, ref=REF), Joined)
        await first.cut()
        await teller_client.ask(Say(room=ROOM, text=away, ref=REF), Ack)

        second = await connect_tcp(address, port, wait_s)
        connections.append(second)
        client = JsonClient(second, wait_s)
        after = joined.seq if isinstance(joined.seq, int) else 0
        again = Hello(
            resume=before.resume, log=before.log, join={ROOM: From(after=after)}, ref=REF,
            passphrase=context.passphrase,
        )  # fmt: skip
        _check_same(before, await client.ask(again, Welcome))
        await teller_client.ask(Say(room=ROOM, text=back, ref=REF), Ack)
        await _check_once(client, away, back, after)
        # Without a room the session ends with its connection.
        await client.ask(Leave(room=ROOM, ref=REF), Left)
    finally:
        for connection in connections:
            await connection.close()
    return strings.NOTHING_MISSING


def _check_same(before: Welcome, now: Welcome) -> None:
    if now.log != before.log:
        raise CheckFailed(strings.ANOTHER_LOG, strings.OTHER_HUB)
    if now.resume != before.resume or now.nick != before.nick:
        raise CheckFailed(strings.SOMEBODY_ELSE, strings.OTHER_HUB)


async def _check_once(client: JsonClient, away: str, back: str, after: int) -> None:
    """Raise CheckFailed unless `away` came once, and nothing is missing, before `back`."""
    seqs: list[int] = []
    texts: list[str] = []

    def note(event: AnyEvent) -> bool | None:
        if isinstance(event, Reset):
            raise CheckFailed(strings.messages_gone(event.missed), strings.OTHER_HUB)
        if isinstance(event, Message) and event.room == ROOM:
            seqs.append(event.seq)
            texts.append(event.text)
        return True if texts[-1:] == [back] else None

    await client.hear(note, strings.SAID_MEANWHILE)
    if texts.count(away) > 1:
        raise CheckFailed(strings.COMES_TWICE, strings.LOST)
    # Others may try the same room at the same time.
    if away not in texts or seqs != list(range(after + 1, after + 1 + len(seqs))):
        raise CheckFailed(strings.COMES_NOT, strings.LOST)
