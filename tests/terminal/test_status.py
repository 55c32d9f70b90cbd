"""The line below the prompt, and whom one ignores from run to run."""

import re
from pathlib import Path
from typing import Any

import pytest

from terminal.ignored import Ignored
from terminal.rooms import OpenRoom
from terminal.status import NAMED_STYLE, Status, coloured, cut, status_line
from terminal.wrap import cells

ROOMS = [
    OpenRoom("lobby"), OpenRoom("ops", new=12, mentions=1), OpenRoom("dev", new=3), OpenRoom("tea"),
]  # fmt: skip


def line(columns: int, rooms: list[OpenRoom] = ROOMS, **other: Any) -> str:
    facts = {"current": "lobby", "here": 4, "nick": "alice", "connection": "", "waiting": 0} | other
    return status_line(Status(rooms=rooms, **facts), columns)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (80, "[1:lobby] 2:ops(12!) 3:dev(3) · 4 here · alice · connected"),
        (54, "[1:lobby] 2:ops(12!) +1 · 4 here · alice · connected"),
        (44, "[1:lobby] 2:ops(12!) +1 · 4 here · alice"),
        (38, "[1:lobby] 2:ops(12!) · 4 here · alice"),
        (20, "[1:lobby] 2:ops(12!)"),
        (8, "[1:lobb…"),
    ],
)
def test_a_narrow_terminal_leaves_out_what_matters_least(columns: int, expected: str) -> None:
    assert line(columns) == expected
    assert cells(line(columns)) <= columns


def test_of_many_rooms_those_that_name_one_stand_before_those_with_news() -> None:
    rooms = [OpenRoom(f"room{number}", new=number % 3) for number in range(14)]
    rooms[0].name = "lobby"
    rooms[12].new, rooms[12].mentions = 5, 2
    shown = line(80, rooms)
    assert shown.startswith("[1:lobby] 13:room12(5!) 2:room1(1) ")
    assert shown.endswith(" · 4 here · alice · connected")
    assert re.search(r" \+\d+ · ", shown)
    assert "room3" not in shown  # nothing is new there
    assert line(80, rooms, current="room12").startswith("[13:room12] 2:room1(1)")


def test_what_names_one_stands_out() -> None:
    parts = coloured(line(80))
    assert [text for style, text in parts if style == NAMED_STYLE] == ["2:ops(12!)"]
    assert "".join(text for _, text in parts) == line(80)


def test_trouble_stands_first() -> None:
    shown = line(60, connection="not connected", waiting=2)
    assert shown == "not connected · 2 not sent yet · [1:lobby] 2:ops(12!) +1"
    assert line(80, ROOMS[:1], here=None, nick="", connection="connecting") == "connecting"


def test_a_cut_text_says_so() -> None:
    assert cut("lobby", 5) == "lobby"
    assert cut("日本語", 4) == "日…"


def never(problem: str) -> None:
    raise AssertionError(problem)


def test_who_is_ignored_is_kept_for_each_hub(tmp_path: Path) -> None:
    file = tmp_path / "hubbub" / "ignored.json"
    one, other = Ignored(file, "a:4045", never), Ignored(file, "b:4045", never)
    one.add("Bob")
    other.add("zoe")
    again = Ignored(file, "a:4045", never)
    assert again.nicks == ["Bob"]
    assert "BOB" in again
    assert "zoe" not in again
    assert file.stat().st_mode & 0o777 == 0o600
    assert again.remove("bob")
    assert Ignored(file, "a:4045", never).nicks == []
    assert Ignored(file, "b:4045", never).nicks == ["zoe"]


def test_a_link_to_who_is_ignored_stays_one(tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere" / "names.json"
    link = tmp_path / "ignored.json"
    link.symlink_to(kept)
    Ignored(link, "a:4045", never).add("bob")
    assert link.is_symlink()
    assert "bob" in kept.read_text()


def test_a_damaged_file_is_said_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "ignored.json"
    file.write_text("[1]")
    said: list[str] = []
    ignored = Ignored(file, "a:4045", said.append)
    ignored.add("bob")
    assert "bob" in ignored
    assert len(said) == 1
    assert file.read_text() == "[1]"
