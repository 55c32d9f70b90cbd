"""The command as a person runs it: ready lines, configuration, errors, the end."""

import json
import re
import signal
import socket
import sqlite3
import time
from pathlib import Path
from unittest.mock import ANY

import pytest
from commands import PATIENCE_S, hubbub, running
from machine import Machine

FREE = ("--tcp-port", "0", "--web-port", "0")


def address(line: str) -> tuple[str, int]:
    found = re.search(r"(127\.0\.0\.1):([0-9]+)", line)
    assert found, line
    return found[1], int(found[2])


def test_ready_lines_name_the_ports_that_were_picked(tmp_path: Path) -> None:
    with running(tmp_path, "serve", *FREE, "--data", "log") as (_, (tcp, web)):
        assert re.fullmatch(r"listening tcp 127\.0\.0\.1:[0-9]+", tcp)
        assert re.fullmatch(r"listening web http://127\.0\.0\.1:[0-9]+/", web)
        for line in (tcp, web):
            socket.create_connection(address(line), PATIENCE_S).close()
        assert (tmp_path / "log" / "hubbub.sqlite3").exists()
        assert (tmp_path / "log").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_cleanly_and_quietly(tmp_path: Path, number: signal.Signals) -> None:
    servers = running(tmp_path, "serve", *FREE, "--data", ":memory:", ready=3)
    with servers as (process, (kept, tcp, _)):
        assert kept == "nothing is kept on disk: when this stops, every message is gone"
        with socket.create_connection(address(tcp), PATIENCE_S) as client:
            client.sendall(b'{"type":"hello"}\n')
            client.recv(4096)
            began, machine = time.monotonic(), Machine([process.pid])
            process.send_signal(number)
            said = client.makefile().read()
        assert process.wait(PATIENCE_S) == 0
        took_s = time.monotonic() - began
        assert took_s < 5 * machine.slowness()  # what the command promises
        assert json.loads(said.splitlines()[-1])["type"] == "bye"
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_hub_and_gateway_run_apart_and_share_a_secret(tmp_path: Path) -> None:
    with running(tmp_path, "hub", "--tcp-port", "0", "--data", "log", ready=1) as (_, (tcp,)):
        secret = tmp_path / "log" / "gateway-secret"
        assert secret.stat().st_mode & 0o777 == 0o600
        host, port = address(tcp)
        gateway = ("gateway", "--hub", f"{host}:{port}", "--web-port", "0", "--secret-file")
        with running(tmp_path, *gateway, str(secret), ready=1) as (_, (web,)):
            assert fetch(address(web), "/healthz").startswith(b"HTTP/1.1 200")
        (tmp_path / "other").write_text("another secret")
        with running(tmp_path, *gateway, "other", ready=1) as (_, (web,)):
            assert fetch(address(web), "/healthz").startswith(b"HTTP/1.1 503")


def fetch(where: tuple[str, int], path: str) -> bytes:
    with socket.create_connection(where, PATIENCE_S) as sock:
        sock.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        with sock.makefile("rb") as answer:
            return answer.read()


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "hubbub.toml").write_text('tcp_port = 1\ndata = "log"\n[serve]\nweb_port = 0\n')
    flag = running(tmp_path, "serve", "--tcp-port", "0", ready=3, HUBBUB_TCP_PORT="2")
    with flag as (_, (_, tcp, _)):
        assert address(tcp)[1] > 2
    with running(tmp_path, "serve", ready=3, HUBBUB_TCP_PORT="0") as (_, (_, tcp, _)):
        assert address(tcp)[1] > 2


