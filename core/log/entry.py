"""Messages on their way into the log, and what a log tells of its rooms. Values only.

Knows no database, no room in memory and no client.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import UNSET

from core.limits import ASCII_COSTS, SAY_COSTS_BYTES, TEXT_COSTS
from core.wire.messages import Kind, Message

REUSED: Final = 0
LOST: Final = -1


@dataclass(slots=True)
class Entry:
    """One message on its way into the log.

    `origin` belongs to the hub: who is told what becomes of it, or None where
    another hub wrote it. `epoch` belongs to the writer. The last three are set
    by the journal: `seq` is then the message's number, REUSED for an id that was
    used for another text, or LOST for one that a failed commit took along.
    """

    room: str
    session: int
    id: str | None
    nick: str
    kind: Kind | None
    text: str
    origin: Any = None
    epoch: int = 0
    seq: int = 0
    at: int = 0
    repeated: bool = False


@dataclass(slots=True)
class Group:
    """What one transaction writes: sessions first, so that ids have an owner.

    `kept` is set once the whole of it is in the log for certain.
    """

    entries: list[Entry] = field(default_factory=list)
    sessions: list[tuple[int, bytes, str]] = field(default_factory=list)
    topics: list[tuple[str, str]] = field(default_factory=list)
    kept: bool = False


@dataclass(slots=True)
class RoomRow:
    """What is known of a room without reading its messages.

    `first` is the oldest seq that is kept, `head` the newest and `at` its
    time; messages up to `indexed` can be searched.
    """

    id: int
    name: str
    topic: str
    first: int
    indexed: int
    head: int
    at: int


def text_costs_bytes(text: str) -> int:
    """Return what a message with this text takes in memory until it is kept."""
    return SAY_COSTS_BYTES + (ASCII_COSTS if text.isascii() else TEXT_COSTS) * len(text)


def kept_message(
    room: str, seq: int, id_: str | None, at: int, nick: str, kind: Kind | None, text: str
) -> Message:
    """Return a message of the log as its readers get it."""
    return Message(
        room=room, seq=seq, id=UNSET if id_ is None else id_, at=at, nick=nick,
        kind=UNSET if kind is None else kind, text=text,
    )  # fmt: skip
