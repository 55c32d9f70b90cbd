"""The relay: one user of a door is one TCP client of the hub.

Two tasks a user, one for each direction; none for a line, and to a user who
keeps up not even a turn of a task. Whoever reads too slowly stops the other
side: the door's user the hub, the hub the user.
"""

import asyncio

from bridge.door import Ending, LineDoor
from bridge.framing import fault, is_hello
from bridge.hub_link import Hub, HubLink, HubUnreachable
from bridge.limits import HELLO_WAIT_S, LINGER_S


async def relay(door: LineDoor, hub: Hub) -> Ending:
    """Carry lines between a user and the hub until one of them ends it.

    The hub is called when the user has said hello, not before: a connection
    that stays silent costs the hub nothing. Return why it ended.
    """
    try:
        ending = await _relay(door, hub)
    except Exception:
        await door.close(Ending.FAILED)
        raise
    await door.close(ending)
    return ending


async def _relay(door: LineDoor, hub: Hub) -> Ending:
    hello = await _read_hello(door)
    if isinstance(hello, Ending):
        return hello
    try:
        link = await hub.dial(door.source, door.destination, hello)
    except HubUnreachable:
        return Ending.HUB_UNREACHABLE
    link.show = door.show_nowait
    outward = asyncio.create_task(_outward(door, link))
    try:
        ending = await _inward(door, link)
        link.finish_nowait()
        await door.close(ending)
        # It may be in the middle of saying farewell itself.
        await asyncio.wait({outward}, timeout=LINGER_S)
        await link.wait_gone(LINGER_S)
    finally:
        outward.cancel()
        link.abort()
    if outward.done() and not outward.cancelled():
        outward.result()
    return ending


async def _read_hello(door: LineDoor) -> bytes | Ending:
    try:
        async with asyncio.timeout(HELLO_WAIT_S):
            line = await door.read_line()
    except TimeoutError:
        return Ending.NO_HELLO
    if isinstance(line, Ending):
        return line
    return fault(line) or (line if is_hello(line) else Ending.NO_HELLO)


async def _inward(door: LineDoor, link: HubLink) -> Ending:
    """Hand on what the user says; return why that ends."""
    while True:
        line = await door.read_line()
        if isinstance(line, Ending):
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
        await door.close(Ending.USER_LEFT)
    except Exception:
        await door.close(Ending.FAILED)
        raise
    else:
        await door.close(Ending.HUB_CLOSED if link.ended_orderly else Ending.HUB_LOST)
