"""What the page is made of: weight, origins, widths, and use by keyboard and ear."""

import re
from pathlib import Path

import pytest
from page_visit import NewVisit
from page_world import World
from playwright.sync_api import expect

pytest_plugins = ["page_fixtures"]

STATIC = Path(__file__).parents[2] / "static"


def test_markup_is_made_by_no_script() -> None:
    for file in (STATIC / "js").rglob("*.js"):
        source = file.read_text()
        for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert sink not in source, f"{file.name} has {sink}"


def test_type_is_measured_in_what_the_reader_has_chosen() -> None:
    """Sizes in rem and breaks in em grow with the type that a browser is set to."""
    for file in sorted((STATIC / "css").glob("*.css")):
        sheet = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        for declaration in re.findall(r"[\w-]*(?:font|height|width|font-size)\s*:[^;{}]*", sheet):
            sizes = [float(one) for one in re.findall(r"(?<![\w.-])([\d.]+)px", declaration)]
            assert all(size < 4 for size in sizes), f"{file.name}: {declaration}"
        for query in re.findall(r"@media[^{]*", sheet):
            assert "px" not in query, f"{file.name}: {query}"


def test_nothing_comes_from_elsewhere(visit: NewVisit, world: World) -> None:
    ann = visit()
    asked: list[str] = []
    ann.page.on("request", lambda request: asked.append(request.url))
    ann.join("ann")
    ann.page.reload()
    ann.connected()
    assert len(asked) > 5
    assert all(url.startswith(world.url) for url in asked)


@pytest.mark.parametrize("width", [320, 390, 700, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_without_scrolling_sideways(
    visit: NewVisit, world: World, width: int, scheme: str
) -> None:
    bob = world.person("bob")
    ann = visit(viewport={"width": width, "height": 640}, color_scheme=scheme)
    ann.go()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert ann.page.evaluate(wide) == 0
    ann.join("ann")
    bob.say("a word " * 60)
    ann.type("/topic " + "topics may be long " * 8)
    expect(ann.page.locator("#topic")).to_contain_text("topics")
    assert ann.page.evaluate(wide) == 0
    box = ann.page.locator("#composer").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 640


def test_on_a_phone_the_lists_open_and_close(visit: NewVisit, world: World) -> None:
    bob = world.person("bob", "tea")
    ann = visit(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True).join("ann")
    rooms = ann.page.locator("#rooms")
    expect(rooms).to_be_hidden()
    ann.page.get_by_label("Show the rooms").click()
    expect(rooms).to_be_visible()
    ann.page.keyboard.press("Escape")
    expect(rooms).to_be_hidden()
    expect(ann.page.get_by_label("Show the rooms")).to_be_focused()
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    ann.page.locator("#people-open").click()
    people = ann.page.locator("#people")
    people.get_by_text("bob").click()
    ann.page.get_by_text("Write to bob alone").click()
    expect(people).to_be_hidden()
    expect(ann.page.locator("#room-title")).to_have_text("bob")
    bob.close()


def test_a_new_line_is_read_once_and_history_never(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"old {number}" for number in range(300)))
    ann = visit().join("ann")
    ann.sees("old 299")
    spoken = ann.page.locator("#spoken p")
    expect(spoken).to_have_count(0)
    bob.say("new")
    expect(spoken).to_have_text(["bob: new"])
    ann.page.locator("#log").evaluate("(log) => { log.scrollTop = 0; }")
    expect(ann.page.locator(".line").nth(149)).to_be_attached()
    expect(spoken).to_have_text(["bob: new"])
    expect(ann.page.get_by_role("log")).to_have_attribute("aria-live", "off")


def test_without_scripts_the_page_says_what_to_do(visit: NewVisit, world: World) -> None:
    page = visit(java_script_enabled=False).go().page
    expect(page.locator("noscript pre")).to_be_visible()
    expect(page.locator("noscript pre")).to_have_text("nc HOST 4045")
    expect(page.locator("#app")).to_be_hidden()
    expect(page.get_by_role("heading", name="JavaScript")).to_be_visible()


def test_the_screen_holds_a_bounded_number_of_lines(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    for part in range(5):
        bob.say(*(f"{part}.{number}" for number in range(1000)))
    ann.sees("4.999")
    assert ann.page.locator("#lines > li").count() <= 1100
