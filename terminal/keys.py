"""The key bindings of the prompt. Does not know what the rooms are."""

import os
import time
from collections.abc import Callable
from typing import Final, Protocol

from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from core.limits import TEXT_LIMIT_BYTES
from core.text.format import harmless
from terminal import strings
from terminal.modes import is_typing, shut_silent_modes
from terminal.streams import locale_name

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
    limit = _size(TEXT_LIMIT_BYTES) if size_bytes > TEXT_LIMIT_BYTES else None
    ways = strings.block_ways(lines, _size(size_bytes), limit)
    return next((way for way in ways if len(way) <= columns), ways[-1])


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
    remark: Callable[[str], None], complain: Callable[[str], None], moves: Moves,
    clock: Callable[[], float] = time.monotonic,
) -> KeyBindings:  # fmt: skip
    """Return the keys' meanings.

    `remark` is told what a person should know, and `complain` what is wrong.
    """
    keys = KeyBindings()
    shut_silent_modes(keys)
    _bind_moves(keys, moves)
    warned_s = -TWICE_S

    # In a search, Enter takes what was found, and Ctrl-C ends it: the library's own keys.
    @keys.add("enter", filter=is_typing)
    def _enter(event: KeyPressEvent) -> None:
        # What cannot be sent stays, so that it can be shortened, or put right.
        try:
            size_bytes = len(event.current_buffer.text.encode())
        except UnicodeEncodeError:
            complain(strings.not_utf_8(locale_name(os.environ)))
            return
        if size_bytes <= TEXT_LIMIT_BYTES:
            event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter", filter=is_typing)
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        text = pasted(event.data)
        # What is searched for has one line.
        event.current_buffer.insert_text(text if is_typing() else text.replace("\n", " "))

    @keys.add("c-c", filter=is_typing)
    def _drop_or_leave(event: KeyPressEvent) -> None:
        nonlocal warned_s
        if event.current_buffer.text:
            event.current_buffer.reset()
        elif clock() - warned_s < TWICE_S:
            event.app.exit(exception=KeyboardInterrupt())
        else:
            warned_s = clock()
            remark(strings.CTRL_C_AGAIN)

    return keys


def _bind_moves(keys: KeyBindings, moves: Moves) -> None:
    for number in range(1, 11):

        @keys.add("escape", str(number % 10))
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
