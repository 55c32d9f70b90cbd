"""Events as lines for people: what text mode shows.

Bytes out, UTF-8, every line ended with one LF. A line begins with a time,
`-- `, `-! ` or the mark of a continuation, and never with what somebody said.
This module knows no connection; a telnet client's CR comes later.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import UNSET, UnsetType

from core.limits import BLOCK_SHOWN_LINES, RESULT_ROWS, WHOLE_SHOWN_LINES
from core.text.fold import CUT, SURELY_SHOWN, folded
from core.text.format import (
    MINUTE_MS,
    clock,
    clock_of_minute,
    clocks,
    day,
    is_plain,
    name,
    names,
    text_lines,
    to_bytes,
)
from core.wire.messages import (
    Bye,
    Direct,
    Error,
    Event,
    History,
    Invitation,
    Joined,
    Left,
    Members,
    Message,
    Notice,
    Renamed,
    Reset,
    Results,
    Retention,
    Rooms,
    Topic,
)

GREETED_NICKS: Final = 10

_NOT_SENT: Final = frozenset({"not_text", "too_long", "empty", "not_stored"})


def message_text(message: Message) -> bytes:
    """Return a message as it is shown; of a long one what takes 20 rows of a screen."""
    text = message.text
    # Once for everybody, but at full speed there are 100,000 a second: a plain
    # line takes the two caches and one formatting, and nothing else.
    if message.kind is UNSET and len(text) <= SURELY_SHOWN and is_plain(text):
        minute = message.at // MINUTE_MS
        at = clocks.get(minute) or clock_of_minute(minute)
        nick = names.get(message.nick) or name(message.nick)
        return f"{at} <{nick}> {text}\n".encode()
    lines, more = _message_lines(message, BLOCK_SHOWN_LINES)
    return to_bytes(folded(lines, message.seq, beyond=more))


def message_whole(message: Message) -> bytes:
    """Return a message with all its lines, WHOLE_SHOWN_LINES at most."""
    lines, more = _message_lines(message, WHOLE_SHOWN_LINES)
    if more:
        lines.append(_more(more))
    return to_bytes(lines)


def event_text(event: Event, own_nick: str) -> bytes:
    """Return what the person called `own_nick` is shown; b"" if nothing.

    Not shown: one's own coming and going (that is what `greeting` is for),
    acknowledgements, bare counts, and what only programs use.
    """
    if isinstance(event, Message):
        return message_text(event)
    show = _SHOWN.get(type(event))
    return b"" if show is None else to_bytes(show(event, own_nick))


def greeting(
    room: str, nick: str, nicks: Sequence[str], count: int, topic: str,
    keeps: Retention | None = None, *, zone: str = "",
) -> bytes:  # fmt: skip
    """Return what somebody sees who enters a room with `count` members.

    `keeps` is said to newcomers: what becomes of their words; and so is `zone`,
    where times are not the reader's own.
    """
    here = _here(nicks[:GREETED_NICKS], count)
    lines = [f"-- welcome to {name(room)}, {name(nick)} ({here}). /help lists commands"]
    if topic:
        lines += text_lines("-- topic: ", topic)
    if keeps is not None:
        lines.append(f"-- {keeps_words(keeps)}" + (f". Times are {zone}" if zone else ""))
    return to_bytes(lines)


def keeps_words(keeps: Retention) -> str:
    """Return what is kept, and for how long, as one line of a greeting says it."""
    if keeps.days is not None:
        kept = f"messages are kept for {keeps.days:g} {'day' if keeps.days == 1 else 'days'}"
        if keeps.messages is not None:
            kept += f", the newest {keeps.messages:,} of each room"
    elif keeps.messages is not None:
        kept = f"the newest {keeps.messages:,} messages of each room are kept"
    else:
        kept = "all messages are kept"
    return kept if keeps.disk else f"{kept}, but only until the hub stops: nothing is on disk"


def _message_lines(message: Message, most: int) -> tuple[list[str], int]:
    """Return a message's first lines, and how many more there are."""
    nick = name(message.nick)
    who = f"<{nick}>" if message.kind is UNSET else f"* {nick}"
    return _first_lines(f"{clock(message.at)} {who} ", message.text, most)


def _first_lines(head: str, text: str, most: int) -> tuple[list[str], int]:
    """Return a text's first lines, and how many more there are.

    Those that are not shown are only counted: there may be sixteen thousand.
    """
    more = 0
    first = text.split("\n", most)
    if len(first) > most:
        more = first.pop().count("\n") + 1
        text = "\n".join(first)
    lines = text_lines(head, text, most)
    more += len(lines[most:])
    return lines[:most], more


def _more(count: int) -> str:
    return f"{CUT}{count} more {'line' if count == 1 else 'lines'}"


def _here(nicks: Sequence[str], count: int) -> str:
    listed = ", ".join([name(nick) for nick in nicks])
    more = count - len(nicks)
    if not listed:
        return f"{count} here"
    return f"{count} here: {listed}" + (f" and {more} more" if more > 0 else "")


