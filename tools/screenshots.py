"""Make docs/img/*.png: the page as it looks in the states that matter.

Needs Chromium and fonts with emoji (fonts-noto-color-emoji). Run from the project's folder:
    .venv/bin/python tools/screenshots.py
"""

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

ROOT = Path(__file__).parents[1]
# The conversation and the servers are those that the tests look at.
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from page_story import STORY, people, say  # noqa: E402
from page_visit import Visit  # noqa: E402
from page_world import CHROMIUM, CHROMIUM_FLAGS, Person, World, running_world  # noqa: E402

TARGET = ROOT / "docs" / "img"
COLOURS = 200
"""Enough for a page; the files become a third as large."""

DESKTOP = {"viewport": {"width": 1100, "height": 720}}
PHONE = {
    "viewport": {"width": 390, "height": 760}, "device_scale_factor": 2,
    "has_touch": True, "is_mobile": True,
}  # fmt: skip


def incident(visit: Visit, world: World) -> dict[str, Person]:
    """Hold a conversation about something that broke, with other rooms beside it."""
    others = people(world, "incident", "lobby", "tea")
    visit.join("ann", "#incident")
    for room in ("tea", "lobby"):
        visit.type(f"/join {room}")
        expect(visit.page.locator("#room-title")).to_have_text(f"#{room}")
    visit.page.locator("#room-list .room", has_text="incident").dispatch_event("click")
    expect(visit.page.locator("#room-title")).to_have_text("#incident")
    visit.type("/topic The import of the spring data")
    for nick, text in STORY:
        if nick == "ann":
            visit.type(text)
            visit.confirmed()
        else:
            say(others[nick], text, "incident")
    visit.sees(STORY[-1][1])
    others["bob"].say("The kettle is on.", room="tea")
    others["carol"].say("ann, lunch at noon?", room="lobby")
    others["bob"].send(type="direct", to="ann", text="Nice catch, by the way.")
    expect(visit.page.locator("#talk-list .badge")).to_be_attached()
    return others


def room(visit: Visit, world: World) -> None:
    incident(visit, world)


def search(visit: Visit, world: World) -> None:
    incident(visit, world)
    visit.type("/search rows")
    visit.page.locator(".hit").last.click()
    expect(visit.page.locator(".aimed")).to_be_visible()


def offline(visit: Visit, world: World) -> None:
    incident(visit, world)
    world.cut()
    visit.type("I write the summary meanwhile.")
    expect(visit.page.locator("#link-words")).to_contain_text("not sent yet")


def settings(visit: Visit, world: World) -> None:
    incident(visit, world)
    visit.page.keyboard.press("Control+,")
    expect(visit.page.locator("#settings-dialog")).to_be_visible()


PICTURES: dict[str, tuple[Callable[[Visit, World], None], dict[str, object]]] = {
    "room": (room, DESKTOP | {"color_scheme": "light"}),
    "room-dark": (room, DESKTOP | {"color_scheme": "dark"}),
    "search": (search, DESKTOP | {"color_scheme": "light"}),
    "settings": (settings, DESKTOP | {"color_scheme": "dark"}),
    "phone": (room, PHONE | {"color_scheme": "light"}),
    "phone-offline": (offline, PHONE | {"color_scheme": "dark"}),
}


def take(browser: Browser, name: str) -> int:
    """Bring a page of its own into a state, and write how it looks; return the size in bytes."""
    reach, options = PICTURES[name]
    with tempfile.TemporaryDirectory() as folder, running_world(Path(folder)) as world:
        visit = Visit(browser, world, reduced_motion="reduce", locale="en-GB", **options)
        reach(visit, world)
        visit.page.mouse.move(0, 0)
        visit.page.wait_for_timeout(300)
        shot = visit.page.screenshot(caret="hide")
        visit.context.close()
    picture = (
        Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    )
    target = TARGET / f"{name}.png"
    picture.save(target, optimize=True)
    return target.stat().st_size


def main() -> None:
    """Take all pictures."""
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        for name in PICTURES:
            print(f"docs/img/{name}.png {take(browser, name) / 1024:.0f} KiB")  # noqa: T201
        browser.close()


if __name__ == "__main__":
    main()
