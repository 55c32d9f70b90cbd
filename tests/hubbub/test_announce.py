"""What a server prints on a terminal."""

import io
import re
from collections.abc import Sequence

import pytest
import segno

from core.text.invitation import Doors, invitation
from hubbub.serving.addresses import InterfaceAddress
from hubbub.serving.announce import QUIET_ZONE, doors, printed, qr_lines, qr_url, show

FOUND = [
    InterfaceAddress("lo", "127.0.0.1"),
    InterfaceAddress("eth0", "192.0.2.7"),
    InterfaceAddress("eth0", "fd00::7"),
]
EVERYWHERE = ("0.0.0.0", 4045)
OPEN = doors([EVERYWHERE], 8080, FOUND)
HERE = doors([("127.0.0.1", 4045)], 8080, FOUND)
COLOURS = re.compile(r"\x1b\[38;5;16;48;5;231m([ ▀▄█]+)\x1b\[0m")
DARK = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


def modules(lines: Sequence[str], *, inverse: bool = False) -> list[list[int]]:
    """Return the modules that half blocks show, without their quiet zone."""
    rows: list[list[int]] = []
    for line in lines:
        pairs = [DARK[block] for block in line]
        rows += [[upper ^ inverse for upper, _ in pairs], [lower ^ inverse for _, lower in pairs]]
    size = len(rows[0])
    assert all(len(row) == size for row in rows)
    for edge in (*rows[:QUIET_ZONE], *rows[size - QUIET_ZONE :]):
        assert not any(edge)
    inner = [row[QUIET_ZONE:-QUIET_ZONE] for row in rows[QUIET_ZONE : size - QUIET_ZONE]]
    assert all(not any(row[:QUIET_ZONE] + row[-QUIET_ZONE:]) for row in rows)
    return inner


def code(lines: Sequence[str]) -> list[str]:
    """Return the lines of the QR code, without their colours."""
    return [found[1] for line in lines if (found := COLOURS.fullmatch(line))]


@pytest.mark.parametrize("text", ["http://192.0.2.7:8080/", "http://[fd00::7]:8080/", "x" * 200])
def test_half_blocks_are_the_code(text: str) -> None:
    wanted = [list(map(int, row)) for row in segno.make(text, micro=False).matrix]
    coloured = qr_lines(wanted, colours=True)
    assert all(map(COLOURS.fullmatch, coloured))
    assert modules(code(coloured)) == wanted
    assert modules(qr_lines(wanted, colours=False), inverse=True) == wanted


def test_doors_have_each_host_with_both_ports() -> None:
    assert Doors((("192.0.2.7", 4045),), ("http://192.0.2.7:8080/",)) == OPEN
    both = doors([EVERYWHERE, ("::", 4046)], 8080, FOUND, "box")
    assert both.tcp == (("192.0.2.7", 4045), ("fd00::7", 4046), ("box", 4045))
    assert both.web[1] == "http://[fd00::7]:8080/"
    assert doors([EVERYWHERE], "https://chat.example/", FOUND).web == ("https://chat.example/",)
    assert doors([EVERYWHERE], None, FOUND).web == ()


def test_a_terminal_is_shown_the_lines_and_a_code() -> None:
    lines = printed(invitation(OPEN), 80, "utf-8", {"TERM": "xterm"})
    for line in invitation(OPEN).lines[1:]:
        assert f"  {line}" in lines
    wanted = segno.make("http://192.0.2.7:8080/", error="m", micro=False, boost_error=False)
    assert modules(code(lines)) == [list(map(int, row)) for row in wanted.matrix]
    # On a small screen the commands may have gone by, so the code says where it leads.
    assert lines[-2] == "  http://192.0.2.7:8080/"


def test_it_is_no_wider_than_the_terminal() -> None:
    width = len(code(printed(invitation(OPEN), 200, "utf-8", {}))[0])
    assert width <= 40
    assert code(printed(invitation(OPEN), width, "utf-8", {}))
    assert not code(printed(invitation(OPEN), width - 1, "utf-8", {}))


@pytest.mark.parametrize(
    ("made", "encoding", "environment"),
    [
        (HERE, "utf-8", {}),
        (OPEN, "latin-1", {}),
        (OPEN, "no-such-encoding", {}),
        (OPEN, "utf-8", {"TERM": "dumb"}),
        (doors([EVERYWHERE], None, FOUND), "utf-8", {}),
    ],
)
def test_no_code_where_none_can_be_or_helps(
    made: Doors, encoding: str, environment: dict[str, str]
) -> None:
    lines = printed(invitation(made), 80, encoding, environment)
    assert not re.search("[\x1b▀▄█]", "\n".join(lines))
    assert f"  {invitation(made).lines[-1]}" in lines


def test_no_color_sets_none() -> None:
    lines = printed(invitation(OPEN), 80, "utf-8", {"NO_COLOR": "1"})
    assert "\x1b" not in "".join(lines)
    blocks = [line for line in lines if line and set(line) <= set(DARK)]
    wanted = segno.make("http://192.0.2.7:8080/", error="m", micro=False, boost_error=False)
    assert modules(blocks, inverse=True) == [list(map(int, row)) for row in wanted.matrix]


def test_the_code_leads_where_others_can_go() -> None:
    made = Doors((("127.0.0.1", 1),), ("http://127.0.0.1:8080/", "https://chat.example/"))
    assert qr_url(invitation(made)) == "https://chat.example/"
    assert qr_url(invitation(HERE)) is None


def test_what_is_no_terminal_is_shown_nothing() -> None:
    stream = io.StringIO()
    show(OPEN, stream)
    assert stream.getvalue() == ""
