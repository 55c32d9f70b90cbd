"""The pipe between the hub's process and a gateway worker: its configuration, and READY.

The configuration goes in as one line of standard input, READY comes back on
standard output. Knows no process and no gateway.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Final

from core.signals import ENDING
from hubbub.serving.runner import LogLevel

READY: Final = b"ready\n"

BLOCKED_SIGNALS: Final = ENDING
"""Blocked while the process begins, until it has decided what to do with them."""


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """What a gateway worker is told at its start."""

    hub: tuple[str, int]
    secret: str = field(repr=False)
    host: tuple[str, ...]
    port: int
    public_hosts: tuple[str, ...]
    log_level: LogLevel = "info"
    metrics_token: str | None = field(default=None, repr=False)
    certificate: tuple[str, str] | None = None
    """The files of a certificate and of its key."""

    def line(self) -> bytes:
        """Return it as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"


def read_config(line: bytes) -> WorkerConfig:
    """Return the configuration in a line."""
    facts = json.loads(line)
    lists = {name: tuple(facts[name]) for name in ("hub", "host", "public_hosts")}
    return WorkerConfig(**facts | lists)
