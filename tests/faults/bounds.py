"""Measures what one client can do to a hub: its memory, and everybody's delay.

For each behaviour of `bounds_abuse.py`: how much the hub's process grows, by
client, when forty of them join ten that are there already, and how much longer
a line takes from one quiet client to another while one of them is at it.
"""

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bounds_abuse import ABUSES, DEAR, ROOMS_WITH_TOPICS, TOPIC

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parents[2]))

from machine import Machine

from core.limits import CLIENT_LIMIT_BYTES

ROOT = Path(os.environ.get("HUBBUB_ROOT", Path(__file__).parents[2]))
"""The source that is measured."""

ENVIRONMENT = {"MALLOC_MMAP_THRESHOLD_": "16384", "MALLOC_TRIM_THRESHOLD_": "65536"}
"""Has the hub give memory back at once, so that what one kind of client had is
not there for the next kind."""

FEW_CLIENTS = 10
MORE_CLIENTS = 40
MEMORY_S = 0.6
ROUNDS = 4
ROUND_S = 0.12
SETTLE_S = 0.05
PROBE_EVERY_S = 0.004
FEEDS_EVERY_S = 0.01
PATIENCE_S = 60.0
HELLO_LOBBY = b'{"type":"hello","join":{"lobby":{"last":0}}}\n'
_READY = re.compile(r"listening tcp \S+:(\d+)\nlistening web http://[^/]+:(\d+)/?\n")


RATIO = 2
ALLOWANCE_S = 0.02
"""Promised is twice as long. A machine with other work to do adds some turns of
its scheduler; `make faults` shows what it was."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one behaviour costs. `p99_s` is the best of some rounds, as is `alone_s`.

    What hub and clients waited for a core is taken from `p99_s`.
    """

    name: str
    client_bytes: float
    p99_s: float
    alone_s: float

    @property
    def greedy(self) -> bool:
        """It takes more of the hub's memory than one client may."""
        return self.client_bytes >= CLIENT_LIMIT_BYTES

    @property
    def slowing(self) -> bool:
        """The others notice it."""
        return self.p99_s > RATIO * self.alone_s + ALLOWANCE_S

    @property
    def text(self) -> str:
        ratio = self.p99_s / self.alone_s
        return (
            f"{self.name:32} {self.client_bytes / 1024:8.1f} KiB a client, p99 "
            f"{self.p99_s * 1000:7.2f} ms, {ratio:5.2f} times {self.alone_s * 1000:.2f} ms"
        )


