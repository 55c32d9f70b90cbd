"""A hub that asks for a passphrase, seen from the page: nothing is there before it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from page_codes import code
from page_visit import NewVisit, Visit
from page_world import CHROMIUM, CHROMIUM_FLAGS, World, running_world
from playwright.sync_api import Browser, Locator, expect

from core.access.gate import NEEDED, WRONG
from web.assets import find_static

pytest_plugins = ["page_fixtures"]

PASS = "k7mq-2xfd-9wht"
OTHER = "a new one & 100% other"
SAID = "for those inside"

HISTORY = (
    """() => [location.href, document.URL, performance.getEntriesByType("navigation")[0].name]"""
)

KEPT = """async () => {
  const texts = [localStorage, sessionStorage].map((one) => JSON.stringify({...one}));
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
    });
    for (const store of db.objectStoreNames) {
      texts.push(await new Promise((done) => {
        const all = db.transaction(store).objectStore(store).getAll();
        all.onsuccess = () => done(JSON.stringify(all.result));
      }));
    }
    db.close();
  }
  return texts;
}"""


MODULES = """(path) => {
    const {width} = document.querySelector(".code").viewBox.baseVal;
    const dark = Array.from({length: width}, () => new Array(width).fill(0));
    for (const [, x, y] of path.matchAll(/M(\\d+) (\\d+)h1v1h-1z/g)) dark[y][x] = 1;
    return dark.slice(4, -4).map((row) => row.slice(4, -4));
}"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A hub that asks, with a line in its lobby."""
    with running_world(tmp_path / "data", PASS) as world:
        world.person("bob").say(SAID)
        yield world


def box(ann: Visit) -> Locator:
    return ann.page.get_by_label("Passphrase", exact=True)


def asked(ann: Visit) -> None:
    """Wait until the passphrase is asked for, in the only dialog there is."""
    expect(box(ann)).to_be_visible()
    expect(ann.page.locator("dialog[open]")).to_have_count(1)


def answer(ann: Visit, passphrase: str, nick: str = "") -> None:
    if nick:
        ann.page.get_by_label("Your nick").fill(nick)
    box(ann).fill(passphrase)
    box(ann).press("Enter")


def inside(ann: Visit) -> None:
    ann.connected()
    expect(ann.page.locator("dialog[open]")).to_have_count(0)
    ann.sees(SAID)


def come(ann: Visit, nick: str = "ann") -> Visit:
    """Come in on a first visit."""
    ann.go()
    asked(ann)
    answer(ann, PASS, nick)
    inside(ann)
    return ann


def test_a_first_visit_asks_for_both_at_once_and_shows_nothing_before(
    visit: NewVisit, world: World
) -> None:
    ann = visit().go()
    asked(ann)
    expect(ann.page.locator("#pass-words")).to_contain_text(NEEDED[1:])
    expect(ann.page.locator("#pass-problem")).to_be_hidden()
    expect(ann.page.get_by_label("Your nick")).to_be_focused()
    assert ann.texts() == []
    assert "bob" not in ann.page.locator("body").inner_text()
    assert box(ann).get_attribute("type") == "password"
    assert box(ann).get_attribute("autocomplete") == "current-password"
    expect(ann.page.get_by_label("Remember it in this browser")).not_to_be_checked()
    ann.page.get_by_label("Your nick").fill("ann")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#pass-problem")).to_be_visible()
    expect(box(ann)).to_be_focused()
    answer(ann, "K7MQ 2XFD9wht")
    inside(ann)
    expect(ann.page.locator("#own-nick")).to_have_text("ann")
    ann.type("here I am")
    ann.confirmed("here I am")


def test_a_wrong_one_is_said_to_be_tried_and_to_be_wrong(visit: NewVisit, world: World) -> None:
    ann = visit().go()
    asked(ann)
    answer(ann, "guess-guess", "ann")
    expect(ann.page.locator("#nick-go")).to_have_text("Trying it…")
    expect(ann.page.locator("#pass-problem")).to_have_text(f"T{WRONG[1:]}.")
    expect(box(ann)).to_be_focused()
    expect(ann.page.locator("#nick-go")).to_have_text("Join the conversation")
    assert ann.texts() == []
    assert "guess" not in "".join(ann.page.evaluate(KEPT))
    answer(ann, PASS)
    inside(ann)


def test_a_guest_and_a_taken_nick_come_through_as_well(visit: NewVisit, world: World) -> None:
    ann = visit().go()
    asked(ann)
    answer(ann, PASS, "bob")
    expect(ann.page.locator("#nick-problem")).to_be_visible()
    expect(box(ann)).to_be_hidden()
    ann.page.get_by_role("button", name="Come in as a guest").click()
    inside(ann)
    expect(ann.page.locator("#own-nick")).to_have_text("guest-1")


