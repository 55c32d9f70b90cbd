"""Every key that prompt_toolkit binds, in every mode: none leads where typing is lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.application.current import set_app
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.key_binding.defaults import load_key_bindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import DummyOutput

from terminal.completion import Offer
from terminal.prompt import Prompt

LEAVES_THE_TERMINAL = Keys.ControlZ

MODES: dict[str, tuple[Keys | str, ...]] = {
    "half a line": (*"half a line", Keys.Left, Keys.Left),
    "two lines": (*"one", Keys.Escape, Keys.Enter, *"two"),
    "search": (*"draft", Keys.ControlR, *"apples"),
    "forward search with no hit": (*"draft", Keys.ControlS, *"nowhere"),
    "completion, one chosen": (*"/t", Keys.Tab, Keys.Tab),
    "an older entry": (Keys.Up,),
    "tried to select": (*"half a line", Keys.ControlAt, Keys.Left),
    "selected with Shift": (*"half a line", Keys.ShiftLeft, Keys.ShiftLeft),
    "pasted, something cut": (Keys.BracketedPaste, Keys.ControlW),
}


class Desk:
    """A delegate with two completions, and rooms that stay where they are."""

    room = "lobby"

    def status(self, columns: int) -> str:
        return "alice"[:columns]

    def offers(self, before: str) -> list[Offer]:
        return [Offer("/topic ", len(before)), Offer("/tell ", len(before))]

    def to_number(self, number: int) -> None:
        pass

    def beside(self, step: int) -> None:
        pass

    def to_news(self) -> None:
        pass


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as keys:
        yield keys


class Typist:
    """Presses keys at a prompt that has said two things before, and is not drawn."""

    def __init__(self, prompt: Prompt) -> None:
        self.app = prompt.app
        self._prompt = prompt
        self._future: asyncio.Future[str] | None = None

    async def begin(self) -> None:
        """Begin a new line."""
        self._future = self.app.future = asyncio.get_running_loop().create_future()
        self.app.layout.reset()
        self.app.layout.focus(DEFAULT_BUFFER)
        self.app.reset()
        self.app.current_buffer.reset()
        self.app.current_buffer.load_history_if_not_yet_loaded()
        await settle()

    @property
    def is_searching(self) -> bool:
        return self.app.layout.is_searching

    @property
    def text(self) -> str:
        return self.app.current_buffer.text

    @property
    def said(self) -> str | None:
        """Return what has been entered; None if the line is still open."""
        assert self._future is not None
        return self._future.result() if self._future.done() else None

    @property
    def has_ended(self) -> bool:
        return self._future is not None and self._future.done()

    def press(self, *keys: Keys | str) -> None:
        for key in keys:
            data = "a pasted line\nand more" if key == Keys.BracketedPaste else ""
            self.app.key_processor.feed(KeyPress(key, data or (key if len(key) == 1 else "")))
            self.app.key_processor.process_keys()
            if self.has_ended:
                return

    def is_in_no_silent_mode(self) -> bool:
        return not (
            self.app.current_buffer.selection_state
            or self.app.quoted_insert
            or self.app.emacs_state.is_recording
            or self.app.key_processor.arg
        )


async def settle() -> None:
    """Let completions and entries come."""
    for _ in range(8):
        await asyncio.sleep(0)


@asynccontextmanager
async def at_prompt(keys: PipeInput) -> AsyncIterator[Typist]:
    with create_app_session(input=keys, output=DummyOutput()):
        history = InMemoryHistory(["green apples", "pears"])
        typist = Typist(Prompt(Desk(), history))
        with set_app(typist.app):
            await typist.begin()
            try:
                yield typist
            finally:
                await typist.app.cancel_and_wait_for_background_tasks()


def bound() -> list[tuple[Keys | str, ...]]:
    """Return every sequence of keys that the library binds for a prompt."""
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        own = Prompt(Desk()).app.key_bindings
    assert own is not None
    does: dict[tuple[Keys | str, ...], frozenset[str]] = {}
    for binding in (*load_key_bindings().bindings, *own.bindings):
        sequence = tuple("q" if key == Keys.Any else key for key in binding.keys)
        does[sequence] = does.get(sequence, frozenset()) | {binding.handler.__qualname__}
    # Of keys that nothing but being ignored is bound to, one is enough.
    ignored = [one for one, names in does.items() if all("_ignore" in name for name in names)]
    found = does.keys() - set(ignored[1:])
    skipped = {Keys.CPRResponse, LEAVES_THE_TERMINAL, Keys.SIGINT, Keys.Vt100MouseEvent,
               Keys.WindowsMouseEvent, Keys.ScrollUp, Keys.ScrollDown}  # fmt: skip
    return sorted((one for one in found if not skipped & set(one)), key=repr)


@pytest.mark.parametrize("mode", MODES)
async def test_after_any_key_what_is_typed_is_seen_and_said(keys: PipeInput, mode: str) -> None:
    tried = bound()
    assert len(tried) > 100
    async with at_prompt(keys) as typist:
        for sequence in tried:
            await typist.begin()
            typist.press(*MODES[mode])
            await settle()
            typist.press(*sequence)
            await settle()
            if typist.has_ended:
                continue
            assert typist.is_in_no_silent_mode(), (mode, sequence)
            typist.press(*"zqj")
            assert "zqj" in typist.text, (mode, sequence)
            if typist.is_searching:
                typist.press(Keys.Enter)
                assert not typist.is_searching, (mode, sequence)
                typist.press(*"zqj")
            typist.press(Keys.Enter)
            assert "zqj" in (typist.said or ""), (mode, sequence)


async def test_enter_takes_what_a_search_found(keys: PipeInput) -> None:
    async with at_prompt(keys) as typist:
        typist.press(Keys.ControlR, *"apples", Keys.Enter)
        assert not typist.is_searching
        assert typist.text == "green apples"
        typist.press(Keys.Enter)
        assert typist.said == "green apples"


@pytest.mark.parametrize("key", [Keys.ControlC, Keys.ControlG])
async def test_a_search_that_is_given_up_leaves_what_was_typed(keys: PipeInput, key: Keys) -> None:
    async with at_prompt(keys) as typist:
        typist.press(*"draft", Keys.ControlR, *"apples", key)
        assert not typist.is_searching
        assert typist.text == "draft"


async def test_ctrl_space_between_words_changes_nothing(keys: PipeInput) -> None:
    async with at_prompt(keys) as typist:
        typist.press(*"one", Keys.ControlAt, *" two", Keys.Enter)
        assert typist.said == "one two"


async def test_a_paste_into_a_search_has_one_line(keys: PipeInput) -> None:
    async with at_prompt(keys) as typist:
        typist.press(Keys.ControlR, Keys.BracketedPaste)
        assert typist.text == "a pasted line and more"


async def test_escape_closes_the_menu(keys: PipeInput) -> None:
    async with at_prompt(keys) as typist:
        typist.press(*"/t", Keys.Tab, Keys.Tab)
        await settle()
        assert typist.app.current_buffer.complete_state
        typist.press(Keys.Escape, Keys.F1)
        assert not typist.app.current_buffer.complete_state
