"""One visit of the page, as a person would describe it."""

import re
from collections.abc import Callable
from contextlib import suppress

from page_world import World
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    expect,
)

expect.set_options(timeout=30_000)

_TEXTS = (
    """() => [...document.querySelectorAll("#lines > .line .said")].map((one) => one.textContent)"""
)

_UNSENT = """() => new Promise((done) => {
  const asked = indexedDB.open("hubbub", 1);
  asked.onsuccess = () => {
    const all = asked.result.transaction("outbox").objectStore("outbox").getAll();
    all.onsuccess = () => { asked.result.close(); done(all.result.map((item) => item.text)); };
  };
})"""

_DRAFTED = """(text) => Object.values(JSON.parse(sessionStorage.getItem("hubbub.drafts") ?? "{}"))
  .includes(text)"""

# A script, or the sheet, of what is loaded when it is first wanted.
_PART = re.compile(r"v/\w+/(?:js/[\w/]+\.js|css/late\.css)")


class Visit:
    """A tab on the page. What the browser complains about fails `close`."""

    def __init__(self, browser: Browser | BrowserContext, world: World, **options: object) -> None:
        self.world = world
        self.complaints: list[str] = []
        if isinstance(browser, Browser):
            self.context = browser.new_context(**options)  # type: ignore[arg-type]
        else:
            self.context = browser
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("console", self._heard)
        self.page.on("dialog", lambda dialog: self._dialog(dialog.message))

    def go(self, place: str = "") -> "Visit":
        self.page.goto(self.world.url + place)
        return self

    def join(self, nick: str, place: str = "") -> "Visit":
        """Come for the first time, and wait until one is there."""
        self.go(place)
        self.page.get_by_label("Your nick").fill(nick)
        self.page.keyboard.press("Enter")
        self.connected()
        return self

    def connected(self) -> None:
        expect(self.page.locator("#own-state")).to_have_text("Connected")
        expect(self.page.locator("#text")).to_be_enabled()

    def type(self, text: str) -> None:
        box = self.page.locator("#text")
        box.fill(text)
        box.press("Enter")

    def texts(self) -> list[str]:
        found: list[str] = self.page.evaluate(_TEXTS)
        return found

    def line(self, text: str) -> Locator:
        """The line that says exactly this."""
        said = self.page.locator(".said", has_text=re.compile(f"^{re.escape(text)}$"))
        return self.page.locator("#lines > .line").filter(has=said)

    def sees(self, text: str) -> None:
        expect(self.line(text)).to_be_visible()

    def shows(self, wanted: list[str]) -> None:
        """Wait until the lines of the room say this, all of it and nothing else."""
        same = f"(wanted) => JSON.stringify(({_TEXTS})()) === JSON.stringify(wanted)"
        with suppress(Error):
            self.page.wait_for_function(same, arg=wanted, polling=50, timeout=30_000)
        assert self.texts() == wanted

    def confirmed(self, *typed: str) -> None:
        """Wait until these lines stand there, and none is on its way any more.

        A line is drawn some time after it was typed: at the next frame, and
        later where drawing takes long. Until then nothing seems to be on its
        way, so whoever has just typed says what.
        """
        for text in typed:
            self.sees(text)
        expect(self.page.locator("#lines > .pending")).to_have_count(0)

    def keeps(self, *unsent: str) -> None:
        """Wait until these lines, in any order, are what the browser has yet to send."""
        for _ in range(1200):
            if sorted(self.page.evaluate(_UNSENT)) == sorted(unsent):
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(self.page.evaluate(_UNSENT))

    def keeps_draft(self, text: str) -> None:
        """Wait until this is a draft that would survive its tab."""
        self.page.wait_for_function(_DRAFTED, arg=text, polling=50)

    def has_address(self, place: str) -> None:
        """Wait until the address names this room, or this line."""
        expect(self.page).to_have_url(self.world.url + place)

    def quiet(self) -> None:
        assert self.complaints == []

    def _heard(self, message: ConsoleMessage) -> None:
        # A refused connection is the network's fault, and what some tests make.
        # What the page loads later may be asked for just then; that a part is not
        # there (404) stays a complaint. Nor is 426 one: a page whose socket failed
        # asks why, and the gateway is back by then.
        failed = message.text.startswith("Failed to load resource: ")
        path = message.location["url"].removeprefix(self.world.url) if failed else ""
        cut = (
            "WebSocket connection to" in message.text
            or ("net::ERR_" in message.text and _PART.fullmatch(path) is not None)
            or ("status of 426" in message.text and path.startswith("ws?page="))
        )
        if message.type in ("error", "warning") and not cut:
            self.complaints.append(f"{message.type}: {message.text}")

    def _dialog(self, message: str) -> None:
        self.complaints.append(f"dialog: {message}")


NewVisit = Callable[..., Visit]
"""The `visit` fixture: a browser's options, or a context to share, make a visit."""
