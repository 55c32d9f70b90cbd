"""(d) 10,000 idle connections: what each costs, and how fast all come in.

Memory is that of all processes of the server, what they share counted once,
after less before. A text client is in when it is greeted, which the hub does
after 0.3 s of silence; the others, when they were told who is in the room.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.figures import Figure
from bench.memory import server_pss_bytes
from bench.processes import ROOT, raise_descriptors
from bench.running import environment, running
from bench.taking_part import only

CLIENTS: Final = 10_000
SETTLE_S: Final = 3.0
"""So long nothing happens before memory is read; presence is told once a second."""

SPARE_DESCRIPTORS: Final = 100
LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Setting:
    """One way in: who connects, to which processes, and how many descriptors that takes.

    `descriptors` is the number that a client costs the process that has most.
    """

    peer: str
    kind: str
    descriptors: int


SETTINGS: Final = (
    Setting("hubbub", "text", 1),
    Setting("hubbub-json", "json", 1),
    Setting("hubbub-serve", "browser", 3),
    Setting("hubbub-gateway", "browser", 2),
)


def run(rounds: int, seconds: float) -> list[Figure]:
    """Measure each way in; `seconds` is not used, since it takes what it takes."""
    del seconds
    return [
        figure
        for _ in range(rounds)
        for setting in SETTINGS
        if not only or setting.peer in only
        for figure in measure(setting, CLIENTS)
    ]


def measure(setting: Setting, wanted: int) -> list[Figure]:
    """Connect `wanted` clients, or as many as the system lets one process have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(wanted, (hard - SPARE_DESCRIPTORS) // setting.descriptors)
    with tempfile.TemporaryDirectory() as folder, servers(setting, Path(folder)) as (pids, port):
        before = settled_bytes(pids)
        with idle_clients(setting.kind, port, count) as took_s:
            after = settled_bytes(pids)
    each = (after - before) / count
    return [
        Figure("d", setting.peer, "connections", count, "1"),
        Figure("d", setting.peer, "server_pss_per_client", each, "bytes"),
        Figure("d", setting.peer, "server_pss_before", before, "bytes"),
        Figure("d", setting.peer, "connect_all", took_s, "s"),
        Figure("d", setting.peer, "connected_per_second", count / took_s, "1/s"),
    ]


def settled_bytes(pids: Sequence[int]) -> int:
    time.sleep(SETTLE_S)
    return server_pss_bytes(pids)


@contextmanager
def servers(setting: Setting, folder: Path) -> Iterator[tuple[list[int], int]]:
    """Run what a setting names; give the processes and the port to connect to."""
    data = ("--data", str(folder / "log"))
    with ExitStack() as stack:
        if setting.peer == "hubbub-serve":
            one = running(
                "serve", "--tcp-port", "0", "--web-port", "0", *data, doors=("tcp", "web")
            )
            both = stack.enter_context(one)
            yield [both.pid], both.ports["web"]
            return
        hub = stack.enter_context(running("hub", "--tcp-port", "0", *data))
        if setting.kind != "browser":
            yield [hub.pid], hub.ports["tcp"]
            return
        address = f"{LOOPBACK}:{hub.ports['tcp']}"
        secret = ("--secret-file", str(folder / "log" / "gateway-secret"))
        gateway = stack.enter_context(
            running("gateway", "--hub", address, "--web-port", "0", *secret, doors=("web",))
        )
        yield [hub.pid, gateway.pid], gateway.ports["web"]


@contextmanager
def idle_clients(kind: str, port: int, count: int) -> Iterator[float]:
    """Have clients in, in a process of their own; give how long that took, in seconds."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.idleclients", kind, LOOPBACK, str(port), str(count)],
        cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        preexec_fn=raise_descriptors,
    )  # fmt: skip
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("the idle clients did not come in")
            yield json.loads(line)["took_s"]
            if process.poll() is not None:
                raise RuntimeError("the idle clients were thrown out meanwhile")
        finally:
            process.stdin.close()
