"""Text mode's input: bytes from nc, telnet or a pipe, cut into lines.

Knows telnet's commands and line ends, and who may still turn out to be no person;
does not know what a line says.
"""

from core.limits import TEXT_LINE_LIMIT_BYTES
from core.wire.framing import LineBuffer, TooLong
from core.wire.proxy import V2_SIGNATURE
from core.wire.sniff import First, first_line, is_cut_off_hello
from core.wire.telnet import IAC, Telnet


class TextInput:
    """One client's lines, before they are put together to messages."""

    def __init__(self, *, undetected: bool) -> None:
        """`undetected`: nothing was seen of this client before it was greeted.

        A slow browser or program is then recognised by its first line, even
        after it has been greeted as a person.
        """
        self.lines = LineBuffer(TEXT_LINE_LIMIT_BYTES, bare_cr=True)
        self.undetected = undetected
        self._telnet = Telnet()
        self._any = False
        """A whole line has come."""

    @property
    def is_telnet(self) -> bool:
        """The client has sent a command of telnet's."""
        return self._telnet.seen

    def costs(self, data: bytes) -> int:
        """Return what cutting `data` takes of a quantum: telnet's commands are taken one by one."""
        return 1 + data.count(IAC) // 8

    def is_proxy_header(self, data: bytes) -> bool:
        """Tell whether a gateway was slower than a person's silence.

        Its header has a NUL in it, so nobody has typed it.
        """
        return self.undetected and data.startswith(V2_SIGNATURE) and not self.lines.unfinished_bytes

    def feed(self, data: bytes) -> tuple[list[bytes | TooLong], bytes]:
        """Return the lines that `data` completes, and what to answer to telnet."""
        text, answers = self._telnet.feed(data)
        lines = self.lines.feed(text)
        self._any = self._any or bool(lines)
        return lines, answers

    def finish(self) -> list[bytes | TooLong]:
        """Return the line that the end of the input completes, if there is one."""
        return self.lines.finish()

    def is_cut_off_hello(self, lines: list[bytes | TooLong]) -> bool:
        """Tell whether all that came is the beginning of a program's `hello`."""
        line = lines[0] if lines and not self._any else None
        return isinstance(line, bytes) and is_cut_off_hello(line)

    def detect(self, line: bytes | TooLong) -> First | None:
        """Return who the first line is of, if that is no person; None of a later one."""
        if not (self.undetected and line and isinstance(line, bytes)):
            return None
        self.undetected = False
        verdict = first_line(line)
        return verdict if verdict in (First.HTTP, First.FOREIGN, First.HELLO) else None
