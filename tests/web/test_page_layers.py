"""What lies on top: one thing at a time, closed by Escape, the shade and Back."""

from collections.abc import Callable

import pytest
from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import expect

pytest_plugins = ["page_fixtures"]

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
MIDDLE = {"viewport": {"width": 900, "height": 700}}

GO_BACK = """() => new Promise((gone) => {
    addEventListener("popstate", gone, {once: true});
    history.back();
})"""


def back(ann: Visit) -> None:
    """Go back within the page; waits for ever if that would leave it."""
    ann.page.evaluate(GO_BACK)


def title(ann: Visit, words: str) -> None:
    expect(ann.page.locator("#room-title")).to_have_text(words)


def open_rooms(ann: Visit) -> str:
    ann.page.get_by_label("Show the rooms").click()
    return "#rooms"


def open_people(ann: Visit) -> str:
    ann.page.locator("#people-open").click()
    return "#people"


def open_search(ann: Visit) -> str:
    ann.page.get_by_role("button", name="Search", exact=True).click()
    return "#search"


def open_room_dialog(ann: Visit) -> str:
    open_rooms(ann)
    ann.page.locator("#room-join").click()
    return "#room-dialog"


def open_settings(ann: Visit) -> str:
    open_rooms(ann)
    ann.page.locator("#settings-open").click()
    return "#settings-dialog"


def open_help(ann: Visit) -> str:
    open_rooms(ann)
    ann.page.locator("#help-open").click()
    return "#help-dialog"


def open_renaming(ann: Visit) -> str:
    open_rooms(ann)
    ann.page.locator("#rename").click()
    return "#nick-dialog"


def open_person(ann: Visit) -> str:
    ann.page.locator(".line .nick").first.click()
    return "#person-dialog"


OPENERS = [
    open_rooms, open_people, open_search, open_room_dialog, open_settings, open_help,
    open_renaming, open_person,
]  # fmt: skip


@pytest.mark.parametrize("opens", OPENERS)
def test_back_closes_what_lies_on_top(
    visit: NewVisit, world: World, opens: Callable[[Visit], str]
) -> None:
    bob = world.person("bob")
    ann = visit(**PHONE).join("ann")
    bob.say("hello")
    ann.sees("hello")
    layer = ann.page.locator(opens(ann))
    expect(layer).to_be_visible()
    back(ann)
    expect(layer).to_be_hidden()
    while ann.page.locator("#shade").is_visible():
        back(ann)
    title(ann, "#lobby")
    ann.type("still here")
    ann.confirmed("still here")
    # Nothing is left behind: the next step back is the one out of the page.
    ann.page.go_back()
    assert ann.page.url == "about:blank"


