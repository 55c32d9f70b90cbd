"""Text mode's commands as values: a line in, a request out.

COMMANDS is the whole list; help and error texts are drawn from it. What a
command does is decided elsewhere, and so is whether a nick or a room is
acceptable: here is only how it is written.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from core.errors import HubbubError
from core.limits import HISTORY_LIMIT, TEXT_HISTORY_LINES
from core.text.ago import parse_ago
from core.text.format import excerpt
from core.text.searching import parse_search
from core.wire.messages import (
    AnyRequest,
    AskHistory,
    AskMembers,
    AskRooms,
    Invite,
    Join,
    Nick,
    Say,
    SayDirect,
    SetTopic,
)


class UsageError(HubbubError):
    """A command that does not exist or is not complete; the text helps."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Help:
    """Show the list of commands, or one of them."""

    command: str | None = None


@dataclass(frozen=True, slots=True)
class Quit:
    """Say good-bye and close the connection."""


@dataclass(frozen=True, slots=True)
class ToJson:
    """Speak JSON lines on this connection from here on."""


@dataclass(frozen=True, slots=True)
class Show:
    """Show one message with all its lines."""

    seq: int


Local = Help | Quit | ToJson | Show
"""What a command asks of the connection itself rather than of the hub."""


@dataclass(frozen=True, slots=True)
class Command:
    """How a command is written, what it does, and one example."""

    usage: str
    help: str
    example: str


COMMANDS: Final[dict[str, Command]] = {
    "nick": Command("/nick NAME", "change your name", "/nick alice"),
    "me": Command("/me TEXT", "say what you are doing", "/me waves"),
    "msg": Command("/msg NAME TEXT", "tell one person only (not kept)", "/msg alice hello"),
    "who": Command("/who [TEXT]", "who is here, or whose name has TEXT in it", "/who ali"),
    "join": Command("/join ROOM", "go to another room", "/join kitchen"),
    "rooms": Command("/rooms", "the rooms there are", "/rooms"),
    "topic": Command("/topic [TEXT]", "show or set the topic (- removes it)", "/topic Lunch at 12"),
    "since": Command("/since WHEN", "what was said since: 10m, 2h, 1d, a number", "/since 10m"),
    "search": Command("/search WORDS", "find messages; from:bob, on:today", "/search lunch menu"),
    "show": Command("/show NUMBER", "one message with all its lines", "/show 1234"),
    "invite": Command("/invite", "how others come in", "/invite"),
    "json": Command("/json", "speak JSON lines from here on, for programs", "/json"),
    "help": Command("/help [COMMAND]", "this list, or one command", "/help topic"),
    "quit": Command("/quit", "leave", "/quit"),
}
ALIASES: Final = {
    "?": "help",
    "w": "who",
    "names": "who",
    "list": "rooms",
    "j": "join",
    "query": "msg",
    "q": "quit",
    "exit": "quit",
}

_SEQ_LIMIT: Final = 2**40 - 1
_NUMBER: Final = re.compile(r"#?([0-9]{1,15})")
_NAME_SHOWN_CHARACTERS: Final = 24


def is_command(line: str) -> bool:
    """Tell whether a line is a command that exists."""
    return line.startswith("/") and split_command(line)[0] in COMMANDS


def unescape(line: str) -> str:
    """Return what a line that is no command says: `//x` says `/x`."""
    return line[1:] if line.startswith("//") else line


def parse_command(line: str, room: str, now_ms: int) -> AnyRequest | Local:
    """Return what a line that begins with `/` asks for.

    `room` is the room that the sender is in, `now_ms` the milliseconds since
    1970, for `/since 10m`. Raise UsageError with a text for the sender.
    """
    name, argument = split_command(line)
    parser = _PARSERS.get(name)
    if parser is None:
        raise UsageError(no_such(line))
    request = parser(argument, room, now_ms)
    if request is None:
        raise UsageError(usage(COMMANDS[name]))
    return request


