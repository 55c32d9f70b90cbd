"""One visit of the page, as a person would describe it."""

import re
from collections.abc import Callable

from page_world import World
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

expect.set_options(timeout=15_000)

_TEXTS = (
    """() => [...document.querySelectorAll("#lines > .line .said")].map((one) => one.textContent)"""
)

_TWO_FRAMES = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"


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
        self.page.on("console", lambda message: self._heard(message.type, message.text))
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

    def confirmed(self) -> None:
        """Wait until nothing is on its way any more."""
        # What was typed just now is on the screen from the next frame on.
        self.page.evaluate(_TWO_FRAMES)
        expect(self.page.locator("#lines > .pending")).to_have_count(0)

    def quiet(self) -> None:
        assert self.complaints == []

    def _heard(self, kind: str, text: str) -> None:
        # A refused connection is the network's fault, and what some tests make.
        if kind in ("error", "warning") and "WebSocket connection to" not in text:
            self.complaints.append(f"{kind}: {text}")

    def _dialog(self, message: str) -> None:
        self.complaints.append(f"dialog: {message}")


NewVisit = Callable[..., Visit]
"""The `visit` fixture: a browser's options, or a context to share, make a visit."""
