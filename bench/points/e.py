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
from bench.taking_part import chosen, left_out, loaded

PEERS: Final[Sequence[Peer]] = (HUBBUB_SERVE, HUBBUB_GATEWAY, NATS, MOSQUITTO_WEB, WEBSOCKIFY)
CROWDS: Final = (100, 1000)

SELECT_LIMIT: Final = 900
"""websockify asks select(), which knows no descriptor above 1023, and keeps one
for each connection. Around 1,000 it closes callers."""


def run(rounds: int, seconds: float) -> list[Figure]:
    """Measure each peer with each crowd, whose size is part of the figures' names."""
    found = []
    for _ in range(rounds):
        for crowd in CROWDS:
            load = Load(crowd, 10, seconds, window=window(crowd))
            for peer in chosen(PEERS):
                if peer is WEBSOCKIFY and crowd > SELECT_LIMIT:
                    left_out[f"e{crowd} {peer.name}"] = (
                        f"e {peer.name}: it cannot hold {crowd} connections"
                    )
                else:
                    found += loaded("e", peer, load, f"_{crowd}")
    return found
