"""The load generator finds out what is wrong, and finds nothing where all is right."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fakes import Fake, FakeGateway, Lines, serving

from bench.loading import Load, LoadFailed, Outcome, press
from bench.peers import HUBBUB_SERVE, SENDLOOP, Door, Running

SHORT = {"warm_s": 0.1, "measure_s": 0.3, "silence_s": 0.5}

PATIENT_S = 4.0
"""Where nothing is lost a silence is never waited for, so a busy machine has time."""


def short(subscribers: int, publishers: int, **more: float) -> Load:
    return Load(subscribers, publishers, **(SHORT | more))  # type: ignore[arg-type]


def check_all_well(load: Load, outcome: Outcome) -> None:
    faults = (outcome.lost, outcome.late, outcome.duplicated, outcome.swapped)
    assert faults == (0, 0, 0, 0)
    assert (outcome.refused, outcome.closed, outcome.stalled) == (0, 0, False)
    assert outcome.total_delivered == outcome.total_sent * load.subscribers
    assert outcome.total_sent > 0


def raw(port: int) -> Door:
    return Door("raw", port, "raw", port)


# --- where all is right --------------------------------------------------------


def test_a_send_loop_loses_nothing() -> None:
    load = short(20, 3, window=20, latency=True, silence_s=PATIENT_S)
    with SENDLOOP.running() as server:
        outcome = press(server.door, load, server.sessions)
    check_all_well(load, outcome)
    assert outcome.p50_s is not None
    assert outcome.max_s is not None
    assert 0 < outcome.p50_s <= outcome.max_s
    assert outcome.server_pss_bytes > 0


@pytest.fixture(scope="module")
def hubbub() -> Iterator[Running]:
    with HUBBUB_SERVE.running() as server:
        yield server


@pytest.mark.parametrize("protocol", ["text", "json", "ws-hubbub"])
def test_hubbub_loses_nothing(hubbub: Running, protocol: str) -> None:
    load = short(10, 3, window=50, silence_s=PATIENT_S)
    tcp = hubbub.door.publisher_port
    port = hubbub.door.port if protocol == "ws-hubbub" else tcp
    outcome = press(Door(protocol, port, "json", tcp), load)
    check_all_well(load, outcome)
    assert outcome.total_acked == outcome.total_sent


def test_acknowledgements_alone_are_enough(hubbub: Running) -> None:
    load = short(0, 4, window=10, by_acks=True, latency=True, silence_s=PATIENT_S)
    tcp = hubbub.door.publisher_port
    outcome = press(Door("json", tcp, "json", tcp), load)
    check_all_well(load, outcome)
    assert outcome.total_acked == outcome.total_sent
    assert outcome.p99_s is not None


def test_frames_may_be_cut_anywhere() -> None:
    load = short(2, 1, rate_1_s=200)
    with serving(FakeGateway()) as fake:
        outcome = press(Door("ws-hubbub", fake.port, "json", fake.port), load)
    # The gateway holds back the last line if their number is odd.
    missing = outcome.total_sent % 2 * load.subscribers
    assert (outcome.lost, outcome.duplicated, outcome.swapped) == (missing, 0, 0)
    assert outcome.total_delivered == outcome.total_sent * 2 - missing
    assert isinstance(fake, FakeGateway)
    assert fake.pongs > 0


# --- where it is not -----------------------------------------------------------


def spoil(number: int, line: bytes) -> Lines:
    """Drop the fourth line, double the sixth, swap the eighth and the ninth."""
    held = spoil.__dict__
    if number == 3:
        return []
    if number == 5:
        return [line, line]
    if number == 7:
        held["line"] = line
        return []
    return [line, held.pop("line")] if number == 8 else [line]


def test_what_was_planted_is_counted() -> None:
    load = short(2, 1, rate_1_s=100)
    with serving(Fake(spoil)) as fake:
        outcome = press(raw(fake.port), load)
    assert outcome.total_sent > 9
    assert (outcome.lost, outcome.duplicated, outcome.swapped) == (2, 2, 2)
    assert outcome.total_delivered == 2 * outcome.total_sent - 2
    assert outcome.closed == 0


def test_a_line_that_is_cut_short_is_lost() -> None:
    load = short(1, 1, rate_1_s=100)
    with serving(Fake(lambda number, line: [line[:-9] + b"\n"] if number == 4 else [line])) as fake:
        outcome = press(raw(fake.port), load)
    assert (outcome.lost, outcome.duplicated, outcome.swapped) == (1, 0, 0)


def test_silence_stalls_a_closed_loop() -> None:
    load = short(1, 1, window=10, measure_s=30)
    with serving(Fake(lambda number, line: [line] if number < 25 else [])) as fake:
        outcome = press(raw(fake.port), load)
    assert outcome.stalled
    assert outcome.lost == outcome.total_sent - 25 > 0


def test_closed_subscribers_are_told() -> None:
    load = short(3, 1, rate_1_s=100)
    with serving(Fake(lambda number, line: [line] if number != 5 else None)) as fake:
        outcome = press(raw(fake.port), load)
    assert outcome.closed == 3
    assert outcome.lost == 3 * (outcome.total_sent - 5) > 0


def test_nobody_there_is_an_error() -> None:
    with serving(Fake(lambda _, line: [line])) as fake:
        port = fake.port
    with pytest.raises(LoadFailed, match="cannot connect"):
        press(raw(port), short(1, 1))
