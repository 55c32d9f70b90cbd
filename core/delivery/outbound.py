"""What one connection is yet to get, and the one write a turn that brings it.

A connection reads rooms through cursors (`Reader`); replies and presence meant
for it alone wait in a short list. Neither grows with what is said: a paused
connection costs its cursors and what its transport already holds.
"""

from collections.abc import Callable
from typing import Any, Protocol

from core.clock import Clock
from core.delivery import along
from core.delivery.along import Along
from core.hub.room import Room
from core.limits import PRESENCE_LIMIT_BYTES, WRITE_CHUNK_BYTES
from core.log.tail import Batch, Encoding, encode_event
from core.sqlite.pages import Pages
from core.sqlite.reader import READ_AGAIN_S, Unread
from core.wire.messages import Reset


class Transport(along.Transport, Protocol):
    """The part of asyncio's transport that an outlet needs."""

    def get_write_buffer_size(self) -> int: ...


Fetch = Callable[[Callable[[], Any], Callable[[Any], None]], None]
"""Run the first in the reading thread, and give the second its result."""


class Turn:
    """The outlets that have something to write before this turn of the loop ends."""

    def __init__(self, clock: Clock, plan: Callable[[Callable[[], None]], None]) -> None:
        """`plan` calls at the end of the turn, or somewhat later in a rush."""
        self._clock = clock
        self._plan = plan
        self.on_flushed: Callable[[], None] = lambda: None
        self._marked: list[Outbound] = []
        self._rooms: list[Room] = []
        self._planned = False

    def mark(self, outbound: "Outbound") -> None:
        """See to it that the outlet is flushed at the end of this turn."""
        if not outbound.marked:
            outbound.marked = True
            self._marked.append(outbound)
            self._plan_flush()

    def mark_room(self, room: Room) -> None:
        """See to it that all of a room's readers get what is new in it."""
        self._rooms.append(room)
        for reader in room.apart:
            self.mark(reader.outbound)
        self._plan_flush()

    def _plan_flush(self) -> None:
        if not self._planned:
            self._planned = True
            self._plan(self.flush)

    def later(self, delay_s: float, call: Callable[[], None]) -> None:
        """Call in a later turn."""
        self._clock.call_later(delay_s, call)

    def flush(self) -> None:
        """Let all who read along, and every marked outlet, write once."""
        self._planned = False
        rooms, self._rooms = self._rooms, []
        for room in rooms:
            for reader in room.show_along():
                reader.outbound.step_out()
                self.mark(reader.outbound)
        marked, self._marked = self._marked, []
        for outbound in marked:
            outbound.marked = False
            outbound.flush()
        self.on_flushed()


class Reader:
    """A cursor: one connection's place in one room's log.

    `seq` is the last message that was written to the connection's transport, as
    long as it does not read along with others.
    """

    __slots__ = ("outbound", "page", "room", "seq")

    def __init__(self, outbound: "Outbound", room: Room, seq: int) -> None:
        self.outbound = outbound
        self.room = room
        self.seq = seq
        self.page: Batch | None = None


