"""Files that are there whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from core.atomicfile import FileRefused, atomic_write


def write(target: Path, text: str = "new", *, force: bool = False, mode: int = 0o600) -> None:
    with atomic_write(target, mode=mode, force=force) as file:
        assert file.parent == target.resolve().parent
        assert file.read_bytes() == b""
        assert not target.exists() or force
        file.write_text(text)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_gets_its_name_once_it_is_complete(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        write(tmp_path / "private")
        write(tmp_path / "usual", mode=0o666)
    finally:
        os.umask(old)
    assert names(tmp_path) == ["private", "usual"]
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in names(tmp_path)]
    assert modes == [0o600, 0o644]
    assert (tmp_path / "usual").read_text() == "new"


def test_it_is_synced_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    sync = os.fsync

    def fsync(number: int) -> None:
        synced.append((os.fstat(number).st_ino, (tmp_path / "a").exists()))
        sync(number)

    monkeypatch.setattr(os, "fsync", fsync)
    write(tmp_path / "a")
    assert synced == [((tmp_path / "a").stat().st_ino, False), (tmp_path.stat().st_ino, True)]


def leave(target: Path, problem: type[BaseException]) -> None:
    with atomic_write(target, mode=0o600, force=True) as file:
        file.write_text("half")
        for ending in ("-journal", "-wal", "-shm"):
            Path(f"{file}{ending}").touch()
        raise problem


@pytest.mark.parametrize("problem", [KeyboardInterrupt, OSError, ValueError])
def test_nothing_is_left_of_half_a_file(tmp_path: Path, problem: type[BaseException]) -> None:
    (tmp_path / "old").write_text("old")
    for target in ("old", "new"):
        with pytest.raises(problem):
            leave(tmp_path / target, problem)
    assert names(tmp_path) == ["old"]
    assert (tmp_path / "old").read_text() == "old"


def test_an_existing_file_is_replaced_only_by_force(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("old")
    with pytest.raises(FileRefused, match="--force"):
        write(target)
    assert target.read_text() == "old"
    write(target, force=True)
    assert target.read_text() == "new"


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a"
    with (
        pytest.raises(FileRefused, match="--force"),
        atomic_write(target, mode=0o600, force=False),
    ):
        target.write_text("another's")
    assert target.read_text() == "another's"
    assert names(tmp_path) == ["a"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "folder" / "real")
    with atomic_write(link, mode=0o600, force=False) as file:
        file.write_text("new")
    assert link.is_symlink()
    assert (tmp_path / "folder" / "real").read_text() == "new"


@pytest.mark.parametrize("force", [True, False])
def test_what_is_no_plain_file_is_refused(tmp_path: Path, force: bool) -> None:
    os.mkfifo(tmp_path / "fifo")
    for target in (tmp_path, tmp_path / "fifo", Path(os.devnull), tmp_path / "nowhere" / "a"):
        with (
            pytest.raises(FileRefused, match=r"plain file|no folder"),
            atomic_write(target, mode=0o600, force=force),
        ):
            pytest.fail("written")
    assert names(tmp_path) == ["fifo"]


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_a_database_in_use_is_refused(tmp_path: Path, ending: str) -> None:
    (tmp_path / "a").write_text("database")
    (tmp_path / f"a{ending}").touch()
    with pytest.raises(FileRefused, match="in use"):
        write(tmp_path / "a", force=True)
    assert (tmp_path / "a").read_text() == "database"


def test_a_name_of_the_greatest_length_is_possible(tmp_path: Path) -> None:
    target = tmp_path / ("a" * 255)
    write(target)
    assert target.read_text() == "new"
