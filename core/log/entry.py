"""What goes into the store, and what it tells about rooms. Values only."""

from dataclasses import dataclass, field
from typing import Any, Final

REUSED: Final = 0
LOST: Final = -1


@dataclass(slots=True)
class Entry:
    """One message on its way into the log.

    `origin` is what the hub made of it: whose face, which `ref`, and what it takes
    in memory; `turn` belongs to the writer. The last three are
    set by the store; `seq` is then the message's number, REUSED for an id that
    was used for another text, or LOST for one that a failed commit took along.
    """

    room: str
    session: int
    id: str | None
    nick: str
    kind: str | None
    text: str
    origin: Any = None
    turn: int = 0
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
