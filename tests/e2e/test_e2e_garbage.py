"""What should not come to a hub, sent by real programs: nobody else sees it."""

import os
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_clients import Keep, Program, netcat
from real_processes import PATIENCE_S, Process, ServedHub, once, tool

SHOWN_CONTROLS = "\n\t"
OPENERS = "\u202a\u202b\u202d\u202e"
ISOLATES = "\u2066\u2067\u2068"


def pipe(hub: ServedHub, data: bytes) -> bytes:
    """Send bytes with nc, and return what it was answered."""
    done = subprocess.run(
        [tool("nc"), "-N", "127.0.0.1", str(hub.tcp_port)], input=data, capture_output=True,
        timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    return done.stdout


def unclean(text: str) -> list[str]:
    """Return what a screen should never be given."""
    found = [c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c not in SHOWN_CONTROLS]
    for line in text.split("\n"):
        opened = sum(line.count(c) for c in OPENERS) - line.count("\u202c")
        isolated = sum(line.count(c) for c in ISOLATES) - line.count("\u2069")
        if opened or isolated:
            found.append(line)
    return found


class Watchers:
    """One at nc and one with a program: they see what everybody would."""

    def __init__(self, hub: ServedHub, keep: Keep) -> None:
        self.hub = hub
        self.nc: Process = keep(netcat(hub, "watching"))
        self.program: Program = keep(Program(hub, "program"))
        self.program.event("members")
        self._looked = 0

    def look(self) -> str:
        """Return what was said since the last look; fail if it is not clean."""
        end = once("still here ")
        pipe(self.hub, end.encode() + b"\n")
        self.program.sees(end)
        self.nc.sees(end)
        shown = self.nc.seen.data.decode()  # strictly UTF-8
        assert unclean(shown) == []
        said = self.program.said()
        assert [text for text in said if unclean(text)] == []
        nicks = {message["nick"] for message in self.program.messages()}
        assert not any(map(unclean, nicks))
        begin, self._looked = self._looked, len(said)
        return "\n".join(said[begin:-1])


@pytest.fixture
def watchers(served: ServedHub, keep: Keep) -> Iterator[Watchers]:
    """Give people who watch; at the end the hub must go on as ever."""
    watchers = Watchers(served, keep)
    watchers.look()
    yield watchers
    watchers.look()
    assert served.process.child.poll() is None
    assert "Traceback" not in served.process.seen.text


def test_noise(served: ServedHub, watchers: Watchers, tmp_path: Path) -> None:
    noise = os.urandom(65536)
    (tmp_path / "noise").write_bytes(noise)  # kept by pytest if this fails
    pipe(served, noise)
    watchers.look()
    # Behind words, and without telnet's commands, all of it is a person's.
    answer = pipe(served, b"hello\n" + noise.replace(b"\xff", b"\xfe"))
    assert b"-! not sent: that was not UTF-8" in answer
    assert watchers.look().startswith("hello")


def test_a_line_of_10_mb_is_refused_in_words(served: ServedHub, watchers: Watchers) -> None:
    answer = pipe(served, b"x" * 10_000_000 + b"\nafter it\n").decode()
    assert "-! not sent: the line has 10000000 bytes; " in answer
    assert watchers.look() == "after it"


def test_a_tls_hello_is_closed_upon(served: ServedHub, watchers: Watchers) -> None:
    done = subprocess.run(
        [tool("curl"), "-sS", "-k", "--noproxy", "*", f"https://{served.address}/"],
        capture_output=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stdout == b""
    assert watchers.look() == ""


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"half a letter: \xd1\n", "-! not sent: that was not UTF-8; set your terminal to UTF-8"),
        (b"half a letter: \xd1", "-! not sent: that was not UTF-8; set your terminal to UTF-8"),
        (b"/nick ab\xe2\x80\xaecd\n", "-! "),
        (b"/nick \x1b[31mred\n", "-! "),
        (b"/nick <alice>\n", "-! "),
    ],
)
def test_a_refusal_in_words(
    served: ServedHub, watchers: Watchers, line: bytes, answer: str
) -> None:
    lines = pipe(served, line).decode().splitlines()
    assert any(one.startswith(answer) and len(one) > 10 for one in lines), lines
    assert watchers.look() == ""


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"a\x00b\n", "a␀b"),
        (b"\x1b]0;owned\x07 \x1b[31mred\x1b[0m\n", "␛]0;owned␇ ␛[31mred␛[0m"),
        (b"back\x08space \x7f\n", "back␈space ␡"),
        ("c1 \x9b31m\n".encode(), None),
        ("abc \u202edcba\n".encode(), "abc \u202edcba\u202c"),
        ("next\u2028line\u0085line\n".encode(), None),
    ],
)
def test_what_would_steer_a_screen_is_shown_as_text(
    served: ServedHub, watchers: Watchers, line: bytes, shown: str | None
) -> None:
    pipe(served, line)
    seen = watchers.look()
    assert seen
    if shown is not None:
        assert seen == shown


def test_a_leading_nul_is_no_chat(served: ServedHub, watchers: Watchers) -> None:
    pipe(served, b"\x00\x01\x02 scanner\n")
    assert watchers.look() == ""


def test_a_program_is_told_what_is_wrong_with_its_nick(served: ServedHub, keep: Keep) -> None:
    program = keep(Program(served, "ab\u202ecd"))
    error = program.event("error")
    assert (error["code"], "\u202e" in error["text"]) == ("bad_nick", False)
    program.send(type="hello", nick=once("abcd"), join={"lobby": {"last": 0}})
    program.event("members")
    program.send(type="say", room="lobby", text="half \ud800", id="1")
    program.event("error", code="bad_json")
    program.send(type="say", room="lobby", text="whole", id="2")
    program.event("ack", id="2")
    program.sees("whole")
    assert program.said() == ["whole"]
