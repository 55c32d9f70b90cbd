"""Addresses as people write them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.client.address import BadAddress, HubAddress, parse_address
from core.wire.messages import Invite, decode_request, encode


@pytest.mark.parametrize(
    ("text", "target", "shown"),
    [
        ("host", HubAddress("tcp", "host", 4045), "host:4045"),
        (" host ", HubAddress("tcp", "host", 4045), "host:4045"),
        ("host:1", HubAddress("tcp", "host", 1), "host:1"),
        ("alice@host", HubAddress("tcp", "host", 4045, "alice"), "host:4045"),
        ("Ольга@host:9", HubAddress("tcp", "host", 9, "Ольга"), "host:9"),
        ("bücher.example", HubAddress("tcp", "bücher.example", 4045), "bücher.example:4045"),
        ("tcp://alice@host:9", HubAddress("tcp", "host", 9, "alice"), "host:9"),
        ("TCP://host/", HubAddress("tcp", "host", 4045), "host:4045"),
        ("[::1]", HubAddress("tcp", "::1", 4045), "[::1]:4045"),
        ("al@[fe80::1%eth0]:9", HubAddress("tcp", "fe80::1%eth0", 9, "al"), "[fe80::1%eth0]:9"),
        ("ws://host", HubAddress("ws", "host", 80, url="ws://host/ws"), "ws://host/ws"),
        ("wss://host/", HubAddress("wss", "host", 443, url="wss://host/ws"), "wss://host/ws"),
        (
            "ws://al@host:8080/chat?a=b",
            HubAddress("ws", "host", 8080, "al", "ws://host:8080/chat?a=b"),
            "ws://host:8080/chat?a=b",
        ),
        ("ws://[::1]:80", HubAddress("ws", "::1", 80, url="ws://[::1]:80/ws"), "ws://[::1]:80/ws"),
    ],
)
def test_good_addresses(text: str, target: HubAddress, shown: str) -> None:
    assert parse_address(text) == target
    assert str(parse_address(text)) == shown


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("ws://host", "http://host/"),
        ("wss://al@host:8443/ws", "https://host:8443/"),
        ("ws://[::1]:80", "http://[::1]:80/"),
        ("wss://ws.example", "https://ws.example/"),
        ("wss://host/chat/", "https://host/chat/"),
        ("wss://host/a-b/c%20d/ws", "https://host/a-b/c%20d/"),
        *((text, None) for text in ("host", "ws://host/chat", "ws://host/ws?a=b")),
        *((text, None) for text in ("ws://[fe80::1%eth0]:9", "wss://bücher.example")),
    ],
)
def test_a_websocket_has_its_page_beside_it(text: str, page: str | None) -> None:
    assert parse_address(text).page == page
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
    with pytest.raises(BadAddress) as problem:
        parse_address(text)
    assert str(problem.value).isprintable()


@pytest.mark.parametrize(
    ("text", "url", "room"),
    [
        ("http://host:8080/", "ws://host:8080/ws", None),
        ("https://host", "wss://host/ws", None),
        ("HTTPS://host/#ops", "wss://host/ws", "ops"),
        ("http://al@host:8080/#caf%C3%A9/12", "ws://host:8080/ws", "café"),
        ("https://host/chat/", "wss://host/chat/ws", None),
        ("https://host/chat/index.html", "wss://host/chat/ws", None),
    ],
)
def test_a_page_leads_to_its_websocket_and_its_room(text: str, url: str, room: str | None) -> None:
    found = parse_address(text)
    assert (found.url, found.room) == (url, room)


def test_an_ipv6_address_without_brackets_is_helped() -> None:
    with pytest.raises(BadAddress, match=r"brackets, as in \[::1\]:4045"):
        parse_address("::1")


@given(st.text() | st.text("[]:@/ws.%?#1a"))
def test_any_text_is_an_address_or_a_clear_error(text: str) -> None:
    target = None
    with suppress(BadAddress):
        target = parse_address(text)
    if target is not None:
        assert target.host
        assert 1 <= target.port <= 65535
        assert str(target).isprintable()
