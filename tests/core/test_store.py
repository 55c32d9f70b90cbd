"""The store: numbering, ids, failing disks, and files that are not fit."""

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from logs import make_foreign
from store_lines import NOW_MS, SESSION, WallClock, append, entry, search, texts

from core.errors import NotStored, StoreUnusable, UnknownOutcome
from core.log.entry import REUSED, Entry
from core.sqlite.database import connect
from core.sqlite.generation import generation_path
from core.sqlite.lock import FolderLock
from core.sqlite.pages import Pages
from core.sqlite.store import Store
from core.wire.messages import Retention


def test_each_room_counts_from_one_without_gaps(store: Store) -> None:
    assert append(store, entry("a"), entry("b", room="ops"), entry("c")) == [1, 1, 2]
    assert append(store, entry("d"), entry("e", room="ops")) == [3, 2]
    assert texts(store) == ["a", "c", "d"]


def test_an_id_said_again_gets_the_same_seq_and_is_kept_once(store: Store) -> None:
    append(store, entry("a", "1"))
    again, new = entry("a", "1"), entry("b", "2")
    assert append(store, again, new) == [1, 2]
    assert again.repeated
    assert not new.repeated
    assert texts(store) == ["a", "b"]


def test_an_id_twice_in_one_group_is_kept_once(store: Store) -> None:
    assert append(store, entry("a", "1"), entry("a", "1"), entry("b", "2")) == [1, 1, 2]
    assert texts(store) == ["a", "b"]


@pytest.mark.parametrize(
    "other",
    [
        entry("z", "1"),
        entry("a", "1", room="ops"),
        Entry("lobby", SESSION, "1", "a", "action", "a"),
    ],
)
def test_an_id_for_another_message_is_refused(store: Store, other: Entry) -> None:
    append(store, entry("a", "1"))
    assert append(store, other) == [REUSED]
    assert texts(store) == ["a"]


def test_ids_of_two_sessions_never_touch(store: Store) -> None:
    assert append(store, entry("a", "1", session=1), entry("b", "1", session=2)) == [1, 2]


def test_ids_and_numbers_outlive_a_restart(path: Path, clock: WallClock) -> None:
    first = Store(path, clock)
    append(first, entry("a", "1"))
    log = first.log
    first.close()
    second = Store(path, clock)
    assert second.log == log
    assert append(second, entry("a", "1"), entry("b")) == [1, 2]
    assert [(row.name, row.head) for row in second.rooms()] == [("lobby", 2)]
    second.close()


def test_shown_times_never_go_back(store: Store, clock: WallClock) -> None:
    first, second = entry("a"), entry("b")
    append(store, first)
    clock.now -= 3_600_000
    append(store, second)
    assert second.at == first.at == NOW_MS


def test_every_commit_is_synced(path: Path, clock: WallClock) -> None:
    store = Store(path, clock)
    store.steps.index(100)
    assert store._db.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert store._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    store.close()


