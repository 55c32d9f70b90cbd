"""Put a load on a server, and make figures of what came of it."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from bench.compile import load_generator
from bench.figures import Figure
from bench.peers import Door

LOAD_LIMIT_S: Final = 240.0
"""Beyond what it is told to take: everybody's joining, and what is still under way."""


class LoadFailed(Exception):
    """The load generator gave up: connections that did not join, and the like."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is put on a server. `rate_1_s` 0: as much as the window lets through."""

    subscribers: int
    publishers: int
    measure_s: float
    warm_s: float = 1.0
    window: int = 500
    joining: int = 512
    by_acks: bool = False
    rate_1_s: float = 0.0
    latency: bool = False
    payload_bytes: int = 128
    silence_s: float = 2.0

    def flags(self) -> list[str]:
        """Return the generator's flags for it."""
        flags = [
            "--subscribers", str(self.subscribers), "--publishers", str(self.publishers),
            "--payload", str(self.payload_bytes), "--window", str(self.window),
            "--rate", str(self.rate_1_s), "--warm", str(self.warm_s),
            "--joining", str(self.joining),
            "--measure", str(self.measure_s), "--silence", str(self.silence_s),
        ]  # fmt: skip
        return flags + ["--by-acks"] * self.by_acks + ["--latency"] * self.latency


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the generator tells, field by field; counts are of the measured time.

    The `total_` ones, and what was lost, duplicated or swapped, are of the whole
    run with its warming up.
    """

    elapsed_s: float
    sent: int
    acked: int
    delivered: int
    total_sent: int
    total_acked: int
    total_delivered: int
    lost: int
    late: int
    duplicated: int
    swapped: int
    refused: int
    closed: int
    stalled: bool
    cpu: float
    others_cpu: float
    server_cpu_s: float
    server_pss_bytes: int
    p50_s: float | None = None
    p99_s: float | None = None
    p999_s: float | None = None
    max_s: float | None = None


@contextmanager
def loading(
    door: Door, load: Load, sessions: Sequence[int] = ()
) -> Iterator[subprocess.Popen[str]]:
    """Start the generator; it writes "measuring" to standard error when it does.

    SIGTERM ends its measuring before its time. At the end it is killed if it
    still runs.
    """
    command = [
        str(load_generator()), "--protocol", door.protocol, "--port", str(door.port),
        "--publisher-protocol", door.publisher_protocol,
        "--publisher-port", str(door.publisher_port), *load.flags(),
    ]  # fmt: skip
    if sessions:
        command += ["--sessions", ",".join(map(str, sessions))]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as generator:
        try:
            yield generator
        finally:
            generator.kill()


def outcome_of(generator: subprocess.Popen[str], load: Load) -> Outcome:
    """Wait for what it tells; raise LoadFailed."""
    try:
        told, complaint = generator.communicate(timeout=load.warm_s + load.measure_s + LOAD_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise LoadFailed("the load generator did not end") from None
    if generator.returncode:
        raise LoadFailed(complaint.strip().rpartition("\n")[2])
    fields: dict[str, Any] = json.loads(told)
    return Outcome(**fields)


def press(door: Door, load: Load, sessions: Sequence[int] = ()) -> Outcome:
    """Put a load on a door, and return what came of it; raise LoadFailed."""
    with loading(door, load, sessions) as generator:
        return outcome_of(generator, load)


def figures(point: str, peer: str, load: Load, outcome: Outcome, mark: str = "") -> list[Figure]:
    """Make figures of an outcome. `mark` is added to each name: "_100"."""
    return [
        Figure(point, peer, name + mark, value, unit)
        for name, value, unit in _values(load, outcome)
    ]


def _values(load: Load, outcome: Outcome) -> Iterator[tuple[str, float, str]]:
    if load.subscribers:
        yield "deliveries", outcome.delivered / outcome.elapsed_s, "1/s"
    if outcome.total_acked:
        yield "acknowledged", outcome.acked / outcome.elapsed_s, "1/s"
    for name, value_s in (
        ("p50", outcome.p50_s), ("p99", outcome.p99_s),
        ("p999", outcome.p999_s), ("max", outcome.max_s),
    ):  # fmt: skip
        if value_s is not None:
            yield name, value_s, "s"
    if outcome.server_pss_bytes:
        yield "server_cpu", outcome.server_cpu_s / outcome.elapsed_s, "cores"
        yield "server_pss", outcome.server_pss_bytes, "bytes"
        if outcome.delivered:
            yield "server_cpu_per_delivery", outcome.server_cpu_s / outcome.delivered, "s"
    yield "generator_cpu", outcome.cpu, "cores"
    if outcome.server_pss_bytes:
        yield "others_cpu", outcome.others_cpu, "cores"
    for name in ("lost", "late", "duplicated", "swapped", "refused", "closed", "stalled"):
        yield name, float(getattr(outcome, name)), "1"
