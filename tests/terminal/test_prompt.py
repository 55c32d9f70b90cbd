"""`join` at a prompt: keys in, requests out, and the status beside them."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_transports import Cable
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from core.client.reconnect import RetryPolicy
from core.server.server import HubServer
from terminal import join
from terminal.prompt import Prompt
from terminal.promptcontroller import PromptController
from terminal.send import run_send

CTRL_C, CTRL_D, ALT_ENTER = "\x03", "\x04", "\x1b\r"


class Paper(DummyOutput):
    """A terminal of 80 columns that only remembers what was printed."""

    def __init__(self) -> None:
        self.printed = ""
        self.rung = 0

    def write(self, data: str) -> None:
        self.printed += data

    write_raw = write

    def bell(self) -> None:
        self.rung += 1

    def get_size(self) -> Size:
        return Size(rows=10, columns=80)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the history out of the home folder, and be at a terminal without colours."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(join, "_on_terminal", lambda: True)
    return tmp_path / "state" / "hubbub" / "history"


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as keys:
        yield keys


@asynccontextmanager
async def visit(
    keys: PipeInput, paper: Paper, target: str, options: join.JoinOptions = join.AS_IT_IS
) -> AsyncIterator[asyncio.Task[int]]:
    with create_app_session(input=keys, output=paper):
        retry = RetryPolicy(again_first_s=0.01)
        task = asyncio.ensure_future(join.run_join(target, retry=retry, options=options))
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], object]) -> None:
    while not true():
        await asyncio.sleep(0.005)


def texts(hub: HubServer) -> list[str]:
    room = hub.hub.rooms.get("lobby")
    return [] if room is None else [str(room.tail.head)]


@pytest.mark.parametrize("typed", ["one\r", f"one{ALT_ENTER}two\r", "\x1b[200~a\nb\n\x1b[201~\r"])
async def test_keys_become_messages(keys: PipeInput, hub_server: HubServer, typed: str) -> None:
    paper = Paper()
    host, port = hub_server.address
    async with visit(keys, paper, f"alice@{host}:{port}") as task:
        await until(lambda: "welcome to lobby" in paper.printed)
        keys.send_text("\r" + typed)
        await until(lambda: texts(hub_server) == ["1"])
        keys.send_text(CTRL_D)
        assert await task == 0
    assert "<alice>" in paper.printed


async def test_what_is_not_utf_8_is_refused_and_stays(
    keys: PipeInput, hub_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.ISO-8859-1")
    paper = Paper()
    host, port = hub_server.address
    async with visit(keys, paper, f"alice@{host}:{port}") as task:
        await until(lambda: "welcome to lobby" in paper.printed)
        keys.send_bytes("the café".encode("latin-1") + b"\r")
        await until(lambda: "not sent: that was not UTF-8" in paper.printed)
        await until(lambda: "which says de_DE.ISO-8859-1" in " ".join(paper.printed.split()))
        # Put right, it goes out: what was typed is still there.
        keys.send_text("\x7f\x7fffee\r")
        await until(lambda: "<alice> the caffee" in paper.printed)
        assert texts(hub_server) == ["1"]
        keys.send_text(CTRL_D)
        assert await task == 0


async def test_ctrl_c_drops_a_line_and_twice_leaves(keys: PipeInput, hub_server: HubServer) -> None:
    paper = Paper()
    host, port = hub_server.address
    async with visit(keys, paper, f"alice@{host}:{port}") as task:
        await until(lambda: "welcome to lobby" in paper.printed)
        keys.send_text("half a line" + CTRL_C + CTRL_C)
        await until(lambda: "Ctrl-C again leaves" in paper.printed)
        assert not task.done()
        keys.send_text(CTRL_C)
        assert await task == 0
    await until(lambda: "lobby" not in hub_server.hub.rooms)  # nobody is in it any more


async def test_what_was_not_sent_is_said(
    keys: PipeInput,
    hub_server: HubServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    paper = Paper()
    cable = Cable(lambda: hub_server.address)
    await cable.plug_in()
    async with visit(keys, paper, f"alice@{cable.address}") as task:
        await until(lambda: "welcome to lobby" in paper.printed)
        await cable.pull()
        await until(lambda: "not connected" in paper.printed)
        keys.send_text("too late\r")
        keys.send_text("/quit\r")
        await until(lambda: "Ctrl-C leaves without" in paper.printed)
        task.cancel()
        assert await task == 0
    assert "1 of your messages was not sent" in capsys.readouterr().err


async def test_long_lines_are_wrapped(keys: PipeInput) -> None:
    paper = Paper()
    with create_app_session(input=keys, output=paper):
        prompt = Prompt(PromptController())
        with prompt.above():
            prompt.show(b"12:03 <bob> " + b"word " * 30 + b"\n")
    assert "\n" + " " * len("12:03 <bob> ") + "word" in paper.printed.replace("\r", "")


async def test_tab_completes(keys: PipeInput, hub_server: HubServer) -> None:
    paper = Paper()
    host, port = hub_server.address
    async with visit(keys, paper, f"alice@{host}:{port}") as task:
        await until(lambda: "welcome to lobby" in paper.printed)
        before = len(paper.printed)
        keys.send_text("/he\t")
        # Only what changed is drawn.
        await until(lambda: "lp" in paper.printed[before:])
        keys.send_text("\r")
        await until(lambda: "/search WORDS" in paper.printed)
        keys.send_text(CTRL_D)
        assert await task == 0


async def test_the_menu_says_how_a_command_is_written_and_what_it_does(
    keys: PipeInput, hub_server: HubServer
) -> None:
    paper = Paper()
    host, port = hub_server.address
    async with visit(keys, paper, f"alice@{host}:{port}"):
        await until(lambda: "welcome to lobby" in paper.printed)
        keys.send_text("/l\t")
        await until(lambda: "leave this room, or another" in paper.printed)
        assert "/leave [ROOM]" in paper.printed
        assert not re.search(r"/leave\s+/leave", paper.printed)


async def test_up_recalls_an_earlier_run(
    keys: PipeInput, hub_server: HubServer, state: Path
) -> None:
    state.parent.mkdir(parents=True)
    state.write_text('"hello"\n')
    paper = Paper()
    host, port = hub_server.address
    async with visit(keys, paper, f"alice@{host}:{port}") as task:
        await until(lambda: "welcome to lobby" in paper.printed)
        keys.send_text("\x1b[A\r")
        await until(lambda: texts(hub_server) == ["1"])
        keys.send_text(CTRL_D)
        assert await task == 0


async def test_alt_and_a_number_go_to_a_room(keys: PipeInput, hub_server: HubServer) -> None:
    paper = Paper()
    host, port = hub_server.address
    async with visit(keys, paper, f"alice@{host}:{port}") as task:
        await until(lambda: "welcome to lobby" in paper.printed)
        keys.send_text("/join ops\r")
        await until(lambda: "welcome to ops" in paper.printed)
        await until(lambda: "[2:ops]" in paper.printed)
        keys.send_text("\x1b1")
        await until(lambda: "── lobby ──" in paper.printed)
        keys.send_text("\x1b[1;3C")  # Alt+Right
        await until(lambda: "── ops ──" in paper.printed)
        keys.send_text("/leave\r")
        await until(lambda: paper.printed.count("── lobby ──") == 2)
        keys.send_text(CTRL_D)
        assert await task == 0


@pytest.mark.parametrize("bell", [True, False])
async def test_a_mention_rings_unless_that_is_not_wanted(
    keys: PipeInput, hub_server: HubServer, bell: bool
) -> None:
    paper = Paper()
    host, port = hub_server.address
    options = join.JoinOptions(bell=bell)
    async with visit(keys, paper, f"alice@{host}:{port}", options) as task:
        await until(lambda: "welcome to lobby" in paper.printed)
        assert await run_send(f"{host}:{port}", "alice, lunch?", nick="bob") == 0
        await until(lambda: "*<bob>" in paper.printed)
        assert paper.rung == bell
        keys.send_text(CTRL_D)
        assert await task == 0


async def test_what_python_complains_about_is_harmless(keys: PipeInput) -> None:
    paper = Paper()
    with create_app_session(input=keys, output=paper), Prompt(PromptController()).above():
        sys.stderr.write("a \x1b[2J trace\n")
    assert "a ?[2J trace" in paper.printed
