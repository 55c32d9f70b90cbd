"""A clock that jumps: what is believed, what is said, and how times recover."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from store_lines import NOW_MS, WallClock, append, entry

from core.archive.readonly import LogFile
from core.clockwatch import DAY_MS, DOUBT_MS, ClockWatch
from core.log.journal import Pruned
from core.server.server import HubServer
from core.sqlite.database import FILE_NAME, connect
from core.sqlite.doubt import CONFIRMATION
from core.sqlite.maintenance import PRUNE_EVERY_S, Maintenance
from core.sqlite.pages import Pages
from core.sqlite.store import Store
from core.sqlite.timeorder import last_older
from core.wire.messages import Message, Retention

MINUTE_MS = 60_000
YEAR_MS = 365 * DAY_MS
KEEPS = Retention(days=30, disk=True)


def test_small_steps_are_no_jump() -> None:
    watch = ClockWatch(NOW_MS)
    for now_ms in (NOW_MS + 5000, NOW_MS + DAY_MS, NOW_MS + 2 * DAY_MS, NOW_MS + DAY_MS + 1):
        assert watch.look(now_ms) == 0
    assert watch.is_believed


def test_a_jump_ahead_is_doubted_until_a_day_has_passed() -> None:
    watch = ClockWatch(NOW_MS)
    ahead = NOW_MS + YEAR_MS
    assert watch.look(ahead) == YEAR_MS
    for now_ms in (ahead + 5000, ahead + DOUBT_MS // 2, ahead + DOUBT_MS - 1):
        assert watch.look(now_ms) == 0
        assert not watch.is_believed
    watch.look(ahead + DOUBT_MS)
    assert watch.is_believed


def test_a_clock_that_comes_back_is_believed_at_once() -> None:
    watch = ClockWatch(NOW_MS)
    watch.look(NOW_MS + YEAR_MS)
    assert watch.look(NOW_MS + 5000) == 5000 - YEAR_MS
    assert watch.is_believed
    assert watch.right_ms == NOW_MS + 5000


def test_going_back_is_said_and_no_reason_for_doubt() -> None:
    watch = ClockWatch(NOW_MS)
    assert watch.look(NOW_MS - YEAR_MS) == -YEAR_MS
    assert watch.is_believed
    assert watch.look(NOW_MS) == YEAR_MS
    assert not watch.is_believed


def test_another_jump_begins_the_doubt_anew() -> None:
    watch = ClockWatch(NOW_MS)
    watch.look(NOW_MS + YEAR_MS)
    watch.look(NOW_MS + 2 * YEAR_MS)
    assert not watch.is_believed
    watch.look(NOW_MS + YEAR_MS)
    watch.look(NOW_MS + YEAR_MS + DOUBT_MS - 1)
    assert not watch.is_believed
    watch.look(NOW_MS + YEAR_MS + DOUBT_MS)
    assert watch.is_believed


def test_who_begins_has_nothing_to_compare_with() -> None:
    watch = ClockWatch(None)
    assert watch.look(NOW_MS + 10 * YEAR_MS) == 0
    assert watch.is_believed


# --- what is dropped by age ------------------------------------------------------------


class Keeper:
    """A hub's log that drops what is older than 30 days, with a clock that is set."""

    def __init__(self, folder: Path, clock: WallClock, keeps: Retention = KEEPS) -> None:
        self.clock = clock
        self.dropped: list[Pruned] = []
        self._file = folder / FILE_NAME
        self.store = Store(self._file, clock)
        self._s = 0.0
        self._work = Maintenance(
            self.store.steps, keeps, self.dropped.extend, now_s=lambda: self._s
        )  # fmt: skip

    def passes(self, ms: int = MINUTE_MS) -> list[str]:
        """Let time pass, and what is due be done; return what is left."""
        self.clock.now += ms
        self._s += PRUNE_EVERY_S
        for _ in range(20):
            self._work.step(quiet=True)
        with closing(connect(str(self._file))) as db:
            return [text for (text,) in db.execute("SELECT text FROM messages ORDER BY place")]


@pytest.fixture
def keeper(tmp_path: Path, clock: WallClock) -> Iterator[Keeper]:
    keeper = Keeper(tmp_path, clock)
    append(keeper.store, entry("a"), entry("b"))
    assert keeper.passes() == ["a", "b"]
    yield keeper
    keeper.store.close()


