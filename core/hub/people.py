"""The contract between a hub and the book of its people: who has which nick and session.

With one hub everything is decided at once, in memory (`LocalPeople`). Several
hubs on one log decide in the order of that log, so an answer may come later:
hence the callbacks. Each is called once, within a bounded time: whoever waits for
it carries out nothing meanwhile. They are no coroutines, because what one hub decides has to
take effect within the turn; the order of `welcome` and what is said behind a
`hello` depends on it. Knows sessions; knows no connection and no database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.errors import Refused
from core.hub.nickbook import NickBook
from core.hub.room import Session, token_hash
from core.log.history import Fetch, History, Unread
from core.text.names import clean_nick
from core.wire.messages import Direct


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Somebody whose connection is at another hub."""

    nick: str
    hub: object
    """Whatever tells an implementation which hub that is."""


Claimed = Callable[[Refused | None], None]
"""Is called with None if the nick is the session's now, or why it is not."""

Resumed = Callable[["Session | Refused | Unread | None"], None]
"""Is called with the session, which has its nick; why it cannot be had; Unread if it
cannot be looked up just now; or None if nobody knows the token."""


class People(Protocol):
    """Who has which nick, and which sessions can be resumed."""

    def guest(self, session: Session) -> bool:
        """Give a session a guest's name at once; False if there is none left."""
        ...

    def claim(self, session: Session, nick: str, done: Claimed) -> None:
        """Give a clean nick to a session, instead of the one it has."""

    def resume(self, token: str, wanted: str | None, done: Resumed) -> None:
        """Find the session of a token.

        One that had ended gets the nick `wanted`, as its client wrote it, or else
        its last one, and belongs to the caller: `release` it if nobody wants it.
        """

    def remember(self, session: Session) -> None:
        """Let a session that has a token be resumed by it."""

    def release(self, session: Session) -> None:
        """Forget a session that has ended: others may have its nick.

        Once more changes nothing. A claim that is decided after it is released again.
        """

    def find(self, nick: str) -> Session | Elsewhere | None:
        """Return who has this nick, or one that cannot be told from it."""
        ...

    def hand(self, receiver: Elsewhere, direct: Direct, done: Claimed) -> None:
        """Hand a direct message to another hub; `done` as for `claim`."""


class LocalPeople:
    """The people of a hub that is alone. Every callback but a look-up's runs at once."""

    def __init__(self, history: History, fetch: Fetch) -> None:
        self.nicks = NickBook()
        self.sessions: dict[bytes, Session] = {}
        """Sessions that can be resumed, by the hash of their token."""
        self._history = history
        self._fetch = fetch

    def guest(self, session: Session) -> bool:
        """Give a session a guest's name; there is always one."""
        self.nicks.claim(session, self.nicks.guest())
        return True

    def claim(self, session: Session, nick: str, done: Claimed) -> None:
        """Give a clean nick to a session, unless another has it."""
        try:
            self.nicks.claim(session, nick)
        except Refused as problem:
            done(problem)
        else:
            done(None)

    def resume(self, token: str, wanted: str | None, done: Resumed) -> None:
        """Find a session among the living, or else in the log: it may have ended."""
        hashed = token_hash(token)
        living = self.sessions.get(hashed)
        if living is not None:
            done(living)
            return
        # The log may remember it, from before a restart too.
        self._fetch(
            lambda: self._history.session(hashed),
            lambda found: self._found(token, wanted, found, done),
        )

    def _found(
        self, token: str, wanted: str | None, found: tuple[int, str] | Unread | None, done: Resumed
    ) -> None:
        # Somebody else may have resumed it in the meantime.
        living = self.sessions.get(token_hash(token))
        if living is not None:
            done(living)
            return
        if found is None or isinstance(found, Unread):
            done(found)
            return
        number, last_nick = found
        session = Session("", number, token)
        try:
            self.nicks.claim(session, clean_nick(wanted or last_nick, guest=True))
        except Refused as problem:
            done(problem)
        else:
            done(session)

    def remember(self, session: Session) -> None:
        """Let a session that has a token be resumed by it."""
        if session.token is not None:
            self.sessions[token_hash(session.token)] = session

    def release(self, session: Session) -> None:
        """Forget a session; the log may still know its token."""
        self.nicks.release(session)
        if session.token is not None:
            self.sessions.pop(token_hash(session.token), None)

    def find(self, nick: str) -> Session | None:
        """Return who has this nick, or one that cannot be told from it."""
        return self.nicks.find(nick)

    def hand(self, receiver: Elsewhere, direct: Direct, done: Claimed) -> None:
        """Refuse: a hub that is alone has nobody elsewhere."""
        done(Refused("away", f"{receiver.nick} cannot be reached just now; try again later"))
