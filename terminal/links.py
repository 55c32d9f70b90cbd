"""Addresses in a text, and whether a terminal lets one click them. Pure.

How they are written for a terminal: OSC 8, "Hyperlinks in terminal emulators".
"""

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

from core.text.unseen import UNSEEN

Links = Literal["auto", "always", "never"]

# White space that is not seen as such ends an address as well: what stands behind it
# is no part of what a terminal keeps whole.
_ADDRESS: Final = re.compile(
    rf"(?:https?://|mailto:)[^{UNSEEN}<>\"\x00-\x1f\x7f-\x9f]+", re.IGNORECASE
)
_NOT_ITS_END: Final = ".,;:!?'*_~"
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_CLOSING: Final = re.compile(r"""[.,;:!?'"*_~)\]}>]{1,3}(?= |$)""")
_KEPT: Final = "%/:?#[]@!$&'()*+,;=~-._"
"""RFC 3986, section 2: what may stand in an address as it is."""

_PROGRAMS: Final = frozenset(
    {"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "WarpTerminal", "contour"}
)
_TERMS: Final = frozenset({"xterm-kitty", "foot", "foot-extra", "alacritty", "xterm-ghostty"})
_TMUX_FROM: Final = (3, 4)
_VTE_FROM: Final = 5000
_KONSOLE_FROM: Final = 201200


class Address(NamedTuple):
    """An address from `start` to `end` of a line."""

    start: int
    end: int
    url: str


def addresses(line: str) -> list[Address]:
    """Return the addresses in a line, without the punctuation behind them."""
    return [
        Address(found.start(), found.start() + len(url), url)
        for found in _ADDRESS.finditer(line)
        if (url := _without_its_surroundings(found[0]))
    ]


def closing(line: str, end: int) -> str:
    """Return the punctuation behind an address which ends the word, if it is short."""
    found = _CLOSING.match(line, end)
    return found[0] if found else ""


def linked(text: str, url: str) -> str:
    """Return a text as a link; the address holds printable ASCII and nothing else."""
    return f"\x1b]8;;{quote(url, safe=_KEPT)}\x1b\\{text}\x1b]8;;\x1b\\"


def shows_links(links: Links, environ: Mapping[str, str]) -> bool:
    """Tell whether to write links for the terminal that the environment tells of.

    Others may print the codes, so only those that are known to take them count.
    """
    if links != "auto":
        return links == "always"
    program = environ.get("TERM_PROGRAM", "")
    if environ.get("TMUX"):
        version = tuple(map(int, re.findall("[0-9]+", environ.get("TERM_PROGRAM_VERSION", ""))[:2]))
        return program == "tmux" and version >= _TMUX_FROM
    if environ.get("STY"):
        return False
    return (
        program in _PROGRAMS
        or environ.get("TERM", "") in _TERMS
        or bool(environ.get("WT_SESSION"))
        or _number(environ.get("VTE_VERSION", "")) >= _VTE_FROM
        or _number(environ.get("KONSOLE_VERSION", "")) >= _KONSOLE_FROM
    )


def _without_its_surroundings(url: str) -> str:
    # Counted once: an address of thousands of brackets is taken apart one by one.
    unpaired = {closing: url.count(closing) - url.count(_PAIRS[closing]) for closing in _PAIRS}
    end = len(url)
    while end:
        last = url[end - 1]
        if last in unpaired and unpaired[last] > 0:
            unpaired[last] -= 1
        elif last not in _NOT_ITS_END:
            break
        end -= 1
    url = url[:end]
    return url if url.partition(":")[2].strip("/") else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
