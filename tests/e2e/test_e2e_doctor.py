"""`hubbub doctor` as a person and a script run it, with a hub in processes of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from real_clients import Keep, Program, netcat
from real_processes import PATIENCE_S, ROOT, Process, ServedHub, once

DOCTOR = (sys.executable, "-m", "hubbub", "doctor")
CHECKS = 12

QUIET = os.environ | {"PYTHONASYNCIODEBUG": ""}
"""Debugging asyncio logs whatever a busy machine was slow at; here, errors are compared."""


def context(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*DOCTOR, *arguments], cwd=ROOT, env=QUIET, capture_output=True, text=True, check=False,
        timeout=2 * PATIENCE_S,
    )  # fmt: skip


def test_it_finds_every_door_by_itself_and_nobody_notices(served: ServedHub, keep: Keep) -> None:
    watcher = keep(netcat(served, "watcher"))
    done = context(served.address, "--json", "--wait", "20")
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result["state"] for result in results] == ["ok"] * CHECKS, done.stdout
    assert (done.returncode, done.stderr) == (0, "")
    (page,) = (result for result in results if result["door"] == "page")
    assert page["text"] == served.url
    # No guest, at whatever time he is announced.
    other = keep(Program(served, "other"))
    other.say(line := once("the doctor was here "))
    watcher.sees(line)
    assert [said for said in watcher.said() if "doctor" in said or "while away" in said] == [line]
    assert "guest-" not in watcher.seen.text.split("/help lists commands", 1)[1].split(line)[0]


def test_a_person_sees_lines_and_colours(served: ServedHub, keep: Keep) -> None:
    terminal = keep(
        Process("doctor", [*DOCTOR, served.address, "--wait", "20"], terminal=True,
                environment={"TERM": "xterm", "NO_COLOR": ""})
    )  # fmt: skip
    assert terminal.ended() == 0
    assert "\x1b[32mok     \x1b[0m WebSocket" in terminal.seen.text
    assert f"{CHECKS} of {CHECKS} doors work" in terminal.seen.text


def test_a_closed_pipe_ends_it_quietly(served: ServedHub) -> None:
    command = " ".join([*DOCTOR, served.address, "--wait", "20"])
    done = subprocess.run(
        f"{command} | head -1", shell=True, cwd=ROOT, env=QUIET, capture_output=True, text=True,
        check=True, timeout=2 * PATIENCE_S,
    )  # fmt: skip
    assert done.stdout.startswith("ok      host name")
    assert done.stderr == ""


def test_a_hub_that_is_gone_is_unreachable(tmp_path: Path) -> None:
    hub = ServedHub(tmp_path / "data")
    with hub.running():
        pass
    done = context(hub.address, "--web", hub.url)
    assert done.returncode == 3
    assert done.stdout.count("nobody listens there") == 2
    assert "start `hubbub serve`" in done.stdout
