"""What all tests share: both event loops, and a hub to talk to."""

import asyncio
import functools
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import hypothesis
import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from division import Division, begin_with_the_longest, processes
from fake_transports import Cable
from purity import is_pure

from core.server.server import HubServer
from core.server.settings import HubSettings
from web import assets

# Each of the hundreds of gateways in these tests would put the page together anew.
_load_page, _page = assets.load, assets.find_static()
_the_page = functools.cache(lambda: _load_page(_page))
assets.load = lambda folder: dict(_the_page()) if folder == _page else _load_page(folder)

# A shell that starts the tests beside itself has them ignore Ctrl-C, and all
# that they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


# Whatever starts a browser is one of these fixtures, or asks for one of them.
BROWSERS = frozenset({"browser", "firefox"})


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark every test that needs a browser, so that `-m "not browser"` leaves the others."""
    if isinstance(item, pytest.Function) and not BROWSERS.isdisjoint(item.fixturenames):
        item.add_marker(pytest.mark.browser)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pure", action="store_true", help="the files that need nothing alone")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out, of `--pure` tests, the files that are not."""
    file = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
    return True if file and config.option.pure and not is_pure(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    begin_with_the_longest(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    return processes(config.args)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Division:
    """Have `-n` hand out tests as division.py says."""
    return Division(config, log)


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


@pytest.fixture
async def cable(hub_server: HubServer) -> AsyncIterator[Cable]:
    """Give a way to that hub which can be cut."""
    cable = Cable(lambda: hub_server.address)
    await cable.plug_in()
    yield cable
    await cable.pull()


# A busy machine is no reason to fail: what a property costs is not its point.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")
