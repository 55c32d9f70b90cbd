"""The client library: a hub's address, a transport to it, reconnecting, and a room.

It knows nothing of the server, and no screen. The terminal and programs share it;
it is the one part of `core` that speaks WebSocket, as a client.

Tests: tests/core/test_client_*.py, tests/core/test_conversation.py.

    async with connect("host:4045", nick="bot") as room:
        async for message in room:
            await room.say(f"{message.nick} said {message.text}")
"""

from core.client.address import BadAddress
from core.client.reconnect import Dismissed, HelloRefused
from core.client.room import ClientRoom, connect
from core.client.transport import TransportError
from core.errors import Refused
from core.wire.messages import Direct, Message

__all__ = [
    "BadAddress",
    "ClientRoom",
    "Direct",
    "Dismissed",
    "HelloRefused",
    "Message",
    "Refused",
    "TransportError",
    "connect",
]
