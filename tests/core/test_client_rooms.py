"""A program in several rooms on one connection, what it sees there, and waiting at first."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from client_rooms import AT_ONCE, at, take
from fake_transports import Cable

from core.client import (
    Client,
    HelloRefused,
    Joined,
    Left,
    Members,
    Message,
    Refused,
    Renamed,
    RoomEvent,
    Topic,
    TransportError,
    connect,
    connect_client,
    say,
)
from core.client import room as room_module
from core.client.reconnect import RetryPolicy
from core.hub.room import Session
from core.server.server import HubServer


async def test_several_rooms_on_one_connection(hub_server: HubServer) -> None:
    async with (
        connect_client(at(hub_server), nick="bot") as bot,
        connect(at(hub_server), nick="one", room="red") as one,
    ):
        assert (bot.nick, dict(bot.rooms)) == ("bot", {})
        red, blue = await bot.join("#Red"), await bot.join("blue")
        assert await bot.join("red") is red
        assert dict(bot.rooms) == {"red": red, "blue": blue}
        in_blue = await one.client.join("blue")
        assert len(hub_server.connections) == 2
        await in_blue.say("to blue")
        await one.say("to red")
        assert (await take(red, 1), await take(blue, 1)) == (["to red"], ["to blue"])
        await bot.leave(blue)
        with pytest.raises(Refused, match="left"):
            await anext(blue)
        with pytest.raises(Refused, match="left"):
            await blue.say("too late")
        await in_blue.say("unheard")
        again = await bot.join("blue", last=1)
        assert again is not blue
        assert await take(again, 1) == ["unheard"]


async def test_a_room_that_does_not_let_one_in(hub_server: HubServer) -> None:
    async with connect_client(at(hub_server)) as bot:
        with pytest.raises(Refused, match="white space"):
            await bot.join("a b")
        rooms = [await bot.join(f"room{number}") for number in range(50)]
        with pytest.raises(Refused) as refused:
            await bot.join("one-more")
        assert refused.value.code == "too_many_rooms"
        assert len(bot.rooms) == 50
        await bot.leave(rooms[0])
        assert await (await bot.join("one-more")).say("there is room") == 1


async def next_of(events: AsyncIterator[RoomEvent], kind: type[RoomEvent]) -> RoomEvent:
    while not isinstance(event := await anext(events), kind):
        assert not isinstance(event, Message)
    return event


async def test_comings_and_goings(hub_server: HubServer) -> None:
    async with connect(at(hub_server), nick="bot") as bot:
        events = bot.events()
        members = await next_of(events, Members)
        assert isinstance(members, Members)
        assert members.nicks == ("bot",)
        async with connect(at(hub_server), nick="ann") as ann:
            joined = await next_of(events, Joined)
            assert isinstance(joined, Joined)
            assert (joined.nick, joined.room) == ("ann", "lobby")
            assert await ann.client.rename("anna") == "anna"
            renamed = await next_of(events, Renamed)
            assert isinstance(renamed, Renamed)
            assert (renamed.nick, renamed.to) == ("ann", "anna")
            await ann.topic("tea")
            topic = await next_of(events, Topic)
            assert isinstance(topic, Topic)
            assert topic.text == "tea"
            await ann.say("hello")
            message = await anext(events)
            assert isinstance(message, Message)
            assert (message.nick, message.text) == ("anna", "hello")
        left = await next_of(events, Left)
        assert isinstance(left, Left)
        assert left.nick == "anna"


async def test_who_asks_gets_the_answer_and_the_room_does_not(hub_server: HubServer) -> None:
    async with connect(at(hub_server), nick="bot") as bot:
        events = bot.events()
        await next_of(events, Members)
        assert await bot.members() == ("bot",)
        await bot.say("own lines do not come")
        async with connect(at(hub_server), nick="ann") as ann:
            await ann.say("hello")
            assert [type(await anext(events)) for _ in range(2)] == [Joined, Message]


async def test_directs_come_only_where_they_are_wanted(hub_server: HubServer) -> None:
    async with (
        connect_client(at(hub_server), nick="bot", directs=True) as bot,
        connect(at(hub_server), nick="ann") as ann,
    ):
        for number in range(3):
            await ann.tell("bot", str(number))
        directs = bot.directs()
        assert [(await anext(directs)).text for _ in range(3)] == ["0", "1", "2"]
        with pytest.raises(RuntimeError, match="directs=True"):
            await anext(ann.client.directs())


@pytest.mark.parametrize("own", [False, True])
async def test_a_room_that_nobody_reads_does_not_stop_another(
    hub_server: HubServer, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    monkeypatch.setattr(room_module, "AHEAD_MOST", 20)
    async with (
        connect_client(at(hub_server), nick="bot") as bot,
        connect(at(hub_server), nick="ann", room="loud") as ann,
    ):
        loud, quiet = await bot.join("loud", own=own), await bot.join("quiet")
        elsewhere = await ann.client.join("quiet")
        for begin in range(0, 600, 100):
            await asyncio.gather(*(ann.say(str(number)) for number in range(begin, begin + 100)))
            await loud.say(f"own {begin}")
            await elsewhere.say(f"after {begin}")
            assert await take(quiet, 1) == [f"after {begin}"]
        assert len(loud._came) <= 2 * room_module.AHEAD_MOST
        missing: list[int] = []
        loud.on_gap = lambda count, _: missing.append(count)
        texts = await take(loud, 606 if own else 600)
        assert [text for text in texts if not text.startswith("own")] == [
            str(number) for number in range(600)
        ]
        # And it goes on with what is said now.
        await ann.say("now")
        assert await take(loud, 1) == ["now"]
        assert missing == []


async def test_waiting_for_a_hub(hub_server: HubServer, cable: Cable) -> None:
    await cable.pull()
    with pytest.raises(TransportError):
        async with connect(cable.address):
            raise AssertionError("nobody should be here")
    with pytest.raises(TransportError):
        async with connect(cable.address, wait_s=0.05, retry=AT_ONCE):
            raise AssertionError("nobody should be here")

    async def enter(client_made: asyncio.Event) -> int:
        client_made.set()
        async with connect(cable.address, wait_s=None, retry=AT_ONCE) as room:
            return await room.say("at last")

    begun = asyncio.Event()
    task = asyncio.create_task(enter(begun))
    await begun.wait()
    await asyncio.sleep(0.05)
    assert not task.done()
    await cable.plug_in()
    assert await task == 1


async def test_waiting_for_a_nick(hub_server: HubServer) -> None:
    async with connect(at(hub_server), nick="bot") as first:
        with pytest.raises(HelloRefused) as refused:
            async with connect(at(hub_server), nick="bot", wait_s=0.05, retry=AT_ONCE):
                raise AssertionError("nobody should be here")
        assert refused.value.code == "nick_taken"

        async def enter() -> str:
            async with connect(at(hub_server), nick="bot", wait_s=None, retry=AT_ONCE) as second:
                return second.nick

        task = asyncio.create_task(enter())
        await first.say("still here")
        assert not task.done()
    assert await task == "bot"
    # What no waiting changes is told at once.
    with pytest.raises(HelloRefused):
        async with connect(at(hub_server), nick="two words", wait_s=None):
            raise AssertionError("nobody should be here")


@pytest.mark.parametrize("kept", ["in a file", "by itself"])
async def test_a_program_that_was_killed_has_its_nick_back(
    hub_server: HubServer, cable: Cable, tmp_path: Path, kept: str
) -> None:
    mine = tmp_path / "state" / "bot" if kept == "in a file" else "of the bot's own " * 2
    stays_away = RetryPolicy(again_first_s=60.0, again_longest_s=60.0)
    async with connect(cable.address, nick="bot", owner=mine, retry=stays_away):
        for other in (None, "of somebody else's " * 2):
            with pytest.raises(HelloRefused, match="taken"):
                async with connect(cable.address, nick="bot", owner=other):
                    raise AssertionError("nobody should be here")
        lost = hub_server.hub.people.find("bot")
        assert isinstance(lost, Session)
        cable.cut()
        while lost.handler is not None:
            await asyncio.sleep(0.01)  # the hub hears of it
        with pytest.raises(HelloRefused, match="taken"):
            async with connect(cable.address, nick="bot"):
                raise AssertionError("nobody should be here")
        async with connect(cable.address, nick="bot", owner=mine) as again:
            assert again.nick == "bot"
            assert await again.say("here again") == 1


async def test_an_owner_that_cannot_be(hub_server: HubServer, tmp_path: Path) -> None:
    async def enter(owner: str | Path) -> None:
        async with connect_client(at(hub_server), nick="bot", owner=owner):
            raise AssertionError("nobody should be here")

    with pytest.raises(ValueError, match="at least 16 bytes"):
        await enter("short")
    (tmp_path / "empty").touch()
    with pytest.raises(ValueError, match="at least 16 bytes"):
        await enter(tmp_path / "empty")
    with pytest.raises(NotADirectoryError):
        await enter(tmp_path / "empty" / "below")


async def test_giving_up_while_waiting(cable: Cable) -> None:
    await cable.pull()

    async def wait() -> None:
        async with connect(cable.address, wait_s=None):
            raise AssertionError("nobody should be here")

    task = asyncio.create_task(wait())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [one for one in asyncio.all_tasks() if one.get_name() == "hubbub client"] == []


async def test_saying_one_thing_without_async(hub_server: HubServer) -> None:
    with pytest.raises(RuntimeError, match="connect"):
        say(at(hub_server), "in a loop")
    async with connect(at(hub_server), nick="ann", room="ci") as ann:
        seq = await asyncio.to_thread(say, f"job@{at(hub_server)}", "passed", room="ci")
        message = await anext(ann)
        assert (message.seq, message.nick, message.text) == (seq, "job", "passed")
        with pytest.raises(HelloRefused, match="taken"):
            await asyncio.to_thread(say, at(hub_server), "no", nick="ann")


async def test_a_client_ends_with_its_hub(hub_server: HubServer, cable: Cable) -> None:
    async def stay(told: list[str]) -> None:
        client: Client
        async with connect_client(
            cable.address, nick="one", directs=True, retry=AT_ONCE, give_up_after_s=0.05
        ) as client:
            room = await client.join("lobby")
            await cable.pull()
            for waiting in (anext(room), anext(room.events()), anext(client.directs())):
                with pytest.raises(TransportError):
                    await waiting
                told.append("ended")
            await client.join("another")

    told: list[str] = []
    with pytest.raises(TransportError):
        await stay(told)
    assert told == ["ended"] * 3