def _called(nicks: Sequence[str], matching: int, text: str, count: int) -> str:
    """Say who of those that are here has a text in the name."""
    if not matching:
        return f"none of {count} here has {text} in the name"
    listed = ", ".join([name(nick) for nick in nicks])
    more = f" and {matching - len(nicks)} more" if matching > len(nicks) else ""
    return f"{matching} of {count} here with {text} in the name: {listed}{more}"


def _joined(event: Joined, own_nick: str) -> list[str]:
    # That it is here was to be seen from what it has said.
    if event.nick == own_nick or event.spoke is True:
        return []
    return [f"{clock(event.at)} -- {name(event.nick)} joined"]


def _left(event: Left, own_nick: str) -> list[str]:
    if event.nick == own_nick:
        return []
    return [f"{clock(event.at)} -- {name(event.nick)} left"]


def _renamed(event: Renamed, own_nick: str) -> list[str]:
    # It depends on the caller whether the new nick is already one's own.
    if own_nick in (event.nick, event.to):
        return [f"-- you are now {name(event.to)}"]
    return [f"{clock(event.at)} -- {name(event.nick)} is now {name(event.to)}"]


def _topic(event: Topic, own_nick: str) -> list[str]:
    if isinstance(event.nick, UnsetType) or isinstance(event.at, UnsetType):
        return text_lines("-- topic: ", event.text) if event.text else ["-- no topic is set"]
    who = "you" if event.nick == own_nick else name(event.nick)
    head = f"{clock(event.at)} -- {who}"
    if not event.text:
        return [f"{head} removed the topic"]
    return text_lines(f"{head} set the topic: ", event.text)


def _members(event: Members, _own_nick: str) -> list[str]:
    if isinstance(event.nicks, UnsetType):
        return []
    if isinstance(event.text, str) and isinstance(event.matching, int):
        return [f"-- {_called(event.nicks, event.matching, name(event.text), event.count)}"]
    watching = event.watching or 0
    more = f"; {watching} more {'reads' if watching == 1 else 'read'} along" if watching else ""
    return [f"-- {_here(event.nicks, event.count)}{more}"]


def _rooms(event: Rooms, _own_nick: str) -> list[str]:
    if not event.rooms:
        return ["-- there is no room yet; /join ROOM opens one"]
    lines: list[str] = []
    for info in event.rooms:
        head = f"-- {name(info.room)} ({info.count} here)"
        lines += text_lines(f"{head}: ", info.topic) if info.topic else [head]
    return lines


def _history(event: History, _own_nick: str) -> list[str]:
    if not event.messages:
        return ["-- nothing was said since then"]
    lines: list[str] = []
    today = ""
    for message in event.messages:
        if day(message.at) != today:
            today = day(message.at)
            lines.append(f"-- {today}")
        lines.append(message_text(message).decode()[:-1])
    last = f"there is more: /since {event.messages[-1].seq}" if event.more else "end of history"
    return [*lines, f"-- {last}"]


def _results(event: Results, _own_nick: str) -> list[str]:
    if not event.messages:
        return text_lines("-- nothing found for: ", event.text)
    lines: list[str] = []
    for message in event.messages:
        lines += _result(message)
    older = "; there are older ones" if event.more else ""
    return [*lines, f"-- {len(event.messages)} found{older}"]


def _result(message: Message) -> list[str]:
    first, *others = message.text.split("\n")
    who = f"<{name(message.nick)}>" if message.kind is UNSET else f"* {name(message.nick)}"
    lines = text_lines(
        f"-- {message.seq}: {day(message.at)} {clock(message.at)} {who} ", first, RESULT_ROWS
    )
    return folded([*lines, *others], message.seq, rows=RESULT_ROWS, lines_shown=len(lines))


def _direct(event: Direct, own_nick: str) -> list[str]:
    whom = f"to {name(event.to)}" if event.nick == own_nick else f"from {name(event.nick)}"
    action = "" if event.kind is UNSET else f"* {name(event.nick)} "
    head = f"{clock(event.at)} [{whom}] {action}"
    lines, more = _first_lines(head, event.text, WHOLE_SHOWN_LINES)
    return [*lines, _more(more)] if more else lines


def _reset(event: Reset, _own_nick: str) -> list[str]:
    if event.reason == "pruned":
        are = "message is" if event.missed == 1 else "messages are"
        return [f"-! {event.missed} older {are} no longer kept; reading on from {event.next}"]
    return [f"-! this is not the log you were reading before; reading on from {event.next}"]


def _error(event: Error, _own_nick: str) -> list[str]:
    return text_lines("-! not sent: " if event.code in _NOT_SENT else "-! ", event.text)


def _invitation(event: Invitation, _own_nick: str) -> list[str]:
    return [shown for line in event.lines for shown in text_lines("-- ", line)]


def _notice(event: Notice, _own_nick: str) -> list[str]:
    return text_lines("-- ", event.text)


def _bye(event: Bye, _own_nick: str) -> list[str]:
    mark = "--" if event.reason in ("quit", "stopping") else "-!"
    return text_lines(f"{mark} ", event.text or f"good-bye ({event.reason})")


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
    Invitation: _invitation,
    Bye: _bye,
}
