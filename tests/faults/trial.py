"""One run: a hub, a crowd of clients, what happens to them, and the judgment.

A fault is an async function of a `Trial` (see faults.py). It starts servers
and a crowd, does its harm, and waits after each harm until all are back.
"""

import asyncio
import random
import shutil
import signal
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from clients import JsonClient, Manner, now_s
from history import History, LogRead
from hubs import Daemon, Hubs
from judge import Verdict, judge
from machine import MOST, Machine
from readings import FILE_NAME, read_begins, read_file, read_pages
from textclient import ROOM, TextClient
from wires import Dial, tcp, web

RECOVERY_LIMIT_S = 10.0
"""Beyond it nobody is waited for. What a fault promises is shorter, and said there."""

SETTLE_LIMIT_S = 20.0
STOP_LIMIT_S = 5.0

LINES_A_SECOND = 200.0
"""Said by all sayers of a crowd together: two cores carry harness and hub."""

Client = JsonClient | TextClient


@dataclass(slots=True)
class Crowd:
    """How many of each kind."""

    sayers: int = 6
    readers: int = 8
    text_sayers: int = 2
    text_readers: int = 1
    web_share: float = 0.5
    rate: float = LINES_A_SECOND
    manner: Manner = field(default_factory=Manner)


FULL_CROWD = Crowd(sayers=20, readers=50, text_sayers=3, text_readers=3)
"""That of `make faults`; the tests are content with fewer."""


@dataclass(slots=True)
class Result:
    """What a row of the table shows."""

    name: str
    said: int
    acknowledged: int
    delivered: int
    verdict: Verdict
    recovery_s: float
    facts: dict[str, float | int | str]
    problems: list[str]

    @property
    def passed(self) -> bool:
        return self.verdict.clean and not self.problems


