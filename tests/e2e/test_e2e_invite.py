"""An invitation is true: every command in it is run in a shell, as it is written."""

import json
import re
import shlex
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_visit import Visit
from playwright.sync_api import Browser, expect
from real_clients import Keep, join_plain, netcat
from real_processes import PATIENCE_S, ROOT, SERVE, Process, ServedHub, once, tool

pytest_plugins = ["page_fixtures"]

ENDS = ("nc", "telnet", "socat", "curl", "bash")
CTRL_C, CTRL_D = b"\x03", b"\x04"


class Hub(ServedHub):
    """A hub at an address, and a folder in which `hubbub` is a command."""

    def __init__(self, folder: Path, host: str) -> None:
        self.host = host
        super().__init__(folder / "data", [*SERVE, "--host", host])
        self.bin = folder / "bin"
        self.bin.mkdir()
        script = self.bin / "hubbub"
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m hubbub "$@"\n')
        script.chmod(0o755)

    def open(self) -> socket.socket:
        return socket.create_connection((self.host, self.tcp_port), PATIENCE_S)

    def invited(self) -> dict[str, Any]:
        """Return what a program is answered to `invite`."""
        with self.open() as sock, sock.makefile("rb") as answers:
            sock.sendall(b'{"type":"hello"}\n{"type":"invite","ref":"i"}\n')
            for line in answers:
                event: dict[str, Any] = json.loads(line)
                if event.get("ref") == "i":
                    return event
        raise AssertionError("no invitation came")

    def ways(self) -> dict[str, str]:
        lines = self.invited()["lines"][1:]
        return dict(re.split(r"  +", line, maxsplit=1) for line in lines)

    def run(self, name: str) -> Process:
        """Run a command of the invitation in a terminal, as a person would paste it."""
        path = {"PATH": f"{self.bin}:/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        environment = path | {"TERM": "xterm", "LC_ALL": "C.UTF-8", "PYTHONASYNCIODEBUG": ""}
        shell = Process(
            name, [tool("bash"), "-c", self.ways()[name]], terminal=True, environment=environment
        )
        try:
            shell.seen.until("welcome to lobby")
        except BaseException:
            shell.close()
            raise
        return shell

    def hears(self) -> Process:
        """Return somebody else in the room."""
        script = f"exec 3<>/dev/tcp/{self.host}/{self.tcp_port}; cat <&3 & cat >&3; kill $!"
        reader = Process("reader", [tool("bash"), "-c", script])
        reader.seen.until("welcome to lobby")
        return reader


@pytest.fixture(scope="module", params=["127.0.0.1", "::1"])
def at(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Give a hub that listens at one address of this machine."""
    hub = Hub(tmp_path_factory.mktemp("at"), str(request.param))
    with hub.running():
        yield hub


def test_every_command_is_tried_here(at: Hub) -> None:
    assert set(at.ways()) == {"browser", "hubbub", *ENDS, "PowerShell"}


@pytest.mark.parametrize("name", ["hubbub", *ENDS])
def test_a_command_joins_talks_and_ends(at: Hub, keep: Keep, name: str) -> None:
    reader = keep(at.hears())
    person = keep(at.run(name))
    said, answer = once(f"Привет from {name} "), once("“日本” ")
    person.say(said)
    reader.sees(said)
    reader.say(answer)
    person.seen.until(answer)
    person.say("/quit")
    if name == "nc":  # which ends when it has something more to send
        person.seen.until("good-bye")
        person.say("")
    person.ended()
    # Nothing of the program's own stands in the chat, such as a meter.
    assert not re.search(r"% Total|--:--:--|Dload", person.seen.text)


@pytest.mark.parametrize("how", [CTRL_C, CTRL_D, b"/quit\n"])
def test_bash_leaves_nothing_behind(at: Hub, keep: Keep, how: bytes) -> None:
    person = keep(at.run("bash"))
    person.type(how)
    person.ended()
    # Its terminal has ended, so nobody has it open any more.
    assert not person._thread.is_alive()


def test_the_browsers_address_is_the_page(at: Hub) -> None:
    url = at.ways()["browser"]
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        assert b"<title>Hubbub" in answer.read()


def test_text_mode_and_the_terminal_show_the_same(served: ServedHub, keep: Keep) -> None:
    person, terminal = keep(netcat(served)), keep(join_plain(served))
    for one in (person, terminal):
        one.say("/invite")
        one.seen.until("-- PowerShell  ")
        for way in (f"nc 127.0.0.1 {served.tcp_port}", f"browser     {served.url}"):
            one.seen.until(way)
        one.seen.until("only from this machine")


def test_the_page_shows_the_same(served: ServedHub, browser: Browser, keep: Keep) -> None:
    world: Any = served
    visit = Visit(browser, world)
    visit.join(once("ann"))
    visit.type("/invite")
    shown = visit.page.locator("#invite-dialog")
    expect(shown.locator("#invite-link")).to_contain_text(served.url)
    way = shown.locator("#invite-ways li", has=visit.page.get_by_text("nc", exact=True))
    expect(way).to_contain_text(f"nc 127.0.0.1 {served.tcp_port}")
    visit.context.close()


def printed(
    command: list[str], keep: Keep, last: str = "PowerShell", *, terminal: bool = True,
    **environment: str,
) -> str:  # fmt: skip
    """Return what a server has printed before anybody came; in its last lines stands `last`."""
    plain = {"LC_ALL": "C.UTF-8", "TERM": "xterm", "PYTHONASYNCIODEBUG": "", "NO_COLOR": ""}
    server = keep(Process("server", command, terminal=terminal, environment=plain | environment))
    server.seen.until(last)
    server.signal(signal.SIGINT)
    assert server.ended() == 0
    return server.seen.text


def serve(folder: Path, host: str) -> list[str]:
    ports = ("--tcp-port", "0", "--web-port", "0")
    return [*SERVE, "--host", host, *ports, "--data", str(folder / "log")]


def test_serve_invites_behind_its_ready_lines(tmp_path: Path, keep: Keep) -> None:
    lines = printed(serve(tmp_path, "127.0.0.1"), keep).splitlines()
    tcp = re.fullmatch(r"listening tcp 127\.0\.0\.1:([0-9]+)", lines[0])
    web = re.fullmatch(r"listening web (http://127\.0\.0\.1:[0-9]+/)", lines[1])
    assert tcp
    assert web
    shown = "\n".join(lines[2:])
    assert "only from this machine; --host 0.0.0.0 lets others in" in shown
    assert f"  browser     {web[1]}\n" in shown
    assert f"  nc          nc 127.0.0.1 {tcp[1]}\n" in shown
    assert not set("█▀▄\x1b") & set(shown)


def test_serve_shows_a_code_to_those_who_can_come(tmp_path: Path, keep: Keep) -> None:
    shown = printed(serve(tmp_path, "0.0.0.0"), keep)
    beyond = not re.search(r"browser     http://127\.", shown)  # there may be no network here
    assert beyond == ("\x1b[38;5;16;48;5;231m" in shown)
    assert beyond == ("only from this machine" not in shown)
    passphrase = (tmp_path / "log" / "passphrase").read_text().strip()
    assert f"  passphrase  {passphrase}  (the first line to type" in shown
    link = re.search(r"  browser     (http://\S+/#pass=\S+)\n", shown.replace("\r", ""))
    assert link
    assert link[1].endswith(f"#pass={passphrase}")
    # Below the code stands what is in it.
    assert shown.count(link[1]) == (2 if beyond else 1)
    dumb = printed(serve(tmp_path, "0.0.0.0"), keep, TERM="dumb")
    assert not set("█▀▄\x1b") & set(dumb)


def test_serve_in_a_pipe_prints_its_ready_lines_alone(tmp_path: Path, keep: Keep) -> None:
    lines = printed(serve(tmp_path, "127.0.0.1"), keep, "listening web", terminal=False)
    assert re.fullmatch(r"listening tcp \S+:[0-9]+\nlistening web http://\S+/\n", lines)


def test_a_hub_by_itself_invites_too(tmp_path: Path, keep: Keep) -> None:
    command = [*SERVE[:-1], "hub", "--tcp-port", "0", "--data", str(tmp_path)]
    shown = printed([*command, "--web-url", "https://chat.example/"], keep, "hubbub join")
    lines = shown.splitlines()
    assert "  browser     https://chat.example/" in lines
    assert "  hubbub      hubbub join wss://chat.example/" in lines
