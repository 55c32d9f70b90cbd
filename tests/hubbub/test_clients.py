"""The passphrase on its way to a client: from a file, the environment, a file of settings."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.access.passphrase import BadPassphrase
from hubbub.cli import run
from hubbub.clients import Given
from hubbub.doctor import run as doctor
from terminal import join, send, tail

PASS = "k7mq-2xfd-9wht"


def test_a_file_has_it_with_or_without_a_mark_and_a_line_end(tmp_path: Path) -> None:
    file = tmp_path / "pass"
    for data in (PASS.encode(), f"\ufeff{PASS}\r\n".encode(), f"  {PASS} \n".encode()):
        file.write_bytes(data)
        assert Given(file=file).read() == PASS
    assert Given(PASS).read() == PASS
    assert Given().read() is None


@pytest.mark.parametrize("file", ["missing", "folder", "bytes"])
def test_a_file_that_has_none_is_named(tmp_path: Path, file: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadPassphrase, match=f"cannot use .*{file}"):
        Given(file=tmp_path / file).read()


def test_it_is_in_no_picture_of_itself() -> None:
    assert PASS not in repr(Given(PASS))


# --- from the command line to the client --------------------------------------------


@pytest.fixture
def taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Give what the clients were given, which connect to nobody."""
    taken: list[str | None] = []

    async def note(*_: Any, passphrase: str | None, **__: Any) -> int:
        taken.append(passphrase)
        return 0

    def note_at_once(*_: Any, passphrase: str | None, **__: Any) -> int:
        taken.append(passphrase)
        return 0

    for module, name in ((join, "run_join"), (send, "run_send"), (tail, "run_tail")):
        monkeypatch.setattr(module, name, note)
    monkeypatch.setattr(doctor, "run_doctor", note_at_once)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("HUBBUB_PASSPHRASE", raising=False)
    return taken


CLIENTS = (
    ["join", "127.0.0.1"],
    ["send", "127.0.0.1", "hello"],
    ["tail", "127.0.0.1"],
    ["doctor", "127.0.0.1"],
)


def from_file(folder: Path, _: pytest.MonkeyPatch) -> list[str]:
    (folder / "pass").write_text(PASS)
    return ["--passphrase-file", str(folder / "pass")]


def from_environment(_: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("HUBBUB_PASSPHRASE", PASS)
    return []


def from_the_users_own_file(folder: Path, _: pytest.MonkeyPatch) -> list[str]:
    (folder / "config" / "hubbub").mkdir(parents=True)
    (folder / "config" / "hubbub" / "config.toml").write_text(f'passphrase = "{PASS}"\n')
    return []


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client[0])
@pytest.mark.parametrize("source", [from_file, from_environment, from_the_users_own_file])
def test_each_client_has_it_from(
    taken: list[str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    client: list[str], source: Callable[[Path, pytest.MonkeyPatch], list[str]],
) -> None:  # fmt: skip
    assert run([*client, *source(tmp_path, monkeypatch)]) == 0
    assert taken == [PASS]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client[0])
def test_a_client_begins_without(taken: list[str | None], client: list[str]) -> None:
    assert run(client) == 0
    assert taken == [None]


@pytest.mark.parametrize("command", [*CLIENTS, ["serve"], ["hub"]], ids=lambda one: one[0])
@pytest.mark.parametrize("flag", [["--passphrase", PASS], [f"--passphrase={PASS}"]])
def test_on_the_command_line_it_is_refused_in_words(
    taken: list[str | None], capsys: pytest.CaptureFixture[str], command: list[str],
    flag: list[str],
) -> None:  # fmt: skip
    target, *text = command[1:] or [""]
    assert run([word for word in (command[0], target, *flag, *text) if word]) == 2
    said = capsys.readouterr()
    assert "can be read by everybody on this machine" in said.err
    assert "HUBBUB_PASSPHRASE" in said.err
    assert PASS not in said.err + said.out
    assert taken == []


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client[0])
def test_a_file_that_is_not_there_stops_a_client(
    taken: list[str | None], tmp_path: Path, capsys: pytest.CaptureFixture[str],
    client: list[str],
) -> None:  # fmt: skip
    assert run([*client, "--passphrase-file", str(tmp_path / "none")]) == 2
    assert f"cannot use {tmp_path / 'none'}" in capsys.readouterr().err
    assert taken == []
