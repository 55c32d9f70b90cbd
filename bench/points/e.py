"""(e) What (a) and (b) measure, over WebSocket.

Subscribers come through the gateway, publishers speak plain TCP to the server
behind it. NATS over plain TCP stands beside it: it is what the gateway is to
be compared with, not another WebSocket.
"""

from collections.abc import Sequence
from typing import Final

from bench.figures import Figure
from bench.loading import Load
from bench.peers import HUBBUB_GATEWAY, HUBBUB_SERVE, MOSQUITTO_WEB, NATS, WEBSOCKIFY, Peer
from bench.points.a import window
from bench.taking_part import chosen, loaded

PEERS: Final[Sequence[Peer]] = (HUBBUB_SERVE, HUBBUB_GATEWAY, NATS, MOSQUITTO_WEB, WEBSOCKIFY)
CROWDS: Final = (100, 1000)


def run(rounds: int, seconds: float) -> list[Figure]:
    """Measure each peer with each crowd, whose size is part of the figures' names."""
    found = []
    for _ in range(rounds):
        for crowd in CROWDS:
            for peer in chosen(PEERS):
                found += loaded(
                    "e", peer, Load(crowd, 10, seconds, window=window(crowd)), f"_{crowd}"
                )
    return found
