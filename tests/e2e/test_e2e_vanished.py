"""Users who vanish without a word, as when a cable is cut: each has left, once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from real_processes import ROOT, tool

SCENE = Path(__file__).parents[1] / "support" / "vanishing.py"
EACH = 20


@pytest.mark.parametrize("who", ["kernel", "sweep"])
def test_idle_and_busy_users_who_vanish_have_left_once(who: str) -> None:
    tool("ip")
    # Root needs no user namespace, and may be where there are none.
    apart = "--net" if os.geteuid() == 0 else "--map-root-user --net"
    ended = subprocess.run(
        [tool("unshare"), *apart.split(), sys.executable, str(SCENE), who], cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "unshare" in ended.stderr:
        pytest.fail(f"this test needs root or user namespaces: {ended.stderr}")
    assert ended.returncode == 0, ended.stderr
    seen = json.loads(ended.stdout)
    everyone = {f"{room}{number}" for room in ("idle", "busy") for number in range(EACH)}
    assert seen["before"] == len(everyone)
    assert set(seen["left"]) == everyone
    assert len(seen["left"]) == len(everyone)
    assert seen["count"] == 0
