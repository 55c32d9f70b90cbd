"""Whether a text names somebody: the rule of the page, for the terminal. Pure."""

import re
from functools import lru_cache
from typing import Final

# What stands in code or in an address calls nobody.
_NOT_SAID: Final = re.compile(
    r"^```.*?(?:^```\s*$|\Z)|(`+)(?!`).+?(?<!`)\1(?!`)|[a-z][a-z0-9+.-]*://\S+",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)


def mentions(text: str, nick: str) -> bool:
    """Tell whether a text names `nick` as a word of its own, in whatever case.

    A name within a longer one, such as ann in ann-marie or ann.example, is
    another. A nick of one letter beyond ASCII stands in half of all words of
    some scripts, so it counts only behind an `@`.
    """
    if not nick:
        return False
    pattern = _pattern(nick)
    return bool(pattern.search(text)) and bool(pattern.search(_NOT_SAID.sub(" ", text)))


@lru_cache(maxsize=16)
def _pattern(nick: str) -> re.Pattern[str]:
    at = "@" if len(nick) == 1 and not nick.isascii() else "@?"
    return re.compile(rf"(?<!\w)(?<!\w[-.@]){at}{re.escape(nick)}(?![-.]?\w)", re.IGNORECASE)
