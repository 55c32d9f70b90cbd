"""Lines put straight into a store, and a wall clock that moves when told to."""

from core.log.entry import Entry, Group
from core.log.history import UNFINISHED, Found
from core.sqlite.pages import Pages
from core.sqlite.store import Store

SESSION = 7
NOW_MS = 1_795_327_000_000


class WallClock:
    def __init__(self) -> None:
        self.now = NOW_MS

    def __call__(self) -> int:
        return self.now


def entry(text: str, id_: str | None = None, room: str = "lobby", session: int = SESSION) -> Entry:
    return Entry(room, session, id_, "alice", None, text)


def append(store: Store, *entries: Entry) -> list[int]:
    store.append(Group(entries=list(entries)))
    return [one.seq for one in entries]


def texts(store: Store, room: str = "lobby") -> list[str]:
    return [message.text for message in Pages(store).after(room, 0, 1000).messages]


def search(pages: Pages, text: str, before: int | None, limit: int) -> Found:
    """Take all steps of a search in the lobby."""
    scan = pages.search("lobby", text, before, limit)
    while (found := scan.step()) is UNFINISHED:
        pass
    return found