class Outbound:
    """The writing half of a connection."""

    __slots__ = (
        "_along", "_fetch", "_fetching", "_only", "_pages", "_personal", "_transport", "_turn",
        "awaited", "closed", "corked", "encoding", "marked", "on_flushed", "paused",
        "personal_bytes", "readers", "resting", "said_seq", "session",
    )  # fmt: skip

    def __init__(
        self, transport: Transport, encoding: Encoding, turn: Turn, pages: Pages, fetch: Fetch
    ) -> None:
        self._transport = transport
        self._turn = turn
        self._pages = pages
        self._fetch = fetch
        self.encoding = encoding
        self.readers: dict[str, Reader] = {}
        self.paused = False
        self.corked = False
        """Set while a pipe is still sending its first lines: writing to a
        sender that never reads would reset the connection under its data."""
        self.resting = False
        """Set while a large message of this connection is under way."""
        self.closed = False
        self.marked = False
        self.awaited = False
        """Somebody waits for what `on_flushed` tells."""
        self._only: Reader | None = None
        self._along: Along | None = None
        self._fetching: Reader | None = None
        self._personal: list[bytes] = []
        self.personal_bytes = 0
        # Text mode does not show its own lines to the one who typed them.
        self.session: int | None = None
        self.said_seq: dict[str, int] = {}
        self.on_flushed: Callable[[bool], None] | None = None
        """Called after a flush, if that is awaited, with whether it left nothing to write."""

    @property
    def unread_bytes(self) -> int:
        """Replies that wait, and what the transport could not get rid of."""
        if not self.paused:
            return self.personal_bytes
        return self.personal_bytes + self._transport.get_write_buffer_size()

    def push(self, data: bytes) -> None:
        """Add a reply; it goes out with this turn's one write."""
        if data and not self.closed:
            self.step_out()
            self._personal.append(data)
            self.personal_bytes += len(data)
            self._turn.mark(self)

    def push_presence(self, data: bytes) -> None:
        """Add news that a connection which does not read may miss."""
        if self.personal_bytes <= PRESENCE_LIMIT_BYTES:
            self.push(data)

    def read(self, room: Room, after: int) -> None:
        """Begin to read a room behind `after`."""
        self.step_out()
        self.stop_reading(room)
        reader = self.readers[room.name] = Reader(self, room, after)
        room.add_reader(reader)
        self._only = reader if len(self.readers) == 1 else None
        self._turn.mark(self)

    def stop_reading(self, room: Room) -> None:
        """Read a room no more."""
        self.step_out()
        reader = self.readers.pop(room.name, None)
        if reader is not None:
            room.drop_reader(reader)
            self._only = next(iter(self.readers.values())) if len(self.readers) == 1 else None
        self.said_seq.pop(room.name, None)

    def pause(self) -> None:
        """Write nothing until `resume`; who waits keeps no page in memory."""
        self.step_out()
        self.paused = True
        self._drop_pages()

    def _drop_pages(self) -> None:
        for reader in self.readers.values():
            reader.page = None

    def resume(self) -> None:
        """Write again."""
        self.paused = False
        self.wake()

    def speak(self, encoding: Encoding, session: int | None) -> None:
        """Write in an encoding; messages of `session` are not shown."""
        self.step_out()
        self.encoding = encoding
        self.session = session

    def note_said(self, room: str, seq: int) -> None:
        """Note the newest message of one's own, which is not shown."""
        self.step_out()
        self.said_seq[room] = seq

    def rest(self) -> None:
        """Write nothing of the log while a large message is under way."""
        self.step_out()
        self.resting = True
        self._drop_pages()

    def cork(self) -> None:
        """Write nothing while a pipe is still sending its first lines."""
        self.step_out()
        self.corked = True

    def wake(self) -> None:
        """Flush at the end of this turn."""
        self._turn.mark(self)

    def close(self) -> None:
        """Read and write nothing any more."""
        self.step_out()
        self.closed = True
        for reader in list(self.readers.values()):
            self.stop_reading(reader.room)
        self._personal.clear()

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
                drained = not self._behind()
                break
        if self.awaited and self.on_flushed is not None and not (self.paused or self.closed):
            self.on_flushed(drained)
        self._step_in()

    def _step_in(self) -> None:
        """Read along from now on, if there is nothing else to do and nothing missing."""
        only = self._only
        if only is None or self._has_more_to_do:
            return
        others = only.room.along(self.encoding)
        if others.step_in(only, self._transport):
            self._along = others
            only.page = None
            only.room.apart.discard(only)

    def step_out(self) -> None:
        """Read for itself from now on: there is, or will be, more to do."""
        if self._part():
            self._turn.mark(self)

    def _part(self) -> bool:
        if self._along is None or self._only is None:
            return False
        self._along.step_out(self._only)
        self._along = None
        self._only.room.apart.add(self._only)
        return True

    @property
    def _has_more_to_do(self) -> bool:
        """Something else is to be written or told, or nothing may be written."""
        return bool(
            self._personal or self.paused or self.closed or self.said_seq or self.corked
            or self.resting or self.awaited
        )  # fmt: skip

    def _behind(self) -> bool:
        return any(reader.seq < reader.room.tail.head for reader in self.readers.values())

    def _next(self) -> bytes:
        """Return what goes into the next write: replies, then a chunk of each room."""
        parts, self._personal = self._personal, []
        size, self.personal_bytes = self.personal_bytes, 0
        for reader in (
            list(self.readers.values()) if len(self.readers) > 1 else self.readers.values()
        ):
            while size <= WRITE_CHUNK_BYTES and reader.seq < reader.room.tail.head:
                chunk = self._take(reader)
                if chunk is None:
                    break
                if chunk:
                    parts.append(chunk)
                    size += len(chunk)
                    break
            if size > WRITE_CHUNK_BYTES and len(self.readers) > 1:
                # The next write begins with another room.
                self.readers[reader.room.name] = self.readers.pop(reader.room.name)
                break
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _take(self, reader: Reader) -> bytes | None:
        """Return a reader's next chunk and move it on; None if a page must be fetched."""
        room, after = reader.room, reader.seq
        own = None
        if room.name in self.said_seq:
            if self.said_seq[room.name] > after:
                own = self.session
            else:
                del self.said_seq[room.name]
        if room.tail.reaches(after):
            reader.page = None
            if own is None:
                data, reader.seq = room.tail.take(after, self.encoding)
            else:
                data, reader.seq = room.tail.take_without(after, self.encoding, own)
            return data
        page = reader.page or self._pages.kept(room.name, after)
        if page is None or page.last <= after:
            reader.page = None
            self._fetch_page(reader)
            return None
        data, reader.seq = page.cut(after, self.encoding, own)
        if reader.seq >= page.last:
            reader.page = None
        return data

    def _fetch_page(self, reader: Reader) -> None:
        # One room after the other: pages of fifty rooms are more than a client is worth.
        if self._fetching is not None:
            return
        self._fetching = reader
        room, after = reader.room, reader.seq
        # What is behind the head is in the log, but nobody has been told yet,
        # its sender included.
        head = room.tail.head
        self._fetch(
            lambda: self._pages.read(room.name, after, head),
            lambda page: self._fetched(reader, page),
        )

    def _fetch_again(self) -> None:
        self._fetching = None
        self._turn.mark(self)

    def _fetched(self, reader: Reader, page: Batch | Unread | None) -> None:
        if isinstance(page, Unread):
            # Nothing is known to be missing, so nothing is skipped.
            self._turn.later(READ_AGAIN_S, self._fetch_again)
            return
        self._fetching = None
        self._turn.mark(self)
        if self.closed or self.readers.get(reader.room.name) is not reader:
            return
        if page is None or page.first > reader.seq + 1:
            # The log does not go on where this reader is: say so, never skip.
            go_on = reader.room.tail.start if page is None else page.first
            missed = go_on - 1 - reader.seq
            if missed > 0:
                self.push_reset(reader.room.name, missed, go_on)
            reader.seq = go_on - 1
        # Who cannot be written to now will find it in memory, or read it again.
        reader.page = None if self.paused or self.resting else page

    def push_reset(self, room: str, missed: int, go_on: int) -> None:
        """Tell a reader that messages are gone; reading goes on from `go_on`."""
        reset = Reset(room=room, reason="pruned", missed=missed, next=go_on)
        self.push(encode_event(reset, self.encoding))
