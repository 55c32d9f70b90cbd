"""The programs of docs/client.md, as they stand there, with a real hub."""

import subprocess
import sys
from pathlib import Path

import pytest
from real_clients import Keep, Program
from real_processes import PATIENCE_S, ROOT, Process, ServedHub

EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.name)
def test_the_page_shows_the_examples_as_they_are(example: Path) -> None:
    page = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
    assert f"```python\n{example.read_text(encoding='utf-8')}```" in page


def command(name: str, *arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "docs" / "examples" / name), *arguments]


def test_the_echo_bot_answers(served: ServedHub, keep: Keep) -> None:
    keep(
        Process(
            "bot", command("echo_bot.py", served.address), environment={"PYTHONPATH": str(ROOT)}
        )
    )
    person = keep(Program(served, "person"))
    nick = person.event("welcome")["nick"]
    person.event("members")
    person.seen.until('"echo"')
    person.say("echo: hello there")
    person.sees(f"{nick}: hello there")
    person.say("@echo and again")
    person.sees(f"{nick}: and again")


@pytest.mark.parametrize(
    ("script", "code", "how"), [("exit 0", 0, "passed"), ("exit 3", 3, "failed with 3")]
)
def test_the_notifier_tells_and_keeps_the_exit_code(
    served: ServedHub, keep: Keep, script: str, code: int, how: str
) -> None:
    watcher = keep(Program(served, "watcher", join={"ci": {"last": 5}}))
    watcher.event("members")
    job = ("sh", "-c", f"seq 1 30; {script}")
    done = subprocess.run(
        command("ci_notifier.py", served.address, "ci", *job), cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, capture_output=True, check=False,
        timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert done.stdout.split() == [str(number).encode() for number in range(1, 31)]
    watcher.seen.until(how)
    assert "```\\n11\\n12\\n" in watcher.seen.text
