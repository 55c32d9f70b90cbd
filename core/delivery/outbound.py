"""The sending half of a connection: what it is yet to get, and one write a turn.

A connection reads rooms through cursors; replies and news of people meant for it
alone wait in a short list. Knows the log, and a transport; knows no session's
rules and no protocol.

Invariants:

- There is no queue for each client. What waits is `personal_bytes` of replies,
  bounded by the handler's capacity, and what the transport holds of one write.
- Lines of a room are written in the order of `seq`, each once. A gap is
  reported before what comes behind it (`report_gap`).
- Replies go before lines of the log within one write.
- While `paused`, `resting` or `closed`, nothing is written.
- Everything runs on the event loop. Only the flush scheduler calls `flush`
  (and a connection that closes).
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from core.delivery import feed as feeds
from core.delivery.feed import BroadcastGroup, Cursor, Feed
from core.delivery.flush import FlushScheduler
from core.delivery.pagereader import PageReader
from core.limits import PRESENCE_LIMIT_BYTES, WRITE_CHUNK_BYTES
from core.log.encoding import Encoding, crlf, encode_event
from core.wire.messages import Event, Message, Reset


class Transport(feeds.Transport, Protocol):
    """The part of asyncio's transport that is written to here."""

    def get_write_buffer_size(self) -> int: ...


class Lead(Struct):
    """How the first lines of a room are shown, up to a seq: not as they are later on."""

    until: int
    show: Callable[[Sequence[Message], bool], bytes]
    """Messages in, and whether they are the last of these; lines that end with LF out."""
    skip: int | None = None
    """The number of a session whose messages are not shown."""


