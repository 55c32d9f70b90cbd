"""`hubbub tail`: print a room, from some point on and as it goes on."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from core.client.link import LinkError, open_link
from core.client.reach import Dismissed, HelloRefused, Pacing, Reach
from core.client.target import parse_target
from core.conversation import Conversation, Gap, Happening
from core.errors import HubbubError, Refused
from core.limits import JOIN_LAST_LIMIT
from core.messages import (
    AskHistory,
    Error,
    History,
    Joined,
    Message,
    Ref,
    Reset,
    Welcome,
)
from core.nicks import clean_room
from core.render import event_text, message_whole
from core.shown import text_lines
from terminal.streams import Output, OutputClosed, Writer, complain

FINE: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3

_AGO: Final = re.compile(r"([0-9]{1,9})([smhd])")
_UNIT_MS: Final = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_SEQ: Final = re.compile(r"#?([0-9]{1,12})")

# What JSON may hold and a terminal should not get: DEL, C1, line ends of
# Unicode's own. C0 cannot stand in a JSON string as it is.
_UNSAFE: Final = re.compile("[\x7f-\x9f\u2028\u2029]")


class BadSince(HubbubError):
    """A point in time that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin: behind `after`, or at `since_ms`, or with the `last` newest."""

    last: int = 10
    after: int | None = None
    since_ms: int | None = None


def parse_start(last: int, since: str | None, now_ms: int) -> Start:
    """Return where to begin; raise BadSince."""
    if since is None:
        if last < 0:
            raise BadSince("--last takes a number of messages, 0 or more")
        return Start(last=last)
    number = _SEQ.fullmatch(since)
    if number:
        return Start(after=int(number[1]))
    ago = _AGO.fullmatch(since.lower())
    if ago:
        return Start(since_ms=max(0, now_ms - int(ago[1]) * _UNIT_MS[ago[2]]))
    raise BadSince("--since takes a message's number, or a time like 30s, 10m, 2h, 1d")


async def run_tail(
    target: str, *, room: str = "lobby", last: int = 10, since: str | None = None,
    json: bool = False, follow: bool = True, output: Writer | None = None,
    pacing: Pacing | None = None, proxy: Literal[True] | None = True,
) -> int:  # fmt: skip
    """Print a room's messages; return the exit code.

    0: printed what was asked for, or nobody reads any more. 1: refused.
    2: target, room or `since` cannot be understood. 3: not reachable at first.
    With `json`, the hub's lines are printed as they are.
    """
    try:
        where = parse_target(target)
        room = clean_room(room)
        start = parse_start(last, since, time.time_ns() // 1_000_000)
    except (HubbubError, Refused) as problem:
        _complain(str(problem))
        return USAGE
    conversation = Conversation(where.nick)
    tail = _Tail(conversation, room, start, output or Output(), json=json, follow=follow)
    reach = Reach(
        conversation, tail, lambda: open_link(where, proxy=proxy), pacing=pacing or Pacing()
    )
    tail.nudge, tail.leave = reach.nudge, reach.leave
    try:
        await reach.run()
    except OutputClosed:
        return FINE
    except LinkError as problem:
        _complain(str(problem))
        return UNREACHABLE
    except (HelloRefused, Dismissed) as problem:
        _complain(str(problem))
        return REFUSED
    return REFUSED if tail.refused else FINE


class _Tail:
    """Prints messages; complains on standard error, so that a pipe stays clean."""

    def __init__(
        self, conversation: Conversation, room: str, start: Start, output: Writer, *,
        json: bool, follow: bool,
    ) -> None:  # fmt: skip
        self.refused = False
        self.nudge: Callable[[], None] = lambda: None
        self.leave: Callable[[], None] = lambda: None
        self._conversation = conversation
        self._room = room
        self._start = start
        self._output = output
        self._json = json
        self._follow = follow
        self._until: int | None = None  # without `follow`, the last one to print
        self._asked: Ref | None = None
        self._lost = False
        if start.after is not None:
            conversation.join(room, after=start.after)
        elif start.since_ms is None and start.last <= JOIN_LAST_LIMIT:
            conversation.join(room, last=start.last)

    def happened(self, happenings: Sequence[tuple[Happening, bytes]]) -> None:
        """Print what came, all of it at once."""
        pieces: list[bytes] = []
        for happening, line in happenings:
            if isinstance(happening, Message):
                if self._until is None or happening.seq <= self._until:
                    pieces.append(_safe(line) if self._json else message_whole(happening))
            else:
                self._other(happening)
        if pieces:
            self._output.write(b"".join(pieces))
        if not self._follow and self._conversation.has_caught_up(self._room):
            self.leave()

    def _other(self, happening: Happening) -> None:
        match happening:
            case Welcome():
                self._back()
            case Joined() if not self._follow and self._until is None:
                self._until = self._conversation.places[self._room].newest
            case History() if happening.ref == self._asked and self._asked is not None:
                self._found(happening)
            case Gap():
                _complain(f"messages {happening.first} to {happening.last} did not come")
            case Reset():
                # The log is another one, and so are its numbers.
                self._until = self._until if happening.reason == "pruned" else None
                complain([event_text(happening, "").decode().rstrip("\n")])
            case Error():
                self.refused = True
                _complain(happening.text)
                self.leave()
            case _:
                pass

    def _back(self) -> None:
        if self._lost:
            _complain("connected again")
        self._lost = False
        if self._room not in self._conversation.places:
            # Where to begin has to be asked for first.
            ask = AskHistory(room=self._room, since=self._start.since_ms, limit=1)
            self._asked = self._conversation.ask(ask)
            self.nudge()

    def _found(self, history: History) -> None:
        first = history.messages[0].seq if history.messages else None
        if self._start.since_ms is not None:
            after = None if first is None else first - 1
        else:
            after = max(0, (first or 0) - self._start.last)
        self._conversation.join(self._room, after=after)
        self.nudge()

    def lost(self, reason: str, wait_s: float) -> None:
        """Complain once about a lost connection."""
        if not self._lost:
            self._lost = True
            _complain(f"not connected ({reason}); trying again")

    def refused_hello(self, error: Error) -> bool:
        """Leave it at that."""
        return False


def _safe(line: bytes) -> bytes:
    """Return a JSON line with its newline, and nothing a terminal would obey.

    The hub sends no control characters; for one that does, they are written
    as JSON can also write them, so that a program reads the same.
    """
    if not line.isascii() or b"\x7f" in line:
        text = line.decode(errors="replace")
        if _UNSAFE.search(text):
            line = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()
    return line.translate(None, b"\r\t") + b"\n"


def _complain(text: str) -> None:
    complain(text_lines("hubbub: ", text))
