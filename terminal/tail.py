"""`hubbub tail`: print the messages of rooms, from some point on, and follow them.

Does not know how a message is printed, nor how flags are read.
"""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from core.client.address import parse_address
from core.client.conversation import ClientEvent, Conversation
from core.client.position import Gap
from core.client.reconnect import Dismissed, HelloRefused, Reconnector, RetryPolicy
from core.client.transport import TransportError, connect_transport
from core.client.trust import BY_AUTHORITY, Trust
from core.clock import wall_clock_ms
from core.errors import HubbubError, Refused
from core.exitcodes import FAILED, OK, UNREACHABLE, USAGE
from core.limits import JOIN_LAST_LIMIT
from core.text.format import day, name, offset
from core.text.names import clean_room
from core.text.render import event_text
from core.wire.messages import (
    AskHistory,
    Error,
    History,
    Joined,
    Message,
    Ref,
    Reset,
    Welcome,
)
from terminal import strings
from terminal.paint import When, chosen_palette
from terminal.passphrase import Asker
from terminal.printing import Printing
from terminal.start import BadSince, Start, parse_start
from terminal.streams import Output, OutputClosed, OutputFailed, Writer, complain, write_error


class BadMatch(HubbubError):
    """A regular expression that cannot be understood."""


@dataclass(frozen=True, slots=True)
class TailOptions:
    """Options of `tail`: which messages are printed, and how. `match` is a regular expression."""

    json: bool = False
    match: str | None = None
    color: When = "auto"


AS_TEXT: Final = TailOptions()


async def run_tail(
    target: str, *, room: str | Sequence[str] = "lobby", last: int = 10, since: str | None = None,
    options: TailOptions = AS_TEXT, follow: bool = True, output: Writer | None = None,
    retry: RetryPolicy | None = None, proxy: Literal[True] | None = True,
    passphrase: str | None = None, trust: Trust = BY_AUTHORITY,
) -> int:  # fmt: skip
    """Print the messages of one room or several; return the exit code.

    0: printed what was asked for, or nobody reads any more. 1: refused, or it
    cannot be written.
    2: target, room, `since` or `match` cannot be understood. 3: not reachable
    at first. With `options.json`, the hub's lines are printed as they are.
    """
    try:
        writer = output or Output()
        where = parse_address(target)
        asked = [room] if isinstance(room, str) else list(room)
        rooms = list(dict.fromkeys(clean_room(one) for one in asked))
        start = parse_start(last, since, wall_clock_ms())
        if start.after is not None and len(rooms) > 1:
            raise BadSince(strings.ONE_ROOMS_NUMBER)
        printing = _printing(options, writer, several=len(rooms) > 1)
    except OutputFailed as problem:
        complain(str(problem))
        return FAILED
    except (HubbubError, Refused) as problem:
        complain(str(problem))
        return USAGE
    # A reader is no member: it needs no nick, also where the address names one.
    conversation = Conversation(watch=True, passphrase=passphrase)
    tail = _Tail(conversation, rooms, start, printing, writer, follow=follow)
    reconnector = Reconnector(
        conversation,
        tail,
        lambda: connect_transport(where, proxy=proxy, trust=trust),
        retry=retry or RetryPolicy(),
        ask_passphrase=Asker(),
    )
    tail.nudge, tail.leave = reconnector.nudge, reconnector.leave
    if isinstance(writer, Output):
        writer.when_closed(reconnector.leave)
    try:
        await reconnector.run()
    except OutputFailed as problem:
        complain(str(problem))
        return FAILED
    except OutputClosed:
        return OK
    except TransportError as problem:
        complain(str(problem))
        return UNREACHABLE
    except (HelloRefused, Dismissed) as problem:
        complain(str(problem))
        return FAILED
    return FAILED if tail.refused else OK


