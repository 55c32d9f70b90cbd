"""Those who read along: in one room, with nothing else to get, and up to date.

In a large room nearly everybody is. What is new is written to all of them in
one loop that looks at nobody; who has anything else to do steps out, and has
a cursor and turns of its own (`core/outlet.py`) until it has caught up again.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.log import Chunk, Encoding, Tail

if TYPE_CHECKING:
    from core.outlet import Reader

Write = Callable[[bytes], None]


class Along:
    """The readers of one room who read along in one encoding.

    `seq` is the last message that all of them have been written.
    """

    __slots__ = ("_encoding", "_tail", "_writes", "seq")

    def __init__(self, tail: Tail, encoding: Encoding) -> None:
        self._tail = tail
        self._encoding = encoding
        self._writes: dict[Reader, Write] = {}
        self.seq = tail.head

    def step_in(self, reader: "Reader", write: Write) -> bool:
        """Take a reader in who has all that there is; False if it is not in step."""
        if not self._writes:
            self.seq = self._tail.head
        if not reader.seq == self.seq == self._tail.head:
            return False
        self._writes[reader] = write
        return True

    def step_out(self, reader: "Reader") -> None:
        """Let a reader go; its cursor is where it has been written to."""
        del self._writes[reader]
        reader.seq = self.seq

    def show(self) -> "list[Reader]":
        """Write what is new; return who must read it from the store instead.

        A reader whose transport pauses steps out meanwhile.
        """
        if not self._writes or self.seq >= self._tail.head:
            return []
        if not self._tail.reaches(self.seq):
            return list(self._writes)
        chunks = self._chunks()
        if len(chunks) == 1:
            [(data, self.seq)] = chunks
            for write in list(self._writes.values()):
                write(data)
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

    def _show_all(self, chunks: list[Chunk]) -> None:
        # One reader after the other: a socket's memory that was touched just
        # now is touched again.
        for reader, write in list(self._writes.items()):
            for data, last in chunks:
                if reader not in self._writes:
                    break
                # Where the one is who may step out in the middle of it.
                self.seq = last
                write(data)
        self.seq = chunks[-1][1]
