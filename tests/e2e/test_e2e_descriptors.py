"""A hub with 64 descriptors, filled by callers, by browsers and by both."""

import contextlib
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from real_processes import PATIENCE_S, SERVE, ServedHub
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from core.throttle import WINDOW_S

DESCRIPTORS = 64
WATCHED_S = 2.0
"""How long the processor's time is measured while it is full."""

PLAIN_ASYNCIO = """
import runpy, sys
sys.modules["uvloop"] = None
runpy.run_module("hubbub", run_name="__main__")
"""
WITHOUT_UVLOOP = (sys.executable, "-c", PLAIN_ASYNCIO, "serve")
HELLO = json.dumps({"type": "hello", "join": {"lobby": {"last": 0}}})


class Guest(Protocol):
    """One who is in the room."""

    def say(self, text: str) -> None: ...

    def sees(self, text: str) -> None: ...

    def close(self) -> None: ...


class NoRoom(Exception):
    """The newcomer was told so, in words or by the status of HTTP for it."""


class Caller:
    """A program on the TCP port."""

    def __init__(self, hub: ServedHub) -> None:
        self._socket = socket.create_connection(("127.0.0.1", hub.tcp_port), PATIENCE_S)
        self._file = self._socket.makefile("rb")
        self._socket.sendall(HELLO.encode() + b"\n")
        try:
            line = self._file.readline()
            if line == b"-! the hub is full; come back in a minute\n":
                raise NoRoom
            assert b'"welcome"' in line
        except BaseException:
            self.close()
            raise

    def say(self, text: str) -> None:
        line = json.dumps({"type": "say", "room": "lobby", "text": text})
        self._socket.sendall(line.encode() + b"\n")

    def sees(self, text: str) -> None:
        while text.encode() not in (line := self._file.readline()):
            assert line, "the hub closed on somebody who was inside"

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Browser:
    """A WebSocket on the page's port."""

    def __init__(self, hub: ServedHub) -> None:
        url = f"ws://127.0.0.1:{hub.web_port}/ws"
        self._open = contextlib.ExitStack()
        try:
            self._socket = self._open.enter_context(
                connect(url, proxy=None, open_timeout=PATIENCE_S)
            )
        except InvalidStatus as problem:
            if problem.response.status_code != 503:
                raise
            raise NoRoom from problem
        try:
            self._socket.send(HELLO)
            self.sees("welcome")
        except BaseException:
            self.close()
            raise

    def say(self, text: str) -> None:
        self._socket.send(json.dumps({"type": "say", "room": "lobby", "text": text}))

    def sees(self, text: str) -> None:
        while text not in str(self._socket.recv(PATIENCE_S)):
            pass

    def close(self) -> None:
        self._open.close()


@pytest.fixture(params=[SERVE, WITHOUT_UVLOOP], ids=["uvloop", "asyncio"])
def narrow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServedHub]:
    """Give a hub with few descriptors, and nothing in its log but its own lines."""
    shell = shutil.which("sh")
    assert shell
    limited = (shell, "-c", f'ulimit -n {DESCRIPTORS} && exec "$@"', "sh", *request.param)
    hub = ServedHub(tmp_path / "data", limited, PYTHONASYNCIODEBUG="")
    with hub.running():
        yield hub


def fill(inside: list[Guest], hub: ServedHub, kinds: list[Callable[[ServedHub], Guest]]) -> None:
    """Let guests of all kinds in by turns until nobody of any kind gets in."""
    left = list(kinds)
    while left:
        for kind in list(left):
            try:
                inside.append(kind(hub))
            except NoRoom:
                left.remove(kind)


def all_talk(guests: list[Guest], what: str) -> None:
    for number, guest in enumerate(guests):
        guest.say(f"{what} {number}.")
    for guest in guests:
        guest.sees(f"{what} {len(guests) - 1}.")


def descriptors(hub: ServedHub) -> int:
    return len(list(Path(f"/proc/{hub.pid}/fd").iterdir()))


def used_s(hub: ServedHub) -> float:
    """Return the processor's time that it has used."""
    fields = Path(f"/proc/{hub.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def a_crowd_outside(hub: ServedHub) -> Iterator[None]:
    """Keep forty connections at both doors that nobody lets in."""
    with contextlib.ExitStack() as stack:
        for port in (hub.tcp_port, hub.web_port) * 20:
            one = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
            stack.callback(one.close)
        yield


@pytest.mark.parametrize(
    "kinds", [[Caller], [Browser], [Caller, Browser]], ids=["callers", "browsers", "both"]
)
def test_a_full_hub_talks_on_and_has_room_again(
    narrow: ServedHub, kinds: list[Callable[[ServedHub], Guest]]
) -> None:
    inside: list[Guest] = []
    began_s = time.monotonic()
    try:
        fill(inside, narrow, kinds)
        assert len(inside) >= 4
        all_talk(inside, "full")
        most = descriptors(narrow)
        with a_crowd_outside(narrow):
            all_talk(inside, "crowd outside")
            before = used_s(narrow)
            ended = time.monotonic() + WATCHED_S
            while time.monotonic() < ended:
                most = max(most, descriptors(narrow))
                time.sleep(0.05)
            busy = (used_s(narrow) - before) / WATCHED_S
        # SQLite reopens its three files beside those that are open still.
        assert most <= DESCRIPTORS - 8
        assert busy < 0.1
        began = time.monotonic()
        for guest in inside[:4]:
            guest.close()
        del inside[:4]
        # The hub may still be closing; but nobody has to start it again.
        came = _come_in(narrow, kinds[-1])
        inside.append(came)
        print(f"{busy:.1%} busy, {most} open, in after {time.monotonic() - began:.2f} s")  # noqa: T201
        all_talk(inside, "some have come anew")
    finally:
        for guest in inside:
            guest.close()
    # The last line may be on its way.
    lines = narrow.process.seen.text.rpartition("\n")[0].splitlines()[2:]
    windows = 1 + (time.monotonic() - began_s) // WINDOW_S
    assert len(lines) <= 12 * windows, lines
    assert [line for line in lines if "full" not in line] == []


def _come_in(hub: ServedHub, kind: Callable[[ServedHub], Guest]) -> Guest:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return kind(hub)
        except NoRoom:
            assert time.monotonic() < deadline, "there is no room again"
            time.sleep(0.02)
