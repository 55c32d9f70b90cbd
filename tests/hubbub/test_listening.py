"""`hubbub serve` on a log that is checked for long: every door is open and says so."""

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from logs import make_log
from ports import quiet_port
from real_processes import PATIENCE_S, Process
from websockets.sync.client import connect

from core.sqlite.database import FILE_NAME
from core.sqlite.generation import generation_path

# A check that waits until a file is there, and counts as 40 % done meanwhile.
SLOW = """\
import sys, time
from pathlib import Path
from core.sqlite import database
def check(db, path, watch):
    with watch.progress("checking the log", 100, "MiB") as step:
        step(40)
        print("it checks", flush=True)
        while not Path(sys.argv[1]).exists():
            if watch.stop():
                from core.errors import Interrupted
                raise Interrupted("stopped while the log was checked")
            time.sleep(0.01)
database._quick_check = check
from hubbub.cli import run
sys.exit(run(["serve", *sys.argv[2:]]))
"""
WORDS = "checking the log: 40 % done"


@pytest.fixture
def ports() -> tuple[int, int]:
    return quiet_port(), quiet_port()


@contextmanager
def checking(folder: Path, ports: tuple[int, int], *flags: str) -> Iterator[tuple[Process, Path]]:
    """Give a server that has begun to check its log, and the file that ends the check."""
    data = make_log(folder / "log", "before")
    generation_path(data / FILE_NAME).unlink()  # so that it is checked
    done = folder / "done"
    tcp, web = map(str, ports)
    arguments = ["--data", str(data), "--tcp-port", tcp, "--web-port", web, *flags]
    process = Process("serve", [sys.executable, "-c", SLOW, str(done), *arguments])
    try:
        process.seen.until("it checks")
        yield process, done
    finally:
        process.close()


def ask(port: int, data: bytes) -> str:
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as caller:
        caller.sendall(data)
        with caller.makefile("rb") as file:
            return file.read().decode()


@pytest.mark.parametrize("flags", [(), ("--gateways", "1")], ids=["one", "gateways"])
def test_every_door_says_how_far_it_is(
    tmp_path: Path, ports: tuple[int, int], flags: tuple[str, ...]
) -> None:
    tcp, web = ports
    with checking(tmp_path, ports, *flags) as (process, done):
        assert "listening" not in process.seen.text
        assert WORDS in ask(tcp, b"hello\n")
        bye = json.loads(ask(tcp, b'{"type":"hello"}\n'))
        assert (bye["reason"], WORDS in bye["text"]) == ("starting", True)
        health = ask(web, b"GET /healthz HTTP/1.0\r\n\r\n")
        assert " 503 " in health
        assert WORDS in health
        assert "<title>Hubbub" in ask(
            web, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        with connect(f"ws://127.0.0.1:{web}/ws", proxy=None) as page:
            page.send('{"type":"hello"}')
            assert WORDS in str(page.recv(PATIENCE_S))
        done.touch()
        process.seen.until("listening web ")
        with connect(f"ws://127.0.0.1:{web}/ws", proxy=None) as page:
            page.send('{"type":"hello"}')
            assert '"welcome"' in str(page.recv(PATIENCE_S))
        process.signal(15)
        assert process.ended() == 0


def test_it_can_be_stopped_meanwhile(tmp_path: Path, ports: tuple[int, int]) -> None:
    with checking(tmp_path, ports) as (process, _):
        process.signal(15)
        assert process.ended() == 0
        assert "nothing is lost" in process.seen.text
