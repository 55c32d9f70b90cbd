"""What the rounds of a figure come to, and tables of that. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.figures import Figure
from bench.show import LESS_IS_BETTER, value

OURS: Final = "hubbub"


@dataclass(frozen=True, slots=True)
class Summary:
    """The median of the rounds of one figure, and how far they lie apart."""

    point: str
    peer: str
    name: str
    unit: str
    median: float
    least: float
    most: float
    rounds: int

    @property
    def ours(self) -> bool:
        return self.peer.startswith(OURS)

    @property
    def less_is_better(self) -> bool:
        return self.unit in LESS_IS_BETTER


def summaries(figures: Iterable[Figure]) -> list[Summary]:
    """Return one summary for each point, peer and name, in the order of their coming."""
    groups: dict[tuple[str, str, str, str], list[float]] = {}
    for figure in figures:
        key = (figure.point, figure.peer, figure.name, figure.unit)
        groups.setdefault(key, []).append(figure.value)
    return [
        Summary(*key, median(values), min(values), max(values), len(values))
        for key, values in groups.items()
    ]


def spread(one: Summary) -> str:
    """Return the least and the most of all rounds; a dash for a single round."""
    if one.rounds == 1:
        return "–"
    return f"{value(one.least, one.unit)} – {value(one.most, one.unit)}"


def ratio(ours: Summary, theirs: Summary) -> float | None:
    """Return how many times better ours is; None if there is nothing to divide by.

    Times, memory and computing are better if there is less.
    """
    above, below = (
        (theirs.median, ours.median) if ours.less_is_better else (ours.median, theirs.median)
    )
    return above / below if below else None


def named(found: Iterable[Summary], point: str, name: str) -> list[Summary]:
    """Return what all servers have of one figure, the best first."""
    chosen = [one for one in found if (one.point, one.name) == (point, name)]
    if not chosen:
        return []
    return sorted(chosen, key=lambda one: one.median, reverse=not chosen[0].less_is_better)


def beside_others(rows: Sequence[Summary]) -> list[str]:
    """Return a table of one figure: each server, and how many times better each of ours is."""
    ours = sorted((one for one in rows if one.ours), key=lambda one: one.peer)
    header = ["server", "median", "rounds", *(f"{one.peer} is better by" for one in ours)]
    lines = [_row(header), _row(["---"] + ["---:"] * (len(header) - 1))]
    for one in rows:
        cells = [_name(one), value(one.median, one.unit), spread(one)]
        for mine in ours:
            times = None if one.ours else ratio(mine, one)
            cells.append("" if times is None else f"{times:.2f}×")
        lines.append(_row(cells))
    return lines


def alone(rows: Sequence[tuple[str, Summary, str]]) -> list[str]:
    """Return a table of what only Hubbub has: in words what it is, and what is wanted of it."""
    wanted = any(target for _, _, target in rows)
    header = ["what", "median", "rounds"] + ["wanted"] * wanted
    lines = [_row(header), _row(["---"] + ["---:"] * (len(header) - 1))]
    for words, one, target in rows:
        cells = [words, value(one.median, one.unit), spread(one)] + [target] * wanted
        lines.append(_row(cells))
    return lines


def _name(one: Summary) -> str:
    return f"**{one.peer}**" if one.ours else one.peer


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
