"""The page under a thumb: new lines, the keyboard, topics, and taps that went wrong."""

from typing import Any

from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import expect

pytest_plugins = ["page_fixtures"]

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}


def keyboard_is_down(ann: Visit) -> None:
    """Wait until nothing has the focus that brings a phone's keyboard."""
    ann.page.wait_for_function("() => !document.activeElement.matches('input, textarea')")


def test_a_new_line_can_be_begun(visit: NewVisit, world: World) -> None:
    ann = visit(**PHONE).join("ann")
    box = ann.page.locator("#text")
    box.tap()
    box.press_sequentially("one")
    ann.page.get_by_role("button", name="Begin a new line").tap()
    expect(box).to_be_focused()
    box.press_sequentially("two")
    expect(box).to_have_value("one\ntwo")
    # In the middle of a text as well.
    box.evaluate("(box) => box.setSelectionRange(1, 1)")
    ann.page.get_by_role("button", name="Begin a new line").tap()
    expect(box).to_have_value("o\nne\ntwo")
    box.press("Enter")
    ann.sees("o\nne\ntwo")


def test_with_keys_of_its_own_a_machine_needs_no_such_button(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    expect(ann.page.locator("#newline")).to_be_hidden()


def test_the_keyboard_does_not_open_unasked(visit: NewVisit, world: World) -> None:
    bob = world.person("bob", "lobby", "tea")
    ann = visit(**PHONE).join("ann")
    keyboard_is_down(ann)
    ann.page.get_by_label("Show the rooms").tap()
    ann.page.get_by_label("Join a room").tap()
    expect(ann.page.locator("#room-dialog")).to_be_visible()
    keyboard_is_down(ann)
    ann.page.locator(".choice", has_text="tea").tap()
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    keyboard_is_down(ann)
    ann.page.locator("#people-open").tap()
    ann.page.locator("#people").get_by_text("bob").tap()
    ann.page.get_by_text("Write to bob alone").tap()
    expect(ann.page.locator("#room-title")).to_have_text("bob")
    keyboard_is_down(ann)
    ann.page.locator("#settings-open").dispatch_event("click")
    ann.page.get_by_role("dialog").get_by_role("button", name="Done").tap()
    keyboard_is_down(ann)
    bob.close()


def test_a_room_that_was_left_by_mistake_comes_back(visit: NewVisit, world: World) -> None:
    bob = world.person("bob", "lobby", "tea")
    ann = visit(**PHONE).join("ann")
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    bob.say("one", room="tea")
    ann.sees("one")
    ann.page.locator("#text").fill("a draft")
    ann.page.get_by_label("Show the rooms").tap()
    ann.page.get_by_label("Leave #tea").tap()
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")
    toast = ann.page.locator("#toast")
    expect(toast).to_contain_text("You left #tea.")
    bob.wait("left", nick="ann", room="tea")
    bob.say("two", room="tea")
    toast.get_by_role("button", name="Undo").tap()
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    bob.wait("joined", nick="ann", room="tea")
    bob.say("three", room="tea")
    ann.shows(["one", "two", "three"])
    expect(ann.page.locator("#text")).to_have_value("a draft")
    rooms = [one.strip() for one in ann.page.locator("#room-list .room-name").all_text_contents()]
    assert rooms == ["lobby", "tea"]


def test_a_conversation_that_was_closed_by_mistake_comes_back(
    visit: NewVisit, world: World
) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.send(type="direct", to="ann", text="only here")
    ann.page.locator("#talk-list .room").click()
    ann.sees("only here")
    ann.page.get_by_label("Close the conversation with bob").click()
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")
    ann.page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(ann.page.locator("#room-title")).to_have_text("bob")
    ann.sees("only here")


def test_leaving_may_be_undone_before_the_hub_has_heard_of_it(
    visit: NewVisit, world: World
) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("one")
    ann.sees("one")
    world.silence()
    ann.type("/leave")
    ann.page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")
    world.cut()
    world.mend()
    ann.connected()
    bob.say("two")
    ann.shows(["one", "two"])