class FailingDisk(sqlite3.Connection):
    """A connection whose statements fail as the test wants."""

    fail: Callable[[str], bool] = staticmethod(lambda sql: False)

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if type(self).fail(sql):
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, *arguments)

    def executemany(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if type(self).fail(sql):
            raise sqlite3.OperationalError("database or disk is full")
        return super().executemany(sql, *arguments)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> type[FailingDisk]:
    monkeypatch.setattr(FailingDisk, "fail", staticmethod(lambda sql: False))
    return FailingDisk


def make(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=FailingDisk)


def test_a_full_disk_keeps_nothing_and_numbers_go_on(
    path: Path, clock: WallClock, disk: type[FailingDisk], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(path, clock, make)
    append(store, entry("a"))
    monkeypatch.setattr(disk, "fail", staticmethod(lambda sql: "INTO messages" in sql))
    lost = entry("b", "1")
    with pytest.raises(NotStored):
        append(store, lost)
    assert lost.seq == 0
    monkeypatch.setattr(disk, "fail", staticmethod(lambda sql: False))
    assert append(store, entry("b", "1")) == [2]
    assert texts(store) == ["a", "b"]
    store.close()


def test_a_failed_commit_is_looked_up_in_the_reopened_log(
    path: Path, clock: WallClock, disk: type[FailingDisk], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(path, clock, make)
    append(store, entry("a"))
    monkeypatch.setattr(disk, "fail", staticmethod(lambda sql: sql == "COMMIT"))
    gone = entry("b", "1")
    append(store, gone)
    assert gone.seq == -1  # certainly not there: the reopened log does not have it
    monkeypatch.setattr(disk, "fail", staticmethod(lambda sql: False))
    assert append(store, entry("b", "1")) == [2]
    store.close()


def test_an_id_twice_in_a_group_that_is_lost_is_lost_twice(
    path: Path, clock: WallClock, disk: type[FailingDisk], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(path, clock, make)
    append(store, entry("kept", "0"))
    monkeypatch.setattr(disk, "fail", staticmethod(lambda sql: sql == "COMMIT"))
    lines = [entry("b", "1"), entry("b", "1"), entry("c", "1"), entry("kept", "0")]
    assert append(store, *lines) == [-1, -1, -1, 1]
    store.close()


def test_a_commit_that_cannot_be_looked_up_is_unknown(
    path: Path, clock: WallClock, disk: type[FailingDisk], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(path, clock, make)
    monkeypatch.setattr(
        disk, "fail", staticmethod(lambda sql: sql == "COMMIT" or "checkpoint(" in sql)
    )
    with pytest.raises(UnknownOutcome):
        append(store, entry("a", "1"))
    with pytest.raises(NotStored):
        append(store, entry("c", "3"))
    with pytest.raises(NotStored):
        store.recover()
    monkeypatch.setattr(disk, "fail", staticmethod(lambda sql: False))
    assert [(row.name, row.head) for row in store.recover()] == []
    assert append(store, entry("a", "1"), entry("b", "2")) == [1, 2]
    assert texts(store) == ["a", "b"]
    store.close()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda file: file.write_bytes(b"not a database at all" * 100), "cannot be read"),
        (make_foreign, "another"),
        (lambda file: newer(file), "newer"),
    ],
)
def test_an_unfit_file_is_refused_and_left_untouched(
    path: Path, clock: WallClock, damage: Callable[[Path], None], said: str
) -> None:
    damage(path)
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match=said) as caught:
        Store(path, clock)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


def newer(file: Path) -> None:
    Store(file, WallClock()).close()
    db = connect(str(file))
    db.execute("PRAGMA user_version = 99")
    db.execute("PRAGMA journal_mode = DELETE")
    db.close()


def test_what_could_not_be_opened_is_closed(
    path: Path, clock: WallClock, disk: type[FailingDisk], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[sqlite3.Connection] = []

    def keep(file: str) -> sqlite3.Connection:
        made.append(make(file))
        return made[-1]

    def no_reader(file: Path) -> sqlite3.Connection:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(disk, "fail", staticmethod(lambda sql: "synchronous" in sql))
    with pytest.raises(StoreUnusable):
        Store(path, clock, keep)
    monkeypatch.setattr(disk, "fail", staticmethod(lambda sql: False))
    monkeypatch.setattr("core.sqlite.store.open_reader", no_reader)
    with pytest.raises(sqlite3.OperationalError):
        Store(path, clock, keep)
    assert len(made) == 2
    for db in made:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            db.cursor()


def test_an_empty_file_begins_a_new_log_with_a_warning(
    path: Path, clock: WallClock, caplog: pytest.LogCaptureFixture
) -> None:
    path.touch()
    store = Store(path, clock)
    assert "empty_database" in caplog.text
    assert append(store, entry("a")) == [1]
    store.close()


def test_two_hubs_cannot_share_a_folder(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    with pytest.raises(StoreUnusable, match="another hub"):
        FolderLock(tmp_path)
    lock.release()
    FolderLock(tmp_path).release()


@pytest.mark.parametrize("indexed", [True, False])
def test_search_finds_every_word_in_any_case_the_newest_last(store: Store, indexed: bool) -> None:
    append(store, entry("Deploy of web1 done"), entry("lunch"), entry("deploy of WEB2 done"))
    append(store, entry("deploy in another room", room="ops"))
    if indexed:
        assert store.steps.index(1000) == 4
        assert store.steps.index(1000) == 0
    pages = Pages(store)
    assert [m.seq for m in search(pages, "deploy done", None, 10).messages] == [1, 3]
    assert [m.seq for m in search(pages, "web2", None, 10).messages] == [3]
    assert [m.seq for m in search(pages, "of", None, 10).messages] == [1, 3]
    newest = search(pages, "DEPLOY", None, 1)
    assert ([m.seq for m in newest.messages], newest.more) == ([3], True)
    assert [m.seq for m in search(pages, "deploy", 3, 10).messages] == [1]


@pytest.mark.parametrize(
    "text", ['"', '" OR "', "a*", "NEAR(a b)", "x' OR 1=1 --", "%", "text:lunch", "AND", "^", "()"]
)
def test_search_takes_its_words_as_they_are(store: Store, text: str) -> None:
    append(store, entry("lunch at noon"), entry(f"odd {text} here"))
    store.steps.index(100)
    assert [m.seq for m in search(Pages(store), text, None, 10).messages] == [2]


def test_pages_are_read_in_both_directions(store: Store) -> None:
    append(store, *[entry(str(number)) for number in range(1, 601)])
    pages = Pages(store)
    before = pages.before("lobby", 101, 50)
    assert ([m.seq for m in before.messages], before.more) == (list(range(51, 101)), True)
    newest = pages.before("lobby", None, 2)
    assert [m.seq for m in newest.messages] == [599, 600]
    end = pages.after("lobby", 598, 50)
    assert ([m.seq for m in end.messages], end.more) == ([599, 600], False)
    page = pages.read("lobby", 256, 600)
    assert page is not None
    assert (page.first, page.last) == (257, 512)
    assert pages.kept("lobby", 256) is page
    assert pages.read("lobby", 600, 600) is None
    # What is behind the head has not been told to anybody yet.
    page = pages.read("lobby", 512, 590)
    assert page is not None
    assert (page.first, page.last) == (513, 590)
    assert pages.kept("lobby", 512) is None
    assert pages.before("nowhere", None, 5).messages == ()


def test_a_page_ends_before_a_hole(store: Store) -> None:
    append(store, *[entry(str(number)) for number in range(1, 11)])
    store._db.execute("DELETE FROM messages WHERE text IN ('4', '5', '8')")
    pages = Pages(store)
    spans = []
    after = 0
    while (page := pages.read("lobby", after, 10)) is not None:
        spans.append((page.first, page.last, len(page.messages)))
        after = page.last
    assert spans == [(1, 3, 3), (6, 7, 2), (9, 10, 2)]


def test_since_finds_the_first_message_of_a_time(store: Store, clock: WallClock) -> None:
    for minute in range(10):
        clock.now = NOW_MS + minute * 60_000
        append(store, entry(f"{minute}a"), entry(f"{minute}b"))
    found = Pages(store).since("lobby", NOW_MS + 7 * 60_000 - 1, 3)
    assert [m.text for m in found.messages] == ["7a", "7b", "8a"]
    # At the very millisecond: all that was said in it, and nothing of the one before.
    found = Pages(store).since("lobby", NOW_MS + 7 * 60_000, 3)
    assert [m.text for m in found.messages] == ["7a", "7b", "8a"]
    found = Pages(store).since("lobby", NOW_MS + 7 * 60_000 + 1, 3)
    assert [m.text for m in found.messages] == ["8a", "8b", "9a"]
    assert [m.text for m in Pages(store).since("lobby", clock.now, 3).messages] == ["9a", "9b"]
    assert Pages(store).since("lobby", clock.now + 1, 3).messages == ()
    assert len(Pages(store).since("lobby", 0, 50).messages) == 20


def test_after_a_failure_every_room_is_looked_after_again(
    path: Path, clock: WallClock, disk: type[FailingDisk], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(path, clock, make)
    append(store, *[entry(f"text {number}", room="ops") for number in range(9)])
    monkeypatch.setattr(disk, "fail", staticmethod(lambda sql: "INTO messages" in sql))
    with pytest.raises(NotStored):
        append(store, entry("a"))
    monkeypatch.setattr(disk, "fail", staticmethod(lambda sql: False))
    append(store, entry("a"))
    assert sorted(store.steps.room_names()) == ["lobby", "ops"]
    assert store.steps.unindexed() == 10
    assert store.steps.index(100) == 10
    pruned = store.steps.prune(store.steps.room_names(), Retention(messages=1, disk=True), 100)
    assert [(one.room, one.messages) for one in pruned] == [("ops", 8)]
    store.close()


def test_folding_the_wal_waits_for_no_reader(path: Path, clock: WallClock) -> None:
    store = Store(path, clock)
    append(store, entry("a"))
    backup = connect(str(path))
    backup.execute("BEGIN")
    backup.execute("SELECT * FROM messages").fetchall()
    append(store, entry("b"))
    done: list[str] = []
    store._db.set_trace_callback(done.append)
    assert not store.steps.checkpoint()
    store._db.set_trace_callback(None)
    assert done[0] == "PRAGMA busy_timeout = 0"
    # Commits wait for others as before.
    assert store._db.execute("PRAGMA busy_timeout").fetchone() == (5000,)
    backup.close()
    assert store.steps.checkpoint()
    assert store.steps.wal_bytes() == 0
    store.close()


def test_a_full_disk_does_not_keep_a_log_from_being_closed(
    path: Path, clock: WallClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(path, clock)
    append(store, entry("a"))

    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.sqlite.store.mark_clean_shutdown", full)
    store.close()
    assert "event=not_left_whole" in caplog.text
    monkeypatch.undo()
    again = Store(path, clock)
    assert (again.log, texts(again)) == (store.log, ["a"])
    again.close()


def test_something_else_in_place_of_the_trace_is_said(path: Path, clock: WallClock) -> None:
    generation_path(path).mkdir()
    with pytest.raises(StoreUnusable, match="not a plain file"):
        Store(path, clock)


@pytest.mark.parametrize("statement", ["BEGIN", "INTO about", "COMMIT"])
def test_whether_something_would_be_kept_is_tried(
    path: Path, clock: WallClock, disk: type[FailingDisk], monkeypatch: pytest.MonkeyPatch,
    statement: str,
) -> None:  # fmt: skip
    store = Store(path, clock, make)
    append(store, entry("a"))
    assert store.try_writing()
    monkeypatch.setattr(disk, "fail", staticmethod(lambda sql: statement in sql))
    assert not store.try_writing()
    monkeypatch.setattr(disk, "fail", staticmethod(lambda sql: False))
    if store.failed:
        store.recover()
    assert store.try_writing()
    assert append(store, entry("b")) == [2]
    assert texts(store) == ["a", "b"]
    store.close()


def test_in_memory_everything_would_be_kept(clock: WallClock) -> None:
    store = Store(None, clock)
    assert store.try_writing()
    store.close()
