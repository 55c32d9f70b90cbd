"""Long lines are cut to the terminal's width and never lose anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.dress import dressed as wrap
from terminal.wrap import LEAST_INDENT, NARROWEST_COLUMNS, cells


@pytest.mark.parametrize(
    ("text", "wrapped"),
    [
        ("", ""),
        ("\n", "\n"),
        ("short\n\nlines\n", "short\n\nlines\n"),
        ("12:03 <al> one two three four\n", "12:03 <al> one two three\n        four\n"),
        ("exactly twenty-four cell\n", "exactly twenty-four cell\n"),
        ("exactly twenty-four cells\n", "exactly twenty-four\n        cells\n"),
        ("12:03 <al> " + "x" * 20 + "\n", "12:03 <al> " + "x" * 13 + "\n        " + "x" * 7 + "\n"),
        ("12:03 <al> 日本日本日本日本日本\n", "12:03 <al> 日本日本日本\n        日本日本\n"),
        ("12:03 <al> " + " " * 40 + "12:04 <bob> hi\n", "12:03 <al>\n        12:04 <bob> hi\n"),
        ("\tx\n", "    x\n"),
    ],
)
def test_lines_are_cut_between_words(text: str, wrapped: str) -> None:
    assert wrap(text, 24) == wrapped


def test_an_address_stays_whole() -> None:
    address = "https://example.org/" + "y" * 40
    assert wrap(f"12:03 <al> see {address} there\n", 30) == (
        f"12:03 <al> see\n{INDENT}{address}\n{INDENT}there\n"
    )


def test_a_very_narrow_terminal_wraps_by_itself() -> None:
    assert wrap("x" * 50 + "\n", NARROWEST_COLUMNS - 1) == "x" * 50 + "\n"


INDENT = " " * LEAST_INDENT


@given(st.text(st.characters(exclude_categories=["C"]), max_size=200), st.integers(24, 90))
def test_nothing_but_blanks_is_lost_and_nothing_is_too_wide(text: str, columns: int) -> None:
    lines = wrap(text + "\n", columns).split("\n")
    assert "".join("".join(lines).split(" ")) == "".join(text.split(" "))
    if "://" not in text:
        assert all(cells(line) <= columns for line in lines)


@given(st.text(st.characters(exclude_categories=["C"]), max_size=200))
def test_only_the_first_piece_begins_at_the_margin(text: str) -> None:
    _, *others = wrap("12:03 <al> " + text + "\n", 40).split("\n")[:-1]
    assert all(line.startswith(INDENT) for line in others)
