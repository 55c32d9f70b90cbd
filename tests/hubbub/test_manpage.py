"""The manual page: made from the command line, and as it is committed."""

import subprocess
import sys
from pathlib import Path

import pytest

from hubbub.cli import all_flags
from hubbub.examples import EXAMPLES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "hubbub.1"


@pytest.fixture(scope="module")
def shown() -> str:
    """Give the page as man prints it, on one line and with plain characters."""
    printed = subprocess.run(
        ["mandoc", "-T", "ascii", "-O", "width=200", PAGE], capture_output=True, check=True
    ).stdout.decode()
    while "\b" in printed:  # bold and underlined are struck over
        at = printed.index("\b")
        printed = printed[: at - 1] + printed[at + 1 :]
    return " ".join(printed.split())


def test_the_page_is_up_to_date_with_the_command_line() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "tools.manpage", "-"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    assert made == PAGE.read_text(encoding="ascii"), "make man"


def test_mandoc_finds_nothing_wrong_with_it() -> None:
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", PAGE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_command_flag_and_example_is_on_it(shown: str) -> None:
    for command, flags in all_flags().items():
        assert f"hubbub {command}" in shown
        for flag in flags:
            name = flag.replace("_", "-")
            assert f"--{name}" in shown or name.upper() in shown, f"{command} {flag}"
    for line in (line for lines in EXAMPLES.values() for line, _ in lines):
        assert line in shown


@pytest.mark.parametrize(
    "words",
    [
        "Port for nc, telnet and programs; 0 picks a free one. Without it: 4045.",
        "0 runs both in one. Without it: 0.",
        "--format jsonl|text|markdown",
        "HUBBUB_TCP_PORT",
        "hubbub.toml",
        "$XDG_STATE_HOME/hubbub/history",
        "3 The hub is not reachable.",
        "hubbub send [flags] TARGET [TEXT ...]",
    ],
)
def test_what_help_does_not_say_is_on_it(words: str, shown: str) -> None:
    assert words in shown
