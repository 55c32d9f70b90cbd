"""The dialogs that load when they are first opened: a room, an invitation, the settings."""

import json
import re
from pathlib import Path

import pytest
from page_codes import read
from page_visit import NewVisit, Visit
from page_world import CHROMIUM, CHROMIUM_FLAGS, World
from playwright.sync_api import Browser, expect

pytest_plugins = ["page_fixtures"]

MODULES = """(path) => {
    const {width} = document.querySelector(".code").viewBox.baseVal;
    const dark = Array.from({length: width}, () => new Array(width).fill(0));
    for (const [, x, y] of path.matchAll(/M(\\d+) (\\d+)h1v1h-1z/g)) dark[y][x] = 1;
    return dark.slice(4, -4).map((row) => row.slice(4, -4));
}"""

WITH_SHARE = """
navigator.share = async (what) => { window.shared = what; };
"""


def about(ann: Visit) -> None:
    ann.page.locator("#about-open").click()
    expect(ann.page.locator("#about-dialog")).to_be_visible()


def test_invite_opens_a_dialog_with_all_that_others_need(visit: NewVisit, world: World) -> None:
    ann = visit()
    ann.page.add_init_script(WITH_SHARE)
    asked: list[str] = []
    ann.page.on("request", lambda request: asked.append(request.url))
    ann.join("ann")
    ann.type("/join t")
    expect(ann.page.locator("#room-title")).to_have_text("#t")
    ann.type("/invite")
    dialog = ann.page.get_by_role("dialog", name="Invite others to #t")
    expect(dialog).to_be_visible()
    link = world.url + "#t"
    expect(dialog.locator("#invite-link")).to_have_text(link)
    code = dialog.get_by_role("img", name="The link as a QR code")
    expect(code).to_be_visible()
    assert read(ann.page.evaluate(MODULES, code.locator("path").get_attribute("d"))) == link
    expect(dialog.locator(".invite-way code").nth(1)).to_contain_text("hubbub join")
    expect(dialog.get_by_role("button", name="Copy the command for hubbub")).to_be_visible()
    dialog.get_by_role("button", name="Copy the link").click()
    expect(ann.page.locator("#toast")).to_have_text("Copied")
    dialog.get_by_role("button", name="Share").click()
    ann.page.wait_for_function("() => window.shared !== undefined")
    assert ann.page.evaluate("window.shared.url") == link
    assert all(url.startswith(world.url) for url in asked)
    # Nothing of it stands in the conversation.
    dialog.get_by_role("button", name="Done").click()
    expect(ann.page.locator(".note.help")).to_have_count(0)


def test_where_nothing_can_be_shared_there_is_no_such_button(visit: NewVisit, world: World) -> None:
    ann = visit()
    ann.page.add_init_script("delete Navigator.prototype.share;")
    ann.join("ann")
    ann.type("/invite")
    expect(ann.page.locator("#invite-dialog")).to_be_visible()
    expect(ann.page.locator("#invite-share")).to_be_hidden()


def test_a_room_tells_its_whole_topic_and_invites(visit: NewVisit, world: World) -> None:
    ann = visit(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True).join("ann")
    topic = "a topic that is far too long for the head of a room on a phone " * 5
    ann.type(f"/topic {topic}")
    expect(ann.page.locator("#topic")).to_contain_text("far too long")
    ann.page.locator("#about-open").tap()
    dialog = ann.page.get_by_role("dialog", name="#lobby")
    expect(dialog.locator("#about-topic")).to_have_text(topic.strip())
    dialog.get_by_role("button", name="Invite others").tap()
    expect(ann.page.get_by_role("dialog", name="Invite others to #lobby")).to_be_visible()


def test_without_a_network_a_dialog_says_that_it_cannot_load(visit: NewVisit, world: World) -> None:
    ann = visit(service_workers="block").join("ann")
    world.cut()
    ann.page.locator("#settings-open").click()
    expect(ann.page.locator("#toast")).to_contain_text("could not be loaded")
    world.mend()
    ann.connected()
    # A browser does not ask again for a script that it could not get.
    ann.page.reload()
    ann.connected()
    ann.page.locator("#settings-open").click()
    expect(ann.page.locator("#settings-dialog")).to_be_visible()
    # Of the network, and of the service worker that this test has to do without.
    ann.complaints.clear()


