"""The list of planted faults keeps up with the source; `make mutants` runs it."""

import shlex
from pathlib import Path

import pytest
from mutants import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_each_can_be_planted_and_has_tests_to_notice_it(mutant: Mutant) -> None:
    texts: dict[str, str] = {}
    for name, old, new in mutant.changes:
        text = texts.get(name) or (ROOT / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} holds this {text.count(old)} times: {old}"
        texts[name] = text.replace(old, new)
    for name, text in texts.items():
        compile(text, name, "exec")
    for tests in mutant.tests:
        assert (ROOT / shlex.split(tests)[0]).is_file()
