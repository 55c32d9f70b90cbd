import pytest

from bridge.limits import FRAME_WAIT_S, LOOK_EVERY_S, PING_AFTER_S, PONG_WAIT_S
from bridge.liveness import Pulse, Sign
from core.limits import STALL_LIMIT_S


def look(
    pulse: Pulse,
    now_s: float,
    *,
    listening: bool = True,
    stuck: bool = False,
    taken: int = 0,
    bytes_s: float = 0.0,
) -> Sign:
    return pulse.look(now_s, listening=listening, stuck=stuck, taken=taken, bytes_s=bytes_s)


def test_a_silent_user_is_pinged_once_and_then_gone() -> None:
    pulse = Pulse(0)
    assert look(pulse, PING_AFTER_S - 1) is Sign.FINE
    assert look(pulse, PING_AFTER_S) is Sign.PING
    assert look(pulse, PING_AFTER_S + 1) is Sign.FINE
    assert look(pulse, PING_AFTER_S + PONG_WAIT_S) is Sign.DEAD


def test_a_pong_begins_anew() -> None:
    pulse = Pulse(0)
    assert look(pulse, 20) is Sign.PING
    pulse.hear(21)
    assert look(pulse, 40) is Sign.FINE
    assert look(pulse, 41) is Sign.PING


def test_bytes_that_never_become_a_frame_are_no_life() -> None:
    pulse = Pulse(0)
    assert look(pulse, 2, bytes_s=1.9) is Sign.FINE
    for now_s in range(4, int(FRAME_WAIT_S) + 2, 2):
        assert look(pulse, now_s, bytes_s=now_s) is Sign.FINE
    assert look(pulse, FRAME_WAIT_S + 2, bytes_s=FRAME_WAIT_S + 2) is Sign.DEAD


def test_a_frame_that_begins_late_has_its_whole_time() -> None:
    pulse = Pulse(0)
    assert look(pulse, 18) is Sign.FINE
    assert look(pulse, 20, bytes_s=19) is Sign.PING
    pulse.hear(22)
    assert look(pulse, 24, bytes_s=22) is Sign.FINE


def test_who_reads_slowly_lives_while_it_reads() -> None:
    pulse = Pulse(0)
    for taken, now_s in enumerate(range(0, 300, 50)):
        assert look(pulse, now_s, stuck=True, taken=taken) is Sign.FINE


def test_who_reads_nothing_is_gone() -> None:
    pulse = Pulse(0)
    assert look(pulse, 10, stuck=True, taken=7) is Sign.FINE
    pulse.hear(9 + STALL_LIMIT_S)
    assert look(pulse, 9 + STALL_LIMIT_S, stuck=True, taken=7) is Sign.FINE
    assert look(pulse, 10 + STALL_LIMIT_S, stuck=True, taken=7) is Sign.DEAD


def test_two_pauses_are_not_one_stall() -> None:
    pulse = Pulse(0)
    assert look(pulse, 0, stuck=True) is Sign.FINE
    assert look(pulse, 10, stuck=False) is Sign.FINE
    assert look(pulse, 11, stuck=True) is Sign.FINE
    assert look(pulse, STALL_LIMIT_S + 5, stuck=True) is Sign.FINE


def test_a_user_that_nobody_reads_is_not_blamed() -> None:
    pulse = Pulse(0)
    assert look(pulse, 100, listening=False, bytes_s=50) is Sign.FINE
    assert look(pulse, 101, bytes_s=50) is Sign.FINE


@pytest.mark.parametrize("stuck", [False, True])
def test_a_vanished_user_is_gone_in_90_s(stuck: bool) -> None:
    pulse = Pulse(0)
    now_s = 0.0
    while look(pulse, now_s, stuck=stuck, taken=7) is not Sign.DEAD:
        now_s += LOOK_EVERY_S
        assert now_s < 90
