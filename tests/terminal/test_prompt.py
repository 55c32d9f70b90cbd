"""`join` at a prompt: keys in, requests out, and the status beside them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from fake_links import Cable
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from core.client.reach import Pacing
from core.server import HubServer
from terminal import join
from terminal.prompt import Prompt

CTRL_C, CTRL_D, ALT_ENTER = "\x03", "\x04", "\x1b\r"


class Paper(DummyOutput):
    """A terminal of 80 columns that only remembers what was printed."""

    def __init__(self) -> None:
        self.printed = ""

    def write(self, data: str) -> None:
        self.printed += data

    def get_size(self) -> Size:
        return Size(rows=10, columns=80)


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as keys:
        yield keys


@asynccontextmanager
async def visit(keys: PipeInput, paper: Paper, target: str) -> AsyncIterator[asyncio.Task[int]]:
    with create_app_session(input=keys, output=paper):
        task = asyncio.ensure_future(join.run_join(target, pacing=Pacing(again_first_s=0.01)))
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
async def test_keys_become_messages(
    keys: PipeInput, hub_server: HubServer, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr(join, "_on_terminal", lambda: True)
    paper = Paper()
    host, port = hub_server.address
    async with visit(keys, paper, f"alice@{host}:{port}") as task:
        await until(lambda: "welcome to lobby" in paper.printed)
        keys.send_text("\r" + typed)
        await until(lambda: texts(hub_server) == ["1"])
        keys.send_text(CTRL_D)
        assert await task == 0
    assert "<alice>" in paper.printed


async def test_ctrl_c_leaves_at_once(
    keys: PipeInput, hub_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(join, "_on_terminal", lambda: True)
    paper = Paper()
    host, port = hub_server.address
    async with visit(keys, paper, f"alice@{host}:{port}") as task:
        await until(lambda: "welcome to lobby" in paper.printed)
        keys.send_text("half a line" + CTRL_C)
        assert await task == 0
    await until(lambda: "lobby" not in hub_server.hub.rooms)  # nobody is in it any more


async def test_what_was_not_sent_is_said(
    keys: PipeInput,
    hub_server: HubServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(join, "_on_terminal", lambda: True)
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
        prompt = Prompt(lambda: "lobby", lambda: "alice")
        with prompt.above():
            prompt.show(b"12:03 <bob> " + b"word " * 30 + b"\n")
    assert "\n        word" in paper.printed.replace("\r", "")
