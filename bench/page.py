"""The page and its plots from figures. Pure: the same figures give the same bytes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.figures import Figure
from bench.plot import bars
from bench.sections import HEAD, NOT_COMPARABLE, SECTIONS, Alone, Section
from bench.show import FAULTS, kind, value, warnings
from bench.summary import Summary, alone, beside_others, named, summaries

PLOTS = "performance"
"""The folder of the plots, beside the page."""


DOUBTFUL = (
    "Something was lost or twice in a round, or the load generator or other programs were so busy "
    "that the server may be faster than its figure:"
)
CLEAN = "Nothing was lost, twice or out of order, and the load generator was not busy."


@dataclass(frozen=True, slots=True)
class Page:
    """What is to be written: the page, and each plot by its file's name."""

    text: str
    plots: Mapping[str, str]


def page(figures: Sequence[Figure], facts: Mapping[str, str], left_out: Iterable[str] = ()) -> Page:
    """Return the page about figures that were measured on a machine.

    `facts` is what is to be said of that machine, `left_out` why servers are
    missing.
    """
    found = summaries(figures)
    plots: dict[str, str] = {}
    parts = [HEAD, _facts(facts, found), NOT_COMPARABLE]
    parts += [_section(section, found, plots) for section in SECTIONS if _has(found, section.point)]
    parts.append(_doubts(found, left_out))
    return Page("\n".join(parts), plots)


def _has(found: Iterable[Summary], point: str) -> bool:
    return any(one.point == point for one in found)


def _facts(facts: Mapping[str, str], found: Iterable[Summary]) -> str:
    rounds = sorted({one.rounds for one in found})
    said = {
        **facts,
        "rounds": " to ".join(str(number) for number in dict.fromkeys([rounds[0], rounds[-1]])),
    }
    lines = ["| measured on | |", "| --- | --- |"]
    lines += [f"| {name} | {text} |" for name, text in said.items()]
    return "\n".join([*lines, ""])


def _section(section: Section, found: Sequence[Summary], plots: dict[str, str]) -> str:
    lines = [f"## ({section.point}) {section.title}", "", section.text, ""]
    for compared in section.compared:
        rows = named(found, section.point, compared.name)
        if not rows:
            continue
        words = compared.words[0].upper() + compared.words[1:]
        lines += [f"### {words}", ""]
        if compared.plot:
            name = f"{section.point}-{compared.name.replace('_', '-')}.svg"
            plots[name] = bars(f"({section.point}) {section.title}: {compared.words}", rows)
            lines += [f"![{words}]({PLOTS}/{name})", ""]
        lines += [*beside_others(rows), ""]
    known = [
        (row.words, one, _wanted(row, one))
        for row in section.alone
        for one in found
        if (one.point, one.peer, one.name) == (section.point, row.peer, row.name)
    ]
    if known:
        lines += [*alone(known), ""]
    return "\n".join(lines)


def _wanted(row: Alone, one: Summary) -> str:
    if row.most is None:
        return ""
    missed = "" if one.median <= row.most else ", **missed**"
    return f"at most {value(row.most, one.unit)}{missed}"


def _doubts(found: Iterable[Summary], left_out: Iterable[str]) -> str:
    """Tell what was not as it should be: a fault in any round, computing in half of them."""
    doubts = warnings(
        Figure(
            one.point, one.peer, one.name,
            one.most if kind(one.name) in FAULTS else one.median, one.unit,
        )
        for one in found
    )  # fmt: skip
    lines = ["## What to doubt", ""]
    if doubts:
        lines += [
            DOUBTFUL,
            "",
            *(f"- {line}" for line in doubts),
        ]
    else:
        lines.append(
            "Nothing was lost, twice or out of order, and the load generator was not busy."
        )
    if missing := list(left_out):
        lines += ["", "Left out:", "", *(f"- {line}" for line in missing)]
    return "\n".join([*lines, ""])
