"""Telnet: what is text, what is answered, and that cuts do not matter."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.wire.telnet import SUBNEGOTIATION_LIMIT_BYTES, Telnet

DO_BINARY = b"\xff\xfd\x00"
WONT_TIMING_MARK = b"\xff\xfc\x06"


def feed(chunks: list[bytes]) -> tuple[bytes, bytes, bool]:
    telnet = Telnet()
    parts = [telnet.feed(chunk) for chunk in chunks]
    text = b"".join(text for text, _ in parts)
    return text, b"".join(answers for _, answers in parts), telnet.seen


def bytewise(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


commands = st.one_of(
    st.sampled_from([b"hello\r\n", b"\xff", b"\xff\xff", b"\xff\xfa\x18\x01", b"\xff\xf0", b"\n"]),
    st.binary(max_size=5),
    st.builds(
        lambda verb, option: bytes([255, verb, option]), st.integers(236, 255), st.integers(0, 255)
    ),
    st.just(b"x" * (SUBNEGOTIATION_LIMIT_BYTES - 1)),
)


@given(
    data=st.lists(commands, max_size=20).map(b"".join), places=st.lists(st.integers(0), max_size=6)
)
@example(data=b"\xff\xfa" + b"\xff\xff" * SUBNEGOTIATION_LIMIT_BYTES + b"x", places=[3])
def test_where_the_network_cuts_does_not_matter(data: bytes, places: list[int]) -> None:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    whole = feed([data])
    assert feed(bytewise(data)) == whole
    assert feed([data[a:b] for a, b in itertools.pairwise(edges)]) == whole


@given(st.binary().map(lambda data: data.replace(b"\xff", b"")))
def test_without_a_command_nothing_is_touched_or_said(data: bytes) -> None:
    assert feed([data]) == (data, b"", False)


@given(st.lists(commands, max_size=40).map(b"".join))
def test_what_is_said_is_bounded_and_only_refuses(data: bytes) -> None:
    _, answers, seen = feed([data])
    assert len(answers) % 3 == 0
    replies = [answers[i : i + 3] for i in range(0, len(answers), 3)]
    assert replies[:1] == ([DO_BINARY] if seen else [])
    assert all(reply[:2] in (b"\xff\xfc", b"\xff\xfe") for reply in replies[1:])
    others = [reply for reply in replies if reply != WONT_TIMING_MARK]
    assert len(set(others)) == len(others)


def test_ctrl_c_in_gnu_telnet_gets_its_output_back_each_time() -> None:
    telnet = Telnet()
    ctrl_c = b"\xff\xf4\xff\xfd\x06"
    assert telnet.feed(ctrl_c) == (b"", DO_BINARY + WONT_TIMING_MARK)
    assert telnet.feed(b"hi\r\n" + ctrl_c) == (b"hi\r\n", WONT_TIMING_MARK)


def test_binary_is_accepted_in_silence() -> None:
    telnet = Telnet()
    assert telnet.feed(b"\xff\xf1") == (b"", DO_BINARY)
    assert telnet.feed(b"\xff\xfb\x00") == (b"", b"")
    assert telnet.feed("я“日本”\r\n".encode()) == ("я“日本”\r\n".encode(), b"")


def test_every_other_option_is_refused_once() -> None:
    for verb, refusal, others in ((0xFD, 0xFC, {6}), (0xFB, 0xFE, {0})):
        telnet = Telnet()
        telnet.feed(b"\xff\xf1")
        for option in set(range(256)) - others:
            asked = bytes([255, verb, option])
            assert telnet.feed(asked) == (b"", bytes([255, refusal, option]))
            assert telnet.feed(asked) == (b"", b"")


@pytest.mark.parametrize("verb", [0xFC, 0xFE])
def test_what_the_client_will_not_do_needs_no_answer(verb: int) -> None:
    telnet = Telnet()
    telnet.feed(b"\xff\xf1")
    for option in range(256):
        assert telnet.feed(bytes([255, verb, option])) == (b"", b"")


@pytest.mark.parametrize("command", range(236, 250))
def test_commands_without_option_are_passed_over(command: int) -> None:
    assert feed([b"a" + bytes([255, command]) + b"b"])[0] == b"ab"


def test_subnegotiations_are_passed_over() -> None:
    naws = b"\xff\xfa\x1f\x00\x0a\xff\xff\x0d\xff\xf0"
    assert feed([b"a" + naws + b"b\n"]) == (b"ab\n", DO_BINARY, True)


def test_a_command_inside_a_subnegotiation_ends_it() -> None:
    text, answers, _ = feed([b"\xff\xfa\x18\x01\xff\xfd\x06hi\n"])
    assert (text, answers) == (b"hi\n", DO_BINARY + WONT_TIMING_MARK)


def test_an_unended_subnegotiation_ends_by_itself() -> None:
    text, _, _ = feed([b"\xff\xfa", b"x" * (SUBNEGOTIATION_LIMIT_BYTES + 2_000_000), b"hi\n"])
    assert text == b"x" * 2_000_000 + b"hi\n"
    telnet = Telnet()
    telnet.feed(b"\xff\xfa" + b"x" * SUBNEGOTIATION_LIMIT_BYTES)
    assert telnet.feed(b"hi\n") == (b"hi\n", b"")


def test_doubled_iacs_do_not_keep_a_subnegotiation_open() -> None:
    text, _, _ = feed([b"\xff\xfa" + b"\xff\xff" * SUBNEGOTIATION_LIMIT_BYTES, b"hi\n"])
    assert text == b"\xff" * (SUBNEGOTIATION_LIMIT_BYTES // 2) + b"hi\n"


def test_a_byte_ff_that_is_no_command_makes_its_line_no_text() -> None:
    for data in ("ÿa\n".encode("latin-1"), b"\xff\xffa\n", b"\xff\n"):
        text, _, _ = feed([data])
        assert text.endswith(b"\n")
        with pytest.raises(UnicodeDecodeError):
            text.decode()
    assert feed(["ÿa\n".encode("latin-1")])[1:] == (b"", False)