def test_back_from_a_hit_leads_to_the_hits(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say("green tea", *(f"line {number}" for number in range(60)), "black tea")
    ann = visit(**PHONE).join("ann")
    ann.sees("black tea")
    ann.type("/search tea")
    ann.page.locator(".hit").last.click()
    expect(ann.page.locator("#search")).to_be_hidden()
    ann.sees("green tea")
    back(ann)
    expect(ann.page.locator("#search")).to_be_visible()
    expect(ann.page.locator(".hit")).to_have_count(2)
    back(ann)
    expect(ann.page.locator("#search")).to_be_hidden()
    title(ann, "#lobby")


def test_back_joins_no_room_that_was_left(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    for room in ("tea", "ops", "den"):
        ann.type(f"/join {room}")
        title(ann, f"#{room}")
    for room in ("tea", "ops"):
        ann.page.get_by_label(f"Leave #{room}").dispatch_event("click")
    back(ann)
    title(ann, "#lobby")
    ann.has_address("#lobby")
    expect(ann.page.locator("#room-list .room")).to_have_count(2)
    ann.page.evaluate("() => history.forward()")
    ann.type("/who")
    expect(ann.page.locator("#room-list .room")).to_have_count(2)


def test_back_after_leaving_goes_to_the_room_before(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    for room in ("tea", "ops"):
        ann.type(f"/join {room}")
        title(ann, f"#{room}")
    ann.type("/leave")
    title(ann, "#tea")
    ann.has_address("#tea")
    back(ann)
    title(ann, "#tea")
    back(ann)
    title(ann, "#lobby")
    # A link is followed all the same, also to a room that was left.
    ann.page.evaluate("() => { location.hash = '#ops'; }")
    title(ann, "#ops")


def test_back_opens_no_conversation_that_was_closed(visit: NewVisit, world: World) -> None:
    world.person("bob")
    ann = visit().join("ann")
    ann.type("/msg bob hello")
    title(ann, "bob")
    ann.confirmed("hello")
    ann.page.locator("#room-list .room").click()
    title(ann, "#lobby")
    ann.page.get_by_label("Close the conversation with bob").dispatch_event("click")
    expect(ann.page.locator("#talk-list .room")).to_have_count(0)
    back(ann)
    title(ann, "#lobby")
    expect(ann.page.locator("#talk-list .room")).to_have_count(0)


def test_the_first_question_cannot_be_sent_away(visit: NewVisit, world: World) -> None:
    ann = visit().go()
    box = ann.page.get_by_label("Your nick")
    expect(box).to_be_focused()
    box.fill("ann")
    for _ in range(4):
        ann.page.keyboard.press("Escape")
    expect(box).to_be_visible()
    # Whatever else a browser does with its dialogs, the question comes again.
    ann.page.evaluate("() => document.querySelector('#nick-dialog').close()")
    expect(box).to_be_focused()
    expect(box).to_have_value("ann")
    ann.page.keyboard.press("Enter")
    ann.connected()


def test_escape_goes_back_to_the_nick_that_one_has(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    for _ in range(3):
        ann.page.locator("#rename").click()
        expect(ann.page.locator("#nick")).to_be_focused()
        ann.page.keyboard.press("Escape")
        expect(ann.page.locator("#nick-dialog")).to_be_hidden()
    ann.page.locator("#rename").click()
    ann.page.get_by_label("Your nick").fill("zoe")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#own-nick")).to_have_text("zoe")


def test_one_panel_at_a_time_covers_the_lines(visit: NewVisit, world: World) -> None:
    ann = visit(**MIDDLE).join("ann")
    open_people(ann)
    expect(ann.page.locator("#people")).to_be_visible()
    ann.page.keyboard.press("Control+Shift+F")
    expect(ann.page.locator("#search")).to_be_visible()
    expect(ann.page.locator("#people")).to_be_hidden()
    # Neither the lines nor the rooms beside them can be reached below the shade.
    for below in ("rooms", "main", "people"):
        expect(ann.page.locator(f"#{below}")).to_have_attribute("inert", "")
    ann.page.locator("#shade").click(position={"x": 300, "y": 300})
    expect(ann.page.locator("#search")).to_be_hidden()
    expect(ann.page.locator("#search-open")).to_be_focused()
    open_people(ann)
    ann.page.set_viewport_size({"width": 1280, "height": 700})
    expect(ann.page.locator("[inert]")).to_have_count(0)
    ann.page.set_viewport_size({"width": 900, "height": 700})
    expect(ann.page.locator("#people")).to_be_hidden()
    expect(ann.page.locator("#shade")).to_be_hidden()


def test_a_conversation_that_was_closed_can_be_had_back(visit: NewVisit, world: World) -> None:
    world.person("bob")
    ann = visit().join("ann")
    ann.type("/msg bob hello")
    ann.confirmed("hello")
    ann.page.locator("#text").fill("half written")
    ann.page.get_by_label("Close the conversation with bob").click()
    expect(ann.page.locator("#talk-list .room")).to_have_count(0)
    expect(ann.page.locator("#toast")).to_contain_text("The conversation with bob is closed.")
    ann.page.get_by_role("button", name="Undo").last.click()
    title(ann, "bob")
    ann.sees("hello")
    expect(ann.page.locator("#text")).to_have_value("half written")
    expect(ann.page.locator("#toast")).to_be_empty()


def test_what_was_asked_for_is_in_sight(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"line {number}" for number in range(200)))
    ann = visit().join("ann")
    ann.sees("line 199")
    log = ann.page.locator("#log")
    for typed, note in (("/who", ".note.who"), ("/topic", ".note.topic"), ("/ignore", ".notice")):
        log.evaluate("(log) => { log.scrollTop = 500; }")
        expect(ann.page.locator("#newest")).to_be_visible()
        ann.type(typed)
        expect(ann.page.locator(note).last).to_be_in_viewport()
    ann.type("/help")
    expect(ann.page.locator("#help-dialog")).to_contain_text("/msg NICK [TEXT]")
    expect(ann.page.locator("#help-dialog")).to_contain_text("Ctrl K")
    back(ann)
    expect(ann.page.locator("#help-dialog")).to_be_hidden()


def test_help_begins_at_its_beginning(visit: NewVisit, world: World) -> None:
    ann = visit(viewport={"width": 360, "height": 480}).join("ann")
    ann.type("/help")
    expect(ann.page.get_by_role("heading", name="Help", exact=True)).to_be_in_viewport()
    assert ann.page.locator("#help-dialog").evaluate("(one) => one.scrollTop") == 0


def test_help_without_a_network_says_that_it_is_not_there(visit: NewVisit, world: World) -> None:
    ann = visit(service_workers="block").join("ann")
    world.stop_gateway()
    ann.page.locator("#help-open").click()
    expect(ann.page.locator("#toast")).to_contain_text("could not be loaded")
    world.restart_gateway()
    ann.connected()
    ann.page.reload()
    ann.connected()
    ann.page.locator("#help-open").click()
    expect(ann.page.locator("#help-dialog")).to_contain_text("/msg NICK [TEXT]")
    # Of the network, and of the service worker that this test has to do without.
    ann.complaints.clear()
