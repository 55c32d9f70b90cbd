"""A hub that asks for a passphrase, as people, pipes and jobs come to it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ports import quiet_port
from real_clients import InTmux, Keep, hubbub
from real_processes import PATIENCE_S, ROOT, SERVE, Process, ServedHub, once, tool

from core.access.gate import NEEDED, WRONG
from core.access.passphrase import make_passphrase, write_passphrase
from terminal.strings import PASSPHRASE, nobody_to_ask

PASS = make_passphrase()
"""Another one in each run: no other process on this machine has it by chance."""
GUESS = f"guessed-{PASS}"

ASKS = PASSPHRASE.strip()


class GatedHub(ServedHub):
    """A hub that asks for PASS, and tells its log in detail."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "passphrase"
        folder.mkdir(parents=True, exist_ok=True)
        write_passphrase(self.file, PASS)
        flags = ("--access", "passphrase", "--telnet-port", "0", "--log-level", "debug")
        super().__init__(folder, [*SERVE, *flags])

    def renew(self, passphrase: str) -> None:
        """Change the file as `hubbub passphrase` does, and wait until the hub asks for it."""
        write_passphrase(self.file, passphrase)
        self.process.seen.until("the passphrase has changed")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatedHub]:
    hub = GatedHub(tmp_path_factory.mktemp("gated") / "data")
    with hub.running():
        yield hub


@pytest.fixture
def own(tmp_path: Path) -> Iterator[GatedHub]:
    """Give a hub of the test's own, which may change its passphrase and start again."""
    hub = GatedHub(tmp_path / "data")
    hub.tcp_port, hub.web_port = quiet_port(), quiet_port()
    with hub.running():
        yield hub


def inside(hub: GatedHub, passphrase: str = PASS) -> Process:
    """Return somebody with nc who is in the room."""
    client = Process("inside", [tool("nc"), "127.0.0.1", str(hub.tcp_port)])
    try:
        client.seen.until(f"-- {NEEDED}")
        assert "lobby" not in client.seen.text
        client.say(passphrase)
        client.seen.until("-- welcome to lobby")
    except BaseException:
        client.close()
        raise
    return client


def join(hub: GatedHub, nick: str, *flags: str) -> InTmux:
    return InTmux(nick, hubbub(hub, "join", "--nick", nick, *flags), ASKS, rows=24)


def asked(client: InTmux, times: int) -> None:
    """Wait until it asks: what is typed before belongs to nobody."""
    client.shows(lambda screen: screen.count(ASKS) == times and screen.rstrip().endswith(ASKS))


