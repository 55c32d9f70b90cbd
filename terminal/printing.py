"""Messages as `tail` prints them: as lines for people, or as JSON. Pure."""

import re
from dataclasses import dataclass, field
from typing import Final

from core.text.format import CONTINUED, day, name
from core.text.render import message_whole
from core.wire.messages import Message
from terminal import strings
from terminal.paint import day_line, dim, painted

# What JSON may hold and a terminal should not get: DEL, C1, line ends of
# Unicode's own. C0 cannot stand in a JSON string as it is.
_UNSAFE: Final = re.compile("[\x7f-\x9f\u2028\u2029]")


@dataclass(slots=True)
class Printing:
    """How messages are printed. `several` rooms: each line names its own."""

    json: bool = False
    match: re.Pattern[str] | None = None
    several: bool = False
    colours: tuple[str, ...] = ()
    days: bool = False
    """A line stands above the first message of each day."""
    today: str = ""
    """In a pipe: a line stands only above the first message of another day than this."""
    zone: str = ""
    """Of the times; said once, with the first such day."""
    _day: dict[str, str] = field(default_factory=dict)

    def printed(self, message: Message, line: bytes) -> bytes:
        """Return what is printed of a message that came in `line`; b"" if nothing."""
        if self.match is not None and not self._matches(self.match, message):
            return b""
        if self.json:
            return safe_json(line)
        shown = message_whole(message)
        if not (self.several or self.colours or self.days or self.today):
            return shown
        return self._dressed(message, shown.decode()).encode()

    def _matches(self, match: re.Pattern[str], message: Message) -> bool:
        return bool(match.search(message.text) or match.search(message.nick))

    def _dressed(self, message: Message, shown: str) -> str:
        first, *others = shown.removesuffix("\n").split("\n")
        lines = [painted(first, name(message.nick), self.colours)]
        for other in others:
            if other.startswith(CONTINUED):
                other = dim(CONTINUED, self.colours) + other[len(CONTINUED) :]
            lines.append(other)
        if self.several:
            room = dim(name(message.room), self.colours)
            lines = [f"{room} {line}" for line in lines]
        that_day = day(message.at)
        # Rooms do not keep step with each other; each has its days.
        named = self._day.get(message.room, self.today)
        if (self.days or self.today) and named != that_day:
            self._day[message.room] = that_day
            room_too = f"{name(message.room)} " if self.several else ""
            lines.insert(0, dim(room_too + self._day_line(message.at), self.colours))
        return "\n".join(lines) + "\n"

    def _day_line(self, at_ms: int) -> str:
        if self.days:
            return day_line(at_ms)
        zone, self.zone = self.zone, ""
        return f"-- {day(at_ms)}" + (strings.times_are(zone) if zone else "")


def safe_json(line: bytes) -> bytes:
    """Return a JSON line with its newline, and nothing a terminal would obey.

    The hub sends no control characters; for one that does, they are written
    as JSON can also write them, so that a program reads the same.
    """
    if not line.isascii() or b"\x7f" in line:
        text = line.decode(errors="replace")
        if _UNSAFE.search(text):
            line = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()
    return line.translate(None, b"\r\t") + b"\n"
