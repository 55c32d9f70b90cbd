"""(k) The page under load: keys, tasks and frames, in Chromium.

A room whose window is full, and 0, 30 and 100 lines a second from somebody else,
while a person types; then the way back through 10,000 lines. A page with nothing
but a text box is measured in the same minute.
"""

import json
import logging
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

from bench.figures import Figure
from bench.running import running
from bench.taking_part import left_out, only
from bench.tracing import Trace, quantile, tracing

RATES: Final = (0, 30, 100)
LINES = 10_000
KEY_EVERY_S: Final = 0.05
WAIT_MS: Final = 60_000
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--no-first-run")
SERVE: Final = ("serve", "--tcp-port", "0", "--web-port", "0", "--data", ":memory:")
BARE: Final = "<!doctype html><title>bare</title><textarea id=text rows=4></textarea>"

_FRAMES: Final = """() => {
    window.frames_ms = [];
    let last = performance.now();
    const next = (now) => {
        window.frames_ms.push(now - last);
        last = now;
        requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
}"""

# From a key until its frame is painted: the task after the next frame.
_KEYS: Final = """() => {
    window.keys_ms = [];
    addEventListener("keydown", ({timeStamp}) => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => window.keys_ms.push(performance.now() - timeStamp);
        channel.port2.postMessage(0);
    }), {capture: true});
}"""

log = logging.getLogger("bench")


def run(rounds: int, seconds: float) -> list[Figure]:
    """Measure the page, and beside it one with nothing on it."""
    if only and "hubbub" not in only:
        return []
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        browser_path = None
    if browser_path is None:
        left_out["k"] = "k: the page needs Chromium and Playwright; make setup-dev"
        return []
    figures: list[Figure] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        for _ in range(rounds):
            figures += _round(browser, seconds)
        browser.close()
    return figures


def _round(browser: Any, seconds: float) -> list[Figure]:
    figures = []
    with running(*SERVE, doors=("tcp", "web")) as server:
        page = browser.new_page()
        page.set_content(BARE)
        page.evaluate(_KEYS)
        figures += _typing(browser, page, seconds, "bare", 0)
        page.close()
        sayer = Sayer(server.ports["tcp"])
        sayer.fill(LINES)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        _enter(page, server.ports["web"], sayer)
        for rate in RATES:
            with sayer.saying(rate):
                figures += _typing(browser, page, seconds, "hubbub", rate)
            page.evaluate("() => { document.querySelector('#text').value = ''; }")
        figures += _reading_back(page)
        page.close()
        sayer.close()
    return figures


def _enter(page: Any, port: int, sayer: "Sayer") -> None:
    """Come in, and have the window of the room full."""
    page.goto(f"http://127.0.0.1:{port}/")
    page.get_by_label("Your nick").fill("reader")
    page.keyboard.press("Enter")
    _wait_for(page, sayer.last)
    page.evaluate(_KEYS)
    for _ in range(2):
        sayer.fill(500)
        _wait_for(page, sayer.last)


def _wait_for(page: Any, text: str) -> None:
    is_last = """(text) =>
        [...document.querySelectorAll("#lines .said")].at(-1)?.textContent === text"""
    page.wait_for_function(is_last, arg=text, timeout=WAIT_MS)


def _typing(browser: Any, page: Any, seconds: float, peer: str, rate: int) -> list[Figure]:
    """Type for so long, and return what a key and what tasks took."""
    page.locator("#text").focus()
    page.keyboard.press("a")
    with tracing(browser) as trace:
        ends = time.monotonic() + seconds
        due = time.monotonic()
        while due < ends:
            page.keyboard.press("abcdefg "[int(due * 20) % 8])
            due += KEY_EVERY_S
            page.wait_for_timeout(max(0, due - time.monotonic()) * 1000)
        # The last key's frame.
        page.wait_for_timeout(200)
    keys_ms: list[float] = page.evaluate("() => window.keys_ms.splice(0)")
    return list(_figures([one / 1000 for one in keys_ms], trace, peer, rate))


def _figures(keys: list[float], trace: Trace, peer: str, rate: int) -> Iterator[Figure]:
    tasks = trace.task_times_s()
    log.info(
        "k  %s, %d lines/s: %d keys, p50 %.0f ms, p95 %.0f ms, longest task %.0f ms",
        peer, rate, len(keys), quantile(keys, 0.5) * 1e3, quantile(keys, 0.95) * 1e3,
        max(tasks, default=0) * 1e3,
    )  # fmt: skip
    yield Figure("k", peer, f"key_p50_{rate}", quantile(keys, 0.5), "s")
    yield Figure("k", peer, f"key_p95_{rate}", quantile(keys, 0.95), "s")
    yield Figure("k", peer, f"task_max_{rate}", max(tasks, default=0.0), "s")
    yield Figure("k", peer, f"tasks_over_50ms_{rate}", sum(task > 0.05 for task in tasks), "1")


def _reading_back(page: Any) -> list[Figure]:
    """Scroll from the newest line to the first, a screen's height a step."""
    page.locator("#log").hover()
    page.evaluate(_FRAMES)
    first = """() => document.querySelector("#lines > .line .said").textContent === "line 0"
        && document.querySelector("#log").scrollTop === 0"""
    began = time.monotonic()
    while not page.evaluate(first):
        if time.monotonic() - began > WAIT_MS / 1000 * 5:
            raise TimeoutError("the first line does not come")
        page.mouse.wheel(0, -700)
        page.wait_for_timeout(16)
    frames: list[float] = page.evaluate("() => window.frames_ms")
    log.info(
        "k  back through %d lines: %d frames, the longest %.0f ms", LINES, len(frames), max(frames)
    )
    return [
        Figure("k", "hubbub", "frames_back", len(frames), "1"),
        Figure("k", "hubbub", "frames_over_50ms", sum(one > 50 for one in frames), "1"),
        Figure("k", "hubbub", "frame_max", max(frames) / 1000, "s"),
    ]


class Sayer:
    """Somebody who says numbered lines in the lobby, in JSON."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 30)
        self._numbers = count()
        self.last = ""
        self._send({"type": "hello", "nick": "sayer", "join": {"lobby": {"last": 0}}})
        threading.Thread(target=self._drain, daemon=True).start()

    def fill(self, lines: int) -> None:
        """Say so many lines at once."""
        for _ in range(lines):
            self._say()

    @contextmanager
    def saying(self, rate: int) -> Iterator[None]:
        """Say so many lines a second while the block runs."""
        over = threading.Event()

        def say() -> None:
            due = time.monotonic()
            while not over.wait(max(0.0, due - time.monotonic())):
                self._say()
                due += 1 / rate

        thread = threading.Thread(target=say)
        if rate:
            thread.start()
        try:
            yield
        finally:
            over.set()
            if rate:
                thread.join()

    def close(self) -> None:
        self._socket.close()

    def _say(self) -> None:
        self.last = f"line {next(self._numbers)}"
        self._send({"type": "say", "room": "lobby", "text": self.last})

    def _send(self, request: dict[str, Any]) -> None:
        self._socket.sendall(json.dumps(request).encode() + b"\n")

    def _drain(self) -> None:
        try:
            while self._socket.recv(1 << 16):
                pass
        except OSError:
            return
