"""`hubbub join`: chat in rooms, at a prompt or in plain lines.

Wires conversation, chat and screen together; does not know how flags are read.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from core.client.address import HubAddress, parse_address
from core.client.conversation import Conversation
from core.client.outbox import WINDOW
from core.client.owner import user_owner
from core.client.reconnect import Dismissed, HelloRefused, Reconnector, RetryPolicy, first_of
from core.client.transport import TransportError, connect_transport
from core.client.trust import BY_AUTHORITY, Trust
from core.errors import HubbubError
from core.exitcodes import FAILED, OK, UNREACHABLE, USAGE
from core.folders import NoFolder, state_folder
from core.limits import TEXT_LINE_LIMIT_BYTES
from core.signals import ENDING, handle_on_loop
from core.text.burst import Block, Burst, Item, Line
from core.text.commands import is_command
from core.wire.framing import TooLong
from terminal import strings
from terminal.controller import SLOW_S, ChatController
from terminal.dress import Look
from terminal.ignored import Ignored
from terminal.links import Links, shows_links
from terminal.paint import palette
from terminal.passphrase import Aside, Asker, no_aside
from terminal.plain import PlainScreen
from terminal.router import DisplayOptions
from terminal.streams import (
    Input,
    Output,
    OutputFailed,
    RawInput,
    Writer,
    complain,
    locale_name,
    standard_input,
)

if TYPE_CHECKING:
    from terminal.prompt import Prompt


_LEAVING: Final = [one for one in ENDING if one != signal.SIGINT]
"""Ctrl-C is the prompt's own key, and KeyboardInterrupt elsewhere."""

ONLY_LOBBY: Final = ("lobby",)

LAST_ANSWERS_WAIT_S: Final = 5.0
"""How long `/quit` waits for answers that are still to come."""


@dataclass(frozen=True, slots=True)
class JoinOptions:
    """Options of `join`. `plain`: plain lines even on a terminal."""

    plain: bool = False
    bell: bool = True
    links: Links = "auto"


AS_IT_IS: Final = JoinOptions()


async def run_join(
    target: str, *, rooms: Sequence[str] = ONLY_LOBBY, nick: str | None = None,
    options: JoinOptions = AS_IT_IS, raw_input: RawInput | None = None,
    output: Writer | None = None, retry: RetryPolicy | None = None,
    proxy: Literal[True] | None = True, passphrase: str | None = None, trust: Trust = BY_AUTHORITY,
) -> int:  # fmt: skip
    """Talk in rooms until the input ends or the user leaves; return the exit code.

    On a terminal there is a prompt, if that is wished; otherwise plain lines, from
    `raw_input` to `output`. 0: fine. 1: the hub refuses this user. 2: target or
    room cannot be understood. 3: not reachable at first.
    """
    try:
        where = parse_address(target)
        if where.room is not None and tuple(rooms) == ONLY_LOBBY:
            rooms = (where.room,)  # the page's address says which
        conversation = Conversation(
            nick or where.nick, owner=user_owner(where), passphrase=passphrase
        )
        command = _JoinCommand(conversation, rooms, where)
        if options.plain or raw_input is not None or not _on_terminal():
            command.use_plain_lines(raw_input or standard_input(), output or Output(), options)
        else:
            command.use_prompt(options)
    except OutputFailed as problem:
        complain(str(problem))
        return FAILED
    except HubbubError as problem:
        complain(str(problem))
        return USAGE
    reconnector = Reconnector(
        command.chat.conversation, command.chat,
        lambda: connect_transport(where, proxy=proxy, trust=trust),
        retry=retry or RetryPolicy(), ask_passphrase=Asker(command.aside),
    )  # fmt: skip
    try:
        with command.above:
            # In this order, so that a run that is cancelled leaves its
            # rooms before the connection ends.
            await first_of(command.run(reconnector), reconnector.run())
    except TransportError as problem:
        complain(str(problem))
        return UNREACHABLE
    except (HelloRefused, Dismissed) as problem:
        complain(str(problem))
        return FAILED
    except asyncio.CancelledError:
        pass  # Ctrl-C, which is a way to leave
    command.tell_unsaid()
    failed = command.failed()
    if failed is not None:
        complain(str(failed))
    return OK if failed is None else FAILED