def test_a_clock_that_jumps_drops_nothing_until_a_day_has_passed(
    keeper: Keeper, caplog: pytest.LogCaptureFixture
) -> None:
    assert keeper.passes(YEAR_MS) == ["a", "b"]
    assert [one for one in caplog.messages if "event=clock_doubted ahead_days=365.0" in one]
    for _ in range(23):
        assert keeper.passes(60 * MINUTE_MS) == ["a", "b"]
    assert sum("clock_doubted" in one for one in caplog.messages) == 1
    assert keeper.passes(60 * MINUTE_MS) == []
    assert "event=clock_believed" in caplog.text


def test_a_clock_that_is_put_right_drops_nothing(keeper: Keeper) -> None:
    keeper.passes(YEAR_MS)
    assert keeper.passes(-YEAR_MS) == ["a", "b"]
    for _ in range(30):
        assert keeper.passes(60 * MINUTE_MS) == ["a", "b"]


def test_ids_are_remembered_for_a_day_of_the_right_time(tmp_path: Path, clock: WallClock) -> None:
    keeper = Keeper(tmp_path, clock, Retention(messages=1, disk=True))
    append(keeper.store, entry("a", "1"))
    keeper.passes(0)
    clock.now += YEAR_MS
    append(keeper.store, entry("b", "2"))
    assert keeper.passes() == ["b"]
    for id_, seq in (("1", 1), ("2", 2)):
        again = entry({"1": "a", "2": "b"}[id_], id_)
        assert append(keeper.store, again) == [seq]
        assert again.repeated
    keeper.store.close()


def test_an_operator_may_confirm_it(keeper: Keeper, tmp_path: Path) -> None:
    assert keeper.passes(YEAR_MS) == ["a", "b"]
    (tmp_path / CONFIRMATION).touch()
    assert keeper.passes() == []
    assert not (tmp_path / CONFIRMATION).exists()


@pytest.mark.parametrize("restarts", [1, 5])
def test_a_start_with_a_clock_a_year_ahead_drops_nothing(
    keeper: Keeper, tmp_path: Path, caplog: pytest.LogCaptureFixture, restarts: int
) -> None:
    keeper.store.close()
    keeper.clock.now += YEAR_MS
    for _ in range(restarts):
        later = Keeper(tmp_path, keeper.clock)
        assert later.passes() == ["a", "b"]
        later.store.close()
    assert sum("clock_doubted" in one for one in caplog.messages) == restarts
    # A day later it is right, however often it was started.
    keeper.clock.now += DOUBT_MS
    later = Keeper(tmp_path, keeper.clock)
    assert later.passes() == []
    keeper.store = later.store


def test_a_start_with_the_clock_put_right_goes_on_as_before(keeper: Keeper, tmp_path: Path) -> None:
    keeper.store.close()
    keeper.clock.now += YEAR_MS
    later = Keeper(tmp_path, keeper.clock)
    later.passes()
    append(later.store, entry("ahead"))
    later.store.close()
    keeper.clock.now -= YEAR_MS
    later = Keeper(tmp_path, keeper.clock)
    append(later.store, entry("c"))
    assert later.passes() == ["a", "b", "ahead", "c"]
    # Two days later than what came before it, and not in a year.
    for _ in range(29):
        later.passes(DAY_MS)
    assert later.passes(0) == ["a", "b", "ahead", "c"]
    later.passes(DAY_MS)
    assert later.passes(DAY_MS) == []
    keeper.store = later.store


def test_much_that_was_said_under_a_wrong_clock_goes_in_its_turn(
    keeper: Keeper, tmp_path: Path
) -> None:
    keeper.clock.now += YEAR_MS
    append(keeper.store, *(entry(f"ahead {number}") for number in range(1200)))
    keeper.clock.now -= YEAR_MS
    append(keeper.store, entry("c"))
    assert len(keeper.passes()) == 1203
    for _ in range(31):
        keeper.passes(DAY_MS)
    assert keeper.passes() == []


# --- shown times -----------------------------------------------------------------------


def times(store: Store) -> list[int]:
    return [message.at for message in Pages(store).after("lobby", 0, 1000).messages]


def test_times_recover_once_the_clock_is_right(
    store: Store, clock: WallClock, caplog: pytest.LogCaptureFixture
) -> None:
    append(store, entry("a"))
    clock.now += 10 * YEAR_MS
    append(store, entry("ahead"))
    clock.now = NOW_MS + MINUTE_MS
    append(store, entry("b"), entry("c"))
    clock.now += MINUTE_MS
    append(store, entry("d"))
    assert times(store) == [
        NOW_MS, NOW_MS + 10 * YEAR_MS, *[NOW_MS + MINUTE_MS] * 2, NOW_MS + 2 * MINUTE_MS
    ]  # fmt: skip
    assert sum("event=times_set_back days=3650.0" in one for one in caplog.messages) == 1


