"""Tables and ratios of figures, for a person. Pure."""

import re
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final

from bench.figures import Figure

FAULTS: Final = ("lost", "late", "duplicated", "swapped", "refused", "closed", "stalled")
"""What must be 0."""

BUSY_CORES: Final = 0.85
"""From here on the generator may be what is measured."""

OTHERS_CORES: Final = 0.2
"""So much used by others makes every figure beside it smaller than it is."""

COMPARED: Final = ("deliveries", "p50", "p99", "server_cpu_per_delivery", "server_pss")
"""What is compared between servers."""

_MARK: Final = re.compile(r"_(\d+|alone)$")

LESS_IS_BETTER: Final = ("s", "bytes", "cores")


def kind(name: str) -> str:
    """Return a figure's name without its mark: "p50" for "p50_100" or "p50_alone"."""
    return _MARK.sub("", name)


def value(number: float, unit: str) -> str:
    """Return a number with its unit, to three digits."""
    if unit == "s":
        for factor, name in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
            if number * factor >= 1:
                return f"{number * factor:.3g} {name}"
        return f"{number * 1e9:.3g} ns"
    if unit == "bytes":
        for size, name in ((2**20, "MiB"), (2**10, "KiB")):
            if number >= size:
                return f"{number / size:.1f} {name}"
        return f"{number:.0f} bytes"
    if unit == "1/s":
        if number >= 1e6:
            return f"{number / 1e6:.2f} M/s"
        return f"{number:,.0f}/s"
    if unit == "cores":
        return f"{number:.2f} cores"
    return f"{number:,.0f}" if number == int(number) else f"{number:g}"


def medians(figures: Iterable[Figure]) -> list[Figure]:
    """Return one figure for each point, peer and name: the median of its rounds."""
    groups: dict[tuple[str, str, str, str], list[float]] = {}
    for figure in figures:
        key = (figure.point, figure.peer, figure.name, figure.unit)
        groups.setdefault(key, []).append(figure.value)
    return [
        Figure(point, peer, name, median(values), unit)
        for (point, peer, name, unit), values in groups.items()
    ]


def ratios(figures: Sequence[Figure], ours: str = "hubbub") -> list[tuple[Figure, Figure, float]]:
    """Return (ours, theirs, how many times better ours is) for what both have.

    A figure of medians; of several doors of ours, each is compared. Memory,
    times and computing are better if there is less.
    """
    found = []
    for mine in figures:
        if not mine.peer.startswith(ours) or kind(mine.name) not in COMPARED:
            continue
        for other in figures:
            if (other.point, other.name) != (mine.point, mine.name) or other.peer.startswith(ours):
                continue
            less = mine.unit in LESS_IS_BETTER
            above, below = (other.value, mine.value) if less else (mine.value, other.value)
            if below:
                found.append((mine, other, above / below))
    return found


def warnings(figures: Iterable[Figure]) -> list[str]:
    """Return what makes a figure doubtful: faults, and a generator that was busy."""
    found = []
    for figure in figures:
        where = f"{figure.point} {figure.peer}"
        if kind(figure.name) == "generator_cpu" and figure.value > BUSY_CORES:
            found.append(
                f"{where}: the load generator used {figure.value:.2f} cores ({figure.name}); "
                "it may be what was measured"
            )
        if kind(figure.name) == "others_cpu" and figure.value > OTHERS_CORES:
            found.append(
                f"{where}: other programs used {figure.value:.2f} cores meanwhile ({figure.name})"
            )
        if kind(figure.name) in FAULTS and figure.value:
            found.append(f"{where}: {figure.name} {figure.value:g}")
    return found


def table(figures: Sequence[Figure]) -> list[str]:
    """Return lines: one for each peer and mark, with what of it is not nothing."""
    lines = []
    for point in dict.fromkeys(figure.point for figure in figures):
        lines.append(f"({point})")
        rows: dict[str, list[str]] = {}
        for figure in figures:
            if figure.point == point and figure.value:
                name = kind(figure.name)
                row = f"{figure.peer} {figure.name[len(name) + 1 :]}"
                rows.setdefault(row, []).append(f"{name} {value(figure.value, figure.unit)}")
        lines += [f"  {row:20} " + ", ".join(words) for row, words in rows.items()]
    return lines
