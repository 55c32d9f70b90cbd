"""Midnight in text mode: the day is named above what comes then."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from memory_hub import ManualClock, MemoryHub

from core.server import newday
from core.server.newday import NewDay, until_midnight_s
from core.server.server import HubServer
from core.server.settings import HubSettings
from core.text.format import clock, day

PATIENCE_S = 60.0
DAY_S = 24 * 60 * 60


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub()
    NewDay(hub.clock, hub.server.day_turned)
    yield hub
    hub.close()


def to_midnight(hub: MemoryHub, but_s: float = 0) -> None:
    hub.clock.advance(until_midnight_s(hub.clock.wall_ms) - but_s)


def test_what_is_said_after_midnight_stands_below_its_day(hub: MemoryHub) -> None:
    alice, bob = hub.text(), hub.text()
    to_midnight(hub, but_s=10)
    bob.take()
    before = hub.clock.wall_ms
    alice.line("good night")
    hub.clock.advance(20)
    alice.line("good morning")
    after = hub.clock.wall_ms
    assert day(before) != day(after)
    assert bob.take().splitlines() == [
        f"{clock(before)} <guest-1> good night",
        f"-- {day(after)}",
        f"{clock(after)} <guest-1> good morning",
    ]


def test_where_nobody_speaks_and_to_who_speaks_first_it_is_named_too(hub: MemoryHub) -> None:
    alice = hub.text()
    alice.line("good night")
    to_midnight(hub)
    alice.take()
    for _ in range(2):
        hub.clock.advance(DAY_S)
        assert alice.take() == f"-- {day(hub.clock.wall_ms)}\n"
    alice.line("nobody there?")
    assert alice.take() == ""


def test_a_program_is_told_nothing_and_who_comes_later_neither(hub: MemoryHub) -> None:
    program = hub.json("bot", {"lobby": {}})
    program.take()
    to_midnight(hub)
    hub.clock.advance(1)
    assert program.take() == ""
    alice = hub.text()
    assert day(hub.clock.wall_ms) not in alice.take()


def test_lines_of_telnet_end_as_telnet_wants(hub: MemoryHub) -> None:
    alice = hub.text()
    alice.send(b"\xff\xfb\x00\r\n")
    to_midnight(hub)
    alice.output = b""
    hub.clock.advance(DAY_S)
    assert alice.take() == f"-- {day(hub.clock.wall_ms)}\r\n"


def test_a_clock_that_is_put_forward_is_noticed(hub: MemoryHub) -> None:
    alice = hub.text()
    hub.clock.advance(2)
    alice.take()
    hub.clock.wall_ms += 3 * DAY_S * 1000
    hub.clock.advance(newday.LOOK_EVERY_S)
    assert alice.take() == f"-- {day(hub.clock.wall_ms)}\n"


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Havana", "Asia/Kolkata"])
def test_every_midnight_of_a_year_is_told_once_and_in_time(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    monkeypatch.setattr(newday, "LOOK_EVERY_S", 1800.0)  # a year is long by minutes
    time.tzset()
    try:
        manual, told = ManualClock(), []
        watch = NewDay(manual, lambda to: told.append((to, clock(manual.wall_ms))))
        began = day(manual.wall_ms)
        manual.advance(366 * DAY_S)
        watch.cancel()
        days = [to for to, _ in told]
        assert days == sorted(set(days))
        assert began not in days
        assert len(days) in (366, 367)
        assert {at for _, at in told} <= {"00:00", "01:00"}
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_a_server_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    today = ["2026-11-29"]
    monkeypatch.setattr(newday, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(newday, "day", lambda at_ms: today[0])
    server = HubServer(HubSettings(port=0))
    await server.start()
    try:
        reader, writer = await asyncio.open_connection(*server.address)
        async with asyncio.timeout(PATIENCE_S):
            await reader.readuntil(b"-- welcome")
            today[0] = "2026-11-30"
            await reader.readuntil(b"\n-- 2026-11-30\n")
        writer.close()
    finally:
        await server.stop()
