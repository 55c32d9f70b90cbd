"""`Figure`: one number that one round of one point gave, and files of them."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of one round; whoever shows figures takes the medians."""

    point: str
    """The point's letter: "a" … "j"."""

    peer: str
    """The server: "hubbub", "redis", "nats", …"""

    name: str
    """What was measured: "deliveries", "p50", "lost", "generator_cpu", …"""

    value: float
    unit: str
    """"1/s", "s", "bytes", "cores", or "1" for a plain number."""


def save(figures: Iterable[Figure], path: Path) -> None:
    """Write figures as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for figure in figures:
            file.write(json.dumps(asdict(figure)) + "\n")


def load(path: Path) -> list[Figure]:
    """Read what `save` wrote.

    Raises ValueError, or TypeError for fields that a Figure does not have.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_figure(json.loads(line)) for line in lines if line]


def _figure(fields: dict[str, Any]) -> Figure:
    return Figure(**fields)
