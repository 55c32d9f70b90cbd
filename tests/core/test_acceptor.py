"""Accepting: within a budget, in turns, and whatever the system says."""

import asyncio
import errno
import gc
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest

from core.limits import ACCEPT_BURST, TOLD_AT_ONCE
from core.net import acceptor, rejection
from core.net.acceptor import Acceptor
from core.net.budget import Budget, Cost, Lease
from core.net.sockets import Listener

FOREVER_S = 3600.0
FULL = b"there is no room\n"
CALLER = Cost()


class Inside(asyncio.Protocol):
    """Whoever has been let in."""

    def __init__(self, house: "House", lease: Lease) -> None:
        self._house, self._ticket = house, lease

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self._house.inside.add(self)
        transport.write(b"welcome\n")  # type: ignore[attr-defined]

    def connection_lost(self, exc: Exception | None) -> None:
        self._house.inside.discard(self)
        self._ticket.give_back()


class House:
    """One door, who is inside, and those who call."""

    def __init__(self) -> None:
        self.inside: set[Inside] = set()
        self.acceptor: Acceptor
        self.budget: Budget
        self.callers: list[socket.socket] = []

    async def open(self, limit: int, full: bytes = FULL, **more: bool) -> "House":
        self.budget = Budget(limit)
        self.acceptor = Acceptor(
            lambda lease: Inside(self, lease), self.budget, CALLER, full=full, **more
        )
        await self.acceptor.start("127.0.0.1", 0, backlog=4096)
        return self

    def call(self, count: int = 1) -> list[socket.socket]:
        """Connect; the kernel answers, whether or not somebody accepts."""
        found = []
        for _ in range(count):
            one = socket.create_connection(self.acceptor.addresses[0], 20)
            one.setblocking(False)
            found.append(one)
        self.callers += found
        return found

    async def close(self) -> None:
        await self.acceptor.stop()
        for one in list(self.inside):
            one.transport.abort()
        await until(lambda: not self.inside)
        for one in self.callers:
            one.close()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


async def heard(caller: socket.socket, size: int = 100) -> bytes:
    async with asyncio.timeout(20):
        return await asyncio.get_running_loop().sock_recv(caller, size)


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_two_hundred_at_once_are_let_in_and_counted(house: House) -> None:
    await house.open(1000)
    tasks = asyncio.all_tasks()
    house.call(200)
    await until(lambda: len(house.inside) == 200)
    await turns()
    assert house.budget.used == 200
    assert asyncio.all_tasks() == tasks
    for caller in house.callers:
        caller.close()
    await until(lambda: house.budget.used == 0)


async def test_those_inside_have_their_turn_between_bursts(house: House) -> None:
    await house.open(1000)
    house.call(10 * ACCEPT_BURST)
    most = seen = 0
    async with asyncio.timeout(20):
        while seen < 10 * ACCEPT_BURST:
            before = seen
            await asyncio.sleep(0)
            seen = len(house.inside)
            most = max(most, seen - before)
    assert 1 < most <= ACCEPT_BURST


async def test_some_hear_that_it_is_full_and_the_others_wait(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rejection, "REFUSAL_LINGER_S", FOREVER_S)
    caplog.set_level(logging.INFO)
    await house.open(2)
    first, _ = house.call(2)
    await until(lambda: len(house.inside) == 2)
    for told in house.call(TOLD_AT_ONCE):
        assert await heard(told) == FULL
        assert await heard(told) == b""
    waiting = house.call(2)
    await turns()
    for one in waiting:
        with pytest.raises(BlockingIOError):
            one.recv(1)
    first.close()
    assert await heard(waiting[0]) == b"welcome\n"
    await turns()
    with pytest.raises(BlockingIOError):
        waiting[1].recv(1)
    assert house.budget.used == 2
    assert [record.getMessage().split()[0] for record in caplog.records] == ["event=full"]


async def test_who_was_told_is_gone_soon_and_the_next_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejection, "REFUSAL_LINGER_S", 0.01)
    await house.open(1)
    house.call()
    for told in house.call(3 * TOLD_AT_ONCE):
        told.send(b"what was typed meanwhile\n" * 1000)
        assert await heard(told) == FULL
    assert house.budget.used == 1


async def test_who_is_to_ask_first_is_told_then_or_in_the_end(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejection, "REFUSAL_LINGER_S", FOREVER_S)
    await house.open(0, asked_first=True)
    (told,) = house.call()
    await turns()
    with pytest.raises(BlockingIOError):
        told.recv(1)
    told.send(b"GET ")
    assert await heard(told) == FULL
    monkeypatch.setattr(rejection, "REFUSAL_LINGER_S", 0.01)
    (told,) = house.call()
    assert await heard(told) == FULL


