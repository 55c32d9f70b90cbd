"""Finding a line again: by its words, by its link, by keyboard."""

import json
import re
from collections.abc import Callable

import pytest
from page_visit import NewVisit
from page_world import World
from playwright.sync_api import WebSocketRoute, expect

pytest_plugins = ["page_fixtures"]

IN_SIGHT = """(line) => { const log = document.querySelector('#log').getBoundingClientRect();
    const box = line.getBoundingClientRect();
    return box.top >= log.top && box.bottom <= log.bottom; }"""


def test_words_are_found_and_lead_to_their_line(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"line {number}" for number in range(1, 301)), "the kettle is BROKEN")
    bob.say(*(f"line {number}" for number in range(301, 601)))
    ann = visit().join("ann")
    ann.page.get_by_role("button", name="Search").click()
    ann.page.get_by_label("Words to look for").fill("broken kettle")
    ann.page.keyboard.press("Enter")
    hit = ann.page.locator(".hit")
    expect(hit).to_have_count(1)
    expect(hit.locator("mark")).to_have_text(["kettle", "BROKEN"])
    expect(ann.page.locator("#search-words")).to_have_text("1 line that says “broken kettle”")
    hit.click()
    line = ann.line("the kettle is BROKEN")
    expect(line).to_be_focused()
    assert line.evaluate(IN_SIGHT)
    ann.has_address("#lobby/301")
    texts = ann.texts()
    place = texts.index("the kettle is BROKEN")
    assert texts[place - 2 : place + 3] == [
        "line 299",
        "line 300",
        texts[place],
        "line 301",
        "line 302",
    ]
    bob.say("meanwhile")
    assert line.evaluate(IN_SIGHT), "nothing moves while one reads"
    ann.page.locator("#newest").click()
    expect(ann.line("meanwhile")).to_be_in_viewport()
    ann.has_address("#lobby")


def test_many_hits_come_page_by_page(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"tea number {number}" for number in range(1, 121)))
    ann = visit().join("ann")
    ann.type("/search tea")
    hits = ann.page.locator(".hit-text")
    expect(hits).to_have_count(50)
    expect(hits.first).to_have_text("tea number 120")
    for _ in range(2):
        ann.page.get_by_text("Older hits").click()
    expect(hits).to_have_count(120)
    expect(hits.last).to_have_text("tea number 1")
    expect(ann.page.get_by_text("Older hits")).to_be_hidden()
    ann.page.get_by_label("Words to look for").fill("coffee")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#search-words")).to_have_text("Nobody here has said “coffee”.")
    ann.page.keyboard.press("Escape")
    expect(ann.page.locator("#search")).to_be_hidden()


def test_all_rooms_one_person_and_one_day(visit: NewVisit, world: World) -> None:
    bob, carol = world.person("bob", "lobby", "tea"), world.person("carol", "lobby", "tea")
    ann = visit(viewport={"width": 1280, "height": 800}).join("ann")
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    bob.say("a kettle in the lobby")
    carol.say("carol's kettle", room="tea")
    bob.say(*(f"filling {number}" for number in range(100)), room="tea")
    bob.say("a kettle for tea", room="tea")
    world.person("dave", "attic").say("a kettle elsewhere", room="attic")
    ann.page.get_by_role("button", name="Search").click()
    words, hits = ann.page.get_by_label("Words to look for"), ann.page.locator(".hit-text")
    words.fill("kettle")
    words.press("Enter")
    expect(hits).to_have_text(["a kettle for tea", "carol's kettle"])
    ann.page.get_by_label("All my rooms").check()
    expect(hits).to_have_text(["a kettle for tea", "carol's kettle", "a kettle in the lobby"])
    expect(ann.page.locator(".hit-room")).to_have_text(["#tea", "#tea", "#lobby"])
    expect(words).to_have_value("kettle")
    ann.page.get_by_label("From").fill("Bob")
    words.press("Enter")
    expect(hits).to_have_text(["a kettle for tea", "a kettle in the lobby"])
    # A hit in another room leads there, and the hits stay beside it.
    hits.last.click()
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")
    expect(ann.line("a kettle in the lobby")).to_be_focused()
    expect(hits).to_have_count(2)
    ann.page.get_by_label("On", exact=True).fill("2020-02-29")
    expect(hits).to_have_count(0)
    expect(ann.page.locator("#search-words")).to_contain_text("Nobody here has said")
    # As it is typed it says the same.
    words.fill("from:carol in:all on:2020-02-29")
    ann.page.get_by_label("On", exact=True).fill("")
    today = ann.page.evaluate("() => new Date().toLocaleDateString('sv')")
    words.fill(f"from:carol in:all on:{today}")
    words.press("Enter")
    expect(hits).to_have_text(["carol's kettle"])
    expect(ann.page.get_by_label("From")).to_have_value("carol")
    expect(ann.page.get_by_label("On", exact=True)).to_have_value(today)


def test_a_late_answer_leaves_what_is_being_typed(visit: NewVisit, world: World) -> None:
    world.person("bob").say("a kettle")
    ann = visit()
    held: list[Callable[[], None]] = []

    def joined(socket: WebSocketRoute) -> None:
        hub = socket.connect_to_server()

        def heard(line: str | bytes) -> None:
            if json.loads(str(line).splitlines()[0])["type"] == "results":
                held.append(lambda: socket.send(line))
            else:
                socket.send(line)

        hub.on_message(heard)

    ann.page.route_web_socket("**/*", joined)
    ann.join("ann")
    ann.page.get_by_role("button", name="Search").click()
    words, hits = ann.page.get_by_label("Words to look for"), ann.page.locator(".hit-text")
    words.fill("kettle")
    words.press("Enter")
    for _ in range(1500):
        if held:
            break
        ann.page.wait_for_timeout(20)
    words.fill("tea")
    held[0]()
    expect(hits).to_have_text(["a kettle"])
    expect(words).to_have_value("tea")


