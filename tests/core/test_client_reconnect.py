"""Connections come and go, and the conversation goes on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from fake_transports import FakeTransport, Notes, message, own_joined, polite, welcome

from core.client.conversation import Conversation
from core.client.reconnect import Dismissed, HelloRefused, Reconnector, RetryPolicy
from core.client.transport import TransportError
from core.wire.messages import (
    AnyRequest,
    Bye,
    Error,
    Event,
    From,
    Hello,
    Leave,
    Message,
    Ping,
    Pong,
    Say,
    Welcome,
)

Ask = Callable[[str], Awaitable[str | None]]

AT_ONCE = RetryPolicy(again_first_s=0.0, again_longest_s=0.0)


class World:
    """Links to be had one after the other, and a clock that jumps while one sleeps."""

    def __init__(self, *transports: FakeTransport | TransportError) -> None:
        self.transports = list(transports)
        self.now_s = 100.0
        self.slept: list[float] = []

    async def connect(self) -> FakeTransport:
        await asyncio.sleep(0)
        transport = self.transports.pop(0) if self.transports else TransportError("nobody listens")
        if isinstance(transport, TransportError):
            raise transport
        return transport

    async def sleep(self, wait_s: float) -> None:
        self.slept.append(wait_s)
        # Whoever else has something to do does it first.
        for _ in range(20):
            await asyncio.sleep(0)
        self.now_s += wait_s

    def reconnector(
        self, client: Conversation, notes: Notes, retry: RetryPolicy = AT_ONCE,
        give_up_after_s: float | None = None, ask_passphrase: Ask | None = None,
    ) -> Reconnector:  # fmt: skip
        return Reconnector(
            client, notes, self.connect, retry=retry, give_up_after_s=give_up_after_s,
            clock=lambda: self.now_s, sleep=self.sleep, ask_passphrase=ask_passphrase,
        )  # fmt: skip


def in_lobby() -> Conversation:
    client = Conversation("alice")
    client.join("lobby")
    return client


async def never(_: float) -> None:
    await asyncio.get_running_loop().create_future()


async def test_a_first_connection_that_fails_is_told() -> None:
    notes = Notes()
    with pytest.raises(TransportError, match="nobody listens"):
        await World().reconnector(in_lobby(), notes).run()
    assert notes.losses == []


async def test_a_connection_that_ends_before_the_welcome_is_a_failure() -> None:
    transport = FakeTransport()
    transport.cut("the hub closed the connection")
    with pytest.raises(TransportError, match="the hub closed"):
        await World(transport).reconnector(in_lobby(), Notes()).run()
    assert transport.closed


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"HTTP/1.1 421 Misdirected Request", "this is a web server; .* ws://"),
        (b"SSH-2.0-OpenSSH_9.2", "something that says: SSH-2.0-OpenSSH_9.2"),
    ],
)
async def test_what_is_no_hub_is_named(line: bytes, words: str) -> None:
    transport = FakeTransport()
    transport.give_lines(line)
    transport.cut()
    with pytest.raises(TransportError, match=words):
        await World(transport).reconnector(in_lobby(), Notes()).run()


async def test_what_talks_without_end_is_no_hub_either() -> None:
    world = World()
    transport = FakeTransport()
    world.transports = [transport]
    chatter = asyncio.ensure_future(chat(transport))
    with pytest.raises(TransportError, match="something that says: 220 mail"):
        await world.reconnector(in_lobby(), Notes(), RetryPolicy(welcome_wait_s=10)).run()
    assert world.slept == [10]
    chatter.cancel()


async def chat(transport: FakeTransport) -> None:
    while True:
        transport.give_lines(b"220 mail")
        await asyncio.sleep(0)


async def test_a_lost_connection_is_resumed() -> None:
    transports = [FakeTransport(polite), FakeTransport(polite)]
    client, notes = in_lobby(), Notes()
    reconnector = World(*transports).reconnector(client, notes)
    said = client.say("lobby", "kept for later")
    notes.when = lambda event: transports[0].cut() if isinstance(event, Message) else None
    notes.when_lost = lambda: transports[1].give()
    running = asyncio.ensure_future(reconnector.run())
    await until(lambda: said in transports[0].sent)
    transports[0].give(message(1))
    await until(lambda: said in transports[1].sent)
    assert notes.losses == ["the connection broke"]
    hello = transports[1].sent[0]
    assert isinstance(hello, Hello)
    assert (hello.resume, hello.join) == ("token", {"lobby": From(after=1)})
    assert transports[0].closed
    reconnector.leave()
    await running
    assert transports[1].closed


async def until(true: object) -> None:
    assert callable(true)
    while not true():
        await asyncio.sleep(0)


async def test_what_is_said_goes_out_at_once_and_acks_make_room() -> None:
    transport = FakeTransport(polite)
    client, notes = Conversation("alice", window=1), Notes()
    reconnector = World(transport).reconnector(client, notes)
    running = asyncio.ensure_future(reconnector.run())
    await until(lambda: client.welcome)
    said = [client.say("lobby", text) for text in ("one", "two")]
    reconnector.nudge()
    await until(lambda: said[0] in transport.sent)
    assert said[1] not in transport.sent
    transport.give(message(1, id=said[0].id))
    await until(lambda: said[1] in transport.sent)
    reconnector.leave()
    await running


async def test_leaving_sends_what_there_is_to_send() -> None:
    transport = FakeTransport(polite)
    client, notes = in_lobby(), Notes()
    reconnector = World(transport).reconnector(client, notes)
    running = asyncio.ensure_future(reconnector.run())
    await until(lambda: client.welcome)
    client.leave("lobby")
    reconnector.leave()
    await running
    assert isinstance(transport.sent[-1], Leave)
    assert transport.closed


async def test_leaving_does_not_wait_for_a_connection() -> None:
    world = World(FakeTransport(polite, brief=True))
    reconnector = world.reconnector(in_lobby(), Notes())
    reconnector._sleep = never
    running = asyncio.ensure_future(reconnector.run())
    await until(lambda: not world.transports)
    reconnector.leave()
    await running


async def test_a_silent_hub_is_asked_and_then_given_up() -> None:
    pongs = iter(range(3))

    def answer(request: AnyRequest) -> Sequence[Event]:
        if isinstance(request, Ping):
            return [Pong(at=0, ref=request.ref)] if next(pongs, None) is not None else []
        return polite(request)

    transport, notes = FakeTransport(answer), Notes()
    reconnector = World(transport, TransportError("gone")).reconnector(
        in_lobby(), notes, RetryPolicy(again_first_s=0, again_longest_s=0), give_up_after_s=0.0
    )
    with pytest.raises(TransportError, match=r"silent for 18 s"):
        await reconnector.run()
    assert sum(isinstance(request, Ping) for request in transport.sent) == 4


async def test_waits_grow_and_shrink_again_after_a_good_connection() -> None:
    first, short, good = (FakeTransport(polite, brief=True) for _ in range(3))
    gone = TransportError("gone")
    world = World(first, gone, gone, gone, short, gone, good, gone)
    notes = Notes()

    def pass_time(_: object) -> None:
        if good not in world.transports:
            world.now_s += 60

    notes.when = pass_time
    retry = RetryPolicy(again_first_s=0.5, again_longest_s=3.0, chance=lambda: 1.0)
    reconnector = world.reconnector(in_lobby(), notes, retry)
    notes.when_lost = lambda: None if world.transports else reconnector.leave()
    await reconnector.run()
    assert notes.waits == [0.5, 1.0, 2.0, 3.0, 3.0, 3.0, 0.5, 1.0]


async def test_patience_ends() -> None:
    world = World(FakeTransport(polite, brief=True))
    retry = RetryPolicy(again_first_s=1.0, again_longest_s=1.0, chance=lambda: 1.0)
    notes = Notes()
    with pytest.raises(TransportError, match="nobody listens"):
        await world.reconnector(in_lobby(), notes, retry, give_up_after_s=3.0).run()
    assert len(notes.losses) == 3


async def test_a_good_bye_is_the_reason_and_its_hint_is_heeded() -> None:
    transport = FakeTransport(polite)
    client, notes = in_lobby(), Notes()
    world = World(transport)
    reconnector = world.reconnector(client, notes, RetryPolicy(chance=lambda: 0.5))
    notes.when_lost = reconnector.leave
    bye = Bye(reason="stopping", text="the hub stops", retry_ms=2000)
    notes.when = lambda event: (
        transport.give(bye) or transport.cut() if isinstance(event, Welcome) else None
    )
    await reconnector.run()
    assert notes.losses == ["the hub stops"]
    assert notes.waits == [2.0 + 0.5 * 4.0]
    assert not any(isinstance(event, Bye) for event in notes.events)


async def test_a_session_taken_over_elsewhere_is_not_taken_back() -> None:
    transport = FakeTransport(polite)
    transport.give(welcome(), Bye(reason="replaced", text="this session goes on elsewhere"))
    with pytest.raises(Dismissed, match="goes on elsewhere"):
        await World(transport).reconnector(in_lobby(), Notes()).run()


async def test_a_full_hub_is_one_that_cannot_be_reached() -> None:
    transport = FakeTransport()
    transport.give(Bye(reason="full", text="the hub is full"))
    transport.cut()
    with pytest.raises(TransportError, match="the hub is full"):
        await World(transport).reconnector(in_lobby(), Notes()).run()


REFUSAL = Error(code="nick_taken", text="alice is taken", ref="hello")


async def test_a_refused_hello_is_told() -> None:
    transport = FakeTransport(lambda _: [REFUSAL])
    with pytest.raises(HelloRefused, match="alice is taken"):
        await World(transport).reconnector(in_lobby(), Notes()).run()


async def test_a_refused_hello_may_be_said_again() -> None:
    answers = iter([[REFUSAL], [welcome("guest-1"), own_joined()]])
    transport, client = FakeTransport(lambda _: next(answers, [])), in_lobby()
    reconnector = World(transport).reconnector(client, Notes(say_hello_again=True))
    running = asyncio.ensure_future(reconnector.run())
    await until(lambda: client.welcome)
    assert [type(request) for request in transport.sent] == [Hello, Hello]
    assert client.nick == "guest-1"
    reconnector.leave()
    await running


# --- the passphrase ---------------------------------------------------------------


def gated(passphrase: str) -> Callable[[AnyRequest], Sequence[Event]]:
    """Answer as a hub that asks for this passphrase."""

    def answer(request: AnyRequest) -> Sequence[Event]:
        if isinstance(request, Hello) and request.passphrase != passphrase:
            code, words = "passphrase", "none" if request.passphrase is None else "wrong"
            return [Error(code=code, text=words, ref=request.ref)]
        return polite(request)

    return answer


class Person:
    """Types passphrases, one after the other; None to leave it."""

    def __init__(self, *typed: str | None) -> None:
        self.typed = list(typed)
        self.told: list[str] = []

    async def ask(self, why: str) -> str | None:
        self.told.append(why)
        await asyncio.sleep(0)
        return self.typed.pop(0)


async def test_a_person_is_asked_until_it_is_right_each_time_on_a_new_connection() -> None:
    transports = [FakeTransport(gated("right")) for _ in range(3)]
    client, notes, person = in_lobby(), Notes(), Person("wrong", "right")
    said = client.say("lobby", "waits for it")
    reconnector = World(*transports).reconnector(client, notes, ask_passphrase=person.ask)
    running = asyncio.ensure_future(reconnector.run())
    await until(lambda: said in transports[2].sent)
    assert person.told == ["none", "wrong"]
    hellos = [transport.sent[0] for transport in transports]
    assert [one.passphrase for one in hellos if isinstance(one, Hello)] == [None, "wrong", "right"]
    # Who is not let in has said nothing, and nothing of it is news.
    assert [len(transport.sent) for transport in transports[:2]] == [1, 1]
    assert [transport.closed for transport in transports] == [True, True, False]
    assert notes.losses == []
    assert not any(isinstance(event, Error) for event in notes.events)
    reconnector.leave()
    await running


async def test_one_that_is_known_is_given_and_nobody_is_asked() -> None:
    transport, person = FakeTransport(gated("right")), Person()
    client = Conversation("alice", passphrase="right")
    reconnector = World(transport).reconnector(client, Notes(), ask_passphrase=person.ask)
    running = asyncio.ensure_future(reconnector.run())
    await until(lambda: client.welcome)
    assert person.told == []
    reconnector.leave()
    await running


@pytest.mark.parametrize("somebody", [True, False])
async def test_without_an_answer_the_hub_does_not_take_this_user(somebody: bool) -> None:
    transport, person = FakeTransport(gated("right")), Person(None) if somebody else None
    reconnector = World(transport).reconnector(
        in_lobby(), Notes(say_hello_again=True), ask_passphrase=person and person.ask
    )
    with pytest.raises(HelloRefused, match="none") as refused:
        await reconnector.run()
    assert refused.value.code == "passphrase"
    assert transport.closed


async def test_one_that_is_renewed_is_asked_for_and_what_is_unsent_goes_once() -> None:
    before, between, after = (FakeTransport(gated(one)) for one in ("old", "new", "new"))
    client, notes = Conversation("alice", passphrase="old"), Notes()
    client.join("lobby")
    person = Person("new")
    reconnector = World(before, between, after).reconnector(
        client, notes, ask_passphrase=person.ask
    )
    running = asyncio.ensure_future(reconnector.run())
    await until(lambda: client.welcome)
    said = client.say("lobby", "unsent")
    before.give(Bye(reason="passphrase", text="the passphrase has changed"))
    before.cut()
    await until(lambda: said in after.sent)
    assert notes.losses == ["the passphrase has changed"]
    assert person.told == ["wrong"]
    assert after.sent.count(said) == 1
    assert said not in between.sent
    hello = after.sent[0]
    assert isinstance(hello, Hello)
    assert (hello.resume, hello.passphrase) == ("token", "new")
    reconnector.leave()
    await running


async def test_leaving_does_not_wait_for_an_answer() -> None:
    asked = asyncio.Event()

    async def ask(why: str) -> str | None:
        asked.set()
        return await asyncio.get_running_loop().create_future()

    transport = FakeTransport(gated("right"))
    reconnector = World(transport).reconnector(in_lobby(), Notes(), ask_passphrase=ask)
    running = asyncio.ensure_future(reconnector.run())
    await asked.wait()
    reconnector.leave()
    await running


# --- trouble ----------------------------------------------------------------------


async def test_what_could_not_be_stored_is_said_again_by_itself() -> None:
    answers = iter([[Error(code="not_stored", text="disk full", id="1")], []])

    def answer(request: AnyRequest) -> Sequence[Event]:
        return next(answers) if isinstance(request, Say) else polite(request)

    transport = FakeTransport(answer)
    client = Conversation("alice", new_id=lambda: "1")
    said = client.say("lobby", "hello")
    reconnector = Reconnector(client, Notes(), World(transport).connect, retry=AT_ONCE)
    running = asyncio.ensure_future(reconnector.run())
    await until(lambda: transport.sent.count(said) == 2)
    reconnector.leave()
    await running


async def test_what_the_listener_raises_ends_it() -> None:
    def fail(_: object) -> None:
        raise BrokenPipeError

    transport, notes = FakeTransport(polite), Notes()
    notes.when = fail
    with pytest.raises(BrokenPipeError):
        await World(transport).reconnector(in_lobby(), notes).run()
    assert transport.closed


def test_a_hint_from_outside_spreads_a_crowd() -> None:
    assert RetryPolicy(chance=lambda: 0.0).wait_s(0, 2.0) == 2.0
    assert RetryPolicy(chance=lambda: 1.0).wait_s(0, 2.0) == 6.0
    assert RetryPolicy(chance=lambda: 1.0).wait_s(10**6, 0.0) == 30.0
