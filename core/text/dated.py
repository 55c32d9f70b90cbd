"""Messages with the day named wherever it is another one than before. Pure."""

from collections.abc import Sequence

from core.text.format import day
from core.text.render import message_text, message_whole
from core.wire.messages import Message


class Dated:
    """Shows messages to somebody for whom a time without a day means today."""

    def __init__(self, now_ms: int) -> None:
        self._today = self._day = day(now_ms)

    def shown(self, messages: Sequence[Message], *, last: bool) -> bytes:
        """Return messages as text mode shows them; behind the `last` ones it is today again."""
        parts: list[bytes] = []
        for message in messages:
            parts += (self.turned(message.at), message_text(message))
        if last:
            parts.append(self._turned(self._today))
        return b"".join(parts)

    def whole(self, message: Message) -> bytes:
        """Return one message with all its lines, which somebody has asked for."""
        return self.turned(message.at) + message_whole(message)

    def turned(self, at_ms: int) -> bytes:
        """Return the line that names the day of a time, if it is another one than before."""
        return self._turned(day(at_ms))

    def _turned(self, to: str) -> bytes:
        if to == self._day:
            return b""
        self._day = to
        return day_line(to, today=to == self._today)


def day_line(of: str, *, today: bool = False) -> bytes:
    """Return the line that names a day above what is of that day; `today`: again."""
    return f"-- {'today, ' if today else ''}{of}\n".encode()
