"""The lists of rooms and of people, where they are longer than a screen."""

import json
import re

import pytest
from page_visit import NewVisit, Visit
from page_world import Person, World
from playwright.sync_api import expect

from core.limits import MEMBERS_NAMED

pytest_plugins = ["page_fixtures"]

MANY = 45
ROOMS = [f"room-{number:02}" for number in range(MANY)]

IN_SIGHT = """(room) => {
    const edge = document.querySelector("#room-lists").getBoundingClientRect();
    const {top, bottom} = room.getBoundingClientRect();
    return top >= edge.top && bottom <= edge.bottom;
}"""


def in_many_rooms(visit: NewVisit, world: World, **options: object) -> tuple[Visit, Person]:
    """Come back to many rooms, the first of which is shown; bob is in all of them."""
    bob = world.person("bob", *ROOMS)
    ann = visit(**options)
    kept = {"nick": "ann", "rooms": ROOMS, "current": ROOMS[0]}
    for name, value in kept.items():
        script = f"localStorage.setItem('hubbub.{name}', {json.dumps(json.dumps(value))})"
        ann.page.add_init_script(script)
    ann.go().connected()
    expect(ann.page.locator("#room-list .room")).to_have_count(MANY)
    return ann, bob


def in_sight(ann: Visit) -> None:
    """Wait until the room that is shown stands on the screen."""
    current = ann.page.locator("#room-list [aria-current]")
    ann.page.wait_for_function(IN_SIGHT, arg=current.element_handle())


def test_the_list_shows_the_room_that_one_is_in(visit: NewVisit, world: World) -> None:
    ann, _ = in_many_rooms(visit, world, viewport={"width": 1280, "height": 600})
    ann.page.keyboard.press("Alt+ArrowUp")
    expect(ann.page.locator("#room-title")).to_have_text(f"#{ROOMS[-1]}")
    in_sight(ann)
    ann.page.keyboard.press("Alt+ArrowDown")
    expect(ann.page.locator("#room-title")).to_have_text(f"#{ROOMS[0]}")
    in_sight(ann)
    # A room that is entered stands at the end of the list.
    ann.type("/join zebra")
    expect(ann.page.locator("#room-title")).to_have_text("#zebra")
    in_sight(ann)


def test_on_a_phone_the_panel_opens_at_the_room(visit: NewVisit, world: World) -> None:
    ann, _ = in_many_rooms(visit, world, viewport={"width": 360, "height": 740}, has_touch=True)
    ann.page.goto(f"{world.url}#{ROOMS[40]}")
    expect(ann.page.locator("#room-title")).to_have_text(f"#{ROOMS[40]}")
    ann.page.get_by_label("Show the rooms").click()
    expect(ann.page.locator("#rooms")).to_be_visible()
    in_sight(ann)


def test_what_is_new_beyond_the_edge_is_told(visit: NewVisit, world: World) -> None:
    ann, bob = in_many_rooms(visit, world, viewport={"width": 1280, "height": 600})
    below, above = ann.page.locator("#rooms-below"), ann.page.locator("#rooms-above")
    expect(below).to_be_hidden()
    for room in ROOMS[-3:]:
        bob.say("hello", room=room)
    expect(below).to_have_text("3 more unread below")
    expect(above).to_be_hidden()
    expect(below).not_to_have_class(re.compile("loud"))
    bob.say("ann, look", room=ROOMS[-1])
    expect(below).to_have_class(re.compile("loud"))
    below.click()
    expect(ann.page.locator("#room-list .room:focus")).to_contain_text(ROOMS[-3])
    expect(below).to_be_hidden()
    bob.say("hello", room=ROOMS[1])
    expect(above).to_have_text("1 more unread above")
    above.click()
    expect(ann.page.locator("#room-list .room:focus")).to_contain_text(ROOMS[1])
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#room-title")).to_have_text(f"#{ROOMS[1]}")
    expect(above).to_be_hidden()


@pytest.fixture
def crowd(world: World) -> list[Person]:
    """More people in a room than the hub names, the last of whom is zoe."""
    first = [world.person(f"p{number:03}") for number in range(MEMBERS_NAMED + 20)]
    return [*first, world.person("zoe")]


