"""Rooms and sessions: one thing seen from two sides.

A room has a feed, which its readers' cursors read, and members, which are
sessions and may outlive a connection. A session is one user's stay. Knows
neither sockets nor the store.
"""

import hashlib
import secrets
from typing import Final

from core.clock import Handle
from core.delivery.feed import Feed
from core.errors import Refused
from core.hub.handler import Handler
from core.limits import MEMBERS_NAMED, RETRY_WAIT_S

SESSION_BITS: Final = 62
TOKEN_BYTES: Final = 16


class Room:
    """One room. `members` keeps the order in which they came."""

    __slots__ = (
        "announced", "counted", "counts_planned", "feed", "first", "members", "name", "tail",
        "topic", "watchers",
    )  # fmt: skip

    def __init__(self, name: str, head: int = 0, topic: str = "", first: int = 1) -> None:
        self.name = name
        self.topic = topic
        self.first = first
        """The oldest seq that the log still holds; behind `head` if it holds none."""
        self.feed = Feed(name, head)
        self.tail = self.feed.tail
        self.members: dict[Session, None] = {}
        self.watchers: dict[Session, None] = {}
        """Who reads along and is no member; nobody is told of them by name."""
        self.announced: set[Session] = set()
        """Members whom the others have been told of."""
        self.counts_planned = False
        self.counted = 0

    @property
    def crowded(self) -> bool:
        """So many members that only their number is told."""
        return len(self.members) > MEMBERS_NAMED

    @property
    def unused(self) -> bool:
        """It has no members, no messages and no topic."""
        return not (
            self.members or self.watchers or self.feed.cursors or self.tail.head or self.topic
        )

    def nicks(self) -> tuple[str, ...]:
        """Return members' names, at most so many as are named."""
        names = (session.nick for session in self.members)
        return tuple(name for name, _ in zip(names, range(MEMBERS_NAMED), strict=False))

    def called(self, text: str) -> list[str]:
        """Return the names of all members whose name holds `text`, in whatever case."""
        wanted = text.casefold()
        return [one.nick for one in self.members if wanted in one.nick.casefold()]


class Session:
    """One user's stay: a nick, rooms, and the owner of message ids.

    `handler` is the connection that speaks for it now, or None while it is lost.
    """

    __slots__ = (
        "ended",
        "grace",
        "handler",
        "kept",
        "nick",
        "number",
        "owner",
        "pending_retry_id",
        "retry_until_s",
        "rooms",
        "shares",
        "spoke",
        "token",
        "watching",
    )  # fmt: skip

    def __init__(self, nick: str, number: int | None = None, token: str | None = None) -> None:
        self.number = secrets.randbits(SESSION_BITS) if number is None else number
        self.token = token
        self.nick = nick
        self.rooms: dict[str, Room] = {}
        self.watching: dict[str, Room] = {}
        """Rooms that it reads without being a member."""
        self.handler: Handler | None = None
        self.ended = False
        """Nobody can go on with it any more."""
        self.grace: Handle | None = None
        self.spoke = False
        """It has said something before anybody was told of it, as pipes do."""
        self.owner: bytes | None = None
        """The hash of a secret by which its user's other sessions are known."""
        self.shares = False
        """Its nick is one that another session of its user has."""
        self.kept = False
        """The store knows this session's token."""
        self.pending_retry_id: str | None = None
        self.retry_until_s = 0.0

    def await_retry(self, id_: str | None, now_s: float) -> None:
        """Note that a line was not stored: what is said behind it waits for it."""
        if id_ is not None and self.pending_retry_id is None:
            self.pending_retry_id = id_
            self.retry_until_s = now_s + RETRY_WAIT_S

    def check_order(self, id_: str | None, now_s: float) -> None:
        """Raise Refused for a line that would overtake one that was not stored.

        Its sender could not know of that when it said it; once it has had the
        time to, it goes on with the line that is awaited or has given it up.
        """
        if id_ == self.pending_retry_id or now_s >= self.retry_until_s:
            self.pending_retry_id = None
        else:
            raise Refused("not_stored", "a line before it was not stored; say that one first")

    def cancel_grace(self) -> None:
        """Let it go on: it has been resumed, or has ended."""
        if self.grace is not None:
            self.grace.cancel()
            self.grace = None


def new_token() -> str:
    """Return a fresh resume token of 128 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """Return what is stored of a resume token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
