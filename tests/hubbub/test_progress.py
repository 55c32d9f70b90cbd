"""Progress: lines where there is no terminal, bars where there is one."""

import io
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_processes import Process

from core.progress import Progress, no_progress
from hubbub.progress import BAR_AFTER_S, PROGRESS_LINE_EVERY_S, Bars, Lines, counted, show_progress

ROOT = Path(__file__).parents[2]


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock() -> Clock:
    return Clock()


# --- lines ---------------------------------------------------------------------


def work(progress: Progress, clock: Clock, steps: int, each_s: float, total: int = 400_000) -> None:
    with progress("backup", total, "pages") as step:
        for number in range(1, steps + 1):
            clock.now += each_s
            step(number * total // steps)


def test_a_line_is_written_every_few_seconds_and_one_at_the_end(clock: Clock) -> None:
    stream = io.StringIO()
    work(Lines(stream, clock), clock, 100, PROGRESS_LINE_EVERY_S / 40)
    assert stream.getvalue().splitlines() == [
        "backup: 160,000 of 400,000 pages",
        "backup: 320,000 of 400,000 pages",
        "backup: 400,000 of 400,000 pages",
    ]


def test_work_of_a_moment_is_not_worth_a_line(clock: Clock) -> None:
    stream = io.StringIO()
    work(Lines(stream, clock), clock, 100, PROGRESS_LINE_EVERY_S / 101)
    assert stream.getvalue() == ""


def test_the_end_is_not_told_twice_nor_if_there_was_none(clock: Clock) -> None:
    stream = io.StringIO()
    work(Lines(stream, clock), clock, 2, PROGRESS_LINE_EVERY_S)
    assert stream.getvalue().count("400,000 of") == 1
    with pytest.raises(ValueError, match="broken"):
        break_off(Lines(stream, clock), clock)
    assert stream.getvalue().splitlines()[-1] == "check: 1 of 9 x"


def break_off(progress: Progress, clock: Clock) -> None:
    with progress("check", 9, "x") as step:
        clock.now += PROGRESS_LINE_EVERY_S
        step(1)
        step(2)
        raise ValueError("broken")


def test_counts_in_words() -> None:
    assert counted(1000, None, "messages") == "1,000 messages"
    assert counted(1000, 2000, "messages") == "1,000 of 2,000 messages"
    assert counted(1000, None, "") == ""


def test_a_closed_stream_does_not_end_the_work(clock: Clock) -> None:
    stream = io.StringIO()
    stream.close()
    work(Lines(stream, clock), clock, 10, PROGRESS_LINE_EVERY_S)


@pytest.mark.parametrize("kind", [Lines, Bars])
def test_threads_may_tell_at_once(kind: type[Lines] | type[Bars], clock: Clock) -> None:
    stream = Terminal()
    progress = kind(stream, clock)
    clock_lock = threading.Lock()

    def run(name: str) -> None:
        with progress(name, 1000, "steps") as step:
            for number in range(1000):
                with clock_lock:
                    clock.now += BAR_AFTER_S
                step(number)

    threads = [threading.Thread(target=run, args=(f"work {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if kind is Lines:
        lines = stream.getvalue().splitlines()
        assert len(lines) > 100
        assert all(re.fullmatch(r"work \d: [\d,]+ of 1,000 steps", line) for line in lines)


# --- which of them ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("stream", "term", "kind"),
    [
        (Terminal(), "xterm", Bars),
        (Terminal(), "dumb", Lines),
        (Terminal(), "unknown", Lines),
        (io.StringIO(), "xterm", Lines),
    ],
)
def test_bars_are_for_terminals_that_can_draw(
    stream: io.StringIO, term: str, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    assert type(show_progress(stream)) is kind


def test_without_standard_error_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert show_progress() is no_progress


def test_nothing_is_drawn_for_work_of_a_moment(clock: Clock) -> None:
    stream = Terminal()
    work(Bars(stream, clock), clock, 10, BAR_AFTER_S / 11)
    assert stream.getvalue() == ""


def test_rich_is_imported_only_for_a_bar() -> None:
    program = (
        "import io, sys, hubbub.maintenance\n"
        "from hubbub.progress import Bars, Lines\n"
        "now = iter(range(0, 10**6, 9))\n"
        "with Lines(io.StringIO(), lambda: next(now))('x', 9) as step: step(9)\n"
        "assert 'rich' not in sys.modules\n"
        "with Bars(io.StringIO(), lambda: 0)('x', 9) as step: step(9)\n"
        "assert 'rich' not in sys.modules\n"
        "with Bars(io.StringIO(), lambda: next(now))('x', 9) as step: step(9)\n"
        "assert 'rich' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


# --- on a terminal ---------------------------------------------------------------

DRAWING = """
import logging, sys, threading
from hubbub.progress import show_progress
logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
now = iter(range(10**6))
progress = show_progress()
if hasattr(progress, "_now_s"):
    progress._now_s = lambda: next(now)
def work():
    with progress("checking [the] log", 2000, "pages") as step:
        for number in range(0, 2000, 10):
            step(number)
            if number % 100 == 0:
                logging.info("event=%d %s", number, "long " * 40)
                print("said", number, file=sys.stderr)
        step(2000)
        if hasattr(progress, "_bars"):
            progress._bars.refresh()  # it draws ten times a second by itself
thread = threading.Thread(target=work)
thread.start()
thread.join()
print("afterwards", file=sys.stderr)
logging.info("the end")
"""
LOGGED = "INFO event=%d " + "long " * 40


@pytest.fixture
def drawn() -> Iterator[list[Process]]:
    processes: list[Process] = []
    yield processes
    for process in processes:
        process.close()


def draw(drawn: list[Process], terminal: bool, **environment: str) -> str:
    """Run the work above and return all that it has written."""
    process = Process(
        "work", [sys.executable, "-c", DRAWING], terminal=terminal,
        environment={"TERM": "xterm-256color", "COLUMNS": "80", "NO_COLOR": ""} | environment,
    )  # fmt: skip
    drawn.append(process)
    assert process.ended() == 0, process.seen.text
    assert "2,000 of 2,000" in process.seen.text
    return process.seen.text


def screen(text: str) -> list[str]:
    """Return what a terminal shows in the end, each line as long as it is."""
    lines, row, column = [""], 0, 0
    for found in re.finditer(r"\x1b\[([0-9;?]*)([A-Za-z])|\r|\n|[^\x1b\r\n]+", text):
        piece, number, command = found[0], found[1], found[2]
        if piece == "\r":
            column = 0
        elif piece == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif command == "A":
            row -= int(number or 1)
        elif command == "K":
            assert number == "2"
            lines[row] = ""
        elif command is None:
            lines[row] = (
                lines[row][:column].ljust(column) + piece + lines[row][column + len(piece) :]
            )
            column += len(piece)
    return [line.rstrip() for line in lines]


def test_a_bar_is_drawn_and_nothing_of_it_stays(drawn: list[Process]) -> None:
    text = draw(drawn, terminal=True)
    assert "━" in text
    assert "checking [the] log" in text
    shown = [line for line in screen(text) if line]
    assert not [line for line in shown if "━" in line or "pages" in line]
    # The cursor is back.
    assert text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l") >= 0


def test_what_is_logged_meanwhile_stays_whole_above_the_bar(drawn: list[Process]) -> None:
    shown = [line for line in screen(draw(drawn, terminal=True)) if line]
    wanted = []
    for number in range(0, 2000, 100):
        wanted += [(LOGGED % number).rstrip(), f"said {number}"]
    assert shown == [*wanted, "afterwards", "INFO the end"]


def test_no_color_is_respected(drawn: list[Process]) -> None:
    colour = re.compile(r"\x1b\[[0-9;]*(?:3[0-9]|4[0-9]|9[0-7])[0-9;]*m")
    assert colour.search(draw(drawn, terminal=True))
    plain = draw(drawn, terminal=True, NO_COLOR="1")
    assert "━" in plain
    assert not colour.search(plain)


@pytest.mark.parametrize(("terminal", "term"), [(True, "dumb"), (False, "xterm")])
def test_lines_elsewhere(drawn: list[Process], terminal: bool, term: str) -> None:
    text = draw(drawn, terminal=terminal, TERM=term).replace("\r\n", "\n")
    assert "\x1b" not in text
    told = re.findall(r"^checking \[the\] log: ([\d,]+) of 2,000 pages$", text, re.MULTILINE)
    assert len(told) > 10
    assert told[-1] == "2,000"


def test_handlers_get_their_stream_back(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    handler, other = logging.StreamHandler(stream), logging.StreamHandler(io.StringIO())
    root = logging.getLogger()
    for each in (handler, other):
        root.addHandler(each)
    try:
        with Bars(stream, clock)("check", 10, "pages") as step:
            clock.now += BAR_AFTER_S
            step(1)
            assert handler.stream is sys.stderr is not stream
            assert other.stream is not sys.stderr
            sys.stderr.write("no end of line")
        assert handler.stream is sys.stderr is stream
        assert "no end of line" in stream.getvalue()
    finally:
        for each in (handler, other):
            root.removeHandler(each)
