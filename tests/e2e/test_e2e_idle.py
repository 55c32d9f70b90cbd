"""A thousand who only listen cost little, and ten who talk still reach them."""

import contextlib
import resource
import selectors
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_clients import Program
from real_processes import PATIENCE_S, ServedHub, once

IDLE = 1000
TALKERS = 10
LINES = 20
LIMIT_BYTES = 20 * 1024


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedHub]:
    """Give a hub without the event loop's debugging, which keeps much for itself."""
    hub = ServedHub(tmp_path / "data", PYTHONASYNCIODEBUG="")
    with hub.running():
        yield hub


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process have as many sockets as the test needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 2 * IDLE:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * IDLE), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def resident_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no Rss line")


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


class Crowd:
    """Text clients that say nothing; all that they are shown is read."""

    def __init__(self, hub: ServedHub) -> None:
        self._hub = hub
        self._selector = selectors.DefaultSelector()
        self.shown: dict[socket.socket, bytes] = {}

    def come(self, count: int) -> None:
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", self._hub.tcp_port), PATIENCE_S)
            one.setblocking(False)
            self._selector.register(one, selectors.EVENT_READ)
            self.shown[one] = b""

    def all_see(self, text: bytes) -> None:
        """Read until every one of them has been shown `text`."""
        deadline = time.monotonic() + PATIENCE_S
        while left := sum(text not in shown for shown in self.shown.values()):
            if time.monotonic() > deadline:
                pytest.fail(f"{left} of {len(self.shown)} have not seen {text!r}")
            for key, _ in self._selector.select(1):
                one = key.fileobj
                assert isinstance(one, socket.socket)
                data = one.recv(65536)
                assert data, f"the hub closed on one who had seen {self.shown[one][-500:]!r}"
                self.shown[one] += data

    def leave(self) -> None:
        for one in self.shown:
            one.close()
        self._selector.close()


def talk(talkers: list[Program], crowd: Crowd, when: str) -> None:
    for number in range(LINES):
        for talker in talkers:
            talker.say(f"{when} line {number} of {talker.name}")
    end = once("that is all ")
    for talker in talkers:
        talker.sees(f"{when} line {LINES - 1} of {talker.name}")
    talkers[0].say(end)
    crowd.all_see(end.encode())


@pytest.mark.usefixtures("many_files")
def test_a_thousand_idle_and_ten_talking(served: ServedHub) -> None:
    with contextlib.ExitStack() as stack:
        crowd = Crowd(served)
        stack.callback(crowd.leave)
        talkers = [Program(served, "talker") for _ in range(TALKERS)]
        for talker in talkers:
            stack.callback(talker.close)
            talker.event("members")
        # Everything that is loaded or kept once is there after a first round.
        crowd.come(10)
        crowd.all_see(b"-- welcome to lobby")
        talk(talkers, crowd, "first")
        threads_before, before = threads(served.pid), resident_bytes(served.pid)
        crowd.come(IDLE)
        crowd.all_see(b"-- welcome to lobby")
        talk(talkers, crowd, "second")
        each = (resident_bytes(served.pid) - before) / IDLE
        print(f"{each / 1024:.1f} KiB for each idle client")  # noqa: T201  # a measure, shown by -rP
        assert threads(served.pid) == threads_before
        assert each < LIMIT_BYTES
        expected = [f"second line {number} of " for number in range(LINES)]
        for shown in crowd.shown.values():
            text = shown.decode()
            for talker in talkers:
                at = [text.find(f"{line}{talker.name}\n") for line in expected]
                assert at == sorted(at), "in order"
                assert at[0] >= 0
