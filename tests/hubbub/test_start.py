"""What a start costs, counted in modules and collections instead of in time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PATIENCE_S = 20.0
ROOT = Path(__file__).parents[2]

SERVERS = {"aiohttp", "asyncio", "msgspec", "sqlite3", "uvloop", "web", "bridge"}
CLIENTS = {"prompt_toolkit", "terminal", "websockets"}
BARS = {"rich.progress"}

# Said at the end, by a process that was told to end or has ended by itself.
LIST = """\
import atexit, sys
atexit.register(lambda: print("\\nmodules", *sys.modules))
from hubbub.cli import run
sys.exit(run(sys.argv[1:]))
"""


def loaded(folder: Path, *arguments: str, ready: int = 0) -> set[str]:
    """Return the modules that a command has imported once it is ready, or at its end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONASYNCIODEBUG": ""}
    process = subprocess.Popen(
        [sys.executable, "-c", LIST, *arguments], cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    for _ in range(ready):
        assert process.stderr.readline().startswith("listening ")
    if ready:
        process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    _, _, modules = output.rpartition("\nmodules ")
    return set(modules.split())


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["--version"]])
def test_help_imports_nothing_that_only_a_running_command_needs(
    tmp_path: Path, arguments: list[str]
) -> None:
    modules = loaded(tmp_path, *arguments)
    assert "cyclopts" in modules
    assert not modules & (SERVERS | CLIENTS | BARS)


def test_a_hub_imports_no_gateway_and_no_client(tmp_path: Path) -> None:
    modules = loaded(tmp_path, "hub", "--tcp-port", "0", "--data", "log", ready=1)
    assert "sqlite3" in modules
    assert not modules & (CLIENTS | BARS | {"aiohttp", "web", "bridge"})


def test_a_gateway_imports_no_client(tmp_path: Path) -> None:
    ports = ("--tcp-port", "0", "--web-port", "0")
    modules = loaded(tmp_path, "serve", *ports, "--data", "log", ready=2)
    assert "aiohttp" in modules
    assert not modules & (CLIENTS | BARS)


def test_a_prompt_over_tcp_imports_no_server_and_no_web_door() -> None:
    # What `join` imports before its prompt stands there.
    terminal = "terminal.join, terminal.promptcontroller, terminal.history, terminal.prompt"
    show = f"import sys, hubbub.clients, {terminal}; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", show], env=environment, check=True, capture_output=True, text=True
    )
    modules = set(done.stdout.split())
    assert {"prompt_toolkit", "asyncio", "msgspec"} <= modules
    assert not modules & ({"aiohttp", "websockets", "sqlite3", "uvloop", "cyclopts", "rich"})


def test_servers_seldom_stop_to_look_for_garbage(tmp_path: Path) -> None:
    told = """\
import gc, os, signal
from hubbub.serving.runner import COLLECT_AFTER
from hubbub.serving.serve import run_servers
async def start(running, watch):
    os.kill(os.getpid(), signal.SIGTERM)
assert run_servers(start) == 0
assert gc.get_threshold()[0] == COLLECT_AFTER[0]
assert gc.get_freeze_count()
"""
    subprocess.run(
        [sys.executable, "-c", told], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True, timeout=PATIENCE_S,
    )  # fmt: skip
