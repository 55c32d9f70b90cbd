"""`hubbub join`: talk in a room, at a prompt or in plain lines."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Final, Literal

from core.burst import Block, Burst, Item, Line
from core.client.link import LinkError, open_link
from core.client.reach import Dismissed, HelloRefused, Pacing, Reach, first_of
from core.client.target import parse_target
from core.commands import is_command
from core.conversation import Conversation
from core.errors import HubbubError
from core.limits import TEXT_LINE_LIMIT_BYTES
from core.lines import TooLong
from core.outbox import WINDOW
from core.shown import name, text_lines
from terminal.streams import (
    Input,
    Output,
    OutputClosed,
    RawInput,
    Writer,
    complain,
    standard_input,
)
from terminal.talk import SLOW_S, Talk

if TYPE_CHECKING:
    from terminal.prompt import Prompt

FINE: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3

ANSWER_WAIT_S: Final = 5.0
"""Whoever leaves gets the answers that are still to come, but not for ever."""


async def run_join(
    target: str, *, room: str = "lobby", nick: str | None = None, plain: bool = False,
    raw_input: RawInput | None = None, output: Writer | None = None,
    pacing: Pacing | None = None, proxy: Literal[True] | None = True,
) -> int:  # fmt: skip
    """Talk in a room until the input ends or the user leaves; return the exit code.

    On a terminal there is a prompt, unless `plain`; otherwise plain lines, from
    `raw_input` to `output`. 0: fine. 1: the hub refuses this user. 2: target or
    room cannot be understood. 3: not reachable at first.
    """
    try:
        where = parse_target(target)
        visit = _Visit(Conversation(nick or where.nick), room)
        if plain or raw_input is not None or not _on_terminal():
            visit.use_plain_lines(raw_input or standard_input(), output or Output())
        else:
            visit.use_prompt()
    except HubbubError as problem:
        _complain(str(problem))
        return USAGE
    reach = Reach(
        visit.talk.conversation, visit.talk, lambda: open_link(where, proxy=proxy),
        pacing=pacing or Pacing(),
    )  # fmt: skip
    try:
        with visit.above:
            # In this order, so that a visit that is broken off says good-bye
            # before the connection ends.
            await first_of(visit.run(reach), reach.run())
    except LinkError as problem:
        _complain(str(problem))
        return UNREACHABLE
    except (HelloRefused, Dismissed) as problem:
        _complain(str(problem))
        return REFUSED
    except asyncio.CancelledError:
        pass  # Ctrl-C, which is a way to leave
    visit.tell_unsaid()
    return FINE


class _PlainScreen:
    """Plain lines on an output, as long as somebody reads it."""

    def __init__(self, output: Writer, closed: Callable[[], None]) -> None:
        self._output: Writer | None = output
        self._closed = closed

    def show(self, text: bytes) -> None:
        if self._output is None:
            return
        try:
            self._output.write(text)
        except OutputClosed:
            self._output = None
            self._closed()

    def refresh(self) -> None:
        pass


class _Visit:
    """One visit to a room, from the first line typed to the good-bye."""

    def __init__(self, conversation: Conversation, room: str) -> None:
        self.talk: Talk
        self.above: AbstractContextManager[Any] = nullcontext()
        self._conversation = conversation
        self._room = room
        self._reach: Reach | None = None
        self._type: Callable[[], Coroutine[Any, Any, bool]]
        self._changed = asyncio.Event()

    def use_plain_lines(self, raw_input: RawInput | None, output: Writer) -> None:
        """Read and write plain lines; raise Refused for a room that cannot be."""
        self.talk = Talk(
            self._conversation, _PlainScreen(output, self._leave), self._room, echo=False
        )
        lines = Input(raw_input, TEXT_LINE_LIMIT_BYTES)
        self._type = lambda: self._type_lines(lines)

    def use_prompt(self) -> None:
        """Use the terminal; raise Refused for a room that cannot be."""
        # Imported here because only this needs it, and it takes its time.
        from terminal.prompt import Prompt

        prompt = Prompt(lambda: name(self.talk.room), lambda: self.talk.status)
        self.talk = Talk(self._conversation, prompt, self._room, echo=True)
        self.above = prompt.above()
        self._type = lambda: self._type_at(prompt)

    async def run(self, reach: Reach) -> None:
        """Type until the end, see it settled, and leave."""
        self._reach = reach
        self.talk.nudge = reach.nudge
        self.talk.changed = self._changed.set
        try:
            if await self._type():
                await self._settle()
        finally:
            self._leave()
        # The connection ends first, so that the good-bye is on it.
        await asyncio.get_running_loop().create_future()

    def _leave(self) -> None:
        self.talk.goodbye()
        if self._reach is not None:
            self._reach.leave()

    def tell_unsaid(self) -> None:
        """Say what has not been sent, if anything."""
        count = self._conversation.unsettled_count
        if count:
            _complain(f"{count} of your messages {'was' if count == 1 else 'were'} not sent")

    # --- typing ----------------------------------------------------------------------

    async def _type_at(self, prompt: "Prompt") -> bool:
        """Read from a prompt; return False if the user leaves without waiting."""
        loop = asyncio.get_running_loop()
        while not self.talk.quitting:
            try:
                text = (await prompt.read()).strip("\n")
            except KeyboardInterrupt:
                return False
            except EOFError:
                break
            if text.strip():
                self.talk.typed(Block(text) if "\n" in text else Line(text))
                loop.call_later(SLOW_S, prompt.refresh)
        if self._conversation.unsettled_count and not self.talk.view.connected:
            self.talk.remark("waiting to send the rest; Ctrl-C leaves without")
        return True

    async def _type_lines(self, lines: Input) -> bool:
        """Read plain lines; a burst of them is one message, as in text mode."""
        # The room is shown as it is before anything happens in it.
        while not (self.talk.view.welcomed and self.talk.is_up_to_date):
            await self._change()
        burst = Burst(is_command)
        while not self.talk.quitting:
            try:
                due_s = burst.due_s
                wait_s = None if due_s is None else max(0.0, due_s - time.monotonic())
                async with asyncio.timeout(wait_s):
                    got = await lines.lines()
            except TimeoutError:
                await self._do(burst.tick(time.monotonic()))
                continue
            if got is None:
                break
            now_s = time.monotonic()
            for line in got:
                await self._do(self._items(burst, line, now_s))
        await self._do(burst.flush())
        return True

    def _items(self, burst: Burst, line: bytes | TooLong, now_s: float) -> list[Item]:
        if isinstance(line, TooLong):
            self.talk.complain(f"not sent: a line of {line.size:,} bytes is too long")
            return []
        try:
            return burst.line(line.decode(), now_s)
        except UnicodeDecodeError:
            self.talk.complain("not sent: that was not UTF-8")
            return []

    async def _do(self, items: list[Item]) -> None:
        for item in items:
            if self.talk.quitting:
                return
            # A pipe that outruns the hub waits for it.
            while self._conversation.unsettled_count >= WINDOW:
                await self._change()
            self.talk.typed(item)

    # --- leaving ---------------------------------------------------------------------

    async def _settle(self) -> None:
        """Wait until everything said is settled, and then a while for answers."""
        conversation, view = self._conversation, self.talk.view
        while conversation.unsettled_count or not view.welcomed:
            await self._change()
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_WAIT_S):
                while not (conversation.at_rest and self.talk.is_up_to_date):
                    await self._change()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


def _on_terminal() -> bool:
    if sys.stdin is None or sys.stdout is None or os.environ.get("TERM") in ("dumb", "unknown"):
        return False
    return sys.stdin.isatty() and sys.stdout.isatty()


def _complain(text: str) -> None:
    complain(text_lines("hubbub: ", text))