def test_it_can_be_looked_at(visit: NewVisit, world: World) -> None:
    ann = visit().go()
    asked(ann)
    box(ann).fill("what I typed")
    ann.page.get_by_role("button", name="Show the passphrase").click()
    assert box(ann).get_attribute("type") == "text"
    ann.page.get_by_role("button", name="Hide the passphrase").click()
    assert box(ann).get_attribute("type") == "password"


@pytest.mark.parametrize("place", ["", "tea", "a%26pass%3Db", "%C3%BC%26/1"])
def test_a_link_lets_in_and_leaves_no_trace_in_the_address(
    visit: NewVisit, world: World, place: str
) -> None:
    ann = visit()
    urls: list[str] = []
    ann.page.on("request", lambda request: urls.append(request.url))
    ann.page.on("websocket", lambda socket: urls.append(socket.url))
    ann.page.goto("about:blank")
    ann.go("#" + "&".join(filter(None, [place, f"pass={PASS}"])))
    expect(ann.page.get_by_label("Your nick")).to_be_visible()
    assert PASS not in ann.page.evaluate("location.href")
    # It outlives a reload, also before somebody has come in.
    ann.page.reload()
    ann.page.get_by_label("Your nick").fill("ann")
    ann.page.keyboard.press("Enter")
    ann.connected()
    room = place.removesuffix("/1") or "lobby"
    ann.page.wait_for_function("(hash) => location.hash.startsWith(hash)", arg=f"#{room}")
    expect(box(ann)).to_have_count(0)
    ann.page.go_back()
    ann.page.go_forward()
    ann.connected()
    history = ann.context.new_cdp_session(ann.page).send("Page.getNavigationHistory")
    assert PASS not in str([entry["url"] for entry in history["entries"]])
    assert not [url for url in urls if "#" in url and not url.endswith(f"pass={PASS}")]
    # What goes over the wire is the first part of an address: the browser keeps the rest.
    assert not [url for url in urls if PASS in url.split("#")[0]]


def test_a_link_with_a_wrong_one_asks(visit: NewVisit, world: World) -> None:
    ann = visit().go("#lobby&pass=an-older-one")
    ann.page.get_by_label("Your nick").fill("ann")
    ann.page.keyboard.press("Enter")
    asked(ann)
    expect(ann.page.locator("#pass-problem")).to_have_text(f"T{WRONG[1:]}.")
    assert "an-older-one" not in "".join(ann.page.evaluate(KEPT))
    answer(ann, PASS)
    inside(ann)


def test_a_link_that_is_followed_in_an_open_tab_lets_in(visit: NewVisit, world: World) -> None:
    ann = come(visit())
    world.ask_for(OTHER)
    asked(ann)
    code = quote(OTHER, safe="")
    ann.page.evaluate("(hash) => { location.hash = hash; }", f"#tea&pass={code}")
    ann.connected()
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    ann.has_address("#tea")
    history = ann.context.new_cdp_session(ann.page).send("Page.getNavigationHistory")
    assert code not in str(history["entries"])


@pytest.mark.parametrize("remember", [False, True])
def test_it_is_remembered_where_one_wants_that(
    visit: NewVisit, world: World, remember: bool
) -> None:
    ann = visit().go()
    asked(ann)
    ann.page.get_by_label("Remember it in this browser").set_checked(remember)
    answer(ann, PASS, "ann")
    inside(ann)
    ann.page.reload()
    inside(ann)
    local, session, *others = ann.page.evaluate(KEPT)
    assert (PASS in local, PASS in session, PASS in "".join(others)) == (remember, True, False)
    # All tabs are closed, and somebody comes back later.
    back = visit(ann.context)
    ann.page.close()
    back.go()
    if not remember:
        asked(back)
        expect(back.page.get_by_label("Your nick")).to_be_hidden()
        expect(box(back)).to_be_focused()
        answer(back, PASS)
    inside(back)


def test_a_remembered_one_that_is_wrong_is_forgotten(visit: NewVisit, world: World) -> None:
    ann = visit().go()
    asked(ann)
    ann.page.get_by_label("Remember it in this browser").check()
    answer(ann, PASS, "ann")
    inside(ann)
    ann.page.goto("about:blank")
    world.ask_for(OTHER)
    ann.go()
    asked(ann)
    expect(ann.page.locator("#pass-problem")).to_be_visible()
    assert PASS not in "".join(ann.page.evaluate(KEPT))


def test_one_that_is_renewed_is_asked_for_and_everything_goes_on(
    visit: NewVisit, world: World
) -> None:
    ann = come(visit())
    ann.page.locator("#text").fill("half written")
    world.ask_for(OTHER)
    asked(ann)
    expect(ann.page.locator("#nick-words")).to_contain_text("passphrase has changed")
    expect(box(ann)).to_be_focused()
    expect(ann.page.get_by_label("Your nick")).to_be_hidden()
    ann.page.keyboard.press("Escape")
    asked(ann)
    world.person("carol").say("said meanwhile")
    answer(ann, OTHER)
    inside(ann)
    ann.sees("said meanwhile")
    expect(ann.page.locator("#text")).to_be_focused()
    expect(ann.page.locator("#text")).to_have_value("half written")
    expect(ann.page.locator("#own-nick")).to_have_text("ann")


