"""Names and addresses that an operator gives a server."""

import pytest

from hubbub.errors import CannotStart
from hubbub.serving.names import hub_place, page_address, public_names


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("chat.example.org", "chat.example.org"),
        (" Chat.Example.ORG ", "chat.example.org"),
        ("chat.example.org.", "chat.example.org"),
        ("chat.example.org:8443", "chat.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("テスト.example", "xn--zckzah.example"),
        ("with_underscore.example", "with_underscore.example"),
    ],
)
def test_a_public_host_is_as_browsers_send_it(given: str, name: str) -> None:
    assert public_names((given, given)) == (name,)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("https://chat.example.org/", "write chat.example.org"),
        ("chat.example.org/chat", "write chat.example.org"),
        ("user@chat.example.org", "write chat.example.org"),
        ("*.example.org", "no patterns"),
        ("straße.example", "xn--"),
        ("chat example", "not chat"),
        ("-x.example", "wants a host's name"),
        ("a..example", "wants a host's name"),
        ("a" * 64, "wants a host's name"),
        (".".join(["a" * 60] * 5), "wants a host's name"),
        (",", "wants a host's name"),
        ("https://[", "wants a host's name"),
    ],
)
def test_what_is_no_host_is_refused_in_words(given: str, said: str) -> None:
    with pytest.raises(CannotStart, match="--public-host") as raised:
        public_names((given,))
    assert said in str(raised.value)


def test_a_hub_is_a_host_and_a_port() -> None:
    assert hub_place("10.0.0.5:4045") == ("10.0.0.5", 4045)
    assert hub_place("[::1]:4045") == ("::1", 4045)
    for given in ("nowhere", "host:0", "host:65536", ":4045", "::1:4045", "host:4o45", "[]:1"):
        with pytest.raises(CannotStart, match="HOST:PORT"):
            hub_place(given)


def test_a_page_is_an_address_with_its_scheme() -> None:
    assert page_address("https://chat.example.org") == "https://chat.example.org/"
    assert page_address("http://[::1]:8080/chat/") == "http://[::1]:8080/chat/"
    for given in ("chat.example.org", "ftp://x/", "http://", "http://x:0/", "http://x y/"):
        with pytest.raises(CannotStart, match="--web-url"):
            page_address(given)
