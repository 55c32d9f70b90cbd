"""Framing: what is one line, and how many lines make a frame.

Pure. Does not know what a line says, beyond whether it is a hello.
"""

from collections.abc import Iterator

from bridge.door import CloseReason
from core.wire.sniff import First, first_line


def fault(line: bytes) -> CloseReason | None:
    """Return why a user's line must not reach the hub, or None.

    A CR is refused like an LF: what one side takes for text and the other for
    the end of a line has been a command injection more than once.
    """
    if b"\n" in line or b"\r" in line:
        return CloseReason.NEWLINE
    if line.isascii():
        return None
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return CloseReason.NOT_TEXT
    return None


def is_hello(line: bytes) -> bool:
    """Tell whether the hub takes a connection that begins so for a program.

    With any other first line it would speak text mode, commands included.
    """
    return first_line(line) is First.HELLO


def cut(lines: bytes, limit_bytes: int) -> Iterator[bytes]:
    """Cut whole lines into pieces of whole lines, `limit_bytes` at most.

    A line that is longer alone is a piece of its own.
    """
    begin = 0
    while len(lines) - begin > limit_bytes:
        end = lines.rfind(b"\n", begin, begin + limit_bytes) + 1
        if not end:
            end = lines.index(b"\n", begin + limit_bytes) + 1
        yield lines[begin:end]
        begin = end
    if begin < len(lines):
        yield lines[begin:] if begin else lines
