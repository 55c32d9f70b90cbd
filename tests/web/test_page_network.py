"""What the page does when the network, the gateway or the hub goes away.

Cutting is done between the browser and the gateway: a browser that is told to
be offline keeps the WebSockets that it has.
"""

from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import expect

pytest_plugins = ["page_fixtures"]


def disconnected(visit: Visit) -> None:
    expect(visit.page.locator("#link-button")).to_have_text("Connect now")


def back(visit: Visit) -> None:
    """Come back without waiting for the page's own time."""
    visit.page.evaluate("dispatchEvent(new Event('online'))")
    visit.connected()


def test_nothing_is_lost_or_doubled_while_the_network_is_away(
    visit: NewVisit, world: World
) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    for round_ in range(3):
        bob.say(f"before {round_}")
        ann.type(f"typed before {round_}")
        world.cut()
        disconnected(ann)
        bob.say(*(f"away {round_}.{number}" for number in range(100)))
        for number in range(3):
            ann.type(f"typed away {round_}.{number}")
        expect(ann.page.locator(".pending .state").last).to_have_text("not sent yet")
        world.mend()
        back(ann)
        ann.confirmed(f"typed away {round_}.2")
        bob.say(f"after {round_}")
        ann.sees(f"after {round_}")
    heard = bob_reads_everything(world)
    ann.shows(heard)
    assert len(heard) == len(set(heard)) == 3 * (1 + 1 + 100 + 3 + 1)
    typed = [text for text in heard if text.startswith("typed away")]
    assert typed == [f"typed away {round_}.{number}" for round_ in range(3) for number in range(3)]


def bob_reads_everything(world: World) -> list[str]:
    reader = world.person("reader")
    reader.send(type="history", room="lobby", after=0, limit=200, ref="a")
    first = reader.wait("history", ref="a")["messages"]
    texts = [message["text"] for message in first]
    while len(first) == 200:
        reader.send(type="history", room="lobby", after=first[-1]["seq"], limit=200, ref="b")
        first = reader.wait("history", ref="b")["messages"]
        texts += [message["text"] for message in first]
    return texts


def test_lines_cut_off_on_their_way_arrive_once(visit: NewVisit, world: World) -> None:
    """The network goes while lines are sent, so some are kept and their acks are lost."""
    ann = visit().join("ann")
    typed = []
    for round_ in range(5):
        for number in range(10):
            typed.append(f"{round_}.{number}")
            ann.type(typed[-1])
        world.cut()
        disconnected(ann)
        world.mend()
        back(ann)
    ann.confirmed(typed[-1])
    ann.shows(typed)
    assert bob_reads_everything(world) == typed


