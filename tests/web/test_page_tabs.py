"""Several tabs of one browser, and what outlives a tab: one person, one session.

Headless pages are all visible, so a test says itself what a person looks at.
"""

import json
from contextlib import suppress

from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import Error, expect

pytest_plugins = ["page_fixtures"]

_LOOKED_AT = """
let unseen = %s;
Object.defineProperty(document, "hidden", { get: () => unseen });
window.lookAt = (seen) => {
  unseen = !seen;
  document.dispatchEvent(new Event("visibilitychange"));
};
"""

ELSEWHERE = "This conversation goes on in another tab or window."


def tab(visit: NewVisit, beside: Visit | None = None, hidden: bool = False) -> Visit:
    """Give another tab of a browser, or the first of one."""
    made = visit(beside.context) if beside else visit()
    made.page.add_init_script(_LOOKED_AT % json.dumps(hidden))
    return made


def look(visit: Visit, seen: bool) -> None:
    visit.page.evaluate(f"lookAt({json.dumps(seen)})")


def replaced(visit: Visit) -> None:
    expect(visit.page.locator("#link-words")).to_have_text(ELSEWHERE)
    expect(visit.page.locator("#link-button")).to_have_text("Use it here")


def everything(world: World) -> list[str]:
    return world.person("reader").history()


