"""`join` in plain lines, against a real hub."""

import asyncio
import queue
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from fake_transports import Cable
from websockets.asyncio.server import ServerConnection, serve

from core.client.reconnect import RetryPolicy
from core.client.transport import TcpTransport
from core.server.server import HubServer
from terminal.join import run_join
from terminal.send import run_send
from terminal.streams import OutputClosed

AT_ONCE = RetryPolicy(again_first_s=0.01, again_longest_s=0.01)
WELCOME = re.compile(r"-- welcome to lobby, (\S+)")


class Person:
    """Somebody at a pipe: types lines, and looks at what is printed."""

    def __init__(self, target: str, **options: object) -> None:
        self.shown = ""
        self.closes = False
        self._typed: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.visit = asyncio.ensure_future(
            run_join(target, raw_input=self, output=self, retry=AT_ONCE, proxy=None, **options)  # type: ignore[arg-type]
        )

    def read(self, size: int = -1, /) -> bytes | None:
        return self._typed.get()

    def write(self, data: bytes) -> None:
        if self.closes:
            raise OutputClosed("closed")
        self.shown += data.decode()

    def type(self, *lines: str) -> None:
        for line in lines:
            self._typed.put(f"{line}\n".encode())

    def end(self) -> None:
        self._typed.put(b"")

    async def sees(self, text: str) -> None:
        while text not in self.shown:
            assert not self.visit.done(), self.shown
            await asyncio.sleep(0.005)


Enter = Callable[..., Awaitable[Person]]


@pytest.fixture
async def enter(hub_server: HubServer) -> AsyncIterator[Enter]:
    people: list[Person] = []

    async def enter(nick: str, target: str = "", **options: object) -> Person:
        host, port = hub_server.address
        (where,) = options.get("rooms", ("lobby",))  # type: ignore[misc, attr-defined]
        person = Person(target or f"{nick}@{host}:{port}", **options)
        people.append(person)
        await person.sees(f"-- welcome to {where}, {nick}")
        return person

    yield enter
    for person in people:
        person.visit.cancel()
        person.end()
    await asyncio.gather(*(person.visit for person in people))


async def test_two_people_talk(enter: Enter) -> None:
    alice, bob = await enter("alice"), await enter("bob")
    await alice.sees("-- bob joined")
    alice.type("hello, Боб")
    await bob.sees("<alice> hello, Боб")
    bob.type("/me waves")
    await alice.sees("* bob waves")
    alice.type("/msg bob psst")
    await bob.sees("[from alice] psst")
    bob.type("/nick robert")
    await bob.sees("-- you are now robert")
    await alice.sees("-- bob is now robert")
    bob.type("/quit")
    assert await bob.visit == 0
    await alice.sees("-- robert left")
    assert "hello" not in alice.shown
    assert "waves" not in bob.shown


async def test_the_end_of_the_input_waits_for_everything(
    enter: Enter, hub_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "ja_JP.eucJP")
    alice = await enter("alice")
    host, port = hub_server.address
    pipe = Person(f"pipe@{host}:{port}")
    pipe.type(*(f"line {number}" for number in range(500)), "/who", "not UTF-8: ")
    pipe._typed.put(b"\xff\n")
    pipe.end()
    assert await pipe.visit == 0
    assert pipe.shown.index("-- welcome") < pipe.shown.index("-- 2 here")
    assert "-! not sent: that was not UTF-8" in pipe.shown
    assert "which says ja_JP.eucJP here" in pipe.shown
    await alice.sees("-- pipe left")
    said = re.findall(r"line (\d+)", alice.shown.replace("\n", " "))
    assert said[:2] == ["0", "1"]


async def test_a_burst_is_a_block(enter: Enter) -> None:
    alice, bob = await enter("alice"), await enter("bob")
    alice.type("first", "one\n/two/2\nthree")
    await bob.sees("three")
    assert "<alice> first\n" in bob.shown
    assert "<alice> one\n      | /two/2\n      | three\n" in bob.shown


