"""The line below the prompt, and whom one ignores from run to run."""

from pathlib import Path

import pytest

from terminal.ignored import Ignored
from terminal.rooms import OpenRoom
from terminal.status import Status, cut, status_line

ROOMS = [OpenRoom("lobby"), OpenRoom("ops", new=12, mentions=1), OpenRoom("dev", new=3)]


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (80, "1:lobby 2:ops(12!) 3:dev(3) · 4 here · alice · connected"),
        (50, "1:lobby 2:ops(12!) 3:dev(3) · 4 here · alice"),
        (38, "1:lobby 2:ops(12!) 3:dev(3) · 4 here"),
        (20, "1:lobby 2:ops(12!) …"),
    ],
)
def test_a_narrow_terminal_leaves_out_what_stands_last(columns: int, line: str) -> None:
    assert status_line(Status(ROOMS, 4, "alice", "", 0), columns) == line


def test_trouble_stands_first() -> None:
    line = status_line(Status(ROOMS, 4, "alice", "not connected", 2), 40)
    assert line == "not connected · 2 not sent yet"
    assert status_line(Status(ROOMS[:1], None, "", "connecting", 0), 80) == "connecting"


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


def test_a_damaged_file_is_said_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "ignored.json"
    file.write_text("[1]")
    said: list[str] = []
    ignored = Ignored(file, "a:4045", said.append)
    ignored.add("bob")
    assert "bob" in ignored
    assert len(said) == 1
    assert file.read_text() == "[1]"
