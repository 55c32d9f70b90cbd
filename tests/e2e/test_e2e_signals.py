"""Clients that are told to end: by Ctrl-C, by `kill`, by a terminal that closes."""

import array
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from real_clients import Keep, Program
from real_processes import PATIENCE_S, ROOT, ServedHub, once

SEND = (sys.executable, "-m", "hubbub", "send")


def emptied(pipe: int) -> None:
    """Wait until everything that was written to a pipe has been read."""
    left = array.array("i", [1])
    deadline_s = time.monotonic() + PATIENCE_S
    while left[0]:
        assert time.monotonic() < deadline_s
        fcntl.ioctl(pipe, termios.FIONREAD, left)
        time.sleep(0.01)


@pytest.mark.parametrize("options", [(), ("--each-line",), ("--code",), ("--sample",)])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_loses_nothing_that_was_read(
    served: ServedHub, keep: Keep, number: signal.Signals, options: tuple[str, ...]
) -> None:
    room = once("signal")
    sender = subprocess.Popen(
        [*SEND, served.address, "--room", room, *options], cwd=ROOT, bufsize=0,
        stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert sender.stdin is not None
    assert sender.stderr is not None
    watcher = keep(Program(served, once("watcher"), join={room: {"last": 100}}))
    watcher.event("members")
    sender.stdin.write(b"first\n")
    watcher.seen.until("first")
    # What follows is being gathered, with a line at its end that is not whole yet.
    sender.stdin.write(b"".join(b"line %d\n" % one for one in range(150)) + b"the rest")
    emptied(sender.stdin.fileno())
    sender.send_signal(number)
    told = sender.stderr.read()
    assert sender.wait(PATIENCE_S) == 128 + number, told
    sender.stdin.close()
    sender.stderr.close()
    assert told == b""
    watcher.seen.until("the rest")
    assert [one for one in range(150) if f"line {one}" not in watcher.seen.text] == []


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """There is nobody to keep anything: a port that answers nothing."""
    hub = ServedHub.at_quiet_ports(tmp_path / "data")
    with hub as running:
        sender = subprocess.Popen(
            [*SEND, running.address], cwd=ROOT, bufsize=0, stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        assert sender.stdin is not None
        assert sender.stderr is not None
        sender.stdin.write(b"kept\n")
        watcher = Program(running, once("watcher"), join={"lobby": {"last": 10}})
        watcher.seen.until("kept")
        watcher.close()
        running.stop()
        assert b"not connected" in sender.stderr.readline()
        sender.stdin.write(b"lost\n")
        emptied(sender.stdin.fileno())
        sender.send_signal(signal.SIGTERM)
        assert b"ends once 1 message is kept" in sender.stderr.readline()
        sender.send_signal(signal.SIGTERM)
        assert b"1 message is not known to be kept" in sender.stderr.read()
        assert sender.wait(PATIENCE_S) == 143
        sender.stdin.close()
        sender.stderr.close()
        running.start()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_every_client_tells_which_signal_ended_it(
    served: ServedHub, number: signal.Signals
) -> None:
    tail = subprocess.Popen(
        [sys.executable, "-m", "hubbub", "tail", served.address, "--room", once("quiet")],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ,
    )  # fmt: skip
    deadline_s = time.monotonic() + PATIENCE_S
    while not calls(tail.pid):
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    tail.send_signal(number)
    assert tail.communicate(timeout=PATIENCE_S) == (b"", b"")
    assert tail.returncode == 128 + number


def calls(pid: int) -> bool:
    """Tell whether a process has a socket: it has begun, and decided about signals."""
    found = []
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
            found.append(str(one.readlink()))
    return sum(one.startswith("socket:") for one in found) > 2
