"""The commands of `hubbub join`: text mode's, and those of a client with several rooms.

Pure. HERE is the whole list; `/help` and Tab are drawn from it.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from core.text.commands import (
    COMMANDS,
    Command,
    Local,
    UsageError,
    no_such,
    parse_command,
    split_command,
    usage,
)
from core.wire.messages import AnyRequest


@dataclass(frozen=True, slots=True)
class LeaveRoom:
    """Leave a room; None for the one that is looked at."""

    room: str | None


@dataclass(frozen=True, slots=True)
class Ignore:
    """Hide what somebody says; without a nick, tell who is ignored."""

    nick: str | None


@dataclass(frozen=True, slots=True)
class Unignore:
    """Show again what somebody says."""

    nick: str


Typed: TypeAlias = AnyRequest | Local | LeaveRoom | Ignore | Unignore

_OWN: Final = {
    "join": Command("/join ROOM", "open a room, or go to an open one", "/join kitchen"),
    "leave": Command("/leave [ROOM]", "leave this room, or another", "/leave kitchen"),
    "ignore": Command("/ignore [NAME]", "hide what somebody says, or list who", "/ignore bob"),
    "unignore": Command("/unignore NAME", "show it again", "/unignore bob"),
}
_NOT_HERE: Final = frozenset({"json", "quit", "help"})
_LAST: Final = ("help", "quit")

HERE: Final[dict[str, Command]] = {
    **{name: _OWN.get(name, known) for name, known in COMMANDS.items() if name not in _NOT_HERE},
    **{name: known for name, known in _OWN.items() if name not in COMMANDS},
    **{name: COMMANDS[name] for name in _LAST},
}
"""The commands by name, in the order in which help shows them."""

ALIASES: Final = {"part": "leave"}

KEYS_HELP: Final = (
    "Alt+Enter begins a new line, Tab completes, Up and Ctrl-R recall.",
    "Alt+1 to Alt+9 go to a room, Alt+Left and Alt+Right to the next, Alt+A to news.",
)


def parse_here(line: str, room: str, now_ms: int) -> Typed:
    """Return what a line that begins with `/` asks for; raise UsageError.

    `room` is the room that is looked at, `now_ms` the milliseconds since 1970.
    """
    name, argument = split_command(line)
    name = ALIASES.get(name, name)
    if name not in HERE:
        if name == "json":
            raise UsageError("/json is for programs that speak to the hub themselves")
        raise UsageError(no_such(line, HERE))
    if name == "leave":
        return LeaveRoom(argument or None)
    if name == "ignore":
        return Ignore(argument or None)
    if name == "unignore":
        if not argument:
            raise UsageError(usage(HERE[name]))
        return Unignore(argument)
    return parse_command(line, room, now_ms)
