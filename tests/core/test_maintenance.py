"""Steps of upkeep: how much is done at once, when it is quiet and when it is not."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from store_lines import WallClock, append, entry

from core.limits import INDEX_STEP_BYTES, TEXT_LIMIT_BYTES
from core.sqlite.maintenance import (
    LOAD_MESSAGES,
    LOAD_RESTS,
    LOAD_STEP_MESSAGES,
    QUIET_S,
    Maintenance,
)
from core.sqlite.store import Store
from core.wire.messages import Retention

KILOBYTE = "x" * 1024
STEP_TAKES_S = 0.01


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store(None, WallClock())
    yield store
    store.close()


def maintenance(store: Store) -> Maintenance:
    return Maintenance(store.steps, Retention(disk=True), lambda pruned: None)


def test_a_quiet_step_makes_so_many_bytes_searchable(store: Store) -> None:
    append(store, *[entry(KILOBYTE) for _ in range(100)])
    work = maintenance(store)
    work.step(quiet=True)
    assert store.steps.unindexed() == 100 - INDEX_STEP_BYTES // 1024
    while store.steps.unindexed():
        before = store.steps.unindexed()
        work.step(quiet=True)
        assert store.steps.unindexed() < before
    assert work.wait_s() == 0.0  # it looks once more whether that was all
    work.step(quiet=True)
    work.step(quiet=True)
    assert work.wait_s() is None


def test_a_long_message_is_a_step_of_its_own(store: Store) -> None:
    append(store, *[entry("y" * TEXT_LIMIT_BYTES) for _ in range(3)])
    work = maintenance(store)
    work.step(quiet=True)
    assert store.steps.unindexed() == 2


def test_in_a_rush_little_is_done_and_only_if_much_has_piled_up(store: Store) -> None:
    append(store, *[entry("z") for _ in range(300)])
    work = maintenance(store)
    work.step(quiet=False)
    assert store.steps.unindexed() == 300
    work.kept(LOAD_MESSAGES)
    work.step(quiet=False)
    assert store.steps.unindexed() == 300 - LOAD_STEP_MESSAGES


class SlowStore:
    """A store whose steps take time."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.steps = 0
        self.left = 1_000_000

    def unindexed(self) -> int:
        return 0

    def index(self, limit: int) -> int:
        self.steps += 1
        self.now_s += STEP_TAKES_S
        done = min(10, self.left)
        self.left -= done
        return done

    def wal_bytes(self) -> int:
        return 0

    def forget_sessions(self, after: int) -> int | None:
        return None


@pytest.fixture
def slow() -> SlowStore:
    return SlowStore()


@pytest.fixture
def work(slow: SlowStore) -> Maintenance:
    return Maintenance(
        cast("Any", slow), Retention(disk=True), lambda pruned: None, now_s=lambda: slow.now_s
    )


def test_the_index_waits_for_quiet(slow: SlowStore, work: Maintenance) -> None:
    work.kept(100)
    work.step(quiet=False)
    assert slow.steps == 0
    work.step(quiet=True)
    work.step(quiet=True)
    assert slow.steps == 2


def test_in_a_rush_the_index_takes_a_share_of_the_time(slow: SlowStore, work: Maintenance) -> None:
    work.kept(LOAD_MESSAGES + 1000)
    begin_s = slow.now_s
    for _ in range(1000):
        work.step(quiet=False)
        slow.now_s += STEP_TAKES_S / 10  # a commit
    indexing_s = slow.steps * STEP_TAKES_S
    share = indexing_s / (slow.now_s - begin_s)
    assert 1 / (LOAD_RESTS + 2) < share <= 1 / LOAD_RESTS


def test_a_rush_that_ends_leaves_nothing_out(slow: SlowStore, work: Maintenance) -> None:
    slow.left = LOAD_MESSAGES + 100
    work.kept(slow.left)
    work.step(quiet=False)
    for _ in range(LOAD_MESSAGES):
        if work.wait_s() is None:
            break
        work.step(quiet=True)
    assert slow.left == 0
    assert work.wait_s() is None


def test_small_amounts_wait_in_a_rush(slow: SlowStore, work: Maintenance) -> None:
    work.kept(LOAD_MESSAGES)
    work.step(quiet=False)
    assert slow.steps == 0
    assert work.wait_s() == QUIET_S
