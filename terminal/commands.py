"""The commands of `hubbub join`: text mode's, and those of a client with several rooms.

Pure. HERE is the whole list; `/help` and Tab are drawn from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from core.text.commands import (
    COMMANDS,
    Command,
    Local,
    Quit,
    UsageError,
    no_such,
    parse_command,
    split_command,
    usage,
)
from core.text.personal_commands import PARSERS, PERSONAL, Personal
from core.wire.messages import AnyRequest
from terminal import strings


@dataclass(frozen=True, slots=True)
class LeaveRoom:
    """Leave a room; None for the one that is looked at."""

    room: str | None


@dataclass(frozen=True, slots=True)
class GoTo:
    """Look at an open room, by its number or a part of its name."""

    what: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Empty the screen."""


Typed: TypeAlias = AnyRequest | Local | Personal | LeaveRoom | GoTo | Clear

_OWN: Final = {name: Command(*words) for name, words in strings.COMMANDS.items()}
_NOT_HERE: Final = frozenset({"json", "color"})
_LAST: Final = ("help", "quit")
_SHARED: Final = {
    name: known for name, known in (COMMANDS | PERSONAL).items() if name not in _NOT_HERE
}

HERE: Final[dict[str, Command]] = {
    **{name: _OWN.get(name, known) for name, known in _SHARED.items() if name not in _LAST},
    **{name: known for name, known in _OWN.items() if name not in _SHARED},
    **{name: COMMANDS[name] for name in _LAST},
}
"""The commands by name, in the order in which help shows them."""

_ALIASES: Final = {"part": "leave"}
"""How other chats call what only this client has; the others are text mode's."""


def parse_here(line: str, room: str, now_ms: int) -> Typed:
    """Return what a line that begins with `/` asks for; raise UsageError.

    `room` is the room that is looked at, `now_ms` the milliseconds since 1970.
    """
    name, argument = split_command(line)
    name = _ALIASES.get(name, name)
    if name not in HERE:
        if name == "json":
            raise UsageError(strings.JSON_IS_FOR_PROGRAMS)
        raise UsageError(no_such(line, HERE))
    parser = _PARSERS.get(name)
    if parser is None:
        # By its own name, whatever it was called here.
        return parse_command(f"/{name} {argument}", room, now_ms)
    typed = parser(argument)
    if typed is None:
        raise UsageError(usage(HERE[name]))
    return typed


_PARSERS: Final[dict[str, Callable[[str], Typed | None]]] = {
    **PARSERS,
    "leave": lambda argument: LeaveRoom(argument or None),
    "go": lambda argument: GoTo(argument) if argument else None,
    "clear": lambda argument: None if argument else Clear(),
    "quit": lambda _argument: Quit(),  # some say why, and nobody is told
}
