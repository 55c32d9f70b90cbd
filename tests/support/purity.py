"""Which tests need nothing but the interpreter: `pytest --pure`, a part of `make quick`.

A test file is pure if neither it nor what it imports from tests/ imports what
runs or stores something, and if it asks for no file and has no coroutine. The
rule is about the words of the files, so that none of the others is imported.
"""

import re
from functools import cache
from pathlib import Path

SUPPORT = Path(__file__).parent

RUNS_OR_STORES = {
    "aiohttp", "asyncio", "memory_hub", "playwright", "signal", "socket", "sqlite3", "store_lines",
    "subprocess", "threading",
}  # fmt: skip
"""Loops, sockets, processes, threads, browsers; a hub or a log in memory."""

_IMPORTED = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)
_ASKS_FOR_MORE = re.compile(r"\basync def\b|\btmp_path|\bpytest_plugins\b")


def is_pure(test: Path) -> bool:
    """Tell whether a test file is pure."""
    words = test.read_text(encoding="utf-8")
    return not _ASKS_FOR_MORE.search(words) and not _imported(test) & RUNS_OR_STORES


def _imported(test: Path) -> set[str]:
    """Return what a file imports, and what is imported by what it imports from tests/."""
    found: set[str] = set()
    left = {test}
    while left:
        file = left.pop()
        fresh = _names(file) - found
        found |= fresh
        beside = (folder / f"{name}.py" for name in fresh for folder in (file.parent, SUPPORT))
        left |= {one for one in beside if one.is_file()}
    return found


@cache
def _names(file: Path) -> frozenset[str]:
    """Return the packages and modules that a file imports."""
    return frozenset(_IMPORTED.findall(file.read_text(encoding="utf-8")))
