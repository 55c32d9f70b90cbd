"""Hub and gateways as processes: started, killed, stopped, started again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ports import quiet_port

ROOT = Path(__file__).parents[2]

START_LIMIT_S = 30.0
"""How long a process may take to be ready, on a machine that does much else."""


class NotReady(Exception):
    """A process ended, or went on, without telling that it is ready."""


def hubbub(*arguments: str, control: Path | None = None) -> list[str]:
    """Return a command line; with `control` that of the planting launcher."""
    if control is None:
        return [sys.executable, "-m", "hubbub", *arguments]
    return [sys.executable, str(Path(__file__).with_name("planted.py")), str(control), *arguments]


class Daemon:
    """One server process. Everything it writes goes to a file, over all its lives."""

    def __init__(self, name: str, command: Sequence[str], log: Path, ready: int = 1) -> None:
        """`ready` is the number of ready lines that it tells."""
        self.name = name
        self.command = list(command)
        self.lives = 0
        self.ready_s = 0.0
        """When it was last ready, in monotonic seconds."""
        self._ready = ready
        self._log = log
        self._begin = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def said(self) -> str:
        """Return what it has written, in all its lives."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def launch(self) -> None:
        """Start it without waiting."""
        self._begin = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT,
                env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
        self.lives += 1

    async def start(self) -> None:
        """Start it and wait for its ready lines; raise NotReady."""
        self.launch()
        if not await self.begun() or not self.alive:
            raise NotReady(f"{self.name} is not ready: {self.said()[-2000:]}")
        self.ready_s = time.monotonic()

    async def begun(self) -> bool:
        """Wait until it is ready or has ended; tell whether it is ready."""
        end_s = time.monotonic() + START_LIMIT_S
        while not (ready := self._told() >= self._ready) and self.alive:
            if time.monotonic() > end_s:
                break
            await asyncio.sleep(0.01)
        return ready

    def _told(self) -> int:
        with self._log.open("rb") as log:
            log.seek(self._begin)
            # Not all of a log that grows, and past what asyncio says of slow steps.
            return log.read(64_000).count(b"listening ")

    def send(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self, limit_s: float) -> int | None:
        """Wait for its end and return its exit code; None if it goes on."""
        assert self._process is not None
        end_s = time.monotonic() + limit_s
        while (code := self._process.poll()) is None and time.monotonic() < end_s:
            await asyncio.sleep(0.01)
        return code

    async def kill(self) -> None:
        """End it at once, by SIGKILL."""
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    async def stop(self, number: int = signal.SIGTERM, limit_s: float = 10.0) -> int | None:
        """Send a signal and return the exit code, or None if it does not end."""
        self.send(number)
        return await self.ended(limit_s)

    def memory_bytes(self) -> int:
        """Return what of it is in memory."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def cpu_s(self) -> float:
        """Return how long it has been computing."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Hubs:
    """A hub and its gateways: in one process, or each in its own."""

    def __init__(
        self, folder: Path, *, gateways: int = 0, control: Path | None = None,
        prefix: Sequence[str] = (), host: str = "127.0.0.1", web: bool = True,
        gateway_prefix: Sequence[str] = (), web_host: str = "127.0.0.1",
        more: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """`gateways` 0: `hubbub serve`, or a hub alone without `web`.

        `prefix` goes before the hub's command, `gateway_prefix` before the others';
        `more` are flags of the hub.
        """
        self.web_host = web_host
        self.data = folder / "data"
        self.folder = folder
        self.tcp_port = quiet_port()
        self.web_ports = [quiet_port() for _ in range(gateways or int(web))]
        # Some of these hubs are reached through a network: what is judged is not the gate.
        place = ["--host", host, "--tcp-port", str(self.tcp_port), "--data", str(self.data)]
        place += ["--access", "open", *more]
        if gateways or not web:
            command = hubbub("hub", *place, control=control)
        else:
            place += ["--web-port", str(self.web_ports[0])]
            command = hubbub("serve", *place, control=control)
        ready = 2 if web and not gateways else 1
        self.hub = Daemon("hub", [*prefix, *command], folder / "hub.log", ready)
        place = ["--hub", f"{host}:{self.tcp_port}", "--host", web_host]
        place += ["--secret-file", str(self.data / "gateway-secret")]
        self.gateways = [
            Daemon(
                f"gateway{number}",
                [*gateway_prefix,
                 *hubbub("gateway", *place, "--web-port", str(port), control=control)],
                folder / f"gateway{number}.log",
            )
            for number, port in enumerate(self.web_ports if gateways else [])
        ]  # fmt: skip

    @property
    def daemons(self) -> list[Daemon]:
        return [self.hub, *self.gateways]

    async def start(self) -> None:
        """Start the hub, then its gateways."""
        await self.hub.start()
        await asyncio.gather(*(gateway.start() for gateway in self.gateways))

    async def close(self) -> None:
        """End whatever still lives."""
        for daemon in self.daemons:
            await daemon.kill()
