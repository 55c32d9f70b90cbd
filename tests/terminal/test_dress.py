"""Lines cut, painted and linked for a terminal."""

import re
import time
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.invitation import Doors, invitation
from core.text.mentions import mentions
from core.text.render import event_text
from terminal.dress import Look, dressed, marked
from terminal.links import addresses, shows_links
from terminal.wrap import cells

COLOURS = ("\x1b[32m",)
CODES = re.compile(r"\x1b\[[0-9;]*m|\x1b]8;;[^\x1b]*\x1b\\")


def test_what_goes_on_stands_under_the_text() -> None:
    assert dressed("12:03 <bob> one two three four\n", 40 - 14) == (
        "12:03 <bob> one two three\n        four\n"
    )
    assert dressed("12:03 <bob> one two three four five six\n", 36) == (
        "12:03 <bob> one two three four five\n            six\n"
    )


@pytest.mark.parametrize(
    ("text", "wide"),
    [("👩‍👩‍👧‍👦", 2), ("🇩🇪", 2), ("❤️", 2), ("e\u0301", 1), ("日本", 4), ("नि", 2), ("👍🏽", 2)],
)
def test_characters_are_as_wide_as_they_look(text: str, wide: int) -> None:
    assert cells(text) == wide


def test_no_character_is_cut_in_two() -> None:
    family = "👩‍👩‍👧‍👦"
    first, *others = dressed(f"12:03 <al> {family * 20}\n", 30).split("\n")[:-1]
    assert first == "12:03 <al> " + family * 9
    assert all(set(line.strip().split(family)) == {""} for line in others)


@pytest.mark.parametrize(
    ("line", "painted"),
    [
        ("12:03 <bob> hi", "\x1b[2m12:03\x1b[0m <\x1b[32mbob\x1b[0m> hi"),
        ("12:03 *<bob> hi", "\x1b[2m12:03\x1b[0m *<\x1b[32m\x1b[1m\x1b[7mbob\x1b[0m> hi"),
        ("12:03 * bob waves", "\x1b[2m12:03\x1b[0m * \x1b[32mbob\x1b[0m waves"),
        ("12:03 [from bob] hi", "\x1b[2m12:03\x1b[0m [from \x1b[32m\x1b[1mbob\x1b[0m] hi"),
        ("12:03 -- bob joined", "\x1b[2m12:03 -- bob joined\x1b[0m"),
        ("-! not sent: no", "\x1b[1m-! not sent: no\x1b[0m"),
        ("      | more", "\x1b[2m      | \x1b[0mmore"),
    ],
)
def test_lines_are_painted_by_what_they_are(line: str, painted: str) -> None:
    assert dressed(f"{line}\n", 80, Look(COLOURS)) == f"{painted}\n"
    assert dressed(f"{line}\n", 80) == f"{line}\n"


@given(st.text(st.characters(exclude_categories=["C"]), max_size=150), st.integers(24, 90))
def test_paint_and_links_change_no_text(text: str, columns: int) -> None:
    line = f"12:03 <al> {text} https://example.org/{text}\n"
    shown = CODES.sub("", dressed(line, columns, Look(COLOURS, links=True)))
    assert "".join(shown.split()) == "".join(line.split())


@pytest.mark.parametrize("columns", [24, 40, 80])
def test_commands_of_an_invitation_are_copied_whole(columns: int) -> None:
    invited = invitation(Doors((("192.0.2.7", 4045),), ()))
    shown = event_text(invited, "alice").decode()
    _, *ways = shown.splitlines(keepends=True)
    assert len(ways) == 7
    assert dressed("".join(ways), columns) == "".join(ways)
    # Nobody's words are left uncut by it.
    said = f"12:03 <bob> {ways[-1]}"
    assert dressed(said, columns).count("\n") > 1


def test_a_mark_stands_before_the_name() -> None:
    assert marked("12:03 <bob> alice?\n") == "12:03 *<bob> alice?\n"


def test_addresses_are_links_also_where_they_are_cut() -> None:
    url = "https://example.org/" + "x" * 30
    shown = dressed(f"12:03 <al> see ({url}).\n", 30, Look(links=True))
    assert shown.count(f"\x1b]8;;{url}\x1b\\") == 3
    assert max(cells(line) for line in CODES.sub("", shown).split("\n")) <= 30


@pytest.mark.parametrize(
    ("line", "urls"),
    [
        (
            "see https://a.example/x, or http://b.example.",
            ["https://a.example/x", "http://b.example"],
        ),
        ("(https://a.example/w_(x))", ["https://a.example/w_(x)"]),
        ("mailto:bob@a.example!", ["mailto:bob@a.example"]),
        ("javascript:alert(1) ftp://x file:///etc", []),
        ("https:// http://...", []),
    ],
)
def test_what_an_address_is(line: str, urls: list[str]) -> None:
    assert [one.url for one in addresses(line)] == urls


def test_a_link_carries_no_codes() -> None:
    shown = dressed(
        "12:03 <al> https://a.example/ü\N{RIGHT-TO-LEFT OVERRIDE}x\n", 80, Look(links=True)
    )
    assert "\x1b]8;;https://a.example/%C3%BC\x1b\\" in shown


@pytest.mark.parametrize(
    ("environ", "shows"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM": "xterm-kitty"}, True),
        ({"VTE_VERSION": "7200"}, True),
        ({"VTE_VERSION": "4200"}, False),
        ({"WT_SESSION": "1", "STY": "x"}, False),
        ({"TMUX": "x", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.4"}, True),
        ({"TMUX": "x", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.3a"}, False),
        ({"TMUX": "x", "VTE_VERSION": "7200"}, False),
    ],
)
def test_links_are_for_terminals_that_have_them(environ: dict[str, str], shows: bool) -> None:
    assert shows_links("auto", environ) == shows
    assert shows_links("always", environ)
    assert not shows_links("never", environ)


LONG = 32_000
HOSTILE = {
    "letters": "a" * LONG,
    "backticks": "`" * LONG,
    "runs of backticks": " ".join("`" * length for length in range(1, 250)),
    "dashes": "a-" * (LONG // 2),
    "brackets": "https://x.example/" + ")" * LONG,
    "dots": "https://x.example/" + "." * LONG,
    "addresses": "https://x.example " * (LONG // 18),
    "marks": "e" + "\u0301" * LONG,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_takes_longer_than_its_length(text: str) -> None:
    """What grows with the square takes a thousand times as long as words."""
    words = ("word " * LONG)[: len(text)]
    assert time_of(text) < 20 * time_of(words)


def time_of(text: str) -> float:
    def look() -> None:
        mentions(f"alice {text} `alice", "alice")
        mentions(f"`alice {text} x", "alice")
        dressed(f"12:03 <bob> {text}\n", 80, Look(COLOURS, links=True))

    return min(timeit.repeat(look, timer=time.process_time, number=1, repeat=3))
