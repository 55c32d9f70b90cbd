"""Complaints on standard error: what this program has to say about itself.

The one place in `core` that writes for a person. Whatever the words hold, one
complaint is a line, or lines that cannot be taken for others. Knows no command.
"""

import sys
from collections.abc import Iterable
from contextlib import suppress

from core.text.format import text_lines


def complain(text: str) -> None:
    """Say on standard error what is wrong, as this program's words."""
    write_error(text_lines("hubbub: ", text))


def write_error(lines: Iterable[str]) -> None:
    """Write lines to standard error; a closed one is no reason to fail."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.write("".join(f"{line}\n" for line in lines))
            sys.stderr.flush()
