"""The supervisor of the gateway workers beside a hub, which share one port.

It starts and stops them, and restarts one that ends by itself. What one of
them does is in `hubbub/serving/worker.py`, when it is started again in
`hubbub/serving/restarts.py`. Does not know what a browser gets.
"""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Final

from core.errors import Interrupted
from core.net.budget import Budget, Cost, Lease
from core.net.sockets import Listener, close_all, hold
from hubbub import strings
from hubbub.serving.order import BLOCKED_SIGNALS, READY, WorkerConfig
from hubbub.serving.restarts import NotStarted, Restarts, ending

_log = logging.getLogger("hubbub.gateways")

START_CHECK_EVERY_S: Final = 0.05
"""How often a start checks whether it was told to stop."""

END_WAIT_S: Final = 3.0
"""How long gateways may take to end, once the hub has said `bye`. The hub is
gone within a moment unless the disk is slow; together they have 5 s."""

STARTS: Final = Cost(open=4)
"""What starting a process takes for a moment: the far ends of pipes."""


class GatewayProcesses:
    """So many gateways for one hub. To those who start and stop it, one server."""

    def __init__(
        self, config: WorkerConfig, count: int, budget: Budget, told: Callable[[], bool]
    ) -> None:
        """Prepare them.

        `config` has the port that was asked for, which may be 0. `budget` is
        the hub's; browsers are paid for in the gateways, by budgets of their
        own. Nobody is started again once `told` says that all is to end.
        """
        self._config = config
        self._count = count
        self._budget = budget
        self._told = told
        self._end = asyncio.Event()
        self._held: list[Listener] = []
        self._leases: list[Lease] = []
        self._keepers: set[asyncio.Task[None]] = set()
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._ready: set[int] = set()

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Every address and port that they listen on."""
        return [(str(name[0]), int(name[1])) for name in (one.getsockname() for one in self._held)]

    async def start(self) -> None:
        """Start them all; each accepts when it returns.

        Raise OSError if the port is not to be had, NotStarted if one of them
        does not start, Interrupted if told so.
        """
        self._held = await hold(self._config.host, self._config.port)
        self._config = replace(self._config, port=self.addresses[0][1])
        pipes = Cost(open=2 * self._count + len(self._held))
        self._leases = [self._budget.take(pipes), self._budget.take(STARTS)]
        self._keepers = {
            asyncio.create_task(self._keep(number)) for number in range(1, self._count + 1)
        }
        try:
            await self._wait_ready()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Have them all end, within seconds."""
        self._end.set()
        for process in self._running.values():
            _pipe(process.stdin).close()
        if self._keepers:
            _, late = await asyncio.wait(self._keepers, timeout=END_WAIT_S)
            for number, process in self._running.items() if late else ():
                _log.warning("event=gateway_killed gateway=%d pid=%d", number, process.pid)
                process.kill()
            # Why one did not start was told already.
            await asyncio.gather(*self._keepers, return_exceptions=True)
        close_all(self._held)
        for lease in self._leases:
            lease.give_back()

    async def _wait_ready(self) -> None:
        while len(self._ready) < self._count:
            if self._told():
                raise Interrupted(strings.STOPPED_AT_START)
            ended, _ = await asyncio.wait(
                self._keepers, timeout=START_CHECK_EVERY_S, return_when=asyncio.FIRST_COMPLETED
            )
            for keeper in ended:
                keeper.result()

    async def _keep(self, number: int) -> None:
        """Run one gateway, again and again; raise NotStarted if it never was ready."""
        time = asyncio.get_running_loop().time
        restarts = Restarts()
        while not self._is_ending():
            began_s = time()
            how = await self._run(number)
            if self._is_ending():
                return
            if number not in self._ready:
                raise NotStarted(f"gateway {number} did not start ({how})")
            lived_s = time() - began_s
            wait_s = restarts.wait_s(lived_s)
            _log.warning(
                "event=gateway_ended gateway=%d %s lived_s=%.1f again_in_s=%g",
                number, how, lived_s, wait_s,
            )  # fmt: skip
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._end.wait()

    def _is_ending(self) -> bool:
        return self._end.is_set() or self._told()

    async def _run(self, number: int) -> str:
        """Run one process from its start to its end; return how it ended."""
        try:
            process = await asyncio.to_thread(_start, self._config.line(), number)
        except OSError as problem:
            return f"reason={problem.strerror!r}"
        self._running[number] = process
        pipe = _pipe(process.stdin)
        try:
            if self._end.is_set():
                pipe.close()
            await self._watch(number, process)
        finally:
            # Whatever happened here, it is not left to itself.
            pipe.close()
        code = await asyncio.to_thread(process.wait)
        del self._running[number]
        return ending(code)

    async def _watch(self, number: int, process: subprocess.Popen[bytes]) -> None:
        """Wait until a process has ended, which ends its standard output."""
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), _pipe(process.stdout)
        )
        try:
            if await reader.readline() == READY:
                if number in self._ready:
                    _log.info("event=gateway_back gateway=%d pid=%d", number, process.pid)
                self._ready.add(number)
            await reader.read()
        finally:
            transport.close()


def _start(config: bytes, number: int) -> subprocess.Popen[bytes]:
    """Start a process and give it its configuration; raise OSError. For a thread.

    The number is there for who looks at a list of processes. It imports what
    this process would, wherever it was started, and nothing of the folder
    that it happens to run in.
    """
    path = os.pathsep.join(one or str(Path.cwd()) for one in sys.path)
    # What is sent to all processes of a terminal must not hit a process that
    # has not decided yet what to do about it. Blocked in this thread alone.
    signal.pthread_sigmask(signal.SIG_BLOCK, BLOCKED_SIGNALS)
    try:
        process = subprocess.Popen(  # noqa: S603  # this program itself
            [sys.executable, "-P", "-m", "hubbub.serving.worker", str(number)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
            env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, BLOCKED_SIGNALS)
    with suppress(BrokenPipeError):  # its standard output tells that it has ended
        _pipe(process.stdin).write(config)
    return process


def _pipe(one: IO[bytes] | None) -> IO[bytes]:
    assert one is not None  # noqa: S101
    return one
