"""Looking for words: in one room, in several, of one person, of some time.

What may be searched is what the asker may read. Several rooms are looked through
one after the other, and answered as one list. Knows the hub and the contract of
the log; knows no database and no thread.
"""

from msgspec import UNSET

from core.errors import Refused
from core.hub.hub import Hub
from core.hub.room import Session
from core.limits import ANSWER_LIMIT_BYTES, SEARCH_LIMIT_BYTES, SEARCH_RESULTS_LIMIT
from core.log.history import UNFINISHED, Among, Found, Search
from core.text.names import clean_nick
from core.text.sanitize import clean_line
from core.wire.messages import Message, Results, encode
from core.wire.messages import Search as Ask


class RoomsSearch:
    """One question to several rooms, each of which is a search of its own."""

    def __init__(
        self, text: str, searches: dict[str, Search], before: dict[str, int | None], limit: int
    ) -> None:
        self.text = text
        self.room: str | None = None
        """The one room that was asked for, if it was one."""
        self.next: dict[str, int | None] = {}
        self._left = list(searches.items())
        self._before = before
        self._limit = limit
        self._found: dict[str, Found] = {}

    def step(self) -> Found:
        """Look further; return UNFINISHED, or what was found when all rooms are through."""
        if self._left:
            room, search = self._left[0]
            found = search.step()
            if found is UNFINISHED:
                return UNFINISHED
            self._found[room] = found
            del self._left[0]
            if self._left:
                return UNFINISHED
        return self._together()

    def _together(self) -> Found:
        """Return the newest of what all rooms have, as one answer may hold them."""
        every = [message for found in self._found.values() for message in found.messages]
        every.sort(key=lambda message: (message.at, message.room, message.seq), reverse=True)
        chosen: list[Message] = []
        size = 0
        for message in every:
            size += len(encode(message))
            if len(chosen) >= self._limit or (size > ANSWER_LIMIT_BYTES and chosen):
                break
            chosen.append(message)
        self.next = self._places(chosen)
        return Found(tuple(reversed(chosen)), more=bool(self.next))

    def _places(self, chosen: list[Message]) -> dict[str, int | None]:
        """Return where each room goes on that has more than what was chosen."""
        places: dict[str, int | None] = {}
        for room, found in self._found.items():
            taken = [message.seq for message in chosen if message.room == room]
            oldest = min(taken, default=self._before[room])
            if len(taken) < len(found.messages):
                places[room] = oldest
            elif found.more:
                places[room] = oldest if found.before is None else found.before
        return places


def begin(hub: Hub, session: Session, request: Ask) -> RoomsSearch:
    """Return the search that a request asks for; raise Refused."""
    rooms = _rooms(hub, session, request)
    nick = None if request.nick is None else clean_nick(request.nick, guest=True)
    among = Among(nick, request.since, request.until, share=len(rooms))
    # Whoever names a person or a time need not name a word.
    is_empty = among.narrows and not request.text.strip()
    text = "" if is_empty else clean_line(request.text, SEARCH_LIMIT_BYTES)
    limit = min(request.limit, SEARCH_RESULTS_LIMIT)
    searches: dict[str, Search] = {
        room: hub.history.search(room, text, before, limit, among) for room, before in rooms.items()
    }
    search = RoomsSearch(text, searches, rooms, limit)
    if request.room is not None:
        (search.room,) = rooms
    return search


def results(request: Ask, search: RoomsSearch, found: Found) -> Results:
    """Return the answer to a request."""
    return Results(
        room=UNSET if search.room is None else search.room, text=search.text,
        messages=found.messages, more=found.more, next=search.next or UNSET, ref=request.ref,
    )  # fmt: skip


def _rooms(hub: Hub, session: Session, request: Ask) -> dict[str, int | None]:
    """Return the rooms to look through, each with the place to look before."""
    if request.room is not None:
        return {hub.known(request.room).name: request.before}
    if request.rooms is not None:
        named = {hub.known(name).name: before for name, before in request.rooms.items()}
    else:
        named = dict.fromkeys(session.rooms)
    if not named:
        raise Refused("not_in_room", "you are in no room; name the rooms to search")
    return named
