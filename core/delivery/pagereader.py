"""Pages of the store, for a connection whose cursors have been lapped.

A cursor is lapped when the tail in memory begins behind it. Knows the history's
contract; knows no transport, and does not know how lines look.
"""

from typing import Protocol

from core.delivery.feed import Cursor
from core.delivery.flush import FlushScheduler
from core.log.history import READ_AGAIN_S, Fetch, History, Unread
from core.log.tail import Batch


class Lapped(Protocol):
    """Whose cursors are lapped."""

    fetching: Cursor | None
    """One page at a time: pages of fifty rooms are more than a client is worth."""

    paused: bool
    resting: bool
    """It cannot be written to, so that a page in memory is of no use."""

    def is_reading(self, cursor: Cursor) -> bool:
        """Tell whether a cursor is still one of its own."""
        ...

    def wake(self) -> None:
        """Flush at the end of this turn."""

    def report_gap(self, room: str, missed: int, go_on: int) -> None:
        """Tell the client that messages are gone; reading goes on from `go_on`."""


class PageReader:
    """Fetches pages for all connections of a hub."""

    def __init__(self, history: History, fetch: Fetch, scheduler: FlushScheduler) -> None:
        self._history = history
        self._fetch = fetch
        self._scheduler = scheduler

    def page(self, lapped: Lapped, cursor: Cursor) -> Batch | None:
        """Return the page behind a cursor; None while it is being fetched."""
        page = cursor.page or self._history.kept(cursor.feed.name, cursor.seq)
        if page is not None and page.last > cursor.seq:
            return page
        cursor.page = None
        if lapped.fetching is None:
            lapped.fetching = cursor
            feed, after = cursor.feed, cursor.seq
            # What is behind the head is in the log, but nobody has been told yet,
            # its sender included.
            head = feed.tail.head
            self._fetch(
                lambda: self._history.read(feed.name, after, head),
                lambda page: self._fetched(lapped, cursor, page),
            )
        return None

    def _fetched(self, lapped: Lapped, cursor: Cursor, page: Batch | Unread | None) -> None:
        if isinstance(page, Unread):
            # Nothing is known to be missing, so nothing is skipped.
            self._scheduler.later(READ_AGAIN_S, lambda: _end_fetch(lapped))
            return
        _end_fetch(lapped)
        if not lapped.is_reading(cursor):
            return
        if page is None or page.first > cursor.seq + 1:
            # The log does not go on where this cursor is: say so, never skip.
            go_on = cursor.feed.tail.start if page is None else page.first
            missed = go_on - 1 - cursor.seq
            if missed > 0:
                lapped.report_gap(cursor.feed.name, missed, go_on)
            cursor.seq = go_on - 1
        # Who cannot be written to now will find it in memory, or read it again.
        cursor.page = None if lapped.paused or lapped.resting else page


def _end_fetch(lapped: Lapped) -> None:
    lapped.fetching = None
    lapped.wake()
