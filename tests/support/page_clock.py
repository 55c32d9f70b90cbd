"""How long the page takes, by the browser's own account, and how slow the machine is meanwhile."""

from dataclasses import dataclass

from page_visit import Visit
from page_world import World
from playwright.sync_api import Browser, Page

# A page notes long tasks from its start on, and when a text first stood on the screen.
_WATCH = """(() => {
    window.longTasks = [];
    window.shownAt = {};
    new PerformanceObserver((list) => {
        for (const {startTime, duration} of list.getEntries()) {
            window.longTasks.push({startTime, duration});
        }
    }).observe({type: "longtask", buffered: true});
    window.waitFor = (text) => new MutationObserver((_, observer) => {
        if (document.querySelector("#lines")?.lastElementChild
            ?.querySelector(".said")?.textContent !== text) return;
        observer.disconnect();
        // The next task after a frame: it has been drawn.
        requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => { window.shownAt[text] = performance.now(); };
            channel.port2.postMessage(null);
        });
    }).observe(document, {subtree: true, childList: true, characterData: true});
})()"""

_PAINT = """() => new Promise((go) => new PerformanceObserver((list) => {
    const entry = list.getEntriesByName("first-contentful-paint")[0];
    if (entry) go(entry.startTime);
}).observe({type: "paint", buffered: true}))"""

# The same amount of work again and again: what differs is the machine's doing.
_UNITS = """() => {
    const unit = () => {
        const began = performance.now();
        let sum = 0;
        for (let at = 0; at < 2_000_000; at += 1) sum = (sum * 31 + at) | 0;
        return [performance.now() - began, sum][0];
    };
    for (let warm = 0; warm < 5; warm += 1) unit();
    window.units = [];
    window.ticking = setInterval(() => window.units.push(unit()), 50);
}"""


@dataclass(frozen=True)
class Load:
    """Milliseconds of one load, and what it transferred."""

    paint_ms: float
    shown_ms: float
    requests: int
    transferred_bytes: int


def watch(ann: Visit, text: str = "") -> None:
    """Have every page of the visit note what it does; `text` is awaited in its last line."""
    ann.page.add_init_script(_WATCH)
    if text:
        ann.page.add_init_script(f"window.waitFor({text!r})")


def first_paint_ms(page: Page) -> float:
    at: float = page.evaluate(_PAINT)
    return at


def load(ann: Visit, text: str) -> Load:
    """Load the page of a visit that is watched, until `text` is its last line."""
    ann.go()
    ann.page.wait_for_function("(text) => window.shownAt[text] !== undefined", arg=text)
    entries = """() => [...performance.getEntriesByType("navigation"),
        ...performance.getEntriesByType("resource")].map((one) => one.transferSize)"""
    sizes: list[int] = ann.page.evaluate(entries)
    shown: float = ann.page.evaluate("(text) => window.shownAt[text]", text)
    return Load(first_paint_ms(ann.page), shown, len(sizes), sum(sizes))


def long_tasks(ann: Visit) -> list[float]:
    """Return the durations, in ms, of tasks over 50 ms since the last call."""
    durations: list[float] = ann.page.evaluate(
        "() => window.longTasks.splice(0).map((one) => one.duration)"
    )
    return durations


class Machine:
    """A page of its own that does the same work over and over, and notes how long it takes."""

    def __init__(self, browser: Browser) -> None:
        self._context = browser.new_context()
        self._page = self._context.new_page()
        self._page.evaluate(_UNITS)

    def slowness(self) -> float:
        """Stop, and return how much longer than at best the work took at worst.

        Not than usual: where others always use the cores, the usual is slow as well.
        """
        units: list[float] = self._page.evaluate(
            "() => { clearInterval(window.ticking); return window.units; }"
        )
        self._context.close()
        return max(1.0, max(units) / min(units))


def fill(world: World, count: int, first: int = 0) -> str:
    """Have `count` lines said in the lobby, numbered from `first`, and return the last."""
    bob = world.person(f"filler-{first}")
    for start in range(first, first + count, 500):
        bob.say(*(f"line {number}" for number in range(start, min(start + 500, first + count))))
    bob.close()
    return f"line {first + count - 1}"