def test_a_room_can_be_muted(visit: NewVisit, world: World) -> None:
    bob = world.person("bob", "lobby", "tea")
    ann = visit().join("ann")
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    about(ann)
    ann.page.get_by_label("Nothing: mute this room").check()
    ann.page.keyboard.press("Escape")
    ann.page.keyboard.press("Alt+ArrowUp")
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")
    bob.say("one", "ann, two", room="tea")
    tea = ann.page.locator("#room-list .room", has_text="tea")
    expect(tea.locator(".badge")).to_have_text("@1")
    expect(tea).to_have_attribute("aria-label", re.compile("muted"))
    expect(ann.page).to_have_title("#lobby – Hubbub")
    expect(ann.page.locator("#spoken p")).to_have_count(0)
    # It outlives a reload.
    ann.page.reload()
    ann.connected()
    expect(tea).to_have_attribute("aria-label", re.compile("muted"))
    tea.click()
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    about(ann)
    expect(ann.page.get_by_label("Nothing: mute this room")).to_be_checked()
    ann.page.get_by_label("As in the settings").check()
    ann.page.keyboard.press("Escape")
    expect(tea).not_to_have_attribute("aria-label", re.compile("muted"))


@pytest.mark.parametrize(
    ("system", "theme", "scheme"),
    [("light", "Dark", "dark"), ("dark", "Light", "light"), ("dark", "As the system", "dark")],
)
def test_a_theme_is_chosen(
    visit: NewVisit, world: World, system: str, theme: str, scheme: str
) -> None:
    colours = """() => {
        const of = (name) => getComputedStyle(document.querySelector(name));
        return [of("body").backgroundColor, of("body").color,
            of("#own-picture .monogram").color.split(" ")[0]];
    }"""
    there = visit(color_scheme=scheme).join("bob")
    wanted = there.page.evaluate(colours)
    ann = visit(color_scheme=system).join("ann")
    ann.page.keyboard.press("Control+,")
    expect(ann.page.locator("#settings-dialog")).to_be_visible()
    ann.page.get_by_label(theme, exact=True).check()
    ann.page.wait_for_function(
        f"(wanted) => String(({colours})()) === wanted", arg=",".join(wanted)
    )
    ann.page.reload()
    ann.connected()
    assert ann.page.evaluate(colours) == wanted
    bar = ann.page.locator("meta[name=theme-color]").evaluate_all(
        "(all) => all.filter((one) => matchMedia(one.media).matches).map((one) => one.content)"
    )
    assert bar == [{"light": "#f3f5f5", "dark": "#14191a"}[scheme]]


SIZES = """() => [".said", "#room-title", "#text", ".person-name", "#topic", ".hints"].map(
    (name) => parseFloat(getComputedStyle(document.querySelector(name)).fontSize))"""


def test_a_size_is_chosen_and_all_type_follows(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    ann.type("hello")
    ann.confirmed("hello")
    usual = ann.page.evaluate(SIZES)
    ann.page.keyboard.press("Control+,")
    ann.page.get_by_label("Largest", exact=True).check()
    ann.page.keyboard.press("Escape")
    ann.page.wait_for_function(f"(usual) => ({SIZES})()[0] > usual", arg=usual[0])
    largest = ann.page.evaluate(SIZES)
    ratios = [round(one / other, 2) for one, other in zip(largest, usual, strict=True)]
    assert len(set(ratios)) == 1
    assert ratios[0] > 1.3


@pytest.fixture
def large_type(tmp_path: Path) -> Path:
    """A browser whose owner has chosen type of twice the usual size."""
    folder = tmp_path / "profile"
    (folder / "Default").mkdir(parents=True)
    chosen = {"webkit": {"webprefs": {"default_font_size": 32}}}
    (folder / "Default" / "Preferences").write_text(json.dumps(chosen))
    return folder


def test_larger_type_of_the_browser_is_respected(
    visit: NewVisit, world: World, browser: Browser, large_type: Path
) -> None:
    """All of the page grows, as if the window were half as large."""
    context = browser.browser_type.launch_persistent_context(
        large_type, executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS),
        viewport={"width": 1280, "height": 800},
    )  # fmt: skip
    ann = visit(context).join("ann")
    ann.type("hello")
    ann.confirmed("hello")
    usual = visit(viewport={"width": 1280, "height": 800}).join("bob")
    usual.sees("hello")
    assert ann.page.evaluate(SIZES)[0] == 2 * usual.page.evaluate(SIZES)[0]
    # A window of 1,280 has no room for three columns of such type.
    expect(usual.page.locator("#people")).to_be_visible()
    expect(ann.page.locator("#people")).to_be_hidden()
    expect(ann.page.locator("#people-open")).to_be_visible()
    ann.page.locator("#people-open").click()
    expect(ann.page.locator("#people-close")).to_be_focused()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert ann.page.evaluate(wide) == 0
