"""The log where nothing can be written: a snapshot, a read-only disk, somebody else's."""

from pathlib import Path

import pytest
from commands import Ended, unprivileged
from logs import make_log

from core.sqlite.database import FILE_NAME, connect


def export(log: Path) -> Ended:
    return unprivileged(log.parent, "export", "lobby", "--data", str(log), "--format", "jsonl")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    make_log(folder, "one", "two")
    return folder


def test_a_copy_that_can_only_be_read_is_exported_and_backed_up(tmp_path: Path, log: Path) -> None:
    assert not list(log.glob("*-wal"))
    log.chmod(0o555)
    ended = export(log)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [word in ended.stdout for word in ('"one"', '"two"')] == [True, True]
    ended = unprivileged(tmp_path, "backup", str(tmp_path / "copy"), "--data", str(log))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "2 messages" in ended.stdout
    assert sorted(one.name for one in log.iterdir() if "-" in one.name) == []
    log.chmod(0o700)


def test_one_that_was_not_closed_says_what_to_do(log: Path) -> None:
    db = connect(str(log / FILE_NAME))
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("INSERT OR REPLACE INTO about (name, value) VALUES ('more', 'x')")
    wal = (log / f"{FILE_NAME}-wal").read_bytes()
    db.close()
    (log / f"{FILE_NAME}-wal").write_bytes(wal)
    (log / f"{FILE_NAME}-shm").unlink(missing_ok=True)
    log.chmod(0o555)
    ended = export(log)
    log.chmod(0o700)
    assert ended.returncode == 1
    assert "Copy it together with hubbub.sqlite3-wal" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
