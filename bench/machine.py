"""What figures were measured on: the machine, and the versions of everything.

Nothing that names the machine or a folder of it.
"""

import datetime
import os
import platform
import re
import sqlite3
import statistics
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.compile import BUILD
from bench.peers import PEERS
from bench.points.f import DISK_S, syncing_times_s

LIBRARIES = ("uvloop", "aiohttp", "msgspec")


def facts() -> dict[str, str]:
    """Return what is to be said beside figures, in words for a reader, in order."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": _processor(),
        "memory": _memory(),
        "system": _system(),
        "disk": _disk(),
        "Python": f"{platform.python_implementation()} {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}",
        "Hubbub's libraries": ", ".join(_libraries()),
        "servers": ", ".join(servers()),
    }


def servers() -> list[str]:
    """Return each program that takes part with its version, one name each."""
    programs = {peer.program or "hubbub": peer for peer in reversed(PEERS) if not peer.missing()}
    said = {name: peer.version() for name, peer in programs.items()}
    return [f"{name} {number}" for name, number in sorted(said.items()) if number]


def _processor() -> str:
    cores = f"{os.cpu_count()} cores"
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return f"{platform.machine()}, {cores}"
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return f"{found[1] if found else platform.machine()}, {cores}"


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return "?"
    return f"{size / 2**30:.0f} GiB"


def _system() -> str:
    release = re.match(r"\d+(\.\d+)*", platform.release())
    kernel = f"{platform.system()} {release[0] if release else ''}".strip()
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return kernel
    return f"{kernel}, {name}" if name else kernel


def _disk() -> str:
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        steps_s = statistics.quantiles(syncing_times_s(Path(folder), DISK_S), n=100)
    return f"4 KiB are on it after {steps_s[49] * 1e3:.2f} ms (p99 {steps_s[98] * 1e3:.2f} ms)"


def _libraries() -> list[str]:
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return found