class Outbound:
    """Everything that is written to one connection."""

    __slots__ = (
        "_group", "_only", "_pages", "_personal", "_scheduler", "_transport", "awaited", "closed",
        "corked", "cursors", "encoding", "fetching", "hides", "leads", "marked", "on_flushed",
        "paused", "personal_bytes", "resting", "said_seq", "session",
    )  # fmt: skip

    def __init__(
        self, transport: Transport, encoding: Encoding, scheduler: FlushScheduler, pages: PageReader
    ) -> None:
        self._transport = transport
        self._scheduler = scheduler
        self._pages = pages
        self.encoding = encoding
        self.cursors: dict[str, Cursor] = {}
        """By the name of the room."""
        self.paused = False
        self.corked = False
        """Set while a pipe is still sending its first lines: writing to a
        sender that never reads would reset the connection under its data."""
        self.resting = False
        """Set while a large message of this connection is under way."""
        self.closed = False
        self.marked = False
        self.awaited = False
        """`on_flushed` is to be called after a flush."""
        self.fetching: Cursor | None = None
        self._only: Cursor | None = None
        self._group: BroadcastGroup | None = None
        self._personal: list[bytes] = []
        self.personal_bytes = 0
        # Text mode does not show its own lines to the one who typed them.
        self.session: int | None = None
        self.said_seq: dict[str, int] = {}
        self.leads: dict[str, Lead] = {}
        self.hides: Callable[[Event], bool] | None = None
        """Whether news of people is not wanted by who reads this."""
        self.on_flushed: Callable[[bool], None] | None = None
        """Called after a flush, if that is awaited, with whether it left nothing to write."""

    # --- what is to be written ---------------------------------------------------

    @property
    def unread_bytes(self) -> int:
        """Replies that wait, and what the transport could not get rid of."""
        if not self.paused:
            return self.personal_bytes
        return self.personal_bytes + self._transport.get_write_buffer_size()

    def push(self, data: bytes) -> None:
        """Add a reply; it goes out with this turn's one write."""
        if data and not self.closed:
            self.leave_group()
            self._personal.append(data)
            self.personal_bytes += len(data)
            self._scheduler.mark(self)

    def push_presence(self, data: bytes) -> None:
        """Add news of people, which a connection that does not read may miss."""
        if self.personal_bytes <= PRESENCE_LIMIT_BYTES:
            self.push(data)

    def report_gap(self, room: str, missed: int, go_on: int) -> None:
        """Tell the client that messages are gone; reading goes on from `go_on`."""
        reset = Reset(room=room, reason="pruned", missed=missed, next=go_on)
        self.push(encode_event(reset, self.encoding))

    def read(self, feed: Feed, after: int, lead: Lead | None = None) -> None:
        """Begin to read a room behind `after`, in its own way as far as `lead` says."""
        if self.closed:
            return  # a cursor of nobody's would be marked at every message
        self.leave_group()
        self.stop_reading(feed)
        cursor = self.cursors[feed.name] = Cursor(self, feed, after)
        feed.add(cursor)
        if lead is not None and lead.until > after:
            self.leads[feed.name] = lead
        self._only = cursor if len(self.cursors) == 1 else None
        self._scheduler.mark(self)

    def show_by(self, room: str, lead: Lead | None) -> None:
        """Show what comes in a room by `lead` from here on, or as everybody sees it."""
        self.leave_group()
        if lead is None:
            self.leads.pop(room, None)
        elif room in self.cursors:
            self.leads[room] = lead

    def stop_reading(self, feed: Feed) -> None:
        """Stop reading a room."""
        self.leave_group()
        cursor = self.cursors.pop(feed.name, None)
        if cursor is not None:
            feed.drop(cursor)
            self._only = next(iter(self.cursors.values())) if len(self.cursors) == 1 else None
        self.said_seq.pop(feed.name, None)
        self.leads.pop(feed.name, None)

    def is_reading(self, cursor: Cursor) -> bool:
        """Tell whether a cursor is still one of these."""
        return not self.closed and self.cursors.get(cursor.feed.name) is cursor

    def speak(self, encoding: Encoding, session: int | None) -> None:
        """Write in an encoding; messages of `session` are not shown."""
        self.leave_group()
        self.encoding = encoding
        self.session = session

    def note_said(self, room: str, seq: int) -> None:
        """Note the newest message of one's own, which is not shown."""
        self.leave_group()
        self.said_seq[room] = seq

    # --- when it is written ------------------------------------------------------

    def pause(self) -> None:
        """Write nothing until `resume`; who waits keeps no page in memory."""
        self._stop_writing()
        self.paused = True

    def resume(self) -> None:
        """Write again."""
        self.paused = False
        self.wake()

    def rest(self) -> None:
        """Write nothing of the log while a large message is under way."""
        self._stop_writing()
        self.resting = True

    def _stop_writing(self) -> None:
        self.leave_group()
        for cursor in self.cursors.values():
            cursor.page = None

    def cork(self) -> None:
        """Write nothing while a pipe is still sending its first lines."""
        self.leave_group()
        self.corked = True

    def wake(self) -> None:
        """Flush at the end of this turn."""
        self._scheduler.mark(self)

    def close(self) -> None:
        """Stop reading and writing for good."""
        self.leave_group()
        self.closed = True
        for cursor in list(self.cursors.values()):
            self.stop_reading(cursor.feed)
        self._personal.clear()

    # --- writing -----------------------------------------------------------------

    def flush(self) -> None:
        """Write all that there is, as long as the transport takes it."""
        self._part()
        drained = False
        while not (self.paused or self.closed or self.resting):
            if self.corked and self.personal_bytes <= PRESENCE_LIMIT_BYTES:
                return
            data = self._next()
            if data:
                self._transport.write(data)
            elif not self._personal:
                # Otherwise a page is on its way.
                drained = all(one.seq >= one.feed.tail.head for one in self.cursors.values())
                break
        if self.awaited and self.on_flushed is not None and not (self.paused or self.closed):
            self.on_flushed(drained)
        self._join_group()

    def _join_group(self) -> None:
        """Join the broadcast group, if this has everything and nothing else to write."""
        only = self._only
        if only is None or (
            self._personal or self.paused or self.closed or self.said_seq or self.corked
            or self.resting or self.awaited or self.leads
        ):  # fmt: skip
            return
        group = only.feed.group(self.encoding)
        if group.add(only, self._transport):
            self._group = group
            only.page = None
            only.feed.separate.discard(only)

    def leave_group(self) -> None:
        """Leave the broadcast group: there is, or will be, more to write."""
        if self._part():
            self._scheduler.mark(self)

    def _part(self) -> bool:
        if self._group is None or self._only is None:
            return False
        self._group.remove(self._only)
        self._group = None
        self._only.feed.separate.add(self._only)
        return True

    def _next(self) -> bytes:
        """Return what goes into the next write: replies, then a chunk of each room."""
        parts, self._personal = self._personal, []
        size, self.personal_bytes = self.personal_bytes, 0
        for cursor in (
            list(self.cursors.values()) if len(self.cursors) > 1 else self.cursors.values()
        ):
            while size <= WRITE_CHUNK_BYTES and cursor.seq < cursor.feed.tail.head:
                chunk = self._take(cursor)
                if chunk is None:
                    break
                if chunk:
                    parts.append(chunk)
                    size += len(chunk)
                    break
            if size > WRITE_CHUNK_BYTES and len(self.cursors) > 1:
                # The next write begins with another room.
                self.cursors[cursor.feed.name] = self.cursors.pop(cursor.feed.name)
                break
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _take(self, cursor: Cursor) -> bytes | None:
        """Return a cursor's next chunk and move it on; None if a page must be fetched."""
        feed, after = cursor.feed, cursor.seq
        lead = self.leads.get(feed.name) if self.leads else None
        if lead is not None:
            return self._take_lead(cursor, lead)
        own = None
        if feed.name in self.said_seq:
            if self.said_seq[feed.name] > after:
                own = self.session
            else:
                del self.said_seq[feed.name]
        if feed.tail.reaches(after):
            cursor.page = None
            if own is None:
                data, cursor.seq = feed.tail.take(after, self.encoding)
            else:
                data, cursor.seq = feed.tail.take_without(after, self.encoding, own)
            return data
        page = self._pages.page(self, cursor)
        if page is None:
            return None
        data, cursor.seq = page.cut(after, self.encoding, own)
        if cursor.seq >= page.last:
            cursor.page = None
        return data

    def _take_lead(self, cursor: Cursor, lead: Lead) -> bytes | None:
        """Do the same as `_take` for lines that are shown in their own way."""
        feed, after = cursor.feed, cursor.seq
        if after >= lead.until:
            # A gap went beyond it.
            del self.leads[feed.name]
            return self._in_this_encoding(lead.show([], True))
        reached = feed.tail.reaches(after)
        batch = feed.tail.batch(after) if reached else self._pages.page(self, cursor)
        if batch is None:
            return None
        begin = max(after + 1 - batch.first, 0)
        end = lead.until + 1 - batch.first
        messages: Sequence[Message] = batch.messages[begin:end]
        if lead.skip is not None:
            pairs = zip(messages, batch.sessions[begin:end], strict=True)
            messages = [message for message, session in pairs if session != lead.skip]
        cursor.seq = min(batch.last, lead.until)
        if cursor.seq >= batch.last:
            cursor.page = None
        last = cursor.seq >= lead.until
        if last:
            del self.leads[feed.name]
        return self._in_this_encoding(lead.show(messages, last))

    def _in_this_encoding(self, text: bytes) -> bytes:
        return crlf(text) if self.encoding is Encoding.TELNET else text
