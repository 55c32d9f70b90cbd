"""Servers as processes: started in a session of their own, waited for, ended."""

import contextlib
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent

START_LIMIT_S: Final = 30.0
STOP_LIMIT_S: Final = 10.0
DESCRIPTORS: Final = 65_536


class NotReady(Exception):
    """A server ended, or went on, without being ready."""


def raise_descriptors() -> None:
    """Let this process and its children open as many files as they may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if most == resource.RLIM_INFINITY else min(most, DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def find_program(name: str) -> Path | None:
    """Return where a program is: on PATH, beside Python, or where servers are."""
    folders = [str(Path(sys.executable).parent), "/usr/sbin", "/usr/local/sbin"]
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *folders]))
    return Path(found) if found else None


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def first_number(command: Sequence[str | Path]) -> str:
    """Return the first version number that a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    found = re.search(r"\d+\.\d+[\w.-]*", done.stdout + done.stderr)
    return found[0] if found else "?"


class Process:
    """One running server; its output goes to a file."""

    def __init__(self, command: Sequence[str | Path], folder: Path, name: str) -> None:
        """Start it, with `folder` for what it writes."""
        self.name = name
        self._log = folder / f"{name}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT,
                start_new_session=True, env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )  # fmt: skip

    @property
    def session(self) -> int:
        """The session that it, and whatever it starts, belongs to."""
        return self._process.pid

    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_for_port(self, port: int) -> None:
        """Wait until a port accepts connections; raise NotReady."""
        for _ in self._attempts():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return

    def wait_for(self, pattern: str) -> str:
        """Wait until it has written something, and return the pattern's group."""
        for _ in self._attempts():
            if found := re.search(pattern, self.said()):
                return found[1]
        raise AssertionError

    def _attempts(self) -> Iterator[None]:
        end_s = time.monotonic() + START_LIMIT_S
        while self._process.poll() is None and time.monotonic() < end_s:
            yield
            time.sleep(0.02)
        raise NotReady(f"{self.name} is not ready: {self.said()[-1000:]}")

    def stop(self) -> None:
        """End it, and what it has started."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_LIMIT_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.session, signal.SIGKILL)
        self._process.wait()
