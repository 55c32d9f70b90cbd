"""Writing to one person, and finding people and rooms."""

from page_visit import NewVisit
from page_world import World
from playwright.sync_api import expect

pytest_plugins = ["page_fixtures"]


def test_direct_messages_have_a_conversation_of_their_own(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.send(type="direct", to="ann", text="psst")
    talk = ann.page.locator("#talk-list li")
    expect(talk).to_have_text("Bbob1×")
    assert ann.texts() == [], "nothing of it stands in the room"
    talk.locator(".room").click()
    expect(ann.page.locator("#room-title")).to_have_text("bob")
    expect(ann.page.locator("#above")).to_contain_text("nobody else can see")
    ann.has_address("#@bob")
    ann.sees("psst")
    expect(talk.locator(".badge")).to_have_count(0)
    ann.type("yes?")
    event = bob.wait("direct", nick="ann")
    assert event["text"] == "yes?"
    ann.confirmed("yes?")
    ann.shows(["psst", "yes?"])
    ann.page.reload()
    ann.connected()
    expect(ann.page.locator("#room-title")).to_have_text("bob")
    ann.sees("yes?")
    ann.page.get_by_label("Close the conversation with bob").click()
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")
    expect(talk).to_have_count(0)
    assert bob.history() == []


def test_a_name_leads_to_its_person(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("hello")
    ann.page.locator("#text").fill("well,")
    ann.line("hello").locator(".nick").click()
    dialog = ann.page.locator("#person-dialog")
    dialog.get_by_text("Mention bob here").click()
    expect(ann.page.locator("#text")).to_have_value("well, @bob ")
    ann.page.locator("#people-list").get_by_text("bob").click()
    dialog.get_by_text("Write to bob alone").click()
    expect(ann.page.locator("#room-title")).to_have_text("bob")
    expect(ann.page.locator("#text")).to_be_focused()
    ann.page.go_back()
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")


def test_people_are_found_by_a_part_of_their_name(visit: NewVisit, world: World) -> None:
    for nick in ("bob", "carol", "dave"):
        world.person(nick)
    ann = visit().join("ann")
    names = ann.page.locator(".person-name")
    expect(names).to_have_text(["ann", "bob", "carol", "dave"])
    ann.page.get_by_label("Find a person").fill("AR")
    expect(names).to_have_text(["carol"])
    ann.page.get_by_label("Find a person").fill("zed")
    expect(ann.page.locator("#people-none")).to_be_visible()


def test_rooms_are_found_by_the_keyboard(visit: NewVisit, world: World) -> None:
    bob = world.person("bob", "lobby", "tea", "coffee")
    ann = visit().join("ann")
    bob.send(type="direct", to="ann", text="psst")
    expect(ann.page.locator("#talk-list li")).to_have_count(1)
    ann.page.keyboard.press("Control+k")
    choices = ann.page.locator(".choice-name")
    expect(choices).to_have_count(4)
    ann.page.keyboard.type("te")
    expect(choices).to_have_text(["#tea"])
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    ann.page.keyboard.press("Alt+ArrowUp")
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")
    ann.page.keyboard.press("Alt+ArrowUp")
    expect(ann.page.locator("#room-title")).to_have_text("bob")
    ann.page.keyboard.press("Control+k")
    ann.page.keyboard.type("brand-new")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#room-title")).to_have_text("#brand-new")


def test_what_is_new_is_marked_until_it_is_read(visit: NewVisit, world: World) -> None:
    bob = world.person("bob", "lobby", "tea")
    ann = visit().join("ann")
    bob.say("old")
    ann.sees("old")
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    expect(ann.page.locator(".new")).to_have_count(0)
    bob.say("new one", "new two")
    ann.page.keyboard.press("Alt+ArrowUp")
    ann.sees("new two")
    mark = ann.page.locator("#lines > li.new")
    expect(mark).to_have_text("New")
    assert mark.evaluate(
        "(mark) => mark.nextElementSibling.querySelector('.said').textContent"
    ) == ("new one")
    ann.page.keyboard.press("Escape")
    expect(mark).to_have_count(0)


def test_the_shortcuts_are_listed(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    ann.page.locator("#log").focus()
    ann.page.keyboard.press("?")
    dialog = ann.page.locator("#help-dialog")
    expect(dialog).to_be_visible()
    ann.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    ann.page.locator("#text").focus()
    ann.page.keyboard.type("what?")
    expect(ann.page.locator("#text")).to_have_value("what?")
    expect(dialog).to_be_hidden()
    ann.page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(dialog).to_be_visible()
