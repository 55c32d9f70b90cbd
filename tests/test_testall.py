"""Which Pythons `make test-all` finds, and what it makes of the tests on them.

The interpreters are shell scripts that answer as one would; only they and a few
plain commands are on PATH.
"""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMANDS = ("sh", "sed", "dirname", "cmp", "cp", "rm", "mkdir", "id", "cat")

PYTHON = """#!/bin/sh
version={version}
case "$1 $2" in
    "-ISc "*) [ {complete} = yes ] || exit 1
              if [ $# -gt 2 ]; then echo "$version $0"; else echo "$version"; fi ;;
    "-c "*) echo "ready $0" ;;
    "-m venv") mkdir -p "$3/bin" "$3/lib/python$version/site-packages"
               cp "$0" "$3/bin/python" ;;
    "-m pytest") shift 2; echo "$0: $*" >>ran; exit {status} ;;
esac
"""


def command(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)
    return file


def python(file: Path, version: str, *, status: int = 0, complete: bool = True) -> Path:
    """Make an interpreter on which the tests end with `status`.

    One that is not `complete` lacks the modules that make environments.
    """
    yes = "yes" if complete else "no"
    return command(file, PYTHON.format(version=version, status=status, complete=yes))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a checkout with Python 3.11 in its environment."""
    tree, programs = tmp_path / "tree", tmp_path / "bin"
    for name in ("pyproject.toml", "requirements.txt", "requirements-dev.txt",
                 "tools/testall.sh", "tools/setup.sh"):  # fmt: skip
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    programs.mkdir()
    for name in COMMANDS:
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    environment = tree / ".venv"
    python(environment / "bin" / "python", "3.11")
    (environment / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    shutil.copy(tree / "requirements-dev.txt", environment / ".hubbub-dev")
    return tree


@pytest.fixture
def programs(tree: Path) -> Path:
    """Give the only folder on PATH."""
    return tree.parent / "bin"


def run(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "tools/testall.sh", *words], cwd=tree, env={"PATH": str(tree.parent / "bin")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.removeprefix("test-all: ") for line in done.stdout.splitlines()]


def not_found(version: str) -> str:
    return f"{version} not found on PATH, in pyenv or in uv"


def test_interpreters_are_found_on_path_in_pyenv_and_in_uv(tree: Path, programs: Path) -> None:
    (tree / ".venv" / "bin" / "python").unlink()
    on_path = python(programs / "python3.11", "3.11")
    # pyenv puts commands on PATH that fail for every version but the chosen one.
    command(programs / "python3.12", "#!/bin/sh\nexit 127\n")
    command(programs / "pyenv", f"#!/bin/sh\necho '{tree.parent}/pyenv'\n")
    in_pyenv = python(tree.parent / "pyenv" / "versions" / "3.12.1" / "bin" / "python", "3.12")
    in_uv = python(tree.parent / "uv" / "python3.13", "3.13")
    without_lock = python(tree.parent / "uv" / "python3.14t", "3.14")
    listed = (
        f"cpython-3.14.0+freethreaded-linux-x86_64-gnu    {without_lock}\n"
        f"cpython-3.13.5-linux-x86_64-gnu                 {in_uv} -> elsewhere\n"
    )
    command(
        programs / "uv",
        f'#!/bin/sh\n[ "$*" = "python list --only-installed" ] && echo "{listed}"\n',
    )
    done = run(tree, "--find")
    assert said(done) == [
        f"3.11 is {on_path}", f"3.12 is {in_pyenv}", f"3.13 is {in_uv}", not_found("3.14"),
    ]  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_no_such_python_is_not_taken(tree: Path, programs: Path) -> None:
    python(programs / "python3.12", "3.9")
    python(programs / "python3.13", "3.13", complete=False)
    plain = python(programs / "python3", "3.14")
    assert said(run(tree, "--find")) == [
        "3.11 is .venv/bin/python", not_found("3.12"), not_found("3.13"), f"3.14 is {plain}",
    ]  # fmt: skip


def test_every_supported_python_is_named(tree: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    supported = [name.rpartition(" ")[2] for name in project["classifiers"]]
    assert [line.partition(" ")[0] for line in said(run(tree, "--find"))] == supported


def ran(tree: Path) -> list[str]:
    file = tree / "ran"
    return file.read_text().splitlines() if file.exists() else []


def test_the_tests_run_on_each_python_in_an_environment_of_its_own(
    tree: Path, programs: Path
) -> None:
    python(programs / "python3.12", "3.12")
    python(programs / "python3.13", "3.13")
    done = run(tree, "-k", "telnet")
    assert ran(tree) == [
        f"{folder}/bin/python: --numprocesses auto -m not browser -k telnet"
        for folder in (".venv", ".venvs/3.12", ".venvs/3.13")
    ]
    assert said(done)[-1] == "passed on: 3.11 3.12 3.13; failed on: none; not found: 3.14"
    assert done.returncode == 0


def test_a_failure_on_one_python_is_the_result_and_ends_nothing(tree: Path, programs: Path) -> None:
    python(programs / "python3.12", "3.12", status=1)
    python(programs / "python3.13", "3.13")
    done = run(tree)
    assert said(done)[-1] == "passed on: 3.11 3.13; failed on: 3.12; not found: 3.14"
    assert done.returncode == 1


def test_an_environment_that_cannot_be_made_is_a_failure(tree: Path, programs: Path) -> None:
    file = python(programs / "python3.12", "3.12")
    file.write_text(file.read_text().replace('"-m venv") ', '"-m venv") exit 1; '))
    done = run(tree)
    assert said(done)[-1] == "passed on: 3.11; failed on: 3.12; not found: 3.13 3.14"
    assert done.returncode == 1


def test_others_and_newest_choose(tree: Path, programs: Path) -> None:
    python(programs / "python3.12", "3.12")
    python(programs / "python3.13", "3.13")
    run(tree, "--others")
    assert [line.partition(":")[0] for line in ran(tree)] == [
        ".venvs/3.12/bin/python", ".venvs/3.13/bin/python",
    ]  # fmt: skip
    (tree / "ran").unlink()
    run(tree, "--others", "--newest", "-x")
    assert ran(tree) == [".venvs/3.13/bin/python: --numprocesses auto -m not browser -x"]


def test_without_another_python_nothing_fails(tree: Path) -> None:
    done = run(tree, "--others", "--newest")
    assert said(done)[-2:] == [
        "there is no Python to test on",
        "passed on: none; failed on: none; not found: 3.12 3.13 3.14",
    ]
    assert done.returncode == 0
    assert ran(tree) == []