def quiet(**environment: str) -> dict[str, str]:
    """Return the environment of a job, with nothing of the tester's."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HUBBUB_")}
    return own | {"PYTHONASYNCIODEBUG": "", "PYTHONPATH": str(ROOT)} | environment


# --- at a terminal ------------------------------------------------------------------


@pytest.mark.parametrize("flags", [(), ("--plain",)], ids=["prompt", "plain"])
def test_join_asks_until_it_is_right_and_talks(
    served: GatedHub, keep: Keep, flags: tuple[str, ...]
) -> None:
    watcher = keep(inside(served))
    person = keep(join(served, once("ann"), *flags))
    person.say(GUESS)
    person.until(f"-- {WRONG}")
    asked(person, 2)
    person.say(PASS)
    person.until(f"-- welcome to lobby, {person.name}")
    person.say(line := once("hello "))
    watcher.sees(line)
    watcher.say(answer := once("answer "))
    person.sees(answer)
    shown = person.screen()
    assert PASS not in shown
    assert GUESS not in shown
    assert PASS not in watcher.seen.text


@pytest.mark.parametrize(
    ("command", "code"),
    [(("join",), 0), (("join", "--plain"), 0), (("send", "hello"), 130), (("tail",), 130)],
    ids=str,
)
def test_ctrl_c_at_the_question_gives_the_shell_back(
    served: GatedHub, keep: Keep, command: tuple[str, ...], code: int
) -> None:
    person = keep(InTmux("ann", hubbub(served, *command), ASKS, rows=24, shell=True))
    person.press("C-c")
    person.shows(lambda screen: not screen.rstrip().endswith(ASKS))
    # What is typed is shown again.
    person.say("echo it ended with $?")
    person.until(f"it ended with {code}")
    assert "echo it ended with $?" in person.screen()
    assert "Traceback" not in person.screen()


def test_renewing_it_asks_again_and_keeps_what_is_half_written(own: GatedHub, keep: Keep) -> None:
    person = keep(join(own, once("ann")))
    person.say(PASS)
    person.until("-- welcome to lobby")
    person.type("half of a")
    person.until("half of a")
    own.renew(fresh := make_passphrase())
    asked(person, 2)
    person.say(fresh)
    person.shows(lambda screen: "> half of a" in screen.rpartition("connected again")[2])
    watcher = keep(inside(own, fresh))
    person.say(" sentence")
    watcher.sees("half of a sentence")
    assert fresh not in person.screen()


def test_a_line_that_was_not_sent_arrives_once_behind_the_new_one(
    own: GatedHub, keep: Keep
) -> None:
    person = keep(join(own, once("ann")))
    person.say(PASS)
    person.until("-- welcome to lobby")
    own.stop()
    person.shows(lambda screen: "not connected" in screen)
    person.say(line := once("said while away "))
    write_passphrase(own.file, fresh := make_passphrase())
    own.start()
    asked(person, 2)
    person.say(fresh)
    person.sees(line)
    watcher = keep(inside(own, fresh))
    person.say("the next line")
    watcher.sees("the next line")
    watcher.say("/last 50")
    watcher.seen.wait(lambda: watcher.said().count("the next line") > 1 or None, "the last lines")
    assert person.said().count(line) == 1
    assert watcher.said().count(line) == 2  # greeted with it, and asked for it


def test_a_person_at_a_pipe_is_asked_by_send_and_tail(served: GatedHub, keep: Keep) -> None:
    watcher = keep(inside(served))
    line = once("from a pipe ")
    command = " ".join(hubbub(served, "send", "--nick", "pipe"))
    shell = keep(InTmux("shell", [tool("bash"), "-c", f"echo {line} | {command}; cat"], ASKS))
    shell.say(PASS)
    watcher.sees(line)
    tail = keep(InTmux("tail", hubbub(served, "tail", "--last", "100"), ASKS))
    tail.say(PASS)
    tail.sees(line)
    assert PASS not in shell.screen() + tail.screen()


def test_lines_that_are_typed_are_not_taken_for_it(served: GatedHub, keep: Keep) -> None:
    watcher = keep(inside(served))
    sender = keep(InTmux("sender", hubbub(served, "send", "--each-line"), ASKS))
    sender.say(PASS)
    line = once("typed at last ")
    deadline = time.monotonic() + PATIENCE_S
    while line not in watcher.said():
        # What is typed before the question has ended is dropped: it might be half of an answer.
        assert time.monotonic() < deadline
        sender.say(line)
        time.sleep(0.1)  # a screen cannot be waited for
    assert PASS not in watcher.seen.text


# --- jobs ---------------------------------------------------------------------------


def job(hub: GatedHub, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a client that has no terminal."""
    return subprocess.run(
        hubbub(hub, *arguments), cwd=ROOT, env=quiet(**environment), capture_output=True,
        text=True, check=False, timeout=PATIENCE_S, start_new_session=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("command", [("send", "hello"), ("tail", "--no-follow"), ("join",)])
def test_a_job_is_told_in_one_line_what_to_set(served: GatedHub, command: tuple[str, ...]) -> None:
    for passphrase, why in (("", NEEDED), (GUESS, WRONG)):
        done = job(served, *command, HUBBUB_PASSPHRASE=passphrase)
        *before, last = done.stderr.splitlines()
        assert (done.returncode, done.stdout) == (1, "")
        assert last.startswith(f"hubbub: {nobody_to_ask(why)}")
        assert "HUBBUB_PASSPHRASE" in last
        assert "--passphrase-file" in last
        assert before == []
        assert GUESS not in done.stderr


def test_a_job_has_it_from_a_file_or_the_environment(served: GatedHub, keep: Keep) -> None:
    watcher = keep(inside(served))
    for flags, environment in (
        (("--passphrase-file", str(served.file)), {}),
        ((), {"HUBBUB_PASSPHRASE": PASS.upper().replace("-", " ")}),
    ):
        line = once("deploy done ")
        done = job(served, "send", *flags, line, **environment)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        watcher.sees(line)
        done = job(served, "tail", "--no-follow", *flags, **environment)
        assert (done.returncode, done.stderr) == (0, "")
        assert line in done.stdout


def test_nc_gives_it_as_the_first_line(served: GatedHub, keep: Keep) -> None:
    watcher = keep(inside(served))
    line = once("deploy done ")
    script = f'printf "%s\\n" "$PASS" "{line}" | {tool("nc")} -N 127.0.0.1 {served.tcp_port}'
    subprocess.run(
        [tool("bash"), "-c", script], env=quiet(PASS=PASS), check=True, capture_output=True,
        timeout=PATIENCE_S,
    )  # fmt: skip
    watcher.sees(line)
    assert PASS not in watcher.seen.text


def test_telnet_at_its_own_port(served: GatedHub, keep: Keep) -> None:
    watcher = keep(inside(served))
    command = [tool("telnet"), "127.0.0.1", str(served.telnet_port)]
    client = keep(InTmux("telnet", command, f"-- {NEEDED}", shell=True))
    assert "lobby" not in client.screen()
    client.say(GUESS)
    client.until(f"-! {WRONG}")
    client.say(PASS)
    client.until("-- welcome to lobby")
    client.say(line := once("Привет “日本” "))
    watcher.sees(line)
    watcher.say(answer := once("answer 本 "))
    client.sees(answer)


def test_the_doctor_finds_nothing_wrong_with_a_hub_that_asks(served: GatedHub) -> None:
    for passphrase, skipped in (("", {"telnet", "resume"}), (PASS, set())):
        done = job(served, "doctor", "--json", "--wait", "20", HUBBUB_PASSPHRASE=passphrase)
        results = [json.loads(line) for line in done.stdout.splitlines()]
        assert (done.returncode, done.stderr) == (0, "")
        assert {one["door"] for one in results if one["state"] != "ok"} == skipped, done.stdout
        assert PASS not in done.stdout


# --- where it is not -----------------------------------------------------------------


def command_lines() -> str:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has ended meanwhile
            continue
    return "\n".join(found)


def test_it_is_on_no_command_line_and_in_no_log(served: GatedHub, keep: Keep) -> None:
    keep(inside(served))
    given = quiet(HUBBUB_PASSPHRASE=PASS)
    tail = keep(Process("tail", hubbub(served, "tail"), environment=given))
    plain = keep(Process("join", hubbub(served, "join", "--plain"), environment=given))
    plain.seen.until("-- welcome to lobby")
    wrong = Process("wrong", [tool("nc"), "127.0.0.1", str(served.tcp_port)])
    keep(wrong)
    wrong.say(GUESS)
    wrong.seen.until(f"-! {WRONG}")
    plain.say(line := once("all are here "))
    tail.seen.until(line)
    lines = command_lines()
    assert f"{sys.executable} -m hubbub tail" in lines
    assert PASS not in lines
    log = served.process.seen.text
    assert "event=passphrase_refused" in log
    assert PASS not in log
    assert PASS not in wrong.seen.text + tail.seen.text + plain.seen.text
