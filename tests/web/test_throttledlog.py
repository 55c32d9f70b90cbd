import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.throttle import WINDOW_S
from web.throttledlog import LINES_A_WINDOW, ThrottledLog, escaped


def test_a_flood_is_counted_not_written(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    log = ThrottledLog(logging.getLogger("test.flood"), lambda: now[0])
    for _ in range(1000):
        log.note("refused host", host="evil.test")
    log.note("another kind")
    assert len(caplog.records) == LINES_A_WINDOW + 1
    now[0] += WINDOW_S
    log.note("refused host", host="evil.test")
    assert caplog.messages[-1] == (
        f"refused host host='evil.test' (and {1000 - LINES_A_WINDOW} more of this kind)"
    )
    log.note("refused host", host="evil.test")
    assert "more" not in caplog.messages[-1]


@given(st.text())
def test_strangers_words_stay_on_one_line(text: str) -> None:
    written = escaped(text)
    assert written.isascii()
    assert written.isprintable()
    assert len(written) < 2500


def test_numbers_are_numbers() -> None:
    assert escaped(404) == "404"
