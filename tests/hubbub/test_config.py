"""`hubbub config`: what a command would use, and from where."""

import json
from pathlib import Path
from typing import Any

import pytest
from commands import hubbub, parsed

from hubbub.cli import all_arguments
from hubbub.settings import is_setting, key

SECRET = "not for everybody"


def rows(folder: Path, *arguments: str, **env: str) -> dict[str, Any]:
    ended = parsed(folder, "config", *arguments, "--json", **env)
    assert ended.returncode == 0, ended
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    return {row["name"]: row for row in found}


@pytest.mark.parametrize("command", sorted(set(all_arguments()) - {"config", "completion"}))
def test_every_setting_of_every_command_is_shown(tmp_path: Path, command: str) -> None:
    wanted = {key(one) for one in all_arguments()[command] if is_setting(one)} - {"config"}
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": ""}
    shown = rows(tmp_path, command, **home)
    assert shown.keys() == wanted
    assert {row["source"] for row in shown.values()} == {"default"}


def test_where_a_value_came_from_is_told(tmp_path: Path) -> None:
    (tmp_path / "hubbub.toml").write_text(
        'host = ["127.0.0.1", "::1"]\ntcp_port = 4100\nkeep_days = 7\n'
        f'[serve]\nweb_port = 8100\npassphrase = "{SECRET}"\n[gateway]\nweb_port = 8200\n'
    )
    file = tmp_path / "hubbub.toml"
    shown = rows(tmp_path, HUBBUB_TCP_PORT="4200", HUBBUB_TLS_ONLY="true")
    assert shown["host"] == {
        "name": "host", "value": ["127.0.0.1", "::1"], "source": f"host in {file}"
    }  # fmt: skip
    assert (shown["tcp_port"]["value"], shown["tcp_port"]["source"]) == (4200, "HUBBUB_TCP_PORT")
    assert shown["keep_days"]["value"] == 7.0
    assert shown["web_port"]["source"] == f"[serve] web_port in {file}"
    assert shown["tls_only"]["value"] is True
    assert rows(tmp_path, "gateway")["web_port"]["value"] == 8200


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    for ended in (
        parsed(tmp_path, "config", HUBBUB_PASSPHRASE=SECRET),
        parsed(tmp_path, "config", "join", "--json", HUBBUB_PASSPHRASE=SECRET),
    ):
        assert ended.returncode == 0
        assert "not shown" in ended.stdout
        assert SECRET not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tcp_prt = 1", "did you mean tcp_port?"),
        ("tcp_port = 70000", "--tcp-port wants a whole number"),
        ('log_level = "loud"', 'Invalid value "loud"'),
        ("= x", "is not TOML"),
    ],
)
def test_a_file_is_tried(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    ended = parsed(tmp_path, "config", "serve", "--config", "mine.toml")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert "Error" not in ended.stderr
    # Without it there is nothing wrong.
    assert parsed(tmp_path, "config", "serve").returncode == 0


def test_as_a_person_sees_it(tmp_path: Path) -> None:
    (tmp_path / "hubbub.toml").write_text('host = "0.0.0.0"\n')
    ended = hubbub(tmp_path, "config")
    first, *_ = ended.stdout.splitlines()
    assert first.split() == ["host", "0.0.0.0", "host", "in", str(tmp_path / "hubbub.toml")]
    assert ended.stderr == f"hubbub: settings from {tmp_path / 'hubbub.toml'}\n"
