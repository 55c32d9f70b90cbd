"""Bars as SVG: the same figures give the same bytes."""

from collections.abc import Sequence
from io import StringIO
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.show import value
from bench.summary import Summary

WIDTH_IN: Final = 7.5
ROW_IN: Final = 0.32
MARGIN_IN: Final = 0.6

OURS: Final = "#1f5fbf"
OTHERS: Final = "#9aa3ad"
TEXT: Final = "#1b1f24"

# Letters stay letters, and no part is called by chance or by the day.
STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "hubbub",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "text.color": TEXT,
    "text.parse_math": False,
}


def bars(title: str, rows: Sequence[Summary]) -> str:
    """Return an SVG with a bar for each median, and a line from the least round to the most.

    Its background is white, so that it can be read on a dark page as well.
    """
    better = "less is better" if rows and rows[0].less_is_better else "more is better"
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, MARGIN_IN + ROW_IN * len(rows)), layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(f"{title} ({better})", loc="left", fontweight="bold", fontsize=10.5)
        for place, one in enumerate(rows):
            _bar(axes, place, one)
        axes.set_yticks(range(len(rows)), [one.peer for one in rows])
        for label, one in zip(axes.get_yticklabels(), rows, strict=True):
            label.set_fontweight("bold" if one.ours else "normal")
        axes.invert_yaxis()
        axes.set_xlim(0, 1.18 * max((one.most for one in rows), default=0) or 1)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        written = StringIO()
        figure.savefig(
            written, format="svg", facecolor="white",
            metadata={"Title": title, "Date": None, "Creator": None},
        )  # fmt: skip
    return written.getvalue()


def _bar(axes: Any, place: int, one: Summary) -> None:
    axes.barh(place, one.median, height=0.6, color=OURS if one.ours else OTHERS)
    end = one.median
    if one.rounds > 1:
        end = max(end, one.most)
        around = [[one.median - one.least], [one.most - one.median]]
        axes.errorbar(one.median, place, xerr=around, color=TEXT, capsize=3, linewidth=0.8)
    axes.annotate(
        value(one.median, one.unit), (end, place), xytext=(6, 0), textcoords="offset points",
        va="center",
    )  # fmt: skip
