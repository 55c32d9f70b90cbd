"""`hubbub tail` as a process in a pipe, and a hub that dies meanwhile."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_clients import Keep, hubbub
from real_processes import PATIENCE_S, ROOT, Process, ServedHub

LINES = 20_000


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedHub]:
    """Give a hub that starts again at the same ports."""
    with ServedHub.at_quiet_ports(tmp_path / "data") as hub:
        yield hub


def send(hub: ServedHub, lines: bytes, *flags: str) -> None:
    done = subprocess.run(
        hubbub(hub, "send", "--nick", "web1", *flags), cwd=ROOT, input=lines, check=False,
        timeout=PATIENCE_S, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_it_ends_with_its_reader(served: ServedHub) -> None:
    """At once, not when something is said again, and without a word."""
    send(served, b"one\ntwo\n", "--each-line")
    head = f"{sys.executable} -m hubbub tail {served.address} | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {head}"], cwd=ROOT, capture_output=True, check=False,
        timeout=PATIENCE_S,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.endswith(b"> one\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_goes_on_where_it_was(served: ServedHub, keep: Keep, number: int) -> None:
    tail = keep(Process("tail", hubbub(served, "tail", "--last", "0")))
    # Nothing tells when it is in the room, and it shows nothing that was said before.
    begins: list[str] = []
    while "begin" not in tail.seen.text:
        begins.append(f"begin{len(begins)}")
        send(served, begins[-1].encode() + b"\n")
    parts = [range(start, start + LINES // 4) for start in range(0, LINES, LINES // 4)]
    for part in parts:
        send(served, b"".join(b"%d\n" % one for one in part))
        served.stop(number)
        served.start()
    send(served, b"end\n")
    tail.seen.until("end")
    said = [line.split()[-1] for line in tail.seen.lines() if "hubbub:" not in line and line]
    shown = begins[begins.index(said[0]) :]
    assert said == [*shown, *(str(one) for one in range(LINES)), "end"]
    told = ["connected again" in line for line in tail.seen.lines() if line.startswith("hubbub:")]
    # A hub that ends twice before it is found again is lost once.
    assert told == [False, True] * (len(told) // 2) != [], "each loss and each return, once"


def test_a_terminal_has_colours_and_days_and_a_pipe_neither(served: ServedHub, keep: Keep) -> None:
    send(served, b"hello\n")
    command = hubbub(served, "tail", "--no-follow")
    colourful = {"TERM": "xterm-256color", "NO_COLOR": ""}
    shown = keep(Process("terminal", command, terminal=True, environment=colourful))
    assert shown.ended() == 0
    assert "\x1b[38;5;" in shown.seen.text
    assert "──" in shown.seen.text
    plain = keep(Process("pipe", command, environment=colourful))
    assert plain.ended() == 0
    assert "\x1b" not in plain.seen.text
    assert "──" not in plain.seen.text
    assert "-- " not in plain.seen.text, "in a pipe, today needs no name"
    calm = keep(Process("calm", command, terminal=True, environment={"NO_COLOR": "1"}))
    assert calm.ended() == 0
    assert "\x1b[38" not in calm.seen.text
    assert "──" in calm.seen.text
