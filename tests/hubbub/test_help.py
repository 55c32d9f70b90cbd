"""What `--help` says, and what the examples in it are worth."""

import shlex

import pytest
from cyclopts import CycloptsError

from hubbub.cli import all_flags, app, run
from hubbub.examples import EXAMPLES


def test_every_command_has_examples() -> None:
    assert set(EXAMPLES) == set(all_flags())


@pytest.mark.parametrize("command", EXAMPLES)
def test_help_is_of_a_terminals_width_and_shows_them(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert all(len(line) <= 80 for line in shown.splitlines() if not line.startswith("  hubbub"))
    for line, what in EXAMPLES[command]:
        assert f"  {line}\n      {what}" in shown


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line, _ in lines])
def test_examples_are_understood(line: str) -> None:
    words = shlex.split(line, posix=True)
    begin = words.index("hubbub")
    ends = [words.index(mark) for mark in ("|", ">") if mark in words[begin:]]
    arguments = words[begin + 1 : min([one for one in ends if one > begin], default=len(words))]
    command, bound, _ = app.parse_args(
        [one for one in arguments if one != "2>&1"], exit_on_error=False, print_error=False
    )
    assert command.__name__ == arguments[0]
    assert bound is not None


def test_a_flag_that_does_not_exist_is_told_of() -> None:
    with pytest.raises(CycloptsError):
        app.parse_args(["send", "x", "--each-lin"], exit_on_error=False, print_error=False)


def test_a_near_miss_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["send", "x", "--each-lin"]) == 2
    assert "did you mean --each-line" in capsys.readouterr().err
    assert run(["sned", "x"]) == 2
    assert "Did you mean" in capsys.readouterr().err
