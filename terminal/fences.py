"""Text marked as code: between fences that nothing inside can be taken for.

Pure. A fence is a line of backticks (CommonMark 0.31.2, section 4.5); the page
shows what stands between two in a monospaced face, with a button to copy it.
"""

import re
from typing import Final

from core.errors import Refused

LONGEST: Final = 64
"""Characters of a fence; a text that needs more of both kinds is no code."""

TITLE_CHARACTERS: Final = 80
SPARE_BYTES: Final = 2 * (LONGEST + 1) + 4 * TITLE_CHARACTERS + 16
"""What fences and title may take of a message."""

_RUNS: Final = {mark: re.compile(f"{re.escape(mark)}+") for mark in "`~"}


class Fences:
    """Puts fences around messages, and the title above them."""

    def __init__(self, title: str = "") -> None:
        """`title`: what stands above the first; those behind it are numbered."""
        self._title = title[:TITLE_CHARACTERS]
        self._part = 0

    def around(self, text: str) -> str:
        """Return a message that shows `text` as code; raise Refused (`bad_text`)."""
        fence = min((_fence(text, mark) for mark in "`~"), key=len)
        if len(fence) > LONGEST:
            raise Refused("bad_text", "this has too many backticks and tildes to be marked as code")
        self._part += 1
        head = self._title
        if head and self._part > 1:
            head += f", part {self._part}"
        return "\n".join([*([head] if head else []), fence, text, fence])


def _fence(text: str, mark: str) -> str:
    longest = max((len(run) for run in _RUNS[mark].findall(text)), default=0)
    return mark * max(3, longest + 1)
