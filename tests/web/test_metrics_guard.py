"""Counts are for this machine, or for who has the token."""

from collections.abc import Mapping

import pytest
from aiohttp.test_utils import make_mocked_request

from web.metricsguard import may_read

TOKEN = b"a-token-of-many-letters"


class FromAfar:
    """A transport whose peer is somewhere."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._address, 4711) if name == "peername" else default

    def is_closing(self) -> bool:
        return False


def asked(address: str, token: bytes | None, headers: Mapping[str, str] | None = None) -> bool:
    request = make_mocked_request("GET", "/metrics", headers or {}, transport=FromAfar(address))
    return may_read(request, token)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may(address: str) -> None:
    assert asked(address, None)


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "fe80::1%eth0", "::", ""])
def test_others_may_not(address: str) -> None:
    assert not asked(address, None)
    assert not asked(address, TOKEN)
    assert asked(address, TOKEN, {"Authorization": f"Bearer {TOKEN.decode()}"})


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_whoever_comes_by_a_proxy_on_this_machine_may_not(name: str) -> None:
    assert not asked("127.0.0.1", None, {name: "192.0.2.7"})


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer ", "Bearer a-token-of-many-lette", f"Basic {TOKEN.decode()}",
     f"Bearer {TOKEN.decode()}x", TOKEN.decode()],
)  # fmt: skip
def test_only_the_whole_token_counts_also_on_this_machine(given: str) -> None:
    assert not asked("127.0.0.1", TOKEN, {"Authorization": given})
    assert asked("127.0.0.1", TOKEN, {"Authorization": f"bearer {TOKEN.decode()}"})
