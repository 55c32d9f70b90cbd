"""What is said to people stands in one place for each part, so that it can be read through.

The rule: outside of docstrings and of log lines, which are for operators' programs
and begin with `event=`, no text of the command has four words in a row.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

SENTENCES = {
    "hubbub/strings.py",
    "hubbub/doctor/strings.py",
    "hubbub/examples.py",  # command lines, as people type them
    "hubbub/cli.py",  # what a flag is for stands beside it, as a command's docstring does
}
"""Where they stand."""

FILES = [
    *sorted((ROOT / "hubbub").glob("*.py")),
    *sorted((ROOT / "hubbub" / "serving").glob("*.py")),
    *sorted((ROOT / "hubbub" / "doctor").glob("*.py")),
    *(ROOT / "terminal" / name for name in ("send.py", "tail.py", "gather.py", "start.py")),
]

WORDS = re.compile(r"[A-Za-z']{2,}(?:[ ,;:]+[A-Za-z'-]{1,}){3,}")


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give each text of a module that is no docstring, with its line."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or isinstance(parents[node], ast.Expr):
            continue
        if isinstance(node.value, str):
            yield node.lineno, node.value


def test_the_rule_finds_a_sentence() -> None:
    source = '"a docstring that says a lot"\nsay(f"{x} cannot be read at all")\nf("--no-flag x")'
    assert [line for line, text in texts(ast.parse(source)) if WORDS.search(text)] == [2]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_sentences_for_people_stand_in_strings(file: Path) -> None:
    if str(file.relative_to(ROOT)) in SENTENCES:
        return
    found = [
        f"{line}: {text}"
        for line, text in texts(ast.parse(file.read_text(encoding="utf-8")))
        if WORDS.search(text) and not text.startswith("event=")
    ]
    assert found == []
