"""The states that the page can be in, and how each comes about.

One entry of `STATES` is all it takes for a state to be looked at by axe, tried
at every width and colour scheme, and walked through by keyboard.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from page_story import STEPS, STORY, people, say
from page_visit import NewVisit, Visit
from page_world import Person, World
from playwright.sync_api import Route, WebSocketRoute, expect

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
SIZES = (DESKTOP, PHONE)
SCHEMES = ("light", "dark")

FIRST = "The beginning, before everything else."
LAST = "And this is the last line."
PASSPHRASE = "k7mq-2xfd-9wht"


@dataclass(frozen=True)
class State:
    """How a visit gets somewhere, and at which sizes it can be there."""

    reach: Callable[[Visit, World], None]
    sizes: tuple[dict[str, int], ...] = SIZES


def arrive(visit: NewVisit, world: World, name: str, **options: Any) -> Visit:
    """Bring a new visit into the state of this name, at the first of its sizes."""
    state = STATES[name]
    ann = visit(**({"viewport": state.sizes[0]} | options))
    state.reach(ann, world)
    return ann


def nick_dialog(ann: Visit, world: World) -> None:
    ann.go()
    expect(ann.page.locator("#nick")).to_be_focused()


def nick_refused(ann: Visit, world: World) -> None:
    world.person("bob")
    ann.go()
    ann.page.get_by_label("Your nick").fill("bob")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#nick-problem")).to_be_visible()


def renaming(ann: Visit, world: World) -> None:
    ann.join("ann")
    ann.page.locator("#rename").dispatch_event("click")
    expect(ann.page.locator("#nick")).to_be_focused()


def asked_for_the_passphrase(ann: Visit, world: World) -> None:
    """On a first visit: one question for the nick and for it."""
    world.ask_for(PASSPHRASE)
    ann.go()
    expect(ann.page.get_by_label("Passphrase", exact=True)).to_be_visible()


def wrong_passphrase(ann: Visit, world: World) -> None:
    """Of somebody whose nick is known, and who looks at what was typed."""
    ann.join("ann")
    world.ask_for(PASSPHRASE)
    box = ann.page.get_by_label("Passphrase", exact=True)
    box.fill("not-it-at-all")
    ann.page.get_by_role("button", name="Show the passphrase").click()
    box.press("Enter")
    expect(ann.page.locator("#pass-problem")).to_be_visible()


def empty(ann: Visit, world: World) -> None:
    ann.join("ann")
    expect(ann.page.locator("#above")).to_contain_text("Nobody has said anything")


def no_room(ann: Visit, world: World) -> None:
    ann.join("ann")
    ann.page.get_by_label("Leave #lobby").dispatch_event("click")
    expect(ann.page.locator("#no-room")).to_be_visible()


def busy(ann: Visit, world: World) -> None:
    """Everything that a room can hold, with a second room that has news."""
    bob = _talk(ann, world)
    bob.say("Over here, when you have time.", room="tea")
    say(bob, LAST)
    ann.sees(LAST)


def on_its_way(ann: Visit, world: World) -> None:
    """One line refused, one on a network that has died without a word."""
    _talk(ann, world)
    ann.type("/msg nobody are you there?")
    expect(ann.page.locator(".refusal")).to_be_visible()
    world.silence()
    ann.type("Does this get through?")
    expect(ann.page.locator(".pending .state").last).to_have_text("sending…")


def typing(ann: Visit, world: World) -> None:
    """A long draft that cannot be sent as it is."""
    ann.join("ann")
    ann.type("/fly")
    expect(ann.page.locator("#error")).to_be_visible()
    draft = "\n".join(f"line {number} of a draft" for number in range(12))
    ann.page.locator("#text").fill("/fly" + draft + " and on" * 4_600)
    expect(ann.page.locator("#size")).to_be_visible()


def offering(ann: Visit, world: World) -> None:
    """The commands, of which some are further down in the list."""
    ann.join("ann")
    ann.page.locator("#text").press_sequentially("/")
    expect(ann.page.get_by_role("option")).not_to_have_count(0)


def a_block(ann: Visit, world: World) -> None:
    """Pasted lines, with all that can be done with them before they go."""
    ann.join("ann")
    box = ann.page.locator("#text")
    box.evaluate("""(box) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", "pasted line\\n".repeat(40));
        box.dispatchEvent(new ClipboardEvent("paste", {clipboardData}));
    }""")
    box.fill("pasted line\n" * 40)
    expect(ann.page.locator("#block-code")).to_be_visible()
    ann.page.locator("#block-code").dispatch_event("click")
    expect(ann.page.locator("#block-discard")).to_be_visible()


def scrolled_up(ann: Visit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"line {number}" for number in range(300)))
    ann.join("ann")
    ann.sees("line 299")
    log = ann.page.locator("#log")
    top = ann.texts()[0]
    log.evaluate("(log) => { log.scrollTop = 200; }")
    expect(ann.page.locator(".said").first).not_to_have_text(top)
    bob.say("news")
    expect(ann.page.locator("#newest")).to_contain_text("1 new line")


def offline(ann: Visit, world: World) -> None:
    _talk(ann, world)
    ann.page.evaluate("dispatchEvent(new Event('offline'))")
    world.cut()
    expect(ann.page.locator("#link-button")).to_have_text("Connect now")
    ann.type("Said while away.")
    expect(ann.page.locator(".pending .state")).to_have_text("not sent yet")


def replaced(ann: Visit, world: World) -> None:
    _talk(ann, world)
    other = Visit(ann.context, world).go()
    other.connected()
    expect(ann.page.locator("#link-button")).to_have_text("Use it here")
    ann.page.bring_to_front()


def room_dialog(ann: Visit, world: World) -> None:
    bob = world.person("bob", "lobby", "tea", "ops")
    bob.send(type="topic", room="tea", text="green, black, and everything about kettles")
    ann.join("ann")
    ann.page.locator("#room-join").dispatch_event("click")
    expect(ann.page.locator(".choice-topic")).to_be_visible()


def rooms_panel(ann: Visit, world: World) -> None:
    busy(ann, world)
    ann.page.get_by_label("Show the rooms").click()
    expect(ann.page.locator("#rooms")).to_be_visible()


def people_panel(ann: Visit, world: World) -> None:
    busy(ann, world)
    ann.page.locator("#people-open").click()
    expect(ann.page.locator("#people")).to_be_visible()


def without_scripts(ann: Visit, world: World) -> None:
    """What stands in noscript, with scripts: those of the judges must run."""

    def shown(route: Route) -> None:
        answer = route.fetch()
        page = re.sub(r"</?noscript>|<script.*?</script>", "", answer.text())
        route.fulfill(response=answer, body=page)

    ann.page.route(world.url, shown)
    ann.go()
    expect(ann.page.locator(".without pre")).to_be_visible()
    expect(ann.page.locator("#app")).to_be_hidden()


def searching(ann: Visit, world: World) -> None:
    bob = _talk(ann, world)
    bob.say("More tea, anybody?", "Green tea, that is.")
    ann.type("/search tea")
    expect(ann.page.locator(".hit")).to_have_count(3)


def nothing_found(ann: Visit, world: World) -> None:
    _talk(ann, world)
    ann.type("/search coffee")
    expect(ann.page.locator("#search-words")).to_contain_text("Nobody here has said")


def at_a_line(ann: Visit, world: World) -> None:
    """A link to a line was followed: the line is marked, its bar is there."""
    bob = world.person("bob")
    bob.say(*(f"line {number}" for number in range(1, 200)))
    ann.join("ann", "#lobby/42")
    expect(ann.page.locator(".line:focus .actions")).to_be_visible()


def alone_with_bob(ann: Visit, world: World) -> None:
    bob = world.person("bob")
    ann.join("ann")
    bob.send(type="direct", to="ann", text="Between us: nice catch.")
    expect(ann.page.locator("#talk-list .badge")).to_have_text("1")
    ann.type("/msg bob Thank you!")
    expect(ann.page.locator("#room-title")).to_have_text("bob")
    ann.confirmed("Thank you!")


def new_since(ann: Visit, world: World) -> None:
    bob = world.person("bob", "lobby", "tea")
    ann.join("ann")
    bob.say("seen")
    ann.sees("seen")
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    bob.say("not seen yet", "nor this, ann")
    expect(ann.page.locator("#room-list .badge")).to_have_text("@1")
    ann.page.locator("#room-list .room", has_text="lobby").dispatch_event("click")
    expect(ann.page.locator(".new")).to_be_visible()


def many_new(ann: Visit, world: World) -> None:
    """More is new than fits: the pill leads to the first of it."""
    new_since(ann, world)
    ann.page.locator("#room-list .room", has_text="tea").dispatch_event("click")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    world.person("carol").say(*(f"line {number}" for number in range(80)))
    # They count as new since then if they came before the room was opened again.
    expect(ann.page.locator("#room-list .badge")).to_have_text("80")
    ann.page.locator("#room-list .room", has_text="lobby").dispatch_event("click")
    expect(ann.page.locator("#unread-words")).to_contain_text("80 new lines since")


def all_rooms(ann: Visit, world: World) -> None:
    """Hits of several rooms, of one person."""
    bob = world.person("bob", "lobby", "tea")
    ann.join("ann")
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    bob.say("Green tea, please.", room="tea")
    bob.say("Tea is ready.")
    ann.type("/search in:all from:bob tea")
    expect(ann.page.locator(".hit-room")).to_have_text(["#lobby", "#tea"])


def whole_room(ann: Visit, world: World) -> None:
    ann.join("ann")
    ann.page.locator("#keep-open").dispatch_event("click")
    expect(ann.page.locator("#keep-dialog")).to_be_visible()
    ann.page.get_by_role("button", name="Save transcript").dispatch_event("click")
    expect(ann.page.locator("#keep-words")).to_contain_text("Saved")


def shortcuts(ann: Visit, world: World) -> None:
    ann.join("ann")
    ann.page.locator("#log").focus()
    ann.page.keyboard.press("?")
    expect(ann.page.locator("#help-dialog kbd").first).to_be_visible()


def person_dialog(ann: Visit, world: World) -> None:
    bob = world.person("bob")
    ann.join("ann")
    bob.say("hello")
    ann.sees("hello")
    ann.page.locator(".line .nick").dispatch_event("click")
    expect(ann.page.locator("#person-dialog")).to_be_visible()


def settings(ann: Visit, world: World) -> None:
    """With everything that the dialog may have to say."""
    bob = world.person("bob")
    ann.join("ann")
    ann.type("/ignore bob")
    bob.say("not to be seen")
    ann.page.keyboard.press("Control+,")
    expect(ann.page.locator("#settings-dialog")).to_be_visible()
    ann.page.get_by_role("button", name="Forget what this browser keeps").dispatch_event("click")
    expect(ann.page.locator("#forget-sure")).to_be_visible()


def about_a_room(ann: Visit, world: World) -> None:
    ann.join("ann")
    ann.type("/topic " + "A topic is read here as a whole, see https://example.org/. " * 6)
    expect(ann.page.locator("#topic")).to_contain_text("A topic")
    ann.page.locator("#about-open").dispatch_event("click")
    expect(ann.page.locator("#about-dialog")).to_be_visible()


def inviting(ann: Visit, world: World) -> None:
    ann.join("ann")
    ann.type("/invite")
    expect(ann.page.locator("#invite-dialog .code")).to_be_visible()


def inviting_with_a_passphrase(ann: Visit, world: World) -> None:
    world.ask_for(PASSPHRASE)
    ann.go(f"#pass={PASSPHRASE}")
    ann.page.get_by_label("Your nick").fill("ann")
    ann.page.keyboard.press("Enter")
    ann.connected()
    ann.type("/invite")
    expect(ann.page.locator("#invite-pass")).to_be_visible()


def has_left_a_room(ann: Visit, world: World) -> None:
    ann.join("ann")
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    ann.type("/leave")
    expect(ann.page.locator("#toast button")).to_be_visible()


def many_rooms(ann: Visit, world: World) -> None:
    """In a list of rooms that is longer than the screen, with news beyond its edge."""
    rooms = [f"room-{number:02}" for number in range(45)]
    bob = world.person("bob", *rooms)
    for name, value in (("rooms", rooms), ("nick", "ann")):
        script = f"localStorage.setItem('hubbub.{name}', {json.dumps(json.dumps(value))})"
        ann.page.add_init_script(script)
    ann.go().connected()
    expect(ann.page.locator("#room-list .room")).to_have_count(len(rooms) + 1)
    bob.say("ann, look", room=rooms[4])
    expect(ann.page.locator("#rooms-above")).to_be_visible()


def a_newer_page(ann: Visit, world: World) -> None:
    ann.join("ann")
    ann.page.evaluate("""() => {
        document.querySelector("#newer-words").textContent = "There is a new version of this page.";
        document.querySelector("#newer").hidden = false;
    }""")


STATES = {
    "nick dialog": State(nick_dialog),
    "nick refused": State(nick_refused),
    "renaming": State(renaming),
    "asked for the passphrase": State(asked_for_the_passphrase),
    "wrong passphrase": State(wrong_passphrase),
    "empty": State(empty),
    "no room": State(no_room),
    "busy": State(busy),
    "on its way": State(on_its_way),
    "typing": State(typing),
    "offering": State(offering),
    "a block": State(a_block),
    "scrolled up": State(scrolled_up),
    "offline": State(offline),
    "replaced": State(replaced),
    "room dialog": State(room_dialog),
    "rooms panel": State(rooms_panel, sizes=(PHONE,)),
    "people panel": State(people_panel, sizes=(PHONE,)),
    "searching": State(searching),
    "nothing found": State(nothing_found),
    "at a line": State(at_a_line),
    "alone with bob": State(alone_with_bob),
    "new since": State(new_since),
    "many new": State(many_new),
    "all rooms": State(all_rooms),
    "whole room": State(whole_room),
    "shortcuts": State(shortcuts),
    "person dialog": State(person_dialog),
    "settings": State(settings),
    "about a room": State(about_a_room),
    "inviting": State(inviting),
    "inviting with a passphrase": State(inviting_with_a_passphrase),
    "has left a room": State(has_left_a_room),
    "many rooms": State(many_rooms, sizes=(DESKTOP,)),
    "a newer page": State(a_newer_page),
    "without scripts": State(without_scripts),
}


def _talk(ann: Visit, world: World) -> Person:
    """Hold a conversation with a line of every kind, and return bob."""
    others = people(world, "lobby", "tea")
    carol, bob = others["carol"], others["bob"]
    say(carol, FIRST)
    to_page = _tap(ann)
    ann.join("ann")
    # The address may have a second room; the list has both from now on.
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    ann.page.locator(".room", has_text="lobby").dispatch_event("click")
    ann.sees(FIRST)
    ann.type("/topic The import of the spring data: what broke, who is on it, what is next")
    for nick, text in STORY:
        if nick == "ann":
            ann.type(text)
            ann.confirmed(text)
        else:
            say(others[nick], text)
    carol.say(STEPS)
    carol.say("word" * 60)
    bob.send(type="direct", to="ann", text="Between us: nice catch.")
    ann.type("/msg bob thank you!")
    # It shows the conversation with bob, which must not come behind the next click.
    expect(ann.page.locator("#room-title")).to_contain_text("bob")
    ann.confirmed("thank you!")
    ann.page.locator("#room-list .room", has_text="lobby").dispatch_event("click")
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")
    guest = world.person("guest-of-the-day")
    guest.send(type="nick", nick="gina")
    guest.wait("renamed", to="gina")
    ann.type("/who")
    expect(ann.page.locator(".note.who")).to_be_attached()
    hole = {"type": "reset", "room": "lobby", "reason": "pruned", "missed": 12, "next": 10}
    bob.say("A line before the hole.")
    ann.sees("A line before the hole.")
    hole["next"] = 1 + max(_lobby_head(bob), 0)
    to_page[-1].send(json.dumps(hole) + "\n")
    expect(ann.page.locator(".note.hole")).to_be_attached()
    return bob


def _lobby_head(person: Person) -> int:
    person.send(type="history", room="lobby", limit=1, ref="head")
    seq: int = person.wait("history", ref="head")["messages"][-1]["seq"]
    return seq


def _tap(ann: Visit) -> list[WebSocketRoute]:
    """Return the page's sockets as they come, to say to the page what no hub says on demand."""
    sockets: list[WebSocketRoute] = []

    def joined(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    ann.page.route_web_socket("**/*", joined)
    return sockets
