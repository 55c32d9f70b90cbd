"""`hubbub send`: send a text, a file or standard input, and leave once it is acked.

Does not know how lines become messages, nor how flags are read.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final, Literal

from core.client.address import BadAddress, parse_address
from core.client.conversation import ClientEvent, Conversation
from core.client.outbox import WINDOW, Acked, Rejected, Retrying
from core.client.owner import user_owner
from core.client.reconnect import Dismissed, HelloRefused, Reconnector, RetryPolicy, first_of
from core.client.transport import TransportError, connect_transport
from core.client.trust import BY_AUTHORITY, Trust
from core.errors import HubbubError, Refused
from core.exitcodes import BY_SIGNAL, FAILED, OK, UNREACHABLE, USAGE
from core.limits import TEXT_LIMIT_BYTES
from core.signals import asking_first
from core.systemwords import in_words
from core.text.format import name
from core.text.names import clean_room
from core.wire.messages import Error, Welcome
from terminal import strings
from terminal.blocks import Blocks, EachLine, Gathering
from terminal.fences import SPARE_BYTES, Fences
from terminal.gather import gathered
from terminal.passphrase import Asker
from terminal.sampling import Sampler
from terminal.streams import Input, RawInput, complain, standard_input

TELL_EVERY_S: Final = 5.0
"""How often it is said that the room is slower than the input."""

STILL_THERE_S: Final = 1.0
"""Who has asked for an end and waits for longer is told what for."""

COMPLAINTS_MOST: Final = 20
"""Beyond so many lines that cannot be said, they are counted."""

_LOOKED_AT_BYTES: Final = 8192


class NotText(HubbubError):
    """A file that cannot be said; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class SendOptions:
    """Options of `send`.

    `file`: say this file instead. `code`: between fences. `each_line`: one
    message for each line. `sample`: leave lines out when the room is slower.
    """

    each_line: bool = False
    code: bool = False
    file: Path | None = None
    sample: bool = False

    @property
    def fences(self) -> Fences | None:
        if self.file is not None:
            return Fences(name(self.file.name))
        return Fences() if self.code else None

    def gathering(self) -> Gathering:
        """Return what makes messages of lines."""
        if self.each_line:
            return EachLine()
        spare = SPARE_BYTES if self.code or self.file is not None else 0
        return Blocks(limit_bytes=TEXT_LIMIT_BYTES - spare)


AS_IT_COMES: Final = SendOptions()


async def run_send(
    target: str, text: str | None = None, *, room: str = "lobby", nick: str | None = None,
    options: SendOptions = AS_IT_COMES, raw_input: RawInput | None = None,
    retry: RetryPolicy | None = None, give_up_after_s: float | None = None,
    proxy: Literal[True] | None = True, passphrase: str | None = None, trust: Trust = BY_AUTHORITY,
) -> int:  # fmt: skip
    """Say `text`, or the lines of `raw_input` (standard input); return the exit code.

    0: everything is kept. 1: something was refused. 2: the target, the room or
    the file cannot be understood. 3: the hub cannot be reached, at first or,
    once it was, for `give_up_after_s`. 128 and its number: a signal came, and
    what had been read by then is kept. What goes wrong is said on standard error.
    """
    try:
        where = parse_address(target)
        room = clean_room(room)
        opened = _open(options.file) if options.file is not None and text is None else None
    except (BadAddress, Refused, NotText) as problem:
        complain(problem.text if isinstance(problem, Refused) else str(problem))
        return USAGE
    conversation = Conversation(nick or where.nick, owner=user_owner(where), passphrase=passphrase)
    sender, asker = _Sender(conversation, room, options), Asker()
    reconnector = Reconnector(
        conversation, sender, lambda: connect_transport(where, proxy=proxy, trust=trust),
        retry=retry or RetryPolicy(), give_up_after_s=give_up_after_s, ask_passphrase=asker,
    )  # fmt: skip
    sender.nudge = reconnector.nudge
    standard = standard_input()
    source: RawInput | None = opened or raw_input or standard
    if text is None and source is None:
        complain(strings.NO_INPUT)
        return USAGE
    task = asyncio.current_task()
    came: list[int] = []

    def end() -> None:
        # Who does not know the passphrase can say nothing: there is nothing to wait for.
        if asker.is_asking and task is not None:
            task.cancel()
        else:
            sender.finish()

    try:
        with asking_first([end, lambda: task and task.cancel()]) as came:
            typed = source is standard and sys.stdin is not None and sys.stdin.isatty()
            saying = (
                sender.say_lines(Input(source), await_welcome=typed)
                if text is None
                else sender.say_text(text)
            )
            await first_of(reconnector.run(), saying)
    except TransportError as problem:
        sender.give_up(str(problem))
        return UNREACHABLE
    except (HelloRefused, Dismissed) as problem:
        sender.give_up(str(problem))
        return FAILED
    except asyncio.CancelledError:
        sender.give_up(strings.INTERRUPTED)
        if came:
            return BY_SIGNAL + came[0]
        raise
    finally:
        if opened is not None:
            opened.close()
    sender.tell_the_rest()
    if sender.refused:
        return FAILED
    return BY_SIGNAL + came[0] if came else OK


def _open(file: Path) -> FileIO:
    """Open a file that holds text; raise NotText."""
    try:
        opened = file.open("rb", buffering=0)
        beginning = opened.read(_LOOKED_AT_BYTES)
        opened.seek(0)
    except OSError as problem:
        why = in_words(problem)
        raise NotText(strings.cannot_read_file(name(str(file)), why)) from problem
    if b"\0" in beginning:
        opened.close()
        raise NotText(strings.not_text(name(str(file))))
    return opened


