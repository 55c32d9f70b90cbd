"""A room's feed: the cursors that read its log, and those that are written to together.

Knows the log; knows no room, no session, and nothing of what a connection says.

Fast path: in a large room nearly every reader is caught up and has nothing else
to get. These are members of a `BroadcastGroup`, one for each encoding, and new
lines are written to all of them in one loop that looks at none of them. A
subscriber that has anything else to do leaves its group, reads by a cursor of
its own (`core/delivery/outbound.py`), and joins again once it has caught up.

Invariants:

- A cursor is in a group or in `Feed.separate`, never in both.
- A cursor's `seq` is the last message written to its transport. For a member of
  a group, the group's `seq` is.
- A member's transport holds nothing back: what the kernel does not take pauses
  the subscriber, which leaves the group in the same call.
- Everything runs on the event loop.
"""

import os
from typing import Any, Final, Protocol

from core.log.encoding import Encoding
from core.log.tail import Batch, Chunk, Tail

SMALL_BYTES: Final = 4096
"""Up to this size, lines are written straight to the socket: the transport's own
bookkeeping costs some twentieth of what the kernel takes. Not more: the call
releases the GIL, and where there is more to send a commit waits to take it."""

NO_SOCKET: Final = -1


class Transport(Protocol):
    """The part of asyncio's transport that a group needs."""

    def write(self, data: bytes) -> None: ...

    def get_extra_info(self, name: str) -> Any: ...


class Subscriber(Protocol):
    """A connection's sending half, as far as delivery is concerned."""

    marked: bool
    """It will be flushed at the end of this turn."""

    def flush(self) -> None:
        """Write what there is, as long as the transport takes it."""

    def leave_group(self) -> None:
        """Read by a cursor of its own from now on."""


class Cursor:
    """One subscriber's place in one room's log."""

    __slots__ = ("feed", "page", "seq", "subscriber")

    def __init__(self, subscriber: Subscriber, feed: "Feed", seq: int) -> None:
        """`seq` is the last message that is not to be written."""
        self.subscriber = subscriber
        self.feed = feed
        self.seq = seq
        self.page: Batch | None = None
        """The next page of the store, if this cursor was lapped and has fetched it."""


class BroadcastGroup:
    """The cursors of one feed that have everything, in one encoding.

    `seq` is the last message that all of them have been written.
    """

    __slots__ = ("_encoding", "_members", "_tail", "seq")

    def __init__(self, tail: Tail, encoding: Encoding) -> None:
        self._tail = tail
        self._encoding = encoding
        self._members: dict[Cursor, tuple[int, Transport]] = {}
        self.seq = tail.head

    def add(self, cursor: Cursor, transport: Transport) -> bool:
        """Add a cursor that has everything; return False if it has not."""
        if not self._members:
            self.seq = self._tail.head
        if not cursor.seq == self.seq == self._tail.head:
            return False
        self._members[cursor] = (_plain_socket(transport), transport)
        return True

    def remove(self, cursor: Cursor) -> None:
        """Remove a cursor; its `seq` becomes the group's."""
        del self._members[cursor]
        cursor.seq = self.seq

    def broadcast(self) -> list[Cursor]:
        """Write what is new to all; return those that must read it from the store instead.

        A cursor whose transport pauses is removed meanwhile.
        """
        if not self._members or self.seq >= self._tail.head:
            return []
        if not self._tail.reaches(self.seq):
            return list(self._members)
        chunks = self._chunks()
        if len(chunks) == 1:
            [(data, self.seq)] = chunks
            if len(data) <= SMALL_BYTES:
                self._send_small(data)
            else:
                for _, transport in list(self._members.values()):
                    transport.write(data)
        else:
            self._write_chunks(chunks)
        return []

    def _chunks(self) -> list[Chunk]:
        found: list[Chunk] = []
        seq = self.seq
        while seq < self._tail.head:
            found.append(self._tail.take(seq, self._encoding))
            seq = found[-1][1]
        return found

    def _send_small(self, data: bytes) -> None:
        size = len(data)
        for descriptor, transport in list(self._members.values()):
            sent = 0
            if descriptor != NO_SOCKET:
                try:
                    sent = os.write(descriptor, data)
                except OSError:
                    # No room, or no peer: the transport finds out by itself.
                    sent = 0
            if sent < size:
                transport.write(data[sent:])

    def _write_chunks(self, chunks: list[Chunk]) -> None:
        # One member after the other: a socket's memory that was touched just
        # now is touched again.
        for cursor, (_, transport) in list(self._members.items()):
            for data, last in chunks:
                if cursor not in self._members:
                    break
                # Where this one is, which may be removed in the middle of it.
                self.seq = last
                transport.write(data)
        self.seq = chunks[-1][1]


class Feed:
    """The newest part of one room's log, and who reads it."""

    __slots__ = ("_groups", "cursors", "name", "separate", "tail")

    def __init__(self, name: str, head: int = 0) -> None:
        self.name = name
        self.tail = Tail(head)
        self.cursors: set[Cursor] = set()
        self.separate: set[Cursor] = set()
        """Cursors in no group."""
        self._groups: dict[Encoding, BroadcastGroup] = {}

    def group(self, encoding: Encoding) -> BroadcastGroup:
        """Return the group of those who read in an encoding."""
        found = self._groups.get(encoding)
        if found is None:
            found = self._groups[encoding] = BroadcastGroup(self.tail, encoding)
        return found

    def broadcast(self) -> list[Cursor]:
        """Write what is new to every group; return cursors that must read it by themselves."""
        return [cursor for group in self._groups.values() for cursor in group.broadcast()]

    def add(self, cursor: Cursor) -> None:
        """Add a cursor, in no group."""
        self.cursors.add(cursor)
        self.separate.add(cursor)

    def drop(self, cursor: Cursor) -> None:
        """Forget a cursor, which is in no group; without any, the tail is not held in memory."""
        self.cursors.discard(cursor)
        self.separate.discard(cursor)
        if not self.cursors:
            self.tail.forget()


def _plain_socket(transport: Transport) -> int:
    """Return the descriptor that takes what the transport takes; NO_SOCKET if there is none."""
    # What is written to the socket below a TLS transport would go out in plain
    # text, in the middle of the encrypted stream.
    if os.name != "posix" or transport.get_extra_info("sslcontext") is not None:
        return NO_SOCKET
    # Asyncio's transports close a socket only after their connection was told,
    # which leaves the group then: no one else can have its number.
    socket = transport.get_extra_info("socket")
    return NO_SOCKET if socket is None else int(socket.fileno())
