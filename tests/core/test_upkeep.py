"""Steps of upkeep: how much is done at once, when it is quiet and when it is not."""

from collections.abc import Iterator

import pytest
from store_lines import WallClock, append, entry

from core.limits import INDEX_STEP_BYTES, TEXT_LIMIT_BYTES
from core.messages import Keeps
from core.store import Store
from core.upkeep import RUSH_MESSAGES, RUSH_STEP_MESSAGES, Upkeep

KILOBYTE = "x" * 1024


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store(None, WallClock())
    yield store
    store.close()


def upkeep(store: Store) -> Upkeep:
    return Upkeep(store, Keeps(disk=True), lambda pruned: None)


def test_a_quiet_step_makes_so_many_bytes_searchable(store: Store) -> None:
    append(store, *[entry(KILOBYTE) for _ in range(100)])
    work = upkeep(store)
    work.step(quiet=True)
    assert store.unindexed() == 100 - INDEX_STEP_BYTES // 1024
    while store.unindexed():
        before = store.unindexed()
        work.step(quiet=True)
        assert store.unindexed() < before
    assert work.wait_s() == 0.0  # it looks once more whether that was all
    work.step(quiet=True)
    work.step(quiet=True)
    assert work.wait_s() is None


def test_a_long_message_is_a_step_of_its_own(store: Store) -> None:
    append(store, *[entry("y" * TEXT_LIMIT_BYTES) for _ in range(3)])
    work = upkeep(store)
    work.step(quiet=True)
    assert store.unindexed() == 2


def test_in_a_rush_little_is_done_and_only_if_much_has_piled_up(store: Store) -> None:
    append(store, *[entry("z") for _ in range(100)])
    work = upkeep(store)
    work.step(quiet=False)
    assert store.unindexed() == 100
    work.kept(RUSH_MESSAGES)
    work.step(quiet=False)
    assert store.unindexed() == 100 - RUSH_STEP_MESSAGES
