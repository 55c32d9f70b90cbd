"""Standard input, output and error that are closed, full, or that nobody reads."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from commands import HUBBUB, PATIENCE_S, environment, running

SERVE = "serve --tcp-port 0 --web-port 0 --data"
SERVERS = {
    "serve": f"{SERVE} log",
    "gateways": f"{SERVE} log --gateways 1",
    "hub": "hub --tcp-port 0 --data log",
}
CLOSED = ["2>&-", "<&-", ">&-", "<&- >&- 2>&-", "<&- >&-"]


def shell(folder: Path, line: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", line], cwd=folder, env=environment(**env), capture_output=True,
        text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("closed", CLOSED)
@pytest.mark.parametrize("server", SERVERS)
def test_a_server_needs_none_of_them(tmp_path: Path, server: str, closed: str) -> None:
    command = f"exec {' '.join(HUBBUB)} {SERVERS[server]} {closed}"
    process = subprocess.Popen(
        ["/bin/sh", "-c", command], cwd=tmp_path, env=environment(), stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline_s = time.monotonic() + PATIENCE_S
        while not list(ports(process.pid)):
            assert process.poll() is None, process.returncode
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        kept = [str(Path(f"/proc/{process.pid}/fd/{number}").readlink()) for number in range(3)]
        assert not [one for one in kept if not one.startswith(("/dev/null", "pipe:"))]
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ports(pid: int) -> Iterator[str]:
    """Give the sockets of a process that listen."""
    listening = {
        line.split()[9]
        for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    }
    for one in Path(f"/proc/{pid}/fd").iterdir():
        target = ""
        with suppress(FileNotFoundError):  # it was closed meanwhile
            target = str(one.readlink())
        if target.startswith("socket:[") and target[8:-1] in listening:
            yield target


SHOWING = (
    "--help", "--version", "serve --help", "completion bash", "tail {at} --no-follow",
    "tail {at}", "tail {at} --json", "join {at}", "doctor {at}", "export lobby --data log",
)  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Give a folder with a log, and where its hub is; there is something to show."""
    folder = tmp_path_factory.mktemp("hub")
    with running(folder, "hub", "--tcp-port", "0", "--data", "log", ready=1) as (_, (tcp,)):
        at = tcp.split()[-1]
        said = shell(folder, f"seq 1 400 | {' '.join(HUBBUB)} send alice@{at} --each-line")
        assert said.returncode == 0, said
        yield folder, at


@pytest.mark.parametrize("command", SHOWING)
@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
def test_output_that_cannot_be_written_is_told(
    hub: tuple[Path, str], command: str, where: str
) -> None:
    folder, at = hub
    ended = shell(folder, f"{' '.join(HUBBUB)} {command.format(at=at)} {where} </dev/null")
    assert ended.returncode == 1, ended
    assert "Traceback" not in ended.stderr
    assert "standard output" in ended.stderr
    assert ("no space left" if "full" in where else "closed") in ended.stderr
    assert "Errno" not in ended.stderr


@pytest.mark.parametrize("command", ["--help", "completion bash", "tail {at}", "join {at}"])
def test_a_reader_that_has_seen_enough_is_no_failure(hub: tuple[Path, str], command: str) -> None:
    folder, at = hub
    line = f"({' '.join(HUBBUB)} {command.format(at=at)} </dev/null; echo $? >&2) | head -1"
    assert shell(folder, line).stderr == "0\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["tail {at} --last 400 --no-follow", "completion bash"])
def test_a_file_that_gets_full_is_told(
    hub: tuple[Path, str], command: str, unbuffered: str
) -> None:
    """Also where Python is told to use no buffers, and would write a part and call it done."""
    folder, at = hub
    command = f"PYTHONUNBUFFERED={unbuffered} {' '.join(HUBBUB)} {command.format(at=at)}"
    line = f"ulimit -f 1; {command} >out"
    ended = shell(folder, line)
    assert ended.returncode == 1, ended
    assert "cannot write to standard output" in ended.stderr


def test_no_input_at_all_is_told(hub: tuple[Path, str]) -> None:
    folder, at = hub
    ended = shell(folder, f"{' '.join(HUBBUB)} send {at} <&-")
    assert ended.returncode == 2
    assert "standard input is closed" in ended.stderr
    assert shell(folder, f"{' '.join(HUBBUB)} send {at} </dev/null").returncode == 0
