"""A client's side: where a hub is, a connection to it, many in a row, and a room.

Knows how a hub is reached over TCP and WebSocket; knows no screen, and nothing of
the server. Tests: tests/core/test_conversation.py, test_client_link.py,
test_client_reach.py, test_client_room.py and test_client_target.py.

    async with connect("host:4045", nick="bot") as room:
        async for message in room:
            await room.say(f"{message.nick} said {message.text}")
"""

from core.client.address import BadTarget
from core.client.reconnect import Dismissed, HelloRefused
from core.client.room import Room, connect
from core.client.transport import LinkError
from core.errors import Refused
from core.wire.messages import Direct, Message

__all__ = [
    "BadTarget",
    "Direct",
    "Dismissed",
    "HelloRefused",
    "LinkError",
    "Message",
    "Refused",
    "Room",
    "connect",
]
