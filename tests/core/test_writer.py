"""The writer's thread: groups, failures and what becomes of lines behind them."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from store_lines import WallClock, entry, texts

from core.errors import NotStored, StoreError, UnknownOutcome
from core.log.entry import Entry, RoomRow
from core.log.journal import Pruned
from core.sqlite.database import FILE_NAME
from core.sqlite.store import Store
from core.sqlite.writer import Writer
from core.wire.messages import Retention


class Disk(sqlite3.Connection):
    """A connection whose commits fail as a test wants, before or after they are done."""

    fails: Callable[[str], str | None] = staticmethod(lambda sql: None)

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        how = Disk.fails(sql)
        if how == "before":
            raise sqlite3.OperationalError("disk I/O error")
        cursor = super().execute(sql, *arguments)
        if how == "after":
            raise sqlite3.OperationalError("disk I/O error")
        return cursor


def make(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Disk)


class Ear:
    """A listener that writes everything down."""

    def __init__(self) -> None:
        self.groups: list[tuple[list[Entry], StoreError | None]] = []
        self.reopened: list[dict[str, int]] = []
        self.dropped: list[Pruned] = []
        self._news = asyncio.Event()
        self.when_settled: Callable[[list[Entry], StoreError | None], object] = lambda *_: None

    def settled(self, entries: list[Entry], error: StoreError | None) -> None:
        self.groups.append((entries, error))
        self.when_settled(entries, error)
        self._news.set()

    def recovered(self, rooms: list[RoomRow]) -> None:
        self.reopened.append({row.name: row.head for row in rooms})
        self._news.set()

    def pruned(self, rooms: list[Pruned]) -> None:
        self.dropped += rooms
        self._news.set()

    async def until(self, what: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not what():
                self._news.clear()
                await self._news.wait()

    def outcomes(self) -> dict[str, object]:
        return {
            one.text: type(error).__name__ if error else one.seq
            for entries, error in self.groups
            for one in entries
        }


class Desk:
    """A writer, its store and its listener."""

    def __init__(self, path: Path, keeps: Retention) -> None:
        self.store = Store(path, WallClock(), make)
        self.ear = Ear()
        self.writer = Writer(self.store, asyncio.get_running_loop(), self.ear, keeps)

    def say(self, *texts: str) -> None:
        for text in texts:
            self.writer.append(entry(text, text))

    async def settled(self, count: int) -> None:
        await self.ear.until(lambda: len(self.ear.outcomes()) >= count)


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(Disk, "fails", staticmethod(lambda sql: None))
    desk = Desk(tmp_path / FILE_NAME, Retention(disk=True))
    desk.writer.start()
    yield desk
    monkeypatch.setattr(Disk, "fails", staticmethod(lambda sql: None))
    await desk.writer.stop()
    desk.store.close()


def failing(
    monkeypatch: pytest.MonkeyPatch, how: str, *statements: str, times: int = 1_000_000
) -> None:
    left = [times]

    def fails(sql: str) -> str | None:
        if left[0] and any(sql.startswith(one) for one in statements):
            left[0] -= 1
            return how
        return None

    monkeypatch.setattr(Disk, "fails", staticmethod(fails))


async def test_what_was_given_at_once_is_one_group(desk: Desk) -> None:
    desk.say("a", "b", "c")
    await desk.settled(3)
    assert [[one.seq for one in entries] for entries, _ in desk.ear.groups] == [[1, 2, 3]]


async def test_lines_behind_a_failed_one_do_not_overtake_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.say("first")
    await desk.settled(1)
    failing(monkeypatch, "before", "BEGIN", times=1)
    desk.say("a")

    # The loop is busy while the group fails: these are said without knowing.
    async def say_more() -> None:
        while not desk.writer._failures:
            pass
        desk.say("b", "c")

    await asyncio.sleep(0)
    await say_more()
    await desk.settled(4)
    assert desk.ear.outcomes() == {"first": 1, "a": "NotStored", "b": "NotStored", "c": "NotStored"}
    desk.say("a again", "b again")
    await desk.settled(6)
    assert texts(desk.store) == ["first", "a again", "b again"]


async def test_nor_do_they_after_two_failures_of_which_only_one_is_known(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "before", "BEGIN", times=2)

    def say_behind(entries: list[Entry], error: StoreError | None) -> None:
        # Told of the first failure, it speaks before it is told of the second.
        if entries[0].text == "a":
            desk.say("c")

    desk.ear.when_settled = say_behind
    desk.say("a")
    await asyncio.sleep(0)
    while desk.writer._failures < 1:
        pass
    # The thread must not bar this one, so it is given as if it had been known.
    desk.say("b")
    desk.writer._entries[-1].epoch = 1
    desk.writer._wake.set()
    while desk.writer._failures < 2:
        pass
    await desk.settled(3)
    assert desk.ear.outcomes() == {"a": "NotStored", "b": "NotStored", "c": "NotStored"}


async def test_nor_do_they_if_they_are_gathered_with_one_that_is_refused(desk: Desk) -> None:
    """The second was given when the failure was known, but not yet what becomes of the first."""
    desk.writer._failures = 1
    desk.say("behind")
    desk.writer._epoch = 1
    desk.say("behind that")
    await desk.settled(2)
    assert desk.ear.outcomes() == {"behind": "NotStored", "behind that": "NotStored"}


async def test_a_session_is_remembered_although_its_first_group_failed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "before", "BEGIN", times=1)
    desk.writer.remember_session(7, b"token", "alice")
    desk.writer.set_topic("lobby", "lunch", "alice")
    desk.say("a")
    await desk.settled(1)
    assert desk.ear.outcomes() == {"a": "NotStored"}
    desk.say("b")
    await desk.settled(2)
    known = desk.store._db.execute("SELECT number, nick FROM sessions").fetchall()
    assert known == [(7, "alice")]
    assert [row.topic for row in desk.store.rooms()] == ["lunch"]


@pytest.mark.parametrize("how", ["before", "after"])
async def test_a_failed_commit_is_settled_by_looking(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    failing(monkeypatch, how, "COMMIT", times=1)
    desk.say("a")
    await desk.settled(1)
    (_, error) = desk.ear.groups[0]
    assert error is None
    there = how == "after"
    assert desk.ear.outcomes() == {"a": 1 if there else -1}
    assert texts(desk.store) == (["a"] if there else [])
    desk.say("a" if there else "b")
    await desk.ear.until(lambda: len(desk.ear.groups) == 2)
    assert texts(desk.store) == ["a" if there else "b"]


@pytest.mark.parametrize("how", ["before", "after"])
async def test_a_log_that_failed_is_reopened_by_itself_and_read_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    desk.say("first")
    await desk.settled(1)
    failing(monkeypatch, how, "COMMIT", "PRAGMA wal_checkpoint(TRUNCATE)")
    desk.say("a")
    await desk.settled(2)
    assert desk.ear.outcomes() == {"first": 1, "a": "UnknownOutcome"}
    assert isinstance(desk.ear.groups[1][1], UnknownOutcome)
    assert desk.ear.reopened == []
    monkeypatch.setattr(Disk, "fails", staticmethod(lambda sql: None))
    # Nobody says anything: it comes back by itself.
    await desk.ear.until(lambda: bool(desk.ear.reopened))
    assert desk.ear.reopened == [{"lobby": 2 if how == "after" else 1}]
    desk.say("a")
    await desk.ear.until(lambda: len(desk.ear.groups) == 3)
    (again,), error = desk.ear.groups[2]
    assert (again.seq, again.repeated, error) == (2, how == "after", None)


async def test_while_the_log_is_away_everything_is_refused_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "before", "COMMIT", "PRAGMA wal_checkpoint(TRUNCATE)")
    desk.say("a")
    await desk.settled(1)
    for text in ("b", "c"):
        desk.say(text)
    await desk.settled(3)
    assert set(desk.ear.outcomes().values()) == {"UnknownOutcome", "NotStored"}
    assert all(isinstance(error, NotStored) for _, error in desk.ear.groups[1:])


async def test_it_ends_even_if_the_disk_does_not_come_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "before", "BEGIN")
    desk.writer.remember_session(7, b"token", "alice")
    desk.say("a")
    async with asyncio.timeout(20):
        await desk.writer.stop()
    await desk.settled(1)
    assert desk.ear.outcomes() == {"a": "NotStored"}


async def test_messages_are_dropped_and_indexed_when_it_is_quiet(tmp_path: Path) -> None:
    desk = Desk(tmp_path / FILE_NAME, Retention(messages=3, disk=True))
    desk.say(*[f"text {number}" for number in range(10)])
    desk.writer._maintenance._prune_s = 0.0  # as if a minute had passed
    desk.writer.start()
    await desk.ear.until(lambda: bool(desk.ear.dropped))
    assert desk.ear.dropped == [Pruned("lobby", 8, 7)]
    await desk.writer.stop()
    while desk.store.steps.index(100):
        pass
    assert texts(desk.store) == ["text 7", "text 8", "text 9"]
    desk.store.close()


async def test_whether_something_would_be_kept_is_tried_once_for_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / FILE_NAME, WallClock(), make)
    ear = Ear()
    loop = asyncio.get_running_loop()
    writer = Writer(store, loop, ear, Retention(disk=True))
    tries: list[bool] = []

    def tried() -> bool:
        tries.append(True)
        return False

    monkeypatch.setattr(store, "try_writing", tried)
    writer.start()
    answers = [loop.create_future() for _ in range(50)]
    for answer in answers:
        writer.try_writing(answer.set_result)
    async with asyncio.timeout(60):
        assert set(await asyncio.gather(*answers)) == {False}
    assert len(tries) == 1
    # What was just kept is answer enough.
    writer.append(entry("a"))
    await ear.until(lambda: bool(ear.groups))
    kept = loop.create_future()
    writer.try_writing(kept.set_result)
    async with asyncio.timeout(60):
        assert await kept
    assert len(tries) == 1
    await writer.stop()
    store.close()
