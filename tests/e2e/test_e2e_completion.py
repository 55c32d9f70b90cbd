"""A person presses Tab, in each of the shells."""

import subprocess
import sys
from pathlib import Path

import pytest
from real_clients import Keep
from real_processes import ROOT, Process, tool

# What was on the line when Enter was pressed is printed: no two shells edit alike.
ECHO = 'hubbub() {{ echo "<$*>"; }}; '

# How each begins without anybody's settings, and takes the script.
SHELLS = {
    "bash": (["--norc", "--noprofile", "-i"], ECHO + "source {file}"),
    "zsh": (
        ["-f", "-i"],
        ECHO + "fpath=({folder} $fpath); autoload -Uz compinit; compinit -D -u",
    ),
    "fish": (["--no-config", "-i"], 'function hubbub; echo "<$argv>"; end; source {file}'),
}


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path, keep: Keep) -> Process:
    """Give a shell in a terminal that completes hubbub's command line."""
    flags, begin = SHELLS[request.param]
    file = tmp_path / "_hubbub"
    script = subprocess.run(
        [sys.executable, "-m", "hubbub", "completion", request.param], cwd=ROOT, check=True,
        capture_output=True,
    )  # fmt: skip
    file.write_bytes(script.stdout)
    environment = {"TERM": "xterm", "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    process = keep(
        Process(
            request.param, [tool(request.param), *flags], terminal=True, environment=environment
        )
    )
    process.say(begin.format(file=file, folder=tmp_path))
    process.say("echo ok-$(echo begin)" if request.param != "fish" else "echo ok-(echo begin)")
    process.seen.until("ok-begin")
    return process


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("exp", "export"),
        ("send x --each", "send x --each-line"),
        ("export lobby --format mark", "export lobby --format markdown"),
        ("completion zs", "completion zsh"),
    ],
)
def test_tab_completes(shell: Process, typed: str, wanted: str) -> None:
    shell.type(f"hubbub {typed}".encode())
    if shell.name == "zsh":
        # It takes a Tab for text where more has been typed behind it.
        shell.seen.until(typed)
        before, rest = len(shell.seen.data), wanted.removeprefix(typed)
        shell.type(b"\t")
        shell.seen.wait(lambda: True if rest.encode() in shell.seen.data[before:] else None, rest)
        shell.type(b"\r")
    else:
        shell.type(b"\t\r")
    shell.seen.until(f"<{wanted}>")
