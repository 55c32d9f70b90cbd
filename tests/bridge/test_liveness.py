import pytest

from bridge.limits import FRAME_WAIT_S, LOOK_EVERY_S, PING_AFTER_S, PONG_WAIT_S
from bridge.liveness import Liveness, Verdict
from core.limits import STALL_LIMIT_S


def look(
    liveness: Liveness,
    now_s: float,
    *,
    listening: bool = True,
    stuck: bool = False,
    taken: int = 0,
    bytes_s: float = 0.0,
) -> Verdict:
    return liveness.look(now_s, listening=listening, stuck=stuck, taken=taken, bytes_s=bytes_s)


def test_a_silent_user_is_pinged_once_and_then_gone() -> None:
    liveness = Liveness(0)
    assert look(liveness, PING_AFTER_S - 1) is Verdict.FINE
    assert look(liveness, PING_AFTER_S) is Verdict.PING
    assert look(liveness, PING_AFTER_S + 1) is Verdict.FINE
    assert look(liveness, PING_AFTER_S + PONG_WAIT_S) is Verdict.DEAD


def test_a_pong_begins_anew() -> None:
    liveness = Liveness(0)
    assert look(liveness, 20) is Verdict.PING
    liveness.hear(21)
    assert look(liveness, 40) is Verdict.FINE
    assert look(liveness, 41) is Verdict.PING


def test_bytes_that_never_become_a_frame_are_no_life() -> None:
    liveness = Liveness(0)
    assert look(liveness, 2, bytes_s=1.9) is Verdict.FINE
    for now_s in range(4, int(FRAME_WAIT_S) + 2, 2):
        assert look(liveness, now_s, bytes_s=now_s) is Verdict.FINE
    assert look(liveness, FRAME_WAIT_S + 2, bytes_s=FRAME_WAIT_S + 2) is Verdict.DEAD


def test_a_frame_that_begins_late_has_its_whole_time() -> None:
    liveness = Liveness(0)
    assert look(liveness, 18) is Verdict.FINE
    assert look(liveness, 20, bytes_s=19) is Verdict.PING
    liveness.hear(22)
    assert look(liveness, 24, bytes_s=22) is Verdict.FINE


def test_who_reads_slowly_lives_while_it_reads() -> None:
    liveness = Liveness(0)
    for taken, now_s in enumerate(range(0, 300, 50)):
        assert look(liveness, now_s, stuck=True, taken=taken) is Verdict.FINE


def test_who_reads_nothing_is_gone() -> None:
    liveness = Liveness(0)
    assert look(liveness, 10, stuck=True, taken=7) is Verdict.FINE
    liveness.hear(9 + STALL_LIMIT_S)
    assert look(liveness, 9 + STALL_LIMIT_S, stuck=True, taken=7) is Verdict.FINE
    assert look(liveness, 10 + STALL_LIMIT_S, stuck=True, taken=7) is Verdict.DEAD


def test_two_pauses_are_not_one_stall() -> None:
    liveness = Liveness(0)
    assert look(liveness, 0, stuck=True) is Verdict.FINE
    assert look(liveness, 10, stuck=False) is Verdict.FINE
    assert look(liveness, 11, stuck=True) is Verdict.FINE
    assert look(liveness, STALL_LIMIT_S + 5, stuck=True) is Verdict.FINE


def test_a_user_that_nobody_reads_is_not_blamed() -> None:
    liveness = Liveness(0)
    assert look(liveness, 100, listening=False, bytes_s=50) is Verdict.FINE
    assert look(liveness, 101, bytes_s=50) is Verdict.FINE


@pytest.mark.parametrize("stuck", [False, True])
def test_a_vanished_user_is_gone_in_90_s(stuck: bool) -> None:
    liveness = Liveness(0)
    now_s = 0.0
    while look(liveness, now_s, stuck=stuck, taken=7) is not Verdict.DEAD:
        now_s += LOOK_EVERY_S
        assert now_s < 90
