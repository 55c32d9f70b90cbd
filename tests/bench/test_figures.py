"""What becomes of figures: files, medians, ratios, warnings."""

from pathlib import Path

import pytest

from bench.figures import Figure, load, save
from bench.show import medians, ratios, table, value, warnings


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    figures = [
        Figure("a", "hubbub", "deliveries", 1.5e6, "1/s"),
        Figure("c", "redis", "p99", 0.25, "s"),
    ]
    save(figures, tmp_path / "figures")
    assert load(tmp_path / "figures") == figures


def test_a_line_with_other_fields_is_refused(tmp_path: Path) -> None:
    (tmp_path / "figures").write_text('{"point": "a", "colour": "red"}\n')
    with pytest.raises(TypeError):
        load(tmp_path / "figures")


def rounds(peer: str, name: str, unit: str, *values: float) -> list[Figure]:
    return [Figure("a", peer, name, number, unit) for number in values]


def test_medians_are_taken_by_point_peer_and_name() -> None:
    figures = rounds("hubbub", "deliveries", "1/s", 1, 9, 2) + rounds("nats", "p50", "s", 3, 4)
    assert medians(figures) == [
        Figure("a", "hubbub", "deliveries", 2, "1/s"), Figure("a", "nats", "p50", 3.5, "s"),
    ]  # fmt: skip


def test_more_deliveries_and_less_time_are_better() -> None:
    figures = [
        *rounds("hubbub", "deliveries", "1/s", 10), *rounds("redis", "deliveries", "1/s", 4),
        *rounds("hubbub", "p50", "s", 0.5), *rounds("redis", "p50", "s", 0.1),
    ]  # fmt: skip
    assert [(mine.name, other.peer, ratio) for mine, other, ratio in ratios(figures)] == [
        ("deliveries", "redis", 2.5), ("p50", "redis", 0.2),
    ]  # fmt: skip


def test_only_what_was_measured_alike_is_compared() -> None:
    figures = [
        *rounds("hubbub", "p50_100", "s", 1), *rounds("nats", "p50_1000", "s", 1),
        *rounds("hubbub", "p999", "s", 1), *rounds("nats", "p999", "s", 1),
        *rounds("hubbub", "server_pss_100", "bytes", 2),
        *rounds("nats", "server_pss_100", "bytes", 6),
    ]  # fmt: skip
    assert [(mine.name, ratio) for mine, _, ratio in ratios(figures)] == [("server_pss_100", 3.0)]


def test_each_door_of_ours_is_compared_but_not_with_another_of_ours() -> None:
    figures = [
        *rounds("hubbub", "deliveries", "1/s", 10), *rounds("hubbub-json", "deliveries", "1/s", 8),
        *rounds("nats", "deliveries", "1/s", 2), *rounds("nats", "generator_cpu", "cores", 1),
    ]  # fmt: skip
    assert [(mine.peer, other.peer, ratio) for mine, other, ratio in ratios(figures)] == [
        ("hubbub", "nats", 5.0), ("hubbub-json", "nats", 4.0),
    ]  # fmt: skip


def test_what_makes_a_figure_doubtful_is_said() -> None:
    figures = [
        *rounds("redis", "generator_cpu_100", "cores", 0.9),
        *rounds("nats", "generator_cpu", "cores", 0.5),
        *rounds("nats", "others_cpu", "cores", 0.7),
        *rounds("mosquitto", "lost_1000", "1", 3),
        *rounds("mosquitto", "swapped", "1", 0),
    ]
    said = warnings(figures)
    assert len(said) == 3
    assert "redis" in said[0]
    assert "other programs" in said[1]
    assert said[2] == "a mosquitto: lost_1000 3"


@pytest.mark.parametrize(
    ("number", "unit", "shown"),
    [
        (2.5, "s", "2.5 s"), (0.0123, "s", "12.3 ms"), (4.2e-6, "s", "4.2 µs"),
        (9e-8, "s", "90 ns"), (12_345_678, "1/s", "12.35 M/s"), (1234, "1/s", "1,234/s"),
        (2**20, "bytes", "1.0 MiB"), (6656, "bytes", "6.5 KiB"),
        (90, "bytes", "90 bytes"), (0.5, "cores", "0.50 cores"), (3, "1", "3"),
        (1e7, "1", "10,000,000"), (0.5, "1", "0.5"),
    ],
)  # fmt: skip
def test_numbers_are_shown_with_their_units(number: float, unit: str, shown: str) -> None:
    assert value(number, unit) == shown


def test_a_table_has_a_line_for_each_peer_and_mark() -> None:
    lines = table(
        rounds("hubbub", "deliveries_100", "1/s", 5) + rounds("hubbub", "p50_100", "s", 2)
        + rounds("nats", "p50", "s", 1) + rounds("nats", "lost", "1", 0)
    )  # fmt: skip
    assert [line.split() for line in lines] == [
        ["(a)"],
        ["hubbub", "100", "deliveries", "5/s,", "p50", "2", "s"],
        ["nats", "p50", "1", "s"],
    ]
