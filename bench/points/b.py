"""(b) The same as (a) with 1,000 subscribers."""

from bench.figures import Figure
from bench.points.a import fan_out


def run(rounds: int, seconds: float) -> list[Figure]:
    """Measure each peer in each round."""
    return fan_out("b", 1000, rounds, seconds)
