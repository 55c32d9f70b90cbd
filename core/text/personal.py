"""What one person in text mode has switched on: colours, a bell, quiet, people not to hear.

Pure: messages and events in, lines or a verdict out. Knows no connection. What others
see is not its business: nobody is told of any of it.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Final

from core.text.dated import Dated
from core.text.format import name
from core.text.mentions import mentions
from core.text.names import nick_keys
from core.text.render import message_text
from core.wire.messages import Direct, Event, Joined, Left, Members, Message, Renamed, Topic

BELL: Final = "\a"
MENTION: Final = "*"
"""Stands before the name of who names you: `12:03 *<bob> alice, are you there?`"""

IGNORED_LIMIT: Final = 100
_COLOURS: Final = ("32", "33", "35", "36", "92", "93", "95", "96")
"""Of a terminal's sixteen, those that can be read on black; `/color` is asked for."""

_HEAD: Final = re.compile(r"([0-9]{2}:[0-9]{2}) (<|\* )(\S+?)(>? )")

_NOBODY: Final[Mapping[tuple[str, str], str]] = {}


class Personal:
    """One person's wishes."""

    __slots__ = ("_ignored", "bell", "color", "quiet")

    def __init__(self) -> None:
        self.bell = self.color = self.quiet = False
        # Most people ignore nobody, and an empty dict for each takes memory.
        self._ignored = _NOBODY

    @property
    def any(self) -> bool:
        """Lines are not shown to this person as they are to everybody."""
        return self.bell or self.color or bool(self._ignored)

    @property
    def ignored(self) -> tuple[str, ...]:
        """Who is not heard."""
        return tuple(self._ignored.values())

    def ignore(self, nick: str) -> None:
        """Hear no more of somebody."""
        self._ignored = {**self._ignored, nick_keys(nick): nick}

    def unignore(self, nick: str) -> bool:
        """Hear somebody again; return False if that was so already."""
        keys = nick_keys(nick)
        heard = keys in self._ignored
        self._ignored = {key: one for key, one in self._ignored.items() if key != keys} or _NOBODY
        return heard

    def hears(self, nick: str) -> bool:
        """Tell whether somebody is heard."""
        return not self._ignored or nick_keys(nick) not in self._ignored

    def hides(self, event: Event) -> bool:
        """Tell whether news of people, or a word for this person alone, is not shown."""
        match event:
            case Renamed() if not self.hears(event.nick):
                self.ignore(event.to)
                return True
            case Joined() | Left() | Renamed():
                return self.quiet or not self.hears(event.nick)
            case Direct() | Topic() if isinstance(event.nick, str):
                return not self.hears(event.nick)
            case Members():
                return self.quiet and event.ref is None
        return False

    def shown(
        self, messages: Sequence[Message], own_nick: str, dated: Dated | None = None, *,
        last: bool = False,
    ) -> bytes:  # fmt: skip
        """Return messages as this person wants them, their days named by `dated`."""
        parts: list[bytes] = []
        for message in messages:
            if self.hears(message.nick):
                if dated is not None:
                    parts.append(dated.turned(message.at))
                parts.append(self._marked(message_text(message), message, own_nick))
        if dated is not None and last:
            parts.append(dated.shown([], last=True))
        return b"".join(parts)

    def _marked(self, shown: bytes, message: Message, own_nick: str) -> bytes:
        if not (self.bell or self.color):
            return shown
        called = self.bell and message.nick != own_nick and mentions(message.text, own_nick)
        first, rest = shown.decode().split("\n", 1)
        head = _HEAD.match(first)
        if head is None:
            return shown
        at, opening, _, closing = head.groups()
        nick = name(message.nick)
        mark = MENTION if called else ""
        painted = (
            f"\x1b[2m{at}\x1b[0m {mark}{opening}{_colour(nick)}{nick}\x1b[0m{closing}"
            if self.color
            else f"{at} {mark}{opening}{nick}{closing}"
        )
        return f"{BELL if called else ''}{painted}{first[head.end() :]}\n{rest}".encode()


def _colour(nick: str) -> str:
    number = zlib.crc32(nick.casefold().encode("utf-8", "surrogatepass"))
    return f"\x1b[{_COLOURS[number % len(_COLOURS)]}m"
