"""The gateway processes of a hub that runs as `hubbub serve --gateways`."""

import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from real_processes import PATIENCE_S, ServedHub

T = TypeVar("T")

_WORKER = re.compile(rb"\0hubbub\.serving\.worker\0(\d+)\0$")

_OPEN = re.compile(r'^hubbub_gateway_sockets_open\{gateway="(\d+)"\} (\d+)$', re.MULTILINE)


def eventually(find: Callable[[], T | None], wanted: str) -> T:
    """Return what `find` finds, as soon as it is not None."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := find()) is None:
        if time.monotonic() > deadline:
            pytest.fail(f"{PATIENCE_S} s passed without {wanted}")
        time.sleep(0.02)  # another program's processes cannot be waited for
    return found


def number(pid: int) -> int | None:
    """Return which gateway a process is; None if it is none, or has ended."""
    try:
        found = _WORKER.search(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return None
    return int(found[1]) if found else None


def gateways(hub: ServedHub) -> dict[int, int]:
    """Return the processes of the hub's gateways by their numbers."""
    pids = [
        int(pid)
        for one in Path(f"/proc/{hub.pid}/task").glob("*/children")
        for pid in one.read_text().split()
    ]
    return {found: pid for pid in pids if (found := number(pid)) is not None}


def all_gone(pids: list[int]) -> None:
    """Wait until none of these processes is a gateway any more."""
    eventually(lambda: True if all(number(pid) is None for pid in pids) else None, f"{pids} gone")


def sockets_open(hub: ServedHub) -> dict[int, int]:
    """Return how many WebSockets each gateway has open, of those that answer by chance."""
    found: dict[int, int] = {}
    for _ in range(40):
        with urllib.request.urlopen(f"{hub.url}metrics", timeout=PATIENCE_S) as answer:
            text = answer.read().decode()
        match = _OPEN.search(text)
        assert match, text
        found[int(match[1])] = int(match[2])
    return found
