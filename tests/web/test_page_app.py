"""The page as an app: what a visit weighs, offline, new versions, installing, the badge."""

import asyncio
import re
import shutil
import socket
from pathlib import Path

import pytest
from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import Browser, expect

from web.assets import find_static

pytest_plugins = ["page_fixtures"]

LIMIT_BYTES = 64 * 1024

KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    const requests = await (await caches.open(name)).keys();
    kept[name] = requests.map((one) => new URL(one.url).pathname + new URL(one.url).search);
  }
  return kept;
}"""

CONTROLLED = """() => navigator.serviceWorker.controller !== null
  || new Promise((go) => navigator.serviceWorker.addEventListener("controllerchange", go))"""

ONLY_CACHE = """async (wanted) => {
  while ((await caches.keys()).join() !== wanted) await new Promise((go) => setTimeout(go, 20));
}"""

KEPT_LATER = """async () => {
  const last = document.querySelector("script[src]").src.replace("js/page.js", "css/late.css");
  while (!(await caches.match(last))) await new Promise((go) => setTimeout(go, 20));
}"""

PAINTED = """() => new Promise((go) => {
  new PerformanceObserver(go).observe({ type: "paint", buffered: true });
})"""

LOADED = """() => performance.getEntriesByType("resource").map((one) => one.name)"""


def settled(visit: Visit) -> None:
    """Wait until the page would open without a network."""
    visit.page.evaluate(CONTROLLED)


def complete(visit: Visit) -> None:
    """Wait until all that is loaded later would be there without a network, too."""
    settled(visit)
    visit.page.evaluate(KEPT_LATER)


def version(visit: Visit) -> str:
    """Return the one version that all of the open page is of."""
    named = set(re.findall(r'"v/(\w+)/', visit.page.content()))
    loaded = {
        found[1]
        for address in visit.page.evaluate(LOADED)
        if (found := re.search(r"/v/(\w+)/(?:css|js)/", address))
    }
    assert loaded == named
    (only,) = named
    # A style and a module are in use, not only asked for.
    probes = visit.page.evaluate(
        """() => [
      getComputedStyle(document.documentElement).getPropertyValue("--probe"),
      globalThis.probe ?? "",
    ]"""
    )
    assert len(set(probes)) == 1
    return only


def changed_page(folder: Path) -> Path:
    """Return a copy of the page of which a style and a module are others."""
    copy = folder / "static"
    shutil.copytree(find_static(), copy)
    with (copy / "css" / "base.css").open("a") as style:
        style.write(":root { --probe:new; }\n")
    with (copy / "js" / "model" / "strings.js").open("a") as module:
        module.write('globalThis.probe = "new";\n')
    return copy


def alone(visit: Visit) -> None:
    """Forget what the browser said of a network that was meant to fail."""
    visit.complaints[:] = [one for one in visit.complaints if "net::ERR_" not in one]


def test_a_first_visit_is_light(visit: NewVisit, world: World) -> None:
    ann = visit()
    session = ann.context.new_cdp_session(ann.page)
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.send("Network.enable")
    ann.go()
    # Neither the manifest nor the service worker makes much of it on the wire, where
    # what the browser has already does not come again. Before somebody has come in,
    # nothing comes that is loaded later.
    settled(ann)
    assert 0 < world.wire.received < LIMIT_BYTES + 6 * 1024
    ann.page.get_by_label("Your nick").fill("ann")
    ann.page.keyboard.press("Enter")
    ann.connected()
    ann.page.wait_for_load_state("networkidle")
    assert len(sizes) >= 5
    assert sum(sizes) < LIMIT_BYTES


def test_what_was_never_opened_opens_without_a_network(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    complete(ann)
    # Nothing is left of it but what the worker keeps.
    ann.context.new_cdp_session(ann.page).send("Network.clearBrowserCache")
    world.cut()
    expect(ann.page.locator("#link-button")).to_have_text("Connect now")
    for opener, dialog in (
        ("#settings-open", "#settings-dialog"), ("#help-open", "#help-dialog"),
        ("#about-open", "#about-dialog"), ("#keep-open", "#keep-dialog"),
    ):  # fmt: skip
        ann.page.locator(opener).click()
        expect(ann.page.locator(dialog)).to_be_visible()
        ann.page.keyboard.press("Escape")
        expect(ann.page.locator(dialog)).to_be_hidden()
    ann.page.locator("#search-open").click()
    expect(ann.page.locator("#search-text")).to_be_visible()
    display = ann.page.locator(".search-fields").evaluate("(one) => getComputedStyle(one).display")
    assert display == "flex", "its sheet is there as well"


def test_where_data_is_saved_nothing_comes_before_it_is_wanted(
    visit: NewVisit, world: World, tmp_path: Path
) -> None:
    copy = tmp_path / "static"
    shutil.copytree(find_static(), copy)
    saving = 'Object.defineProperty(self.navigator, "connection", { value: { saveData: true } });\n'
    (copy / "sw.js").write_text(saving + (copy / "sw.js").read_text("utf-8"), "utf-8")
    world.restart_gateway(copy)
    ann = visit().join("ann")
    settled(ann)
    # The page says that there is time as soon as it is idle; the worker hears that first.
    ann.page.evaluate("new Promise((go) => requestIdleCallback(go))")
    ann.page.locator("#settings-open").click()
    expect(ann.page.locator("#settings-dialog")).to_be_visible()
    (names,) = ann.page.evaluate(KEPT).values()
    assert not [name for name in names if name.endswith(("view.js", "dialog.js"))
                and "settings" not in name]  # fmt: skip


def test_a_second_visit_loads_next_to_nothing(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    complete(ann)
    before = world.wire.received
    visit(ann.context).go()
    expect(ann.page.locator("#app")).to_be_visible()
    ann.page.reload()
    ann.connected()
    assert world.wire.received - before < 8 * 1024


def test_without_a_network_it_opens_and_goes_on_trying(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    settled(ann)
    world.stop_gateway()
    # A browser may throw away what it need not keep.
    ann.page.goto("about:blank")
    ann.context.new_cdp_session(ann.page).send("Network.clearBrowserCache")
    for place in ("", "?from=elsewhere", "#tea"):
        ann.go(place)
        expect(ann.page.locator("#link-words")).to_contain_text("Cannot reach the server.")
        expect(ann.page.locator("#link-words")).to_contain_text("Trying again in")
        version(ann)
    world.restart_gateway()
    # Not a click: see below, where a proxy answers.
    ann.page.locator("#link-button").dispatch_event("click")
    ann.connected()
    bob.say("hello again")
    ann.page.get_by_role("button", name="lobby").first.click()
    ann.sees("hello again")
    alone(ann)


def test_it_keeps_its_own_files_and_nothing_that_was_said(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"secret {number}" for number in range(60)))
    ann = visit().join("ann")
    settled(ann)
    ann.page.evaluate("Promise.all(['healthz', 'metrics', 'nothing'].map((one) => fetch(one)))")
    ann.page.reload()
    ann.connected()
    ann.sees("secret 59")
    only = version(ann)
    kept = ann.page.evaluate(KEPT)
    assert list(kept) == [f"shell-{only}"]
    (names,) = kept.values()
    assert "/" in names
    assert {f"/v/{only}/js/page.js", f"/v/{only}/css/page.css"} <= set(names)
    assert all(name == "/" or name.startswith(f"/v/{only}/") for name in names)
    alone(ann)
    ann.complaints[:] = [one for one in ann.complaints if "404" not in one]


def test_a_new_version_comes_whole_and_says_so(
    visit: NewVisit, world: World, tmp_path: Path
) -> None:
    ann = visit().join("ann")
    settled(ann)
    old = version(ann)
    expect(ann.page.locator("#newer")).to_be_hidden()
    world.restart_gateway(changed_page(tmp_path))
    ann.connected()
    # The open page is told, and goes on as it is until it is asked to reload.
    expect(ann.page.locator("#newer")).to_be_visible()
    expect(ann.page.get_by_role("status").filter(has_text="new version")).to_be_visible()
    assert version(ann) == old
    ann.page.locator("#text").fill("a draft")
    ann.keeps_draft("a draft")
    ann.page.get_by_role("button", name="Reload").click()
    expect(ann.page.locator("#newer")).to_be_hidden()
    ann.connected()
    expect(ann.page.locator("#text")).to_have_value("a draft")
    new = version(ann)
    assert new != old
    ann.page.evaluate(ONLY_CACHE, f"shell-{new}")
    world.stop_gateway()
    ann.page.reload()
    expect(ann.page.locator("#link-words")).to_contain_text("Cannot reach the server.")
    assert version(ann) == new
    alone(ann)


def test_the_first_load_after_a_change_is_all_of_the_new_version(
    visit: NewVisit, world: World, tmp_path: Path
) -> None:
    ann = visit().join("ann")
    settled(ann)
    old = version(ann)
    ann.page.goto("about:blank")
    world.restart_gateway(changed_page(tmp_path))
    ann.go().connected()
    assert version(ann) != old
    settled(ann)
    expect(ann.page.locator("#newer")).to_be_hidden()


def test_a_network_that_goes_between_the_page_and_its_modules_leaves_the_old_version(
    visit: NewVisit, world: World, tmp_path: Path
) -> None:
    ann = visit().join("ann")
    complete(ann)
    old = version(ann)
    ann.page.goto("about:blank")
    world.restart_gateway(changed_page(tmp_path))
    world.wire.fatal = b"GET /v/"
    ann.go()
    expect(ann.page.locator("#link-words")).to_contain_text("Cannot reach the server.")
    assert version(ann) == old
    assert not world.wire.whole
    assert list(ann.page.evaluate(KEPT)) == [f"shell-{old}"]
    world.wire.fatal = None
    world.mend()
    ann.page.reload()
    ann.connected()
    assert version(ann) != old
    alone(ann)


def test_a_network_that_says_nothing_is_not_waited_for(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    settled(ann)
    ann.page.goto("about:blank")
    world.cut()
    world.mend()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        world.wire.target = silent.getsockname()
        ann.go()
        expect(ann.page.locator("#own-state")).to_have_text("Connecting")
        version(ann)
        world.wire.target = world.gateway.address
    alone(ann)


def test_a_proxy_that_answers_for_a_gateway_that_is_away(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    settled(ann)

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = world.run(asyncio.start_server(proxy, "127.0.0.1", 0))
    world.cut()
    world.mend()
    world.wire.target = server.sockets[0].getsockname()
    ann.page.reload()
    expect(ann.page.locator("#link-words")).to_contain_text("Cannot reach the server.")
    world.wire.target = world.gateway.address
    # Not a click: the page may have tried again by itself, and hidden the button.
    ann.page.locator("#link-button").dispatch_event("click")
    ann.connected()
    server.close()
    ann.complaints[:] = [one for one in ann.complaints if "502" not in one]
    alone(ann)


def test_where_there_are_no_workers_it_works_without(visit: NewVisit, world: World) -> None:
    ann = visit()
    ann.page.add_init_script("delete Navigator.prototype.serviceWorker")
    ann.join("ann")
    ann.type("hello")
    ann.confirmed("hello")
    assert ann.page.evaluate(KEPT) == {}


def test_it_can_be_installed(browser: Browser, world: World) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(world.url)
    page.evaluate("navigator.serviceWorker.ready")
    session = context.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["url"] == f"{world.url}manifest.webmanifest"
    assert manifest["errors"] == []
    # A test's window is a private one, where nothing can be; all else must be right.
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in errors] == ["in-incognito"]
    icons = page.evaluate("""async () => {
      const { icons } = await (await fetch("manifest.webmanifest")).json();
      const touch = document.querySelector("link[rel=apple-touch-icon]").href;
      icons.push({ src: touch, sizes: "180x180" });
      return Promise.all(icons.map(async ({ src, sizes }) => {
        const picture = new Image();
        picture.src = src;
        await picture.decode();
        return [sizes, `${picture.naturalWidth}x${picture.naturalHeight}`];
      }));
    }""")
    assert len(icons) == 5
    assert all(said in (real, "any") for said, real in icons)
    context.close()


def test_what_is_unread_stands_on_the_icon(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit()
    ann.page.add_init_script("""
      globalThis.badges = [];
      Navigator.prototype.setAppBadge = async (count) => { badges.push(count); };
      Navigator.prototype.clearAppBadge = async () => { badges.push(0); };
    """)
    ann.join("ann")
    icon = ann.page.locator("link[rel=icon]")
    expect(icon).to_have_attribute("href", re.compile(r"favicon\.svg$"))
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    bob.say("one")
    expect(icon).to_have_attribute("href", re.compile(r"^data:image/svg\+xml,.*%3E1%3C%2Ftext"))
    ann.type("this changes nothing there")
    ann.confirmed("this changes nothing there")
    bob.say("two")
    expect(icon).to_have_attribute("href", re.compile(r"%3E2%3C%2Ftext"))
    ann.page.locator("#room-list .room", has_text="lobby").click()
    expect(icon).to_have_attribute("href", re.compile(r"favicon\.svg$"))
    ann.page.wait_for_function("() => badges.length >= 3")
    assert ann.page.evaluate("badges") == [1, 2, 0]


def test_the_frame_is_painted_before_any_script_runs(visit: NewVisit, world: World) -> None:
    ann = visit()
    ann.page.route("**/js/page.js", lambda route: route.abort())
    ann.go()
    expect(ann.page.locator("#composer")).to_be_visible()
    expect(ann.page.get_by_role("heading", name="Rooms")).to_be_visible()
    # Nothing can be typed that nobody would read.
    expect(ann.page.locator("#text")).to_be_disabled()
    ann.page.evaluate(PAINTED)
    alone(ann)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_word_of_a_new_version_fits(visit: NewVisit, world: World, width: int) -> None:
    ann = visit(viewport={"width": width, "height": 640}).join("ann")
    ann.page.evaluate(
        "navigator.serviceWorker.dispatchEvent("
        "new MessageEvent('message', { data: { version: 'another' } }))"
    )
    expect(ann.page.locator("#newer")).to_be_visible()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert ann.page.evaluate(wide) == 0
