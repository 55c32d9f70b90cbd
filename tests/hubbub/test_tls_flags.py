"""`--tls-cert`: what is served, what is refused, and a certificate that is renewed."""

import asyncio
import hashlib
import signal
import ssl
import time
from pathlib import Path

import pytest
import trustme
from commands import hubbub, parsed, running

PATIENCE_S = 60.0
FREE = ("--tcp-port", "0", "--web-port", "0", "--data", ":memory:")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def issue(authority: trustme.CA, file: Path) -> str:
    """Write a certificate with its key; return its SHA-256."""
    issued = authority.issue_cert("127.0.0.1")
    chain = b"".join(one.bytes() for one in issued.cert_chain_pems)
    file.write_bytes(chain + issued.private_key_pem.bytes())
    leaf = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
    return hashlib.sha256(leaf).hexdigest()


def served_at(port: int) -> str:
    """Return the SHA-256 of the certificate that is served at a port."""
    pem = ssl.get_server_certificate(("127.0.0.1", port), timeout=PATIENCE_S)
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def port_of(line: str) -> int:
    return int(line.rstrip("/").rpartition(":")[2])


@pytest.mark.parametrize("gateways", ["0", "1"])
def test_every_port_serves_it_and_it_is_read_again(
    authority: trustme.CA, tmp_path: Path, gateways: str
) -> None:
    file = tmp_path / "both.pem"
    first = issue(authority, file)
    command = ("serve", *FREE, "--tls-cert", "both.pem", "--gateways", gateways)
    with running(tmp_path, *command, ready=3) as (process, (_, tcp, web)):
        assert web.startswith("listening web https://")
        ports = [port_of(tcp), port_of(web)]
        assert {served_at(port) for port in ports} == {first}
        second = issue(authority, file)
        assert process.stderr is not None
        process.send_signal(signal.SIGHUP)
        assert second in process.stderr.readline()
        assert served_at(ports[0]) == second
        # A gateway of its own looks now and then.
        deadline = time.monotonic() + PATIENCE_S
        while served_at(ports[1]) != second:
            assert time.monotonic() < deadline
            time.sleep(0.2)  # nothing tells
        file.write_text("no certificate")
        process.send_signal(signal.SIGHUP)
        # What a gateway of its own says comes when it looks.
        while "is served on" not in (line := process.stderr.readline()):
            assert second in line
        assert served_at(ports[0]) == second
        said = hubbub(tmp_path, "send", f"tcps://127.0.0.1:{ports[0]}", "hello", "--pin", second)
        assert (said.returncode, said.stderr) == (0, "")
        refused = hubbub(tmp_path, "tail", f"tcps://127.0.0.1:{ports[0]}", "--pin", first)
        assert refused.returncode == 3
        assert "another certificate" in refused.stderr


def test_a_gateway_alone_serves_it(authority: trustme.CA, tmp_path: Path) -> None:
    sha256 = issue(authority, tmp_path / "both.pem")
    (tmp_path / "secret").write_text("a secret of the hub and its gateways")
    command = ("gateway", "--hub", "127.0.0.1:1", "--web-port", "0", "--secret-file", "secret")
    with running(tmp_path, *command, "--tls-cert", "both.pem", ready=1) as (_, (web,)):
        assert web.startswith("listening web https://")
        assert served_at(port_of(web)) == sha256


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--tls-key", "x"), "--tls-cert names its certificate"),
        (("--tls-only",), "--tls-cert has to name a certificate"),
        (("--tls-cert", "missing.pem"), "cannot read missing.pem: no such file"),
        (("--tls-cert", "empty.pem"), "are no certificate with its key"),
    ],
)
def test_what_cannot_be_served_is_told(tmp_path: Path, flags: tuple[str, ...], said: str) -> None:
    (tmp_path / "empty.pem").write_text("")
    ended = hubbub(tmp_path, "serve", *FREE, *flags)
    assert ended.returncode == 1
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--pin", "abc"), "--pin wants a SHA-256"),
        (("--ca", "missing.pem"), "no such file"),
    ],
)
def test_clients_say_what_is_wrong_with_their_flags(
    tmp_path: Path, flags: tuple[str, ...], said: str
) -> None:
    ended = parsed(tmp_path, "tail", "tcps://127.0.0.1:1", *flags)
    assert ended.returncode == 2
    assert said in ended.stderr


async def test_without_a_certificate_nobody_speaks_tls(tmp_path: Path) -> None:
    command = ("hub", "--tcp-port", "0", "--data", ":memory:")
    unverified = ssl._create_unverified_context()
    with (
        running(tmp_path, *command, ready=2) as (_, lines),
        pytest.raises((ssl.SSLError, OSError)),
    ):
        await asyncio.open_connection("127.0.0.1", port_of(lines[1]), ssl=unverified)
