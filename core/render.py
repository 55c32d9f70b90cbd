"""Events as lines for people: what text mode shows.

Bytes out, UTF-8, every line ended with one LF. A line begins with a time,
`-- `, `-! ` or the mark of a continuation, and never with what somebody said.
Whatever comes in, no control character but LF and tab goes out: a store or a
gateway is not trusted more than a stranger. This module knows no connection.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from msgspec import UNSET, UnsetType

from core.limits import BLOCK_SHOWN_LINES
from core.messages import (
    Bye,
    Direct,
    Error,
    Event,
    History,
    Joined,
    Left,
    Members,
    Message,
    Notice,
    Renamed,
    Reset,
    Results,
    Rooms,
    Topic,
)

CONTINUED: Final = "      | "
CUT: Final = "      … "
GREETED_NICKS: Final = 10

_MINUTE_MS: Final = 60_000
_LAST_MS: Final = 253_402_000_000_000
"""In the year 9999: times beyond it have no calendar on every system."""

_CACHED: Final = 4096
_minutes: dict[int, str] = {}
_nicks: dict[str, str] = {}

_UNSAFE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# What looks like the beginning of a line of ours. Terminals wrap where they
# like, so it must not stand inside a line: enough letters or blanks before it
# would push it to the margin. A dash between two words stays where it is.
_FORGED: Final = re.compile(
    r"(?<=.)(?="
    r"(?<![0-9])[0-9]{1,2}:[0-9]{2}\s+(?:[<\[*]|--)"
    r"|-! "
    r"|(?<!\S\s)-- "
    r"|-- (?:welcome|topic:|\S+ (?:joined|left|is now|set|removed))\b"
    r")"
)
_NOT_SENT: Final = frozenset({"not_text", "too_long", "empty", "not_stored"})


def message_text(message: Message) -> bytes:
    """Return a message as it is shown; of a long block the first 20 lines."""
    text = message.text
    # One message is rendered once for everybody, but at full speed there are
    # 100,000 a second: what is plain must not pass through anything below.
    if (
        message.kind is UNSET
        and text.isprintable()
        and ":" not in text
        and "--" not in text
        and "-!" not in text
    ):
        minute = message.at // _MINUTE_MS
        clock = _minutes.get(minute) or _minute(minute)
        nick = _nicks.get(message.nick) or _nick(message.nick)
        return f"{clock} <{nick}> {text}\n".encode()
    lines = _message_lines(message)
    if len(lines) > BLOCK_SHOWN_LINES:
        more = len(lines) - BLOCK_SHOWN_LINES
        noun = "line" if more == 1 else "lines"
        lines[BLOCK_SHOWN_LINES:] = [f"{CUT}{more} more {noun}: /show {message.seq}"]
    return _bytes(lines)


def message_whole(message: Message) -> bytes:
    """Return a message with all its lines."""
    return _bytes(_message_lines(message))


def event_text(event: Event, own_nick: str) -> bytes:
    """Return what the person called `own_nick` is shown; b"" if nothing.

    Not shown: one's own coming and going (that is what `greeting` is for),
    acknowledgements, bare counts, and what only programs use.
    """
    if isinstance(event, Message):
        return message_text(event)
    show = _SHOWN.get(type(event))
    return b"" if show is None else _bytes(show(event, own_nick))


def greeting(room: str, nick: str, nicks: Sequence[str], count: int, topic: str) -> bytes:
    """Return what somebody sees who enters a room with `count` members."""
    here = _names(nicks[:GREETED_NICKS], count)
    lines = [f"-- welcome to {_one(room)}, {_nick(nick)} ({here}). /help lists commands"]
    if topic:
        lines += _lines("-- topic: ", topic)
    return _bytes(lines)


def _bytes(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _minute(minute: int) -> str:
    at_ms = min(max(minute * _MINUTE_MS, 0), _LAST_MS)
    if len(_minutes) >= _CACHED:
        _minutes.clear()
    shown = _minutes[minute] = time.strftime("%H:%M", time.localtime(at_ms // 1000))
    return shown


def _clock(at_ms: int) -> str:
    minute = at_ms // _MINUTE_MS
    return _minutes.get(minute) or _minute(minute)


def _day(at_ms: int) -> str:
    at_ms = min(max(at_ms, 0), _LAST_MS)
    return time.strftime("%Y-%m-%d", time.localtime(at_ms // 1000))


def _nick(nick: str) -> str:
    if len(_nicks) >= _CACHED:
        _nicks.clear()
    shown = _nicks[nick] = re.sub(r"[\s<>]", "_", _safe(nick)) or "?"
    return shown


def _safe(text: str) -> str:
    return text if text.isprintable() else _UNSAFE.sub(_mark, text)


def _mark(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


def _one(text: str) -> str:
    """Return a text that must not leave its line."""
    return re.sub(r"[\n\t]", " ", _safe(text))


def _lines(head: str, text: str) -> list[str]:
    """Return a text's lines, the first behind `head`, the others continued."""
    lines: list[str] = []
    for line in _safe(text).split("\n"):
        for piece in _FORGED.split(line):
            lines.append((CONTINUED if lines else head) + piece)
    return lines