def help_text(command: str | None = None, commands: Mapping[str, Command] = COMMANDS) -> str:
    """Return the lines that answer `/help`, each ended with a newline.

    Raise UsageError if `command` is given and is none of `commands`.
    """
    if command is not None:
        line = "/" + command.lstrip("/")
        name, _ = split_command(line)
        if name not in commands:
            raise UsageError(no_such(line, commands))
        known = commands[name]
        return f"-- {known.usage}: {known.help}. Example: {known.example}\n"
    width = max(len(known.usage) for known in commands.values())
    lines = [f"{known.usage:{width}}  {known.help}" for known in commands.values()]
    lines.append("Anything else is said to the room; a paste is one message. //x says /x.")
    return "".join(f"-- {line}\n" for line in lines)


def split_command(line: str) -> tuple[str, str]:
    """Cut a line into the command's name, aliases resolved, and its argument."""
    word = _word(line)
    name = word.lower()
    return ALIASES.get(name, name), line[1 + len(word) :].strip()


def _word(line: str) -> str:
    return "" if line[1:2].isspace() else (line[1:].split(maxsplit=1) or [""])[0]


def usage(known: Command) -> str:
    """Return how a command is written, for somebody who wrote it otherwise."""
    if known.usage == known.example:
        return f"usage: {known.usage}, with nothing after it"
    return f"usage: {known.usage}, for example: {known.example}"


def no_such(line: str, commands: Mapping[str, Command] = COMMANDS) -> str:
    """Return what to say of a line whose command is none of `commands`."""
    # Anything may have been typed here, and it is shown again.
    word = excerpt(_word(line)[: 2 * _NAME_SHOWN_CHARACTERS], _NAME_SHOWN_CHARACTERS)
    near = difflib.get_close_matches(word.lower(), commands, n=1, cutoff=0.7)
    guess = f"did you mean /{near[0]}? " if near else ""
    return f"no such command: /{word} ({guess}start with // to send it as text)"


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    # No log reaches so far; the cap keeps the number one that the wire takes.
    return min(int(found[1]), _SEQ_LIMIT) if found else None


def _parse_msg(argument: str, _room: str, _now_ms: int) -> SayDirect | None:
    to, *text = argument.split(maxsplit=1) or [""]
    return SayDirect(to=to, text=text[0]) if text else None


def _parse_topic(argument: str, room: str, _now_ms: int) -> SetTopic:
    if not argument:
        return SetTopic(room=room)
    return SetTopic(room=room, text="" if argument == "-" else argument)


def _parse_since(argument: str, room: str, now_ms: int) -> AskHistory | None:
    after = _number(argument)
    if after is not None:
        return AskHistory(room=room, after=after, limit=HISTORY_LIMIT)
    since_ms = parse_ago(argument, now_ms)
    return None if since_ms is None else AskHistory(room=room, since=since_ms, limit=HISTORY_LIMIT)


def _parse_show(argument: str, _room: str, _now_ms: int) -> Show | None:
    seq = _number(argument)
    return Show(seq) if seq else None


_Parser = Callable[[str, str, int], AnyRequest | Local | None]
"""Argument, room and now in; None if the argument does not fit the usage."""

_PARSERS: Final[dict[str, _Parser]] = {
    "nick": lambda argument, _r, _n: Nick(nick=argument) if argument else None,
    "me": lambda argument, r, _n: Say(room=r, text=argument, kind="action") if argument else None,
    "msg": _parse_msg,
    "who": lambda argument, r, _n: AskMembers(room=r, text=argument or None),
    "join": lambda argument, _r, _n: (
        Join(room=argument, last=TEXT_HISTORY_LINES) if argument else None
    ),
    "rooms": lambda argument, _r, _n: None if argument else AskRooms(),
    "topic": _parse_topic,
    "since": _parse_since,
    "search": parse_search,
    "show": _parse_show,
    "invite": lambda argument, _r, _n: None if argument else Invite(),
    "json": lambda argument, _r, _n: None if argument else ToJson(),
    "help": lambda argument, _r, _n: Help(argument or None),
    "quit": lambda argument, _r, _n: None if argument else Quit(),
}
