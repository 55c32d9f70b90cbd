"""A rate limit for log lines: so many in a window, and the others counted."""

import pytest

from core.throttle import WINDOW_S, LogThrottle


@pytest.mark.parametrize("lines", [1, 5])
def test_so_many_in_a_window_and_the_others_are_counted(lines: int) -> None:
    now = [100.0]
    throttle = LogThrottle(lambda: now[0], lines)
    assert [throttle.allow() for _ in range(lines + 3)] == [0] * lines + [None] * 3
    now[0] += WINDOW_S / 2
    assert throttle.allow() is None
    now[0] += WINDOW_S / 2
    assert throttle.allow() == 4
    assert throttle.allow() == (None if lines == 1 else 0)
