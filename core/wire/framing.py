"""Framing: bytes in, lines out, however the network splits them.

Knows line ends and one limit. It does not know what a line means, and leaves
the decoding to whoever reads it.
"""

from dataclasses import dataclass

# str.splitlines() and universal newlines are used nowhere: they also split at
# VT, FF, U+0085 and U+2028, which are no line ends on this wire.


@dataclass(frozen=True, slots=True)
class TooLong:
    """What stands for a line over the limit, given once, when the line ends.

    `size` is the line's length in bytes without its line end.
    """

    size: int


class LineBuffer:
    """Hold bytes until they make a line, and never more of it than the limit.

    With `bare_cr` (people's clients) LF, CR LF, CR NUL and a bare CR end a
    line (RFC 854 for CR NUL; some clients send nothing but CR). A CR ends its
    line at once; a LF or NUL that belongs to it is dropped when it comes.
    Without it (programs) LF ends a line, and one CR before it is dropped.
    """

    __slots__ = ("_after_cr", "_bare_cr", "_limit", "_pending", "_skipped")

    def __init__(self, limit_bytes: int, *, bare_cr: bool) -> None:
        self._limit = limit_bytes
        self._bare_cr = bare_cr
        # The unfinished line, or its end if it is too long already. It is
        # never searched again: what it holds has no line end in it.
        self._pending = bytearray()
        self._skipped = 0  # bytes of it thrown away
        self._after_cr = False  # the last byte was a CR that ended a line

    @property
    def pending(self) -> bytes:
        """The unfinished line so far; nothing of one that is too long already."""
        return b"" if self._skipped else bytes(self._pending)

    @property
    def unfinished_bytes(self) -> int:
        """What is held of the unfinished line."""
        return len(self._pending)

    def switch(self, limit_bytes: int, *, bare_cr: bool) -> None:
        """Read what comes from now on by other rules.

        The unfinished line stays, and one that was too long stays too long.
        """
        self._limit = limit_bytes
        self._bare_cr = bare_cr

    def feed(self, data: bytes) -> list[bytes | TooLong]:
        """Return the lines that `data` completes, without their line ends."""
        if not data:
            return []
        if self._after_cr:
            self._after_cr = False
            if data[0] in b"\n\0":
                data = data[1:]
        starts_with_lf = data.startswith(b"\n")
        if b"\r" in data:
            data = self._unify(data)
        if b"\n" not in data:
            self._keep(data)
            return []
        pieces = data.split(b"\n")
        tail = pieces.pop()
        lines: list[bytes | TooLong] = [*pieces]
        if len(data) > self._limit:
            lines = [self._checked(piece) for piece in pieces]
        if self._pending:
            lines[0] = self._complete(pieces[0], starts_with_lf)
        self._keep(tail)
        return lines

    def finish(self) -> list[bytes | TooLong]:
        """Return the last line if no line end closed it: the input is over."""
        return [self._complete(b"", False)] if self._pending else []

    def _unify(self, data: bytes) -> bytes:
        """Return `data` with LF as the only line end."""
        if not self._bare_cr:
            return data.replace(b"\r\n", b"\n")
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r\0", b"\n").replace(b"\r", b"\n")

    def _keep(self, tail: bytes) -> None:
        self._pending += tail
        # One byte more than the limit may be a CR that is not the line's own.
        # The last byte stays for the same reason.
        if len(self._pending) > self._limit + 1:
            self._skipped += len(self._pending) - 1
            del self._pending[:-1]

    def _complete(self, rest: bytes, starts_with_lf: bool) -> bytes | TooLong:
        """Return the unfinished line ended by `rest`, and begin a new one."""
        # A CR at the end of `rest` has been seen to already; here the cut
        # fell between it and its LF.
        if starts_with_lf and not self._bare_cr and self._pending.endswith(b"\r"):
            del self._pending[-1:]
        line = bytes(self._pending) + rest
        size = self._skipped + len(line)
        self._pending.clear()
        self._skipped = 0
        return line if size <= self._limit else TooLong(size)

    def _checked(self, line: bytes) -> bytes | TooLong:
        return line if len(line) <= self._limit else TooLong(len(line))
