"""Compile the programs in C where their source is newer than they are."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
BUILD: Final = HERE.parent / "build" / "bench"

FLAGS: Final = ("-O2", "-std=gnu11", "-Wall", "-Wextra")


class NoCompiler(Exception):
    """There is no `cc` on this machine."""


def load_generator() -> Path:
    """Return the load generator's program, compiled if need be."""
    return _program(
        "load", sorted((HERE / "load").glob("*.c")), sorted((HERE / "load").glob("*.h"))
    )


def send_loop() -> Path:
    """Return the send loop's program, compiled if need be."""
    return _program("sendloop", [HERE / "sendloop.c"], [])


def _program(name: str, sources: list[Path], headers: list[Path]) -> Path:
    program = BUILD / name
    if program.exists():
        compiled = program.stat().st_mtime_ns
        if all(file.stat().st_mtime_ns < compiled for file in sources + headers):
            return program
    if shutil.which("cc") is None:
        raise NoCompiler("cc is needed: Debian calls its package gcc")
    BUILD.mkdir(parents=True, exist_ok=True)
    # Renamed into place, so that two who compile at once do not meet.
    fresh = program.with_suffix(f".{id(program)}.new")
    subprocess.run(["cc", *FLAGS, "-o", fresh, *sources], check=True)
    return fresh.replace(program)
