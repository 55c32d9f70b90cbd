"""The README's table is true: every command in it is run as it is written."""

import contextlib
import os
import pty
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0

TABLE = [
    [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and "`" in line
]
COMMANDS = [row for row in TABLE if len(row) == 3 and re.search(r"127\.0\.0\.1", "".join(row))]
JOINING = [found[1] for row in COMMANDS if (found := re.fullmatch(r"`([^`]+)`", row[1]))]
POSTING = [found[1] for row in COMMANDS if (found := re.fullmatch(r"`([^`]+)`", row[2]))]


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[tuple[str, str, str]]:
    """Give the ports of a running hub: for all, for telnet, for the page."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hubbub", "serve", "--tcp-port", "0", "--telnet-port", "0",
         "--web-port", "0", "--data", str(tmp_path / "log")],
        cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONASYNCIODEBUG": ""},
    )  # fmt: skip
    assert process.stderr is not None
    lines = [process.stderr.readline() for _ in range(3)]
    found = [re.search(r"127\.0\.0\.1:([0-9]+)", line) for line in lines]
    try:
        assert found[0], lines
        assert found[1], lines
        assert found[2], lines
        yield found[0][1], found[1][1], found[2][1]
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        process.stderr.close()


def command(written: str, ports: tuple[str, str, str]) -> str:
    """Return a command of the table with the test's ports and interpreter."""
    tcp, telnet, web = ports
    changed = written.replace("4045", tcp).replace("4023", telnet).replace("8080", web)
    changed = changed.replace(".venv/bin/python", sys.executable)
    changed = changed.replace("journalctl -f", "printf 'deploy done\\n'")
    # The default port stands in no command of hubbub's; the test's is another.
    return re.sub(r"(hubbub (?:join|send|tail) \S*127\.0\.0\.1)(?=\s|$)", rf"\1:{tcp}", changed)


def said(ports: tuple[str, str, str]) -> str:
    with socket.create_connection(("127.0.0.1", int(ports[0])), PATIENCE_S) as sock:
        sock.shutdown(socket.SHUT_WR)
        with sock.makefile(encoding="utf-8") as shown:
            return shown.read()


def test_the_table_has_its_commands() -> None:
    assert len(JOINING) >= 8
    assert len(POSTING) >= 5


@pytest.mark.parametrize("written", [one for one in JOINING if not one.startswith("http")])
def test_joining_as_written(written: str, ports: tuple[str, str, str]) -> None:
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        ["bash", "-c", "exec " + command(written, ports)],
        cwd=ROOT, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
        env={**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    os.close(terminal)
    shown = b""
    tail = " tail " in written
    try:
        deadline = time.monotonic() + PATIENCE_S
        asked = False
        while b"a line for everyone" not in shown and time.monotonic() < deadline:
            if select.select([main], [], [], 0.2)[0]:
                with contextlib.suppress(OSError):
                    shown += os.read(main, 65536)
                if b"\x1b[6n" in shown and not asked:
                    os.write(main, b"\x1b[1;1R")  # a terminal tells where its cursor is
                    asked = True
            if (b"lobby" in shown or tail) and b"a line" not in shown:
                subprocess.run(
                    ["bash", "-c", f"echo a line for everyone | nc -N 127.0.0.1 {ports[0]}"],
                    capture_output=True, timeout=PATIENCE_S, check=True,
                )  # fmt: skip
        assert b"a line for everyone" in shown, shown
    finally:
        process.kill()
        process.wait(PATIENCE_S)
        os.close(main)


@pytest.mark.parametrize("written", POSTING)
def test_posting_as_written(written: str, ports: tuple[str, str, str]) -> None:
    ended = subprocess.run(
        ["bash", "-c", command(written, ports)], cwd=ROOT, timeout=PATIENCE_S, check=False,
        capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    deadline = time.monotonic() + PATIENCE_S
    while "deploy done" not in said(ports):
        assert time.monotonic() < deadline
    assert said(ports).count("deploy done") == 1


def test_the_page_opens_where_it_is_said(ports: tuple[str, str, str]) -> None:
    answer = subprocess.run(
        ["curl", "-sS", f"http://127.0.0.1:{ports[2]}/"], capture_output=True, check=True,
        timeout=PATIENCE_S,
    )  # fmt: skip
    assert b"<title>" in answer.stdout
