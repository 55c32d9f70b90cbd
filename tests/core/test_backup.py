"""A backup while the hub writes: one moment, one file, another log."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from logs import make_log, open_log, plant, say

from core.archive.backup import Copied, back_up
from core.errors import StoreUnusable
from core.progress import Step, no_progress
from core.sqlite.database import FILE_NAME, connect
from core.sqlite.store import Store

FIRST_VERSION = Path(__file__).parent / "files" / "version-1.sqlite3"
ROOMS = ("lobby", "ops", "kitchen")


def rows(file: Path, sql: str = "SELECT * FROM messages ORDER BY place") -> list[tuple[object]]:
    with closing(connect(str(file))) as db:
        return db.execute(sql).fetchall()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copy"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_log(tmp_path / "log")
    for room in ROOMS:
        say(opened, *[f"{room} {number} {'x' * 500}" for number in range(300)], room=room)
    yield opened
    opened.close()


def test_it_is_the_log_of_one_moment_whatever_is_said_meanwhile(
    tmp_path: Path, target: Path, store: Store
) -> None:
    before = rows(tmp_path / "log" / FILE_NAME)
    told: list[int] = []

    @contextmanager
    def writing(what: str, total: int | None = None, unit: str = "") -> Iterator[Step]:
        def step(done: int) -> None:
            if what == "backup":
                assert total is not None
                told.append(done)
                assert len(told) <= total, "it began anew"
                for room in ROOMS:
                    say(store, *["meanwhile" * 50] * 20, room=room)
                store.steps.index(1000)

        yield step
        assert unit == ("pages" if what == "backup" else "")

    copied = back_up(tmp_path / "log", target, writing, step_pages=5)
    assert rows(target) == before
    assert copied == Copied(len(before), len(ROOMS), target.stat().st_size)
    assert rows(target, "PRAGMA quick_check") == [("ok",)]
    # One step after another, and not one of them again.
    assert told == sorted(set(told))
    assert len(told) > 20
    assert len(rows(tmp_path / "log" / FILE_NAME)) == len(before) + 60 * len(told)


def test_a_thread_that_writes_all_the_time_is_in_it_up_to_one_message(
    tmp_path: Path, target: Path, store: Store
) -> None:
    stop, wrote = threading.Event(), threading.Semaphore(0)

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            for room in ROOMS:
                say(store, *[f"{number}.{one}" for one in range(5)], room=room)
            wrote.release()

    @contextmanager
    def in_step(what: str, total: int | None = None, unit: str = "") -> Iterator[Step]:
        del total, unit
        # A commit of the other thread between any two steps.
        yield lambda done: what == "backup" and wrote.acquire() and None

    thread = threading.Thread(target=write)
    thread.start()
    try:
        back_up(tmp_path / "log", target, in_step, step_pages=20)
    finally:
        stop.set()
        thread.join()
    whole = rows(tmp_path / "log" / FILE_NAME)
    copy = rows(target)
    for room in range(1, len(ROOMS) + 1):
        there, here = ([row for row in one if row[0] >> 40 == room] for one in (whole, copy))  # type: ignore[operator]
        assert here == there[: len(here)]
        assert 300 <= len(here) < len(there)
    assert rows(target, "PRAGMA quick_check") == [("ok",)]


def test_it_is_complete_in_one_file(tmp_path: Path, target: Path, store: Store) -> None:
    back_up(tmp_path / "log", target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "log"]
    assert target.read_bytes()[18:20] == b"\x01\x01"  # no WAL (fileformat2, 1.3.3)
    moved = tmp_path / "moved"
    target.rename(moved)
    assert len(rows(moved)) == 900


def test_it_is_another_log(tmp_path: Path, target: Path, store: Store) -> None:
    file = tmp_path / "log" / FILE_NAME
    with closing(connect(str(file))) as db:
        db.execute("INSERT INTO about VALUES ('other', 'stays')")
    back_up(tmp_path / "log", target)
    about = dict(rows(target, "SELECT * FROM about"))  # type: ignore[arg-type]
    assert about.keys() == {"log", "other"}
    assert about["log"] != store.log
    assert len(about["log"]) == len(store.log)
    assert dict(rows(file, "SELECT * FROM about"))["log"] == store.log  # type: ignore[arg-type]
    again = tmp_path / "again"
    back_up(tmp_path / "log", again)
    assert dict(rows(again, "SELECT * FROM about"))["log"] != about["log"]  # type: ignore[arg-type]


def test_the_hub_goes_on_with_it_as_with_any_log(
    tmp_path: Path, target: Path, store: Store
) -> None:
    while store.steps.index(10_000):
        pass
    back_up(tmp_path / "log", target)
    (tmp_path / "new").mkdir()
    target.rename(tmp_path / "new" / FILE_NAME)
    restored = open_log(tmp_path / "new")
    assert restored.log != store.log
    assert [row.head for row in restored.rooms()] == [300] * 3
    say(restored, "on we go")
    assert restored.steps.index(10) == 1
    restored.close()


def test_a_log_of_the_first_version_is_copied_as_it_is(tmp_path: Path, target: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(FIRST_VERSION.read_bytes())
    copied = back_up(tmp_path, target)
    assert rows(target) == rows(FIRST_VERSION)
    assert (copied.messages, copied.rooms) == (321, 2)
    assert rows(target, "PRAGMA user_version") == [(1,)]


def test_what_was_pruned_is_not_counted(tmp_path: Path, target: Path) -> None:
    make_log(tmp_path, *"abcdef")
    with closing(connect(str(tmp_path / FILE_NAME))) as db:
        db.execute("DELETE FROM messages WHERE text < 'd'")
        db.execute("UPDATE rooms SET first = 4")
        db.execute("INSERT INTO rooms (name) VALUES ('empty')")
    assert back_up(tmp_path, target).messages == 3


def test_damage_is_told_and_not_handed_on(tmp_path: Path, target: Path) -> None:
    make_log(tmp_path, *["x" * 3000] * 50)
    file = tmp_path / FILE_NAME
    data = bytearray(file.read_bytes())
    (page,) = rows(file, "SELECT rootpage FROM sqlite_schema WHERE name = 'messages_by_id'")
    begin = (int(str(page[0])) - 1) * 4096
    data[begin : begin + 4096] = b"\xa5" * 4096
    file.write_bytes(data)
    with pytest.raises(StoreUnusable, match=r"damaged|malformed"):
        back_up(tmp_path, target)


def test_a_folder_without_a_log_is_named(tmp_path: Path, target: Path) -> None:
    with pytest.raises(StoreUnusable, match="no log in"):
        back_up(tmp_path, target)


@pytest.mark.parametrize("where", ["backup", "checking the backup"])
def test_an_interruption_ends_it(
    tmp_path: Path, target: Path, store: Store, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.archive.backup.CHECK_STEP", 1)

    @contextmanager
    def interrupted(what: str, total: int | None = None, unit: str = "") -> Iterator[Step]:
        def step(done: int) -> None:
            if what == where and done > 1:
                raise KeyboardInterrupt

        with no_progress(what, total, unit):
            yield step

    with pytest.raises(KeyboardInterrupt):
        back_up(tmp_path / "log", target, interrupted)
    # Nothing of it holds the log up.
    say(store, "on we go")
    assert store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


def test_a_planted_text_is_copied_as_it_is(tmp_path: Path, target: Path) -> None:
    make_log(tmp_path, "a")
    plant(tmp_path, 1, text=b"\xff\x00")
    back_up(tmp_path, target)
    assert rows(target, "SELECT hex(text) FROM messages") == [("FF00",)]
