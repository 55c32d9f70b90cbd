"""A wall clock and a store, in memory and on disk, for the tests of the log."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_lines import WallClock

from core.sqlite.database import FILE_NAME
from core.sqlite.store import Store


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give where a log on disk would be."""
    return tmp_path / FILE_NAME


@pytest.fixture(params=["memory", "disk"])
def store(request: pytest.FixtureRequest, path: Path, clock: WallClock) -> Iterator[Store]:
    opened = Store(path if request.param == "disk" else None, clock)
    yield opened
    opened.close()