@pytest.mark.parametrize(
    ("toml", "said"),
    [("tcp_prot = 1\n", "tcp_prot"), ("[serve]\nhots = 1\n", "hots"), ("= x", "not TOML")],
)
def test_a_wrong_configuration_file_is_named(tmp_path: Path, toml: str, said: str) -> None:
    (tmp_path / "hubbub.toml").write_text(toml)
    ended = hubbub(tmp_path, "serve", *FREE)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "hubbub.toml" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("serve", "--tcp-port", "abc"), 2, "tcp-port"),
        (("serve", "--wrong"), 2, "--wrong"),
        (("serve", "--gateways", "-1", "--data", ":memory:"), 2, "--gateways wants a whole number"),
        (("serve", "--gateways", "two", "--data", ":memory:"), 2, '"two"'),
        (("dance",), 2, "dance"),
        (("tail",), 2, "target"),
        (("gateway", "--hub", "nowhere", "--secret-file", "x"), 1, "HOST:PORT"),
        (("gateway", "--secret-file", "missing"), 1, "missing"),
        (("serve", "--trusted-proxies", "example", "--data", ":memory:"), 1, "example"),
    ],
)  # fmt: skip
def test_errors_are_one_line_in_words(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended = hubbub(tmp_path, *arguments)
    assert ended.returncode == code
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_taken_port_and_a_taken_folder_are_named(tmp_path: Path) -> None:
    with running(tmp_path, "serve", *FREE, "--data", "log") as (_, (tcp, _)):
        port = str(address(tcp)[1])
        ended = hubbub(tmp_path, "hub", "--tcp-port", port, "--data", ":memory:")
        assert (ended.returncode, port in ended.stderr) == (1, True)
        ended = hubbub(tmp_path, "hub", "--tcp-port", "0", "--data", "log")
        assert (ended.returncode, "another hub" in ended.stderr) == (1, True)


@pytest.mark.parametrize("shared", [False, True])
def test_a_taken_web_port_is_told_alike_with_gateways_and_without(
    tmp_path: Path, shared: bool
) -> None:
    first = ("serve", *FREE, "--data", ":memory:", "--gateways", "1" if shared else "0")
    with running(tmp_path, *first, ready=3) as (_, (_, _, web)):
        port = str(address(web)[1])
        again = ("serve", "--tcp-port", "0", "--web-port", port, "--data", "log")
        alone = hubbub(tmp_path, *again)
        several = hubbub(tmp_path, *again, "--gateways", "2")
    assert "cannot listen" in alone.stderr
    assert port in alone.stderr
    assert (several.returncode, several.stderr) == (alone.returncode, alone.stderr) == (1, ANY)
    # Nobody keeps the log's folder.
    with running(tmp_path, "serve", *FREE, "--data", "log"):
        pass


def test_gateways_import_what_the_hub_does_and_nothing_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    # As the installed script, which has the working directory on no path.
    safe = running(
        tmp_path, "serve", *FREE, "--data", "log", HUBBUB_GATEWAYS="1", PYTHONSAFEPATH="1"
    )
    with safe as (process, (_, web)):
        assert fetch(address(web), "/healthz").startswith(b"HTTP/1.1 200")
        assert b'{gateway="1"}' in fetch(address(web), "/metrics")
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr is not None
        # It may be too busy a machine for a gateway to end in its three seconds.
        said = process.stderr.read().splitlines()
        assert [line for line in said if "event=gateway_killed" not in line] == []


def test_a_damaged_log_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "hubbub.sqlite3"
    file.write_bytes(b"garbage" * 1000)
    ended = hubbub(tmp_path, "hub", "--tcp-port", "0", "--data", ".")
    assert ended.returncode == 1
    assert "hubbub.sqlite3" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert file.read_bytes() == b"garbage" * 1000


def test_killed_and_started_again_it_has_everything(tmp_path: Path) -> None:
    with running(tmp_path, "hub", "--tcp-port", "0", "--data", "log", ready=1) as (process, (tcp,)):
        with socket.create_connection(address(tcp), PATIENCE_S) as client:
            client.sendall(
                b'{"type":"hello"}\n{"type":"say","room":"lobby","text":"kept","id":"1"}\n'
            )
            answers = client.makefile()
            assert [json.loads(answers.readline())["type"] for _ in range(2)] == ["welcome", "ack"]
            answers.close()
        process.kill()
        process.wait(PATIENCE_S)
    db = sqlite3.connect(tmp_path / "log" / "hubbub.sqlite3")
    assert db.execute("SELECT text FROM messages").fetchall() == [("kept",)]
    db.close()
    with running(tmp_path, "hub", "--tcp-port", "0", "--data", "log", ready=1) as (_, (tcp,)):
        with socket.create_connection(address(tcp), PATIENCE_S) as client:
            client.sendall(b"again\n")
            client.shutdown(socket.SHUT_WR)
            shown = client.makefile().read()
        assert "kept" in shown


def test_help_shows_every_command(tmp_path: Path) -> None:
    shown = hubbub(tmp_path, "--help")
    assert shown.returncode == 0
    for command in ("serve", "hub", "gateway", "join", "send", "tail", "export", "backup"):
        assert command in shown.stdout
        assert hubbub(tmp_path, command, "--help").returncode == 0
