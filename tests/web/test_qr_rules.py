"""The page's QR codes: as another writer of them makes them, and read back."""

import pytest
import segno
from page_codes import code, read


@pytest.mark.parametrize("characters", [14, 26, 42, 62, 84, 106, 122, 152, 180])
def test_a_full_code_of_each_version_is_as_segno_makes_it(characters: int) -> None:
    text = ("https://chat.example/#room-" + "abcdefghij" * 20)[:characters]
    ours = code(text)
    made = [
        segno.make(text, error="m", mode="byte", boost_error=False, micro=False, mask=mask)
        for mask in range(8)
    ]
    assert ours in [[list(map(int, row)) for row in one.matrix] for one in made]


@pytest.mark.parametrize(
    "text", ["http://127.0.0.1:8080/", "https://a.b/#tea", "жжжжжжж-123", "0123456789abcdef"]
)
def test_a_code_says_its_text(text: str) -> None:
    assert read(code(text)) == text
