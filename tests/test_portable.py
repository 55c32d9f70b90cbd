"""Where POSIX ends: everything imports, and a plain asyncio server serves.

What other systems lack is taken away from this one, as far as it is a name:
modules that Hubbub's own code may import, and what `os`, `signal` and
`socket` have here alone. Libraries look after themselves and keep them.
"""

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ELSEWHERE = """
import asyncio, builtins, importlib, pkgutil, runpy, sys, types

OURS = ("core", "bridge", "web", "terminal", "hubbub")
HIDDEN = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty", "uvloop"}
LACKING = {
    "os": "fork getuid geteuid getgid getegid uname posix_fadvise fdatasync "
          "chown fchown fchmod mkfifo killpg setsid getloadavg statvfs O_DIRECTORY O_NOFOLLOW "
          "O_CLOEXEC O_NONBLOCK O_SYNC O_DSYNC",
    "signal": "SIGHUP SIGUSR1 SIGUSR2 SIGPIPE SIGALRM SIGWINCH SIGTSTP SIGCONT SIGCHLD setitimer "
              "pthread_sigmask sigwait",
    "socket": "AF_UNIX SO_REUSEPORT MSG_DONTWAIT SOCK_NONBLOCK SOCK_CLOEXEC TCP_USER_TIMEOUT "
              "TCP_QUICKACK TCP_DEFER_ACCEPT",
    "select": "epoll poll",
    "time": "tzset",
}

def everything():
    for package in map(importlib.import_module, OURS):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            # Its import is what runs the command; it has a test of its own.
            if found.name != "hubbub.__main__":
                yield importlib.import_module(found.name).__name__

# Once as it is, so that the libraries are there and have chosen their means.
for name in everything():
    pass
import cyclopts, prompt_toolkit, websockets
for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
    del sys.modules[name]

really = builtins.__import__
def gated(name, scope=None, *rest, **more):
    asking = (scope or {}).get("__name__", "").partition(".")[0]
    root = name.partition(".")[0]
    if root == "msvcrt" and asking in OURS:
        return types.SimpleNamespace(LK_NBLCK=2, locking=lambda *_: None)
    if root == "uvloop" or (root in HIDDEN and asking in (*OURS, "__main__")):
        raise ModuleNotFoundError(f"No module named {root!r}", name=root)
    return really(name, scope, *rest, **more)
builtins.__import__ = gated
sys.modules.pop("uvloop", None)

# asyncio wakes its loop through a pair, which others make of two TCP sockets.
import socket
pair, unix = socket.socketpair, socket.AF_UNIX
socket.socketpair = lambda *_: pair(unix)

for name, attributes in LACKING.items():
    module = importlib.import_module(name)
    for attribute in attributes.split():
        if hasattr(module, attribute):
            delattr(module, attribute)

def no_signals(*ignored):
    raise NotImplementedError
for loop in (asyncio.AbstractEventLoop, asyncio.SelectorEventLoop):
    loop.add_signal_handler = loop.remove_signal_handler = no_signals
"""


def elsewhere(program: str, *arguments: str) -> list[str]:
    # -B: nothing that was compiled without those names stays behind.
    return [sys.executable, "-B", "-c", ELSEWHERE + program, *arguments]


def test_everything_imports_where_there_is_no_posix() -> None:
    done = subprocess.run(
        elsewhere("print(*everything())"), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    modules = done.stdout.split()
    for package in ("core", "bridge", "web", "terminal", "hubbub"):
        files = {file.stem for file in (ROOT / package).glob("*.py")} - {"__init__", "__main__"}
        assert {f"{package}.{name}" for name in files} <= set(modules)


def test_the_gate_shuts() -> None:
    for name in ("fcntl", "uvloop"):
        done = subprocess.run(
            elsewhere(f"import {name}"), cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert f"No module named '{name}'" in done.stderr


def hubbub(*arguments: str) -> list[str]:
    return elsewhere('runpy.run_module("hubbub", run_name="__main__")', *arguments)


@pytest.mark.parametrize(
    "command", ["", "serve", "hub", "gateway", "join", "send", "tail", "export", "backup"]
)
def test_help_is_given_where_there_is_no_posix(command: str) -> None:
    words = [command, "--help"] if command else ["--help"]
    done = subprocess.run(hubbub(*words), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage: hubbub" in done.stdout


def test_a_server_serves_where_there_is_no_posix(tmp_path: Path) -> None:
    words = ["serve", "--tcp-port", "0", "--web-port", "0", "--data", str(tmp_path / "data")]
    with subprocess.Popen(hubbub(*words), cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            said = ""
            while not (ready := re.search(r"listening web (\S+)\n", said)):
                line = server.stderr.readline()
                assert line, said
                said += line
            (port,) = re.findall(r"listening tcp 127\.0\.0\.1:(\d+)\n", said)
            with socket.create_connection(("127.0.0.1", int(port)), timeout=20) as person:
                person.sendall(b"hello\n")
                assert person.recv(100).startswith(b"-- welcome to lobby, ")
            with urllib.request.urlopen(ready.group(1), timeout=20) as page:
                assert b"<!doctype html>" in page.read().lower()
            server.send_signal(signal.SIGINT)
            _, rest = server.communicate(timeout=20)
        finally:
            server.kill()
    assert "Traceback" not in said + rest
    assert server.returncode == 0


def test_several_gateways_are_refused_where_no_port_can_be_shared(tmp_path: Path) -> None:
    words = ["serve", "--gateways", "2", "--data", str(tmp_path / "data")]
    done = subprocess.run(hubbub(*words), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "SO_REUSEPORT" in done.stderr
    assert "`hubbub gateway`" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()
