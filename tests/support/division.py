"""How `pytest -n auto` divides the tests among processes, as `make test` runs them.

A file is one piece of work, since its tests may share a server or a browser.
The files whose tests share nothing and take long are divided further. What
takes longest begins first, so that no process is left with it at the end.
"""

import os
import re
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

DIVIDED = re.compile(r"tests/(faults/test_(faults|bar)|core/test_server)\.py")
"""Files of which every test is a piece of its own."""

FIRST = (
    "tests/faults/test_bounds", "tests/faults", "tests/core/test_server", "tests/e2e",
    "tests/web/test_page", "tests/hubbub", "tests/test_", "tests/bench", "tests/web",
)  # fmt: skip
"""How the names of files begin that take long, the longest first.

They start servers, browsers and other programs. The rest takes a few seconds a
file at most, and is what the run ends with.
"""


def processes(chosen: list[str]) -> int:
    """Return how many processes are to run what was chosen; 0: this one alone.

    Tests wait for others now and then, so there is one more than there are cores.
    With two for each core nothing was faster, and many a test waited for a core.
    For a file or two it takes longer to start them than to run the tests.
    """
    if all(Path(one.partition("::")[0]).is_file() for one in chosen):
        return 0
    return (os.cpu_count() or 1) + 1


def begin_with_the_longest(items: list[pytest.Item]) -> None:
    """Bring tests into the order in which they are handed out."""

    def place(item: pytest.Item) -> int:
        found = (at for at, name in enumerate(FIRST) if item.nodeid.startswith(name))
        return next(found, len(FIRST))

    items.sort(key=place)


class Division(LoadScopeScheduling):
    """Hand out pieces of work, each to the first process that has nothing to do."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        # Not those with the most tests first: they are not the longest.
        config.option.loadscopereorder = False
        super().__init__(config, log)  # type: ignore[arg-type]

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if DIVIDED.fullmatch(file) else file
