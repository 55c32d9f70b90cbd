import re

import pytest

from terminal.paint import (
    calling,
    chosen_palette,
    colour_of,
    day_line,
    dim,
    painted,
    palette,
    wrong,
)

CODES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize(
    ("environ", "how_many"),
    [
        ({"TERM": "xterm"}, 6),
        ({"TERM": "xterm-256color"}, 5),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, 13),
        ({"TERM": "xterm", "NO_COLOR": ""}, 6),
        ({"TERM": "xterm", "NO_COLOR": "0"}, 0),
        ({"TERM": "dumb"}, 0),
        ({}, 6),
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


# --- contrast ------------------------------------------------------------------------------

READABLE = 4.5
"""WCAG 2.2, 1.4.3."""

Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)

SIXTEEN = {
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 "
    "7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    "VGA": "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa "
    "555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
    "Windows": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc "
    "767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
    "Terminal.app": "000000 c23621 25bc24 adad27 492ee1 d338d3 33bbc8 cbcccd "
    "818383 fc391f 31e722 eaec23 5833ff f935f8 14f0f0 e9ebeb",
    "PuTTY": "000000 bb0000 00bb00 bbbb00 0000bb bb00bb 00bbbb bbbbbb "
    "555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
    "VS Code": "000000 cd3131 0dbc79 e5e510 2472c8 bc3fbc 11a8cd e5e5e5 "
    "666666 f14c4c 23d18b f5f543 3b8eea d670d6 29b8db e5e5e5",
    "Ubuntu": "010101 de382b 39b54a ffc706 006fb8 762671 2cb5e9 cccccc "
    "808080 ff0000 00ff00 ffff00 0000ff ff00ff 00ffff ffffff",
}
"""What common terminals make of the sixteen colours."""

LEVELS = (0, 95, 135, 175, 215, 255)


def hexadecimal(text: str) -> Colour:
    red, green, blue = (int(text[at : at + 2], 16) for at in (0, 2, 4))
    return red, green, blue


def of_256(number: int) -> Colour:
    assert 16 <= number < 232, "the sixteen are as the terminal likes"
    cube = number - 16
    return LEVELS[cube // 36], LEVELS[cube // 6 % 6], LEVELS[cube % 6]


def luminance(colour: Colour) -> float:
    linear = [
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
        for value in (one / 255 for one in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def shown(code: str, sixteen: list[Colour], ground: Colour) -> tuple[Colour, Colour]:
    """Return ink and ground of what a code paints on a terminal's ground."""
    ink: Colour | None = None
    parts = [int(part) for part in re.findall(r"\d+", code)]
    while parts:
        part = parts.pop(0)
        if part == 38:
            if parts.pop(0) == 5:
                ink = of_256(parts.pop(0))
            else:
                ink, parts = (parts[0], parts[1], parts[2]), parts[3:]
        elif 30 <= part < 38 or 90 <= part < 98:
            ink = sixteen[part - 30 if part < 90 else part - 82]
        elif 40 <= part < 48 or 100 <= part < 108:
            ground = sixteen[part - 40 if part < 100 else part - 92]
        else:
            assert part in (1, 4, 7), code
    if ink is None:
        ink = WHITE if ground == BLACK else BLACK
    return ink, ground


@pytest.mark.parametrize("ground", [BLACK, WHITE], ids=["on black", "on white"])
@pytest.mark.parametrize("terminal", SIXTEEN)
@pytest.mark.parametrize(
    "environ",
    [{"TERM": "xterm"}, {"TERM": "xterm-256color"}, {"COLORTERM": "truecolor"}],
    ids=["16", "256", "all"],
)
def test_every_colour_can_be_read_on_black_and_on_white(
    environ: dict[str, str], terminal: str, ground: Colour
) -> None:
    sixteen = [hexadecimal(one) for one in SIXTEEN[terminal].split()]
    colours = palette(environ)
    for code in (*colours, wrong(colours), *(code + calling(colours) for code in colours)):
        ratio = contrast(*shown(code, sixteen, ground))
        assert ratio >= READABLE, (code, ratio)


def test_the_sixteen_are_not_made_bold() -> None:
    # Many terminals show another colour then.
    assert calling(palette({"TERM": "xterm"})) == "\x1b[7m"
