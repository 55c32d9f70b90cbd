"""The page from made-up figures: tables, ratios, plots, and the same bytes again."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import report
from bench.figures import Figure, save
from bench.page import page
from bench.plot import OTHERS, OURS, bars
from bench.sections import SECTIONS
from bench.summary import alone, beside_others, named, ratio, spread, summaries

FACTS = {"date": "2026-01-02", "processor": "Some Processor, 2 cores"}

DELIVERIES = [
    Figure("a", peer, "deliveries", value, "1/s")
    for peer, values in {
        "redis": (3e6, 4e6, 3.5e6), "hubbub": (9e6, 7e6, 8e6), "hubbub-json": (14e6, 14e6, 14e6),
    }.items()
    for value in values
]  # fmt: skip
LATE = [
    Figure("c", "hubbub", "p99", 0.020, "s"),
    Figure("c", "nats", "p99", 0.030, "s"),
]
IDLE = [
    Figure("d", "hubbub", "server_pss_per_client", 6.5 * 1024, "bytes"),
    Figure("d", "hubbub-gateway", "server_pss_per_client", 41 * 1024, "bytes"),
]
ALL = DELIVERIES + LATE + IDLE


def test_a_summary_is_the_median_with_the_least_and_the_most() -> None:
    (one,) = (one for one in summaries(DELIVERIES) if one.peer == "hubbub")
    assert (one.median, one.least, one.most, one.rounds) == (8e6, 7e6, 9e6, 3)
    assert spread(one) == "7.00 M/s – 9.00 M/s"
    assert spread(summaries(LATE)[0]) == "–"


def test_the_best_comes_first_and_each_of_ours_is_compared_with_each_other() -> None:
    assert beside_others(named(summaries(ALL), "a", "deliveries")) == [
        "| server | median | rounds | hubbub is better by | hubbub-json is better by |",
        "| --- | ---: | ---: | ---: | ---: |",
        "| **hubbub-json** | 14.00 M/s | 14.00 M/s – 14.00 M/s |  |  |",
        "| **hubbub** | 8.00 M/s | 7.00 M/s – 9.00 M/s |  |  |",
        "| redis | 3.50 M/s | 3.00 M/s – 4.00 M/s | 2.29× | 4.00× |",
    ]


def test_of_times_less_is_better() -> None:
    ours, theirs = named(summaries(ALL), "c", "p99")
    assert ours.peer == "hubbub"
    assert ratio(ours, theirs) == pytest.approx(1.5)
    nothing = summaries([Figure("c", "hubbub", "p99", 0.0, "s")])[0]
    assert ratio(nothing, theirs) is None


def test_a_missed_target_is_named() -> None:
    text = page(ALL, FACTS).text
    assert "| text client, memory | 6.5 KiB | – | at most 12.0 KiB |" in text
    assert "| browser, gateway and hub | 41.0 KiB | – | at most 40.0 KiB, **missed** |" in text


def test_a_table_without_targets_has_no_column_for_them() -> None:
    (one,) = summaries([Figure("h", "hubbub", "join_p50", 0.01, "s")])
    assert alone([("p50", one, "")])[0] == "| what | median | rounds |"


def test_the_page_says_what_it_was_measured_on_and_what_to_doubt() -> None:
    figures = [*ALL, *(Figure("a", "redis", "lost", lost, "1") for lost in (0, 3, 0))]
    figures += [Figure("a", "redis", "others_cpu", cores, "cores") for cores in (0.1, 0.1, 0.9)]
    text = page(figures, FACTS, ["ngircd: no ngircd here"]).text
    assert "| processor | Some Processor, 2 cores |" in text
    assert "| rounds | 1 to 3 |" in text
    assert "- a redis: lost 3" in text
    assert "others_cpu" not in text
    assert "- ngircd: no ngircd here" in text
    assert "Nothing was lost" in page(ALL, FACTS).text


def test_the_page_has_the_points_that_were_measured_and_no_others() -> None:
    made = page(ALL, FACTS)
    assert re.findall(r"^## \((\w)\)", made.text, re.MULTILINE) == ["a", "c", "d"]
    assert sorted(made.plots) == ["a-deliveries.svg", "c-p99.svg"]
    for name in made.plots:
        assert f"](performance/{name})" in made.text


def test_every_point_has_its_words() -> None:
    names = {file.stem for file in (report.ROOT / "bench" / "points").glob("?.py")}
    assert names == {section.point for section in SECTIONS}


def test_plots_are_well_formed_whatever_a_server_is_called() -> None:
    rows = summaries([*DELIVERIES, Figure("a", "<&>", "deliveries", 1e5, "1/s")])
    drawing = bars('Lines & "more" <here>', named(rows, "a", "deliveries"))
    root = ElementTree.fromstring(drawing)
    names = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "<&>" in names
    assert drawing.count(f"fill: {OURS}") + drawing.count(f"fill: {OTHERS}") == 4
    assert "fill: #ffffff" in drawing  # it can be read on a dark page as well
    assert len(drawing) < 16_384


def test_nothing_to_draw_is_drawn_all_the_same() -> None:
    ElementTree.fromstring(bars("nothing", []))
    ElementTree.fromstring(bars("zero", summaries([Figure("a", "hubbub", "lost", 0, "1")])))


def test_the_same_figures_give_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for number in range(2):
        source, folder = tmp_path / f"{number}.jsonl", tmp_path / f"docs{number}"
        save(ALL, source)
        report.facts_of(source).write_text('{"date": "2026-01-02"}', encoding="utf-8")
        (folder / "performance").mkdir(parents=True)
        (folder / "performance" / "of-an-earlier-page.svg").write_text("", encoding="utf-8")
        assert report.main(["--from", str(source), "--to", str(folder)]) == 0
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        written.append([(str(file.relative_to(folder)), file.read_bytes()) for file in files])
    assert written[0] == written[1]
    assert [name for name, _ in written[0]] == [
        "performance/a-deliveries.svg", "performance/c-p99.svg", "performance.md",
    ]  # fmt: skip


def test_without_figures_nothing_is_written(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("", encoding="utf-8")
    assert report.main(["--from", str(empty), "--to", str(tmp_path / "docs")]) == 1
    assert not (tmp_path / "docs").exists()
