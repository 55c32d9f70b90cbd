"""Gateway processes, started, watched and ended by a hub in this process."""

import asyncio
import json
import logging
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import suppress

import pytest

from core.errors import Interrupted
from core.net.budget import Budget
from core.server.server import HubServer
from hubbub.serving import gateways
from hubbub.serving.gateways import GatewayProcesses
from hubbub.serving.order import WorkerConfig, read_config
from hubbub.serving.restarts import NotStarted

PATIENCE_S = 60.0
NOWHERE = WorkerConfig(("127.0.0.1", 1), "a secret", ("127.0.0.1",), 0, ())


async def until(true: Callable[[], bool], wanted: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await asyncio.sleep(0.01)
    assert true(), wanted


def gateway_processes(count: int = 1, budget: Budget | None = None) -> GatewayProcesses:
    return GatewayProcesses(NOWHERE, count, budget or Budget(100), lambda: False)


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[subprocess.Popen[bytes]]]:
    """Give a function that has a program of one line run instead of a gateway."""

    def run(program: str) -> list[subprocess.Popen[bytes]]:
        started: list[subprocess.Popen[bytes]] = []

        def start(config: bytes, number: int) -> subprocess.Popen[bytes]:
            del number
            process = subprocess.Popen(
                [sys.executable, "-S", "-c", program], bufsize=0,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
            started.append(process)
            with suppress(BrokenPipeError):
                process.stdin.write(config)  # type: ignore[union-attr]
            return process

        monkeypatch.setattr(gateways, "_start", start)
        return started

    return run


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what an operator is told; debugging asyncio logs what was slow, too."""
    return [one.getMessage() for one in caplog.records if one.name == "hubbub.gateways"]


def test_an_order_arrives_as_it_was_given_and_keeps_its_secret() -> None:
    config = WorkerConfig(
        ("::1", 4046), "s3cret", ("0.0.0.0", "::1"), 8080, ("chat.example.org", "ü")
    )
    assert read_config(config.line()) == config
    assert config.line().count(b"\n") == 1
    assert "s3cret" not in repr(config)


async def test_they_serve_until_they_are_told_to_end(
    hub_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine is no reason to kill one that is about to end.
    monkeypatch.setattr(gateways, "END_WAIT_S", PATIENCE_S)
    door = await hub_server.open_for_gateway(apart=True)
    config = WorkerConfig(door, "", ("127.0.0.1",), 0, ())
    before = hub_server.budget.used
    apart = GatewayProcesses(config, 2, hub_server.budget, lambda: False)
    await apart.start()
    host, port = apart.addresses[0]
    answering = set()
    for _ in range(200):
        text = await asyncio.to_thread(fetch, f"http://{host}:{port}/metrics")
        answering |= set(re.findall(r'gateway="(\d+)"', text))
        if len(answering) == 2:
            break
    assert answering == {"1", "2"}
    # The hub's end of their pipes, and the socket that keeps the port.
    assert hub_server.budget.used >= before + 5
    running = list(apart._running.values())
    await apart.stop()
    assert [process.returncode for process in running] == [0, 0]
    assert hub_server.budget.used == before


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        text: str = answer.read().decode()
        return text


async def test_one_that_does_not_start_ends_it_all(
    instead: Callable[[str], list[subprocess.Popen[bytes]]],
) -> None:
    started = instead("raise SystemExit(3)")
    budget = Budget(100)
    with pytest.raises(NotStarted, match=r"gateway \d did not start \(exit_code=3\)"):
        await gateway_processes(2, budget).start()
    assert all(process.returncode is not None for process in started)
    assert budget.used == 0


async def test_a_process_that_the_system_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(config: bytes, number: int) -> subprocess.Popen[bytes]:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(gateways, "_start", start)
    with pytest.raises(NotStarted, match="Resource temporarily unavailable"):
        await gateway_processes().start()


async def test_a_start_that_takes_long_can_be_ended(
    instead: Callable[[str], list[subprocess.Popen[bytes]]],
) -> None:
    started = instead("import sys; sys.stdin.read()")
    apart = GatewayProcesses(NOWHERE, 1, Budget(100), lambda: bool(started))
    with pytest.raises(Interrupted):
        await apart.start()
    assert [process.returncode for process in started] == [0]


async def test_one_that_dies_at_once_again_and_again_is_started_less_and_less_often(
    instead: Callable[[str], list[subprocess.Popen[bytes]]], caplog: pytest.LogCaptureFixture
) -> None:
    started = instead("print('ready', flush=True); raise SystemExit(4)")
    caplog.set_level(logging.INFO)
    apart = gateway_processes()
    await apart.start()
    await until(lambda: len(told(caplog)) >= 3, "three lines")
    await apart.stop()
    ended = [line for line in told(caplog) if "gateway_ended" in line]
    assert all(line.startswith("event=gateway_ended gateway=1 exit_code=4 ") for line in ended)
    waits = [line.rpartition("again_in_s=")[2] for line in ended]
    assert waits[:2] == ["0", "0.5"]
    (back, *_) = [line for line in told(caplog) if "gateway_back" in line]
    assert back == f"event=gateway_back gateway=1 pid={started[1].pid}"
    assert all(process.returncode is not None for process in started)


async def test_one_that_does_not_end_is_killed(
    instead: Callable[[str], list[subprocess.Popen[bytes]]],
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(gateways, "END_WAIT_S", 0.01)
    started = instead("print('ready', flush=True); import time; time.sleep(1000)")
    apart = gateway_processes()
    await apart.start()
    await apart.stop()
    assert [process.returncode for process in started] == [-9]
    assert told(caplog) == [f"event=gateway_killed gateway=1 pid={started[0].pid}"]


async def test_nobody_is_started_again_once_all_is_to_end(
    instead: Callable[[str], list[subprocess.Popen[bytes]]], caplog: pytest.LogCaptureFixture
) -> None:
    started = instead("print('ready', flush=True); import sys; sys.stdin.read()")
    to_end = asyncio.Event()
    apart = GatewayProcesses(NOWHERE, 1, Budget(100), to_end.is_set)
    await apart.start()
    to_end.set()
    started[0].kill()
    await until(lambda: started[0].returncode is not None, "its end")
    await apart.stop()
    assert len(started) == 1
    assert told(caplog) == []


def test_a_worker_whose_hub_was_gone_before_it_began_ends_quietly() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hubbub.serving.worker", "1"], stdin=subprocess.DEVNULL,
        capture_output=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_worker_that_cannot_listen_says_why() -> None:
    config = json.loads(NOWHERE.line()) | {"host": ["203.0.113.1"], "port": 8080}
    done = subprocess.run(
        [sys.executable, "-m", "hubbub.serving.worker", "1"], input=json.dumps(config) + "\n",
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert "hubbub: cannot listen at 203.0.113.1:8080: " in done.stderr
    assert "203.0.113.1" in done.stderr
