"""Talking on the page, as a person does, with the real hub and gateway."""

import re

from page_visit import NewVisit
from page_world import World
from playwright.sync_api import expect

pytest_plugins = ["page_fixtures"]


def test_the_first_visit_asks_for_a_nick_and_lets_one_correct_it(
    visit: NewVisit, world: World
) -> None:
    world.person("bob")
    page = visit().go().page
    nick = page.get_by_label("Your nick")
    expect(nick).to_be_focused()
    problem = page.locator("#nick-problem")
    reason = ""
    for refused in ("bob", "b\u200bob", "server", "two words"):
        nick.fill(refused)
        page.keyboard.press("Enter")
        # The dialog closes until the answer is there; what is typed meanwhile is lost.
        expect(problem).not_to_have_text(reason)
        expect(problem).to_be_visible()
        expect(nick).to_have_value(refused)
        reason = problem.inner_text()
    nick.fill("ann")
    page.keyboard.press("Enter")
    expect(page.locator("#nick-dialog")).to_be_hidden()
    expect(page.locator("#own-nick")).to_have_text("ann")
    expect(page.locator("#people-list")).to_contain_text("bob")


def test_the_next_visit_remembers_nick_and_rooms(visit: NewVisit, world: World) -> None:
    first = visit().join("ann", "#tea")
    first.type("/join cake")
    expect(first.page.locator("#room-title")).to_have_text("#cake")
    first.page.close()
    again = visit(first.context).go()
    again.connected()
    expect(again.page.locator("#room-title")).to_have_text("#cake")
    expect(again.page.locator(".room-name")).to_have_text(["tea", "cake"])


