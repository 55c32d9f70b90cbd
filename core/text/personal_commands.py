"""The commands about what one person wants to see. Values, like `commands`.

Text mode and the terminal have them, `/color` text mode alone; what they do is decided
there. HERE is text mode's whole list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from core.limits import HISTORY_LIMIT
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

What = Literal["bell", "color", "quiet"]


@dataclass(frozen=True, slots=True)
class Last:
    """Show the newest messages again."""

    count: int


@dataclass(frozen=True, slots=True)
class Ignore:
    """Show no more of somebody; None lists who is ignored."""

    nick: str | None


@dataclass(frozen=True, slots=True)
class Unignore:
    """Show somebody's words again."""

    nick: str


@dataclass(frozen=True, slots=True)
class Switch:
    """Switch something on or off; None turns it over."""

    what: What
    on: bool | None


Personal = Last | Ignore | Unignore | Switch
Typed = AnyRequest | Local | Personal

_DEFAULT_LAST: Final = 20

PERSONAL: Final = {
    "last": Command("/last [NUMBER]", "the newest messages again", "/last 50"),
    "ignore": Command("/ignore [NAME]", "hide what somebody says, or list who", "/ignore bob"),
    "unignore": Command("/unignore NAME", "show it again", "/unignore bob"),
    "bell": Command("/bell [on|off]", "ring and mark when somebody names you", "/bell on"),
    "color": Command("/color [on|off]", "names in colours", "/color on"),
    "quiet": Command("/quiet [on|off]", "hide who comes and goes", "/quiet on"),
}
_AT_THE_END: Final = ("json", "help", "quit")

HERE: Final[dict[str, Command]] = {
    **{name: known for name, known in COMMANDS.items() if name not in _AT_THE_END},
    **PERSONAL,
    **{name: COMMANDS[name] for name in _AT_THE_END},
}


def is_command_here(line: str) -> bool:
    """Tell whether a line is a command that exists in text mode."""
    return line.startswith("/") and split_command(line)[0] in HERE


def parse_typed(line: str, room: str, now_ms: int) -> Typed:
    """Return what a line that begins with `/` asks for; raise UsageError, as `parse_command`."""
    name, argument = split_command(line)
    if name not in HERE:
        raise UsageError(no_such(line, HERE))
    parser = PARSERS.get(name)
    if parser is None:
        return parse_command(line, room, now_ms)
    parsed = parser(argument)
    if parsed is None:
        raise UsageError(usage(HERE[name]))
    return parsed


def _last(argument: str) -> Last | None:
    if not argument:
        return Last(_DEFAULT_LAST)
    if not (argument.isascii() and argument.isdigit()):
        return None
    # Of any number of digits; the hub gives no more than this at once.
    count = int(argument[:9])
    return Last(min(count, HISTORY_LIMIT)) if count else None


def _switch(what: What) -> Callable[[str], Switch | None]:
    words = {"": None, "on": True, "off": False}
    return lambda argument: (
        Switch(what, words[argument.lower()]) if argument.lower() in words else None
    )


PARSERS: Final[Mapping[str, Callable[[str], Personal | None]]] = {
    "last": _last,
    "ignore": lambda argument: Ignore(argument or None),
    "unignore": lambda argument: Unignore(argument) if argument else None,
    "bell": _switch("bell"),
    "color": _switch("color"),
    "quiet": _switch("quiet"),
}
"""Argument in; None if it does not fit the usage."""
