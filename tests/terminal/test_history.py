"""What was typed is kept from one run to the next."""

from pathlib import Path

import pytest

from core.folders import NoFolder, state_folder
from terminal.history import ENTRIES_KEPT, KeptHistory, is_kept


def never(problem: str) -> None:
    raise AssertionError(problem)


def test_entries_come_back_whole_and_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "hubbub" / "history"
    for text in ("one", "two\nlines", "/msg bob hush", " hidden"):
        KeptHistory(path, never).store_string(text)
    assert list(KeptHistory(path, never).load_history_strings()) == ["two\nlines", "one"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["history"]


def test_only_the_latest_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text('"old"\n' * ENTRIES_KEPT)
    KeptHistory(path, never).store_string("new")
    entries = list(KeptHistory(path, never).load_history_strings())
    assert len(entries) == ENTRIES_KEPT
    assert entries[0] == "new"


def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere" / "typed"
    link = tmp_path / "history"
    link.symlink_to(kept)
    for text in ("one", "two"):
        KeptHistory(link, print).append_string(text)
    assert link.is_symlink()
    assert kept.read_text() == '"one"\n"two"\n'
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_damaged_file_is_said_once_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("no history\n")
    said: list[str] = []
    history = KeptHistory(path, said.append)
    assert list(history.load_history_strings()) == []
    history.append_string("typed")
    assert history.get_strings() == ["typed"]
    assert len(said) == 1
    assert path.read_text() == "no history\n"


@pytest.mark.parametrize("text", ["/msg bob x", "/MSG bob x", "/msg", " x", "", "\n"])
def test_what_is_private_is_not_kept(text: str) -> None:
    assert not is_kept(text)


def test_the_state_folder_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    home = {"HOME": "/home/alice"}
    assert state_folder(home) == Path("/home/alice/.local/state/hubbub")
    assert state_folder(home | {"XDG_STATE_HOME": "/s"}) == Path("/s/hubbub")
    assert state_folder(home | {"XDG_STATE_HOME": "s"}) == state_folder(home)
    monkeypatch.setattr(Path, "home", _homeless)
    for environ in ({}, {"HOME": ""}, {"HOME": "somewhere"}):
        with pytest.raises(NoFolder, match="HOME"):
            state_folder(environ)
    assert state_folder({"XDG_STATE_HOME": "/s"}) == Path("/s/hubbub")


def _homeless() -> Path:
    raise RuntimeError("Could not determine home directory.")
