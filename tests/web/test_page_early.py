"""What is written before there is a room, or anybody to hear it: none of it is lost."""

from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import expect

pytest_plugins = ["page_fixtures"]

CONTROLLED = """() => navigator.serviceWorker.controller !== null
  || new Promise((go) => navigator.serviceWorker.addEventListener("controllerchange", go))"""


def away(ann: Visit) -> None:
    expect(ann.page.locator("#link-words")).to_contain_text("Trying again in")


def come_back(ann: Visit) -> None:
    ann.page.locator("#link-button").dispatch_event("click")
    ann.connected()


def test_a_page_that_opens_without_a_server_has_its_rooms_and_takes_lines(
    visit: NewVisit, world: World
) -> None:
    ann = visit().join("ann")
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    ann.page.evaluate(CONTROLLED)
    ann.page.locator("#text").fill("an old draft")
    ann.keeps_draft("an old draft")
    world.stop_gateway()
    ann.page.reload()
    away(ann)
    expect(ann.page.locator("#room-list .room-name")).to_have_text(["lobby", "tea"])
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    box = ann.page.locator("#text")
    expect(box).to_have_value("an old draft")
    box.press_sequentially(", and more")
    box.press("Enter")
    ann.type("second")
    expect(ann.page.locator(".pending .state")).to_have_text(["not sent yet"] * 2)
    box.press_sequentially("half a li")
    ann.page.reload()
    away(ann)
    ann.sees("second")
    expect(box).to_have_value("half a li")
    world.restart_gateway()
    come_back(ann)
    ann.confirmed("an old draft, and more", "second")
    expect(box).to_have_value("half a li")
    assert world.person("bob", "tea").history("tea") == ["an old draft, and more", "second"]
    ann.complaints[:] = [one for one in ann.complaints if "net::ERR_" not in one]


def test_the_first_lines_wait_for_a_server_that_is_slow(visit: NewVisit, world: World) -> None:
    ann = visit().go("#tea")
    expect(ann.page.locator("#nick")).to_be_focused()
    world.stop_hub()
    ann.page.locator("#nick").fill("ann")
    ann.page.keyboard.press("Enter")
    box = ann.page.locator("#text")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("placeholder", "Message #tea")
    ann.type("hello")
    box.press_sequentially("and th")
    expect(ann.page.locator(".pending")).to_have_count(1)
    world.start_hub()
    ann.page.evaluate("dispatchEvent(new Event('online'))")
    ann.connected()
    ann.confirmed("hello")
    expect(box).to_have_value("and th")
    assert world.person("bob", "tea").history("tea") == ["hello"]


def test_a_room_that_is_entered_while_away_takes_lines(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    world.cut()
    away(ann)
    ann.type("/join ops")
    expect(ann.page.locator("#room-title")).to_have_text("#ops")
    ann.type("anybody?")
    expect(ann.page.locator(".pending .state")).to_have_text("not sent yet")
    world.mend()
    come_back(ann)
    ann.confirmed("anybody?")
    assert world.person("bob", "ops").history("ops") == ["anybody?"]


def test_a_half_written_message_follows_who_is_called_otherwise(
    visit: NewVisit, world: World
) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    ann.type("/msg bob hi")
    expect(ann.page.locator("#room-title")).to_have_text("bob")
    ann.confirmed("hi")
    box = ann.page.locator("#text")
    box.press_sequentially("between us")
    ann.page.keyboard.press("Home")
    bob.send(type="nick", nick="robert")
    expect(ann.page.locator("#room-title")).to_have_text("robert")
    expect(box).to_have_attribute("placeholder", "Message robert")
    box.press_sequentially("just ")
    expect(box).to_have_value("just between us")
    # Who has the old name next finds nothing of it.
    other = world.person("bob")
    other.send(type="direct", to="ann", text="new here")
    ann.page.locator("#talk-list .room", has_text="bob").click()
    ann.sees("new here")
    expect(box).to_have_value("")
    ann.page.locator("#talk-list .room", has_text="robert").click()
    expect(box).to_have_value("just between us")
    # Nor does a reload bring it back under the old one.
    ann.keeps_draft("just between us")
    ann.page.reload()
    ann.connected()
    expect(ann.page.locator("#room-title")).to_have_text("robert")
    expect(box).to_have_value("just between us")
    box.press("Enter")
    assert bob.wait("direct", nick="ann", text="just between us")["to"] == "robert"