def test_lines_go_both_ways_once_and_in_order(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("one", "two")
    ann.sees("two")
    ann.type("three")
    assert bob.wait("message", nick="ann")["text"] == "three"
    bob.say("four")
    ann.sees("four")
    ann.confirmed("three")
    ann.shows(["one", "two", "three", "four"])
    assert bob.history() == ann.texts()


def test_shift_enter_breaks_the_line_and_composition_is_respected(
    visit: NewVisit, world: World
) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    box = ann.page.locator("#text")
    box.type("one")
    box.press("Shift+Enter")
    box.type("two")
    composing = "(box) => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', \
        isComposing: true, bubbles: true, cancelable: true}))"
    assert box.evaluate(composing), "the browser keeps the Enter that chooses a word"
    box.press("Enter")
    assert bob.wait("message", nick="ann")["text"] == "one\ntwo"
    expect(box).to_have_value("")


def test_commands_work_as_in_text_mode(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    ann.type("/me waves")
    assert bob.wait("message", kind="action")["text"] == "waves"
    expect(ann.page.locator(".line.action")).to_contain_text("ann waves")
    ann.type("//tmp is full")
    assert bob.wait("message", text="/tmp is full")
    ann.type("/topic tea at four")
    expect(ann.page.locator("#topic")).to_have_text("tea at four")
    expect(ann.page.locator(".note.topic")).to_have_text("ann set the topic: tea at four")
    ann.type("/who")
    expect(ann.page.locator(".note.who")).to_have_text(re.compile("2 people are here: ann, bob"))
    ann.type("/nick zoe")
    assert bob.wait("renamed")["to"] == "zoe"
    expect(ann.page.locator("#own-nick")).to_have_text("zoe")
    ann.type("/help")
    expect(ann.page.locator("#help-dialog")).to_contain_text("/msg NICK [TEXT]")
    ann.page.keyboard.press("Escape")
    ann.confirmed("/tmp is full")


def test_what_cannot_be_done_says_why_and_keeps_the_text(visit: NewVisit, world: World) -> None:
    world.person("bob")
    ann = visit().join("ann")
    box, error = ann.page.locator("#text"), ann.page.locator("#error")
    for typed, reason in (
        ("/foo bar", "No such command: /foo"),
        ("/msg", "for example: /msg bob hello"),
        ("x" * 40_000, "This is too long: 40,000 bytes"),
    ):
        ann.type(typed)
        expect(error).to_contain_text(reason)
        expect(box).to_have_value(typed)
    box.fill("")
    expect(error).to_be_hidden()
    ann.type("/nick bob")
    expect(error).to_be_visible()
    assert ann.texts() == []


def test_a_refused_line_stays_and_can_be_tried_again(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    ann.type("/msg carol hello")
    refusal = ann.page.locator(".refusal")
    expect(refusal).to_contain_text("Not sent")
    carol = world.person("carol")
    refusal.get_by_text("Try again").click()
    assert carol.wait("direct")["text"] == "hello"
    expect(refusal).to_have_count(0)
    ann.shows(["hello"])
    ann.type("/msg dave hello")
    refusal.get_by_text("Discard").click()
    expect(refusal).to_have_count(0)
    ann.shows([])


def test_a_long_block_is_folded_until_asked_for(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("\n".join(f"step {number}" for number in range(1, 73)))
    said = ann.page.locator(".said")
    expect(said).to_have_text(re.compile(r"step 20$"))
    ann.page.get_by_text("Show 52 more lines").click()
    expect(said).to_have_text(re.compile(r"step 72$"))


def test_people_come_and_go(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    bob = world.person("bob")
    expect(ann.page.locator(".note.presence")).to_have_text("bob joined")
    bob.send(type="nick", nick="robert")
    expect(ann.page.locator(".note.presence")).to_have_text("robert joined")
    expect(ann.page.locator(".person-name")).to_have_text(["ann", "robert"])
    ann.type("hello")
    # Before it stands there, who is called what now would go on in the note above it.
    ann.confirmed("hello")
    bob.send(type="nick", nick="rob")
    expect(ann.page.locator(".note.presence").last).to_have_text("robert is now rob")
    bob.send(type="leave", room="lobby")
    expect(ann.page.locator(".note.presence").last).to_have_text("robert left")
    expect(ann.page.locator("#people-count")).to_have_text("1")


def test_rooms_are_joined_read_and_left(visit: NewVisit, world: World) -> None:
    bob = world.person("bob", "lobby", "tea")
    ann = visit().join("ann")
    ann.page.get_by_role("button", name="Join a room").click()
    ann.page.locator(".choice", has_text="#tea").click()
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    ann.has_address("#tea")
    bob.say("in the lobby", "again")
    lobby = ann.page.locator("#room-list li", has_text="lobby")
    expect(lobby.locator(".badge")).to_have_text("2")
    expect(ann.page).to_have_title("(2) #tea – Hubbub")
    lobby.locator(".room").click()
    ann.sees("again")
    expect(lobby.locator(".badge")).to_have_count(0)
    expect(ann.page).to_have_title("#lobby – Hubbub")
    ann.page.evaluate("location.hash = '#tea'")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    ann.page.get_by_label("Leave #tea").click()
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")
    bob.say("nobody of you is here", room="tea")
    expect(ann.page.locator(".room-name")).to_have_text(["lobby"])


def test_scrolling_up_loads_history_and_keeps_the_place(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"line {number}" for number in range(1, 401)))
    ann = visit().join("ann")
    ann.sees("line 400")
    assert ann.texts()[0] == "line 301" or ann.texts()[0] == "line 351"
    log = ann.page.locator("#log")
    top, read = ann.texts()[0], ann.texts()[4]
    place = """(log, text) => Math.round([...log.querySelectorAll('.said')].find(
        (one) => one.textContent === text).getBoundingClientRect().top)"""
    # At the very top too, where the first line shown is the first there is. What is
    # asked for cannot come before the script has ended.
    before = log.evaluate(f"(log, text) => [log.scrollTop = 0, ({place})(log, text)][1]", read)
    expect(ann.page.locator(".said").first).not_to_have_text(top)
    assert abs(log.evaluate(place, read) - before) <= 1
    newest = ann.page.locator("#newest")
    bob.say("line 401")
    expect(newest).to_contain_text("1 new line")
    assert abs(log.evaluate(place, read) - before) <= 1
    above, beginning = ann.page.locator("#above"), "This is the beginning of #lobby."
    for _ in range(300):
        if above.text_content() == beginning:
            break
        log.evaluate("(log) => { log.scrollTop = 0; }")
        ann.page.wait_for_timeout(50)
    expect(above).to_have_text(beginning)
    ann.shows([f"line {number}" for number in range(1, 402)])
    newest.click()
    expect(ann.line("line 401")).to_be_in_viewport()
    expect(newest).to_be_hidden()
