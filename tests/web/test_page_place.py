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


# Where the rows on the screen are, by what they say.
_ROWS = """() => Object.fromEntries(
    [...document.querySelectorAll("#lines > .line")].map((line) => [
        line.querySelector(".said").textContent, Math.round(line.getBoundingClientRect().top),
    ]))"""


def _middle(ann: Visit, text: str) -> tuple[float, float]:
    box = ann.line(text).locator(".said").bounding_box()
    assert box is not None
    return box["x"] + 2, box["y"] + box["height"] / 2


def test_nothing_moves_under_a_button_that_is_held_or_a_selection(
    visit: NewVisit, world: World
) -> None:
    bob = world.person("bob")
    bob.say(*(f"row {number}" for number in range(60)))
    ann = visit(viewport={"width": 1000, "height": 700}).join("ann")
    ann.sees("row 59")
    place(ann)
    mouse = ann.page.mouse
    mouse.move(*_middle(ann, "row 50"))
    mouse.down()
    before = ann.page.evaluate(_ROWS)
    for number in range(30):
        bob.say(f"new {number}")
        if number == 10:
            expect(ann.line("new 10")).to_have_count(1)
            mouse.move(*_middle(ann, "row 53"), steps=4)
    expect(ann.line("new 29")).to_have_count(1)
    after = ann.page.evaluate(_ROWS)
    assert all(abs(after[text] - top) <= 1 for text, top in before.items())
    mouse.up()
    chosen = "() => getSelection().toString().match(/(row|new) [0-9]+/g)"
    assert ann.page.evaluate(chosen) == ["row 50", "row 51", "row 52"]
    # The selection stays, and with it the place; what came is counted.
    bob.say("new 30")
    expect(ann.page.locator("#newest-words")).to_have_text("31 new lines")
    same = ann.page.evaluate(_ROWS)
    assert all(abs(same[text] - top) <= 1 for text, top in before.items())
    # Let go of it, and the end is followed again.
    mouse.click(*_middle(ann, "row 45"))
    expect(ann.line("new 30")).to_be_in_viewport()
    expect(ann.page.locator("#newest")).to_be_hidden()
    bob.say("new 31")
    expect(ann.line("new 31")).to_be_in_viewport()


def test_the_button_to_the_newest_line_lets_go_of_a_selection(
    visit: NewVisit, world: World
) -> None:
    bob = world.person("bob")
    bob.say(*(f"row {number}" for number in range(60)))
    ann = visit(viewport={"width": 1000, "height": 700}).join("ann")
    ann.line("row 59").locator(".said").dblclick()
    bob.say(*(f"new {number}" for number in range(20)))
    expect(ann.page.locator("#newest-words")).to_have_text("20 new lines")
    ann.page.locator("#newest").click()
    expect(ann.line("new 19")).to_be_in_viewport()
    assert ann.page.evaluate("() => getSelection().isCollapsed")


def test_the_place_is_kept_when_the_line_looked_at_makes_way(visit: NewVisit, world: World) -> None:
    """A line on its way becomes another element once it is in the log."""
    bob = world.person("bob")
    bob.say(*(f"row {number}" for number in range(60)))
    ann = visit(viewport={"width": 1000, "height": 700}).join("ann")
    ann.sees("row 59")
    world.cut()
    for name in ("mine", "below", "last"):
        ann.type("\n".join(f"{name} {number}" for number in range(40)))
    expect(ann.page.locator(".pending")).to_have_count(3)
    log = ann.page.locator("#log")
    top = """() => [...document.querySelectorAll("#lines > .line")].find(
        (one) => one.textContent.includes("mine 0")).getBoundingClientRect().top"""
    log.evaluate("""(log) => {
        const mine = log.querySelector(".pending");
        log.scrollTop = mine.offsetTop - 5;
    }""")
    expect(ann.page.locator("#newest")).to_be_visible()
    place(ann)
    before = ann.page.evaluate(top)
    world.mend()
    ann.page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(ann.page.locator(".pending")).to_have_count(0)
    place(ann)
    assert abs(ann.page.evaluate(top) - before) <= 2


@pytest.mark.parametrize("size", [(320, 256), (740, 360)])
def test_a_long_draft_leaves_lines_to_read(
    visit: NewVisit, world: World, size: tuple[int, int]
) -> None:
    """The least that WCAG asks for (1.4.10): 320 pixels wide, and 256 high."""
    bob = world.person("bob")
    bob.say(*(f"row {number}" for number in range(60)))
    ann = visit(viewport={"width": size[0], "height": size[1]}).join("ann")
    ann.page.locator("#text").fill("\n".join(f"draft {number}" for number in range(12)))
    expect(ann.page.locator("#block")).to_be_visible()
    heights = ann.page.evaluate("""() => [document.querySelector("#log"),
        document.querySelector("#text")].map((one) => one.getBoundingClientRect().height)""")
    assert heights[0] >= size[1] / 4, "a quarter is for reading"
    assert heights[1] >= 40, "and two lines of what one writes are seen"
    expect(ann.page.get_by_role("button", name="Send")).to_be_in_viewport()
