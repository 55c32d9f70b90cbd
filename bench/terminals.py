"""`hubbub join` in a terminal that a program looks at, and who says lines to it."""

import fcntl
import json
import os
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from bench.running import command, environment

ROWS: Final = 24
COLUMNS: Final = 80
READ_BYTES: Final = 65_536
PATIENCE_S: Final = 30.0
STOP_WAIT_S: Final = 10.0
TURN_S: Final = 0.01
"""Lines that are due are said together so often."""

_WHERE: Final = b"\x1b[6n"
_THERE: Final = f"\x1b[{ROWS};1R".encode()
_LINE: Final = "line %07d, of the length that lines of a chat have"


class Joined:
    """One `hubbub join` in a terminal of its own, whose screen nobody draws."""

    def __init__(self, port: int, state: Path, *flags: str) -> None:
        here, there = pty.openpty()
        fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._terminal = here
        self._tail = b""
        self._process = subprocess.Popen(
            command("join", f"127.0.0.1:{port}", *flags), stdin=there, stdout=there, stderr=there,
            env=environment() | {"TERM": "xterm-256color", "XDG_STATE_HOME": str(state)},
            start_new_session=True,
        )  # fmt: skip
        os.close(there)
        threading.Thread(target=self._drain, daemon=True).start()

    def _drain(self) -> None:
        with suppress(OSError):
            while data := os.read(self._terminal, READ_BYTES):
                # As terminals do: it is asked where its cursor is.
                if _WHERE in data:
                    os.write(self._terminal, _THERE)
                self._tail = (self._tail + data)[-READ_BYTES:]

    def wait_for(self, text: bytes) -> None:
        """Wait until it has shown a text; raise TimeoutError."""
        end_s = time.monotonic() + PATIENCE_S
        while text not in self._tail:
            if time.monotonic() > end_s:
                raise TimeoutError(f"{text!r} did not come")
            time.sleep(TURN_S)

    def cpu_s(self) -> float:
        """Return how long it has computed so far, in seconds."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_WAIT_S)
        finally:
            os.close(self._terminal)


@contextmanager
def joined(port: int, *flags: str) -> Iterator[Joined]:
    """Give a client that has been greeted."""
    with tempfile.TemporaryDirectory() as state:
        client = Joined(port, Path(state), *flags)
        try:
            client.wait_for(b"welcome to lobby")
            yield client
        finally:
            client.close()


class Sayer:
    """Somebody who says lines, so many a second."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._said = 0
        self._send({"type": "hello", "nick": "bob", "join": {"lobby": {"last": 0}}})
        threading.Thread(target=self._drain, daemon=True).start()

    def _send(self, *requests: dict[str, object]) -> None:
        self._socket.sendall("".join(json.dumps(one) + "\n" for one in requests).encode())

    def _drain(self) -> None:
        with suppress(OSError):
            while self._socket.recv(READ_BYTES):
                pass

    def say(self, rate: float, seconds: float) -> int:
        """Say `rate` lines a second for so many seconds; return how many that were."""
        began_s, first = time.monotonic(), self._said
        count = round(rate * seconds)
        while (done := self._said - first) < count:
            due = min(count, int((time.monotonic() - began_s) * rate) + 1)
            self._send(*[self._next() for _ in range(due - done)])
            time.sleep(max(TURN_S, began_s + due / rate - time.monotonic()))
        return count

    def _next(self) -> dict[str, object]:
        self._said += 1
        return {"type": "say", "room": "lobby", "text": self.last(), "id": str(self._said)}

    def last(self) -> str:
        """Return what was said last."""
        return _LINE % self._said

    def close(self) -> None:
        """Leave."""
        self._socket.close()


class Watched:
    """One `hubbub join` in tmux, whose screen can be looked at."""

    def __init__(self, port: int, folder: Path) -> None:
        self._tmux = [str(shutil.which("tmux")), "-S", str(folder / "t"), "-f", os.devnull]
        size = ["-x", str(COLUMNS), "-y", str(ROWS)]
        program = command("join", f"127.0.0.1:{port}")
        self._run("new-session", "-d", *size, "-e", f"XDG_STATE_HOME={folder}", *program)
        end_s = time.monotonic() + PATIENCE_S
        while not self.has_prompt():
            if time.monotonic() > end_s:
                raise TimeoutError("the prompt did not come")
            time.sleep(TURN_S)

    def _run(self, *arguments: str) -> str:
        return subprocess.run(
            [*self._tmux, *arguments], check=True, capture_output=True, text=True, env=environment()
        ).stdout

    def has_prompt(self) -> bool:
        """Tell whether the prompt is on the screen just now."""
        return bool(re.search(r"^lobby>", self._run("capture-pane", "-p"), re.MULTILINE))

    def close(self) -> None:
        """End it."""
        with suppress(subprocess.CalledProcessError):
            self._run("kill-server")
