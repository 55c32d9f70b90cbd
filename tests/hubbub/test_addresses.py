"""Which addresses are told to others, of those that a machine has."""

import socket
import threading

import pytest

from hubbub.serving import addresses
from hubbub.serving.addresses import (
    InterfaceAddress,
    name_of_this_machine,
    of_this_machine,
    reachable_hosts,
)

LOOPBACK = InterfaceAddress("lo", "127.0.0.1")
LAN = InterfaceAddress("eth0", "192.0.2.7")
WIFI = InterfaceAddress("wlan0", "198.51.100.7")
LAN6 = InterfaceAddress("eth0", "fd00::7")
DOCKER = InterfaceAddress("docker0", "172.17.0.1")
BRIDGE = InterfaceAddress("br-0123456789ab", "172.18.0.1")
LINK = InterfaceAddress("eth0", "169.254.7.7")
LINK6 = InterfaceAddress("eth0", "fe80::7")
ALL = [LOOPBACK, InterfaceAddress("lo", "::1"), DOCKER, LAN, BRIDGE, WIFI, LINK, LINK6, LAN6]


@pytest.mark.parametrize(
    ("bound", "found", "hosts"),
    [
        (["127.0.0.1"], ALL, ("127.0.0.1",)),
        (["127.0.0.1", "::1"], ALL, ("127.0.0.1", "::1")),
        (["198.51.100.7"], ALL, ("198.51.100.7",)),
        (["172.17.0.1"], ALL, ("172.17.0.1",)),
        (["0.0.0.0"], ALL, ("192.0.2.7", "198.51.100.7")),
        (["::"], ALL, ("fd00::7",)),
        (["0.0.0.0", "::"], ALL, ("192.0.2.7", "198.51.100.7", "fd00::7")),
        (["0.0.0.0", "::"], [LOOPBACK, LAN, LINK6], ("192.0.2.7",)),
        (["0.0.0.0"], [LOOPBACK, DOCKER, BRIDGE], ("172.17.0.1", "172.18.0.1")),
        (["0.0.0.0"], [LOOPBACK], ("127.0.0.1",)),
        (["::"], [], ("::1",)),
        (["0.0.0.0"], [LAN, LAN, InterfaceAddress("eth0", "what")], ("192.0.2.7",)),
    ],
)
def test_hosts_by_which_others_come(
    bound: list[str], found: list[InterfaceAddress], hosts: tuple[str, ...]
) -> None:
    assert reachable_hosts(bound, found) == hosts


def test_the_machines_name_comes_last_and_only_where_it_leads_anywhere() -> None:
    everywhere = "0.0.0.0"
    assert reachable_hosts([everywhere], [LAN], "box") == ("192.0.2.7", "box")
    assert reachable_hosts([everywhere], [LOOPBACK], "box") == ("127.0.0.1",)
    assert reachable_hosts(["192.0.2.7"], [LAN], "box") == ("192.0.2.7",)


def test_this_machine_has_the_addresses_that_a_socket_has() -> None:
    found = [one.address for one in of_this_machine()]
    assert len(found) == len(set(found))
    for address in addresses._leading_out():
        if ":" not in address:  # an IPv6 one may be temporary
            assert address in found
    for address in reachable_hosts(["0.0.0.0"], of_this_machine()):
        with socket.socket() as sock:
            sock.bind((address, 0))


def test_a_name_is_told_if_it_leads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "box")
    for leads_to, told in (("192.0.2.7", "box"), ("127.0.1.1", None), ("203.0.113.1", None)):
        monkeypatch.setattr(addresses, "_resolved", lambda _, one=leads_to: [one])
        assert name_of_this_machine([LOOPBACK, InterfaceAddress("lo", "127.0.1.1"), LAN]) == told


def test_nobody_waits_for_a_name_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    at_last = threading.Event()
    monkeypatch.setattr(addresses, "_resolved", lambda _: ["192.0.2.7"] * at_last.wait(20))
    assert name_of_this_machine([LAN], 0.01) is None
    at_last.set()
