"""Comments are for who reads the source, not for who loads the page. Pure.

Only comments that have their lines to themselves are taken out, so that nothing
has to be parsed: no string of the page spans lines, and no template literal has
a line that begins like a comment (the tests look). The lines stay, empty, and a
browser's messages name the lines of the source.
"""

import re
from typing import Final

_LINE: Final = rb"//[^\n]*"
_BLOCK: Final = rb"/\*(?:(?!\*/).)*\*/[ \t]*"
_FLAGS: Final = re.MULTILINE | re.DOTALL

_WHOLE_LINES: Final = {
    ".css": re.compile(rb"^[ \t]*" + _BLOCK + rb"$", _FLAGS),
    ".js": re.compile(rb"^[ \t]*(?:" + _LINE + rb"|" + _BLOCK + rb")$", _FLAGS),
}


_INDENTATION: Final = re.compile(rb"(?<=\n)[ \t]+")


def without_indentation(page: bytes) -> bytes:
    """Return markup without what stands before its lines: to a browser it is one space."""
    return _INDENTATION.sub(b"", page)


def without_comments(suffix: str, source: bytes) -> bytes:
    """Return a file's text without its whole-line comments, on the same lines."""
    pattern = _WHOLE_LINES.get(suffix)
    if pattern is None:
        return source
    return pattern.sub(lambda found: b"\n" * found[0].count(b"\n"), source)
