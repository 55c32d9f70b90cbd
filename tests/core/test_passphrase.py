"""A passphrase: what it is made of, what is the same, and the file that keeps it."""

import math
import os
from pathlib import Path

import pytest

from core.access.passphrase import (
    GROUP,
    LENGTH,
    LETTERS,
    BadPassphrase,
    canonical,
    checked,
    make_passphrase,
    read_passphrase,
    write_passphrase,
)


def test_one_that_is_made_has_sixty_bits_and_can_be_read_aloud() -> None:
    assert LENGTH * math.log2(len(set(LETTERS))) >= 60
    assert not set("ilou") & set(LETTERS)
    made = {make_passphrase() for _ in range(200)}
    assert len(made) == 200
    for one in made:
        assert [len(group) for group in one.split("-")] == [GROUP] * (LENGTH // GROUP)
        assert set(one) <= {*LETTERS, "-"}
        assert canonical(one) == one.replace("-", "")
    # Each place takes each letter.
    assert all(len({one[at] for one in made}) > 20 for at in (0, 6, 13))


@pytest.mark.parametrize(
    "typed",
    ["k0m1-2xfd-91ht", "K0M1 2XFD 91HT", "k0m12xfd91ht", "kOmI-2xfd-9lht", "ｋ0m1-2xfd-91ht"],
)
def test_what_is_typed_in_other_ways_is_the_same(typed: str) -> None:
    assert canonical(typed) == canonical("k0m1-2xfd-91ht")


def test_letters_of_every_language_count() -> None:
    assert canonical("Straße nach Łódź") == canonical("STRASSE NACH ŁÓDŹ")
    assert canonical("пароль для всех") != canonical("пароль для всех!")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "needs 8"),
        ("abc-def", "needs 8"),
        ("- - - - - - - - -", "needs 8"),
        ("x" * 257, "256 bytes"),
        ("two lines\nof text", "one line"),
        ("clear\x1b[2Jscreen", "one line"),
        ("/quit now please", "begin with /"),
    ],
)
def test_what_cannot_be_typed_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadPassphrase, match=said):
        checked(text)


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    assert read_passphrase(file) is None
    before = os.umask(0)
    try:
        write_passphrase(file, "k7mq-2xfd-9wht")
        write_passphrase(file, "another one to say")
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_passphrase(file) == "another one to say"
    assert [one.name for one in tmp_path.iterdir()] == ["passphrase"]


@pytest.mark.parametrize("data", [b"", b"short", b"\xff\xfe", b"two\nlines of text"])
def test_a_file_that_holds_none_is_named(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "passphrase"
    file.write_bytes(data)
    with pytest.raises(BadPassphrase, match="passphrase holds no passphrase"):
        read_passphrase(file)