class _Sender:
    """Says messages, a bounded number at once, and tells of trouble."""

    def __init__(self, conversation: Conversation, room: str, options: SendOptions) -> None:
        self.refused = False
        """Something was not kept."""
        self.nudge: Callable[[], None] = lambda: None
        self._conversation = conversation
        self._room = room
        self._fences = options.fences
        self._sampler = Sampler() if options.sample else None
        self._gathering = options.gathering()
        self._taken = asyncio.Event()
        self._ever_connected = False
        self._in_trouble = False
        self._complaints = 0
        self._read = 0
        # Since when, and last told when, the room has been slower than the input.
        self._behind_s: float | None = None
        self._told = False
        self._lines: Input | None = None
        self._finishing = False

    # --- saying --------------------------------------------------------------------

    async def say_text(self, text: str) -> None:
        """Say one message, and wait until it is acked or rejected."""
        if text.strip():  # nothing to say is no error
            self._say(text)
        await self._settle(0)

    async def say_lines(self, lines: Input, *, await_welcome: bool = False) -> None:
        """Say everything that comes, and wait until it is acked or rejected."""
        self._lines = lines
        if await_welcome:
            # A passphrase may be asked for at the terminal that the lines come from.
            while not (self._ever_connected or self._finishing):
                self._taken.clear()
                await self._taken.wait()
        messages = gathered(lines, self._gathering, self._not_sent, self._holding)
        await self._say_each(messages)
        if self._sampler is not None and self._sampler.holds:
            await self._settle(WINDOW - 1)
            self._say(self._sampler.give())
        await self._settle(0)

    def finish(self) -> None:
        """Say what was read until now, wait until it is acked, and come to the end."""
        self._finishing = True
        self._taken.set()
        if self._lines is not None:
            self._lines.stop()
        asyncio.get_running_loop().call_later(STILL_THERE_S, self._tell_finishing)

    def _tell_finishing(self) -> None:
        count = self._conversation.unacked_count
        if count:
            complain(strings.finishing(count))

    async def _say_each(self, messages: AsyncIterator[str | None]) -> None:
        sampler = self._sampler
        async for text in messages:
            if text is not None:
                self._read += text.count("\n") + 1
            if sampler is None:
                if text is not None:
                    await self._settle(WINDOW - 1)
                    self._say(text)
                continue
            # Acks are heard only if the input leaves the loop a turn.
            await asyncio.sleep(0)
            full = self._conversation.unacked_count >= WINDOW
            if text is not None and (full or sampler.holds):
                sampler.take(text)
            elif text is not None:
                self._say(text)
            if sampler.holds and not full:
                self._say(sampler.give())

    def _holding(self) -> bool:
        return self._sampler is not None and self._sampler.holds

    def _say(self, text: str) -> None:
        try:
            said = text if self._fences is None else self._fences.around(text)
            self._conversation.say(self._room, said)
        except Refused as problem:
            self._not_sent(problem.text)
        self.nudge()

    async def _settle(self, count: int) -> None:
        """Wait until no more than `count` messages are on their way.

        At the end, that is until none is, and the hub has been there at all.
        """
        now_s = asyncio.get_running_loop().time
        self._behind_s = None
        while self._conversation.unacked_count > count or not (
            count or self._ever_connected or self._finishing
        ):
            if self._behind_s is None:
                self._behind_s = now_s()
            self._taken.clear()
            try:
                async with asyncio.timeout_at(self._behind_s + TELL_EVERY_S):
                    await self._taken.wait()
            except TimeoutError:
                self._tell_behind()
                self._behind_s = now_s()
        if self._told and not self._conversation.unacked_count:
            self._told = False
            complain(strings.NOTHING_WAITS)

    def _tell_behind(self) -> None:
        waiting = sum(said.text.count("\n") + 1 for said in self._conversation.unacked)
        if waiting and not self._in_trouble:
            self._told = True
            complain(strings.waiting(waiting))

    # --- what becomes of it --------------------------------------------------------

    def on_events(self, events: Sequence[tuple[ClientEvent, bytes]]) -> None:
        """Take note of what is kept, and complain about what is not."""
        for event, _ in events:
            match event:
                case Welcome():
                    self._ever_connected = True
                    self._in_trouble = False
                case Acked():
                    pass
                case Rejected():
                    self._not_sent(event.error.text)
                case Retrying():
                    self._trouble(strings.trying_again(event.error.text))
                case Error():
                    self._not_sent(event.text)
                case _:
                    continue
            self._taken.set()

    def lost(self, reason: str, wait_s: float) -> None:
        """Complain once about a lost connection."""
        self._trouble(strings.not_connected(reason))

    def refused_hello(self, error: Error) -> bool:
        """Leave it at that: another name would be somebody else's words."""
        return False

    def give_up(self, reason: str) -> None:
        """Say why it ends, and what is not known to be kept."""
        self.tell_the_rest()
        count = self._conversation.unacked_count if self._ever_connected else 0
        count += 0 if self._gathering.due_s is None else 1
        complain(strings.not_known_to_be_kept(reason, count))

    def tell_the_rest(self) -> None:
        """Say what was left out, or refused without a line of its own."""
        if self._sampler is not None and self._sampler.left_out:
            complain(strings.left_out(self._read, self._sampler.left_out))
        more = self._complaints - COMPLAINTS_MOST
        if more > 0:
            complain(strings.more_not_sent(more))

    def _trouble(self, text: str) -> None:
        if not self._in_trouble:
            self._in_trouble = True
            complain(text)

    def _not_sent(self, reason: str) -> None:
        self.refused = True
        self._complaints += 1
        if self._complaints <= COMPLAINTS_MOST:
            complain(strings.not_sent(reason))
