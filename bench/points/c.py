"""(c) 5,000 subscribers, 20 lines a second: how late a line is, and what it costs.

Lines that come singly cannot be put together, so there is nothing to win here
by waiting; what is looked at is the time from when a line was due.
"""

from collections.abc import Sequence
from typing import Final

from bench.figures import Figure
from bench.loading import Load
from bench.peers import HUBBUB, MOSQUITTO, NATS, REDIS, SENDLOOP, Peer
from bench.taking_part import chosen, loaded

PEERS: Final[Sequence[Peer]] = (HUBBUB, SENDLOOP, REDIS, NATS, MOSQUITTO)
SUBSCRIBERS: Final = 5000
LINES_1_S: Final = 20.0


def run(rounds: int, seconds: float) -> list[Figure]:
    """Measure each peer in each round."""
    load = Load(SUBSCRIBERS, 10, seconds, rate_1_s=LINES_1_S, latency=True)
    found = []
    for _ in range(rounds):
        for peer in chosen(PEERS):
            found += loaded("c", peer, load)
    return found
