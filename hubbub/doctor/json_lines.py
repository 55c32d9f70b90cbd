"""The TCP port's doors for programs: JSON lines, and going on after a lost connection."""

import secrets
from typing import Final

from core.wire.messages import (
    Ack,
    AnyEvent,
    AskHistory,
    From,
    Hello,
    History,
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
from hubbub.doctor.context import ROOM, Broken, NotTried, Visit, harmless
from hubbub.doctor.tcp import REF, Silent, Talk, open_wire

LOBBY: Final = "lobby"

_NO_JSON: Final = "it answers people, but no programs: look at what stands before the hub"
_OTHER_HUB: Final = (
    "the new connection came to another hub, or the hub was started anew: "
    "a proxy in front must lead all calls to the one hub"
)
_LOST: Final = "a proxy in front may keep or repeat what is said: it must pass on bytes alone"


async def json_lines(visit: Visit) -> str:
    """Say hello, ping, and look at the lobby's history without entering."""
    wire = await open_wire(visit.hub_address(), visit.target.port, visit.wait_s)
    talk = Talk(wire, visit.wait_s)
    try:
        welcome = await talk.ask(Hello(ref=REF), Welcome)
        await talk.ask(Ping(ref=REF), Pong)
        await talk.ask(AskHistory(room=LOBBY, limit=1, ref=REF), History)
    except Silent as problem:
        raise Broken(str(problem), _NO_JSON) from problem
    finally:
        await wire.close()
    visit.log = welcome.log
    return harmless(f"{welcome.server}, {welcome.nick}")


async def resume(visit: Visit) -> str:
    """Lose a connection, and get what was said meanwhile once.

    One guest is in the doctor's room, is cut off, and comes back; another says a
    line while the first is away, and one when it is back: what comes before the
    latter is all that comes. These two lines stay in that room's log.
    """
    if visit.log is None:
        raise NotTried("JSON lines do not work")
    told = secrets.token_hex(8)
    away, back = f"said while away: {told}", f"said when back: {told}"
    address, port, wait_s = visit.hub_address(), visit.target.port, visit.wait_s
    teller = await open_wire(address, port, wait_s)
    wires = [teller]
    try:
        teller_talk = Talk(teller, wait_s)
        await teller_talk.ask(Hello(ref=REF), Welcome)

        first = await open_wire(address, port, wait_s)
        wires.append(first)
        talk = Talk(first, wait_s)
        before = await talk.ask(Hello(ref=REF), Welcome)
        joined = await talk.ask(Join(room=ROOM, last=0, ref=REF), Joined)
        await first.cut()
        await teller_talk.ask(Say(room=ROOM, text=away, ref=REF), Ack)

        second = await open_wire(address, port, wait_s)
        wires.append(second)
        talk = Talk(second, wait_s)
        after = joined.seq if isinstance(joined.seq, int) else 0
        hello = Hello(resume=before.resume, log=before.log, join={ROOM: From(after=after)}, ref=REF)
        _check_same(before, await talk.ask(hello, Welcome))
        await teller_talk.ask(Say(room=ROOM, text=back, ref=REF), Ack)
        await _check_once(talk, away, back, after)
        # Without a room the session ends with its connection.
        await talk.ask(Leave(room=ROOM, ref=REF), Left)
    finally:
        for wire in wires:
            await wire.close()
    return "nothing missing, nothing twice"


def _check_same(before: Welcome, now: Welcome) -> None:
    if now.log != before.log:
        raise Broken("who comes back comes to another log", _OTHER_HUB)
    if now.resume != before.resume or now.nick != before.nick:
        raise Broken("who comes back is taken for somebody else", _OTHER_HUB)


async def _check_once(talk: Talk, away: str, back: str, after: int) -> None:
    """Raise Broken unless `away` came once, and nothing is missing, before `back`."""
    seqs: list[int] = []
    texts: list[str] = []

    def note(event: AnyEvent) -> bool | None:
        if isinstance(event, Reset):
            raise Broken(f"{event.missed} messages are said not to come any more", _OTHER_HUB)
        if isinstance(event, Message) and event.room == ROOM:
            seqs.append(event.seq)
            texts.append(event.text)
        return True if texts[-1:] == [back] else None

    await talk.hear(note, "message that was said meanwhile")
    if texts.count(away) > 1:
        raise Broken("what was said meanwhile comes more than once", _LOST)
    # Others may try the same room at the same time.
    if away not in texts or seqs != list(range(after + 1, after + 1 + len(seqs))):
        raise Broken("what was said meanwhile does not come, or not in order", _LOST)
