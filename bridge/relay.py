"""The relay: each user of a door becomes one TCP client of the hub.

Knows no WebSocket and no HTTP, and not what a line says.

Two tasks a user, one for each direction, and none for a line; lines for a user who
keeps up are sent without waking a task. Backpressure goes both ways: who reads
too slowly stops the reading from the other side.
"""

import asyncio

from bridge.door import CloseReason, LineDoor
from bridge.framing import fault, is_hello
from bridge.hub_link import HubDialer, HubLink, HubUnreachable
from bridge.limits import HELLO_WAIT_S, LINGER_S


async def relay(door: LineDoor, dialer: HubDialer) -> CloseReason:
    """Carry lines between a user and the hub until one of them ends it.

    The hub is called when the user has said hello, not before: a connection
    that stays silent costs the hub nothing. Return why it ended.
    """
    try:
        reason = await _relay(door, dialer)
    except Exception:
        await door.close(CloseReason.FAILED)
        raise
    await door.close(reason)
    return reason


async def _relay(door: LineDoor, dialer: HubDialer) -> CloseReason:
    hello = await _read_hello(door)
    if isinstance(hello, CloseReason):
        return hello
    try:
        link = await dialer.dial(door.source, door.destination, hello)
    except HubUnreachable:
        return CloseReason.HUB_UNREACHABLE
    link.forward = door.send_nowait
    outward = asyncio.create_task(_outward(door, link))
    try:
        reason = await _inward(door, link)
        link.half_close()
        await door.close(reason)
        # It may be in the middle of closing the door itself.
        await asyncio.wait({outward}, timeout=LINGER_S)
        await link.wait_gone(LINGER_S)
    finally:
        outward.cancel()
        link.abort()
    if outward.done() and not outward.cancelled():
        outward.result()
    return reason


async def _read_hello(door: LineDoor) -> bytes | CloseReason:
    try:
        async with asyncio.timeout(HELLO_WAIT_S):
            line = await door.read_line()
    except TimeoutError:
        return CloseReason.NO_HELLO
    if isinstance(line, CloseReason):
        return line
    return fault(line) or (line if is_hello(line) else CloseReason.NO_HELLO)


async def _inward(door: LineDoor, link: HubLink) -> CloseReason:
    """Hand on what the user says; return why that ends."""
    while True:
        line = await door.read_line()
        if isinstance(line, CloseReason):
            return line
        problem = fault(line)
        if problem is not None:
            return problem
        link.write_line(line)
        if link.full:
            await link.drain()


async def _outward(door: LineDoor, link: HubLink) -> None:
    """Show what the door did not take at once; at the hub's end close the door.

    That ends `_inward`.
    """
    try:
        while lines := await link.read_lines():
            await door.write_lines(lines)
    except ConnectionError:
        await door.close(CloseReason.USER_LEFT)
    except Exception:
        await door.close(CloseReason.FAILED)
        raise
    else:
        await door.close(CloseReason.HUB_CLOSED if link.ended_orderly else CloseReason.HUB_LOST)