class Program:
    """A client that behaves."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, port: int, *rooms: str) -> "Program":
        program = cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 20))
        program.send(type="hello", join={room: {"last": 0} for room in rooms})
        await program.until("welcome")
        for _ in rooms:
            await program.until("members")
        return program

    def send(self, **fields: object) -> None:
        self.writer.write(json.dumps(fields).encode() + b"\n")

    async def until(self, kind: str) -> dict[str, object]:
        """Return the next event of a kind, past others."""
        while True:
            async with asyncio.timeout(PATIENCE_S):
                line = await self.reader.readline()
            if not line:
                raise ConnectionError(f"the hub hung up before a {kind}")
            event: dict[str, object] = json.loads(line)
            if event["type"] == kind:
                return event

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


def measure(names: Iterable[str] = tuple(ABUSES)) -> list[Row]:
    """Measure behaviours, one after the other, with a hub and a gateway of their own."""
    with tempfile.TemporaryDirectory() as data, _hub(data) as (pid, ports):
        return asyncio.run(_measure(pid, ports, names))


async def _measure(pid: int, ports: list[int], names: Iterable[str]) -> list[Row]:
    port = ports[0]
    await _prepare(port)
    sender, receiver = [await Program.connect(port, "quiet") for _ in range(2)]
    try:
        async with _fed(port), _read(port):
            await _p99(sender, receiver)
            return [await _row(pid, ports, name, sender, receiver) for name in names]
    finally:
        await sender.close()
        await receiver.close()


async def _row(pid: int, ports: list[int], name: str, sender: Program, receiver: Program) -> Row:
    alone, beside = [], []
    for _ in range(ROUNDS):
        # Both are measured in turn, so that a busy machine is busy for both. Each time
        # it begins anew: what it has sent would keep the hub busy while it is stopped.
        alone.append(await _p99(sender, receiver))
        async with _abused(ports, name, 1):
            await asyncio.sleep(SETTLE_S)
            # The hub has more to do now, and so waits more for a core where
            # others want it; that part is not its own.
            machine = Machine([pid])
            beside.append(await _p99(sender, receiver) / machine.slowness())
        await asyncio.sleep(SETTLE_S)
    async with _abused(ports, name, FEW_CLIENTS):
        # What all of them share is there from now on.
        few = await _most_private_bytes(pid, MEMORY_S / 2)
        async with _abused(ports, name, MORE_CLIENTS):
            many = await _most_private_bytes(pid, MEMORY_S)
    return Row(name, max(many - few, 0) / MORE_CLIENTS, min(beside), min(alone))


async def _most_private_bytes(pid: int, during_s: float) -> int:
    most = 0
    end = time.monotonic() + during_s
    while time.monotonic() < end:
        most = max(most, _private_bytes(pid))
        await asyncio.sleep(0.03)
    return most


async def _p99(sender: Program, receiver: Program) -> float:
    """Return how long 99 of 100 lines take at most, in seconds."""
    took: list[float] = []
    end = time.monotonic() + ROUND_S
    while time.monotonic() < end:
        begin = time.perf_counter()
        sender.send(type="say", room="quiet", text="ping")
        await receiver.until("message")
        took.append(time.perf_counter() - begin)
        await sender.until("message")
        await asyncio.sleep(PROBE_EVERY_S)
    took.sort()
    return took[min(int(len(took) * 0.99), len(took) - 1)]


def _private_bytes(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * sum(int(kib) for kib in re.findall(r"Private_\w+:\s+(\d+) kB", text))


async def _prepare(port: int) -> None:
    """Fill the hub: rooms with long topics, one with big messages, one with many."""
    step = 25
    for begin in range(0, ROOMS_WITH_TOPICS, step):
        rooms = [f"topic-{number}" for number in range(begin, begin + step)]
        program = await Program.connect(port, *rooms)
        for room in rooms:
            program.send(type="topic", room=room, text=TOPIC)
            program.send(type="say", room=room, text="here")
            await program.until("topic")
            await program.until("ack")
        await program.close()
    program = await Program.connect(port)
    for room, text, count in (("big", "word " * 6500, 200), ("small", "a line of text", 20_000)):
        for number in range(count):
            program.send(type="say", room=room, text=text)
            if number % 50 == 49:
                for _ in range(50):
                    await program.until("ack")
    await program.close()


@contextlib.asynccontextmanager
async def _fed(port: int) -> AsyncIterator[None]:
    """Have the room `noise` talk, for those who stall in it."""

    async def feed(program: Program) -> None:
        while True:
            program.send(type="say", room="noise", text="noise " * 200)
            await program.until("ack")
            await asyncio.sleep(FEEDS_EVERY_S)

    program = await Program.connect(port)
    task = asyncio.create_task(feed(program))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await program.close()


@contextlib.asynccontextmanager
async def _read(port: int) -> AsyncIterator[None]:
    """Have somebody read the lobby in each encoding: what is said there is shown."""

    async def swallow(first: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(first)
            while await reader.read(1 << 18):
                pass
        finally:
            writer.close()

    tasks = [asyncio.create_task(swallow(first)) for first in (HELLO_LOBBY, b"", b"\xff\xfd\x01")]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


@contextlib.contextmanager
def _hub(data: str) -> Iterator[tuple[int, list[int]]]:
    # To a file: nobody reads along, and a full pipe would stop the hub.
    said = Path(data, "said")
    with said.open("w") as file:
        child = subprocess.Popen(
            [sys.executable, "-m", "hubbub", "serve", "--tcp-port", "0", "--web-port", "0",
             "--data", data],
            cwd=ROOT, stderr=file, env=os.environ | ENVIRONMENT,
        )  # fmt: skip
    try:
        end = time.monotonic() + PATIENCE_S
        while not (found := _READY.search(said.read_text())):
            assert time.monotonic() < end, said.read_text()
            time.sleep(0.02)
        yield child.pid, [int(port) for port in found.groups()]
    finally:
        child.terminate()
        child.wait(PATIENCE_S)
    assert "Traceback" not in said.read_text(), said.read_text()[-4000:]


@contextlib.asynccontextmanager
async def _abused(
    ports: list[int], name: str, count: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    script = Path(__file__).with_name("bounds_abuse.py")
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        ",".join(map(str, ports)),
        name,
        str(count),
        stdout=subprocess.PIPE,
    )
    try:
        assert child.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            await child.stdout.readline()
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


if __name__ == "__main__":
    for row in measure(sys.argv[1:] or ABUSES | DEAR):
        sys.stdout.write(row.text + "\n")
