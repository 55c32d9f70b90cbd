"""What the hub's process and a gateway beside it tell each other.

An order goes in as one line of standard input, READY comes back on standard
output. Knows no process and no gateway.
"""

import json
import signal
from dataclasses import asdict, dataclass, field
from typing import Final

READY: Final = b"ready\n"

HELD_BACK: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Blocked while the process begins, until it has decided what to do with them."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a gateway process is to do."""

    hub: tuple[str, int]
    secret: str = field(repr=False)
    host: str
    port: int
    public_hosts: tuple[str, ...]

    def line(self) -> bytes:
        """Return it as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"


def read_order(line: bytes) -> Order:
    """Return the order in a line."""
    facts = json.loads(line)
    return Order(
        **facts | {"hub": tuple(facts["hub"]), "public_hosts": tuple(facts["public_hosts"])}
    )