def test_in_a_large_room_anybody_can_be_found(
    visit: NewVisit, world: World, crowd: list[Person]
) -> None:
    ann = visit(viewport={"width": 1280, "height": 600}).join("ann")
    people = ann.page.locator("#people-list .person")
    expect(ann.page.locator("#people-count")).to_have_text(str(len(crowd) + 1))
    expect(people).to_have_count(MEMBERS_NAMED + 1)
    expect(people.filter(has_text="ann")).to_have_count(1)
    more = ann.page.locator("#people-more")
    expect(more).to_contain_text("and 21 others")
    # Comings and goings are told as a number; who is known stays known.
    late = world.person("late")
    expect(ann.page.locator("#people-count")).to_have_text(str(len(crowd) + 2))
    expect(people).to_have_count(MEMBERS_NAMED + 1)
    find = ann.page.get_by_label("Find a person")
    find.fill("ZO")
    expect(people).to_have_text(["Zzoe"])
    find.fill("p2")
    expect(people).to_have_count(20)
    find.fill("xyz")
    expect(ann.page.locator("#people-none")).to_have_text("Nobody here is called that.")
    # Who was found is offered after an @ as well, and who was not is asked about.
    box = ann.page.locator("#text")
    box.press_sequentially("@lat")
    expect(ann.page.get_by_role("option")).to_have_text(["late"])
    box.press("Tab")
    expect(box).to_have_value("@late ")
    late.close()


def test_who_is_told_stays_when_somebody_comes(
    visit: NewVisit, world: World, crowd: list[Person]
) -> None:
    ann = visit(viewport={"width": 1280, "height": 600}).join("ann")
    people = ann.page.locator("#people-list .person")
    expect(people).to_have_count(MEMBERS_NAMED + 1)
    ann.type("/who")
    expect(ann.page.locator(".note.who")).to_contain_text("222 people are here: p000")
    world.person("late")
    expect(ann.page.locator("#people-count")).to_have_text("223")
    expect(people).to_have_count(MEMBERS_NAMED + 1)


def test_a_room_that_is_large_no_more_is_known_again(
    visit: NewVisit, world: World, crowd: list[Person]
) -> None:
    ann = visit(viewport={"width": 1280, "height": 600}).join("ann")
    expect(ann.page.locator("#people-count")).to_have_text(str(len(crowd) + 1))
    for one in crowd[:60]:
        one.send(type="leave", room="lobby")
        one.wait("left", nick=one.nick)
    expect(ann.page.locator("#people-count")).to_have_text(str(len(crowd) - 59))
    expect(ann.page.locator("#people-list .person")).to_have_count(len(crowd) - 59)
    expect(ann.page.locator("#people-more")).to_be_hidden()


LONG = "W" * 24

TOO_LONG = """() => [...document.querySelectorAll(
    ".person, .self, .room, dialog[open] button, h1, h2")]
    .filter((one) => one.checkVisibility()).flatMap((one) => {
        const {left, right} = one.getBoundingClientRect();
        const around = one.closest(".side, .head, dialog").getBoundingClientRect();
        return left < around.left || right > around.right ? [one.outerHTML] : [];
    })"""

TOO_WIDE = """() => [...document.querySelectorAll(".people-list, .lists, dialog[open]")]
    .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className)"""


@pytest.mark.parametrize("width", [1280, 800, 320])
def test_the_longest_nick_has_room_everywhere(visit: NewVisit, world: World, width: int) -> None:
    world.person(LONG.lower().capitalize())
    other = world.person("M" * 24)
    ann = visit(viewport={"width": width, "height": 600}).join("Q" * 24)
    ann.type("/ignore " + "M" * 24)
    other.send(type="direct", to="Q" * 24, text="hello")
    looks = [lambda: None]
    if width < 1000:
        looks.append(lambda: ann.page.locator("#people-open").click())
    for look in looks:
        look()
        assert ann.page.evaluate(TOO_LONG) == []
        assert ann.page.evaluate(TOO_WIDE) == []
    ann.page.locator("#people-list .person", has_text="Www").click()
    expect(ann.page.locator("#person-dialog")).to_be_visible()
    assert ann.page.evaluate(TOO_LONG) == []
    assert ann.page.evaluate(TOO_WIDE) == []
    ann.page.locator("#person-ignore").click()
    expect(ann.page.locator("#toast")).to_contain_text("You see nothing of Www")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert ann.page.evaluate(wide) == 0


def test_who_is_in_no_room_is_offered_one(visit: NewVisit, world: World) -> None:
    """On a phone what joins a room lies in a panel that nothing points to."""
    phone = {"width": 360, "height": 740}
    ann = visit(viewport=phone, has_touch=True, is_mobile=True).join("ann")
    ann.type("/leave")
    ann.page.get_by_role("button", name="Join a room").tap()
    ann.page.get_by_label("Name of the room").fill("tea")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    expect(ann.page.get_by_text("You are in no room.")).to_be_hidden()
