"""What the whole program asks of the system for a delivery, counted by strace.

Counts, not times: a slow machine gathers more lines in a commit, and asks less.
"""

import contextlib
import json
import re
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

READERS: Final = 20
LINES: Final = 2000
PATIENCE_S: Final = 60.0
CALLS: Final = "read,recvfrom,write,writev,sendto,sendmsg,fsync,fdatasync"


class Counted:
    """A hub under strace."""

    def __init__(self, folder: Path) -> None:
        self._counts = folder / "counts"
        said = folder / "said"
        with said.open("w") as file:
            self.process = subprocess.Popen(
                [
                    "strace", "-D", "-f", "-c", "-U", "name,calls", "-o", str(self._counts),
                    "-e", f"trace={CALLS}", sys.executable, "-m", "hubbub", "hub",
                    "--tcp-port", "0", "--data", str(folder / "data"),
                ],
                stderr=file,
            )  # fmt: skip
        end = time.monotonic() + PATIENCE_S
        while not (found := re.search(r"listening tcp \S+:(\d+)\n", said.read_text())):
            assert self.process.poll() is None, said.read_text()
            assert time.monotonic() < end, said.read_text()
            time.sleep(0.05)
        self.port = int(found[1])

    def counts(self) -> dict[str, int]:
        """Stop the hub and return how often it made each call."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE_S) == 0
        # With -D, strace is not the child that was waited for.
        end = time.monotonic() + PATIENCE_S
        while "total" not in (text := self._counts.read_text() if self._counts.exists() else ""):
            assert time.monotonic() < end, text
            time.sleep(0.05)
        return {
            name: int(calls) for name, calls in re.findall(r"^(\w+)\s+(\d+)", text, re.MULTILINE)
        }


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[Counted]:
    hub = Counted(tmp_path)
    yield hub
    hub.process.kill()
    hub.process.wait()


def deliver(port: int, lines: int) -> None:
    """Have one sayer say so many lines, until everybody has them all."""
    text = "x" * 100
    said = b"".join(
        json.dumps({"type": "say", "room": "lobby", "text": text, "id": f"{number}%"}).encode()
        + b"\n"
        for number in range(lines)
    )
    readers = [socket.create_connection(("127.0.0.1", port)) for _ in range(READERS)]
    for reader in readers:
        reader.sendall(b'{"type":"hello","join":{"lobby":{"last":0}}}\n')
        greeted = b""
        while b'"members"' not in greeted:
            greeted += reader.recv(65536)
    sayer = socket.create_connection(("127.0.0.1", port))
    sayer.sendall(b'{"type":"hello"}\n')
    seen = dict.fromkeys([*readers, sayer], 0)
    with selectors.DefaultSelector() as selector:
        for one in seen:
            one.setblocking(False)
            selector.register(one, selectors.EVENT_READ)
        end = time.monotonic() + PATIENCE_S
        while min(seen.values()) < lines:
            assert time.monotonic() < end, f"{min(seen.values())} of {lines}"
            if said:
                with contextlib.suppress(BlockingIOError):
                    said = said[sayer.send(said) :]
            for key, _ in selector.select(0.01):
                data = key.fileobj.recv(1 << 18)  # type: ignore[union-attr]
                assert data, "the hub hung up"
                # One byte, which no read can cut, and only ids have it.
                seen[key.fileobj] += data.count(b"%")  # type: ignore[index]
    for one in seen:
        one.close()


def test_system_calls_for_a_delivery(counted: Counted) -> None:
    deliver(counted.port, LINES)
    counts = counted.counts()
    writes = sum(counts.get(name, 0) for name in ("write", "writev", "sendto", "sendmsg"))
    reads = sum(counts.get(name, 0) for name in ("read", "recvfrom"))
    syncs = sum(counts.get(name, 0) for name in ("fsync", "fdatasync"))
    # strace has seen what it was to see.
    assert syncs > 0
    assert writes > READERS
    assert writes < READERS * LINES / 20, counts
    assert reads < LINES, counts
    assert syncs < LINES / 10, counts
