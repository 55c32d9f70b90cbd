"""Bindings that keep prompt_toolkit's silent modes shut.

A mode is silent if a key enters it and nothing on the screen tells of it: what
is typed then goes elsewhere, or nowhere. Search and the completion menu show
themselves and stay. tests/terminal/test_modes.py tries every key that the
library binds, so that a newer library cannot bring in another.
"""

from collections.abc import Callable
from typing import Final

from prompt_toolkit.application import get_app
from prompt_toolkit.filters import Condition, has_completions
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.keys import Keys

_SHUT: Final[tuple[tuple[str, ...], ...]] = (
    ("c-@",),  # selects from here on; typing then does nothing
    ("c-q",),  # takes the next key as it is
    ("c-]",),  # takes the next key as a place to go to
    ("escape", "c-]"),
    ("c-x",),  # begins the recording of macros
    ("c-o",),  # says the line, past what Enter looks after
    ("escape", "#"),  # says the line, with a mark before it
    ("escape", "-"),  # repeats the next key so often
)

_SHIFTED: Final = {
    Keys.ShiftLeft: Keys.Left,
    Keys.ShiftRight: Keys.Right,
    Keys.ShiftUp: Keys.Up,
    Keys.ShiftDown: Keys.Down,
    Keys.ShiftHome: Keys.Home,
    Keys.ShiftEnd: Keys.End,
    Keys.ControlShiftLeft: Keys.ControlLeft,
    Keys.ControlShiftRight: Keys.ControlRight,
    Keys.ControlShiftHome: Keys.ControlHome,
    Keys.ControlShiftEnd: Keys.ControlEnd,
}
"""Selecting belongs to the terminal, so these only move."""


@Condition
def is_typing() -> bool:
    """Tell whether keys go into the line that is to be said, and not into a search."""
    return not get_app().layout.is_searching


def shut_silent_modes(keys: KeyBindings) -> None:
    """Bind what would enter a silent mode to nothing, and shifted moves to moves."""
    for sequence in _SHUT:
        # Eager, so that no key behind it is waited for.
        keys.add(*sequence, eager=True)(_nothing)
    for shifted, plain in _SHIFTED.items():
        keys.add(shifted)(_moves(plain))

    @keys.add("escape", filter=has_completions)
    def _close_menu(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()


def _nothing(event: KeyPressEvent) -> None:
    del event


def _moves(plain: Keys) -> Callable[[KeyPressEvent], None]:
    def move(event: KeyPressEvent) -> None:
        event.key_processor.feed(KeyPress(plain, ""), first=True)

    return move
