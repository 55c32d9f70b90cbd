"""Which day a time is of, and how much of a long message is shown."""

from collections.abc import Iterator

import pytest
from memory_hub import MemoryHub

from core.limits import BLOCK_SHOWN_LINES, RESULT_ROWS, ROW_CELLS, TEXT_LIMIT_BYTES
from core.text.dated import Dated
from core.text.format import day, offset
from core.text.render import message_text
from core.wire.messages import Message

DAY_MS = 86_400_000


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub()
    yield hub
    hub.close()


def days_pass(hub: MemoryHub, days: int) -> None:
    hub.clock.wall_ms += days * DAY_MS


def message(text: str, at: int, seq: int = 1) -> Message:
    return Message(room="lobby", seq=seq, at=at, nick="bob", text=text)


@pytest.mark.parametrize("restarted", [False, True], ids=["in memory", "from the store"])
def test_old_lines_are_greeted_with_their_day(hub: MemoryHub, restarted: bool) -> None:
    one = hub.text()
    one.line("monday")
    monday = day(hub.clock.wall_ms)
    days_pass(hub, 3)
    one.line("thursday")
    one.line("thursday again")
    if restarted:
        hub.hub.rooms["lobby"].tail.forget()
    shown = hub.text().take().splitlines()
    thursday = day(hub.clock.wall_ms)
    assert f"Times are {offset(hub.clock.wall_ms)}" in shown[1]
    assert shown[2] == f"-- {monday}"
    assert shown[3].endswith("> monday")
    assert shown[4] == f"-- today, {thursday}"
    assert [line.split("> ")[1] for line in shown[5:]] == ["thursday", "thursday again"]


def test_what_is_said_next_is_of_today(hub: MemoryHub) -> None:
    one = hub.text()
    one.line("old")
    days_pass(hub, 1)
    two = hub.text()
    assert two.take().splitlines()[-1] == f"-- today, {day(hub.clock.wall_ms)}"
    one.line("new")
    assert not [line for line in two.take().splitlines() if line.startswith("-- ")]


def test_lines_of_today_need_no_day_and_a_second_room_no_zone(hub: MemoryHub) -> None:
    one = hub.text()
    one.line("hello")
    two = hub.text()
    assert [line[:3] for line in two.take().splitlines()[2:]] == [one_hour(hub)]
    two.line("/join ops")
    assert "Times are" not in two.take()


def one_hour(hub: MemoryHub) -> str:
    return message_text(message("x", hub.clock.wall_ms)).decode()[:3]


def test_a_message_that_is_asked_for_has_its_day(hub: MemoryHub) -> None:
    one = hub.text()
    one.line("old")
    said = day(hub.clock.wall_ms)
    days_pass(hub, 2)
    one.take()
    one.line("/show 1")
    assert one.take().splitlines()[0] == f"-- {said}"


def test_each_day_is_named_once() -> None:
    now = 40 * DAY_MS
    dated = Dated(now)
    first = [message("a", now - 2 * DAY_MS), message("b", now - 2 * DAY_MS)]
    shown = dated.shown(first, last=False) + dated.shown([message("c", now - DAY_MS)], last=True)
    marks = [line for line in shown.decode().splitlines() if line.startswith("-- ")]
    assert marks == [
        f"-- {day(now - 2 * DAY_MS)}", f"-- {day(now - DAY_MS)}", f"-- today, {day(now)}",
    ]  # fmt: skip


@pytest.mark.parametrize("letter", ["x", "я", "日", "e\u0301"])
def test_a_long_line_takes_a_screen_and_says_what_is_left(letter: str) -> None:
    text = letter * (TEXT_LIMIT_BYTES // len(letter.encode()))
    *shown, cut = message_text(message(text, 0, 77)).decode().splitlines()
    assert sum(map(cells, shown)) <= BLOCK_SHOWN_LINES * ROW_CELLS
    assert sum(map(cells, shown)) > (BLOCK_SHOWN_LINES - 1) * ROW_CELLS
    left = len(text) - len("".join(shown)) + len(shown[0].split("> ")[0]) + 2
    assert cut == f"      … {left:,} more characters: /show 77"


def cells(line: str) -> int:
    return len(line) + line.count("日") - line.count("\u0301")


def test_long_lines_count_for_the_rows_they_take() -> None:
    text = "\n".join(["x" * 400] * 10)
    shown = message_text(message(text, 0)).decode().splitlines()
    assert shown[-1].endswith(" more lines: /show 1")
    assert sum(-(-len(line) // ROW_CELLS) for line in shown[:-1]) <= BLOCK_SHOWN_LINES


def test_what_fits_a_screen_is_shown_whole() -> None:
    for length in (1, 79, 800, BLOCK_SHOWN_LINES * ROW_CELLS - len("00:00 <bob> ")):
        assert message_text(message("x" * length, 0)).decode().count("\n") == 1


def test_a_search_hit_and_a_greeting_are_short_as_well(hub: MemoryHub) -> None:
    one = hub.text()
    one.line("needle " + "x" * 32_000)
    greeted = hub.text()
    assert len(greeted.take()) < 2500
    greeted.line("/search needle")
    assert len(greeted.take()) < (RESULT_ROWS + 1) * ROW_CELLS + 200
    greeted.line("/show 1")
    assert len(greeted.take()) > 32_000
