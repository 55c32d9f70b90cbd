"""Bars as SVG, drawn by hand: the same figures give the same bytes. Pure."""

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from bench.show import value
from bench.summary import Summary

WIDTH: Final = 720
LEFT: Final = 150
RIGHT: Final = 110
TOP: Final = 44
ROW: Final = 30
BAR: Final = 18
BOTTOM: Final = 14

OURS: Final = "#1f5fbf"
OTHERS: Final = "#9aa3ad"
TEXT: Final = "#1b1f24"
RANGE: Final = "#1b1f24"


def bars(title: str, rows: Sequence[Summary]) -> str:
    """Return an SVG with a bar for each median, and a line from the least round to the most.

    Its background is white, so that it can be read on a dark page as well.
    """
    height = TOP + ROW * len(rows) + BOTTOM
    longest = max((one.most for one in rows), default=0) or 1
    scale = (WIDTH - LEFT - RIGHT) / longest
    better = "less is better" if rows and rows[0].less_is_better else "more is better"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
        f' viewBox="0 0 {WIDTH} {height}" role="img" font-family="sans-serif" font-size="13">'
    )
    heading = (
        f'<text x="12" y="24" font-size="15" font-weight="bold" fill="{TEXT}">{escape(title)}'
        f'<tspan font-size="12" font-weight="normal"> ({better})</tspan></text>'
    )
    background = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    parts = [head, f"<title>{escape(title)}</title>", background, heading]
    for number, one in enumerate(rows):
        parts += _bar(one, TOP + ROW * number, scale)
    return "\n".join([*parts, "</svg>", ""])


def _bar(one: Summary, top: int, scale: float) -> list[str]:
    middle = top + BAR // 2
    end = LEFT + one.median * scale
    least, most = LEFT + one.least * scale, LEFT + one.most * scale
    weight = "bold" if one.ours else "normal"
    label = (
        f'<text x="{LEFT - 8}" y="{middle + 5}" text-anchor="end" font-weight="{weight}"'
        f' fill="{TEXT}">{escape(one.peer)}</text>'
    )
    bar = (
        f'<rect x="{LEFT}" y="{top}" width="{max(end - LEFT, 1):.1f}" height="{BAR}"'
        f' fill="{OURS if one.ours else OTHERS}"/>'
    )
    parts = [label, bar]
    if one.rounds > 1:
        parts.append(
            f'<path d="M{least:.1f} {middle}H{most:.1f}M{least:.1f} {middle - 4}v8'
            f'M{most:.1f} {middle - 4}v8" stroke="{RANGE}" fill="none"/>'
        )
    parts.append(
        f'<text x="{max(end, most) + 8:.1f}" y="{middle + 5}" fill="{TEXT}">'
        f"{escape(value(one.median, one.unit))}</text>"
    )
    return parts
