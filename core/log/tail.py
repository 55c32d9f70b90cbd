"""A room's log as its readers see it: batches, and the tail of the newest.

Everything that is read, live or old, is read as a `Batch` from a place on.
A batch is encoded once for each encoding that somebody reads, and what a
reader gets is cut from it. This module knows no connection and no database.
"""

from collections import OrderedDict, deque
from collections.abc import Sequence
from sys import getsizeof

from core.limits import TAIL_LIMIT_BYTES, TAILS_LIMIT_BYTES, WRITE_CHUNK_BYTES
from core.log.encoding import ENCODERS, Encoding
from core.wire.messages import Message

Chunk = tuple[bytes, int]
"""Encoded lines, and the seq of the last message that they cover."""


class Batch:
    """Consecutive messages of one room: what a commit wrote, or a page read."""

    __slots__ = ("_lines", "first", "last", "messages", "sessions", "size_bytes")

    def __init__(self, messages: Sequence[Message], sessions: Sequence[int]) -> None:
        """`sessions[i]` is the number of the session that said `messages[i]`."""
        self.messages = messages
        self.sessions = sessions
        self.first = messages[0].seq
        self.last = messages[-1].seq
        self.size_bytes = sum([getsizeof(message.text) for message in messages])
        self.size_bytes += 200 * len(messages)
        self._lines: dict[Encoding, list[bytes]] = {}

    def lines(self, encoding: Encoding) -> list[bytes]:
        """Return each message encoded; the work is done once per encoding."""
        lines = self._lines.get(encoding)
        if lines is None:
            encoder = ENCODERS[encoding]
            lines = self._lines[encoding] = [encoder(message) for message in self.messages]
        return lines

    def cut(self, after: int, encoding: Encoding, skip_session: int | None = None) -> Chunk:
        """Return lines behind `after`, at most one write's worth but at least one.

        Messages of `skip_session` are covered but not shown.
        """
        lines = self.lines(encoding)
        begin = max(after + 1 - self.first, 0)
        size = 0
        end = begin
        for line in lines[begin:] if begin else lines:
            size += len(line)
            if size > WRITE_CHUNK_BYTES and end > begin:
                break
            end += 1
        last = self.first + end - 1
        if skip_session is None:
            return b"".join(lines[begin:end]), last
        sessions = self.sessions
        shown = [lines[i] for i in range(begin, end) if sessions[i] != skip_session]
        return b"".join(shown), last


class Tail:
    """The newest batches of one room, in memory.

    `head` is the newest seq of the log. A reader behind `start - 1` has been
    lapped and reads pages from the store until it is here again.
    """

    __slots__ = ("_batches", "_chunks", "_size_bytes", "head", "start")

    def __init__(self, head: int) -> None:
        self.head = head
        self.start = head + 1
        self._batches: deque[Batch] = deque()
        self._size_bytes = 0
        # What readers at the same place get is cut and joined once for all.
        self._chunks: dict[tuple[int, Encoding], Chunk] = {}

    def append(self, batch: Batch) -> None:
        """Add what was committed; a gap before it empties the tail."""
        self._chunks.clear()
        if batch.first != self.head + 1:
            self.forget()
            self.start = batch.first
        self._batches.append(batch)
        self._size_bytes += batch.size_bytes
        self.head = batch.last
        while self._size_bytes > TAIL_LIMIT_BYTES and len(self._batches) > 1:
            dropped = self._batches.popleft()
            self._size_bytes -= dropped.size_bytes
            self.start = dropped.last + 1

    def trim(self) -> None:
        """Drop the newest batch as well, if it alone is too large.

        For when those who could be written to have got it.
        """
        if self._size_bytes > 2 * TAIL_LIMIT_BYTES:
            self.forget()

    def forget(self, head: int | None = None) -> None:
        """Drop all batches; with `head`, messages up to it are in the store."""
        self._batches.clear()
        self._chunks.clear()
        self._size_bytes = 0
        if head is not None:
            self.head = head
        self.start = self.head + 1

    @property
    def size_bytes(self) -> int:
        """What is held, about."""
        return self._size_bytes

    def reaches(self, after: int) -> bool:
        """Tell whether reading behind `after` needs no store."""
        return after + 1 >= self.start

    def take(self, after: int, encoding: Encoding) -> Chunk:
        """Return the chunk behind `after`, which is before `head` and reached."""
        key = (after, encoding)
        chunk = self._chunks.get(key)
        if chunk is None:
            chunk = self._chunks[key] = self._join(after, encoding, None)
        return chunk

    def batch(self, after: int) -> Batch:
        """Return the batch that holds what is behind `after`, as `take` does."""
        return self._behind(after)[0]

    def take_without(self, after: int, encoding: Encoding, session: int) -> Chunk:
        """Return the same without one session's own messages."""
        return self._join(after, encoding, session)

    def _join(self, after: int, encoding: Encoding, session: int | None) -> Chunk:
        parts: list[bytes] = []
        size = 0
        for batch in self._behind(after):
            part, last = batch.cut(after, encoding, session)
            if parts and size + len(part) > WRITE_CHUNK_BYTES:
                break
            parts.append(part)
            size += len(part)
            after = last
            if last < batch.last:
                break
        return (parts[0] if len(parts) == 1 else b"".join(parts)), after

    def _behind(self, after: int) -> list[Batch]:
        """Return the batches that hold messages behind `after`, oldest first."""
        found: list[Batch] = []
        for batch in reversed(self._batches):
            if batch.last <= after:
                break
            found.append(batch)
        found.reverse()
        return found


class Tails:
    """What the tails of all rooms hold together, bounded."""

    def __init__(self, limit_bytes: int = TAILS_LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        # The room that was quiet for longest comes first.
        self._sizes: OrderedDict[Tail, int] = OrderedDict()
        self._size_bytes = 0

    def grew(self, tail: Tail) -> None:
        """Note that a tail has grown; beyond the limit, the rooms quiet for longest are dropped."""
        self._size_bytes += tail.size_bytes - self._sizes.pop(tail, 0)
        self._sizes[tail] = tail.size_bytes
        while self._size_bytes > self._limit_bytes and len(self._sizes) > 1:
            quietest, size_bytes = self._sizes.popitem(last=False)
            quietest.forget()
            self._size_bytes -= size_bytes
