"""Who is named: the table that the page is tried with as well (tests/js/test_markup.mjs)."""

import json
from pathlib import Path

import pytest

from core.text.mentions import mentions

CASES = json.loads((Path(__file__).parents[1] / "support" / "mentions.json").read_text("utf-8"))


@pytest.mark.parametrize(("text", "nick", "named"), CASES)
def test_who_is_named(text: str, nick: str, named: bool) -> None:
    assert mentions(text, nick) == named
