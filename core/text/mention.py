"""Whether a text calls somebody: by nick, or everybody by `@all` and `@here`. Pure."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_EVERYBODY: Final = re.compile(r"(?<![\w@/.])@(?:all|here)(?![\w-])", re.IGNORECASE)


def calls(text: str, nick: str) -> bool:
    """Tell whether a text calls the person with this nick, or everybody in the room."""
    if "@" in text and _EVERYBODY.search(text):
        return True
    return bool(nick) and _named(nick).search(text.casefold()) is not None


@lru_cache(maxsize=4096)
def _named(nick: str) -> re.Pattern[str]:
    """Return what finds a nick as a word of its own.

    In a script without blanks between words it may stand anywhere.
    """
    folded = re.escape(nick.casefold())
    if any(unicodedata.east_asian_width(one) in "WF" for one in nick):
        return re.compile(folded)
    return re.compile(rf"(?<![\w/.\-']){folded}(?![\w\-/]|['.]\w)")
