"""Measure, or take figures from a file, and write docs/performance.md from them.

`python -m bench.report [--from FILE] [--points a,b] [--rounds 5] [--seconds 3]`
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.compile import BUILD
from bench.figures import load
from bench.machine import facts
from bench.page import PLOTS, Page, page

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
NAME: Final = "performance.md"


def main(arguments: Sequence[str]) -> int:
    """Write the page; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.report", description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, help="take figures from this file")
    parser.add_argument("--points", help="measure some of the points only")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--to", type=Path, default=DOCS, help="folder of the page")
    chosen = parser.parse_args(arguments)
    source = chosen.source or BUILD / "figures.jsonl"
    if chosen.source is None:
        measure(source, chosen.points, chosen.rounds, chosen.seconds)
    figures = load(source)
    if not figures:
        print("there are no figures", file=sys.stderr)
        return 1
    write(page(figures, machine(source)), chosen.to)
    return 0


def measure(to: Path, points: str | None, rounds: int, seconds: float) -> None:
    """Run the points in a process of its own, and keep figures and facts; raise on failure."""
    to.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(ROOT / "bench"), "--out", str(to)]
    command += ["--rounds", str(rounds), "--seconds", str(seconds)]
    command += ["--points", points] if points else []
    subprocess.run(command, cwd=ROOT, check=True)
    facts_of(to).write_text(json.dumps(facts(), indent=1) + "\n", encoding="utf-8")


def facts_of(figures: Path) -> Path:
    """Return the file that says what figures in a file were measured on."""
    return figures.with_suffix(".facts.json")


def machine(source: Path) -> dict[str, str]:
    """Return what was written down with figures, or what is true of this machine now."""
    file = facts_of(source)
    if not file.exists():
        return facts()
    said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return {name: str(text) for name, text in said.items()}


def write(made: Page, folder: Path) -> None:
    """Write the page and its plots; plots of an earlier page are removed."""
    plots = folder / PLOTS
    plots.mkdir(parents=True, exist_ok=True)
    for old in plots.glob("*.svg"):
        old.unlink()
    for name, text in made.plots.items():
        (plots / name).write_text(text, encoding="utf-8")
    (folder / NAME).write_text(made.text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
