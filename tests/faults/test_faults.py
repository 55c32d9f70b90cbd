"""Every fault, small and with a fixed seed. `make faults` runs them longer."""

from pathlib import Path

import pytest
from faults import FAULTS, Fault, run_fault

SEED = 20


# Processes are started and killed, and none of it depends on the tests' loop:
# these are no asynchronous tests, and run once.
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_promise_holds_under(fault: Fault, tmp_path: Path) -> None:
    result = run_fault(fault, SEED, fault.small_s, keep=tmp_path)
    assert not result.problems, "\n".join(result.problems)
    assert result.verdict.clean, (result.verdict.counts, dict(result.verdict.evidence))
