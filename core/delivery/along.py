"""Those who read along: in one room, with nothing else to get, and up to date.

In a large room nearly everybody is. What is new is written to all of them in
one loop that looks at nobody; who has anything else to do steps out, and has
a cursor and turns of its own (`core/delivery/outbound.py`) until it has caught up again.
"""

import os
from typing import TYPE_CHECKING, Any, Final, Protocol

from core.log.tail import Chunk, Encoding, Tail

if TYPE_CHECKING:
    from core.delivery.outbound import Reader

SMALL_BYTES: Final = 4096
"""So little is sent past the transport, whose own account of what it could not send
costs some twentieth of what the kernel takes. Not more: such a call gives the
interpreter away, and where there is more to send a commit waits to take it."""

NO_SOCKET: Final = -1


class Transport(Protocol):
    """The part of asyncio's transport that is needed here."""

    def write(self, data: bytes) -> None: ...

    def get_extra_info(self, name: str) -> Any: ...


class Along:
    """The readers of one room who read along in one encoding.

    `seq` is the last message that all of them have been written.
    """

    __slots__ = ("_encoding", "_readers", "_tail", "seq")

    def __init__(self, tail: Tail, encoding: Encoding) -> None:
        self._tail = tail
        self._encoding = encoding
        # The socket and the transport of each. The transport holds nothing back:
        # who cannot be sent all that there is pauses, and steps out.
        self._readers: dict[Reader, tuple[int, Transport]] = {}
        self.seq = tail.head

    def step_in(self, reader: "Reader", transport: Transport) -> bool:
        """Take a reader in who has all that there is; False if it is not in step."""
        if not self._readers:
            self.seq = self._tail.head
        if not reader.seq == self.seq == self._tail.head:
            return False
        self._readers[reader] = (_socket(transport), transport)
        return True

    def step_out(self, reader: "Reader") -> None:
        """Let a reader go; its cursor is where it has been written to."""
        del self._readers[reader]
        reader.seq = self.seq

    def show(self) -> "list[Reader]":
        """Write what is new; return who must read it from the store instead.

        A reader whose transport pauses steps out meanwhile.
        """
        if not self._readers or self.seq >= self._tail.head:
            return []
        if not self._tail.reaches(self.seq):
            return list(self._readers)
        chunks = self._chunks()
        if len(chunks) == 1:
            [(data, self.seq)] = chunks
            if len(data) <= SMALL_BYTES:
                self._send(data)
            else:
                for _, transport in list(self._readers.values()):
                    transport.write(data)
        else:
            self._show_all(chunks)
        return []

    def _chunks(self) -> list[Chunk]:
        found: list[Chunk] = []
        seq = self.seq
        while seq < self._tail.head:
            found.append(self._tail.take(seq, self._encoding))
            seq = found[-1][1]
        return found

    def _send(self, data: bytes) -> None:
        size = len(data)
        for handle, transport in list(self._readers.values()):
            sent = 0
            if handle != NO_SOCKET:
                try:
                    sent = os.write(handle, data)
                except OSError:
                    # No room, or no peer: the transport finds out by itself.
                    sent = 0
            if sent < size:
                transport.write(data[sent:])

    def _show_all(self, chunks: list[Chunk]) -> None:
        # One reader after the other: a socket's memory that was touched just
        # now is touched again.
        for reader, (_, transport) in list(self._readers.items()):
            for data, last in chunks:
                if reader not in self._readers:
                    break
                # Where the one is who may step out in the middle of it.
                self.seq = last
                transport.write(data)
        self.seq = chunks[-1][1]


def _socket(transport: Transport) -> int:
    """Return the descriptor that can be written to as well as the transport."""
    # Asyncio's transports close a socket only after their connection was told,
    # which steps out then: no one else can have its number.
    socket = transport.get_extra_info("socket") if os.name == "posix" else None
    return NO_SOCKET if socket is None else int(socket.fileno())
