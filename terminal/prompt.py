"""The prompt of a terminal: lines print above it, the status stands below.

The terminal's own scrollback, selection and search stay as they are. Knows
prompt_toolkit, and does not know a hub or a conversation.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, redirect_stderr, redirect_stdout
from typing import Any, Final, Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.application import Application, get_app, in_terminal
from prompt_toolkit.application.current import set_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History, InMemoryHistory
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from core.text.format import CONTINUED, name, printable
from terminal.completion import Offer
from terminal.dress import PLAIN, Look, dressed
from terminal.keys import Moves, block_size, key_bindings
from terminal.pace import Pace
from terminal.renderer import PromptRenderer, reflows
from terminal.status import coloured, cut
from terminal.view import complaint, remark

STYLE: Final = Style.from_dict({"bottom-toolbar": "noreverse dim", "named": "nodim bold reverse"})


class PromptDelegate(Moves, Protocol):
    """What a prompt asks for while somebody types at it."""

    @property
    def room(self) -> str:
        """The room that is looked at."""
        ...

    def status(self, columns: int) -> str:
        """Return the line below the prompt, in so many cells."""
        ...

    def offers(self, before: str) -> Sequence[Offer]:
        """Return what Tab offers behind what was typed."""
        ...


class _Tab(Completer):
    """Offers what fits, when Tab is pressed."""

    def __init__(self, delegate: PromptDelegate) -> None:
        self._delegate = delegate

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        del complete_event
        for offer in self._delegate.offers(document.text_before_cursor):
            shown = offer.usage or offer.text.rstrip()
            yield Completion(offer.text, -offer.replaced, display=shown, display_meta=offer.help)


class Prompt:
    """Reads what a person types, and shows lines above it."""

    def __init__(
        self, delegate: PromptDelegate, history: History | None = None, look: Look = PLAIN, *,
        bell: bool = True,
    ) -> None:  # fmt: skip
        self._look = look
        self._bell = bell
        self._delegate = delegate
        self._session: PromptSession[str] = PromptSession(
            message=lambda: f"{cut(name(delegate.room), self._columns // 3)}> ",
            bottom_toolbar=self._below,
            multiline=True,
            prompt_continuation=CONTINUED,
            key_bindings=key_bindings(self._remark, self._complain, delegate),
            completer=_Tab(delegate),
            complete_while_typing=False,
            history=history or InMemoryHistory(),
            color_depth=None if look.colours else ColorDepth.MONOCHROME,
            # What was typed is shown once, when it comes back from the hub.
            erase_when_done=True,
            enable_suspend=True,
            style=STYLE,
        )
        self._renderer = PromptRenderer(self.app.renderer, reflows=reflows(os.environ))
        self.app.renderer = self._renderer
        self._pace = Pace(self._draw)
        self._lines: list[bytes] = []  # not drawn yet
        self._drawn: tuple[str, str] | None = None  # room and status, as they were drawn

    @property
    def app(self) -> Application[str]:
        """The library's application that reads keys."""
        return self._session.app

    async def read(self) -> str:
        """Wait for what a person enters; raise EOFError or KeyboardInterrupt."""
        return await self._session.prompt_async()

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """Take the prompt away while something else is asked, and bring it back as it was.

        Ctrl-C meanwhile ends the prompt, which waits for this to end: whoever asks is cancelled.
        """
        asking, prompting = asyncio.current_task(), self.app.future

        def ended(_: object) -> None:
            if asking is not None:
                asking.cancel()

        with set_app(self.app):
            async with in_terminal():
                if prompting is not None:
                    prompting.add_done_callback(ended)
                try:
                    yield
                finally:
                    if prompting is not None:
                        prompting.remove_done_callback(ended)

    def show(self, text: bytes) -> None:
        """Show whole lines above the prompt, on the loop's thread."""
        self._lines.append(text)
        self._pace.ask()

    def refresh(self) -> None:
        """Draw prompt and status again, if they have changed."""
        self._pace.ask()

    def clear(self) -> None:
        """Empty the screen; the terminal keeps what has scrolled out of it."""
        self.draw_now()
        # Without asking where the cursor is: between two entries nobody reads the answer.
        self._renderer.erase()
        self.app.output.erase_screen()
        self.app.output.cursor_goto(0, 0)
        self.app.output.flush()

    def draw_now(self) -> None:
        """Draw what has gathered at once."""
        self._pace.draw_now()

    def ring(self) -> None:
        """Ring the terminal's bell, if it is wanted."""
        if self._bell:
            self._session.output.bell()

    def _remark(self, text: str) -> None:
        self.show(remark(text))

    def _complain(self, text: str) -> None:
        self.show(complaint(text))

    @property
    def _columns(self) -> int:
        return self._session.output.get_size().columns

    def _below(self) -> StyleAndTextTuples:
        # One cell before it, and the last one free: some terminals wrap behind it.
        columns = self._columns - 2
        typed = get_app().current_buffer.text
        return [("", " "), *coloured(block_size(typed, columns) or self._delegate.status(columns))]

    def _draw(self) -> None:
        """Draw what has gathered, and the prompt if it has changed."""
        context = self.app.context
        if context is None:
            self._draw_here()
        else:
            context.copy().run(self._draw_here)

    def _draw_here(self) -> None:
        columns = self._columns
        anew = False
        if self._renderer.last_rendered_screen is not None:
            now = (self._delegate.room, self._delegate.status(columns - 2))
            anew, self._drawn = now != self._drawn, now
        if self._lines:
            text = b"".join(self._lines).decode(errors="replace")
            self._lines = []
            shown = dressed(text, columns, self._look)
            self._renderer.print_above(self.app, shown, shown.count("\n"), anew=anew)
        elif anew:
            self.app.invalidate()

    @contextmanager
    def above(self) -> Iterator[None]:
        """Return a context in which what is printed stands above the prompt."""
        loop, here = asyncio.get_running_loop(), threading.get_ident()

        def show(text: str) -> None:
            shown = text.encode(errors="replace")
            if threading.get_ident() == here:
                self.show(shown)
            else:
                loop.call_soon_threadsafe(self.show, shown)

        printed: Any = _PrintableFile(show)
        with redirect_stdout(printed), redirect_stderr(printed):
            try:
                yield
            finally:
                printed.end()
                self.draw_now()


class _PrintableFile:
    """Standard output and error, on which nobody has looked at what is written."""

    def __init__(self, show: Callable[[str], object]) -> None:
        self._show = show
        self._begun = ""

    def end(self) -> None:
        """Show what has no newline yet."""
        if self._begun:
            self.write("\n")

    def write(self, text: str) -> int:
        whole, newline, self._begun = (self._begun + text).rpartition("\n")
        if newline:
            self._show(printable(whole, "?", keep="\n\t") + newline)
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False
