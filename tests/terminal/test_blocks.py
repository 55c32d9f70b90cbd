"""A pipe's lines become messages, and none of them is lost or cut."""

from contextlib import nullcontext, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.limits import BLOCK_LINES, TEXT_LIMIT_BYTES
from core.text.sanitize import clean_text
from terminal.blocks import OLDEST_S, Blocks, EachLine


def blocks_of(lines: list[str]) -> list[str]:
    blocks = Blocks()
    texts = [text for line in lines for text in blocks.line(line, 0.0)]
    return texts + blocks.flush()


def test_lines_are_gathered_until_there_is_silence() -> None:
    blocks = Blocks(gap_s=0.2)
    assert blocks.due_s is None
    assert blocks.line("one", 10.0) == []
    assert blocks.line("/quit", 10.1) == []
    assert blocks.due_s == pytest.approx(10.3)
    assert blocks.flush() == ["one\n/quit"]
    assert blocks.due_s is None
    assert blocks.flush() == []


def test_no_line_waits_for_ever_for_others() -> None:
    blocks = Blocks(gap_s=0.2)
    for number in range(10):
        blocks.line(str(number), number * 0.1)
        assert blocks.due_s == pytest.approx(min(number * 0.1 + 0.2, OLDEST_S))
    blocks.flush()
    blocks.line("next", 5.0)
    assert blocks.due_s == pytest.approx(5.2)


def test_each_line_may_be_a_message() -> None:
    lines = EachLine()
    assert lines.line(" one", 0.0) == [" one"]
    assert lines.line("  ", 0.0) == []
    assert lines.due_s is None
    assert lines.flush() == []
    with pytest.raises(Refused, match="are the limit"):
        lines.line("x" * (TEXT_LIMIT_BYTES + 1), 0.0)


def test_blank_lines_are_kept_inside_a_block() -> None:
    assert blocks_of(["", "  a", "", "b", ""]) == ["\n  a\n\nb\n"]
    assert blocks_of(["", "  ", "\t"]) == []


def test_a_block_has_so_many_lines() -> None:
    texts = blocks_of([str(number) for number in range(2 * BLOCK_LINES + 1)])
    assert [text.count("\n") + 1 for text in texts] == [BLOCK_LINES, BLOCK_LINES, 1]


def test_a_block_is_as_large_as_a_message_may_be() -> None:
    half = "x" * (TEXT_LIMIT_BYTES // 2)
    assert blocks_of([half, half[1:]]) == [half + "\n" + half[1:]]
    assert blocks_of([half, half]) == [half, half]
    assert blocks_of(["x" * TEXT_LIMIT_BYTES]) == ["x" * TEXT_LIMIT_BYTES]


@pytest.mark.parametrize("line", ["x" * (TEXT_LIMIT_BYTES + 1), "\x1b" * (TEXT_LIMIT_BYTES // 2)])
def test_a_line_that_no_message_can_hold_is_refused(line: str) -> None:
    blocks = Blocks()
    blocks.line("before", 0.0)
    with pytest.raises(Refused) as refusal:
        blocks.line(line, 0.0)
    assert refusal.value.code == "too_long"
    assert blocks.flush() == ["before"]


PIECES = st.lists(st.sampled_from(["a", "я", "\x1b", "\t", " ", "\u202e", "\x85", "日"])).map(
    "".join
)


@given(st.lists(st.tuples(PIECES, st.integers(1, 200)), max_size=40))
def test_what_comes_out_is_what_went_in_and_fits(pieces: list[tuple[str, int]]) -> None:
    lines = [piece * times for piece, times in pieces]
    texts = blocks_of(lines)
    assert "\n".join(texts).split() == "\n".join(lines).split()
    for text in texts:
        # What nobody could see is refused for that, but never for its size.
        with suppress(Refused) if "a" not in text else nullcontext():
            clean_text(text)
