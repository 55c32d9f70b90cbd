"""Hubbub from Python: `from hubbub.client import connect`. See docs/client.md.

The client library itself is `core.client`; this is the name that is promised.
"""

import importlib.util
from pathlib import Path

_OURS = Path(__file__).parents[1] / "core" / "__init__.py"
_found = importlib.util.find_spec("core")
if _found is None or _found.origin is None or not _OURS.samefile(_found.origin):
    raise ImportError(
        "Hubbub's package `core` is hidden by another one of that name"
        f" ({_found.origin or _found.name if _found else 'none'}): rename that, or run"
        " the program from another folder",
        name="core",
    )

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
