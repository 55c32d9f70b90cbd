"""The commands of `hubbub join`: text mode's, and those of a client with several rooms.

Pure. HERE is the whole list; `/help` and Tab are drawn from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from core.limits import HISTORY_LIMIT
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
from core.wire.messages import AnyRequest
from terminal import strings


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


@dataclass(frozen=True, slots=True)
class GoTo:
    """Look at an open room, by its number or a part of its name."""

    what: str


@dataclass(frozen=True, slots=True)
class Last:
    """Show the newest messages again."""

    count: int


@dataclass(frozen=True, slots=True)
class Switch:
    """Switch something; None turns it over."""

    what: Literal["quiet", "bell"]
    on: bool | None


@dataclass(frozen=True, slots=True)
class Clear:
    """Empty the screen."""


Typed: TypeAlias = AnyRequest | Local | LeaveRoom | Ignore | Unignore | GoTo | Last | Switch | Clear

_OWN: Final = {name: Command(*words) for name, words in strings.COMMANDS.items()}
_NOT_HERE: Final = frozenset({"json", "color", "quit", "help"})
_LAST: Final = ("help", "quit")

HERE: Final[dict[str, Command]] = {
    **{name: _OWN.get(name, known) for name, known in COMMANDS.items() if name not in _NOT_HERE},
    **{name: known for name, known in _OWN.items() if name not in COMMANDS},
    **{name: COMMANDS[name] for name in _LAST},
}
"""The commands by name, in the order in which help shows them."""

ALIASES: Final = {"part": "leave", "names": "who", "list": "rooms", "query": "msg"}
"""How other chats call it."""

LAST_SHOWN: Final = 20

_ON_OFF: Final = {"on": True, "off": False, "": None}


def parse_here(line: str, room: str, now_ms: int) -> Typed:
    """Return what a line that begins with `/` asks for; raise UsageError.

    `room` is the room that is looked at, `now_ms` the milliseconds since 1970.
    """
    name, argument = split_command(line)
    name = ALIASES.get(name, name)
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


def _parse_last(argument: str) -> Last | None:
    if not argument:
        return Last(LAST_SHOWN)
    count = int(argument) if argument.isascii() and argument.isdigit() else 0
    return Last(min(count, HISTORY_LIMIT)) if count else None


def _parse_quiet(argument: str) -> Switch | None:
    on = argument.lower()
    return Switch("quiet", _ON_OFF[on]) if on in _ON_OFF else None


def _parse_bell(argument: str) -> Switch | None:
    on = argument.lower()
    return Switch("bell", _ON_OFF[on]) if on in _ON_OFF else None


_PARSERS: Final[dict[str, Callable[[str], Typed | None]]] = {
    "leave": lambda argument: LeaveRoom(argument or None),
    "ignore": lambda argument: Ignore(argument or None),
    "unignore": lambda argument: Unignore(argument) if argument else None,
    "go": lambda argument: GoTo(argument) if argument else None,
    "last": _parse_last,
    "quiet": _parse_quiet,
    "bell": _parse_bell,
    "clear": lambda argument: None if argument else Clear(),
    "quit": lambda _argument: Quit(),  # some say why, and nobody is told
}
