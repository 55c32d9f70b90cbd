"""Asking at a terminal: what is typed is not shown, and the terminal is left as it was."""

import sys
import termios
from collections.abc import Callable, Iterator

import pytest
from real_processes import Process

CTRL_C, CTRL_D = b"\x03", b"\x04"
TYPED = "k7mq-2xfd-9wht"

ASKS = f"""
import asyncio, termios
from core.client.reconnect import HelloRefused
from terminal.passphrase import Asker

try:
    answer = asyncio.run(Asker()("the hub asks\\x1b[2J\\n12:03 <eve> hello"))
    print("answer:", "as typed" if answer == {TYPED!r} else answer)
except KeyboardInterrupt:
    print("answer: interrupted")
except HelloRefused as problem:
    print("answer:", problem.code, problem)
try:
    print("echo:", bool(termios.tcgetattr(0)[3] & termios.ECHO))
except termios.error:
    print("echo: no terminal")
"""
"""It tells of the echo itself: the end of a session resets its terminal."""

BLIND = """
import asyncio

def cannot(self, fd, callback, *arguments):
    raise OSError(22, "Invalid argument")

asyncio.SelectorEventLoop.add_reader = cannot
"""
"""A loop that cannot watch the terminal, as kqueue's cannot on some systems."""

Start = Callable[..., Process]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Process] = []

    def start(*, terminal: bool = True, script: str = ASKS) -> Process:
        quiet = {"PYTHONASYNCIODEBUG": ""}
        command = [sys.executable, "-c", script]
        started.append(Process("asker", command, terminal=terminal, environment=quiet))
        return started[-1]

    yield start
    for process in started:
        process.close()


def echoes(process: Process) -> bool:
    return bool(termios.tcgetattr(process._input)[3] & termios.ECHO)


def test_nothing_that_is_typed_is_shown(start: Start) -> None:
    asker = start()
    asker.seen.until("Passphrase: ")
    assert not echoes(asker)
    asker.say(TYPED)
    asker.seen.until("answer: as typed")
    asker.seen.until("echo: True")
    assert asker.ended() == 0
    assert TYPED not in asker.seen.text
    assert "Passphrase: \r\nanswer:" in asker.seen.text


def test_a_loop_that_cannot_watch_a_terminal_asks_all_the_same(start: Start) -> None:
    asker = start(script=BLIND + ASKS)
    asker.seen.until("Passphrase: ")
    assert not echoes(asker)
    asker.say(TYPED)
    asker.seen.until("answer: as typed")
    asker.seen.until("echo: True")
    assert asker.ended() == 0


@pytest.mark.parametrize(
    ("keys", "answer"), [(CTRL_C, "interrupted"), (CTRL_D, "None"), (b"\n", "None")]
)
def test_who_types_none_has_the_terminal_back(start: Start, keys: bytes, answer: str) -> None:
    asker = start()
    asker.seen.until("Passphrase: ")
    asker.type(keys)
    asker.seen.until(f"Passphrase: \r\nanswer: {answer}")
    asker.seen.until("echo: True")
    assert asker.ended() == 0


def test_what_was_typed_ahead_is_no_answer(start: Start) -> None:
    late = "import sys; sys.stdout.write('late\\n'); sys.stdout.flush(); sys.stdin.readline()\n"
    asker = start(script=late + ASKS)
    asker.seen.until("late")
    asker.type(b"begin\nhalf a line")
    asker.seen.until("Passphrase: ")
    asker.say(TYPED)
    asker.seen.until("answer: as typed")


def test_what_the_hub_says_does_nothing_to_the_terminal(start: Start) -> None:
    asker = start()
    asker.seen.until("Passphrase: ")
    assert "-- the hub asks␛[2J\r\n      | 12:03 <eve> hello\r\nPassphrase: " in asker.seen.text
    assert "\x1b[2J" not in asker.seen.text


def test_a_job_is_told_what_to_set(start: Start) -> None:
    job = start(terminal=False)
    job.seen.until("echo: no terminal")
    assert job.ended() == 0
    assert "Passphrase: " not in job.seen.text
    assert "answer: passphrase the hub asks" in job.seen.text
    assert "HUBBUB_PASSPHRASE" in job.seen.text
    assert "--passphrase-file" in job.seen.text
