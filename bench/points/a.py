"""(a) 100 subscribers, 10 publishers, lines of 128 bytes as fast as it goes."""

from collections.abc import Sequence
from typing import Final

from bench.figures import Figure
from bench.loading import Load
from bench.peers import (
    HUBBUB,
    HUBBUB_JSON,
    MOSQUITTO,
    NATS,
    NGIRCD,
    REDIS,
    SENDLOOP,
    Peer,
)
from bench.taking_part import chosen, loaded

PEERS: Final[Sequence[Peer]] = (HUBBUB, HUBBUB_JSON, REDIS, NATS, MOSQUITTO, NGIRCD, SENDLOOP)


def run(rounds: int, seconds: float) -> list[Figure]:
    """Measure each peer in each round."""
    return fan_out("a", 100, rounds, seconds)


def window(subscribers: int) -> int:
    """Return how many lines of a publisher may be under way to so many.

    Fewer where there are more to read them: half a million deliveries are long
    enough a queue for anybody, and a longer one would outlast the measuring.
    """
    return 500 if subscribers <= 100 else 100


def fan_out(point: str, subscribers: int, rounds: int, seconds: float) -> list[Figure]:
    """Measure deliveries to so many subscribers."""
    load = Load(subscribers, 10, seconds, window=window(subscribers))
    found = []
    for _ in range(rounds):
        for peer in chosen(PEERS):
            found += loaded(point, peer, load)
    return found
