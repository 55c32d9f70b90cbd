"""Faults of those who take too much, or nothing: F11 and F12."""

import asyncio
import random
from collections.abc import Iterable
from contextlib import suppress

from clients import JsonClient, Manner, now_s
from history import History
from hubs import Hubs
from machine import Machine
from textclient import ROOM
from trial import Crowd, Trial
from wires import Dial, TcpWire, Wire, tcp

RECEIVE_BYTES = 4096
"""A stalled peer's own buffer; the kernel would swallow megabytes for it."""

TRICKLE_S = 0.02

MEMORY_LIMIT_BYTES = 24 * 1024 * 1024
STALLED_LIMIT_BYTES = 128 * 1024
"""What the hub may grow by in all, and for each who does not read."""

FLOOD_TEXT_BYTES = 1500  # text mode shows it whole, and the judge needs all of it
FLOOD_LIMIT_S = 30.0

SLOWER_LIMIT = 4.0
"""Others' p99 against the quiet one. Promised is 2; small runs have few samples.

Hub and clients have most to do while one floods, so that others who want the
cores delay them more than in the quiet before. Of the flood's p99 that part is
taken away which the kernel says they spent waiting for a core meanwhile.
"""

NOTICEABLE_S = 0.05
"""A delay shorter than this is no delay, whatever it was before."""