def _message_lines(message: Message) -> list[str]:
    clock, nick = _clock(message.at), _nick(message.nick)
    head = f"{clock} <{nick}> " if message.kind is UNSET else f"{clock} * {nick} "
    return _lines(head, message.text)


def _names(nicks: Sequence[str], count: int) -> str:
    names = ", ".join(_nick(nick) for nick in nicks)
    more = count - len(nicks)
    if more <= 0:
        return f"{count} here: {names}"
    return f"{count} here: {names} and {more} more" if names else f"{count} here"


def _joined(event: Joined, own_nick: str) -> list[str]:
    if event.nick == own_nick:
        return []
    return [f"{_clock(event.at)} -- {_nick(event.nick)} joined"]


def _left(event: Left, own_nick: str) -> list[str]:
    if event.nick == own_nick:
        return []
    return [f"{_clock(event.at)} -- {_nick(event.nick)} left"]


def _renamed(event: Renamed, own_nick: str) -> list[str]:
    if own_nick in (event.nick, event.to):
        return [f"-- you are now {_nick(event.to)}"]
    return [f"{_clock(event.at)} -- {_nick(event.nick)} is now {_nick(event.to)}"]


def _topic(event: Topic, own_nick: str) -> list[str]:
    if isinstance(event.nick, UnsetType) or isinstance(event.at, UnsetType):
        return _lines("-- topic: ", event.text) if event.text else ["-- no topic is set"]
    who = "you" if event.nick == own_nick else _nick(event.nick)
    head = f"{_clock(event.at)} -- {who}"
    return (
        _lines(f"{head} set the topic: ", event.text)
        if event.text
        else [f"{head} removed the topic"]
    )


def _members(event: Members, _own_nick: str) -> list[str]:
    if isinstance(event.nicks, UnsetType):
        return []
    return [f"-- {_names(event.nicks, event.count)}"]


def _rooms(event: Rooms, _own_nick: str) -> list[str]:
    if not event.rooms:
        return ["-- there is no room yet: /join ROOM opens one"]
    lines: list[str] = []
    for info in event.rooms:
        head = f"-- {_one(info.room)} ({info.count} here)"
        lines += _lines(f"{head}: ", info.topic) if info.topic else [head]
    return lines


def _history(event: History, _own_nick: str) -> list[str]:
    if not event.messages:
        return ["-- nothing was said since then"]
    lines: list[str] = []
    day = ""
    for message in event.messages:
        if _day(message.at) != day:
            day = _day(message.at)
            lines.append(f"-- {day}")
        lines.append(message_text(message).decode()[:-1])
    more = f"there is more: /since {event.messages[-1].seq}" if event.more else "end of history"
    return [*lines, f"-- {more}"]


def _results(event: Results, _own_nick: str) -> list[str]:
    if not event.messages:
        return _lines("-- nothing found for: ", event.text)
    return [line for message in event.messages for line in _result(message)] + [
        f"-- {len(event.messages)} found{', and there are older ones' if event.more else ''}"
    ]


def _result(message: Message) -> Iterator[str]:
    text, newline, _ = message.text.partition("\n")
    when = f"{_day(message.at)} {_clock(message.at)}"
    who = f"<{_nick(message.nick)}>" if message.kind is UNSET else f"* {_nick(message.nick)}"
    yield from _lines(f"-- {message.seq}: {when} {who} ", text)
    if newline:
        more = message.text.count("\n")
        yield f"{CUT}{more} more {'line' if more == 1 else 'lines'}: /show {message.seq}"


def _direct(event: Direct, own_nick: str) -> list[str]:
    whom = f"to {_nick(event.to)}" if event.nick == own_nick else f"from {_nick(event.nick)}"
    action = "" if event.kind is UNSET else f"* {_nick(event.nick)} "
    return _lines(f"{_clock(event.at)} [{whom}] {action}", event.text)


def _reset(event: Reset, _own_nick: str) -> list[str]:
    if event.reason == "pruned":
        noun = "message is" if event.missed == 1 else "messages are"
        return [f"-! {event.missed} older {noun} no longer kept; going on from {event.next}"]
    return [f"-! this is not the log you were reading; going on from {event.next}"]


def _error(event: Error, _own_nick: str) -> list[str]:
    about = "not sent: " if event.code in _NOT_SENT else ""
    return _lines(f"-! {about}", event.text)


def _notice(event: Notice, _own_nick: str) -> list[str]:
    return _lines("-- ", event.text)


def _bye(event: Bye, _own_nick: str) -> list[str]:
    mark = "--" if event.reason in ("quit", "stopping") else "-!"
    return _lines(f"{mark} ", event.text or f"good-bye ({event.reason})")


_SHOWN: Final[dict[type[Event], Callable[[Any, str], list[str]]]] = {
    Joined: _joined,
    Left: _left,
    Renamed: _renamed,
    Topic: _topic,
    Members: _members,
    Rooms: _rooms,
    History: _history,
    Results: _results,
    Direct: _direct,
    Reset: _reset,
    Error: _error,
    Notice: _notice,
    Bye: _bye,
}
