"""What processes have in memory, as the kernel counts it (proc(5), smaps_rollup)."""

from collections.abc import Iterable
from pathlib import Path

KIB = 1024


def pss_bytes(pid: int) -> int:
    """Return a process's memory; what it shares with others counts as its part of that.

    Sockets' buffers belong to the kernel and are not in it. Raises OSError if
    there is no such process.
    """
    return pss_in(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"))


def pss_in(rollup: str) -> int:
    """Return the bytes on the `Pss:` line; raise ValueError if there is none."""
    for line in rollup.splitlines():
        name, _, value = line.partition(":")
        if name == "Pss":
            return int(value.split()[0]) * KIB
    raise ValueError("no line says Pss")


def with_children(pid: int) -> list[int]:
    """Return a process and all that it started, and they in turn, and still run."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text(encoding="ascii").split()]
    return found


def server_pss_bytes(pids: Iterable[int]) -> int:
    """Return the memory of a server that consists of these processes and their children."""
    return sum(pss_bytes(one) for pid in pids for one in with_children(pid))
