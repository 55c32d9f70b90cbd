"""A server's standard error: whoever stops reading it stops nobody in a room."""

import io
import os
import re
import signal
import socket
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pytest
from real_processes import PATIENCE_S, SERVE, Process

from hubbub.serving.logstream import QueuedStream, queued_standard_error

NO_CLIENT = b"\x16\x03\x01\x02\x00"
"""The beginning of a TLS handshake, which the hub refuses with a line in the log."""


@pytest.fixture
def pipe() -> Iterator[tuple[TextIO, int]]:
    """Give the end of a pipe that is written to, and the other's descriptor."""
    far, near = os.pipe()
    with os.fdopen(near, "w") as stream:
        yield stream, far
    os.close(far)


def read_until(descriptor: int, wanted: bytes) -> bytes:
    data = b""
    while wanted not in data:
        more = os.read(descriptor, 1 << 16)
        assert more, data[-200:]
        data += more
    return data


def notice(left_out: int) -> str:
    return f"left out {left_out}\n"


def test_a_full_pipe_holds_nobody_up_and_what_is_left_out_is_counted_and_said(
    pipe: tuple[TextIO, int],
) -> None:
    stream, far = pipe
    queued = QueuedStream(stream, notice, limit_bytes=1 << 16)
    line = "x" * 99 + "\n"
    for _ in range(5000):  # more than the pipe and the queue hold together
        assert queued.write(line) == 100
    queued.close()
    data = b""
    told = 0
    while data.count(b"x\n") + told < 5000:
        data += os.read(far, 1 << 16)
        told = sum(map(int, re.findall(rb"left out (\d+)\n", data)))
    assert told > 0
    assert data.count(b"x\n") + told == 5000
    assert re.fullmatch(rb"(?:x{99}\n|left out \d+\n)+", data)


def test_a_line_behind_a_gap_comes_behind_the_notice(pipe: tuple[TextIO, int]) -> None:
    stream, far = pipe
    queued = QueuedStream(stream, notice, limit_bytes=1 << 16)
    for _ in range(5000):
        queued.write("x" * 99 + "\n")
    threading.Thread(target=lambda: (queued.drain(PATIENCE_S), queued.write("after\n"))).start()
    data = read_until(far, b"after\n")
    assert re.search(rb"left out \d+\nafter\n$", data)
    queued.close()


def test_the_end_is_waited_for_a_bounded_time(
    pipe: tuple[TextIO, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, far = pipe
    monkeypatch.setattr(sys, "stderr", stream)
    with queued_standard_error("%(message)s") as queued:
        assert sys.stderr is queued
        sys.stderr.write("the last line\n")
    assert sys.stderr is stream
    assert os.read(far, 100) == b"the last line\n"
    with queued_standard_error("%(message)s"):
        sys.stderr.write("x" * (1 << 20) + "\n")  # nobody reads so much; it ends all the same
    assert sys.stderr is stream


def test_lines_before_a_crash_are_written(
    pipe: tuple[TextIO, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, far = pipe
    monkeypatch.setattr(sys, "stderr", stream)

    def crash() -> None:
        with queued_standard_error("%(message)s"):
            sys.stderr.write("the last line\n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crash()
    assert os.read(far, 100) == b"the last line\n"


def test_a_reader_that_has_gone_is_no_reason_to_stop(pipe: tuple[TextIO, int]) -> None:
    stream, far = pipe
    queued = QueuedStream(stream, notice)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, far)
    os.close(null)
    for _ in range(100):
        queued.write("nobody reads\n")
    assert queued.drain(PATIENCE_S)
    queued.close()


def test_a_descriptor_that_somebody_made_non_blocking_is_waited_for(
    pipe: tuple[TextIO, int],
) -> None:
    stream, far = pipe
    os.set_blocking(stream.fileno(), False)
    queued = QueuedStream(stream, notice)
    text = "x" * 200_000 + "\n"  # more than a pipe holds
    queued.write(text)
    assert read_until(far, b"\n") == text.encode()
    queued.close()


@pytest.mark.parametrize("stream", [None, io.StringIO()])
def test_where_there_is_no_descriptor_nothing_changes(
    monkeypatch: pytest.MonkeyPatch, stream: TextIO | None
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with queued_standard_error("%(message)s") as same:
        assert same is stream is sys.stderr


# --- in a terminal -----------------------------------------------------------------


@contextmanager
def served(data: Path, *flags: str) -> Iterator[tuple[Process, dict[str, int]]]:
    """Give a server in a terminal, and its ports."""
    process = Process(
        "serve", [*SERVE, "--tcp-port", "0", "--web-port", "0", "--data", str(data), *flags],
        terminal=True,
    )  # fmt: skip
    try:
        process.seen.until("listening web ")
        process.seen.wait(lambda: re.search(r"listening web \S+/\r?\n", process.seen.text), "web")
        found = re.findall(r"listening (tcp|web) \S+:(\d+)", process.seen.text)
        yield process, {what: int(port) for what, port in found}
    finally:
        process.close()


def ask(port: int, data: bytes, wanted: bytes) -> bytes:
    """Send something, and return what comes once `wanted` is among it, or the end."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as caller:
        caller.settimeout(PATIENCE_S)
        caller.sendall(data)
        answer = b""
        while wanted not in answer and (more := caller.recv(4096)):
            answer += more
    return answer


def say(port: int, number: int) -> None:
    lines = (
        b'{"type":"hello","nick":"bob%d","join":{"lobby":{"last":0}}}\n'
        b'{"type":"say","room":"lobby","text":"hi","id":"1"}\n' % number
    )
    assert b'"ack"' in ask(port, lines, b'"ack"')


def refuse(port: int) -> None:
    request = b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n"
    assert b" 421 " in ask(port, request, b"\r\n")


@pytest.mark.parametrize("flags", [(), ("--gateways", "1")], ids=["one", "gateways"])
def test_a_terminal_that_is_stopped_stops_nobody(tmp_path: Path, flags: tuple[str, ...]) -> None:
    with served(tmp_path, *flags) as (process, ports):
        # What Ctrl-S does, and at once: a key takes its time.
        terminal = os.open(f"/proc/{process.child.pid}/fd/2", os.O_RDWR | os.O_NOCTTY)
        termios.tcflow(terminal, termios.TCOOFF)
        for number in range(3):
            ask(ports["tcp"], NO_CLIENT, b"nothing comes")
            refuse(ports["web"])
            say(ports["tcp"], number)
        assert b" 200 " in ask(
            ports["web"], b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\r\n"
        )
        assert "not_a_client" not in process.seen.text
        termios.tcflow(terminal, termios.TCOON)
        process.seen.until("not_a_client")
        process.seen.until("elsewhere.example")
        termios.tcflow(terminal, termios.TCOOFF)
        os.close(terminal)
        ask(ports["tcp"], NO_CLIENT, b"nothing comes")
        process.signal(signal.SIGTERM)
        assert process.child.wait(PATIENCE_S) == 0
