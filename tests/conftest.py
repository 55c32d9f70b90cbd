"""What all tests share: both event loops, and a hub to talk to."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import hypothesis
import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from core.server.server import HubServer
from core.server.settings import HubSettings

# A shell that starts the tests beside itself has them ignore Ctrl-C, and all
# that they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


# Whatever starts a browser is one of these fixtures, or asks for one of them.
BROWSERS = frozenset({"browser", "firefox"})


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark every test that needs a browser, so that `-m "not browser"` leaves the others."""
    if isinstance(item, pytest.Function) and not BROWSERS.isdisjoint(item.fixturenames):
        item.add_marker(pytest.mark.browser)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run every asynchronous test on plain asyncio and, where it exists, on uvloop."""
    del config, item
    factories: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
        "asyncio": asyncio.new_event_loop
    }
    if sys.platform != "win32":
        import uvloop

        factories["uvloop"] = uvloop.new_event_loop
    return factories


@pytest.fixture
async def hub_server(tmp_path: Path) -> AsyncIterator[HubServer]:
    """Give a hub on a free port, with its log on disk."""
    settings = HubSettings(data=tmp_path / "data", port=0, web_url="http://127.0.0.1:8080/")
    server = HubServer(settings)
    await server.start()
    yield server
    await server.stop()


# A busy machine is no reason to fail: what a property costs is not its point.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")