class Trial:
    """Everything that one fault works on. Times are monotonic seconds."""

    def __init__(
        self, folder: Path, seed: int, seconds: float, *, large: bool = False,
        crowd: Crowd | None = None,
    ) -> None:  # fmt: skip
        """`large`: the long run's numbers, where a fault has two sets of them.

        `crowd` is who is there where a fault asks for nobody else.
        """
        self.folder = folder
        self.rng = random.Random(seed)
        self.seconds = seconds
        self.large = large
        self.crowd = crowd or Crowd()
        self.history = History()
        self.clients: list[Client] = []
        self.problems: list[str] = []
        self.facts: dict[str, float | int | str] = {}
        self.recovery_s = 0.0
        self.old_logs: list[LogRead] = []
        """Logs that were in use before the one at the end, as they were read then."""
        self.data: Path | None = None
        """Where the log's files are to be copied from, if not in the hub's own folder."""
        self.verdicts: list[Verdict] = []
        """What was judged on the way, to be added to the judgment of the end."""
        self.hubs: Hubs
        self._daemons: list[Daemon] = []
        self.host = "127.0.0.1"
        self.judged = True
        self.prunes = False
        """The hub drops old messages, so that they are not lost when they are gone."""
        self.logs: list[LogRead] = []
        self.port_for: Callable[[int], int] = lambda port: port
        """Where a client connects to that wants this port: a proxy's, perhaps."""
        self.web_names: set[str] = set()
        """Who came through a gateway."""
        self._end_s = 0.0
        self._fresh = 0
        self._apart: list[JsonClient] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._closers: list[Callable[[], Awaitable[None]]] = []

    # --- the way there -------------------------------------------------------------

    async def serve(self, hubs: Hubs) -> None:
        """Start servers; they end with the run."""
        self.hubs = hubs
        self._daemons = hubs.daemons
        self.at_end(hubs.close)
        await hubs.start()

    def at_end(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have something closed when the run is over, the last first."""
        self._closers.append(close)

    async def gather(self, crowd: Crowd | None = None) -> None:
        """Let a crowd in, wait until all are there, and begin to count the time."""
        crowd = crowd or self.crowd
        texts = crowd.text_sayers * 3.0
        rate = (crowd.rate - texts) / max(crowd.sayers, 1)
        for number in range(crowd.sayers):
            manner = Manner(says=ROOM, rate=rate, patience_s=crowd.manner.patience_s)
            manner.burst = 1 + 2 * (number % 2)
            # Some read what they and the others say, on the same connection.
            manner.reads = (ROOM,) if number % 3 == 0 else ()
            self.add(f"s{number:02}", self.dial(f"s{number:02}", number, crowd.web_share), manner)
        for number in range(crowd.readers):
            manner = Manner(reads=(ROOM,), patience_s=crowd.manner.patience_s)
            self.add(f"r{number:02}", self.dial(f"r{number:02}", number, crowd.web_share), manner)
        for number in range(crowd.text_sayers):
            self.add_text(f"t{number:02}", Manner(says=ROOM, rate=3.0))
        for number in range(crowd.text_readers):
            self.add_text(f"u{number:02}", Manner())
        await self.back(now_s(), count=False)
        self._end_s = now_s() + self.seconds

    def dial(self, name: str, number: int, web_share: float = 0.5) -> Dial:
        """Return the way of a client with this number: TCP, or one of the gateways."""
        ports = self.hubs.web_ports
        if ports and number % 8 < 8 * web_share:
            self.web_names.add(name)
            return web(self.port_for(ports[number % len(ports)]), self.hubs.web_host)
        return tcp(self.port_for(self.hubs.tcp_port), self.host)

    def add(self, name: str, dial: Dial, manner: Manner) -> JsonClient:
        """Let one more client in."""
        client = JsonClient(name, dial, self.history, manner, self._own_rng())
        self._live(client)
        return client

    def add_text(self, name: str, manner: Manner) -> TextClient:
        """Let one more client in, in text mode."""
        dial = tcp(self.port_for(self.hubs.tcp_port), self.host)
        client = TextClient(name, dial, self.history, manner, self._own_rng())
        self._live(client)
        return client

    def add_apart(self, client: JsonClient) -> JsonClient:
        """Let in one whom nobody waits for, as long as it is not among the clients."""
        self._tasks.append(asyncio.create_task(client.run()))
        self._apart.append(client)
        return client

    def _own_rng(self) -> random.Random:
        return random.Random(self.rng.random())

    def _live(self, client: Client) -> None:
        self.clients.append(client)
        self._tasks.append(asyncio.create_task(client.run()))

    # --- what faults need -----------------------------------------------------------

    @property
    def json_clients(self) -> list[JsonClient]:
        return [client for client in self.clients if isinstance(client, JsonClient)]

    def more(self) -> bool:
        """Tell whether there is time left for another round of harm."""
        return now_s() < self._end_s

    async def pause(self, least_s: float, most_s: float) -> None:
        """Let a random time pass."""
        await asyncio.sleep(self.rng.uniform(least_s, most_s))

    def check(self, true: bool, problem: str) -> None:
        """Note a problem unless all is well."""
        if not true:
            self.problems.append(problem)

    async def until(self, what: Callable[[], bool], limit_s: float, problem: str) -> float:
        """Wait for something; return how long it took. Note a problem if it does not come.

        On a machine that others use as well, the limit is longer by what all
        of this meanwhile waited for a core.
        """
        begin_s, machine = now_s(), self._machine()
        while not what():
            late_s = now_s() - begin_s
            if late_s > limit_s and late_s > limit_s * machine.slowness():
                self.problems.append(f"{problem} within {limit_s:g} s, but {late_s:g}")
                break
            await asyncio.sleep(0.01)
        return now_s() - begin_s

    def _machine(self) -> Machine:
        return Machine(daemon.pid for daemon in self._daemons if daemon.alive)

    async def back(
        self, since_s: float, *, limit_s: float = RECOVERY_LIMIT_S, count: bool = True
    ) -> float:
        """Wait until all are in and sayers are heard again, and a fresh user as well.

        `since_s` is when things were put right. Return how long after it all
        was well; the slowest of a run is shown, unless `count` is false.
        """

        def well() -> bool:
            return all(client.welcomed and _heard(client, since_s) for client in self.clients)

        left_s = max(limit_s - (now_s() - since_s), 0.0)
        await self.until(well, left_s, "not everybody was back")
        if not well():
            away = [client.name for client in self.clients if not client.welcomed]
            mute = [client.name for client in self.clients if not _heard(client, since_s)]
            self.problems.append(f"away: {away}, not answered: {mute}")
        took_s = now_s() - since_s
        if count:
            self.recovery_s = max(self.recovery_s, took_s)
        await self.fresh_user()
        for daemon in self._daemons:
            self._check_words(daemon)
        return took_s

    async def fresh_user(self) -> float:
        """Have somebody new come in, say a line and leave; return how long it took."""
        self._fresh += 1
        begin_s = now_s()
        manner = Manner(says=ROOM, reads=(), rate=0.001)
        name = f"fresh{self._fresh:03}"
        client = JsonClient(name, tcp(self.hubs.tcp_port, self.host), self.history, manner,
                            self._own_rng())  # fmt: skip
        client.saying = False
        task = asyncio.create_task(client.run())
        limit_s = RECOVERY_LIMIT_S
        await self.until(lambda: client.welcomed, limit_s, "a fresh user was not let in")
        if client.welcomed:
            client.say()
            await self.until(
                lambda: not client.unsettled, limit_s, "a fresh user's line was not kept"
            )
        took_s = now_s() - begin_s
        client.leave()
        with suppress(TimeoutError):
            async with asyncio.timeout(3.0):
                await task
        return took_s

    def _check_words(self, daemon: Daemon) -> None:
        words = daemon.said()
        if "Traceback" in words:
            begin = words.index("Traceback")
            self.problems.append(f"{daemon.name} wrote a traceback: {words[begin:][:1500]}")

    async def stop_hub(self, number: int = signal.SIGTERM) -> float:
        """Stop the hub by a signal; it must exit with 0 in time. Return how long it took."""
        begin_s, machine = now_s(), self._machine()
        code = await self.hubs.hub.stop(number, STOP_LIMIT_S * MOST)
        took_s = now_s() - begin_s
        name = signal.Signals(number).name
        self.check(code == 0, f"{name}: exit code {code}")
        limit_s = STOP_LIMIT_S * machine.slowness()
        self.check(took_s < limit_s, f"{name}: it took {took_s:.1f} s to end")
        return took_s

    # --- the way out ----------------------------------------------------------------

    async def finish(self, name: str) -> Result:
        """Let everything settle, read the log twice, and judge."""
        verdict = Verdict()
        if self.judged:
            await self._settle()
            logs = [*self.old_logs, await self._read()]
            verdict = await asyncio.to_thread(judge, self.history, logs)
            self.logs = logs
        for one in self.verdicts:
            verdict.add(one)
        for daemon in self._daemons:
            self._check_words(daemon)
        history = self.history
        return Result(
            name, len(history.lines), history.acknowledged, history.delivered, verdict,
            self.recovery_s, self.facts, self.problems,
        )  # fmt: skip

    async def _settle(self) -> None:
        """Have all sayers stop and be answered."""
        for client in self.clients:
            client.saying = False

        def settled() -> bool:
            return not any(client.unsettled for client in self.json_clients)

        await self.until(settled, SETTLE_LIMIT_S, "not every line was settled")
        if not settled():
            open_ = {one.name: len(one.unsettled) for one in self.json_clients if one.unsettled}
            self.problems.append(f"not settled: {open_}")
        log = next((client.log for client in self.json_clients if client.log), "")
        for client in self.clients:
            if isinstance(client, TextClient) and client.manner.says:
                try:
                    await client.leave_in_order(log)
                except TimeoutError:
                    self.problems.append(f"{client.name} was not closed after its input ended")

    async def _read(self) -> LogRead:
        """Read the log, wait until all readers have read it to its end, read its file."""
        log, paged = await read_pages(self.hubs.tcp_port, self._rooms(), self.history, self.host)
        head = {room: max(messages, default=0) for room, messages in paged.items()}
        readers = [one for one in self.json_clients if one.places]

        def complete() -> bool:
            return all(
                place >= head.get(room, 0) for one in readers for room, place in one.places.items()
            )

        await self.until(complete, SETTLE_LIMIT_S, "readers did not read to the end")
        await asyncio.sleep(0.2)  # what must not come would come now
        for client in self.clients:
            client.reader.stayed = client.welcomed and bool(
                client.reader.stretches or not isinstance(client, TextClient)
                or not client.manner.says
            )  # fmt: skip
        file = self.hubs.data / FILE_NAME
        if self.data is not None:
            file = self.folder / FILE_NAME
            for name in (FILE_NAME, f"{FILE_NAME}-wal"):
                shutil.copyfile(self.data / name, file.with_name(name))
        named, filed = await asyncio.to_thread(read_file, file, self.history)
        self.check(named == log, f"the file's log is {named}, the hub's {log}")
        begins = await asyncio.to_thread(read_begins, file) if self.prunes else {}
        return LogRead(log, paged, filed, begins)

    def _rooms(self) -> Iterable[str]:
        return sorted({line.room for line in self.history.lines.values()} | {ROOM})

    async def close(self) -> None:
        """End clients and servers, whatever state they are in."""
        for client in [*self.clients, *self._apart]:
            client.leave()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=4.0)
            for task in late:
                task.cancel()
            for outcome in await asyncio.gather(*self._tasks, return_exceptions=True):
                if isinstance(outcome, Exception):
                    self.problems.append(f"a client failed: {outcome!r}")
        for close in reversed(self._closers):
            await close()


def _heard(client: Client, since_s: float) -> bool:
    """Tell whether a client that says lines was answered since then."""
    if not isinstance(client, JsonClient) or not client.saying:
        return True
    return client.life.acknowledged_s > since_s


def wall_s() -> float:
    """Return seconds since 1970, to compare with what other programs write."""
    return time.time()
