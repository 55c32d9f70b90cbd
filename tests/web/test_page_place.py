"""Whoever reads further up keeps the line they look at, whatever happens around it."""

from typing import Any

import pytest
from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import expect

pytest_plugins = ["page_fixtures"]

WORDS = "one line among others, long enough to be broken where the window is narrow. "

CALM, MOST_LOOKS = 4, 200

# A line that is looked at, and where it begins on the screen.
_PLACE = """(log, text) => {
    const top = log.getBoundingClientRect().top;
    const line = [...log.querySelectorAll('.line')].find((one) => text
        ? one.querySelector('.said').textContent === text
        : one.getBoundingClientRect().top >= top);
    return [line.querySelector('.said').textContent, Math.round(line.getBoundingClientRect().top)];
}"""

_SETTLED = """() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(
    () => setTimeout(go, 50))))"""


def place(ann: Visit, text: str = "") -> list[Any]:
    """Return the line of this text, or the first that begins below the edge.

    Once it stays there: what came is drawn some frames later where drawing takes long.
    """
    seen: list[list[Any]] = []
    while len(seen) < CALM or seen[-CALM:] != seen[-1:] * CALM:
        assert len(seen) < MOST_LOOKS, seen[-CALM:]
        ann.page.evaluate(_SETTLED)
        seen.append(ann.page.locator("#log").evaluate(_PLACE, text))
    return seen[-1]


def same_place(one: list[Any], other: list[Any]) -> None:
    """The browser scrolls by whole pixels only."""
    assert one[0] == other[0]
    assert abs(one[1] - other[1]) <= 1


def reading(visit: NewVisit, world: World, texts: int = 400) -> Visit:
    """Return a visit that has scrolled to the middle of what it has loaded."""
    bob = world.person("bob")
    bob.say(*(f"{number}: {WORDS * (1 + number % 3)}" for number in range(texts)))
    ann = visit(viewport={"width": 1000, "height": 700}).join("ann")
    expect(ann.page.locator(".line")).not_to_have_count(0)
    log = ann.page.locator("#log")
    first = ann.texts()[0]
    log.evaluate("(log) => { log.scrollTop = 100; }")
    expect(ann.page.locator(".said").first).not_to_have_text(first)
    log.evaluate("(log) => { log.scrollTop = log.scrollHeight / 2; }")
    return ann


@pytest.mark.parametrize("width", [360, 640, 1280])
def test_the_place_is_kept_when_the_window_is_resized(
    visit: NewVisit, world: World, width: int
) -> None:
    ann = reading(visit, world)
    text, top = place(ann)
    for size in ({"width": width, "height": 500}, {"width": 1000, "height": 700}):
        ann.page.set_viewport_size(size)  # type: ignore[arg-type]
        same_place(place(ann, text), [text, top])
    expect(ann.page.locator("#newest")).to_be_visible()


def test_the_end_is_kept_when_the_window_is_resized(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"{number}: {WORDS}" for number in range(100)))
    ann = visit(viewport={"width": 1000, "height": 700}).join("ann")
    last = ann.page.locator(".line").last
    for width in (360, 1280):
        ann.page.set_viewport_size({"width": width, "height": 500})
        expect(last).to_be_in_viewport()
        place(ann)
        expect(last).to_be_in_viewport()
        expect(ann.page.locator("#newest")).to_be_hidden()


def test_the_place_is_kept_after_reconnecting(visit: NewVisit, world: World) -> None:
    ann = reading(visit, world)
    before = place(ann)
    world.cut()
    expect(ann.page.locator("#link-button")).to_have_text("Connect now")
    # The bar about the connection moves nothing.
    same_place(place(ann, before[0]), before)
    world.person("carol").say(*(f"missed {number}" for number in range(300)))
    world.mend()
    ann.page.evaluate("dispatchEvent(new Event('online'))")
    ann.connected()
    expect(ann.page.locator("#newest")).to_contain_text("300 new lines")
    same_place(place(ann, before[0]), before)


def test_the_place_is_kept_at_the_very_start_of_what_has_loaded(
    visit: NewVisit, world: World
) -> None:
    """The day's name moves up to the older lines, and what is below it keeps its place."""
    bob = world.person("bob")
    bob.say(*(f"line {number}" for number in range(1000)))
    ann = visit().join("ann")
    ann.sees("line 999")
    first = ann.texts()[0]
    before = "(log) => [log.scrollTop = 0, log.querySelectorAll('.line')[1]"
    text = "line " + str(int(first.removeprefix("line ")) + 1)
    top = ann.page.locator("#log").evaluate(f"{before}.getBoundingClientRect().top][1]")
    expect(ann.page.locator(".said").first).not_to_have_text(first)
    same_place(place(ann, text), [text, top])
