"""Run faults and print what became of the promise: `python tests/faults --help`."""

import argparse
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parents[2]))

from bounds import measure
from bounds_abuse import ABUSES, DEAR
from faults import FAULTS, Fault, run_fault
from judge import COUNTS
from trial import FULL_CROWD, Result

DIVIDED = """\
SECONDS are divided among the chosen faults by their shares, but none gets less
than it needs; starting, settling and judging come on top. A fault that gets 60
or more uses its large numbers (500 half-open peers instead of 50, and so on).
"""


def main() -> int:
    """Return 0 if every count is zero and nothing else was wrong."""
    arguments = _arguments()
    only = arguments.only.split(",") if arguments.only else [fault.name for fault in FAULTS]
    chosen = [fault for fault in FAULTS if fault.name in only]
    if unknown := set(only) - {fault.name for fault in FAULTS}:
        print(f"there is no fault {', '.join(sorted(unknown))}", file=sys.stderr)  # noqa: T201
        return 2
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().getrandbits(31)
    keep = Path(arguments.keep)
    _say(f"seed {seed}")
    _say(f"{'':7}{'said':>8}{'acked':>8}{'delivered':>11}"
         + "".join(f"{name:>11}" for name in COUNTS) + f"{'recovery':>10}")  # fmt: skip
    results = []
    for fault in chosen:
        seconds = _seconds(fault, chosen, arguments.seconds)
        result = run_fault(fault, seed, seconds, keep, FULL_CROWD)
        results.append(result)
        _say(_row(result))
        for line in _failure(result, seed, keep):
            _say(line)
    greedy = not arguments.only and _bounds()
    failed = [result.name for result in results if not result.passed]
    _say(f"failed: {', '.join(failed)}" if failed else "all passed")
    return 1 if failed or greedy else 0


def _bounds() -> bool:
    """Show what abusive clients cost the hub and the others; True if it is too much."""
    _say("\nwhat one client costs: the hub's memory, and the others' delivery times")
    rows = measure([*ABUSES, *DEAR])
    for row in rows:
        _say(f"{row.text}{'  TOO MUCH' if row.greedy or row.slowing else ''}")
    return any(row.greedy or row.slowing for row in rows)


def _arguments() -> argparse.Namespace:
    what = "\n".join(f"  {fault.name:6} {fault.what}" for fault in FAULTS)
    parser = argparse.ArgumentParser(
        prog="tests/faults", description=__doc__, epilog=f"{DIVIDED}\nfaults:\n{what}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--seconds", type=float, default=120.0, help="in all; 120 without it")
    parser.add_argument("--seed", type=int, help="that of an earlier run, to try it again")
    parser.add_argument("--only", default="", help="F1,F4: these alone")
    parser.add_argument("--keep", default="build/faults", help="folder for what failed")
    return parser.parse_args()


def _seconds(fault: Fault, chosen: list[Fault], all_s: float) -> float:
    shares = sum(one.share for one in chosen)
    return max(all_s * fault.share / shares, fault.small_s)


def _row(result: Result) -> str:
    facts = " ".join(f"{name}={_short(fact)}" for name, fact in result.facts.items())
    return (
        f"{result.name:7}{result.said:8}{result.acknowledged:8}{result.delivered:11}"
        + "".join(f"{count:11}" for count in result.verdict.row())
        + f"{result.recovery_s:9.2f}s  {facts}"
    )


def _short(fact: float | int | str) -> str:
    return f"{fact:.2f}" if isinstance(fact, float) else str(fact)


def _failure(result: Result, seed: int, keep: Path) -> list[str]:
    if result.passed:
        return []
    lines = [f"    {problem}" for problem in result.problems]
    if result.verdict.at_decreased:
        lines.append(f"    times went back {result.verdict.at_decreased} times")
    for name, examples in result.verdict.evidence.items():
        lines += [f"    {name}: {example}" for example in examples]
    again = f"--only {result.name} --seed {seed}"
    return [*lines, f"    again: {again}; history: {keep / result.name}.jsonl"]


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
