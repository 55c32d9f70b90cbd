"""Ports for servers that are started again while clients knock."""

import os
import random
import socket
from pathlib import Path

EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")

_taken: set[int] = set()

# Processes that run tests beside one another: each takes every 16th port, from
# another on, since the port of a hub that is away looks free.
_STEP = 16
_worker = int("0" + os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")) % _STEP


def quiet_port() -> int:
    """Return a free port that the system gives to no outgoing connection, each time another.

    While the hub is away, a client that knocks could be given the hub's own
    port, and keep it from coming back.
    """
    lowest = int(EPHEMERAL.read_text().split()[0])
    for port in random.sample(range(12_000 + _worker, lowest, _STEP), 200):
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            if port not in _taken:
                _taken.add(port)
                return port
    raise OSError(f"no free port below {lowest}")
