"""A room for a program, against a real hub and a cable that can be pulled."""

import asyncio

import pytest
from client_rooms import AT_ONCE, at, take
from fake_transports import Cable

from core.client import (
    BadAddress,
    HelloRefused,
    Refused,
    TransportError,
    connect,
)
from core.client import room as room_module
from core.client.position import Gap
from core.client.reconnect import RetryPolicy
from core.server.server import HubServer
from core.wire.messages import Reset


async def test_two_programs_talk(hub_server: HubServer) -> None:
    async with (
        connect(at(hub_server), nick="one", room="#Ops") as one,
        connect(f"two@{at(hub_server)}", room="ops") as two,
    ):
        assert (one.nick, one.name, two.nick) == ("one", "ops", "two")
        assert await one.say("hello") == 1
        assert await two.say("waves", kind="action") == 2
        message = await anext(two)
        assert (message.seq, message.nick, message.text) == (1, "one", "hello")
        assert await take(one, 1) == ["waves"]
        assert sorted(await one.members()) == ["one", "two"]
        assert await one.members("TW") == ("two",)
        assert await one.members("zoe") == ()
        assert await one.topic("tea") == await two.topic() == "tea"
        assert [found.seq for found in await two.search("hello")] == [1]
        assert [old.text for old in await two.history(after=1)] == ["waves"]


async def test_where_reading_begins_and_what_comes(hub_server: HubServer) -> None:
    async with connect(at(hub_server), nick="one") as one:
        for number in range(1, 6):
            await one.say(str(number))
        async with connect(at(hub_server), nick="two", last=2) as two:
            assert await take(two, 2) == ["4", "5"]
        async with connect(at(hub_server), after=1, own=True, directs=True, nick="me") as me:
            assert await take(me, 4) == ["2", "3", "4", "5"]
            await me.say("mine")
            assert await take(me, 1) == ["mine"]
            await one.tell("me", "psst")
            direct = await anext(me.client.directs())
            assert (direct.nick, direct.text) == ("one", "psst")


async def test_what_cannot_be(hub_server: HubServer, unused_tcp_port: int) -> None:
    async def enter(target: str, **options: object) -> None:
        async with connect(target, **options):  # type: ignore[arg-type]
            raise AssertionError("nobody should be here")

    with pytest.raises(BadAddress):
        await enter("no address")
    with pytest.raises(TransportError, match="nobody listens"):
        await enter(f"127.0.0.1:{unused_tcp_port}")
    with pytest.raises(HelloRefused):
        await enter(at(hub_server), nick="two words")
    with pytest.raises(Refused, match="white space"):
        await enter(at(hub_server), room="a b")
    async with connect(at(hub_server), nick="one") as one:
        with pytest.raises(Refused, match="limit"):
            await one.say("x" * 40_000)
        with pytest.raises(Refused):
            await one.tell("nobody", "hello?")
        with pytest.raises(HelloRefused, match="one is taken"):
            await enter(at(hub_server), nick="one")
        assert await one.say("still here") == 1


async def test_a_cut_cable_loses_and_doubles_nothing(hub_server: HubServer, cable: Cable) -> None:
    async with (
        connect(cable.address, nick="one", retry=AT_ONCE) as one,
        connect(cable.address, nick="two", retry=AT_ONCE) as two,
    ):

        async def talk() -> list[int]:
            return [await one.say(str(number)) for number in range(200)]

        async def cut() -> None:
            while True:
                await asyncio.sleep(0.02)
                cable.cut()

        cutting = asyncio.create_task(cut())
        seqs, texts = await asyncio.gather(talk(), take(two, 200))
        cutting.cancel()
        assert seqs == list(range(1, 201))
        assert texts == [str(number) for number in range(200)]
        # What is asked while there is no connection is asked again.
        cable.cut()
        assert len(await two.history(limit=200)) == 200


async def test_leaving_waits_for_what_was_said(hub_server: HubServer, cable: Cable) -> None:
    async with connect(cable.address, nick="one", retry=AT_ONCE) as one:
        saying = [asyncio.create_task(one.say(str(number))) for number in range(100)]
        await asyncio.sleep(0)
        cable.cut()
    assert [task.result() for task in saying] == list(range(1, 101))
    with pytest.raises(Refused, match="left"):
        await one.say("too late")


async def test_a_slow_reader_is_not_flooded_and_misses_nothing(
    hub_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_module, "AHEAD_MOST", 50)
    line = "x" * 20_000
    async with (
        connect(
            at(hub_server), nick="slow", retry=RetryPolicy(ping_after_s=0.2, pong_wait_s=0.2)
        ) as slow,
        connect(at(hub_server), nick="fast") as fast,
    ):
        await asyncio.gather(*(fast.say(f"{number} {line}") for number in range(1_000)))
        # Longer than it takes to find that a hub is dead.
        await asyncio.sleep(1.0)
        ahead = len(slow._came)
        assert 50 <= ahead < 900
        # An answer is heard, though much stands before it.
        assert await slow.say("may I?") == 1_001
        numbers = [int(text.split()[0]) for text in await take(slow, 1_000)]
        assert numbers == list(range(1_000))


async def test_a_hub_that_stays_away_ends_all_waiting(hub_server: HubServer, cable: Cable) -> None:
    async def stay(told: list[str]) -> None:
        async with connect(cable.address, nick="one", retry=AT_ONCE, give_up_after_s=0.05) as one:
            await one.say("kept")
            await cable.pull()
            with pytest.raises(TransportError):
                await anext(one)
            told.append("iteration")
            await one.say("not kept")

    told: list[str] = []
    with pytest.raises(TransportError):
        await stay(told)
    assert told == ["iteration"]


async def test_cancelling_leaves_in_an_orderly_way(hub_server: HubServer) -> None:
    async def listen(entered: asyncio.Event) -> None:
        async with connect(at(hub_server), nick="one") as one:
            entered.set()
            await anext(one)

    entered = asyncio.Event()
    task = asyncio.create_task(listen(entered))
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with connect(at(hub_server), nick="two") as two:
        assert await two.members() == ("two",)


async def test_holes_are_told(hub_server: HubServer, caplog: pytest.LogCaptureFixture) -> None:
    gap = Gap("lobby", 3, 7)
    pruned = Reset(room="lobby", reason="pruned", missed=12, next=20)
    async with connect(at(hub_server), nick="one") as one:
        one.deliver(gap)
        assert "5 messages are missing" in caplog.text
        told: list[tuple[int, str]] = []
        one.on_gap = lambda count, reason: told.append((count, reason))
        one.deliver(gap)
        one.deliver(pruned)
        assert told == [(5, "they did not come"), (12, "pruned")]