async def test_without_a_word_for_them_all_wait(house: House) -> None:
    await house.open(1, full=b"")
    (first,) = house.call()
    await until(lambda: len(house.inside) == 1)
    (second,) = house.call()
    await turns()
    with pytest.raises(BlockingIOError):
        second.recv(1)
    first.close()
    assert await heard(second) == b"welcome\n"


class Exhausted:
    """A system that has no descriptor for whoever calls, as long as `failing`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
        self.failing = True
        self.asked = 0
        really = Listener.accept

        def accept(listener: Listener) -> tuple[socket.socket, Any]:
            self.asked += 1
            if self.failing:
                raise OSError(number, "no room in the system")
            return really(listener)

        monkeypatch.setattr(Listener, "accept", accept)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
async def test_an_exhausted_system_is_asked_again_and_noted_once(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    monkeypatch.setattr(acceptor, "ACCEPT_PAUSE_S", 0.001)
    await house.open(10)
    system = Exhausted(monkeypatch, number)
    (caller,) = house.call()
    await until(lambda: system.asked > 20)
    system.failing = False
    assert await heard(caller) == b"welcome\n"
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("event=accept_failed")


async def test_a_rest_ends_when_somebody_leaves(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptor, "ACCEPT_PAUSE_S", FOREVER_S)
    await house.open(10)
    (inside,) = house.call()
    assert await heard(inside) == b"welcome\n"
    # One may have been accepting when the system began to fail.
    system = Exhausted(monkeypatch, errno.EMFILE)
    (caller,) = house.call()
    await until(lambda: system.asked > 0)
    await turns(100)
    assert system.asked < 5
    system.failing = False
    await turns()
    with pytest.raises(BlockingIOError):
        caller.recv(1)
    inside.close()
    assert await heard(caller) == b"welcome\n"


async def test_a_caller_that_has_gone_is_no_event(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(acceptor, "ACCEPT_PAUSE_S", FOREVER_S)
    await house.open(10)
    system = Exhausted(monkeypatch, errno.ECONNABORTED)
    (caller,) = house.call()
    await until(lambda: system.asked > 20)
    system.failing = False
    assert await heard(caller) == b"welcome\n"
    assert not caplog.records


async def test_whom_the_loop_cannot_take_costs_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await house.open(10)

    def failing(_: socket.socket) -> None:
        raise OSError(errno.EMFILE, "no room in the system")

    monkeypatch.setattr(acceptor, "watch_peer", failing)
    (caller,) = house.call()
    assert await heard(caller) == b""
    monkeypatch.undo()
    assert house.budget.used == 0
    assert len(caplog.records) == 1
    (caller,) = house.call()
    assert await heard(caller) == b"welcome\n"


async def test_stopping_closes_whom_the_loop_has_accepted_but_not_handed_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.open(10)
    await turns()
    accepted = asyncio.Event()
    really = Listener.accept

    def accept(listener: Listener) -> tuple[socket.socket, Any]:
        found = really(listener)
        accepted.set()  # whoever waits for this runs before whoever accepts
        return found

    monkeypatch.setattr(Listener, "accept", accept)
    (caller,) = house.call()
    await accepted.wait()
    await house.acceptor.stop()
    assert not house.inside
    with suppress(ConnectionResetError):
        assert await heard(caller) == b""
    gc.collect()  # an open socket that nobody has would be a warning


async def test_stopping_closes_whoever_waits_to_be_let_in(house: House) -> None:
    await house.open(1, full=b"")
    await turns()
    lease = house.budget.take(CALLER)
    (caller,) = house.call()
    await turns()
    address = house.acceptor.addresses[0]
    await house.acceptor.stop()
    with suppress(ConnectionResetError):
        assert await heard(caller) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 20)
    lease.give_back()
    assert not house.inside


async def test_stopping_leaves_no_task_and_hangs_up_on_who_was_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejection, "REFUSAL_LINGER_S", FOREVER_S)
    tasks = asyncio.all_tasks()
    await house.open(1)
    house.call()
    (told,) = house.call()
    assert await heard(told) == FULL
    await house.acceptor.stop()
    assert asyncio.all_tasks() == tasks
    gc.collect()


async def test_accepted_sockets_are_watched(house: House) -> None:
    await house.open(10)
    house.call()
    await until(lambda: bool(house.inside))
    (one,) = house.inside
    sock = one.transport.get_extra_info("socket")
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 75_000
