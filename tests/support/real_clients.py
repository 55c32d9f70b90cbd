"""Real clients as processes of their own, and the hub that they speak to.

What a process writes is gathered by a thread as it comes, with the time of
its coming. Whoever waits for something waits at most PATIENCE_S, and is told
what there was instead.
"""

import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

T = TypeVar("T")
C = TypeVar("C", bound="Closes")

PATIENCE_S = 20.0
ROOT = Path(__file__).parents[2]

PACKAGES = {
    "bash": "bash",
    "curl": "curl",
    "nc": "netcat-openbsd",
    "setsid": "util-linux",
    "socat": "socat",
    "telnet": "telnet",
    "tmux": "tmux",
}

# A terminal shows the Ctrl-C that was typed before the line that came next.
_MESSAGE = re.compile(r"(?:\^C)*\d\d:\d\d <([^>]*)> (.*)")
_ENDS = re.compile(r"[\r\n]+")


_numbers = itertools.count(1)


def once(name: str) -> str:
    """Return a name that nobody had before: who has just left may still hold his."""
    return f"{name}{next(_numbers)}"


def tool(name: str) -> str:
    """Return a program's path; fail with the package that brings it."""
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"{name} is missing: apt-get install {PACKAGES[name]}")
    return path


class Seen:
    """What somebody has been shown so far, and when."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._changed = threading.Condition()
        self._data = bytearray()
        self._came: list[tuple[int, float]] = []
        self._ended = False

    def add(self, data: bytes) -> None:
        with self._changed:
            self._data += data
            self._came.append((len(self._data), time.time()))
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def came(self, text: str) -> float:
        """Return when the end of a text that has been seen came."""
        with self._changed:
            end = self._data.index(text.encode()) + len(text.encode())
            return next(at for size, at in self._came if size >= end)

    @property
    def data(self) -> bytes:
        with self._changed:
            return bytes(self._data)

    @property
    def text(self) -> str:
        return self.data.decode(errors="replace")

    def lines(self) -> list[str]:
        return _ENDS.split(self.text)

    def wait(self, what: Callable[[], T | None], wanted: str) -> T:
        """Return what `what` finds as soon as it is not None."""
        deadline = time.monotonic() + PATIENCE_S
        with self._changed:
            while (found := what()) is None:
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    how = "it ended" if self._ended else f"{PATIENCE_S} s passed"
                    pytest.fail(f"{self._who}: {how} without {wanted!r}; seen: {self.text[-2000:]}")
                self._changed.wait(left)
        return found

    def until(self, text: str) -> None:
        """Wait until `text` is seen."""
        self.wait(lambda: True if text in self.text else None, text)


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


class Process:
    """A program with pipes, or with a terminal of its own."""

    shows_own = False

    def __init__(
        self, name: str, arguments: Sequence[str], *, terminal: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.seen = Seen(name)
        self._terminal = terminal
        env = os.environ | {"PYTHONUNBUFFERED": "1"} | dict(environment or {})
        if terminal:
            self._input, far = os.openpty()
            output = os.dup(self._input)
            # Ctrl-C is a signal only to who has the terminal for its own.
            arguments = [tool("setsid"), "--ctty", *arguments]
        else:
            far, self._input = os.pipe()
            output, far_output = os.pipe()
        self.child = subprocess.Popen(
            arguments, stdin=far, stdout=far if terminal else far_output,
            stderr=subprocess.STDOUT, cwd=ROOT, env=env, start_new_session=not terminal,
        )  # fmt: skip
        os.close(far)
        if not terminal:
            os.close(far_output)
        self._thread = threading.Thread(target=self._gather, args=(output,), daemon=True)
        self._thread.start()

    def _gather(self, output: int) -> None:
        # A terminal whose last user has gone answers EIO instead of an end.
        with open(output, "rb", buffering=0) as file, contextlib.suppress(OSError):
            while data := file.read(65536):
                self.seen.add(data)
        self.seen.end()

    def type(self, data: bytes) -> None:
        os.write(self._input, data)

    def say(self, text: str) -> None:
        self.type(text.encode() + b"\n")

    def sees(self, text: str) -> float:
        self.seen.wait(lambda: True if text in self.said() else None, text)
        return self.seen.came(text)

    def said(self) -> list[str]:
        found = map(_MESSAGE.fullmatch, self.seen.lines())
        return [match[2] for match in found if match]

    def end_input(self) -> None:
        if self._input >= 0 and not self._terminal:
            os.close(self._input)
            self._input = -1

    def signal(self, number: int) -> None:
        self.child.send_signal(number)

    def ended(self) -> int:
        """Wait for its end; return its exit code."""
        try:
            code = self.child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{self.name} does not end; seen: {self.seen.text[-2000:]}")
        self._thread.join(PATIENCE_S)
        return code

    def close(self) -> None:
        """End it, and what it started: its session is its own."""
        self.end_input()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.kill()
        self.child.wait(PATIENCE_S)
        if self._input >= 0:
            os.close(self._input)
            self._input = -1
        self._thread.join(PATIENCE_S)


class ServedHub:
    """`hubbub serve` as a process, with the addresses that it has told."""

    def __init__(self, data: Path, **environment: str) -> None:
        self._data = data
        self._environment = environment
        self.process: Process
        self.tcp_port = self.web_port = 0

    def start(self) -> None:
        """Start it, where it was before if it has been."""
        self.process = Process(
            "hubbub serve",
            [sys.executable, "-m", "hubbub", "serve", "--tcp-port", str(self.tcp_port),
             "--web-port", str(self.web_port), "--data", str(self._data)],
            environment=self._environment,
        )  # fmt: skip
        self.process.seen.until("listening web ")
        self.process.seen.wait(lambda: self._address("web"), "the page's address")
        self.tcp_port, self.web_port = self._address("tcp") or 0, self._address("web") or 0

    def _address(self, what: str) -> int | None:
        found = re.search(rf"listening {what} \S+:(\d+)/?\n", self.process.seen.text)
        return int(found[1]) if found else None

    @property
    def pid(self) -> int:
        return self.process.child.pid

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.tcp_port}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}/"

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, wait for the end, return the exit code."""
        self.process.signal(number)
        code = self.process.ended()
        self.process.close()
        assert "Traceback" not in self.process.seen.text, self.process.seen.text[-4000:]
        return code


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