def test_the_tab_that_is_looked_at_has_the_conversation(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    one = tab(visit).join("ann")
    one.type("from the first")
    one.confirmed("from the first")
    look(one, False)
    two = tab(visit, one).go()
    two.connected()
    expect(two.page.locator("#own-nick")).to_have_text("ann")
    replaced(one)
    bob.say("between")
    two.sees("between")
    look(two, False)
    look(one, True)
    one.connected()
    replaced(two)
    one.sees("between")
    one.type("from the first again")
    one.confirmed("from the first again")
    look(one, False)
    look(two, True)
    two.connected()
    two.sees("from the first again")
    two.shows(everything(world))
    one.shows(two.texts())
    assert one.page.locator(".note.presence").count() == 0, "nobody left"


def test_side_by_side_only_a_person_moves_it(visit: NewVisit, world: World) -> None:
    one = tab(visit).join("ann")
    two = tab(visit, one).go()
    two.connected()
    replaced(one)
    opened: list[str] = []
    for window in (one, two):
        window.page.on("websocket", lambda socket: opened.append(socket.url))
        window.page.evaluate("dispatchEvent(new Event('focus'))")
        window.page.evaluate("dispatchEvent(new Event('online'))")
    # Longer than any of the questions that the tabs ask each other.
    one.page.wait_for_timeout(2_000)
    assert opened == []
    replaced(one)
    one.page.locator("#link-button").click()
    one.connected()
    replaced(two)
    assert len(opened) == 1
    two.type("whoever writes has it")
    two.connected()
    two.confirmed("whoever writes has it")
    replaced(one)
    assert len(opened) == 2
    assert everything(world) == ["whoever writes has it"]


def test_when_the_tab_closes_another_goes_on(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    one = tab(visit)
    # Tabs look for the one that has it now and then; this one waits to be told.
    one.page.add_init_script(
        """const later = setTimeout;
        window.setTimeout = (what, ms) => (ms === 10_000 ? 0 : later(what, ms));"""
    )
    one.join("ann")
    look(one, False)
    two = tab(visit, one).go()
    two.connected()
    replaced(one)
    two.page.close()
    one.connected()
    bob.say("still here?")
    one.sees("still here?")


def test_a_tab_opened_in_the_background_leaves_it_where_it_is(
    visit: NewVisit, world: World
) -> None:
    one = tab(visit).join("ann")
    two = tab(visit, one, hidden=True)
    opened: list[str] = []
    two.page.on("websocket", lambda socket: opened.append(socket.url))
    two.go()
    replaced(two)
    assert opened == []
    expect(one.page.locator("#own-state")).to_have_text("Connected")
    look(one, False)
    look(two, True)
    two.connected()
    replaced(one)


def test_a_tab_that_waited_for_a_name_takes_the_one_given_elsewhere(
    visit: NewVisit, world: World
) -> None:
    one = tab(visit).go()
    expect(one.page.get_by_label("Your nick")).to_be_visible()
    look(one, False)
    two = tab(visit, one).join("ann")
    look(two, False)
    look(one, True)
    one.connected()
    expect(one.page.locator("#nick-dialog")).to_be_hidden()
    expect(one.page.locator("#own-nick")).to_have_text("ann")


def test_while_the_server_is_away_the_tab_that_is_seen_waits_for_it(
    visit: NewVisit, world: World
) -> None:
    one = tab(visit).join("ann")
    world.cut()
    one.type("typed in the first")
    one.keeps("typed in the first")
    look(one, False)
    two = tab(visit, one)
    world.mend()
    two.go()
    two.connected()
    two.confirmed("typed in the first")
    replaced(one)
    world.cut()
    two.type("typed in the second")
    two.keeps("typed in the second")
    look(two, False)
    look(one, True)
    expect(one.page.locator("#link-button")).to_have_text("Connect now")
    replaced(two)
    world.mend()
    one.page.evaluate("dispatchEvent(new Event('online'))")
    one.connected()
    one.confirmed("typed in the second")
    look(one, False)
    look(two, True)
    two.connected()
    two.confirmed("typed in the second")
    for window in (one, two):
        window.shows(["typed in the first", "typed in the second"])
    assert everything(world) == one.texts()
    two.keeps()


def test_what_is_told_to_one_person_is_in_every_tab(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    one = tab(visit).join("ann")
    two = tab(visit, one).go()
    two.connected()
    replaced(one)
    bob.send(type="direct", to="ann", text="a secret", id="s")
    bob.wait("ack", to="ann")
    expect(one.page.locator("#talk-list .room")).to_have_count(1)
    three = tab(visit, one).go()
    three.connected()
    for window in (one, two, three):
        window.page.locator("#talk-list .room").click()
        expect(window.page.locator(".said", has_text="a secret")).to_have_count(1)


def test_unsent_lines_outlive_the_tab(visit: NewVisit, world: World) -> None:
    ann = tab(visit).join("ann")
    ann.type("one")
    ann.confirmed("one")
    world.cut()
    expect(ann.page.locator("#link-button")).to_have_text("Connect now")
    texts = [f"away {number}" for number in range(5)]
    for text in texts:
        ann.type(text)
    ann.keeps(*texts)
    ann.page.close()
    world.mend()
    later = tab(visit, ann).go()
    later.connected()
    later.confirmed(texts[-1])
    later.shows(["one", *texts])
    assert everything(world) == ["one", *texts]
    later.keeps()


def test_unsent_lines_outlive_a_crash(visit: NewVisit, world: World) -> None:
    ann = tab(visit).join("ann")
    world.stop_hub()
    ann.type("on its way")
    ann.keeps("on its way")
    # The tab dies without a word, as it does when a browser is killed.
    with ann.page.expect_event("crash"), suppress(Error):
        ann.page.goto("chrome://crash")
    later = tab(visit, ann).go()
    world.start_hub()
    later.connected()
    later.confirmed("on its way")
    later.shows(["on its way"])
    assert everything(world) == ["on its way"]


def test_without_a_database_unsent_lines_are_kept_all_the_same(
    visit: NewVisit, world: World
) -> None:
    ann = tab(visit)
    ann.context.add_init_script("Object.defineProperty(window, 'indexedDB', { value: null });")
    ann.join("ann")
    world.cut()
    ann.type("kept in a list")
    ann.page.wait_for_function("() => localStorage.getItem('hubbub.outbox')?.includes('kept in')")
    ann.page.close()
    world.mend()
    later = tab(visit, ann).go()
    later.connected()
    later.confirmed("kept in a list")
    assert everything(world) == ["kept in a list"]


def test_without_any_storage_the_page_works(visit: NewVisit, world: World) -> None:
    ann = tab(visit)
    ann.page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
          Object.defineProperty(window, name, { get() { throw new DOMException("no"); } });
        }"""
    )
    ann.join("ann")
    ann.type("hello")
    ann.confirmed("hello")
    assert everything(world) == ["hello"]


def test_a_draft_outlives_the_last_tab_and_no_other(visit: NewVisit, world: World) -> None:
    one = tab(visit).join("ann")
    one.page.locator("#text").fill("half a thought")
    one.page.wait_for_function("() => localStorage.getItem('hubbub.drafts')?.includes('half')")
    two = tab(visit, one).go()
    two.connected()
    two.page.wait_for_timeout(600)
    expect(two.page.locator("#text")).to_have_value("")
    two.page.close()
    one.page.close()
    later = tab(visit, one).go()
    later.connected()
    expect(later.page.locator("#text")).to_have_value("half a thought")
    later.page.locator("#text").press("Enter")
    later.confirmed("half a thought")
    assert everything(world) == ["half a thought"]


def test_the_browser_forgets_when_told_to(visit: NewVisit, world: World) -> None:
    one = tab(visit).join("ann")
    world.stop_hub()
    one.type("never sent")
    one.keeps("never sent")
    # As a tab hears it in which somebody asked for it.
    with one.page.expect_navigation():
        one.page.evaluate("new BroadcastChannel('hubbub').postMessage({ what: 'forget' })")
    expect(one.page.get_by_label("Your nick")).to_be_visible()
    expect(one.page.get_by_label("Your nick")).to_have_value("")
    left = "() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)].join()"
    assert "session" not in one.page.evaluate(left)
    assert "ann" not in one.page.evaluate("() => JSON.stringify(localStorage)")
    one.keeps()
    world.start_hub()
    one.join("zoe")
    assert everything(world) == []
