"""When a gateway is started again: rules without processes."""

import socket

import pytest

from hubbub.errors import CannotStart
from hubbub.serving.restarts import (
    LONGEST_WAIT_S,
    SHORTEST_WAIT_S,
    STEADY_S,
    Restarts,
    check_gateways,
    ending,
)


def test_who_dies_once_is_started_again_at_once() -> None:
    assert Restarts().wait_s(0.1) == 0
    assert Restarts().wait_s(3600) == 0


def test_who_dies_at_once_again_and_again_is_waited_for_longer_and_longer() -> None:
    restarts = Restarts()
    waits = [restarts.wait_s(0.1) for _ in range(2000)]
    assert waits[:4] == [0, SHORTEST_WAIT_S, 2 * SHORTEST_WAIT_S, 4 * SHORTEST_WAIT_S]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT_S


def test_who_was_steady_is_not_to_pay_for_what_was_before() -> None:
    restarts = Restarts()
    for _ in range(5):
        restarts.wait_s(0.1)
    assert restarts.wait_s(STEADY_S) == 0
    assert restarts.wait_s(0.1) == SHORTEST_WAIT_S


@pytest.mark.parametrize(
    ("code", "told"),
    [(0, "exit_code=0"), (3, "exit_code=3"), (-9, "signal=SIGKILL"), (-40, "signal=40")],
)
def test_an_ending_is_told_as_the_system_tells_it(code: int, told: str) -> None:
    assert ending(code) == told


def test_where_no_port_can_be_shared_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "SO_REUSEPORT")
    check_gateways(0)
    with pytest.raises(CannotStart, match=r"`hubbub gateway`.*behind a proxy"):
        check_gateways(1)