class JoinInTmux:
    """`hubbub join` at its prompt, in a terminal that is looked at from outside."""

    shows_own = True

    def __init__(self, hub: ServedHub, folder: Path, name: str = "tmux") -> None:
        self.name = name = once(name)
        self._tmux = [tool("tmux"), "-S", str(folder / f"{name}.socket"), "-f", os.devnull]
        command = hubbub(hub, "join", "--nick", name)
        self._run("new-session", "-d", "-x", "100", "-y", "50", "-c", str(ROOT), *command)
        self.until(f"-- welcome to lobby, {name}")

    def _run(self, *arguments: str) -> str:
        return subprocess.run(
            [*self._tmux, *arguments], check=True, capture_output=True, text=True,
            timeout=PATIENCE_S,
        ).stdout  # fmt: skip

    def screen(self) -> str:
        """Return what is on the screen, and what has scrolled out of it."""
        return self._run("capture-pane", "-p", "-S", "-")

    def until(self, text: str) -> float:
        """Return the time at which `text` stands in a line of the screen."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in (screen := self.screen()):
            if time.monotonic() > deadline:
                pytest.fail(f"{self.name}: no {text!r} on the screen: {screen.rstrip()}")
            time.sleep(0.02)  # a screen cannot be waited for
        return time.time()

    def say(self, text: str) -> None:
        self._run("send-keys", "-l", text)
        self._run("send-keys", "Enter")

    def sees(self, text: str) -> float:
        return self.until(f"> {text}\n")

    def said(self) -> list[str]:
        found = (_MESSAGE.fullmatch(line.strip()) for line in self.screen().split("\n"))
        return [match[2] for match in found if match]

    def close(self) -> None:
        self._run("kill-server")
