from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.door import CloseReason
from bridge.framing import cut, fault, is_hello

lines = st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\n", b"") + b"\n")).map(b"".join)


@given(lines, st.integers(1, 60))
def test_pieces_are_whole_lines_and_nothing_is_lost(whole: bytes, limit: int) -> None:
    pieces = list(cut(whole, limit))
    assert b"".join(pieces) == whole
    for piece in pieces:
        assert piece.endswith(b"\n")
        assert len(piece) <= limit or piece.count(b"\n") == 1


@given(lines.filter(bool), st.integers(1, 60))
def test_pieces_are_as_large_as_they_may_be(whole: bytes, limit: int) -> None:
    pieces = list(cut(whole, limit))
    for piece, following in pairwise(pieces):
        next_line = following[: following.index(b"\n") + 1]
        assert len(piece) + len(next_line) > limit


def test_what_fits_is_not_copied() -> None:
    whole = b"one\ntwo\n"
    assert next(iter(cut(whole, 64))) is whole


@pytest.mark.parametrize("line", [b"{}", b"", '{"text":"я\u2028\u0085"}'.encode(), b"\x00\x0b\x1c"])
def test_one_line_passes(line: bytes) -> None:
    assert fault(line) is None


@pytest.mark.parametrize("line", [b"a\nb", b"\n", b"a\r", b"\r\nquit", b"\xff\n"])
def test_a_line_break_does_not_pass(line: bytes) -> None:
    assert fault(line) is CloseReason.NEWLINE


@pytest.mark.parametrize(
    "line", [b"\x80", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xff\xfe"]
)
def test_what_is_not_utf8_does_not_pass(line: bytes) -> None:
    assert fault(line) is CloseReason.NOT_TEXT


@given(st.binary())
def test_what_passes_is_one_line_of_text(line: bytes) -> None:
    if fault(line) is None:
        line.decode("utf-8")
        assert line.count(b"\n") + line.count(b"\r") == 0


def test_only_a_hello_opens() -> None:
    assert is_hello(b'{"type":"hello"}')
    assert is_hello(b' {"nick":"a","type":"hello"}')
    for line in (b"", b"{}", b"/nick root", b"hello", b'{"type":"say"}', b"GET / HTTP/1.1"):
        assert not is_hello(line)
