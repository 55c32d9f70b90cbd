"""Measure and compare: `python bench --points a,b --rounds 3 --seconds 3`."""

import argparse
import logging
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from itertools import groupby
from pathlib import Path
from pkgutil import iter_modules

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench import points, show, taking_part
from bench.compile import NoCompiler, load_generator, send_loop
from bench.figures import Figure, save
from bench.peers import PEERS
from bench.processes import raise_descriptors

Run = Callable[[int, float], list[Figure]]


def main() -> int:
    """Return 0 unless nothing could be measured; figures are for whoever reads them."""
    known = sorted(module.name for module in iter_modules(points.__path__))
    arguments = _arguments(known)
    chosen = arguments.points.split(",") if arguments.points else known
    taking_part.only.update(arguments.peers.split(",") if arguments.peers else ())
    if unknown := set(chosen) - set(known):
        print(f"there is no point {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    if unknown := taking_part.only - {peer.name for peer in PEERS}:
        print(f"there is no peer {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    try:
        load_generator()
        send_loop()
    except NoCompiler as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 1
    raise_descriptors()
    # Killed without it, servers would go on: each has a session of its own.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    found = _measure(chosen, arguments.rounds, arguments.seconds)
    if arguments.out:
        save(found, arguments.out)
    _conclude(show.medians(found))
    return 0 if found else 1


def _measure(chosen: list[str], rounds: int, seconds: float) -> list[Figure]:
    """Measure all points in each round, so that a slow hour of the machine meets all."""
    _say("versions: " + ", ".join(_versions()))
    found: list[Figure] = []
    for number in range(rounds):
        for point in chosen:
            module = import_module(f"bench.points.{point}")
            if not number:
                _say((module.__doc__ or point).partition("\n")[0])
            run: Run = module.run
            found += run(1, seconds)
    return found


def _versions() -> list[str]:
    programs = {peer.program or "hubbub": peer for peer in reversed(PEERS) if not peer.missing()}
    return [f"{name} {peer.version()}" for name, peer in programs.items() if peer.version()]


def _conclude(figures: list[Figure]) -> None:
    _say("\nmedians")
    for line in show.table(figures):
        _say(line)
    _say("\nHubbub beside each of the others: how many times better")
    for mine, pairs in groupby(show.ratios(figures), lambda pair: pair[0]):
        shown = show.value(mine.value, mine.unit)
        others = ", ".join(f"{other.peer} {ratio:.2f}" for _, other, ratio in pairs)
        _say(f"  ({mine.point}) {mine.peer} {mine.name} {shown}: {others}")
    for line in show.warnings(figures):
        _say(f"warning: {line}")
    for line in taking_part.left_out.values():
        _say(f"left out: {line}")


def _arguments(known: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python bench", description=__doc__)
    parser.add_argument("--points", help=f"some of {','.join(known)}; without it, all")
    parser.add_argument("--peers", help="some of " + ",".join(peer.name for peer in PEERS))
    parser.add_argument("--rounds", type=int, default=3, help="of each point (3)")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement (3)")
    parser.add_argument("--out", type=Path, help="file for the figures, as JSON lines")
    return parser.parse_args()


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
