"""What somebody hears and where the focus is: for screen readers and for the keyboard."""

import re

import pytest
from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import expect

pytest_plugins = ["page_fixtures"]

FOCUS = """() => {
    const {activeElement: one} = document;
    return one === document.body || !one.checkVisibility() ? "" : one.id || one.className;
}"""


def spoken(ann: Visit) -> list[str]:
    return ann.page.locator("#spoken p").all_inner_texts()


def test_a_mention_in_another_room_is_spoken_once(visit: NewVisit, world: World) -> None:
    bob = world.person("bob", "lobby", "tea")
    ann = visit().join("ann")
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    bob.say("nothing to hear of", "ann, the kettle!")
    expect(ann.page.locator("#spoken p")).to_have_text(["bob in #lobby: ann, the kettle!"])
    bob.send(type="direct", to="ann", text="psst")
    expect(ann.page.locator("#spoken p")).to_have_count(2)
    expect(ann.page.locator("#talk-list .room")).to_be_visible()
    ann.page.keyboard.press("Alt+ArrowDown")
    expect(ann.page.locator("#room-title")).to_have_text("bob")
    ann.page.keyboard.press("Alt+ArrowDown")
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")
    ann.sees("ann, the kettle!")
    bob.say("and more")
    expect(ann.page.locator("#spoken p").last).to_have_text("bob: and more")
    assert spoken(ann) == [
        "bob in #lobby: ann, the kettle!", "bob to you alone: psst",
        "bob: nothing to hear of", "bob: and more",
    ]  # fmt: skip


def test_what_somebody_does_is_one_sentence(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("waves at ann", kind="action")
    expect(ann.page.locator("#spoken p")).to_have_text(["bob waves at ann"])
    ann.page.locator("#log").focus()
    ann.page.keyboard.press("ArrowUp")
    expect(ann.line("waves at ann")).to_be_focused()
    ann.page.keyboard.press("r")
    expect(ann.page.locator("#text")).to_have_value("> * bob waves at ann\n")


def leave_a_room(ann: Visit, world: World) -> None:
    ann.page.get_by_label("Leave #tea").focus()
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#room-list .room")).to_have_count(1)


def hear_of_a_room_whose_button_one_is_at(ann: Visit, world: World) -> None:
    ann.page.locator("#room-list .room", has_text="lobby").focus()
    world.person("carol").say("news of this room change its button")
    expect(ann.page.locator("#room-list .badge")).to_have_text("1")


def see_somebody_go_at_whose_name_one_is(ann: Visit, world: World) -> None:
    carol = world.person("carol", "tea")
    ann.page.locator("#people-list .person", has_text="carol").focus()
    carol.send(type="leave", room="tea")
    expect(ann.page.locator("#people-list .person")).to_have_count(1)


def go_to_the_newest_line(ann: Visit, world: World) -> None:
    world.person("bob", "tea").say(*(f"line {number}" for number in range(100)), room="tea")
    ann.sees("line 99")
    ann.page.locator("#log").evaluate("(log) => { log.scrollTop = 0; }")
    expect(ann.page.locator("#newest")).to_be_visible()
    ann.page.locator("#newest").focus()
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#newest")).to_be_hidden()


def connect_again(ann: Visit, world: World) -> None:
    world.cut()
    expect(ann.page.locator("#link-button")).to_be_visible()
    ann.page.locator("#link-button").focus()
    world.mend()
    ann.page.keyboard.press("Enter")
    ann.connected()
    expect(ann.page.locator("#link-button")).to_be_hidden()


def discard_a_line(ann: Visit, world: World) -> None:
    ann.type("/msg nobody hello")
    ann.page.locator(".refusal").get_by_text("Discard").focus()
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator(".refusal")).to_have_count(0)


def stop_ignoring(ann: Visit, world: World) -> None:
    ann.type("/ignore bob")
    ann.page.keyboard.press("Control+,")
    ann.page.get_by_label("Show bob again").focus()
    ann.page.keyboard.press("Enter")
    ann.page.keyboard.press("Escape")
    expect(ann.page.locator("#settings-dialog")).to_be_hidden()


def close_the_search(ann: Visit, world: World) -> None:
    ann.page.locator("#text").focus()
    ann.page.keyboard.press("Control+Shift+F")
    expect(ann.page.locator("#search-text")).to_be_focused()
    ann.page.keyboard.press("Escape")
    expect(ann.page.locator("#search")).to_be_hidden()
    expect(ann.page.locator("#text")).to_be_focused()


WAYS = [
    leave_a_room, hear_of_a_room_whose_button_one_is_at, see_somebody_go_at_whose_name_one_is,
    go_to_the_newest_line, connect_again, discard_a_line, stop_ignoring, close_the_search,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: str(way.__name__))
def test_the_focus_is_never_stranded(visit: NewVisit, world: World, way: object) -> None:
    ann = visit(viewport={"width": 1280, "height": 600}).join("ann")
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    # What looks after the focus loads once it is on anything but a box.
    with ann.page.expect_request_finished(lambda request: "focus.js" in request.url):
        ann.page.locator("#log").focus()
    assert callable(way)
    way(ann, world)
    ann.page.wait_for_function(f"() => ({FOCUS})() !== ''")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_more_contrast_is_given_where_it_is_wanted(
    visit: NewVisit, world: World, scheme: str
) -> None:
    """WCAG's AAA, 7 to 1, for what is soft otherwise, and lines around what can be pressed."""
    colours = """() => {
        // What a name stands for may depend on the scheme: only an element has its colour.
        const read = (name) => {
            document.documentElement.style.outlineColor = `var(${name})`;
            return getComputedStyle(document.documentElement).outlineColor;
        };
        const canvas = document.createElement("canvas")
            .getContext("2d", {willReadFrequently: true});
        const light = (name) => {
            canvas.fillStyle = read(name);
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((one) => {
                const part = one / 255;
                return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ratio = (one, other) => {
            const [a, b] = [light(one), light(other)].sort();
            return (b + 0.05) / (a + 0.05);
        };
        return ["--ink-soft", "--accent", "--warm", "--bad"].map((one) => ratio(one, "--page"))
            .concat(ratio("--line-strong", "--page"));
    }"""
    ann = visit(color_scheme=scheme).join("ann")
    usual = ann.page.evaluate(colours)
    ann.page.emulate_media(contrast="more", color_scheme=scheme)  # type: ignore[arg-type]
    more = ann.page.evaluate(colours)
    assert all(ratio >= 7 for ratio in more[:-1]), more
    assert more[-1] >= 4.5
    assert min(usual) < 4.5
    expect(ann.page.locator("#text")).to_be_visible()
    border = ann.page.locator("#search-open").evaluate("(one) => getComputedStyle(one).borderWidth")
    assert not re.fullmatch("0px", border)
