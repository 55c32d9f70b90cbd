"""Processes of real programs, and the hub that they speak to.

What a process writes is gathered by a thread as it comes, with the time of
its coming. Whoever waits for something waits at most PATIENCE_S, and is told
what there was instead.
"""

import contextlib
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from ports import quiet_port

T = TypeVar("T")

PATIENCE_S = 60.0
ROOT = Path(__file__).parents[2]

SERVE = (sys.executable, "-m", "hubbub", "serve")

PACKAGES = {
    "bash": "bash",
    "caddy": "caddy",
    "curl": "curl",
    "fish": "fish",
    "haproxy": "haproxy",
    "ip": "iproute2",
    "nc": "netcat-openbsd",
    "nginx": "nginx-light",
    "setsid": "util-linux",
    "socat": "socat",
    "telnet": "telnet",
    "tmux": "tmux",
    "unshare": "util-linux",
    "zsh": "zsh",
}

# A terminal shows the Ctrl-C that was typed before the line that came next.
MESSAGE = re.compile(r"(?:\^C)*\d\d:\d\d <([^>]*)> (.*)")
_ENDS = re.compile(r"[\r\n]+")


_numbers = itertools.count(1)


def once(name: str) -> str:
    """Return a name that nobody had before: who has just left may still hold his."""
    return f"{name}{next(_numbers)}"


def tool(name: str) -> str:
    """Return a program's path; fail with the package that brings it."""
    # Servers are where not everybody's PATH leads.
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin")
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
        """Return when the end of a text came, as it was written."""
        wanted = text.encode()
        # What was made of it may have been looked at before it is noted here.
        self.wait(lambda: True if wanted in self._data else None, text)
        with self._changed:
            end = self._data.index(wanted) + len(wanted)
            return next(at for size, at in self._came if size >= end)

    @property
    def data(self) -> bytes:
        with self._changed:
            return bytes(self._data)

    @property
    def text(self) -> str:
        return self._data.decode(errors="replace")

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
        found = map(MESSAGE.fullmatch, self.seen.lines())
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

    def __init__(self, data: Path, command: Sequence[str] = SERVE, **environment: str) -> None:
        self._data = data
        self._command = command
        self._environment = environment
        self.process: Process
        self.tcp_port = self.web_port = 0
        self.telnet_port: int | None = None

    def start(self) -> None:
        """Start it, where it was before if it has been."""
        self.process = Process(
            "hubbub serve",
            [*self._command, "--tcp-port", str(self.tcp_port),
             "--web-port", str(self.web_port), "--data", str(self._data)],
            environment=self._environment,
        )  # fmt: skip
        self.process.seen.until("listening web ")
        self.process.seen.wait(lambda: self._address("web"), "the page's address")
        self.tcp_port, self.web_port = self._address("tcp") or 0, self._address("web") or 0
        self.telnet_port = self._address("telnet")

    def _address(self, what: str) -> int | None:
        found = re.search(rf"listening {what} \S+:(\d+)/?\n", self.process.seen.text)
        return int(found[1]) if found else None

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Start it; at last it must end cleanly, without a traceback."""
        self.start()
        try:
            yield
            assert self.stop() == 0
        finally:
            self.process.close()

    @classmethod
    @contextlib.contextmanager
    def at_quiet_ports(cls, data: Path) -> Iterator["ServedHub"]:
        """Give a running hub that starts again at the same ports; at last it must end cleanly."""
        hub = cls(data)
        hub.tcp_port, hub.web_port = quiet_port(), quiet_port()
        with hub.running():
            yield hub

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