async def test_moving_to_another_room(enter: Enter) -> None:
    alice = await enter("alice")
    cook = await enter("cook", rooms=("kitchen",))
    alice.type("/join Kitchen")
    await cook.sees("-- alice joined")
    alice.type("salt?")
    await cook.sees("<alice> salt?")
    alice.type("/topic Food")
    await cook.sees("-- alice set the topic: Food")
    cook.type("/topic")
    await cook.sees("-- topic: Food")


async def test_a_lost_connection_is_survived(enter: Enter, hub_server: HubServer) -> None:
    cable = Cable(lambda: hub_server.address)
    await cable.plug_in()
    bob = await enter("bob")
    alice = await enter("alice", f"alice@{cable.address}")
    alice.type("before")
    await bob.sees("<alice> before")
    await cable.pull()
    await alice.sees("-! not connected (")
    bob.type("meanwhile")
    alice.type("typed alone")
    while not hub_server.hub.people.sessions:
        await asyncio.sleep(0.01)
    await cable.plug_in()
    await alice.sees("<bob> meanwhile")
    await bob.sees("<alice> typed alone")
    alice.type("after")
    await bob.sees("<alice> after")
    assert alice.shown.count("not connected") == 1
    assert alice.shown.count("connected again, as alice") == 1
    assert alice.shown.count("meanwhile") == bob.shown.count("typed alone") == 1
    assert "alice left" not in bob.shown
    assert bob.shown.count("alice joined") == 1
    alice.end()
    assert await alice.visit == 0
    await cable.pull()


async def test_breaking_off_says_good_bye(enter: Enter) -> None:
    alice, bob = await enter("alice"), await enter("bob")
    await alice.sees("bob joined")
    bob.visit.cancel()
    assert await bob.visit == 0
    await alice.sees("bob left")


async def test_an_output_that_closes_ends_it(enter: Enter) -> None:
    alice, bob = await enter("alice"), await enter("bob")
    alice.closes = True
    bob.type("hello")
    assert await alice.visit == 0
    await bob.sees("alice left")


async def test_a_taken_nick_ends_it(enter: Enter, capsys: pytest.CaptureFixture[str]) -> None:
    await enter("alice")
    with pytest.raises(AssertionError):
        await enter("alice")
    assert "alice is taken" in capsys.readouterr().err


async def test_exit_codes(
    unused_tcp_port: int, hub_server: HubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    host, port = hub_server.address
    for target, room, code in (
        (f"127.0.0.1:{unused_tcp_port}", "lobby", 3),
        ("no host", "lobby", 2),
        ("host", "no room", 2),
        (f"{host}:{port}", "lobby", 0),
    ):
        person = Person(target, rooms=(room,))
        person.end()
        assert await person.visit == code
    assert len(capsys.readouterr().err.splitlines()) == 3


async def test_the_same_over_websocket(enter: Enter, hub_server: HubServer) -> None:
    bob = await enter("bob")
    async with serve(hub_behind(hub_server), "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        url = f"ws://127.0.0.1:{port}"
        alice = await enter("alice", f"ws://alice@127.0.0.1:{port}")
        alice.type("hello")
        await bob.sees("<alice> hello")
        assert await run_send(url, "from a pipe", nick="pipe", proxy=None) == 0
        await alice.sees("<pipe> from a pipe")
        alice.end()
        assert await alice.visit == 0


def hub_behind(hub: HubServer) -> Callable[[ServerConnection], Awaitable[None]]:
    """Return what a gateway does, without a gateway: lines become frames."""

    async def relay(socket: ServerConnection) -> None:
        transport = TcpTransport(*await asyncio.open_connection(*hub.address))

        async def out() -> None:
            while True:
                await socket.send(b"\n".join(await transport.receive()) + b"\n", text=True)

        sending = asyncio.ensure_future(out())
        async for frame in socket:
            await transport.send([f"{frame!s}\n".encode()])
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await transport.close()

    return relay
