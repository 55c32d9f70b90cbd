"""The gate by itself: who counts as one, how fast is evaluated, and that time tells nothing."""

import hmac
from collections.abc import Callable

import pytest
from memory_hub import ManualClock

from core.access import gate as gates
from core.access.gate import AT_ONCE, GUESSES_A_MINUTE, TOO_FAST, WAITING, WRONG, Gate, source_of
from core.errors import Refused

PASS = "k7mq-2xfd-9wht"


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("?", "?"),
    ],
)
def test_a_source_is_what_one_customer_has(address: str, source: str) -> None:
    assert source_of(address) == source


class Asked:
    """Somebody who asks, and what was answered when."""

    def __init__(self, gate: Gate, clock: ManualClock, attempt: str, address: str) -> None:
        self.answers: list[str | None] = []
        gate.ask(attempt, address, clock, self._answered)

    def _answered(self, problem: Refused | None) -> None:
        self.answers.append(None if problem is None else problem.text)


Ask = Callable[[str, str], Asked]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def gate() -> Gate:
    return Gate(PASS)


@pytest.fixture
def ask(gate: Gate, clock: ManualClock) -> Ask:
    return lambda attempt, address: Asked(gate, clock, attempt, address)


@pytest.mark.parametrize(
    "attempt", [PASS, "K7MQ2XFD9WHT", " k7mq 2xfd 9wht ", "ｋ７ｍｑ-2xfd-9wht"]
)
def test_what_is_the_same_opens_it_at_once(ask: Ask, attempt: str) -> None:
    assert ask(attempt, "192.0.2.7").answers == [None]


@pytest.mark.parametrize(
    "attempt", ["", "k", PASS[:-1], f"{PASS}x", f"x{PASS}", PASS[::-1], "k7mq-2xfd-9whs", "\udcff"]
)
def test_what_is_not_does_not_and_takes_its_time(
    ask: Ask, clock: ManualClock, attempt: str
) -> None:
    asked = ask(attempt, "192.0.2.7")
    assert asked.answers == []
    clock.advance(gates.WRONG_WAIT_S)
    assert asked.answers == [WRONG]


def test_what_is_compared_has_one_length_and_takes_one_time(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def noted(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", noted)
    for attempt in ("", "k7", PASS, "x" * 256):
        ask(attempt, "192.0.2.7")
    assert len(compared) == 4
    assert {len(one) for pair in compared for one in pair} == {32}


def test_guesses_of_one_source_come_one_by_one(ask: Ask, gate: Gate, clock: ManualClock) -> None:
    asked = [ask("guess guess", f"2001:db8::{number}") for number in range(30)]
    # So many wait for their turn at most; the others are refused at once.
    refused = [one for one in asked if one.answers == [TOO_FAST]]
    assert len(refused) == 30 - AT_ONCE - WAITING
    clock.advance(60)
    assert gate.refused == AT_ONCE + WAITING
    before = gate.refused
    for _ in range(600):
        ask("guess guess", "2001:db8::1")
        clock.advance(0.1)
    assert gate.refused - before <= GUESSES_A_MINUTE


def test_another_network_is_another_source(ask: Ask) -> None:
    for number in range(20):
        ask("guess guess", f"2001:db8::{number}")
    assert ask(PASS, "2001:db8:0:1::1").answers == [None]


def test_right_ones_cost_nothing(ask: Ask) -> None:
    assert all(ask(PASS, "192.0.2.7").answers == [None] for _ in range(500))


def test_when_many_sources_guess_those_wait_and_newcomers_do_not(
    ask: Ask, gate: Gate, clock: ManualClock
) -> None:
    for number in range(400):
        for _ in range(2):
            ask("guess guess", f"10.0.{number // 200}.{number % 200}")
    clock.advance(gates.WRONG_WAIT_S)
    before = gate.refused
    late = ask("guess guess", "10.0.0.1")
    clock.advance(gates.WRONG_WAIT_S)
    assert late.answers == []
    assert gate.refused - before <= gates.GUESSES_A_MINUTE_IN_ALL / 60 * gates.WRONG_WAIT_S
    assert ask(PASS, "198.51.100.9").answers == [None]
    clock.advance(600)
    assert late.answers == [WRONG]


def test_sources_are_forgotten_so_that_memory_has_a_bound(
    ask: Ask, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "SOURCES", 100)
    for number in range(1000):
        ask(PASS, f"10.0.{number // 250}.{number % 250}")
    assert len(gate._sources) == 100


def test_a_gate_without_a_passphrase_asks_nobody(clock: ManualClock) -> None:
    gate = Gate(None)
    assert gate.is_open
    assert Asked(gate, clock, "", "192.0.2.7").answers == [None]
