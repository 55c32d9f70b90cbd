"""One client takes less than 256 KiB of the hub, and delays the others hardly."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from bounds import measure
from bounds_abuse import ABUSES

DEAR_ROWS = (
    "eighteenfold to the hub's say.room", "texts: piled marks", "browser: empty frames",
    "browser: pings between fragments", "HTTP: metrics",
)  # fmt: skip
"""One of each kind; `make faults` measures all of them, and `test_work.py` counts."""


@pytest.mark.timeout(900)
def test_nobody_takes_much_of_the_hub_or_of_the_others_time() -> None:
    rows = measure([*ABUSES, *DEAR_ROWS])
    sys.stdout.write("\n" + "".join(f"{row.text}\n" for row in rows))
    assert [row.text for row in rows if row.greedy] == []
    assert [row.text for row in rows if row.slowing] == []
