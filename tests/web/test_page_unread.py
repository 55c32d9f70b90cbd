"""Whoever comes back to a room finds the first line that is new, and their own place."""

import re

import pytest
from page_visit import NewVisit, Visit
from page_world import Person, World
from playwright.sync_api import Locator, expect

pytest_plugins = ["page_fixtures"]

PILL = re.compile(r"^300 new lines since \d{1,2}:\d\d")


def pill(ann: Visit) -> Locator:
    return ann.page.locator("#unread")


def away(visit: NewVisit, world: World, lines: int) -> tuple[Visit, Person]:
    """Return a visit in another room, and who said so many lines in the one before."""
    bob = world.person("bob", "lobby", "tea")
    ann = visit(viewport={"width": 1000, "height": 700}).join("ann")
    bob.say("seen before")
    ann.sees("seen before")
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    bob.say(*(f"line {number}" for number in range(lines)))
    return ann, bob


def back(ann: Visit) -> None:
    ann.page.locator(".room", has_text="lobby").click()
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")


def test_a_pill_and_a_key_lead_to_the_first_new_line(visit: NewVisit, world: World) -> None:
    ann, _ = away(visit, world, 300)
    back(ann)
    ann.sees("line 299")
    expect(ann.line("line 299")).to_be_in_viewport()
    expect(pill(ann).locator("#unread-words")).to_have_text(PILL)
    # Nothing was read by opening the room.
    expect(ann.page.locator(".room", has_text="lobby").locator(".badge")).to_be_visible()
    ann.page.keyboard.press("Shift+PageUp")
    expect(ann.line("line 0")).to_be_in_viewport()
    expect(ann.line("line 0")).to_be_focused()
    expect(pill(ann)).to_be_hidden()
    expect(ann.line("seen before")).to_be_in_viewport()
    expect(ann.page.locator("#newest-words")).to_have_text("300 new lines")
    # Read down to the end, it is read.
    ann.page.locator("#newest").click()
    expect(ann.page.locator(".room", has_text="lobby").locator(".badge")).to_have_count(0)
    expect(pill(ann)).to_be_hidden()


def test_what_was_not_looked_at_is_new_after_a_reload(visit: NewVisit, world: World) -> None:
    ann, _ = away(visit, world, 300)
    back(ann)
    expect(pill(ann).locator("#unread-words")).to_have_text(PILL)
    ann.page.reload()
    ann.connected()
    # Only the last page of it is loaded: the hub says when the first was said.
    expect(ann.page.locator("#lines > .line")).to_have_count(50)
    expect(pill(ann).locator("#unread-words")).to_have_text(PILL)
    ann.page.locator("#unread-go").click()
    expect(ann.line("line 0")).to_be_in_viewport()
    expect(pill(ann)).to_be_hidden()


@pytest.mark.parametrize("how", ["Escape", "button", "saying"])
def test_all_of_it_can_be_marked_as_read(visit: NewVisit, world: World, how: str) -> None:
    ann, bob = away(visit, world, 100)
    back(ann)
    expect(pill(ann)).to_contain_text("100 new lines since")
    if how == "Escape":
        ann.page.keyboard.press("Escape")
    elif how == "button":
        ann.page.get_by_role("button", name="Mark as read").click()
    else:
        ann.type("I am here")
    expect(pill(ann)).to_be_hidden()
    expect(ann.page.locator(".room", has_text="lobby").locator(".badge")).to_have_count(0)
    bob.say("after it")
    ann.sees("after it")
    expect(pill(ann)).to_be_hidden()
    ann.page.keyboard.press("Shift+PageUp")
    expect(ann.line("after it")).to_be_in_viewport()


def test_a_few_new_lines_are_read_at_once(visit: NewVisit, world: World) -> None:
    ann, _ = away(visit, world, 3)
    back(ann)
    ann.sees("line 2")
    expect(ann.page.locator(".day.new")).to_be_visible()
    expect(ann.page.locator(".room", has_text="lobby").locator(".badge")).to_have_count(0)
    expect(pill(ann)).to_be_hidden()


def test_lines_that_came_while_nobody_looked_are_not_read_by_coming_back(
    visit: NewVisit, world: World
) -> None:
    bob = world.person("bob")
    ann = visit(viewport={"width": 1000, "height": 700}).join("ann")
    bob.say("seen before")
    ann.sees("seen before")
    # As if another window lay over this one.
    ann.page.evaluate("""() => {
        document.hasFocus = () => false;
        dispatchEvent(new Event("blur"));
    }""")
    bob.say(*(f"line {number}" for number in range(100)))
    ann.sees("line 99")
    ann.page.evaluate("""() => {
        document.hasFocus = () => true;
        dispatchEvent(new Event("focus"));
    }""")
    expect(pill(ann)).to_contain_text("100 new lines since")


def test_each_room_keeps_its_place(visit: NewVisit, world: World) -> None:
    bob = world.person("bob", "lobby", "tea")
    bob.say(*(f"line {number}" for number in range(200)))
    bob.say(*(f"cup {number}" for number in range(200)), room="tea")
    ann = visit(viewport={"width": 1000, "height": 700}).join("ann")
    ann.sees("line 199")
    log = ann.page.locator("#log")
    log.evaluate("(log) => { log.scrollTop = 100; }")
    expect(ann.line("line 120")).to_have_count(1)
    log.evaluate("(log) => { log.scrollTop = log.scrollHeight / 2; }")
    top = """(log) => [...log.querySelectorAll(".line")].map((line) => [
        line.querySelector(".said").textContent, Math.round(line.getBoundingClientRect().top),
    ]).find(([, top]) => top > 100)"""
    expect(ann.page.locator("#newest")).to_be_visible()
    before = log.evaluate(top)
    ann.type("/join tea")
    ann.sees("cup 199")
    expect(ann.page.locator("#newest")).to_be_hidden()
    bob.say(*(f"more {number}" for number in range(30)))
    back(ann)
    expect(ann.page.locator("#newest-words")).to_have_text("30 new lines")
    after = log.evaluate(top)
    assert after[0] == before[0]
    assert abs(after[1] - before[1]) <= 1
    # The other room is at its end, where it was left.
    ann.page.locator(".room", has_text="tea").click()
    expect(ann.line("cup 199")).to_be_in_viewport()
    expect(ann.page.locator("#newest")).to_be_hidden()
