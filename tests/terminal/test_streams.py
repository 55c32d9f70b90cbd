"""Standard input and output, with everything that can be wrong with them."""

import asyncio
import errno
import io
import os
import queue
from collections.abc import Callable

import pytest

from core.wire.framing import TooLong
from terminal.streams import Input, Output, OutputClosed, RawInput, write_error


class ScriptedInput:
    """A file that gives what a test puts into it, and blocks in between."""

    def __init__(self, *script: bytes | Exception | None) -> None:
        self._script: queue.SimpleQueue[bytes | Exception | None] = queue.SimpleQueue()
        for one in script:
            self._script.put(one)

    def give(self, one: bytes) -> None:
        self._script.put(one)

    def read(self, size: int = -1, /) -> bytes | None:
        one = self._script.get()
        if isinstance(one, Exception):
            raise one
        return one


async def everything(raw: RawInput | None, limit_bytes: int = 100) -> list[bytes | TooLong]:
    source = Input(raw, limit_bytes)
    found: list[bytes | TooLong] = []
    while (lines := await source.lines()) is not None:
        found += lines
    assert await source.lines() is None
    return found


async def test_lines_come_whole_wherever_they_were_cut() -> None:
    raw = ScriptedInput(b"on", b"e\ntwo\r", b"\n\nlast", b"")
    assert await everything(raw) == [b"one", b"two", b"", b"last"]


async def test_what_is_too_long_is_told() -> None:
    assert await everything(ScriptedInput(b"x" * 101, b"\nok\n", b"")) == [TooLong(101), b"ok"]


@pytest.mark.parametrize(
    "make", [lambda: None, lambda: io.BytesIO(b""), lambda: ScriptedInput(OSError(5, "gone"))]
)
async def test_what_cannot_be_read_is_at_its_end(make: Callable[[], RawInput | None]) -> None:
    assert await everything(make()) == []


async def test_a_file_that_is_not_ready_is_asked_again() -> None:
    raw = ScriptedInput(None, BlockingIOError(errno.EAGAIN, "again"), b"one\n", b"")
    assert await everything(raw) == [b"one"]


async def test_lines_come_while_the_input_goes_on() -> None:
    raw = ScriptedInput(b"one\n")
    source = Input(raw, 100)
    assert await source.lines() == [b"one"]
    raw.give(b"two\n")
    assert await source.lines() == [b"two"]
    raw.give(b"")
    assert await source.lines() is None


async def test_a_wait_that_is_broken_off_loses_nothing() -> None:
    raw = ScriptedInput()
    source = Input(raw, 100)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await source.lines()
    raw.give(b"one\n")
    raw.give(b"")
    assert await source.lines() == [b"one"]


def test_output_is_written_at_once() -> None:
    file = io.BytesIO()
    Output(file).write(b"one\n")
    assert file.getvalue() == b"one\n"


def test_a_pipe_that_nobody_reads_ends_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as file:
        output = Output(file)
        with pytest.raises(OutputClosed):
            output.write(b"one\n")
        # Python flushes its files when it ends, and that must not fail again.
        file.flush()


class FullAtTimes(io.RawIOBase):
    """A terminal in a mode in which it can be full."""

    def __init__(self) -> None:
        self.taken = b""
        self._turn = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int | None:
        self._turn += 1
        if self._turn % 2:
            return None
        piece = bytes(data)[:7]  # type: ignore[call-overload]
        self.taken += piece
        return len(piece)


@pytest.mark.parametrize("size", [4, 64])
def test_an_output_that_is_full_at_times_gets_everything_once(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("terminal.streams.time.sleep", lambda _: None)
    raw = FullAtTimes()
    output = Output(io.BufferedWriter(raw, size))
    data = b"0123456789abcdefghijklmnopqrstuvwxyz\n"
    output.write(data)
    output.write(data)
    assert raw.taken == data + data


def test_complaints_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    write_error(["one", "two"])
    assert capsys.readouterr().err == "one\ntwo\n"


def test_without_standard_error_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    write_error(["one"])
