"""The client library: a hub's address, a transport to it, reconnecting, and a room.

It knows nothing of the server, and no screen. The terminal and programs share it;
it is the one part of `core` that speaks WebSocket, as a client.

Tests: tests/core/test_client_*.py, tests/core/test_conversation.py.

    async with connect("host:4045", nick="bot") as room:
        async for message in room:
            await room.say(f"{message.nick} said {message.text}")
"""

from core.client.address import BadAddress
from core.client.client import Client
from core.client.connect import connect, connect_client, say
from core.client.reconnect import Dismissed, HelloRefused
from core.client.room import ClientRoom, RoomEvent
from core.client.transport import TransportError
from core.errors import Refused
from core.wire.messages import Direct, Joined, Left, Members, Message, Renamed, Topic

__all__ = [
    "BadAddress",
    "Client",
    "ClientRoom",
    "Direct",
    "Dismissed",
    "HelloRefused",
    "Joined",
    "Left",
    "Members",
    "Message",
    "Refused",
    "Renamed",
    "RoomEvent",
    "Topic",
    "TransportError",
    "connect",
    "connect_client",
    "say",
]
