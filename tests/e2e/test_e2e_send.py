"""`hubbub send` as a process at the end of a pipe, and a hub that dies meanwhile."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_clients import Keep, Program, hubbub
from real_processes import PATIENCE_S, ROOT, ServedHub

LINES = 100_000


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedHub]:
    """Give a hub that starts again at the same ports."""
    with ServedHub.at_quiet_ports(tmp_path / "data") as hub:
        yield hub


def lines_of(hub: ServedHub, room: str) -> list[str]:
    """Return every line of a room's log, from its beginning."""
    tail = [sys.executable, "-m", "hubbub", "tail", hub.address, "--room", room, "--since", "0"]
    done = subprocess.run(
        [*tail, "--json", "--no-follow"], cwd=ROOT, capture_output=True, timeout=3 * PATIENCE_S,
        check=True,
    )  # fmt: skip
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for message in messages for line in message["text"].split("\n")]


def sender(hub: ServedHub, *flags: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "hubbub", "send", hub.address, "--nick", "web1", *flags], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize("flags", [(), ("--each-line",)])
def test_a_hub_that_dies_in_the_middle_has_every_line_once(
    served: ServedHub, flags: tuple[str, ...]
) -> None:
    count = LINES if not flags else LINES // 10
    process = sender(served, "--room", "log", *flags)
    assert process.stdin is not None
    pieces = [
        b"".join(b"%d\n" % number for number in range(start, start + count // 10))
        for start in range(0, count, count // 10)
    ]
    watcher = Program(served, "watcher", join={"log": {"last": 1}})
    for number, piece in enumerate(pieces):
        process.stdin.write(piece)
        process.stdin.flush()
        if not number:
            # Who cannot reach the hub at first does not wait for it.
            watcher.seen.until('"message"')
            watcher.close()
        if number in (2, 5):
            # What was written just now is on its way in all states there are.
            assert served.stop(signal.SIGKILL) == -signal.SIGKILL
            served.start()
    _, told = process.communicate(timeout=3 * PATIENCE_S)
    assert process.returncode == 0, told
    assert b"not connected" in told
    assert lines_of(served, "log") == [str(number) for number in range(count)]


def test_nobody_sees_it_come_and_go(served: ServedHub, keep: Keep) -> None:
    watcher = keep(Program(served, "watcher"))
    watcher.event("members")
    process = sender(served)
    process.communicate(b"one\ntwo\n", timeout=PATIENCE_S)
    assert process.returncode == 0
    watcher.seen.until("one\\ntwo")
    assert '"joined"' not in watcher.seen.text.partition('"members"')[2]
    assert '"left"' not in watcher.seen.text


PEAK = r"""
import re, sys
from pathlib import Path
from hubbub.cli import run
code = run(sys.argv[1:])
# Of this program alone; getrusage remembers what forked it.
print(re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())[1])
sys.exit(code)
"""


def test_a_long_input_takes_no_more_memory_than_a_short_one(
    served: ServedHub, tmp_path: Path
) -> None:
    peaks = []
    for megabytes in (5, 40):
        (tmp_path / "input").write_bytes((b"x" * 99 + b"\n") * (10_000 * megabytes))
        with (tmp_path / "input").open("rb") as lines:
            done = subprocess.run(
                [sys.executable, "-c", PEAK, "send", served.address, "--room", "big"], cwd=ROOT,
                stdin=lines, capture_output=True, timeout=3 * PATIENCE_S, check=True,
            )  # fmt: skip
        peaks.append(int(done.stdout))
    assert peaks[1] < peaks[0] + 8 * 1024, peaks


def test_exit_codes(served: ServedHub) -> None:
    for code, arguments in (
        (0, ("hello",)),
        (1, ("--nick", "two words", "hello")),
        (2, ("--each-line", "hello")),
        (2, ("--code", "--each-line")),
    ):
        assert subprocess.run(hubbub(served, "send", *arguments), cwd=ROOT).returncode == code
    assert served.stop() == 0
    assert subprocess.run(hubbub(served, "send", "hello"), cwd=ROOT).returncode == 3