def test_the_page_comes_back_by_itself(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    world.cut()
    disconnected(ann)
    expect(ann.page.locator("#link-words")).to_contain_text("Trying again in")
    world.mend()
    ann.connected()
    bob.say("hello again")
    ann.sees("hello again")


def test_a_connection_that_died_without_a_word_is_found(visit: NewVisit, world: World) -> None:
    """As after sleep: the socket claims to be open, and nobody is at the other end."""
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("one")
    ann.sees("one")
    world.silence()
    bob.say("two")
    ann.type("three")
    expect(ann.page.locator(".pending .state")).to_have_text("sending…")
    ann.page.evaluate("dispatchEvent(new Event('online'))")
    ann.sees("two")
    ann.confirmed("three")
    ann.shows(["one", "two", "three"])
    assert bob_reads_everything(world) == ["one", "two", "three"]


def test_the_gateway_restarts(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("one")
    ann.sees("one")
    world.restart_gateway()
    ann.connected()
    bob.say("two")
    ann.type("three")
    ann.confirmed("three")
    ann.shows(["one", "two", "three"])
    assert ann.page.locator(".note.presence").count() == 0, "nobody left"


def test_the_hub_restarts(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    ann.type("one")
    ann.confirmed("one")
    world.stop_hub()
    expect(ann.page.locator("#own-state")).not_to_have_text("Connected")
    ann.type("two")
    world.start_hub()
    ann.connected()
    ann.confirmed("two")
    ann.shows(["one", "two"])
    assert bob_reads_everything(world) == ["one", "two"]


def test_what_was_not_sent_survives_a_reload(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    ann.type("one")
    ann.confirmed("one")
    world.stop_hub()
    ann.type("two")
    ann.type("three")
    ann.page.locator("#text").fill("a draft")
    ann.keeps("two", "three")
    ann.keeps_draft("a draft")
    ann.page.reload()
    world.start_hub()
    ann.connected()
    ann.confirmed("three")
    ann.shows(["one", "two", "three"])
    assert bob_reads_everything(world) == ["one", "two", "three"]
    expect(ann.page.locator("#text")).to_have_value("a draft")


def test_a_reload_keeps_the_nick_and_shows_nobody_leaving(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.wait("joined", nick="ann")
    bob.say("one")
    ann.sees("one")
    ann.page.reload()
    ann.connected()
    ann.sees("one")
    expect(ann.page.locator("#own-nick")).to_have_text("ann")
    ann.type("two")
    event = bob.wait("message", text="two")
    assert event["seq"] == 2


def test_another_browser_with_the_same_nick_is_somebody_else(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    second = visit().go()
    second.page.get_by_label("Your nick").fill("ann")
    second.page.keyboard.press("Enter")
    expect(second.page.locator("#nick-problem")).to_contain_text("ann")
    second.page.get_by_label("Your nick").fill("ann-two")
    second.page.keyboard.press("Enter")
    second.connected()
    second.type("hello from the second browser")
    ann.sees("hello from the second browser")


def test_the_server_says_that_it_restarts(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    world.stop_hub()
    expect(ann.page.locator("#link-words")).to_contain_text("Trying again in")
    words = ann.page.locator("#link-words").text_content() or ""
    assert words.startswith(("The server is restarting.", "Cannot reach the server.")), words
    world.start_hub()
    button = ann.page.locator("#link-button")
    button.click()
    ann.connected()
    expect(button).to_be_hidden()


def test_a_browser_that_forbids_the_socket_is_no_end(visit: NewVisit, world: World) -> None:
    ann = visit()
    ann.page.add_init_script(
        """const Real = WebSocket;
        window.forbidden = 0;
        window.allowed = false;
        window.WebSocket = function (url) {
          if (window.allowed) return new Real(url);
          window.forbidden += 1;
          throw new DOMException("forbidden", "SecurityError");
        };
        window.WebSocket.OPEN = Real.OPEN;"""
    )
    ann.go()
    ann.page.get_by_label("Your nick").fill("ann")
    ann.page.keyboard.press("Enter")
    # It goes on by itself as well; so it is counted what it tried, not what a click did.
    for tries in (1, 2):
        expect(ann.page.locator("#link-words")).to_contain_text("Cannot reach the server.")
        ann.page.wait_for_function("(tries) => window.forbidden >= tries", arg=tries)
        # While it tries by itself, there is no button for a pointer to find.
        ann.page.locator("#link-button").dispatch_event("click")
    ann.page.wait_for_function("() => window.forbidden >= 3")
    ann.page.evaluate("() => { window.allowed = true; }")
    ann.page.locator("#link-button").dispatch_event("click")
    ann.connected()


def test_sleep_is_noticed_though_no_event_tells_of_it(visit: NewVisit, world: World) -> None:
    """The wall clock jumps while the other one stood still; the socket died meanwhile."""
    bob = world.person("bob")
    ann = visit()
    ann.page.add_init_script(
        "const now = Date.now; window.slept = 0; Date.now = () => now() + window.slept;"
    )
    ann.join("ann")
    asked = "() => window.pings ?? 0"
    ann.page.evaluate(
        """() => { const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (line) {
          if (JSON.parse(line).type === "ping") window.pings = (window.pings ?? 0) + 1;
          return send.call(this, line);
        }; }"""
    )
    assert ann.page.evaluate(asked) == 0
    bob.say("fresh")  # So that no ping is due by itself for some time.
    ann.sees("fresh")
    ann.page.evaluate("dispatchEvent(new Event('focus'))")
    assert ann.page.evaluate(asked) == 1, "a person who comes back makes sure at once"
    bob.say("fresh again")
    ann.sees("fresh again")
    ann.page.evaluate("() => { window.slept = 3_600_000; }")
    ann.page.wait_for_function("() => window.pings > 1", timeout=8_000)
