"""When what is new is written: once for each turn of the event loop.

Knows feeds and their subscribers; does not know what they write.
"""

from collections.abc import Callable

from core.clock import Clock
from core.delivery.feed import Feed, Subscriber


class FlushScheduler:
    """The subscribers that have something to write before this turn ends."""

    def __init__(self, clock: Clock, plan: Callable[[Callable[[], None]], None]) -> None:
        """`plan` calls at the end of the turn, or somewhat later under load."""
        self._clock = clock
        self._plan = plan
        self.on_flushed: Callable[[], None] = lambda: None
        self._marked: list[Subscriber] = []
        self._grown: list[Feed] = []
        self._planned = False

    def mark(self, subscriber: Subscriber) -> None:
        """Flush a subscriber at the end of this turn."""
        if not subscriber.marked:
            subscriber.marked = True
            self._marked.append(subscriber)
            self._plan_flush()

    def mark_feed(self, feed: Feed) -> None:
        """Have all of a feed's subscribers get what is new in it."""
        self._grown.append(feed)
        for cursor in feed.separate:
            self.mark(cursor.subscriber)
        self._plan_flush()

    def later(self, delay_s: float, call: Callable[[], None]) -> None:
        """Call in a later turn."""
        self._clock.call_later(delay_s, call)

    def flush(self) -> None:
        """Let every group, and every marked subscriber, write once."""
        self._planned = False
        feeds, self._grown = self._grown, []
        for feed in feeds:
            for cursor in feed.broadcast():
                cursor.subscriber.leave_group()
                self.mark(cursor.subscriber)
        marked, self._marked = self._marked, []
        for subscriber in marked:
            subscriber.marked = False
            subscriber.flush()
        self.on_flushed()

    def _plan_flush(self) -> None:
        if not self._planned:
            self._planned = True
            self._plan(self.flush)