def _printing(options: TailOptions, writer: Writer, *, several: bool) -> Printing:
    """Return how messages are printed; raise BadMatch."""
    try:
        match = None if options.match is None else re.compile(options.match)
    except re.error as problem:
        raise BadMatch(strings.bad_match(problem.msg, problem.pos)) from problem
    terminal = isinstance(writer, Output) and writer.is_terminal
    colours = () if options.json else chosen_palette(options.color, os.environ, terminal=terminal)
    now = wall_clock_ms()
    return Printing(
        json=options.json, match=match, several=several, colours=colours,
        days=terminal and not options.json,
        today="" if terminal or options.json else day(now), zone=offset(now),
    )  # fmt: skip


class _Tail:
    """Prints messages; complains on standard error, so that a pipe stays clean."""

    def __init__(
        self, conversation: Conversation, rooms: Sequence[str], start: Start, printing: Printing,
        output: Writer, *, follow: bool,
    ) -> None:  # fmt: skip
        self.refused = False
        self.nudge: Callable[[], None] = lambda: None
        self.leave: Callable[[], None] = lambda: None
        self._conversation = conversation
        self._rooms = rooms
        self._start = start
        self._printing = printing
        self._output = output
        self._follow = follow
        self._until: dict[str, int] = {}  # without `follow`, the last ones to print
        self._asked: dict[Ref, str] = {}
        self._lost = False
        for room in rooms:
            if start.after is not None:
                conversation.join(room, after=start.after)
            elif start.since_ms is None and start.last <= JOIN_LAST_LIMIT:
                conversation.join(room, last=start.last)

    def on_events(self, events: Sequence[tuple[ClientEvent, bytes]]) -> None:
        """Print what came, all of it at once."""
        pieces: list[bytes] = []
        for event, line in events:
            if isinstance(event, Message):
                if event.seq <= self._until.get(event.room, event.seq):
                    pieces.append(self._printing.printed(event, line))
            else:
                self._other(event)
        if text := b"".join(pieces):
            self._output.write(text)
        if not self._follow and all(map(self._conversation.has_caught_up, self._rooms)):
            self.leave()

    def _other(self, event: ClientEvent) -> None:
        match event:
            case Welcome():
                self._back()
            case Joined() if not self._follow and event.room not in self._until:
                newest = self._conversation.positions[event.room].newest
                if newest is not None:
                    self._until[event.room] = newest
            case History() if event.ref in self._asked and event.ref is not None:
                self._found(self._asked.pop(event.ref), event)
            case Gap():
                complain(strings.gap(event.first, event.last, self._in(event.room)))
            case Reset():
                if event.reason != "pruned":
                    # The log is another one, and so are its numbers.
                    self._until.pop(event.room, None)
                words = event_text(event, "").decode().rstrip("\n")
                write_error([words + self._in(event.room)])
            case Error():
                self.refused = True
                complain(event.text)
                self.leave()
            case _:
                pass

    def _in(self, room: str) -> str:
        return f" in {name(room)}" if len(self._rooms) > 1 else ""

    def _back(self) -> None:
        if self._lost:
            complain(strings.CONNECTED_AGAIN)
        self._lost = False
        # An answer to what was asked on a lost connection never comes.
        self._asked.clear()
        for room in self._rooms:
            if room not in self._conversation.positions:
                # Where to begin has to be asked for first.
                ask = AskHistory(room=room, since=self._start.since_ms, limit=1)
                self._asked[self._conversation.ask(ask)] = room
                self.nudge()

    def _found(self, room: str, history: History) -> None:
        first = history.messages[0].seq if history.messages else None
        if self._start.since_ms is not None:
            after = None if first is None else first - 1
        else:
            after = max(0, (first or 0) - self._start.last)
        self._conversation.join(room, after=after)
        self.nudge()

    def lost(self, reason: str, wait_s: float) -> None:
        """Complain once about a lost connection."""
        if not self._lost:
            self._lost = True
            complain(strings.not_connected(reason))

    def refused_hello(self, error: Error) -> bool:
        """Leave it at that."""
        return False
