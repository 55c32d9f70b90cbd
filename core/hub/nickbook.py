"""The book of nicks: who has which, so that no two look alike.

Knows sessions; knows none of another hub.
"""

from core.errors import Refused
from core.hub.room import Session
from core.text.names import clean_nick, nick_keys


class NickBook:
    """Each nick, by the two ways in which nicks are compared."""

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
                raise nick_taken(holder.nick)
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


def nick_taken(nick: str) -> Refused:
    """Return the refusal of a nick that somebody has, or one that looks like it."""
    return Refused("nick_taken", f"{nick} is taken; choose another name")
