"""The command as a person runs it: to its end, or as a server; as oneself or as nobody."""

import io
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from real_processes import tool

PATIENCE_S = 60.0
ROOT = Path(__file__).parents[2]
HUBBUB = (sys.executable, "-m", "hubbub")
NOBODY = 4242
"""A user of whom no list of users knows."""


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def environment(**more: str) -> dict[str, str]:
    # Debugging asyncio logs whatever a busy machine was slow at; here, logs are compared.
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONASYNCIODEBUG": "", **more}


def hubbub(folder: Path, *arguments: str, **env: str) -> Ended:
    """Run a command that ends by itself, with nothing to read."""
    return _ended([*HUBBUB, *arguments], folder, environment(**env))


def parsed(folder: Path, *arguments: str, **env: str) -> Ended:
    """Run a command line that is refused, or a client's, in this process.

    To start an interpreter takes twenty times as long as to refuse a command line.
    """
    from hubbub.cli import run

    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    before = Path.cwd()
    with patch.dict(os.environ, env), redirect_stdout(out), redirect_stderr(err):
        os.chdir(folder)
        try:
            code = run(arguments)
        finally:
            os.chdir(before)
    out.seek(0)
    err.seek(0)
    return Ended(code, out.read(), err.read())


def unprivileged(
    folder: Path, *arguments: str, before: str = ":", uid: int | None = None,
    without: Sequence[str] = (), **env: str,
) -> Ended:  # fmt: skip
    """Run a command as somebody for whom permissions count, whoever runs the tests.

    In a user namespace: with a `uid`, that is the user's number there. `before`
    is what a shell does first, and `without` the variables that are not set.
    """
    number = os.getuid() or 1000
    user = f"--map-user={number if uid is None else uid}"
    clean = [word for name in without for word in ("-u", name)]
    command = [tool("unshare"), "--user", user, "env", *clean, *HUBBUB, *arguments]
    script = f"{before} && exec {shlex.join(command)}"
    return _ended(["/bin/sh", "-c", script], folder, environment(**env))


def _ended(command: Sequence[str], folder: Path, env: dict[str, str]) -> Ended:
    done = subprocess.run(
        command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)


@contextmanager
def running(
    folder: Path, *arguments: str, ready: int = 2, **env: str
) -> Iterator[tuple["subprocess.Popen[str]", list[str]]]:
    """Run a server; give it and its ready lines."""
    process = subprocess.Popen(
        [*HUBBUB, *arguments], cwd=folder, env=environment(**env), stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        yield process, [process.stderr.readline().strip() for _ in range(ready)]
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE_S)
        process.stderr.close()