@pytest.mark.parametrize("behind_ms", [1, 60 * MINUTE_MS, DAY_MS, 2 * DAY_MS])
def test_small_steps_back_are_waited_out(store: Store, clock: WallClock, behind_ms: int) -> None:
    append(store, entry("a"))
    clock.now -= behind_ms
    append(store, entry("b"))
    assert times(store) == [NOW_MS, NOW_MS]


def test_a_clock_that_knows_nothing_sets_nothing_back(store: Store, clock: WallClock) -> None:
    append(store, entry("a"))
    clock.now = 5000  # a machine without a battery, before it has asked for the time
    append(store, entry("b"))
    assert times(store) == [NOW_MS, NOW_MS]


def test_since_is_sensible_after_a_wrong_clock(tmp_path: Path, clock: WallClock) -> None:
    store = Store(tmp_path / FILE_NAME, clock)
    for minute in range(100):
        clock.now = NOW_MS + minute * MINUTE_MS
        append(store, entry(f"before {minute}"))
    clock.now = NOW_MS + 10 * YEAR_MS
    append(store, *(entry(f"ahead {number}") for number in range(3)))
    for minute in range(100, 200):
        clock.now = NOW_MS + minute * MINUTE_MS
        append(store, entry(f"after {minute}"))
        append(store, entry("elsewhere", room="ops"))

    def since(minute: int) -> str:
        found: tuple[Message, ...] = Pages(store).since("lobby", NOW_MS + minute * MINUTE_MS, 1)
        found = found.messages  # type: ignore[attr-defined]
        return found[0].text if found else ""

    assert [since(minute) for minute in (0, 1, 99, 101, 199, 200)] == [
        "before 0", "before 1", "before 99", "after 101", "after 199", ""
    ]  # fmt: skip
    # In the gap itself, what was said meanwhile belongs to it.
    assert since(100) == "ahead 0"
    ops = Pages(store).since("ops", NOW_MS + 150 * MINUTE_MS, 1).messages
    assert ops[0].at == NOW_MS + 150 * MINUTE_MS
    store.close()
    with closing(LogFile(tmp_path)) as log:
        room = log.room("lobby")
        assert room is not None
        assert log.before(room, NOW_MS + 150 * MINUTE_MS) == 153
        assert log.before(room, NOW_MS) == 0


def test_a_group_that_was_not_kept_has_not_turned_anything(
    tmp_path: Path, clock: WallClock
) -> None:
    store = Store(tmp_path / FILE_NAME, clock)
    clock.now += 10 * YEAR_MS
    append(store, entry("ahead", "1"))
    clock.now -= 10 * YEAR_MS
    # Said again: it is known, and nothing new is written.
    append(store, entry("ahead", "1"))
    append(store, entry("b"))
    assert Pages(store).since("lobby", NOW_MS, 9).messages[-1].text == "b"
    store.close()
    store = Store(tmp_path / FILE_NAME, clock)
    assert times(store) == [NOW_MS + 10 * YEAR_MS, NOW_MS]
    store.close()


AT = {1: 10, 2: 50, 3: 60, 4: 20, 5: 30, 7: 25}
"""Times by number; 6 was dropped, and time went back with 4 and 7."""


@pytest.mark.parametrize(
    ("at_ms", "found"),
    [(5, 0), (10, 0), (11, 1), (20, 1), (21, 4), (25, 4), (26, 7), (31, 7), (99, 7)],
)
def test_the_last_older_message_is_found_between_the_turns(at_ms: int, found: int) -> None:
    def at_of(seq: int) -> tuple[int, int] | None:
        return next(((one, AT[one]) for one in sorted(AT) if one >= seq), None)

    assert last_older(1, 7, [4, 7], at_of, at_ms) == found


async def test_the_hub_says_when_its_clock_jumps(
    hub_server: HubServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ms = hub_server.hub.clock.now_ms()
    times_ms = iter([now_ms, now_ms + 5000, now_ms + YEAR_MS, now_ms + YEAR_MS, now_ms + 9000])
    monkeypatch.setattr(hub_server.hub.clock, "now_ms", lambda: next(times_ms))
    for _ in range(5):
        hub_server._sweep()
    told = [one for one in caplog.messages if "event=clock_jumped" in one]
    assert ["days=+365.0" in told[0], "days=-365.0" in told[1]] == [True, True]
    assert len(told) == 2