def test_a_line_that_was_not_sent_goes_out_once(visit: NewVisit, world: World) -> None:
    ann = come(visit())
    world.silence()
    ann.type("not sent yet")
    ann.keeps("not sent yet")
    world.ask_for(OTHER)
    world.cut()
    world.mend()
    ann.page.evaluate("dispatchEvent(new Event('online'))")
    asked(ann)
    ann.keeps("not sent yet")
    answer(ann, OTHER)
    inside(ann)
    ann.confirmed("not sent yet")
    ann.shows([SAID, "not sent yet"])


def test_all_tabs_of_a_browser_know_it(visit: NewVisit, world: World) -> None:
    one = come(visit())
    two = visit(one.context).go()
    inside(two)
    world.ask_for(OTHER)
    asked(two)
    answer(two, OTHER)
    inside(two)
    one.page.locator("#link-button").click()
    inside(one)
    expect(one.page.locator("#own-nick")).to_have_text("ann")


def test_the_invitation_carries_it(visit: NewVisit, world: World) -> None:
    ann = come(visit())
    ann.type("/invite")
    dialog = ann.page.get_by_role("dialog", name="Invite others to #lobby")
    link = f"{world.url}#lobby&pass={PASS}"
    expect(dialog.locator("#invite-link")).to_have_text(link)
    path = dialog.get_by_role("img", name="The link as a QR code").locator("path")
    assert ann.page.evaluate(MODULES, path.get_attribute("d")) == code(link)
    expect(dialog.locator("#invite-pass")).to_have_text(PASS)
    expect(dialog).to_contain_text("whoever has it is let in")
    dialog.get_by_role("button", name="Copy the passphrase").click()
    expect(ann.page.locator("#toast")).to_have_text("Copied")
    dialog.get_by_role("button", name="Done").click()
    world.ask_for(OTHER)
    asked(ann)
    answer(ann, OTHER)
    ann.connected()
    ann.type("/invite")
    link = f"{world.url}#lobby&pass={quote(OTHER, safe='')}"
    expect(dialog.locator("#invite-link")).to_have_text(link)
    other = visit().go(link.removeprefix(world.url))
    other.page.get_by_label("Your nick").fill("carol")
    other.page.keyboard.press("Enter")
    inside(other)


def test_where_nothing_is_asked_nothing_is_said_of_it(visit: NewVisit, tmp_path: Path) -> None:
    with running_world(tmp_path / "open") as free:
        ann = visit()
        ann.world = free
        ann.go(f"#pass={PASS}")
        ann.page.get_by_label("Your nick").fill("ann")
        ann.page.keyboard.press("Enter")
        ann.connected()
        ann.type("/invite")
        expect(ann.page.locator("#invite-link")).to_have_text(free.url + "#lobby")
        expect(ann.page.locator("#invite-pass")).to_have_count(0)
        ann.context.close()


def test_neither_the_worker_nor_the_console_keeps_it(
    browser: Browser, world: World, tmp_path: Path
) -> None:
    """A profile that has followed the link has it in no cache of the page's on disk."""
    profile = tmp_path / "profile"
    context = browser.browser_type.launch_persistent_context(
        profile, executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS)
    )
    ann = Visit(context, world)
    heard: list[str] = []
    ann.page.on("console", lambda message: heard.append(message.text))
    ann.go(f"#lobby&pass={PASS}")
    ann.page.get_by_label("Your nick").fill("ann")
    ann.page.keyboard.press("Enter")
    inside(ann)
    ann.page.evaluate("navigator.serviceWorker.ready")
    # The page that comes now passes the worker, with the fragment, and is another version.
    ann.page.goto("about:blank")
    newer = tmp_path / "static"
    shutil.copytree(find_static(), newer)
    with (newer / "css" / "base.css").open("a") as style:
        style.write(":root { --probe:new; }\n")
    world.restart_gateway(newer)
    ann.go(f"#lobby&pass={PASS}")
    inside(ann)
    urls = ann.page.evaluate("""async () => {
      const found = [];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          found.push(request.url, (await cache.match(request)).url);
        }
      }
      return found;
    }""")
    assert urls
    assert PASS not in "".join(urls)
    context.close()
    ann.quiet()
    assert PASS not in "".join(heard)
    storages = list((profile / "Default").glob("Service Worker/**/*"))
    assert storages
    assert not [one for one in storages if one.is_file() and PASS.encode() in one.read_bytes()]
