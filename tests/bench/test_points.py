"""The points that measure Hubbub alone, with little to do: every figure is there."""

import itertools
from pathlib import Path

import pytest

from bench import bigstore
from bench.points import g, i, j, k
from bench.sections import SECTIONS
from bench.tracing import Trace, quantile
from core.log.history import UNFINISHED
from core.sqlite.database import FILE_NAME
from core.sqlite.pages import Pages
from core.sqlite.store import Store

MESSAGES = 2_000


def rows(point: str) -> set[str]:
    (section,) = (one for one in SECTIONS if one.point == point)
    return {row.name for row in section.alone}


def test_the_start_has_the_figures_that_the_page_shows() -> None:
    figures = g.run(1, 0.1)
    assert {figure.name for figure in figures} == rows("g")
    assert all(figure.value > 0 for figure in figures)


def test_the_terminal_has_the_figures_that_the_page_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(j, "WARM_S", 0.2)
    monkeypatch.setattr(j, "SCREENS", 3)
    figures = j.run(1, 0.2)
    assert {figure.name for figure in figures} == rows("j")
    assert {figure.peer for figure in figures} == set(j.KINDS)


def test_a_large_log_has_the_figures_that_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i, "CACHE", tmp_path)
    monkeypatch.setattr(i, "MESSAGES", MESSAGES)
    monkeypatch.setattr(i, "TRIES", 2)
    figures = {figure.name: figure.value for figure in i.run(1, 5.0)}
    assert figures.keys() == rows("i")
    assert figures["messages"] == MESSAGES
    assert all(value > 0 for value in figures.values())


def test_the_page_has_the_figures_that_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(k, "LINES", 600)
    figures = [(figure.peer, figure.name, figure.value) for figure in k.run(1, 1.0)]
    assert {name for _, name, _ in figures} == rows("k")
    assert {peer for peer, _, _ in figures} == {"bare", "hubbub"}
    # Keys were seen, and so were tasks and frames.
    assert all(value > 0 for _, name, value in figures if "over_50ms" not in name)


def test_a_trace_tells_the_tasks_of_the_page() -> None:
    trace = Trace()
    main = {"pid": 7, "tid": 1}
    trace.events = [
        {"name": "thread_name", "ph": "M", "args": {"name": "CrRendererMain"}, **main},
        {"name": "RunTask", "ph": "X", "ts": 10, "dur": 60_000, **main},
        {"name": "RunTask", "ph": "X", "ts": 10, "dur": 90_000, "pid": 7, "tid": 2},
        {"name": "Paint", "ph": "X", "ts": 10, "dur": 70_000, **main},
    ]
    assert trace.task_times_s() == [0.06]
    assert [quantile([1, 2, 3, 4], part) for part in (0.0, 0.5, 0.95)] == [1, 3, 4]
    assert quantile([], 0.5) == 0


def test_texts_are_the_same_every_time() -> None:
    texts = list(itertools.islice(bigstore.texts(), 500))
    assert texts == list(itertools.islice(bigstore.texts(), 500))
    assert len(set(texts)) == 500
    assert 60 < sum(map(len, texts)) / 500 < 120
    assert sum(bigstore.COMMON in text for text in texts) >= 500 // bigstore.COMMON_EVERY - 2


def test_a_large_log_is_one_that_a_hub_has_left(tmp_path: Path) -> None:
    bigstore.make(tmp_path, MESSAGES)
    made = (tmp_path / "log" / FILE_NAME).stat().st_mtime_ns
    bigstore.make(tmp_path, MESSAGES)
    assert (tmp_path / "log" / FILE_NAME).stat().st_mtime_ns == made
    store = Store(tmp_path / "log" / FILE_NAME, lambda: bigstore.BEGAN_MS)
    heads = {room.name: room.head for room in store.rooms()}
    assert sum(heads.values()) == MESSAGES
    assert len(heads) == bigstore.ROOMS
    assert heads[bigstore.BIG_ROOM] == max(heads.values())
    assert store.steps.unindexed() == 0
    assert found(store, bigstore.COMMON) == 50
    assert found(store, bigstore.ABSENT) == found(store, bigstore.ALIKE) == 0
    assert found(store, bigstore.SHORT) == 0
    store.close()


def found(store: Store, text: str) -> int:
    scan = Pages(store).search(bigstore.BIG_ROOM, text, None, 50)
    while (answer := scan.step()) is UNFINISHED:
        pass
    return len(answer.messages)
