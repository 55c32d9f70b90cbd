"""Firefox by WebDriver BiDi (w3.org/TR/webdriver-bidi), as far as the page's tests need it.

Playwright drives the newest Firefox only, and Debian has the one with long-term
support. Both speak BiDi: JSON over a WebSocket.
"""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

WAIT_S = 60.0
STARTED = re.compile(r"WebDriver BiDi listening on (ws://[\d.:]+)")
ENTER, SHIFT, BACK = "\ue007", "\ue008", "\ue003"
"""Keys without a character (w3.org/TR/webdriver2, 17.4.2)."""


class Firefox:
    """One browser, and the connection that tells it what to do."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self.do("session.new", capabilities={})

    def do(self, method: str, **params: object) -> dict[str, Any]:
        """Have a command done; raise AssertionError with the browser's words if it cannot be."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=WAIT_S))
            if answer.get("id") != self._number:
                continue  # an event
            assert answer["type"] == "success", f"{method}: {answer}"
            result: dict[str, Any] = answer["result"]
            return result

    def person(self) -> "Tab":
        """Open a tab that shares nothing with any other."""
        user = self.do("browser.createUserContext")["userContext"]
        made = self.do("browsingContext.create", type="tab", userContext=user)
        return Tab(self, made["context"])


class Tab:
    """A tab, and what a person does in it."""

    def __init__(self, firefox: Firefox, context: str) -> None:
        self._firefox = firefox
        self._context = context

    def go(self, url: str) -> None:
        """Open an address, or, with "", load the page again."""
        command = "browsingContext.navigate" if url else "browsingContext.reload"
        place = {"url": url} if url else {}
        self._firefox.do(command, context=self._context, wait="complete", **place)

    def run(self, expression: str) -> Any:
        """Return what an expression of JavaScript, or its promise, comes to."""
        result = self._firefox.do(
            "script.evaluate", target={"context": self._context}, awaitPromise=True,
            expression=f"(async () => JSON.stringify(await ({expression})) ?? 'null')()",
        )  # fmt: skip
        assert result["type"] == "success", result
        return json.loads(result["result"]["value"])

    def sees(self, expression: str, wanted: object = True) -> None:
        """Wait until an expression comes to `wanted`."""
        until = time.monotonic() + WAIT_S
        while (found := self.run(expression)) != wanted:
            assert time.monotonic() < until, f"{expression} is {found!r}, not {wanted!r}"
            time.sleep(0.05)

    def says(self, selector: str, text: str) -> None:
        """Wait until the text of one of these elements is `text`."""
        every = f"[...document.querySelectorAll({json.dumps(selector)})]"
        self.sees(f"{every}.some((one) => one.textContent.trim() === {json.dumps(text)})")

    def click(self, selector: str) -> None:
        """Press the first of these elements where it is."""
        self.sees(f"Boolean(document.querySelector({json.dumps(selector)})?.checkVisibility())")
        place = self.run(
            f"(({{left, top, width, height}}) => [left + width / 2, top + height / 2])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        x, y = (int(one) for one in place)
        press = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._perform({"type": "pointer", "id": "mouse", "actions": press})

    def type(self, text: str, shift: bool = False) -> None:
        """Type characters and keys into what has the focus."""
        keys = [{"type": kind, "value": one} for one in text for kind in ("keyDown", "keyUp")]
        if shift:
            held = {"value": SHIFT}
            keys = [{"type": "keyDown"} | held, *keys, {"type": "keyUp"} | held]
        self._perform({"type": "key", "id": "keyboard", "actions": keys})

    def _perform(self, actions: dict[str, object]) -> None:
        self._firefox.do("input.performActions", context=self._context, actions=[actions])


@contextmanager
def running_firefox(folder: Path) -> Iterator[Firefox]:
    """Start Firefox with a fresh profile, and end it."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    assert program, "there is no Firefox; sh tools/testtools.sh installs it"
    (folder / "profile").mkdir()
    log = folder / "firefox.log"
    command = [program, "--headless", "--no-remote", "--profile", str(folder / "profile")]
    with log.open("w") as file:
        process = subprocess.Popen(
            [*command, "--remote-debugging-port=0"], stdout=file, stderr=subprocess.STDOUT
        )
    try:
        with connect(f"{_address(process, log)}/session", max_size=None) as socket:
            yield Firefox(socket)
    finally:
        process.terminate()
        process.wait(WAIT_S)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + 60
    while not (found := STARTED.search(log.read_text(errors="replace"))):
        assert process.poll() is None, log.read_text(errors="replace")
        assert time.monotonic() < until, "Firefox does not start"
        time.sleep(0.05)
    return found[1]
