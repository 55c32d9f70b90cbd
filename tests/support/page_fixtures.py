"""Fixtures of the tests that look at the page with a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from page_visit import NewVisit, Visit
from page_world import CHROMIUM, CHROMIUM_FLAGS, World, running_world
from playwright.sync_api import Browser, BrowserContext, sync_playwright


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module: its event loop must not outlive the module."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running_world(tmp_path / "data") as world:
        yield world


@pytest.fixture
def visit(browser: Browser, world: World) -> Iterator[NewVisit]:
    """Give a maker of visits; at the end no page may have complained."""
    visits: list[Visit] = []

    def new(context: BrowserContext | None = None, **options: object) -> Visit:
        made = Visit(context or browser, world, **options)
        visits.append(made)
        return made

    yield new
    for one in visits:
        one.context.close()
    for one in visits:
        one.quiet()
