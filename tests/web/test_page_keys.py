"""Keys: on keyboards of every script, and only for who has come by keyboard."""

import json

import pytest
from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import expect

pytest_plugins = ["page_fixtures"]

CLIPBOARD = ["clipboard-read", "clipboard-write"]

PRESS = """({key, code, ...how}) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", {key, code, bubbles: true, cancelable: true, ...how}))"""


def press(ann: Visit, key: str, code: str, **how: bool) -> bool:
    """Press a key of a keyboard that the browser's own does not have."""
    passed: bool = ann.page.evaluate(PRESS, {"key": key, "code": code, **how})
    return passed


@pytest.mark.parametrize(
    "text", ["can you help", "really", "?", "can't open it", "really? can you say more?"]
)
def test_after_a_click_what_is_typed_is_written(visit: NewVisit, world: World, text: str) -> None:
    bob = world.person("bob")
    ann = visit(permissions=CLIPBOARD).join("ann")
    bob.say("a line", "another line")
    ann.sees("another line")
    ann.page.evaluate("() => navigator.clipboard.writeText('mine')")
    ann.line("a line").locator(".said").click()
    ann.page.keyboard.type(text)
    expect(ann.page.locator("#text")).to_have_value(text)
    expect(ann.page.locator("#help-dialog")).to_be_hidden()
    assert ann.page.evaluate("() => navigator.clipboard.readText()") == "mine"


def test_after_a_click_on_a_chosen_line_too(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("a line", "another line")
    ann.sees("another line")
    ann.page.locator("#log").focus()
    ann.page.keyboard.press("ArrowUp")
    ann.line("another line").locator(".said").click()
    ann.page.keyboard.type("right")
    expect(ann.page.locator("#text")).to_have_value("right")


def test_a_line_that_a_link_leads_to_takes_no_letters(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"line {number}" for number in range(1, 60)))
    ann = visit(permissions=CLIPBOARD).join("ann", "#lobby/30")
    expect(ann.line("line 30")).to_be_focused()
    ann.page.keyboard.type("can you see this?")
    expect(ann.page.locator("#text")).to_have_value("can you see this?")


def test_shortcuts_are_found_by_their_place_on_other_keyboards(
    visit: NewVisit, world: World
) -> None:
    bob = world.person("bob")
    ann = visit(permissions=CLIPBOARD).join("ann")
    bob.say("hello")
    ann.sees("hello")
    assert not press(ann, "л", "KeyK", ctrlKey=True)
    expect(ann.page.locator("#room-dialog")).to_be_visible()
    ann.page.keyboard.press("Escape")
    assert not press(ann, "А", "KeyF", ctrlKey=True, shiftKey=True)
    expect(ann.page.locator("#search")).to_be_visible()
    ann.page.keyboard.press("Escape")
    assert not press(ann, "б", "Comma", ctrlKey=True)
    expect(ann.page.locator("#settings-dialog")).to_be_visible()
    ann.page.keyboard.press("Escape")
    ann.page.locator("#log").focus()
    ann.page.keyboard.press("ArrowUp")
    assert not press(ann, "с", "KeyC")
    expect(ann.page.locator("#toast")).to_have_text("Link copied")
    assert not press(ann, "к", "KeyR")
    expect(ann.page.locator("#text")).to_have_value("> bob: hello\n")
    # What a Latin keyboard of another order writes is what counts, not its place.
    assert press(ann, "t", "KeyK", ctrlKey=True)
    expect(ann.page.locator("#room-dialog")).to_be_hidden()


def test_what_enter_joins_is_marked(visit: NewVisit, world: World) -> None:
    world.person("bob", "group10", "tea")
    ann = visit().join("ann")
    ann.page.keyboard.press("Control+k")
    expect(ann.page.locator(".choice")).to_have_count(3)
    ann.page.keyboard.type("group1")
    expect(ann.page.locator(".choice-name")).to_have_text(["#group10"])
    expect(ann.page.locator("#room-meant")).to_have_text("Enter opens #group1, a new room.")
    expect(ann.page.locator(".choice.meant")).to_have_count(0)
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#room-title")).to_have_text("#group1")
    ann.page.keyboard.press("Control+k")
    ann.page.keyboard.type("te")
    expect(ann.page.locator("#room-meant")).to_have_text("Enter goes to #tea.")
    expect(ann.page.locator(".choice.meant")).to_contain_text("#tea")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")


def test_what_the_hub_says_amiss_stops_nothing(visit: NewVisit, world: World) -> None:
    sockets = []

    def joined(socket) -> None:  # type: ignore[no-untyped-def]
        socket.connect_to_server()
        sockets.append(socket)

    bob = world.person("bob")
    ann = visit()
    ann.page.route_web_socket("**/*", joined)
    ann.join("ann")
    bob.say("one")
    ann.sees("one")
    message = {"type": "message", "room": "lobby", "seq": 2, "at": 1, "nick": "bob", "text": "x"}
    for wrong in ({"text": None}, {"at": "soon"}, {"at": 1e300}, {"nick": 7}, {"text": "\ud800"}):
        sockets[-1].send(json.dumps(message | wrong) + "\n")
    sockets[-1].send('{"type":"members","room":"lobby","nicks":[null],"count":"many"}\n')
    bob.say("two")
    ann.sees("two")
    told = ann.page.locator(".note.notice:not(.here)")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("could not be read and is left out (message)")
    expect(ann.page.locator("#own-state")).to_have_text("Connected")
    ann.type("three")
    ann.confirmed("three")