class _JoinCommand:
    """One run of `join`, from the first line typed until the rooms are left."""

    def __init__(self, conversation: Conversation, rooms: Sequence[str], where: HubAddress) -> None:
        self.chat: ChatController
        self.above: AbstractContextManager[Any] = nullcontext()
        self.aside: Aside = no_aside
        self.failed: Callable[[], OutputFailed | None] = lambda: None
        self._conversation = conversation
        self._rooms = rooms
        self._where = where
        self._reconnector: Reconnector | None = None
        self._type: Callable[[], Coroutine[Any, Any, bool]]
        self._changed = asyncio.Event()

    def use_plain_lines(
        self, raw_input: RawInput | None, output: Writer, options: JoinOptions
    ) -> None:
        """Read and write plain lines; raise Refused for a room that cannot be."""
        person = isinstance(output, Output) and output.is_terminal
        display = DisplayOptions(echo=False, days=True, status=False)
        screen = PlainScreen(output, self._leave, bell=person and options.bell)
        self.failed = lambda: screen.failed
        # A program hears everybody.
        ignored = self._kept_ignored() if person else None
        self.chat = ChatController(self._conversation, screen, self._rooms, display, ignored)
        lines = Input(raw_input, TEXT_LINE_LIMIT_BYTES)
        self._type = lambda: self._type_lines(lines)

    def use_prompt(self, options: JoinOptions) -> None:
        """Use the terminal; raise Refused for a room that cannot be."""
        # Imported here because only this needs it, and it takes its time.
        from prompt_toolkit.history import InMemoryHistory

        from terminal.history import KeptHistory
        from terminal.prompt import Prompt
        from terminal.promptcontroller import PromptController

        state = _state()
        if state is None:
            complain(strings.NOTHING_REMEMBERED)
        history = (
            KeptHistory(state / "history", lambda why: self.chat.complain(why))
            if state is not None
            else InMemoryHistory()
        )
        look = Look(palette(os.environ), shows_links(options.links, os.environ))
        desk = PromptController()
        prompt = Prompt(desk, history, look, bell=options.bell)
        display = DisplayOptions(days=True)
        desk.chat = self.chat = ChatController(
            self._conversation, prompt, self._rooms, display, self._kept_ignored()
        )
        self.chat.clear = prompt.clear
        self.above, self.aside = prompt.above(), prompt.aside
        self._type = lambda: self._type_at(prompt)

    def _kept_ignored(self) -> Ignored:
        hub = f"{self._where.host}:{self._where.port}"
        state = _state()
        return Ignored(state and state / "ignored.json", hub, complain)

    async def run(self, reconnector: Reconnector) -> None:
        """Type until the end, see it settled, and leave."""
        self._reconnector = reconnector
        self.chat.page = self._where.page
        self.chat.nudge = reconnector.nudge
        self.chat.changed = self._changed.set
        try:
            with self._leaving_on_signals():
                if await self._type():
                    await self._settle()
        finally:
            self._leave()
        # Wait until the connection ends, so that the `leave` is sent on it.
        await asyncio.get_running_loop().create_future()

    def _leave(self) -> None:
        self.chat.leave_all()
        if self._reconnector is not None:
            self._reconnector.leave()

    @contextmanager
    def _leaving_on_signals(self) -> Iterator[None]:
        """Leave in an orderly way when the terminal closes, or somebody ends this."""
        remove = handle_on_loop(_LEAVING, self._leave)
        try:
            yield
        finally:
            remove()

    def tell_unsaid(self) -> None:
        """Say what has not been sent, if anything."""
        count = self._conversation.unacked_count
        if count:
            complain(strings.unsaid(count))

    # --- typing ----------------------------------------------------------------------

    async def _type_at(self, prompt: "Prompt") -> bool:
        """Read from a prompt; return False if the user leaves without waiting."""
        loop = asyncio.get_running_loop()
        while not self.chat.quitting:
            try:
                text = (await prompt.read()).strip("\n")
            except KeyboardInterrupt:
                return False
            except EOFError:
                break
            if text.strip():
                self.chat.typed(Block(text) if "\n" in text else Line(text))
                loop.call_later(SLOW_S, prompt.refresh)
        if self._conversation.unacked_count and not self.chat.view.connected:
            self.chat.remark(strings.WAITING_TO_SEND)
        return True

    async def _type_lines(self, lines: Input) -> bool:
        """Read plain lines; a burst of them is one message, as in text mode."""
        # The room is shown as it is before anything happens in it.
        while not (self.chat.view.welcomed and self.chat.is_up_to_date):
            await self._change()
        burst = Burst(is_command)
        while not self.chat.quitting:
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
            self.chat.complain(strings.line_too_long(line.size))
            return []
        try:
            return burst.line(line.decode(), now_s)
        except UnicodeDecodeError:
            self.chat.complain(strings.not_utf_8(locale_name(os.environ)))
            return []

    async def _do(self, items: list[Item]) -> None:
        for item in items:
            if self.chat.quitting:
                return
            # A pipe that outruns the hub waits for it.
            while self._conversation.unacked_count >= WINDOW:
                await self._change()
            self.chat.typed(item)

    # --- leaving ---------------------------------------------------------------------

    async def _settle(self) -> None:
        """Wait until everything said is settled, and then a while for answers."""
        conversation, view = self._conversation, self.chat.view
        while conversation.unacked_count or not view.welcomed:
            await self._change()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_ANSWERS_WAIT_S):
                while not (conversation.at_rest and self.chat.is_up_to_date):
                    await self._change()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


def _on_terminal() -> bool:
    if sys.stdin is None or sys.stdout is None or os.environ.get("TERM") in ("dumb", "unknown"):
        return False
    return sys.stdin.isatty() and sys.stdout.isatty()


def _state() -> Path | None:
    """Return the folder of what is kept from run to run; None for who has none."""
    try:
        return state_folder(os.environ)
    except NoFolder:
        return None
