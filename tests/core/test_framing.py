"""Lines: line ends, the limit, and that the network's cuts do not matter."""

import itertools
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.wire.framing import LineBuffer, TooLong

LIMIT = 8

Lines = list[bytes | TooLong]


def read(chunks: list[bytes], *, bare_cr: bool, limit: int = LIMIT) -> Lines:
    buffer = LineBuffer(limit, bare_cr=bare_cr)
    lines = [line for chunk in chunks for line in buffer.feed(chunk)]
    return lines + buffer.finish()


def expected(data: bytes, *, bare_cr: bool, limit: int = LIMIT) -> Lines:
    """Read by the definition, slowly, and all at once."""
    *lines, last = re.split(rb"\r\n|\r\0|\r|\n" if bare_cr else rb"\r?\n", data)
    if last:
        lines.append(last)
    return [line if len(line) <= limit else TooLong(len(line)) for line in lines]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[low:high] for low, high in itertools.pairwise(edges)]


noise = st.lists(
    st.sampled_from([b"\r", b"\n", b"\0", b"a", b"bc", b"1234567", b"123456789", b"\xff", b"\x85"]),
    max_size=30,
).map(b"".join)
either = pytest.mark.parametrize("bare_cr", [True, False])


@either
@given(data=noise, places=st.lists(st.integers(0, 300), max_size=8))
@example(data=b"12345678\r\n", places=[9])
@example(data=b"1234567\r\r\n", places=[8, 9])
@example(data=b"123456789\r\n", places=[9, 10])
@example(data=b"a\r\r\n\r\0\n", places=[2, 3, 5])
def test_where_the_network_cuts_does_not_matter(
    bare_cr: bool, data: bytes, places: list[int]
) -> None:
    wanted = expected(data, bare_cr=bare_cr)
    assert read([data], bare_cr=bare_cr) == wanted
    assert read(cut(data, places), bare_cr=bare_cr) == wanted
    assert read([data[i : i + 1] for i in range(len(data))], bare_cr=bare_cr) == wanted


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r\0", b"\r"])
def test_people_end_lines_as_their_clients_do(end: bytes) -> None:
    assert read([b"one" + end + b"two" + end], bare_cr=True) == [b"one", b"two"]


@pytest.mark.parametrize("other", ["\v", "\f", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"])
@either
def test_nothing_else_ends_a_line(bare_cr: bool, other: str) -> None:
    line = f"a{other}b".encode()
    assert read([line + b"\n"], bare_cr=bare_cr) == [line]


def test_a_bare_cr_ends_its_line_at_once() -> None:
    buffer = LineBuffer(LIMIT, bare_cr=True)
    assert buffer.feed(b"hi\r") == [b"hi"]
    assert buffer.feed(b"") == []
    assert buffer.feed(b"\n") == []
    assert buffer.feed(b"\n") == [b""]


def test_a_cr_inside_a_line_of_json_stays() -> None:
    assert read([b"a\rb\r\r\n"], bare_cr=False) == [b"a\rb\r"]


@either
def test_the_limit_holds_to_the_byte(bare_cr: bool) -> None:
    euro = "€".encode()
    exact, over = b"12345" + euro, b"123456" + euro
    for end in (b"\n", b"\r\n"):
        data = exact + end + over + end + b"next" + end
        wanted: Lines = [exact, TooLong(9), b"next"]
        assert read([data], bare_cr=bare_cr) == wanted
        assert read([data[i : i + 1] for i in range(len(data))], bare_cr=bare_cr) == wanted


@either
def test_a_line_without_end_holds_no_memory(bare_cr: bool) -> None:
    buffer = LineBuffer(1000, bare_cr=bare_cr)
    for _ in range(160):
        assert buffer.feed(b"x" * 65_536) == []
        assert len(buffer._pending) <= 1001
    assert buffer.pending == b""
    assert buffer.feed(b"\nok\n") == [TooLong(160 * 65_536), b"ok"]


def test_what_is_unfinished_can_be_seen() -> None:
    buffer = LineBuffer(LIMIT, bare_cr=True)
    assert buffer.feed(b"one\ntw") == [b"one"]
    assert buffer.pending == b"tw"
    assert buffer.feed(b"o\n") == [b"two"]
    assert buffer.pending == b""
    assert buffer.finish() == []


def test_finishing_gives_the_last_line_once() -> None:
    buffer = LineBuffer(LIMIT, bare_cr=True)
    assert buffer.feed(b"one\ntwo") == [b"one"]
    assert buffer.finish() == [b"two"]
    assert buffer.finish() == []


def test_the_rules_change_in_the_middle() -> None:
    buffer = LineBuffer(LIMIT, bare_cr=True)
    assert buffer.feed(b"/json\r") == [b"/json"]
    buffer.switch(20, bare_cr=False)
    assert buffer.feed(b'\n{"a":\r1,') == []
    assert buffer.feed(b'"b":2}\r\n') == [b'{"a":\r1,"b":2}']


def test_a_line_too_long_stays_so_when_the_rules_change() -> None:
    buffer = LineBuffer(LIMIT, bare_cr=True)
    assert buffer.feed(b"x" * 15) == []
    buffer.switch(20, bare_cr=False)
    assert buffer.feed(b'{"type":"say"}\n{}\n') == [TooLong(29), b"{}"]
