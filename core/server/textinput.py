"""Text mode's input: bytes from nc, telnet or a pipe, cut into lines, put together to items.

Knows telnet's commands and line ends, who may still turn out to be no person, and
which lines belong together; does not know what a command does.
"""

from collections.abc import Callable

from core.clock import Clock, Handle
from core.limits import TEXT_LINE_LIMIT_BYTES
from core.text.burst import Burst, Item
from core.text.personal_commands import is_command_here
from core.wire.framing import LineBuffer, TooLong
from core.wire.proxy import V2_SIGNATURE
from core.wire.sniff import First, first_line, is_cut_off_hello
from core.wire.telnet import IAC, Telnet


class TextInput:
    """One client's lines, before they are put together to messages."""

    __slots__ = ("_any", "_telnet", "lines", "undetected")

    def __init__(self, *, undetected: bool, telnet: bool = False) -> None:
        """`undetected`: nothing was seen of this client before it was greeted.

        A slow browser or program is then recognised by its first line, even
        after it has been greeted as a person. `telnet`: it came by telnet's own port.
        """
        self.lines = LineBuffer(TEXT_LINE_LIMIT_BYTES, bare_cr=True)
        self.undetected = undetected
        self._telnet = Telnet(asked=telnet)
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


class BurstTimer:
    """Puts lines together to items, and hands over those that only silence completes."""

    __slots__ = ("_burst", "_clock", "_due", "_timer")

    def __init__(self, clock: Clock, due: Callable[[list[Item]], None]) -> None:
        """`due` takes items that silence has completed."""
        self._clock = clock
        self._due: Callable[[list[Item]], None] | None = due
        self._burst = Burst(is_command_here)
        self._timer: Handle | None = None

    @property
    def size_bytes(self) -> int:
        """What is held back."""
        return self._burst.size_bytes

    def line(self, text: str) -> list[Item]:
        """Return the items that a line completes."""
        return self._burst.line(text, self._clock.now_s())

    def flush(self) -> list[Item]:
        """Return what is held back, without waiting: the input has ended."""
        return self._burst.flush()

    def plan(self) -> None:
        """Wait for silence, if something is held back."""
        due_s = self._burst.due_s
        if self._timer is None and due_s is not None:
            wait_s = max(due_s - self._clock.now_s(), 0.0)
            self._timer = self._clock.call_later(wait_s, self._silent)

    def part(self) -> None:
        """Hand over nothing any more: the client is gone."""
        self._due = None
        if self._timer is not None:
            self._timer.cancel()

    def _silent(self) -> None:
        self._timer = None
        if self._due is not None:
            self._due(self._burst.tick(self._clock.now_s()))
            self.plan()
