"""What is kept, for how long, and what remains of the rest."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_lines import NOW_MS, WallClock, append, entry, search, texts

from core.log.entry import REUSED
from core.sqlite.pages import Pages
from core.sqlite.retention import DAY_MS
from core.sqlite.store import Store
from core.wire.messages import Retention


def prune(store: Store, keeps: Retention, step: int = 1_000_000) -> dict[str, int]:
    """Prune until nothing is left to do; return where rooms begin now."""
    begins = {}
    names = store.steps.room_names()
    while names:
        for done in store.steps.prune(names, keeps, step):
            assert 0 < done.messages <= step
            begins[done.room] = done.first
    return begins


def forget(store: Store) -> int:
    """Forget sessions, step by step; return how many."""

    def count() -> int:
        return int(store._db.execute("SELECT count(*) FROM sessions").fetchone()[0])

    before = count()
    after: int | None = -1
    while after is not None:
        after = store.steps.forget_sessions(after)
    return before - count()


def say(store: Store, count: int, room: str = "lobby") -> None:
    append(store, *[entry(f"text {number}", f"{room}-{number}", room) for number in range(count)])


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_the_newest_messages_of_each_room_are_kept(store: Store, step: int) -> None:
    say(store, 10)
    say(store, 3, "ops")
    keeps = Retention(messages=4, disk=True)
    assert prune(store, keeps, step) == {"lobby": 7}
    assert texts(store) == [f"text {number}" for number in range(6, 10)]
    assert len(texts(store, "ops")) == 3
    assert prune(store, keeps) == {}


def test_messages_are_kept_for_as_many_days(store: Store, clock: WallClock) -> None:
    for day in range(5):
        clock.now = NOW_MS + day * DAY_MS
        say_day = [entry(f"day {day}", f"day-{day}")]
        append(store, *say_day)
    assert prune(store, Retention(days=2, disk=True)) == {"lobby": 3}
    assert texts(store) == ["day 2", "day 3", "day 4"]
    assert prune(store, Retention(days=0.5, disk=True)) == {"lobby": 5}
    clock.now += 2 * DAY_MS
    assert prune(store, Retention(days=1, disk=True)) == {"lobby": 6}
    assert texts(store) == []


def test_either_limit_is_enough(store: Store, clock: WallClock) -> None:
    say(store, 4)
    clock.now += 3 * DAY_MS
    append(store, *[entry(str(number)) for number in range(4)])
    assert prune(store, Retention(days=2, messages=6, disk=True)) == {"lobby": 5}
    assert prune(store, Retention(days=9, messages=3, disk=True)) == {"lobby": 6}


def test_no_number_is_used_again_even_where_nothing_is_left(path: Path, clock: WallClock) -> None:
    store = Store(path, clock)
    say(store, 5)
    clock.now += 3 * DAY_MS
    assert prune(store, Retention(days=1, disk=True)) == {"lobby": 6}
    store.close()
    again = Store(path, clock)
    assert [(row.first, row.head) for row in again.rooms()] == [(6, 5)]
    assert append(again, entry("new")) == [6]
    again.close()


def test_times_do_not_go_back_even_where_nothing_is_left(path: Path, clock: WallClock) -> None:
    store = Store(path, clock)
    append(store, before := entry("before"))
    clock.now += 2 * DAY_MS
    prune(store, Retention(days=1, disk=True))
    store.close()
    clock.now = NOW_MS - 1  # somebody has set the clock back
    store = Store(path, clock)
    append(store, after := entry("after"))
    assert after.at == before.at
    store.close()


def test_a_step_looks_at_no_more_than_it_may_drop(path: Path, clock: WallClock) -> None:
    """However long the log, and whatever the number of rooms."""
    store = Store(path, clock)
    say(store, 3)
    clock.now += 3 * DAY_MS
    append(store, *[entry("x" * 100) for _ in range(20_000)])
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    store._db.set_progress_handler(count, 100)
    (done,) = store.steps.prune(["lobby"], Retention(days=2, disk=True), 50)
    store._db.set_progress_handler(None, 0)
    assert done.messages == 3
    assert steps < 100, "instructions of SQLite's machine, in hundreds"
    names = [f"room-{number}" for number in range(100)]
    append(store, *[entry("a", room=name) for name in names])
    assert store.steps.prune(names, Retention(days=2, disk=True), 30) == []
    assert len(names) == 70
    store.close()


def test_a_line_said_again_is_known_although_its_message_is_gone(
    path: Path, clock: WallClock
) -> None:
    store = Store(path, clock)
    say(store, 5)
    prune(store, Retention(messages=1, disk=True))
    assert append(store, entry("text 1", "lobby-1"), entry("new", "n")) == [2, 6]
    store.close()
    again = Store(path, clock)
    assert append(again, entry("text 1", "lobby-1"), entry("text 2", "lobby-2")) == [2, 3]
    assert append(again, entry("another text", "lobby-1")) == [REUSED]
    assert append(again, entry("text 1", "lobby-1", "ops")) == [REUSED]
    assert append(again, entry("text 1", "lobby-1", session=8)) == [7]
    again.close()


def test_after_a_day_the_id_is_forgotten_too(store: Store, clock: WallClock) -> None:
    say(store, 5)
    prune(store, Retention(messages=1, disk=True))
    clock.now += DAY_MS + 1
    append(store, entry("a"), entry("b"))
    prune(store, Retention(messages=1, disk=True))
    assert store._db.execute("SELECT count(*) FROM pruned_ids").fetchone() == (0,)


@pytest.mark.parametrize("indexed", [0, 4, 10])
def test_what_is_dropped_is_not_found_any_more(store: Store, indexed: int) -> None:
    say(store, 10)
    assert store.steps.index(indexed or 1) == (indexed or 1)
    prune(store, Retention(messages=3, disk=True))
    while store.steps.index(100):
        pass
    pages = Pages(store)
    assert [m.seq for m in search(pages, "text", None, 50).messages] == [8, 9, 10]
    assert store.steps.unindexed() == 0
    # Nothing of it is left in the index either.
    found = store._db.execute("SELECT count(*) FROM words WHERE words MATCH '\"text\"'").fetchone()
    assert found == (3,)


def test_pages_of_dropped_messages_are_not_kept_in_memory(store: Store) -> None:
    say(store, 600)
    pages = Pages(store)
    for after in (0, 256):
        assert pages.read("lobby", after, 600) is not None
    pages.forget("lobby", 101)
    assert pages.kept("lobby", 0) is None
    assert pages.kept("lobby", 256) is not None
    # A page that was read before and comes late is not taken in either.
    assert pages.read("lobby", 0, 600) is not None
    assert pages.kept("lobby", 0) is None


def test_sessions_of_which_nothing_is_left_are_forgotten(path: Path, clock: WallClock) -> None:
    from core.log.entry import Group

    store = Store(path, clock)
    for number in (1, 2, 3):
        store.append(
            Group(
                entries=[entry("text", "id", session=number)],
                sessions=[(number, bytes([number]), "nick")],
            )
        )
    prune(store, Retention(messages=2, disk=True))
    assert forget(store) == 0, "this run may still need them"
    store.close()
    clock.now += 2 * DAY_MS
    again = Store(path, clock)
    append(again, entry("later"))
    prune(again, Retention(messages=2, disk=True))
    assert forget(again) == 2
    assert Pages(again).session(bytes([1])) is None
    assert Pages(again).session(bytes([3])) == (3, "nick")
    again.close()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 30)), max_size=12), st.integers(1, 9))
def test_whatever_is_said_and_dropped_numbers_and_texts_stay_together(
    steps: list[tuple[int, int]], keep: int
) -> None:
    store = Store(None, WallClock())
    said: list[str] = []
    first = 1
    for what, count in steps:
        if what == 0:
            for done in store.steps.prune(
                store.steps.room_names(), Retention(messages=keep, disk=True), count
            ):
                first = done.first
        elif what == 1:
            store.steps.index(count)
        else:
            texts_now = [f"text {len(said) + number}" for number in range(count)]
            assert append(store, *map(entry, texts_now)) == [
                len(said) + number + 1 for number in range(count)
            ]
            said += texts_now
        assert texts(store) == said[first - 1 :]
        found = [m.seq for m in search(Pages(store), "text", None, 1000).messages]
        assert found == list(range(first, len(said) + 1))
    store.close()
