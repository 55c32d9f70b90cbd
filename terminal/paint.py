"""Colours for a terminal: who speaks, when, and where a day begins.

Pure. What is painted has been made harmless before (core/text/format.py); here only
codes are put around pieces of it. Without a palette nothing is changed.
"""

import time
import zlib
from collections.abc import Mapping
from typing import Final, Literal

When = Literal["auto", "always", "never"]

_NAMED: Final = (
    "\x1b[30;42m", "\x1b[30;46m", "\x1b[30;47m", "\x1b[30;102m", "\x1b[30;103m", "\x1b[30;106m"
)  # fmt: skip
"""Of the sixteen. None can be read on black and on white alike, so each brings its ground."""

_MANY: Final = tuple(f"\x1b[38;5;{code}m" for code in (29, 63, 98, 131, 163))
"""Of the 256, all that are 4.5 to 1 on black and on white (WCAG 2.2, 1.4.3)."""

_ANY: Final = tuple(
    f"\x1b[38;2;{code}m"
    for code in (
        "182;93;26", "134;117;19", "96;128;18", "52;135;19", "20;137;36", "19;135;85",
        "19;130;130", "27;122;192", "85;106;231", "131;90;231", "178;57;227", "209;30;183",
        "223;32;114",
    )
)  # fmt: skip
"""Round the circle of hues, each as bright as it must be for the same."""

DIM: Final = "\x1b[2m"
BOLD: Final = "\x1b[1m"
UNDERLINED: Final = "\x1b[4m"
REVERSE: Final = "\x1b[7m"
RESET: Final = "\x1b[0m"

_WRONG: Final = {_MANY: "\x1b[38;5;131m", _ANY: "\x1b[38;2;225;43;43m"}


def wrong(colours: tuple[str, ...]) -> str:
    """Return the code for what is wrong: red where one can be read, else bold."""
    return _WRONG.get(colours, BOLD)


def calling(colours: tuple[str, ...]) -> str:
    """Return the code for the nick of who names one.

    Not bold with the sixteen: many terminals make another colour of a bold one.
    """
    return REVERSE if colours == _NAMED else BOLD + REVERSE


def alone(colours: tuple[str, ...]) -> str:
    """Return the code for the nick of who tells one person only."""
    return UNDERLINED if colours == _NAMED else BOLD


def palette(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes for nicks that a terminal shows; none where none are wanted.

    NO_COLOR: https://no-color.org, any value but an empty one.
    """
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term in ("dumb", "unknown"):
        return ()
    if environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return _ANY
    return _MANY if "256" in term else _NAMED


def chosen_palette(when: When, environ: Mapping[str, str], *, terminal: bool) -> tuple[str, ...]:
    """Return the palette for an output, which is a `terminal` or is not."""
    if when == "never" or (when == "auto" and not terminal):
        return ()
    return palette(environ) or (_NAMED if when == "always" else ())


def colour_of(nick: str) -> int:
    """Return a number that is the same for a nick at every start, in whatever case."""
    return zlib.crc32(nick.casefold().encode("utf-8", "surrogatepass"))


def nick_colour(nick: str, colours: tuple[str, ...]) -> str:
    """Return the code that a nick is painted with."""
    return colours[colour_of(nick) % len(colours)]


def painted(line: str, nick: str, colours: tuple[str, ...]) -> str:
    """Return a message's first line, `12:03 <nick> …` or `12:03 * nick …`, in colours."""
    if not colours:
        return line
    clock, blank, rest = line.partition(" ")
    opening, found, behind = rest.partition(nick)
    if not found or opening not in ("<", "* "):
        return line
    return f"{DIM}{clock}{RESET}{blank}{opening}{nick_colour(nick, colours)}{nick}{RESET}{behind}"


def dim(text: str, colours: tuple[str, ...]) -> str:
    """Return text that is not the matter itself."""
    return f"{DIM}{text}{RESET}" if colours else text


def day_line(at_ms: int) -> str:
    """Return what stands above the first message of a day, in the reader's zone."""
    there = time.localtime(at_ms / 1000)
    return f"── {time.strftime('%A', there)}, {there.tm_mday} {time.strftime('%B %Y', there)} ──"
