"""What the doors have done so far, for whoever asks: plain integers."""

from collections import Counter
from dataclasses import dataclass, field

from bridge.door import Ending


@dataclass(slots=True)
class Counts:
    sockets_open: int = 0
    sockets_opened: int = 0
    frames_in: int = 0
    bytes_in: int = 0
    frames_out: int = 0
    bytes_out: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    endings: Counter[Ending] = field(default_factory=Counter)
