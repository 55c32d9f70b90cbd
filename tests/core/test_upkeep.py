"""What is done for the log between commits, and how much of the time it may take."""

from typing import Any, cast

import pytest

from core import upkeep
from core.messages import Keeps
from core.upkeep import RUSH_MESSAGES, RUSH_RESTS, Upkeep

STEP_TAKES_S = 0.01


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
def store() -> SlowStore:
    return SlowStore()


@pytest.fixture
def work(store: SlowStore) -> Upkeep:
    return Upkeep(
        cast("Any", store), Keeps(disk=True), lambda pruned: None, now_s=lambda: store.now_s
    )


def test_the_index_waits_for_quiet(store: SlowStore, work: Upkeep) -> None:
    work.kept(100)
    work.step(quiet=False)
    assert store.steps == 0
    work.step(quiet=True)
    work.step(quiet=True)
    assert store.steps == 2


def test_in_a_rush_the_index_takes_a_share_of_the_time(store: SlowStore, work: Upkeep) -> None:
    work.kept(RUSH_MESSAGES + 1000)
    begin_s = store.now_s
    for _ in range(1000):
        work.step(quiet=False)
        store.now_s += STEP_TAKES_S / 10  # a commit
    indexing_s = store.steps * STEP_TAKES_S
    share = indexing_s / (store.now_s - begin_s)
    assert 1 / (RUSH_RESTS + 2) < share <= 1 / RUSH_RESTS


def test_a_rush_that_ends_leaves_nothing_out(store: SlowStore, work: Upkeep) -> None:
    store.left = RUSH_MESSAGES + 100
    work.kept(store.left)
    work.step(quiet=False)
    for _ in range(RUSH_MESSAGES):
        if work.wait_s() is None:
            break
        work.step(quiet=True)
    assert store.left == 0
    assert work.wait_s() is None


def test_small_amounts_wait_in_a_rush(store: SlowStore, work: Upkeep) -> None:
    work.kept(RUSH_MESSAGES)
    work.step(quiet=False)
    assert store.steps == 0
    assert work.wait_s() == upkeep.QUIET_S
