"""A hub as its users start it, and clients that end with the test."""

import contextlib
from collections.abc import Iterator

import pytest
from real_clients import C, Keep
from real_processes import ServedHub


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    """Give a running hub with its page; it must end cleanly, without a traceback."""
    hub = ServedHub(tmp_path_factory.mktemp("served") / "data")
    with hub.running():
        yield hub


@pytest.fixture
def keep(served: ServedHub) -> Iterator[Keep]:
    """Give a function that sees to it that a client is closed at the end."""
    del served  # clients are closed before the hub
    with contextlib.ExitStack() as stack:

        def keep(client: C) -> C:
            stack.callback(client.close)
            return client

        yield keep
