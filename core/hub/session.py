"""Sessions: who somebody is, beyond one connection; and the book of nicks."""

import hashlib
import secrets
from typing import TYPE_CHECKING

from core.clock import Handle
from core.errors import Refused
from core.hub.room import Room
from core.limits import RETRY_WAIT_S
from core.text.names import clean_nick, nick_keys

if TYPE_CHECKING:
    from core.hub.hub import Handler

SESSION_BITS = 62
TOKEN_BYTES = 16


def token_hash(token: str) -> bytes:
    """Return what is stored of a resume token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class Session:
    """One user's stay: a nick, rooms, and the owner of message ids.

    `handler` is the connection that speaks for it now, or None while it is lost.
    """

    __slots__ = (
        "grace", "handler", "kept", "nick", "number", "pending_retry_id", "retry_until_s",
        "rooms", "token",
    )  # fmt: skip

    def __init__(self, nick: str, number: int | None = None, token: str | None = None) -> None:
        self.number = secrets.randbits(SESSION_BITS) if number is None else number
        self.token = token
        self.nick = nick
        self.rooms: dict[str, Room] = {}
        self.handler: Handler | None = None
        self.grace: Handle | None = None
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
        time to, it goes on with the line that is owed or has given it up.
        """
        if id_ == self.pending_retry_id or now_s >= self.retry_until_s:
            self.pending_retry_id = None
        else:
            raise Refused("not_stored", "a line before it was not stored; say that one first")


def new_token() -> str:
    """Return a fresh resume token of 128 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class NickBook:
    """Who has which nick, so that no two look alike."""

    def __init__(self) -> None:
        # One book per way of comparing: as written, and without case.
        self._by_look: dict[str, Session] = {}
        self._by_folded_look: dict[str, Session] = {}
        self._guests = 0

    def find(self, nick: str) -> Session | None:
        """Return who has this nick, or one that cannot be told from it."""
        look, folded = nick_keys(nick)
        return self._by_look.get(look) or self._by_folded_look.get(folded)

    def claim(self, session: Session, nick: str) -> None:
        """Give a clean nick to a session; raise Refused if another has it."""
        look, folded = nick_keys(nick)
        holders = (self._by_look.get(look), self._by_folded_look.get(folded))
        for holder in holders:
            if holder is not None and holder is not session:
                raise Refused("nick_taken", f"{holder.nick} is taken; choose another name")
        self.release(session)
        session.nick = nick
        self._by_look[look] = session
        self._by_folded_look[folded] = session

    def release(self, session: Session) -> None:
        """Let others have this session's nick."""
        if not session.nick:
            return
        look, folded = nick_keys(session.nick)
        if self._by_look.get(look) is session:
            del self._by_look[look]
        if self._by_folded_look.get(folded) is session:
            del self._by_folded_look[folded]

    def guest(self) -> str:
        """Return a guest's name that nobody has."""
        while True:
            self._guests += 1
            nick = clean_nick(f"guest-{self._guests}", guest=True)
            if self.find(nick) is None:
                return nick
