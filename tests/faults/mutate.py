"""Plant each mutant and see whether the tests notice: `make mutants`."""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mutants import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
PATIENCE_S = 300
NOTICED = 1
"""pytest's exit code for tests that failed; others are failures of the run."""


def main() -> int:
    """Return 0 if every mutant was noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="mutants whose name holds this")
    only = parser.parse_args().only
    survived = 0
    for mutant in MUTANTS:
        if only not in mutant.name:
            continue
        by = noticed(mutant)
        survived += by is None
        print(f"{'noticed' if by else 'SURVIVED':9} {mutant.name:68} {by or ''}", flush=True)  # noqa: T201
    return 1 if survived else 0


def noticed(mutant: Mutant) -> str | None:
    """Return the tests that noticed, or None if the mutant lives on."""
    with tempfile.TemporaryDirectory(prefix="hubbub-mutant") as folder:
        tree = Path(folder) / "tree"
        copy_tree(tree)
        plant(mutant, tree)
        for tests in mutant.tests:
            if _run(tree, tests) == NOTICED:
                return tests
    return None


def plant(mutant: Mutant, tree: Path) -> None:
    """Change the files of a tree; raise ValueError if they are not as expected."""
    for name, old, new in mutant.changes:
        file = tree / name
        text = file.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{mutant.name}: {name} holds {text.count(old)} times: {old}")
        file.write_text(text.replace(old, new), encoding="utf-8")


def copy_tree(tree: Path) -> None:
    """Copy what is tracked, or new and not ignored, as it is now."""
    listing = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in listing.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)


def _run(tree: Path, tests: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *shlex.split(tests)],
        cwd=tree, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONASYNCIODEBUG": ""},
        stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=PATIENCE_S,
    ).returncode  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
