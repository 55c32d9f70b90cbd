"""What tests of programs in rooms share: a hub's address, and what comes in a room."""

from core.client import ClientRoom
from core.client.reconnect import RetryPolicy
from core.server.server import HubServer

AT_ONCE = RetryPolicy(again_first_s=0.01, again_longest_s=0.01)


def at(hub: HubServer) -> str:
    """Return the address at which a hub listens."""
    host, port = hub.address
    return f"{host}:{port}"


async def take(room: ClientRoom, count: int) -> list[str]:
    """Return the next texts of a room, once they have come."""
    return [(await anext(room)).text for _ in range(count)]
