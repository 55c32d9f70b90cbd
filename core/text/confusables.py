"""Which names look alike: the skeletons of UTS #39, Unicode Security Mechanisms.

Knows Unicode's table of look-alikes. It does not know what a nick is.
"""

import unicodedata
from functools import cache
from pathlib import Path


def skeleton(text: str) -> str:
    """Return what `text` has in common with all that look like it (UTS #39, 4).

    It is for comparing, never for showing. Compatibility decomposition takes
    the place of the canonical one, which only makes more names alike.
    """
    text = unicodedata.normalize("NFKD", text).translate(_table())
    return unicodedata.normalize("NFKD", text)


@cache
def _table() -> dict[int, str]:
    """Read the table; a few milliseconds, once, when the first name is compared."""
    table: dict[int, str] = {}
    for line in Path(__file__).with_name("confusables.txt").read_text("ascii").split("\n"):
        if line and not line.startswith("#"):
            prototype, _, characters = line.partition(":")
            shown = "".join([chr(int(code, 16)) for code in prototype.split()])
            table.update(dict.fromkeys([int(code, 16) for code in characters.split()], shown))
    # Unicode has it look like i; with most fonts it is l to the last pixel.
    table[ord("\N{CYRILLIC SMALL LETTER PALOCHKA}")] = "l"
    return table
