"""Real clients, each of which can talk in a room and tell what it sees."""

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import pytest
from real_processes import MESSAGE, PATIENCE_S, ROOT, Process, Seen, ServedHub, once, tool
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

C = TypeVar("C", bound="Closes")


class Closes(Protocol):
    def close(self) -> None: ...


class Talker(Closes, Protocol):
    """One who is in the room: says lines, and sees those of others."""

    name: str
    shows_own: bool

    def say(self, text: str) -> None: ...

    def sees(self, text: str) -> float:
        """Return the time (`time.time`) at which a line was on its screen."""
        ...

    def said(self) -> list[str]:
        """Return the texts that it has seen said, in order."""
        ...


class Keep(Protocol):
    """The `keep` fixture: take a client, give it back, close it after the test."""

    def __call__(self, client: C) -> C: ...


class Program:
    """JSON lines over a WebSocket, with the websockets library."""

    shows_own = True

    def __init__(self, hub: ServedHub, name: str, **hello: Any) -> None:
        self.name = name = once(name)
        self.seen = Seen(name)
        self._events: list[dict[str, Any]] = []
        self._open = contextlib.ExitStack()
        url = f"ws://127.0.0.1:{hub.web_port}/ws"
        self._socket = self._open.enter_context(connect(url, proxy=None))
        self._thread = threading.Thread(target=self._gather, daemon=True)
        self._thread.start()
        self.send(type="hello", **{"nick": name, "join": {"lobby": {"last": 0}}} | hello)

    def _gather(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                frame = self._socket.recv()
                assert isinstance(frame, str)
                self._events += [json.loads(line) for line in frame.split("\n") if line]
                self.seen.add(frame.encode() + b"\n")
        self.seen.end()

    def send(self, **request: Any) -> None:
        self._socket.send(json.dumps(request))

    def event(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Return the first event of a kind with these fields, once it is there."""

        def find() -> dict[str, Any] | None:
            for event in list(self._events):
                if event["type"] == kind and fields.items() <= event.items():
                    return event
            return None

        return self.seen.wait(find, f"{kind} {fields}")

    def messages(self) -> list[dict[str, Any]]:
        return [event for event in list(self._events) if event["type"] == "message"]

    def say(self, text: str) -> None:
        self.send(type="say", room="lobby", text=text, id=f"{time.monotonic_ns()}")

    def sees(self, text: str) -> float:
        self.event("message", text=text)
        return self.seen.came(text)

    def said(self) -> list[str]:
        return [message["text"] for message in self.messages()]

    def gone(self) -> None:
        """Wait until the connection has ended."""
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), f"{self.name} is still connected"

    def close(self) -> None:
        self._open.close()
        self.gone()


def in_text(name: str, arguments: Sequence[str], *, terminal: bool = False) -> Process:
    """Start a text client, wait for its greeting, and give it a nick."""
    name = once(name)
    client = Process(name, arguments, terminal=terminal)
    try:
        client.seen.until("-- welcome to lobby")
        client.say(f"/nick {name}")
        client.seen.until(f"-- you are now {name}")
    except BaseException:
        client.close()
        raise
    return client


def netcat(hub: ServedHub, name: str = "nc") -> Process:
    return in_text(name, [tool("nc"), "127.0.0.1", str(hub.tcp_port)])


def telnet(hub: ServedHub, name: str = "telnet", *, negotiates: bool = True) -> Process:
    """Start telnet in a terminal; it negotiates by itself if its port has a minus."""
    port = f"-{hub.tcp_port}" if negotiates else str(hub.tcp_port)
    return in_text(name, [tool("telnet"), "--", "127.0.0.1", port], terminal=True)


def socat(hub: ServedHub, name: str = "socat") -> Process:
    return in_text(name, [tool("socat"), "-", f"TCP:{hub.address}"])


def bash(hub: ServedHub, name: str = "bash") -> Process:
    script = 'exec 3<>"/dev/tcp/127.0.0.1/$0"; cat <&3 & cat >&3; kill $!'
    return in_text(name, [tool("bash"), "-c", script, str(hub.tcp_port)])


def hubbub(hub: ServedHub, *arguments: str) -> list[str]:
    """Return the command line of one of Hubbub's own clients."""
    command, *rest = arguments
    return [sys.executable, "-m", "hubbub", command, hub.address, *rest]


def join_plain(hub: ServedHub, name: str = "join") -> Process:
    name = once(name)
    client = Process(name, hubbub(hub, "join", "--plain", "--nick", name))
    try:
        client.seen.until(f"-- welcome to lobby, {name}")
    except BaseException:
        client.close()
        raise
    return client


PROMPT = re.compile(r"^[\w-]+>", re.MULTILINE)


class InTmux:
    """A program in a terminal that is looked at from outside."""

    shows_own = True

    def __init__(
        self, name: str, command: Sequence[str], greeting: str, *, columns: int = 100,
        rows: int = 50, shell: bool = False,
    ) -> None:  # fmt: skip
        """Start it, and wait for its greeting.

        With `shell`, a shell is below it, as a person would have one.
        """
        self.name = name
        # The path of a socket has to be short.
        self._folder = tempfile.TemporaryDirectory(prefix="hubbub")
        socket = f"{self._folder.name}/tmux"
        self._tmux = [tool("tmux"), "-u", "-S", socket, "-f", os.devnull]
        if shell:
            line = shlex.join(command)
            command = [tool("bash"), "--norc", "-i"]
        # What it keeps from run to run is not the tester's.
        state = ["-e", f"XDG_STATE_HOME={self._folder.name}"]
        size = ["-x", str(columns), "-y", str(rows)]
        self._run("new-session", "-d", *size, *state, "-c", str(ROOT), *command)
        try:
            if shell:
                self.say(line)
            self.until(greeting)
        except BaseException:
            self.close()
            raise

    def _run(self, *arguments: str) -> str:
        return subprocess.run(
            [*self._tmux, *arguments], check=True, capture_output=True, encoding="utf-8",
            timeout=PATIENCE_S, env=os.environ | {"LC_ALL": "C.UTF-8"},
        ).stdout  # fmt: skip

    def screen(self) -> str:
        """Return what is on the screen, and what has scrolled out of it."""
        return self._run("capture-pane", "-p", "-S", "-")

    def until(self, text: str) -> float:
        """Return the time at which `text` stands in a line of the screen."""
        self._wait(lambda: text in self.screen(), text)
        return time.time()

    def _wait(self, true: Callable[[], object], wanted: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not true():
            if time.monotonic() > deadline:
                pytest.fail(f"{self.name}: no {wanted!r} on the screen: {self.screen().rstrip()}")
            time.sleep(0.02)  # a screen cannot be waited for

    def visible(self) -> str:
        """Return what is on the screen now."""
        return self._run("capture-pane", "-p")

    def shows(self, wanted: Callable[[str], object]) -> str:
        """Return the visible screen once it is as wanted."""
        deadline = time.monotonic() + PATIENCE_S
        while not wanted(screen := self.visible()):
            if time.monotonic() > deadline:
                pytest.fail(f"{self.name}: not as wanted: {screen.rstrip()}")
            time.sleep(0.02)  # a screen cannot be waited for
        return screen

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: `C-c`, `M-1`, `Tab`."""
        self._run("send-keys", *keys)

    def paste(self, text: str) -> None:
        """Paste as a terminal does that is told of pastes.

        It is told by whoever draws the prompt, together with that.
        """
        self._wait(lambda: PROMPT.search(self.screen()) is not None, "the prompt")
        self._run("set-buffer", text)
        self._run("paste-buffer", "-p")

    def resize(self, columns: int, rows: int) -> None:
        self._run("resize-window", "-x", str(columns), "-y", str(rows))

    def say(self, text: str) -> None:
        self.type(text)
        self.press("Enter")

    def sees(self, text: str) -> float:
        # Not only in the prompt, where it may have been typed.
        self._wait(lambda: text in self.said(), f"<…> {text}")
        return time.time()

    def said(self) -> list[str]:
        found = (MESSAGE.fullmatch(line.strip()) for line in self.screen().split("\n"))
        return [match[2] for match in found if match]

    def close(self) -> None:
        self._run("kill-server")
        self._folder.cleanup()


class JoinInTmux(InTmux):
    """`hubbub join` at its prompt."""

    def __init__(
        self, hub: ServedHub, name: str = "tmux", *flags: str, columns: int = 100, rows: int = 50,
        shell: bool = False,
    ) -> None:  # fmt: skip
        name = once(name)
        super().__init__(
            name, hubbub(hub, "join", "--nick", name, *flags), f"-- welcome to lobby, {name}",
            columns=columns, rows=rows, shell=shell,
        )  # fmt: skip


class TelnetInTmux(InTmux):
    """telnet at the port for it alone, without a minus, started from a shell."""

    shows_own = False

    def __init__(self, hub: ServedHub, name: str = "telnet") -> None:
        assert hub.telnet_port is not None
        command = [tool("telnet"), "127.0.0.1", str(hub.telnet_port)]
        super().__init__(once(name), command, "-- welcome to lobby", shell=True)
