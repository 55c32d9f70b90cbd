"""(h) Joining a room that is as busy as in (b), with 50 lines of its history.

The time is from before connecting to the last of the 50 lines; the joiner is a
plain socket in this process, so the load generator's work is not in it.
"""

import json
import socket
import time
from statistics import quantiles
from typing import Final

from bench.figures import Figure
from bench.loading import Load, figures, loading, outcome_of
from bench.peers import HUBBUB, Running
from bench.points.a import window
from bench.taking_part import chosen, started

JOINS: Final = 50
LINES: Final = 50
JOINS_LIMIT_S: Final = 30.0
HELLO: Final = json.dumps({"type": "hello", "join": {"lobby": {"last": LINES}}}) + "\n"
MESSAGE: Final = b'\n{"type":"message"'


def run(rounds: int, seconds: float) -> list[Figure]:
    """Join as many times as fit into 30 s, 50 at most, over at least `seconds`."""
    found = []
    for _ in range(rounds):
        for peer in chosen([HUBBUB]):
            found += started("h", peer, lambda server: _measure(server, seconds))
    return found


def _measure(running: Running, seconds: float) -> list[Figure]:
    load = Load(1000, 10, JOINS_LIMIT_S, window=window(1000))
    with loading(running.door, load, running.sessions) as generator:
        assert generator.stderr is not None
        generator.stderr.readline()
        times_s: list[float] = []
        end_s = time.monotonic() + JOINS_LIMIT_S
        while len(times_s) < JOINS and time.monotonic() < end_s and generator.poll() is None:
            times_s.append(join_s(running.door.port))
            time.sleep(max(0.0, seconds / JOINS - times_s[-1]))
        generator.terminate()
        found = figures("h", "hubbub", load, outcome_of(generator, load))
    if len(times_s) > 1:
        steps_s = quantiles(times_s, n=100, method="inclusive")
        found.append(Figure("h", "hubbub", "join_p50", steps_s[49], "s"))
        found.append(Figure("h", "hubbub", "join_p99", steps_s[98], "s"))
    found.append(Figure("h", "hubbub", "joins", len(times_s), "1"))
    return found


def join_s(port: int) -> float:
    """Join once; return how long it took until all of the history was there."""
    begin_s = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=JOINS_LIMIT_S) as joiner:
        joiner.sendall(HELLO.encode())
        there, received = 0, b"\n"
        while there < LINES:
            fresh = joiner.recv(64 * 1024)
            if not fresh:
                raise ConnectionError("the hub closed a joining connection")
            received += fresh
            # A line counts once its end is there; that LF begins the next one.
            last_feed = received.rfind(b"\n")
            there += received.count(MESSAGE, 0, last_feed)
            received = received[last_feed:]
        return time.perf_counter() - begin_s
