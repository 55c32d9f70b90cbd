"""Pastes, and what is said of them before they go out."""

import pytest

from core.limits import TEXT_LIMIT_BYTES
from terminal.keys import block_size, pasted


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("one", "one"),
        ("one\n", "one"),
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("\x1b[31m\x07\x7f\x9b", "\u241b[31m\u2407\u2421\ufffd"),
        ("a\tb", "a\tb"),
    ],
)
def test_a_paste_is_harmless_text(data: str, expected: str) -> None:
    assert pasted(data) == expected


def test_the_size_of_a_block_is_told_before_it_goes() -> None:
    assert block_size("one line", 80) == ""
    whole = "2 lines, 4 bytes: Enter sends them as one block, Ctrl-C drops them"
    assert block_size("a\nb\n", 80) == whole
    assert block_size("a\nb\n", 40) == "2 lines, 4 bytes: Enter sends it"
    assert block_size("a\nb\n", 10) == "2 lines, 4 bytes"
    assert "KiB: Enter" in block_size("x" * 1024 + "\ny", 80)
    assert "over the" in block_size("x" * (TEXT_LIMIT_BYTES + 1), 80)
    assert "over 32 KiB!" in block_size("x" * (TEXT_LIMIT_BYTES + 1), 38)
