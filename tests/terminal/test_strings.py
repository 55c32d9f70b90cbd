"""What is said to people stands in one file, and each error of the hub has its words."""

import ast
import re
from pathlib import Path

import pytest

import terminal
from core.errors import ERROR_CODES
from terminal import strings

FOLDER = Path(terminal.__file__).parent
ELSEWHERE = {
    "blocks.py",
    "fences.py",
    "gather.py",
    "sampling.py",
    "send.py",
    "start.py",
    "streams.py",
    "tail.py",
}
"""The commands for pipes."""

STYLES = ["noreverse dim", "nodim bold reverse"]

SENTENCE = re.compile(r"[a-z]{2,}[,;:.]? [a-z]{2,}")


def literals(path: Path) -> list[str]:
    """Return a file's texts without its docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(FOLDER.glob("*.py")) if path.name not in {"strings.py", *ELSEWHERE}],
    ids=lambda path: path.name,
)
def test_sentences_for_people_stand_in_strings(path: Path) -> None:
    assert [text for text in literals(path) if SENTENCE.search(text)] in ([], STYLES)


def test_the_rule_finds_sentences() -> None:
    assert any(SENTENCE.search(text) for text in literals(FOLDER / "strings.py"))


def test_words_are_chosen_by_code_and_an_unknown_one_keeps_the_hubs() -> None:
    assert strings.error_words("nick_taken", "alice is taken") != "alice is taken"
    assert strings.error_words("brand_new", "the hub's own text") == "the hub's own text"
    known = {code for code in ERROR_CODES if strings.error_words(code, "") != ""}
    # What these are about stands only in the hub's text.
    theirs = ERROR_CODES.keys() - known
    assert theirs <= {"bad_field", "bad_nick", "bad_room", "too_long", "not_text", "not_stored",
                      "internal", "passphrase", "proxy_refused"}, theirs  # fmt: skip


@pytest.mark.parametrize("code", ["nick_taken", "not_in_room", "too_many_rooms", "nobody"])
def test_an_error_names_a_command_that_helps(code: str) -> None:
    assert re.search(r"/(nick|join|leave|names)\b", strings.error_words(code, ""))
