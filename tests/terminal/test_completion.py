"""What Tab offers."""

import pytest

from terminal.completion import offers

NICKS = ("bob", "Bert", "carol")
ROOMS = ("lobby", "ops")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("/sea", ["/search "]),
        ("/join o", ["ops "]),
        ("/join ", ["lobby ", "ops "]),
        ("/msg B", ["bob ", "Bert "]),
        ("b", ["bob: ", "Bert: "]),
        ("@ca", ["@carol "]),
        ("ask ca", ["carol "]),
        ("ask\nca", ["carol "]),
        ("ask ", []),
        ("", []),
        ("xyz", []),
        ("/msg bob ca", ["carol "]),
    ],
)
def test_what_fits_is_offered(before: str, expected: list[str]) -> None:
    assert [offer.text for offer in offers(before, NICKS, ROOMS)] == expected


def test_a_command_comes_with_its_usage() -> None:
    (offer,) = offers("/sea", NICKS, ROOMS)
    assert offer.usage == "/search WORDS"
    assert offer.help == "find messages; from:bob, on:today"
    assert offer.replaced == len("/sea")
