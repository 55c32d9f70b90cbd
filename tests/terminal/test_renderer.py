"""Drawing above the prompt: how often, in how many writes, and what stays on the screen."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from terminal.completion import Offer
from terminal.pace import BETWEEN_S, Pace
from terminal.prompt import Prompt
from terminal.renderer import BEGIN_PICTURE, END_PICTURE, reflows

ROWS = 6


class Wire(io.StringIO):
    """What goes to a terminal, one entry for each write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return len(text)

    def isatty(self) -> bool:
        return True


class Desk:
    """A delegate whose status can change."""

    room = "lobby"
    here = "1 here"

    def status(self, columns: int) -> str:
        return self.here[:columns]

    def offers(self, before: str) -> list[Offer]:
        del before
        return []

    def to_number(self, number: int) -> None:
        pass

    def beside(self, step: int) -> None:
        pass

    def to_news(self) -> None:
        pass


class Drawn:
    """A prompt on a terminal of which each write is seen, and each layout counted."""

    def __init__(self, wire: Wire, desk: Desk) -> None:
        self.wire = wire
        self.desk = desk
        self.size = Size(rows=ROWS, columns=80)
        output = Vt100_Output(wire, lambda: self.size, term="xterm-256color", enable_cpr=False)
        output.get_rows_below_cursor_position = lambda: 2  # type: ignore[method-assign]
        self.output = output
        self.layouts = 0

    def at(self, prompt: Prompt) -> None:
        self.prompt = prompt
        self.app = prompt.app
        container = self.app.layout.container
        lay_out = container.write_to_screen

        def counted(*arguments: object, **named: object) -> None:
            self.layouts += 1
            lay_out(*arguments, **named)  # type: ignore[arg-type]

        container.write_to_screen = counted  # type: ignore[method-assign]

    def print(self, *lines: str) -> str:
        """Show lines, draw them, and return what was written, in one write."""
        before = len(self.wire.writes)
        self.prompt.show("".join(f"{line}\n" for line in lines).encode())
        self.prompt.draw_now()
        return "".join(self.wire.writes[before:])


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as keys:
        yield keys


@asynccontextmanager
async def at_terminal(keys: PipeInput) -> AsyncIterator[Drawn]:
    drawn = Drawn(Wire(), Desk())
    with create_app_session(input=keys, output=drawn.output):
        prompt = Prompt(drawn.desk)
        drawn.at(prompt)
        with prompt.above():
            reading = asyncio.ensure_future(prompt.read())
            while prompt.app.renderer.last_rendered_screen is None:
                await asyncio.sleep(0)
            try:
                yield drawn
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


async def test_lines_come_in_one_write_with_the_prompt_below_them(keys: PipeInput) -> None:
    async with at_terminal(keys) as drawn:
        drawn.print("the first")
        before = len(drawn.wire.writes)
        written = drawn.print(*(f"line {number}" for number in range(20)))
        assert len(drawn.wire.writes) == before + 1
        assert written.startswith(BEGIN_PICTURE)
        assert written.endswith(END_PICTURE)
        assert written.index("line 0") < written.index("line 19") < written.index("lobby>")


async def test_a_prompt_that_has_not_changed_is_not_laid_out_again(keys: PipeInput) -> None:
    async with at_terminal(keys) as drawn:
        drawn.print("the first")
        before = drawn.layouts
        for number in range(50):
            drawn.print(f"line {number}")
        assert drawn.layouts == before
        drawn.desk.here = "2 here"
        assert "2 here" in drawn.print("one more")
        assert drawn.layouts == before + 1


async def test_what_is_typed_stays_below(keys: PipeInput) -> None:
    async with at_terminal(keys) as drawn:
        drawn.print("the first")
        keys.send_text("half a line")
        while drawn.app.current_buffer.text != "half a line":
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)  # until it is drawn
        assert "lobby> half a line" in drawn.print("another")


@pytest.mark.parametrize(
    ("columns", "up"), [(80, ""), (60, "\x1b[A"), (30, "\x1b[2A"), (20, "\x1b[3A")]
)
async def test_a_prompt_that_the_terminal_has_wrapped_is_taken_away_whole(
    keys: PipeInput, columns: int, up: str
) -> None:
    async with at_terminal(keys) as drawn:
        typed = "lobby> " + "x" * 60
        keys.send_text("x" * 60)
        while drawn.app.current_buffer.text != "x" * 60:
            await asyncio.sleep(0)
        drawn.app.renderer.render(drawn.app, drawn.app.layout)
        drawn.size = Size(rows=ROWS, columns=columns)
        before = len(drawn.wire.writes)
        drawn.app.renderer.erase()
        erased = "".join(drawn.wire.writes[before:])
        assert len(typed) == 67
        assert erased.startswith(f"\r{up}\x1b[2K \x1b[J\x1b[2K\r")


def test_drawings_keep_their_distance() -> None:
    now_s = 10.0
    drawn: list[float] = []

    async def ask() -> None:
        nonlocal now_s
        pace = Pace(lambda: drawn.append(now_s), lambda: now_s)
        for _ in range(100):
            pace.ask()
        while not drawn:
            await asyncio.sleep(0)
        assert drawn == [10.0]
        pace.ask()
        loop = asyncio.get_running_loop()
        assert pace.due_s is not None
        assert pace.due_s - loop.time() > BETWEEN_S / 2
        now_s += BETWEEN_S
        pace.draw_now()
        assert drawn == [10.0, 10.0 + BETWEEN_S]
        assert pace.due_s is None

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("environ", "does"),
    [
        ({}, True),
        ({"XTERM_VERSION": "XTerm(379)"}, False),
        ({"XTERM_VERSION": "XTerm(379)", "TMUX": "/tmp/tmux,1,0"}, True),
        ({"STY": "1.pts"}, False),
    ],
)
def test_which_terminals_wrap_anew(environ: dict[str, str], does: bool) -> None:
    assert reflows(environ) == does
