"""What hands write, as the commands take it."""

import pytest

from core import VERSION
from hubbub.cli import run
from hubbub.habits import as_meant, with_port


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["help"], ["--help"]),
        (["help", "join"], ["join", "--help"]),
        (["version"], ["--version"]),
        (["join", "host", "4045"], ["join", "host:4045"]),
        (["join", "al@host", "4045", "--plain"], ["join", "al@host:4045", "--plain"]),
        (["tail", "::1", "4045"], ["tail", "[::1]:4045"]),
        (["send", "host", "4045"], ["send", "host", "4045"]),
        (["join", "host", "--room", "ops"], ["join", "host", "--room", "ops"]),
        (["join", "--nick", "4045"], ["join", "--nick", "4045"]),
        ([], []),
    ],
)
def test_a_command_line_is_taken_as_it_is_meant(written: list[str], meant: list[str]) -> None:
    assert as_meant(written) == meant


@pytest.mark.parametrize(
    ("target", "joined"),
    [
        ("host", "host:9"),
        ("al@host", "al@host:9"),
        ("[::1]", "[::1]:9"),
        ("::1", "[::1]:9"),
        ("al@[::1]", "al@[::1]:9"),
        ("http://host/#ops", "http://host:9/#ops"),
        ("host:1", "host:1:9"),
    ],
)
def test_a_port_goes_behind_the_host(target: str, joined: str) -> None:
    assert with_port(target, 9) == joined
    assert with_port(target, None) == target


def test_help_and_version_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["version"]) == 0
    assert VERSION in capsys.readouterr().out
    assert run(["help", "join"]) == 0
    assert "--port" in capsys.readouterr().out


def test_two_ports_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["join", "127.0.0.1:1", "-p", "2"]) == 2
    assert "has two ports" in capsys.readouterr().err
