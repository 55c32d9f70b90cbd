"""The prompt of a terminal: lines print above it, the status stands below.

The terminal's own scrollback, selection and search stay as they are. Knows
prompt_toolkit, and does not know a hub or a conversation.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, Final, Protocol, TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import History, InMemoryHistory
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.patch_stdout import StdoutProxy
from prompt_toolkit.styles import Style

from core.text.format import CONTINUED, name, printable
from terminal.completion import Offer
from terminal.dress import PLAIN, Look, dressed
from terminal.keys import Moves, block_size, key_bindings
from terminal.status import cut
from terminal.view import remark

REDRAW_S: Final = 0.02
"""Lines are gathered for so long before the prompt is drawn anew below them."""

STYLE: Final = Style.from_dict({"bottom-toolbar": "noreverse dim"})


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
            yield Completion(offer.text, -offer.replaced, display_meta=offer.usage)


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
            key_bindings=key_bindings(lambda text: self.show(remark(text)), delegate),
            completer=_Tab(delegate),
            complete_while_typing=False,
            history=history or InMemoryHistory(),
            color_depth=None if look.colours else ColorDepth.MONOCHROME,
            # What was typed is shown once, when it comes back from the hub.
            erase_when_done=True,
            enable_suspend=True,
            style=STYLE,
        )

    async def read(self) -> str:
        """Wait for what a person enters; raise EOFError or KeyboardInterrupt."""
        return await self._session.prompt_async()

    def show(self, text: bytes) -> None:
        """Show whole lines above the prompt."""
        sys.stdout.write(dressed(text.decode(errors="replace"), self._columns, self._look))
        sys.stdout.flush()

    def refresh(self) -> None:
        """Draw prompt and status again."""
        self._session.app.invalidate()

    def ring(self) -> None:
        """Ring the terminal's bell, if it is wanted."""
        if self._bell:
            self._session.output.bell()

    @property
    def _columns(self) -> int:
        return self._session.output.get_size().columns

    def _below(self) -> str:
        # One cell before it, and the last one free: some terminals wrap behind it.
        columns = self._columns - 2
        typed = get_app().current_buffer.text
        return f" {block_size(typed, columns) or self._delegate.status(columns)}"

    @contextmanager
    def above(self) -> Iterator[None]:
        """Return a context in which what is printed stands above the prompt."""
        # What is shown is harmless but for the codes that were put there.
        with StdoutProxy(sleep_between_writes=REDRAW_S, raw=True) as proxy:
            shown: Any = proxy
            printed: Any = _PrintableFile(shown)
            with redirect_stdout(shown), redirect_stderr(printed):
                yield


class _PrintableFile:
    """Standard error, on which nobody has looked at what is written."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(printable(text, "?", keep="\n\t"))

    def flush(self) -> None:
        self._file.flush()

    def isatty(self) -> bool:
        return False
