import re

import pytest

from terminal.paint import chosen_palette, colour_of, day_line, dim, painted, palette

CODES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize(
    ("environ", "how_many"),
    [
        ({"TERM": "xterm"}, 9),
        ({"TERM": "xterm-256color"}, 14),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, 14),
        ({"TERM": "xterm", "NO_COLOR": ""}, 9),
        ({"TERM": "xterm", "NO_COLOR": "0"}, 0),
        ({"TERM": "dumb"}, 0),
        ({}, 9),
    ],
)
def test_which_colours_a_terminal_gets(environ: dict[str, str], how_many: int) -> None:
    assert len(palette(environ)) == how_many


def test_pipes_get_colours_only_if_asked_for() -> None:
    term = {"TERM": "xterm-256color"}
    assert chosen_palette("auto", term, terminal=True)
    assert not chosen_palette("auto", term, terminal=False)
    assert chosen_palette("always", term, terminal=False)
    assert chosen_palette("always", {"NO_COLOR": "1"}, terminal=False)
    assert not chosen_palette("never", term, terminal=True)


def test_a_nick_keeps_its_colour() -> None:
    assert colour_of("Alice") == colour_of("alice") != colour_of("bob")
    colours = palette({"TERM": "xterm"})
    one, other = (painted(f"12:03 <{nick}> hi", nick, colours) for nick in ("alice", "ALICE"))
    assert one == other.replace("ALICE", "alice")


@pytest.mark.parametrize("line", ["12:03 <bob> bob: hi", "12:03 * bob waves to bob", "12:03 <b> x"])
def test_colours_change_no_text(line: str) -> None:
    shown = painted(line, "bob", palette({"TERM": "xterm"}))
    assert CODES.sub("", shown) == line
    assert painted(line, "bob", ()) == line
    if "bob" in line:
        # Only who speaks, not who is spoken of.
        assert len(CODES.findall(shown)) == 4


def test_days_and_what_is_not_the_matter() -> None:
    assert re.fullmatch(r"── \w+, 1[45] November 2023 ──", day_line(1_700_000_000_000))
    assert dim("x", ()) == "x"
    assert CODES.sub("", dim("x", ("code",))) == "x"
