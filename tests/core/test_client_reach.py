"""Connections come and go, and the conversation goes on."""

import asyncio
from collections.abc import Sequence

import pytest
from fake_links import FakeLink, Notes, message, own_joined, polite, welcome

from core.client.conversation import Conversation
from core.client.reconnect import Dismissed, HelloRefused, Pacing, Reach
from core.client.transport import LinkError
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

AT_ONCE = Pacing(again_first_s=0.0, again_longest_s=0.0)


class World:
    """Links to be had one after the other, and a clock that jumps while one sleeps."""

    def __init__(self, *links: FakeLink | LinkError) -> None:
        self.links = list(links)
        self.now_s = 100.0
        self.slept: list[float] = []

    async def connect(self) -> FakeLink:
        await asyncio.sleep(0)
        link = self.links.pop(0) if self.links else LinkError("nobody listens")
        if isinstance(link, LinkError):
            raise link
        return link

    async def sleep(self, wait_s: float) -> None:
        self.slept.append(wait_s)
        # Whoever else has something to do does it first.
        for _ in range(20):
            await asyncio.sleep(0)
        self.now_s += wait_s

    def reach(
        self, client: Conversation, notes: Notes, pacing: Pacing = AT_ONCE,
        patience_s: float | None = None,
    ) -> Reach:  # fmt: skip
        return Reach(
            client, notes, self.connect, pacing=pacing, patience_s=patience_s,
            clock=lambda: self.now_s, sleep=self.sleep,
        )  # fmt: skip


def in_lobby() -> Conversation:
    client = Conversation("alice")
    client.join("lobby")
    return client


async def never(_: float) -> None:
    await asyncio.get_running_loop().create_future()


async def test_a_first_connection_that_fails_is_told() -> None:
    notes = Notes()
    with pytest.raises(LinkError, match="nobody listens"):
        await World().reach(in_lobby(), notes).run()
    assert notes.losses == []


async def test_a_connection_that_ends_before_the_welcome_is_a_failure() -> None:
    link = FakeLink()
    link.cut("the hub closed the connection")
    with pytest.raises(LinkError, match="the hub closed"):
        await World(link).reach(in_lobby(), Notes()).run()
    assert link.closed


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"HTTP/1.1 421 Misdirected Request", "this is a web server; .* ws://"),
        (b"SSH-2.0-OpenSSH_9.2", "something that says: SSH-2.0-OpenSSH_9.2"),
    ],
)
async def test_what_is_no_hub_is_named(line: bytes, words: str) -> None:
    link = FakeLink()
    link.give_lines(line)
    link.cut()
    with pytest.raises(LinkError, match=words):
        await World(link).reach(in_lobby(), Notes()).run()


async def test_what_talks_without_end_is_no_hub_either() -> None:
    world = World()
    link = FakeLink()
    world.links = [link]
    chatter = asyncio.ensure_future(chat(link))
    with pytest.raises(LinkError, match="something that says: 220 mail"):
        await world.reach(in_lobby(), Notes(), Pacing(welcome_wait_s=10)).run()
    assert world.slept == [10]
    chatter.cancel()


async def chat(link: FakeLink) -> None:
    while True:
        link.give_lines(b"220 mail")
        await asyncio.sleep(0)


async def test_a_lost_connection_is_resumed() -> None:
    links = [FakeLink(polite), FakeLink(polite)]
    client, notes = in_lobby(), Notes()
    reach = World(*links).reach(client, notes)
    said = client.say("lobby", "kept for later")
    notes.when = lambda event: links[0].cut() if isinstance(event, Message) else None
    notes.when_lost = lambda: links[1].give()
    running = asyncio.ensure_future(reach.run())
    await until(lambda: said in links[0].sent)
    links[0].give(message(1))
    await until(lambda: said in links[1].sent)
    assert notes.losses == ["the connection broke"]
    hello = links[1].sent[0]
    assert isinstance(hello, Hello)
    assert (hello.resume, hello.join) == ("token", {"lobby": From(after=1)})
    assert links[0].closed
    reach.leave()
    await running
    assert links[1].closed


async def until(true: object) -> None:
    assert callable(true)
    while not true():
        await asyncio.sleep(0)


async def test_what_is_said_goes_out_at_once_and_acks_make_room() -> None:
    link = FakeLink(polite)
    client, notes = Conversation("alice", window=1), Notes()
    reach = World(link).reach(client, notes)
    running = asyncio.ensure_future(reach.run())
    await until(lambda: client.welcome)
    said = [client.say("lobby", text) for text in ("one", "two")]
    reach.nudge()
    await until(lambda: said[0] in link.sent)
    assert said[1] not in link.sent
    link.give(message(1, id=said[0].id))
    await until(lambda: said[1] in link.sent)
    reach.leave()
    await running


async def test_leaving_sends_what_there_is_to_send() -> None:
    link = FakeLink(polite)
    client, notes = in_lobby(), Notes()
    reach = World(link).reach(client, notes)
    running = asyncio.ensure_future(reach.run())
    await until(lambda: client.welcome)
    client.leave("lobby")
    reach.leave()
    await running
    assert isinstance(link.sent[-1], Leave)
    assert link.closed


async def test_leaving_does_not_wait_for_a_connection() -> None:
    world = World(FakeLink(polite, brief=True))
    reach = world.reach(in_lobby(), Notes())
    reach._sleep = never
    running = asyncio.ensure_future(reach.run())
    await until(lambda: not world.links)
    reach.leave()
    await running