def test_a_link_to_a_line_opens_it_for_somebody_else(visit: NewVisit, world: World) -> None:
    bob = world.person("bob", "tea")
    bob.say(*(f"line {number}" for number in range(1, 401)), room="tea")
    ann = visit().join("ann", "#tea")
    ann.sees("line 400")
    ann.page.locator("#log").evaluate("(log) => { log.scrollTop = 0; }")
    text, link = ann.page.evaluate(
        """() => { const line = document.querySelectorAll('.line')[5];
        return [line.querySelector('.said').textContent, line.querySelector('.when').href]; }"""
    )
    zoe = visit()
    zoe.page.goto(link)
    zoe.page.get_by_label("Your nick").fill("zoe")
    zoe.page.keyboard.press("Enter")
    zoe.connected()
    expect(zoe.page.locator("#room-title")).to_have_text("#tea")
    expect(zoe.line(text)).to_be_focused()
    assert zoe.line(text).evaluate(IN_SIGHT)
    zoe.page.evaluate("location.hash = '#tea/9999'")
    expect(zoe.page.locator("#error")).to_contain_text("no line 9999")


def test_a_line_is_answered_and_pointed_to_by_keyboard(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit(permissions=["clipboard-read", "clipboard-write"]).join("ann")
    bob.say("first", "second\nwith more", "third")
    ann.sees("third")
    ann.page.locator("#log").focus()
    ann.page.keyboard.press("ArrowUp")
    expect(ann.line("third")).to_be_focused()
    expect(ann.line("third").locator(".actions-time")).to_have_text(re.compile(r"\d{4}.*\d:\d\d"))
    ann.page.keyboard.press("ArrowUp")
    ann.page.keyboard.press("c")
    expect(ann.page.locator("#toast")).to_have_text("Link copied")
    assert ann.page.evaluate("navigator.clipboard.readText()") == world.url + "#lobby/2"
    ann.page.keyboard.press("r")
    box = ann.page.locator("#text")
    expect(box).to_be_focused()
    expect(box).to_have_value("> bob: second …\n")
    ann.page.keyboard.type("indeed")
    ann.page.keyboard.press("Enter")
    assert bob.wait("message", nick="ann")["text"] == "> bob: second …\nindeed"


@pytest.mark.parametrize("width", [360, 1280])
def test_a_line_is_copied_by_pointer(visit: NewVisit, world: World, width: int) -> None:
    bob = world.person("bob")
    ann = visit(
        viewport={"width": width, "height": 740},
        has_touch=width == 360,
        permissions=["clipboard-read", "clipboard-write"],
    ).join("ann")
    bob.say("the address is 10.1.2.3, and this line is long enough to be in the way of any bar")
    line = ann.page.locator(".line").first
    if width == 360:
        line.locator(".said").tap()
    else:
        line.hover()
    line.get_by_label("Copy text").click()
    expect(ann.page.locator("#toast")).to_have_text("Text copied")
    copied = ann.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("the address is 10.1.2.3")


def test_a_line_keeps_its_bar_while_lines_move_below_the_pointer(
    visit: NewVisit, world: World
) -> None:
    bob, carol = world.person("bob"), world.person("carol")
    for number in range(60):
        bob.say(f"line {number}")
        carol.say(f"and {number}")
    ann = visit().join("ann")
    ann.sees("and 59")
    ann.line("and 55").hover()
    expect(ann.line("and 55").locator(".actions")).to_be_visible()
    ann.page.locator("#log").focus()
    for _ in range(40):
        ann.page.keyboard.press("ArrowUp")
    expect(ann.page.locator(".line:focus")).not_to_contain_text("and 5")
    expect(ann.page.locator(".line:focus .actions")).to_be_visible()


def test_a_tapped_line_has_its_bar(visit: NewVisit, world: World) -> None:
    bob, carol = world.person("bob"), world.person("carol")
    for number in range(30):
        bob.say(f"line {number}")
        carol.say(f"and {number}")
    ann = visit(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True).join("ann")
    ann.sees("and 29")
    ann.line("and 28").tap()
    ann.line("and 28").get_by_label("Reply").click()
    expect(ann.page.locator("#text")).to_have_value("> carol: and 28\n")


def test_times_in_the_margin_are_whole(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit(locale="en-US").join("ann")
    bob.say("one", "two")
    time = ann.line("two").locator("time")
    ann.line("two").hover()
    expect(time).to_have_text(re.compile(r"^\d{1,2}:\d\d$"))
    within = """(time) => { const there = time.getBoundingClientRect();
        const room = time.closest(".heading").getBoundingClientRect();
        return there.left >= room.left && there.right <= room.right; }"""
    assert time.evaluate(within)


def test_on_a_phone_the_search_makes_way_for_what_it_found(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"line {number}" for number in range(1, 101)))
    ann = visit(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True).join("ann")
    ann.page.get_by_role("button", name="Search").click()
    ann.page.get_by_label("Words to look for").fill("line 7")
    ann.page.get_by_role("button", name="Find", exact=True).click()
    ann.page.locator(".hit").last.click()
    expect(ann.page.locator("#search")).to_be_hidden()
    expect(ann.line("line 7")).to_be_in_viewport()
