"""Addresses as people write them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.client.address import BadTarget, Target, parse_target
from core.wire.messages import Invite, decode_request, encode


@pytest.mark.parametrize(
    ("text", "target", "shown"),
    [
        ("host", Target("tcp", "host", 4045), "host:4045"),
        (" host ", Target("tcp", "host", 4045), "host:4045"),
        ("host:1", Target("tcp", "host", 1), "host:1"),
        ("alice@host", Target("tcp", "host", 4045, "alice"), "host:4045"),
        ("Ольга@host:9", Target("tcp", "host", 9, "Ольга"), "host:9"),
        ("bücher.example", Target("tcp", "bücher.example", 4045), "bücher.example:4045"),
        ("tcp://alice@host:9", Target("tcp", "host", 9, "alice"), "host:9"),
        ("TCP://host/", Target("tcp", "host", 4045), "host:4045"),
        ("[::1]", Target("tcp", "::1", 4045), "[::1]:4045"),
        ("al@[fe80::1%eth0]:9", Target("tcp", "fe80::1%eth0", 9, "al"), "[fe80::1%eth0]:9"),
        ("ws://host", Target("ws", "host", 80, url="ws://host/ws"), "ws://host/ws"),
        ("wss://host/", Target("wss", "host", 443, url="wss://host/ws"), "wss://host/ws"),
        (
            "ws://al@host:8080/chat?a=b",
            Target("ws", "host", 8080, "al", "ws://host:8080/chat?a=b"),
            "ws://host:8080/chat?a=b",
        ),
        ("ws://[::1]:80", Target("ws", "::1", 80, url="ws://[::1]:80/ws"), "ws://[::1]:80/ws"),
    ],
)
def test_good_addresses(text: str, target: Target, shown: str) -> None:
    assert parse_target(text) == target
    assert str(parse_target(text)) == shown


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("ws://host", "http://host/"),
        ("wss://al@host:8443/ws", "https://host:8443/"),
        ("ws://[::1]:80", "http://[::1]:80/"),
        ("wss://ws.example", "https://ws.example/"),
        *((text, None) for text in ("host", "ws://host/chat", "ws://host/ws?a=b")),
        *((text, None) for text in ("ws://[fe80::1%eth0]:9", "wss://bücher.example")),
    ],
)
def test_a_websocket_has_its_page_beside_it(text: str, page: str | None) -> None:
    assert parse_target(text).page == page
    if page is not None:
        assert decode_request(encode(Invite(web=page))) == Invite(web=page)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "@", "@host", "host@", "host:", "host:0", "host:65536", "host:port", "host:٣",
        "host:+1", "host:1_0", "two words", "host/path", "host?q", "host#f", "tcp://", "tcp://h/x",
        "ftp://host", "://host", "[::1", "[::1]x", "[::1]:", "[host]", "::1", "1:2:3", "al:pw@host",
        "ws://host#f", "ws://", "ws://h o/", "ws://host/a b", "h\x1b[31m", "h\nst", "wss://al:pw@h",
    ],
)  # fmt: skip
def test_bad_addresses(text: str) -> None:
    with pytest.raises(BadTarget) as problem:
        parse_target(text)
    assert str(problem.value).isprintable()


def test_an_address_for_browsers_is_told_apart() -> None:
    with pytest.raises(BadTarget, match=r"write wss://host:8080 instead"):
        parse_target("https://host:8080")


def test_an_ipv6_address_without_brackets_is_helped() -> None:
    with pytest.raises(BadTarget, match=r"brackets, as in \[::1\]:4045"):
        parse_target("::1")


@given(st.text() | st.text("[]:@/ws.%?#1a"))
def test_any_text_is_an_address_or_a_clear_error(text: str) -> None:
    target = None
    with suppress(BadTarget):
        target = parse_target(text)
    if target is not None:
        assert target.host
        assert 1 <= target.port <= 65535
        assert str(target).isprintable()
