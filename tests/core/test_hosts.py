"""How hosts are written, and which of them is this machine."""

import pytest

from core.wire.hosts import at, bracket, is_loopback


def test_only_ipv6_stands_in_brackets() -> None:
    assert [bracket(host) for host in ("chat.example", "192.0.2.7")] == [
        "chat.example",
        "192.0.2.7",
    ]
    assert bracket("fd00::7") == "[fd00::7]"
    assert (at("192.0.2.7", 4045), at("fd00::7", 4045)) == ("192.0.2.7:4045", "[fd00::7]:4045")


@pytest.mark.parametrize(
    ("host", "here"),
    [
        *((host, True) for host in ("127.0.0.1", "127.9.9.9", "::1", "::1%lo")),
        *((host, True) for host in ("LocalHost", "chat.localhost")),
        *((host, False) for host in ("0.0.0.0", "192.0.2.7", "fd00::7", "fe80::1%eth0", "")),
        *((host, False) for host in ("localhost.example", "notlocalhost", "127.0.0.1.example")),
    ],
)
def test_this_machine_is_known_by_its_names(host: str, here: bool) -> None:
    assert is_loopback(host) is here
