"""Hubbub from Python: `from hubbub.client import connect`. See docs/client.md.

The client library itself is `core.client`; this is the name that is promised.
"""

import importlib.util
from pathlib import Path

from hubbub import strings

_OURS = Path(__file__).parents[1] / "core" / "__init__.py"
_found = importlib.util.find_spec("core")
if _found is None or _found.origin is None or not _OURS.samefile(_found.origin):
    raise ImportError(strings.other_core(_found.origin if _found else None), name="core")

from core.client import (  # noqa: E402 - only once it is certain whose `core` this is
    BadAddress,
    Client,
    ClientRoom,
    Direct,
    Dismissed,
    HelloRefused,
    Joined,
    Left,
    Members,
    Message,
    Refused,
    Renamed,
    RoomEvent,
    Topic,
    TransportError,
    connect,
    connect_client,
    say,
)

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
