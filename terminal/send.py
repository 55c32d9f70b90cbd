"""`hubbub send`: say a text, or standard input, and leave once it is kept."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final, Literal

from core.client.link import LinkError, open_link
from core.client.reach import Dismissed, HelloRefused, Pacing, Reach, first_of
from core.client.target import BadTarget, parse_target
from core.conversation import Conversation, Happening
from core.errors import Refused
from core.lines import TooLong
from core.messages import Error, Welcome
from core.nicks import clean_room
from core.outbox import WINDOW, Declined, Delayed, Settled
from core.shown import text_lines
from terminal.blocks import Blocks
from terminal.streams import Input, RawInput, complain, standard_input

KEPT: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3


async def run_send(
    target: str, text: str | None = None, *, room: str = "lobby", nick: str | None = None,
    raw_input: RawInput | None = None, pacing: Pacing | None = None,
    patience_s: float | None = None, proxy: Literal[True] | None = True,
) -> int:  # fmt: skip
    """Say `text`, or the lines of `raw_input` (standard input); return the exit code.

    0: everything is kept. 1: something was refused. 2: the target or the room
    cannot be understood. 3: the hub cannot be reached, at first or, once it
    was, for `patience_s`. What goes wrong is said on standard error.
    """
    try:
        where = parse_target(target)
        room = clean_room(room)
    except (BadTarget, Refused) as problem:
        _complain(problem.text if isinstance(problem, Refused) else str(problem))
        return USAGE
    conversation = Conversation(nick or where.nick)
    sender = _Sender(conversation, room)
    reach = Reach(
        conversation, sender, lambda: open_link(where, proxy=proxy),
        pacing=pacing or Pacing(), patience_s=patience_s,
    )  # fmt: skip
    sender.nudge = reach.nudge
    if text is None:
        saying = sender.say_lines(Input(raw_input or standard_input()))
    else:
        saying = sender.say_text(text)
    try:
        await first_of(reach.run(), saying)
    except LinkError as problem:
        sender.give_up(str(problem))
        return UNREACHABLE
    except (HelloRefused, Dismissed) as problem:
        sender.give_up(str(problem))
        return REFUSED
    except asyncio.CancelledError:
        sender.give_up("interrupted")
        raise
    return REFUSED if sender.refused else KEPT


class _Sender:
    """Says lines as blocks, a bounded number at once, and tells of trouble."""

    def __init__(self, conversation: Conversation, room: str) -> None:
        self.refused = False
        """Something was not kept."""
        self.nudge: Callable[[], None] = lambda: None
        self._conversation = conversation
        self._room = room
        self._settled = asyncio.Event()
        self._blocks = Blocks()
        self._ever_connected = False
        self._in_trouble = False
        self._lines = 0

    # --- saying --------------------------------------------------------------------

    async def say_text(self, text: str) -> None:
        """Say one message, and wait until it is settled."""
        self._say(text)
        await self._settle(0)

    async def say_lines(self, lines: Input) -> None:
        """Say everything that comes, and wait until it is settled."""
        blocks = self._blocks
        while True:
            try:
                due_s = blocks.due_s
                wait_s = None if due_s is None else max(0.0, due_s - time.monotonic())
                async with asyncio.timeout(wait_s):
                    got = await lines.lines()
            except TimeoutError:
                await self._say_all(blocks.flush())
                continue
            if got is None:
                break
            now_s = time.monotonic()
            for line in got:
                await self._say_all(self._gather(blocks, line, now_s))
        await self._say_all(blocks.flush())
        await self._settle(0)

    def _gather(self, blocks: Blocks, line: bytes | TooLong, now_s: float) -> list[str]:
        self._lines += 1
        if isinstance(line, TooLong):
            self._not_sent(f"line {self._lines} has {line.size:,} bytes, which is too long")
            return []
        try:
            # Windows puts a mark at the beginning of what it pipes.
            text = line.decode("utf-8-sig" if self._lines == 1 else "utf-8")
            return blocks.line(text, now_s)
        except UnicodeDecodeError:
            self._not_sent(f"line {self._lines} is not UTF-8")
        except Refused as problem:
            self._not_sent(f"line {self._lines}: {problem.text}")
        return []

    async def _say_all(self, texts: list[str]) -> None:
        for text in texts:
            await self._settle(WINDOW - 1)
            self._say(text)

    def _say(self, text: str) -> None:
        try:
            self._conversation.say(self._room, text)
        except Refused as problem:
            self._not_sent(problem.text)
        self.nudge()

    async def _settle(self, count: int) -> None:
        """Wait until no more than `count` messages are on their way.

        At the end, that is until none is, and the hub has been there at all.
        """
        while self._conversation.unsettled_count > count or not (count or self._ever_connected):
            self._settled.clear()
            await self._settled.wait()

    # --- what becomes of it --------------------------------------------------------

    def happened(self, happenings: Sequence[tuple[Happening, bytes]]) -> None:
        """Take note of what is kept, and complain about what is not."""
        for happening, _ in happenings:
            match happening:
                case Welcome():
                    self._ever_connected = True
                    self._in_trouble = False
                case Settled():
                    pass
                case Declined():
                    self._not_sent(happening.error.text)
                case Delayed():
                    self._trouble(f"{happening.error.text}; trying again")
                case Error():
                    self._not_sent(happening.text)
                case _:
                    continue
            self._settled.set()

    def lost(self, reason: str, wait_s: float) -> None:
        """Complain once about a lost connection."""
        self._trouble(f"not connected ({reason}); trying again")

    def refused_hello(self, error: Error) -> bool:
        """Leave it at that: another name would be somebody else's words."""
        return False

    def give_up(self, reason: str) -> None:
        """Say why it ends, and what is not known to be kept."""
        count = self._conversation.unsettled_count if self._ever_connected else 0
        count += 0 if self._blocks.due_s is None else 1
        what = "message is" if count == 1 else "messages are"
        _complain(f"{reason}; {count} {what} not known to be kept" if count else reason)

    def _trouble(self, text: str) -> None:
        if not self._in_trouble:
            self._in_trouble = True
            _complain(text)

    def _not_sent(self, reason: str) -> None:
        self.refused = True
        _complain(f"not sent: {reason}")


def _complain(text: str) -> None:
    complain(text_lines("hubbub: ", text))
