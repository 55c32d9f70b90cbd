"""How the tests are divided among processes: `pytest -n 4`, as `make test` runs them.

A file is one piece of work, since its tests may share a server or a browser.
The files whose tests share nothing and take long are divided further. What
takes longest begins first, so that no process is left with it at the end.
"""

import re
from collections.abc import Iterable
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

DIVIDED = re.compile(r"tests/faults/test_(faults|bar)\.py")
"""Files of which every test is a piece of its own."""

LONGEST: tuple[str, ...] = ()
"""Files that begin before all others, the longest first."""


def piece(nodeid: str) -> str:
    """Return the piece of work that a test belongs to."""
    file = nodeid.partition("::")[0]
    return nodeid if DIVIDED.fullmatch(file) else file


def begin_with_the_longest(items: list[pytest.Item]) -> None:
    """Bring tests into the order in which they are handed out."""
    places = {file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


class Division(LoadScopeScheduling):
    """Hand out pieces of work, each to the first process that has nothing to do."""

    def _split_scope(self, nodeid: str) -> str:
        return piece(nodeid)
