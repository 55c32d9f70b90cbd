"""Look-alikes: the table, its licence, and the tool that makes it."""

import importlib.util
import unicodedata
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import confusables
from core.text.confusables import skeleton

ROOT = Path(__file__).parents[2]

SAMPLE = """\ufeff# confusables.txt
# Date: 2031-01-02, 03:04:05 GMT
# Version: 20.0.0
0430 ;\t0061 ;\tMA\t# ( а → a ) CYRILLIC SMALL LETTER A\t#
FF41 ;\t0061 ;\tMA\t# ( ａ → a ) FULLWIDTH, which NFKD rewrites\t#

006D ;\t0072 006E ;\tMA\t# ( m → rn )\t#
10000 ;\t006D ;\tMA\t# a prototype that has one itself\t#
"""


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "confusables_tool", ROOT / "tools" / "confusables.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("paypaI", "paypal"), ("раураl", "paypal"), ("rnodern", "modern"), ("ａ１", "al")),
        *(("O0", "OO"), ("–‐-", "---"), ("‹›", "<>"), ("Zoe\u0308", "Zoë"), ("aӏice", "alice")),
    ],
)
def test_what_looks_alike_has_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("Zoë", "Zoe"), ("a", "b"), ("ольга", "ольгa1")])
def test_what_does_not_has_two(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(st.text(max_size=20))
def test_a_skeleton_is_its_own_skeleton(text: str) -> None:
    bones = skeleton(text)
    assert skeleton(bones) == bones
    assert skeleton(unicodedata.normalize("NFC", text)) == bones


def test_every_prototype_is_at_rest() -> None:
    prototypes = set(confusables._table().values())
    assert [one for one in prototypes if skeleton(one) != one] == []


def test_the_table_comes_with_its_licence() -> None:
    table = (ROOT / "core" / "text" / "confusables.txt").read_text("ascii")
    licence = (ROOT / "core" / "text" / "confusables-licence.txt").read_text("utf-8")
    assert "confusables-licence.txt" in table.partition("\n0")[0]
    assert "COPYRIGHT AND PERMISSION NOTICE" in licence


def test_the_tool_makes_the_table_compact(tool: ModuleType) -> None:
    mapping, version, year = tool.read(SAMPLE)
    assert (version, year) == ("version: 20.0.0", "2031")
    assert tool.compact(mapping) == {"a": ["а"], "rn": ["m", "\U00010000"]}


def test_the_tool_refuses_another_file(tool: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"not Unicode's confusables\.txt"):
        tool.read("# Blocks.txt\n0000..007F; Basic Latin\n")