async def test_a_silent_hub_is_asked_and_then_given_up() -> None:
    pongs = iter(range(3))

    def answer(request: AnyRequest) -> Sequence[Event]:
        if isinstance(request, Ping):
            return [Pong(at=0, ref=request.ref)] if next(pongs, None) is not None else []
        return polite(request)

    link, notes = FakeLink(answer), Notes()
    reach = World(link, LinkError("gone")).reach(
        in_lobby(), notes, Pacing(again_first_s=0, again_longest_s=0), patience_s=0.0
    )
    with pytest.raises(LinkError, match=r"silent for 18 s"):
        await reach.run()
    assert sum(isinstance(request, Ping) for request in link.sent) == 4


async def test_waits_grow_and_shrink_again_after_a_good_connection() -> None:
    first, short, good = (FakeLink(polite, brief=True) for _ in range(3))
    gone = LinkError("gone")
    world = World(first, gone, gone, gone, short, gone, good, gone)
    notes = Notes()

    def pass_time(_: object) -> None:
        if good not in world.links:
            world.now_s += 60

    notes.when = pass_time
    pacing = Pacing(again_first_s=0.5, again_longest_s=3.0, chance=lambda: 1.0)
    reach = world.reach(in_lobby(), notes, pacing)
    notes.when_lost = lambda: None if world.links else reach.leave()
    await reach.run()
    assert notes.waits == [0.5, 1.0, 2.0, 3.0, 3.0, 3.0, 0.5, 1.0]


async def test_patience_ends() -> None:
    world = World(FakeLink(polite, brief=True))
    pacing = Pacing(again_first_s=1.0, again_longest_s=1.0, chance=lambda: 1.0)
    notes = Notes()
    with pytest.raises(LinkError, match="nobody listens"):
        await world.reach(in_lobby(), notes, pacing, patience_s=3.0).run()
    assert len(notes.losses) == 3


async def test_a_good_bye_is_the_reason_and_its_hint_is_heeded() -> None:
    link = FakeLink(polite)
    client, notes = in_lobby(), Notes()
    world = World(link)
    reach = world.reach(client, notes, Pacing(chance=lambda: 0.5))
    notes.when_lost = reach.leave
    bye = Bye(reason="stopping", text="the hub stops", retry_ms=2000)
    notes.when = lambda event: link.give(bye) or link.cut() if isinstance(event, Welcome) else None
    await reach.run()
    assert notes.losses == ["the hub stops"]
    assert notes.waits == [2.0 + 0.5 * 4.0]
    assert not any(isinstance(event, Bye) for event in notes.events)


async def test_a_session_taken_over_elsewhere_is_not_taken_back() -> None:
    link = FakeLink(polite)
    link.give(welcome(), Bye(reason="replaced", text="this session goes on elsewhere"))
    with pytest.raises(Dismissed, match="goes on elsewhere"):
        await World(link).reach(in_lobby(), Notes()).run()


async def test_a_full_hub_is_one_that_cannot_be_reached() -> None:
    link = FakeLink()
    link.give(Bye(reason="full", text="the hub is full"))
    link.cut()
    with pytest.raises(LinkError, match="the hub is full"):
        await World(link).reach(in_lobby(), Notes()).run()


REFUSAL = Error(code="nick_taken", text="alice is taken", ref="hello")


async def test_a_refused_hello_is_told() -> None:
    link = FakeLink(lambda _: [REFUSAL])
    with pytest.raises(HelloRefused, match="alice is taken"):
        await World(link).reach(in_lobby(), Notes()).run()


async def test_a_refused_hello_may_be_said_again() -> None:
    answers = iter([[REFUSAL], [welcome("guest-1"), own_joined()]])
    link, client = FakeLink(lambda _: next(answers, [])), in_lobby()
    reach = World(link).reach(client, Notes(say_hello_again=True))
    running = asyncio.ensure_future(reach.run())
    await until(lambda: client.welcome)
    assert [type(request) for request in link.sent] == [Hello, Hello]
    assert client.nick == "guest-1"
    reach.leave()
    await running


async def test_what_could_not_be_stored_is_said_again_by_itself() -> None:
    answers = iter([[Error(code="not_stored", text="disk full", id="1")], []])

    def answer(request: AnyRequest) -> Sequence[Event]:
        return next(answers) if isinstance(request, Say) else polite(request)

    link = FakeLink(answer)
    client = Conversation("alice", new_id=lambda: "1")
    said = client.say("lobby", "hello")
    reach = Reach(client, Notes(), World(link).connect, pacing=AT_ONCE)
    running = asyncio.ensure_future(reach.run())
    await until(lambda: link.sent.count(said) == 2)
    reach.leave()
    await running


async def test_what_the_listener_raises_ends_it() -> None:
    def fail(_: object) -> None:
        raise BrokenPipeError

    link, notes = FakeLink(polite), Notes()
    notes.when = fail
    with pytest.raises(BrokenPipeError):
        await World(link).reach(in_lobby(), notes).run()
    assert link.closed


def test_a_hint_from_outside_spreads_a_crowd() -> None:
    assert Pacing(chance=lambda: 0.0).wait_s(0, 2.0) == 2.0
    assert Pacing(chance=lambda: 1.0).wait_s(0, 2.0) == 6.0
    assert Pacing(chance=lambda: 1.0).wait_s(10**6, 0.0) == 30.0
