"""Counters of the doors, for metrics: plain integers. Knows no format."""

from collections import Counter
from dataclasses import dataclass, field

from bridge.door import CloseReason


@dataclass(slots=True)
class Counts:
    sockets_open: int = 0
    sockets_opened: int = 0
    frames_in: int = 0
    bytes_in: int = 0
    frames_out: int = 0
    bytes_out: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    close_reasons: Counter[CloseReason] = field(default_factory=Counter)