class Trickle(TcpWire):
    """Reads a few bytes at a time, with pauses."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._later()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.transport.pause_reading()
        self._later()

    def _later(self) -> None:
        def read() -> None:
            if not self.transport.is_closing():
                self.transport.resume_reading()

        asyncio.get_running_loop().call_later(TRICKLE_S, read)


async def slow_readers(trial: Trial) -> None:
    """F11: some never read, some trickle, one floods: the others do not notice."""
    count = 50 if trial.large else 16
    await trial.serve(Hubs(trial.folder))
    readers = 150 if trial.large else 10
    await trial.gather(Crowd(readers=readers, rate=60.0))
    others = [one.name for one in trial.json_clients if one.reader.stretches]
    begin_s = now_s()
    await asyncio.sleep(trial.seconds / 2)
    quiet_s = p99_s(trial.history, others, begin_s, now_s())

    stalled = [_stall(trial, number) for number in range(count)]
    await asyncio.sleep(0.5)
    memory_bytes = trial.hubs.hub.memory_bytes()
    limit_bytes = MEMORY_LIMIT_BYTES + count * STALLED_LIMIT_BYTES
    flooder = trial.add(
        "flooder", tcp(trial.hubs.tcp_port),
        Manner(
            says=ROOM, rate=1600.0, burst=80, window=240, text_bytes=FLOOD_TEXT_BYTES,
            patience_s=60.0,
        ),
    )  # fmt: skip
    begin_s, machine = now_s(), Machine([trial.hubs.hub.pid])
    await asyncio.sleep(max(trial.seconds / 2, 3.0))
    # A busy machine needs longer for a flood that could drown the hub.
    await trial.until(
        lambda: _flood_bytes(trial.history) * count > 2 * limit_bytes, FLOOD_LIMIT_S,
        f"the flood did not come to {2 * limit_bytes // count} bytes",
    )  # fmt: skip
    slowness = machine.slowness()
    loud_s = p99_s(trial.history, others, begin_s, now_s())
    flooder.saying = False
    grown_bytes = trial.hubs.hub.memory_bytes() - memory_bytes
    flood_bytes = _flood_bytes(trial.history)
    trial.check(grown_bytes < limit_bytes, f"the hub grew by {grown_bytes >> 20} MiB")
    slower = loud_s / slowness / max(quiet_s, NOTICEABLE_S)
    trial.check(
        slower < SLOWER_LIMIT, f"p99 went from {quiet_s:.3f} s to {loud_s:.3f} s, "
        f"of which a machine {slowness:.1f} times as slow is the reason for a part",
    )  # fmt: skip
    trial.facts |= {
        "p99_quiet_s": quiet_s, "p99_s": loud_s, "slowness": slowness,
        "flood_MiB": flood_bytes >> 20, "grown_MiB": grown_bytes >> 20, "stalled": count,
    }  # fmt: skip
    # Now they read, from where they were: not one line may be missing.
    for one in stalled:
        one.dial = tcp(trial.hubs.tcp_port)
        one.cut()
        trial.clients.append(one)
    await trial.back(now_s())


def _flood_bytes(history: History) -> int:
    """Return how much the flooder has said."""
    return FLOOD_TEXT_BYTES * sum(line.sender == "flooder" for line in history.lines.values())


def _stall(trial: Trial, number: int) -> JsonClient:
    """Have one come in who does not read what is sent to it, or hardly."""
    name = f"x{number:02}"
    manner = Manner(reads=(ROOM,), patience_s=600.0)
    dial = tcp(trial.hubs.tcp_port, reading=False, receive_bytes=RECEIVE_BYTES)
    if number % 2:
        dial = tcp(trial.hubs.tcp_port, receive_bytes=RECEIVE_BYTES, kind=Trickle)
    return trial.add_apart(JsonClient(name, dial, trial.history, manner, random.Random(number)))


def p99_s(history: History, readers: Iterable[str], begin_s: float, end_s: float) -> float:
    """Return how long 99 of 100 deliveries took at most, of lines said in this time."""
    said = {
        line.text: line.tries[0].said_s
        for line in history.lines.values()
        if begin_s <= line.tries[0].said_s <= end_s
        and line.sender != "flooder"
        # Text mode gathers lines for 200 ms, by day and by night.
        and line.id is not None
    }
    names = set(readers)
    took = sorted(
        time - said[content.text]
        for reader in history.readers
        if reader.name in names
        for stretch in reader.stretches
        for time, content in zip(stretch.times, stretch.contents, strict=True)
        if content.text in said
    )
    return took[len(took) * 99 // 100] if took else 0.0


DESCRIPTORS = 64
NEWCOMERS = 100
LOG_LINES = 20
"""What the log may say of a hundred who find no place: that, not each of them."""


class Newcomer:
    """One who comes, says nothing, and remembers what it is told."""

    def __init__(self) -> None:
        self.words = b""
        self.over = False
        self.wire: Wire | None = None

    def lines(self, lines: list[bytes]) -> None:
        self.words += b"\n".join(lines)

    def gone(self) -> None:
        self.over = True


async def no_descriptors(trial: Trial) -> None:
    """F12: more come than there are descriptors; those inside go on."""
    prefix = ["sh", "-c", f'ulimit -n {DESCRIPTORS}; exec "$@"', "sh"]
    await trial.serve(Hubs(trial.folder, web=False, prefix=prefix))
    await trial.gather(Crowd(sayers=4, readers=4, rate=60.0))
    hub = trial.hubs.hub
    rounds = 0
    turned_away = 0
    while trial.more() or rounds < 1:
        lines, cpu_s, begin_s = hub.said().count("\n"), hub.cpu_s(), now_s()
        newcomers = [Newcomer() for _ in range(NEWCOMERS)]
        dial = tcp(trial.hubs.tcp_port)
        await asyncio.gather(*(_come(one, dial) for one in newcomers))
        await asyncio.sleep(2.0)
        busy = (hub.cpu_s() - cpu_s) / (now_s() - begin_s)
        lines = hub.said().count("\n") - lines
        mute = [one.name for one in trial.json_clients
                if one.saying and one.life.acknowledged_s < begin_s]  # fmt: skip
        trial.check(not mute, f"inside, and not heard any more: {mute}")
        trial.check(busy < 0.6, f"the hub is busy for {busy:.0%} of the time")
        trial.check(lines <= LOG_LINES, f"{lines} log lines for {NEWCOMERS} newcomers")
        turned_away += sum(b"full" in one.words for one in newcomers)
        for one in newcomers:
            if one.wire is not None:
                one.wire.abort()
        await trial.back(now_s())
        rounds += 1
    dropped = [one.name for one in trial.clients if one.life.connections != 1]
    trial.check(not dropped, f"inside, and dropped: {dropped}")
    trial.facts |= {"turned_away": turned_away, "busy": busy, "log_lines": lines}


async def _come(newcomer: Newcomer, dial: Dial) -> None:
    with suppress(OSError, TimeoutError):
        newcomer.wire = await dial(newcomer)
