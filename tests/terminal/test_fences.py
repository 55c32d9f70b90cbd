import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.limits import TEXT_LIMIT_BYTES
from core.text.sanitize import clean_text
from terminal.blocks import Blocks
from terminal.fences import LONGEST, SPARE_BYTES, Fences

LINES = st.text(st.sampled_from("ab `~\n"), max_size=80)


def test_the_first_part_has_the_title_and_others_a_number() -> None:
    fences = Fences("build.log")
    assert fences.around("one\n two") == "build.log\n```\none\n two\n```"
    assert fences.around("three") == "build.log, part 2\n```\nthree\n```"
    assert Fences().around("x") == "```\nx\n```"


@given(LINES)
def test_nothing_inside_ends_the_block(text: str) -> None:
    first, *inside, last = Fences().around(text).split("\n")
    assert first == last
    assert re.fullmatch(r"`{3,}|~{3,}", first)
    assert "\n".join(inside) == text
    assert first not in text


def test_what_no_fence_can_hold_is_refused() -> None:
    assert Fences().around("`" * 500).startswith("~~~\n")
    with pytest.raises(Refused, match="too many backticks and tildes"):
        Fences().around("`" * 500 + "~" * 500)


@given(st.integers(1, 300), st.text(max_size=300))
def test_a_block_with_its_fences_is_never_too_long(length: int, title: str) -> None:
    title = "".join(one for one in title if one.isprintable())
    blocks = Blocks(limit_bytes=TEXT_LIMIT_BYTES - SPARE_BYTES)
    lines = ["`" * (LONGEST - 1)] + ["ж" * length] * 200
    fences = Fences(title)
    texts = [text for line in lines for text in blocks.line(line, 0.0)] + blocks.flush()
    for text in texts:
        assert len(clean_text(fences.around(text)).encode()) <= TEXT_LIMIT_BYTES
