"""Which proxy leads where, and what is said of one that does not."""

import pytest

from core.client.address import parse_address
from core.client.proxy import system_proxy, without_password
from core.client.transport import TransportError, connect_transport

NAMES = ("http", "https", "ws", "wss", "socks", "all", "no")


@pytest.fixture(autouse=True)
def none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        for one in (f"{name}_proxy", f"{name}_proxy".upper()):
            monkeypatch.delenv(one, raising=False)


@pytest.mark.parametrize(
    "url",
    [
        "ws://127.0.0.1:8080/ws", "ws://127.8.9.1/", "ws://[::1]:8080/ws", "wss://localhost/ws",
        "http://hub.localhost:8080/", "https://LOCALHOST/",
    ],
)  # fmt: skip
def test_this_machine_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in NAMES[:-1]:
        monkeypatch.setenv(f"{name}_proxy", "http://127.0.0.1:9")
    assert system_proxy(url) is None


def test_others_are_reached_as_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert system_proxy("ws://chat.example/ws") is None
    monkeypatch.setenv("http_proxy", "10.0.0.1:3128")
    assert system_proxy("ws://chat.example/ws") == "http://10.0.0.1:3128"
    assert system_proxy("wss://chat.example/ws") is None
    monkeypatch.setenv("https_proxy", "http://10.0.0.2:3128")
    for url in ("ws://chat.example/ws", "wss://chat.example/ws", "https://chat.example/"):
        assert system_proxy(url) == "http://10.0.0.2:3128"
    monkeypatch.setenv("no_proxy", "chat.example,other.example:8080")
    assert system_proxy("wss://chat.example/ws") is None
    assert system_proxy("ws://other.example:8080/ws") is None
    assert system_proxy("ws://third.example/ws") is not None


def test_a_proxys_password_is_not_shown() -> None:
    assert without_password("http://me:secret@10.0.0.1:3128") == "http://10.0.0.1:3128"


@pytest.mark.parametrize(
    "proxy",
    ["127.0.0.1:1", "http://127.0.0.1:1", "socks5://127.0.0.1:1", "nonsense://x", "http://"],
)
async def test_a_proxy_that_does_not_work_is_named(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(TransportError, match=r"the proxy .* does not lead there.*no_proxy"):
        await connect_transport(parse_address("ws://192.0.2.1:8080"))
