"""Sockets that listen: on which addresses, with which options, and why not."""

import asyncio
import errno
import socket

import pytest

from core import limits
from core.net.sockets import (
    CannotListen,
    Listener,
    close_all,
    hold,
    listen,
    silent_s,
    watch_peer,
)


def names(sockets: list[socket.socket]) -> set[str]:
    return {one.getsockname()[0] for one in sockets}


async def test_a_name_with_two_addresses_is_listened_on_at_both() -> None:
    sockets = await listen("localhost", 0, backlog=10)
    known = {info[4][0] for info in socket.getaddrinfo("localhost", 0)}
    assert names([*sockets]) == known
    for one in sockets:
        socket.create_connection(one.getsockname()[:2], 20).close()
        one.close()


async def test_every_network_is_ipv4_and_ipv6() -> None:
    sockets = await listen("::", 0, backlog=10)
    assert names([*sockets]) == {"0.0.0.0", "::"}
    (port,) = {one.getsockname()[1] for one in sockets}
    for address in ("127.0.0.1", "::1"):
        with socket.create_connection((address, port), 20) as one:
            # Whoever comes by IPv4 has an address of IPv4, to proxies' rules and in the log.
            assert one.getpeername()[0] == address
    close_all(sockets)


@pytest.mark.parametrize("number", [errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL])
async def test_every_network_is_ipv4_alone_where_there_is_no_other(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def make(self: Listener, family: int, kind: int, protocol: int) -> None:
        if family == socket.AF_INET6:
            raise OSError(number, "no IPv6 here")
        really(self, family, kind, protocol)

    really = Listener.__init__
    monkeypatch.setattr(Listener, "__init__", make)
    sockets = await listen("::", 0, backlog=10)
    assert names([*sockets]) == {"0.0.0.0"}
    close_all(sockets)
    with pytest.raises(CannotListen):
        await listen("::1", 0, backlog=10)


async def test_several_hosts_are_listened_on_at_one_port() -> None:
    sockets = await listen(("127.0.0.1", "127.0.0.2", "::1", "127.0.0.1"), 0, backlog=10)
    assert [one.getsockname()[0] for one in sockets] == ["127.0.0.1", "127.0.0.2", "::1"]
    assert len({one.getsockname()[1] for one in sockets}) == 1
    close_all(sockets)
    close_all(await listen(("0.0.0.0", "::"), 0, backlog=10))


@pytest.mark.parametrize("missing", ["203.0.113.1", "no-such-host.invalid", "", "a" * 64])
async def test_no_host_is_left_out_in_silence(missing: str) -> None:
    with pytest.raises(CannotListen, match=missing or "missing"):
        await listen(("127.0.0.1", missing), 0, backlog=10)


async def test_a_taken_port_is_told_with_its_address() -> None:
    (first,) = await listen("127.0.0.1", 0, backlog=10)
    port = first.getsockname()[1]
    with pytest.raises(OSError, match=f"127.0.0.1:{port}: address already in use") as raised:
        await listen("127.0.0.1", port, backlog=10)
    assert raised.value.errno == errno.EADDRINUSE
    first.close()


async def test_an_address_that_this_machine_lacks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match=r"203\.0\.113\.1") as raised:
        await listen("203.0.113.1", 0, backlog=10)
    assert raised.value.errno == errno.EADDRNOTAVAIL


async def test_an_address_that_is_missing_does_not_spoil_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found(*_: object, **__: object) -> list[tuple[object, ...]]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        return [(*kind, ("203.0.113.1", 0)), (*kind, ("127.0.0.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", _as_loop(found), raising=False)
    (one,) = await listen("odd", 0, backlog=10)
    assert one.getsockname()[0] == "127.0.0.1"
    one.close()


def _as_loop(found: object) -> object:
    async def getaddrinfo(*_: object, **__: object) -> object:
        return found()  # type: ignore[operator]

    return getaddrinfo


async def test_several_may_share_a_port_if_all_want_to() -> None:
    (first,) = await listen("127.0.0.1", 0, backlog=10, reuse_port=True)
    port = first.getsockname()[1]
    (second,) = await listen("127.0.0.1", port, backlog=10, reuse_port=True)
    with pytest.raises(OSError, match="in use"):
        await listen("127.0.0.1", port, backlog=10)
    first.close()
    second.close()


async def test_a_port_is_held_for_others_at_every_address_of_a_name() -> None:
    held = await hold("localhost", 0)
    (port,) = {one.getsockname()[1] for one in held}
    assert names([*held]) == {info[4][0] for info in socket.getaddrinfo("localhost", 0)}
    for one in held:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(one.getsockname()[:2], 20)
    sharing = [await listen("localhost", port, backlog=10, reuse_port=True) for _ in range(2)]
    with pytest.raises(OSError, match="in use"):
        await listen("localhost", port, backlog=10)
    for sockets in sharing:
        close_all(sockets)
    # Held still, and free for whoever begins to share it anew.
    close_all(await listen("localhost", port, backlog=10, reuse_port=True))
    close_all(held)
    close_all(await listen("localhost", port, backlog=10))


async def test_a_port_that_is_picked_is_free_at_every_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first address picks one that may be taken at the second: then again."""
    taken: list[Listener] = []
    asked: list[int] = []

    def bind(self: Listener, address: tuple[str, int]) -> None:
        asked.append(address[1])
        if address[0] == "127.0.0.2" and not taken:
            one = Listener(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            taken.append(one)
            really(one, address)
            one.listen()
        really(self, address)

    really = socket.socket.bind
    monkeypatch.setattr(Listener, "bind", bind, raising=False)
    held = await hold(("127.0.0.1", "127.0.0.2"), 0)
    assert names([*held]) == {"127.0.0.1", "127.0.0.2"}
    (port,) = {one.getsockname()[1] for one in held}
    assert asked[0] == asked[2] == 0
    assert port == asked[3] != asked[1] == taken[0].getsockname()[1]
    close_all([*held, *taken])


@pytest.mark.parametrize("shares", [False, True])
async def test_a_port_that_another_server_listens_on_is_not_held(shares: bool) -> None:
    (other,) = await listen("127.0.0.1", 0, backlog=10, reuse_port=shares)
    port = other.getsockname()[1]
    with pytest.raises(OSError, match=f"127.0.0.1:{port}: address already in use"):
        await hold("127.0.0.1", port)
    other.close()
    close_all(await hold("127.0.0.1", port))


def test_a_vanished_peer_is_noticed_in_90_s_busy_or_idle() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        watch_peer(one)

        def option(name: str) -> int:
            return one.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))

        assert one.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert option("TCP_NODELAY")
        idle = option("TCP_KEEPIDLE") + option("TCP_KEEPCNT") * option("TCP_KEEPINTVL")
        busy = option("TCP_USER_TIMEOUT") / 1000
    assert limits.STALL_LIMIT_S < busy <= idle < 90


def test_a_socket_that_is_closed_or_gone_tells_nothing() -> None:
    """The sweep looks at connections that may have been lost in this very turn."""
    closed = socket.socket()
    closed.close()
    assert [silent_s(None), silent_s(closed)] == [0.0, 0.0]


def test_a_socket_that_is_being_closed_says_nothing() -> None:
    class Closing(socket.socket):
        def getsockopt(self, *_: object) -> bytes:  # type: ignore[override]
            # What uvloop's sockets raise between the close and its end.
            raise ValueError("negative file descriptor")

    with Closing() as closing:
        assert silent_s(closing) == 0.0
