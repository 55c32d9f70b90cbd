"""Files that nobody but their owner can read, whatever the umask was."""

import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from logs import make_log, open_log, say

from core.archive.backup import back_up
from core.atomicfile import atomic_write
from core.privatefile import create_private
from core.sqlite.database import FILE_NAME, connect
from core.sqlite.open import open_log as open_whole_log
from hubbub.paths import read_secret


@pytest.fixture(params=[0o000, 0o022, 0o277], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    old = os.umask(request.param)
    yield
    os.umask(old)


def modes(folder: Path) -> dict[str, str]:
    return {file.name: oct(stat.S_IMODE(file.stat().st_mode)) for file in folder.iterdir()}


@pytest.mark.usefixtures("umask")
async def test_whatever_a_hub_writes_is_private_from_its_creation(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    opened = await open_whole_log(tmp_path, lambda: 0)
    try:
        found = modes(tmp_path)
    finally:
        await opened.close()
    names = ["", "-wal", "-shm", ".trace"]
    assert set(found) == {"lock", *(f"{FILE_NAME}{ending}" for ending in names)}
    assert set(found.values()) == {"0o600"}
    assert set(modes(tmp_path).values()) == {"0o600"}


@pytest.mark.usefixtures("umask")
def test_nothing_is_wider_for_a_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    opening = os.open

    def look(path: str, flags: int, mode: int = 0o777, **more: int) -> int:
        number = opening(path, flags, mode, **more)
        if flags & os.O_CREAT:
            made.append((str(path), stat.S_IMODE(os.fstat(number).st_mode)))
        return number

    monkeypatch.setattr(os, "open", look)
    store = open_log(tmp_path)
    store.close()
    read_secret(tmp_path / "secret", create=True)
    names = {Path(path).name for path, _ in made}
    assert {FILE_NAME, "secret"} <= names
    assert any(name.endswith(".part") for name in names)
    assert all(mode & 0o077 == 0 for _, mode in made), made


@pytest.mark.usefixtures("umask")
def test_a_backup_is_private_while_it_is_made_and_afterwards(tmp_path: Path) -> None:
    log = make_log(tmp_path / "log", "one")
    out = tmp_path / "out"
    out.mkdir(mode=0o755)
    out.chmod(0o755)
    seen: list[dict[str, str]] = []
    with atomic_write(out / "copy", mode=0o600, force=False) as file:
        back_up(log, file)
        with closing(connect(str(file))) as copy:
            copy.execute("BEGIN IMMEDIATE")
            copy.execute("UPDATE rooms SET topic = 'x'")
            seen.append(modes(out))
            copy.execute("ROLLBACK")
    assert len(seen[0]) == 2  # the database and its journal
    assert set(seen[0].values()) == {"0o600"}
    assert modes(out) == {"copy": "0o600"}


async def test_a_log_that_others_could_read_is_tightened(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = make_log(tmp_path / "log", "one")
    left = open_log(folder)
    say(left, "two")  # so that it has a WAL, as after kill -9
    for ending in ("", "-wal", "-shm"):
        (folder / f"{FILE_NAME}{ending}").chmod(0o644)
    opened = await open_whole_log(folder, lambda: 0)
    try:
        assert set(modes(folder).values()) == {"0o600"}
    finally:
        await opened.close()
        left.close()
    told = [record.getMessage() for record in caplog.records if "made_private" in record.msg]
    assert len(told) == 3
    assert "was=644 now=600" in told[0]


def test_a_file_that_is_there_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("another's")
    with pytest.raises(FileExistsError):
        create_private(tmp_path / "a")
    assert (tmp_path / "a").read_text() == "another's"


def test_a_log_may_lie_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / FILE_NAME).symlink_to(tmp_path / "disk" / "far")
    store = open_log(tmp_path / "log")
    found = modes(tmp_path / "disk")
    store.close()
    assert set(found) == {"far", "far-wal", "far-shm"}
    assert set(found.values()) == {"0o600"}
