"""The prompt of a terminal: lines print above it, the status stands below.

The terminal's own scrollback, selection and search stay as they are.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import StdoutProxy
from prompt_toolkit.styles import Style

from core.shown import CONTINUED
from terminal.wrap import wrap

REDRAW_S = 0.02
"""Lines are gathered for so long before the prompt is drawn anew below them."""

STYLE = Style.from_dict({"bottom-toolbar": "noreverse dim"})


class Prompt:
    """Reads what a person types, and shows lines above it."""

    def __init__(self, room: Callable[[], str], status: Callable[[], str]) -> None:
        """`room` and `status` tell what stands before and below the prompt."""
        self._session: PromptSession[str] = PromptSession(
            message=lambda: f"{room()}> ",
            bottom_toolbar=lambda: f" {status()}",
            multiline=True,
            prompt_continuation=CONTINUED,
            key_bindings=_keys(),
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
        columns = self._session.output.get_size().columns
        sys.stdout.write(wrap(text.decode(errors="replace"), columns))
        sys.stdout.flush()

    def refresh(self) -> None:
        """Draw prompt and status again."""
        self._session.app.invalidate()

    @contextmanager
    def above(self) -> Iterator[None]:
        """Return a context in which what is printed stands above the prompt."""
        with StdoutProxy(sleep_between_writes=REDRAW_S) as proxy:
            shown: Any = proxy
            with redirect_stdout(shown), redirect_stderr(shown):
                yield


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _enter(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys
