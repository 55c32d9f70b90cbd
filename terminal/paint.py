"""Colours for a terminal: who speaks, when, and where a day begins.

Pure. What is painted has been made harmless before (core/text/format.py); here only
codes are put around pieces of it. Without a palette nothing is changed.
"""

import time
import zlib
from collections.abc import Mapping
from typing import Final, Literal

When = Literal["auto", "always", "never"]

_NAMED: Final = tuple(f"\x1b[{code}m" for code in (32, 33, 35, 36, 92, 93, 94, 95, 96))
"""Of the sixteen, those that can be read on black and on white alike, as far as
that is possible at all; red is for what is wrong, and plain blue for nobody."""

_MANY: Final = tuple(
    f"\x1b[38;5;{code}m" for code in (29, 31, 37, 65, 67, 69, 96, 97, 101, 130, 132, 133, 136, 166)
)
"""Of the 256, some of middle brightness: at least 3 to 1 on black and on white."""

DIM: Final = "\x1b[2m"
BOLD: Final = "\x1b[1m"
REVERSE: Final = "\x1b[7m"
WRONG: Final = "\x1b[31m"
RESET: Final = "\x1b[0m"


def palette(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes for nicks that a terminal shows; none where none are wanted.

    NO_COLOR: https://no-color.org, any value but an empty one.
    """
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term in ("dumb", "unknown"):
        return ()
    many = "256" in term or environ.get("COLORTERM", "") in ("truecolor", "24bit")
    return _MANY if many else _NAMED


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
