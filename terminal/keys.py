"""The key bindings of the prompt. Does not know what the rooms are."""

import time
from collections.abc import Callable
from typing import Final, Protocol

from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from core.limits import TEXT_LIMIT_BYTES
from core.text.format import harmless

TWICE_S: Final = 2.0
"""A second Ctrl-C within this time leaves."""


def pasted(data: str) -> str:
    """Return a paste as text: one kind of line end, and pictures of control characters."""
    text = harmless(data.replace("\r\n", "\n").replace("\r", "\n"))
    # A line that is copied often comes with its line end.
    return text[:-1] if text.count("\n") == 1 and text.endswith("\n") else text


def block_size(text: str, columns: int) -> str:
    """Return what to know of several lines, or too many, before they go out; else nothing.

    In `columns` cells; it is shorter where there is less room.
    """
    size_bytes = len(text.encode(errors="replace"))
    lines = len(text.strip("\n").split("\n"))
    if lines == 1 and size_bytes <= TEXT_LIMIT_BYTES:
        return ""
    what = f"{lines:,} line{'' if lines == 1 else 's'}, {_size(size_bytes)}"
    if size_bytes > TEXT_LIMIT_BYTES:
        limit = _size(TEXT_LIMIT_BYTES)
        ways = (f"{what}: over the {limit} of a message; Ctrl-C drops it", f"{what}: over {limit}!")
    else:
        ways = (
            f"{what}: Enter sends them as one block, Ctrl-C drops them",
            f"{what}: Enter sends it",
        )
    return next((way for way in ways if len(way) <= columns), what)


def _size(size_bytes: int) -> str:
    if size_bytes < 1024:
        return f"{size_bytes} bytes"
    return f"{size_bytes / 1024:.1f}".removesuffix(".0") + " KiB"


class Moves(Protocol):
    """What keys do to rooms."""

    def to_number(self, number: int) -> None:
        """Look at the room with a number, from 1."""
        ...

    def beside(self, step: int) -> None:
        """Look at the room before (-1) or behind (1) this one."""
        ...

    def to_news(self) -> None:
        """Look at a room in which something is new."""
        ...


def key_bindings(
    remark: Callable[[str], None], moves: Moves, clock: Callable[[], float] = time.monotonic
) -> KeyBindings:
    """Return the keys' meanings; `remark` is told what a person should know."""
    keys = KeyBindings()
    _bind_moves(keys, moves)
    warned_s = -TWICE_S

    @keys.add("enter")
    def _enter(event: KeyPressEvent) -> None:
        # What is too long stays, so that it can be shortened.
        if len(event.current_buffer.text.encode(errors="replace")) <= TEXT_LIMIT_BYTES:
            event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(pasted(event.data))

    @keys.add("c-c")
    def _drop_or_leave(event: KeyPressEvent) -> None:
        nonlocal warned_s
        if event.current_buffer.text:
            event.current_buffer.reset()
        elif clock() - warned_s < TWICE_S:
            event.app.exit(exception=KeyboardInterrupt())
        else:
            warned_s = clock()
            remark("Ctrl-C again leaves")

    return keys


def _bind_moves(keys: KeyBindings, moves: Moves) -> None:
    for number in range(1, 10):

        @keys.add("escape", str(number))
        def _to(event: KeyPressEvent, number: int = number) -> None:
            del event
            moves.to_number(number)

    @keys.add("escape", "left")
    def _before(event: KeyPressEvent) -> None:
        del event
        moves.beside(-1)

    @keys.add("escape", "right")
    def _behind(event: KeyPressEvent) -> None:
        del event
        moves.beside(1)

    @keys.add("escape", "a")
    def _news(event: KeyPressEvent) -> None:
        del event
        moves.to_news()
