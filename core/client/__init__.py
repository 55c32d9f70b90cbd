"""A client's side: where a hub is, a connection to it, many in a row, and a room.

What the terminal and programs share. Knows no screen; it is the one part of
`core` that a door's WebSocket may be reached through.

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
