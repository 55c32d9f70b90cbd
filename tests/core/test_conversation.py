"""A conversation goes on over cut connections: nothing lost, nothing twice."""

from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.client.conversation import OWN_REMEMBERED, Conversation
from core.client.outbox import AGAIN_FIRST_S, AGAIN_LONGEST_S, Acked, Rejected, Retrying
from core.client.position import Gap
from core.errors import Refused
from core.limits import JSON_LINE_LIMIT_BYTES
from core.wire.messages import (
    Ack,
    AnyRequest,
    AskMembers,
    AskRooms,
    Error,
    Event,
    From,
    Hello,
    Join,
    Joined,
    Leave,
    Left,
    Limits,
    Members,
    Message,
    Nick,
    Pong,
    Renamed,
    Reset,
    Retention,
    Say,
    SayDirect,
    Welcome,
    decode_request,
    encode,
)

LIMITS = Limits(text=32768, nick=24, room=48, history=200)


def numbered() -> Any:
    numbers: Iterator[int] = iter(range(1, 10**9))
    return lambda: f"id-{next(numbers)}"


def conversation(nick: str | None = None, **options: Any) -> Conversation:
    return Conversation(nick, new_id=numbered(), **options)


def welcome(log: str = "log", nick: str = "alice", resume: str = "token") -> Welcome:
    return Welcome(
        protocol=1, server="hubbub/0", log=log, nick=nick, resume=resume, limits=LIMITS,
        keeps=Retention(disk=True),
    )  # fmt: skip


def joined(room: str = "lobby", seq: int = 0, **more: Any) -> Joined:
    return Joined(room=room, nick="alice", at=0, seq=seq, **more)


def message(seq: int, room: str = "lobby", **more: Any) -> Message:
    return Message(room=room, seq=seq, at=0, nick="bob", text=f"text {seq}", **more)


def feed(client: Conversation, *events: Event, now_s: float = 0.0) -> list[Any]:
    return [one for event in events for one in client.feed(encode(event), now_s)]


def sent(client: Conversation, now_s: float = 0.0) -> list[AnyRequest]:
    return [decode_request(line) for line in client.outgoing(now_s)]


def hello(client: Conversation) -> Hello:
    request = decode_request(client.hello())
    assert isinstance(request, Hello)
    return request


def in_lobby(seq: int = 0, last: int = 0) -> Conversation:
    client = conversation("alice")
    client.join("lobby", last=last)
    hello(client)
    feed(client, welcome(), joined(seq=seq))
    return client


# --- the connection --------------------------------------------------------------


def test_the_first_hello_asks_for_nick_and_rooms() -> None:
    client = conversation("alice")
    client.join("#Lobby", last=50)
    assert hello(client) == Hello(nick="alice", join={"lobby": From(last=50)}, ref="hello")
    feed(client, welcome())
    assert sent(client) == []


def test_a_later_hello_goes_on_where_the_last_connection_ended() -> None:
    client = in_lobby(seq=7, last=2)
    feed(client, message(6), message(7), message(8))
    client.lost()
    assert hello(client) == Hello(
        nick="alice", join={"lobby": From(after=8)}, resume="token", log="log", ref="hello"
    )


def test_a_guest_asks_for_no_nick_when_coming_back() -> None:
    client = conversation()
    hello(client)
    feed(client, welcome(nick="guest-3"))
    assert client.nick == "guest-3"
    assert hello(client).nick is None


def test_nothing_is_sent_before_the_welcome() -> None:
    client = conversation()
    client.say("lobby", "early")
    hello(client)
    assert sent(client) == []
    feed(client, welcome())
    assert sent(client) == [Say(room="lobby", text="early", id="id-1")]
    assert sent(client) == []


def test_a_greeting_in_text_is_passed_over() -> None:
    client = conversation()
    hello(client)
    assert client.feed(b"-- welcome to lobby, guest-1", 0) == []
    assert client.feed(b'12:00 <eve> {"type":"welcome"}', 0) == []
    assert client.foreign_line == b"-- welcome to lobby, guest-1"
    assert feed(client, welcome()) == [welcome()]


@pytest.mark.parametrize(
    "line", [b"{", b'{"type":"news from later"}', b'{"type":"ack","seq":[]}', b"", b"text", b"\xff"]
)
def test_lines_that_cannot_be_read_are_passed_over(line: bytes) -> None:
    client = in_lobby()
    assert client.feed(line, 0) == []
    assert feed(client, message(1)) == [message(1)]


def test_another_nick_may_be_tried_on_the_same_connection() -> None:
    client = conversation("taken")
    client.join("lobby", last=5)
    hello(client)
    error = Error(code="nick_taken", text="taken is taken", ref="hello")
    assert feed(client, error) == [error]
    client.wanted_nick = None
    assert hello(client) == Hello(join={"lobby": From(last=5)}, ref="hello")


def test_a_session_that_the_hub_forgot_is_noticed() -> None:
    client = in_lobby()
    assert not client.resumed
    hello(client)
    feed(client, welcome())
    assert client.resumed
    hello(client)
    feed(client, welcome(resume="another"))
    assert not client.resumed
    assert hello(client).resume == "another"


def test_ones_own_new_nick_is_kept_for_the_next_hello() -> None:
    client = in_lobby()
    ref = client.ask(Nick(nick="Alicia"))
    sent(client)
    feed(client, Renamed(nick="alice", to="Alicia", at=0, ref=ref))
    assert client.nick == "Alicia"
    assert hello(client).nick == "Alicia"
    feed(client, welcome(nick="Alicia"), Renamed(nick="bob", to="bobby", at=0))
    assert client.nick == "Alicia"


# --- what is said ------------------------------------------------------------------


def test_an_ack_settles() -> None:
    client = in_lobby()
    said = client.say("lobby", "hello")
    assert client.unacked == (said,)
    sent(client)
    assert feed(client, Ack(id="id-1", room="lobby", seq=1)) == [Acked(said, 1)]
    assert client.unacked == ()
    assert client.at_rest
    assert feed(client, Ack(id="id-1", room="lobby", seq=1), Ack(id="id-9", seq=4), Ack()) == []


def test_ones_own_message_settles_as_well() -> None:
    client = in_lobby()
    said = client.say("lobby", "hello")
    sent(client)
    own = message(1, id="id-1")
    assert feed(client, own) == [Acked(said, 1), own]
    assert client.is_own(own)
    assert not client.is_own(message(2, id="id-2"))
    assert not client.is_own(message(2))


def test_what_was_not_settled_is_said_again_before_anything_new() -> None:
    client = in_lobby()
    for text in ("one", "two", "three"):
        client.say("lobby", text)
    assert len(sent(client)) == 3
    feed(client, Ack(id="id-1", room="lobby", seq=1))
    client.lost()
    client.say("lobby", "four")
    client.say_direct("bob", "five")
    hello(client)
    feed(client, welcome(resume="another"))
    assert [(one.text, one.id) for one in sent(client) if isinstance(one, Say | SayDirect)] == [
        ("two", "id-2"), ("three", "id-3"), ("four", "id-4"), ("five", "id-5"),
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["not_stored", "unknown_outcome"])
def test_what_could_not_be_stored_is_said_again_later(code: str) -> None:
    client = in_lobby()
    one, two = client.say("lobby", "one"), client.say("lobby", "two")
    sent(client)
    errors = [Error(code=code, text="disk full", id=said.id or "") for said in (one, two)]
    assert feed(client, *errors, now_s=10.0) == [
        Retrying(one, errors[0]), Retrying(two, errors[1]),
    ]  # fmt: skip
    three = client.say("lobby", "three")
    assert sent(client, 10.0) == []
    assert client.due_s == 10.0 + AGAIN_FIRST_S
    assert sent(client, client.due_s) == [one, two, three]
    assert client.due_s is None


def test_nothing_new_overtakes_a_line_whose_refusal_is_on_its_way() -> None:
    client = in_lobby()
    one, two = client.say("lobby", "one"), client.say("lobby", "two")
    sent(client)
    feed(client, Error(code="not_stored", text="disk full", id=one.id or ""), now_s=10.0)
    three = client.say("lobby", "three")
    late_s = 10.0 + 2 * AGAIN_FIRST_S
    assert client.due_s is None, "an answer comes first"
    assert sent(client, late_s) == []
    feed(client, Error(code="not_stored", text="disk full", id=two.id or ""), now_s=late_s)
    assert client.due_s is not None
    assert sent(client, client.due_s) == [one, two, three]


def test_the_wait_for_a_full_disk_grows_and_has_an_end() -> None:
    client = in_lobby()
    client.say("lobby", "one")
    waits, now_s = [], 0.0
    for _ in range(8):
        sent(client, now_s)
        feed(client, Error(code="not_stored", text="disk full", id="id-1"), now_s=now_s)
        assert client.due_s is not None
        waits.append(client.due_s - now_s)
        now_s = client.due_s
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (AGAIN_FIRST_S, AGAIN_LONGEST_S)


@pytest.mark.parametrize("code", ["id_reused", "too_long", "empty", "nobody", "away", "bad_room"])
def test_what_is_refused_is_not_said_again(code: str) -> None:
    client = in_lobby()
    said = client.say("lobby", "one")
    sent(client)
    error = Error(code=code, text="no", id="id-1")
    assert feed(client, error) == [Rejected(said, error)]
    assert client.unacked == ()
    assert feed(client, error) == [error]
    hello(client)
    feed(client, welcome())
    assert sent(client) == []


def test_no_more_than_the_window_is_on_its_way() -> None:
    client = conversation("alice", window=2)
    hello(client)
    feed(client, welcome())
    for number in range(1, 5):
        client.say("lobby", str(number))
    client.ask(AskRooms())
    assert [one.text for one in sent(client) if isinstance(one, Say)] == ["1", "2"]
    feed(client, Ack(id="id-1", room="lobby", seq=1))
    assert [one.text for one in sent(client) if isinstance(one, Say)] == ["3"]
    hello(client)
    feed(client, welcome())
    assert [one.text for one in sent(client) if isinstance(one, Say)] == ["2", "3"]
    feed(client, *(Ack(id=f"id-{one}", room="lobby", seq=one) for one in (2, 3)))
    assert [type(one) for one in sent(client)] == [Say, AskRooms]


@pytest.mark.parametrize(
    ("text", "code"), [("\ud800", "not_text"), ("x" * JSON_LINE_LIMIT_BYTES, "too_long")]
)
def test_what_no_line_can_hold_is_refused_at_once(text: str, code: str) -> None:
    client = in_lobby()
    with pytest.raises(Refused) as refusal:
        client.say("lobby", text)
    assert refusal.value.code == code
    with pytest.raises(Refused):
        client.ask(Nick(nick=text))
    assert client.at_rest


def test_requests_are_answered_once_and_not_asked_again() -> None:
    client = in_lobby()
    ref = client.ask(AskMembers(room="lobby"))
    assert sent(client) == [AskMembers(room="lobby", ref=ref)]
    assert not client.at_rest
    feed(client, Members(room="lobby", count=1), Pong(at=0))
    assert not client.at_rest
    feed(client, Members(room="lobby", count=1, ref=ref))
    assert client.at_rest
    client.ask(AskRooms())
    sent(client)
    hello(client)
    feed(client, welcome())
    assert sent(client) == []
    assert client.at_rest


def test_requests_typed_without_a_connection_go_out_later() -> None:
    client = in_lobby()
    client.lost()
    client.ask(AskRooms())
    assert sent(client) == []
    hello(client)
    feed(client, welcome(), joined())
    assert [type(one) for one in sent(client)] == [AskRooms]


def test_only_so_many_own_ids_are_remembered() -> None:
    client = conversation()
    for number in range(OWN_REMEMBERED + 1):
        client.say("lobby", str(number))
    assert not client.is_own(message(1, id="id-1"))
    assert client.is_own(message(2, id="id-2"))


# --- rooms and positions -----------------------------------------------------------


def test_doubles_are_dropped() -> None:
    client = in_lobby(seq=5, last=2)
    assert feed(client, message(4), message(5), message(5), message(4)) == [message(4), message(5)]


def test_a_jump_is_a_gap() -> None:
    client = in_lobby(seq=5, last=2)
    assert feed(client, message(4), message(7)) == [message(4), Gap("lobby", 5, 6), message(7)]


def test_before_the_first_message_the_log_may_begin_where_it_likes() -> None:
    client = in_lobby(seq=90, last=50)
    assert feed(client, message(60), message(61)) == [message(60), message(61)]


def test_without_history_reading_begins_behind_the_newest() -> None:
    client = in_lobby(seq=5)
    assert client.has_caught_up("lobby")
    assert hello(client).join == {"lobby": From(after=5)}


def test_history_ends_at_the_newest_of_joining() -> None:
    client = in_lobby(seq=5, last=2)
    assert not client.has_caught_up("lobby")
    feed(client, message(4))
    assert not client.has_caught_up("lobby")
    feed(client, message(5))
    assert client.has_caught_up("lobby")
    assert not client.has_caught_up("nowhere")


def test_reading_may_begin_behind_a_number() -> None:
    client = conversation()
    client.join("lobby", after=3)
    assert hello(client).join == {"lobby": From(after=3)}
    feed(client, welcome(), joined(seq=5))
    assert feed(client, message(5)) == [Gap("lobby", 4, 4), message(5)]


def test_a_reset_says_where_reading_goes_on() -> None:
    client = in_lobby(seq=5, last=2)
    feed(client, message(4), message(5))
    hello(client)
    reset = Reset(room="lobby", reason="pruned", missed=10, next=16)
    assert feed(client, welcome(), joined(seq=20), reset, message(16)) == [
        welcome(), joined(seq=20), reset, message(16),
    ]  # fmt: skip


def test_another_log_counts_from_where_the_reset_says() -> None:
    client = in_lobby(seq=500, last=1)
    feed(client, message(500))
    hello(client)
    reset = Reset(room="lobby", reason="other_log", missed=0, next=1)
    feed(client, welcome(log="new"), joined(seq=2), reset)
    assert feed(client, message(1), message(2)) == [message(1), message(2)]
    again = hello(client)
    assert (again.log, again.join) == ("new", {"lobby": From(after=2)})


def test_a_cut_before_the_reset_forgets_neither_log_nor_position() -> None:
    client = in_lobby(seq=500, last=1)
    client.join("kitchen")
    feed(client, joined("kitchen", 7), message(500))
    hello(client)
    new = welcome(log="new")
    reset = Reset(room="kitchen", reason="other_log", missed=0, next=4)
    feed(client, new, joined("kitchen", 3), reset, joined("lobby", 2))
    again = hello(client)
    assert (again.log, again.join) == ("new", {"kitchen": From(after=3)})
    feed(client, new)
    ask = Join(room="lobby", after=500, log="log")
    (request,) = sent(client)
    assert isinstance(request, Join)
    assert (request.room, request.after, request.log) == (ask.room, ask.after, ask.log)


def test_joining_and_leaving() -> None:
    client = in_lobby()
    assert client.join("Kitchen", last=20) == "kitchen"
    assert client.join("kitchen") == "kitchen"
    (request,) = sent(client)
    assert request == Join(room="kitchen", last=20, ref=request.ref)
    feed(client, joined("kitchen", 3, ref=request.ref), message(3, "kitchen"))
    client.leave("lobby")
    client.leave("nowhere")
    (leave,) = sent(client)
    assert leave == Leave(room="lobby", ref=leave.ref)
    assert feed(client, message(1, "lobby")) == []
    left = Left(room="lobby", nick="alice", at=0, ref=leave.ref)
    assert feed(client, left) == [left]
    assert hello(client).join == {"kitchen": From(after=3)}


def test_moves_without_a_connection_are_told_by_the_hello() -> None:
    client = in_lobby()
    client.lost()
    client.join("kitchen", last=20)
    client.leave("lobby")
    assert hello(client).join == {"kitchen": From(last=20)}
    feed(client, welcome(), Left(room="lobby", nick="alice", at=0), joined("kitchen"))
    assert sent(client) == []
    assert list(client.positions) == ["kitchen"]


def test_a_room_joined_again_while_leaving_stays() -> None:
    client = in_lobby(seq=3, last=3)
    client.leave("lobby")
    client.join("lobby", last=2)
    leave, join = sent(client)
    late = message(4)
    left = Left(room="lobby", nick="alice", at=0, ref=leave.ref)
    assert feed(client, late, left, joined(seq=4, ref=join.ref)) == [
        left, joined(seq=4, ref=join.ref),
    ]  # fmt: skip
    assert feed(client, message(3), late) == [message(3), late]


def test_a_refused_room_is_not_asked_for_again() -> None:
    client = in_lobby()
    client.join("full")
    (request,) = sent(client)
    error = Error(code="too_many_rooms", text="too many", ref=request.ref)
    assert feed(client, error) == [error]
    assert list(client.positions) == ["lobby"]
    client.join("odd")
    hello(client)
    feed(client, welcome(), joined(), Error(code="bad_room", text="no", ref="hello", room="odd"))
    assert list(client.positions) == ["lobby"]


def test_whom_the_hub_takes_out_of_a_room_does_not_come_back_by_itself() -> None:
    client = in_lobby()
    feed(client, Left(room="lobby", nick="bob", at=0))
    assert list(client.positions) == ["lobby"]
    feed(client, Left(room="lobby", nick="alice", at=0))
    assert client.positions == {}


def test_a_malformed_room_is_refused() -> None:
    with pytest.raises(Refused):
        conversation().join("two words")


# --- wherever the network cuts ------------------------------------------------------


class ModelHub:
    """What the protocol promises, in its simplest form: a log and sessions."""

    def __init__(self) -> None:
        self.log: list[Message] = []
        self.ids: dict[str, int] = {}
        self.failures: deque[str] = deque()
        self.cursor: int | None = None
        self.down: deque[bytes] = deque()

    def cut(self) -> None:
        self.cursor = None
        self.down.clear()

    def append(self, text: str, id_: str | None = None) -> None:
        seq = len(self.log) + 1
        more = {} if id_ is None else {"id": id_}
        self.log.append(Message(room="lobby", seq=seq, at=0, nick="x", text=text, **more))
        if id_ is not None:
            self.ids[id_] = seq

    def deliver(self) -> None:
        if self.cursor is not None:
            self.down.extend(encode(one) for one in self.log[self.cursor :])
            self.cursor = len(self.log)

    def take(self, line: bytes) -> None:
        request = decode_request(line)
        if isinstance(request, Hello):
            where = request.join["lobby"]
            last = max(0, len(self.log) - (where.last or 0))
            self.cursor = last if where.after is None else where.after
            self.down.append(encode(welcome()))
            self.down.append(encode(joined(seq=len(self.log))))
        else:
            assert isinstance(request, Say)
            assert request.id is not None
            self.say(request, request.id)
        self.deliver()

    def say(self, request: Say, id_: str) -> None:
        failure = self.failures.popleft() if self.failures and id_ not in self.ids else ""
        if id_ not in self.ids and failure in ("", "unknown but kept"):
            self.append(request.text, id_)
        if failure:
            code = "not_stored" if failure == "not stored" else "unknown_outcome"
            self.down.append(encode(Error(code=code, text="disk", id=id_, room="lobby")))
        else:
            self.down.append(encode(Ack(id=id_, room="lobby", seq=self.ids[id_])))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.just(0)),
        st.tuples(st.just("others"), st.just(0)),
        st.tuples(st.sampled_from(["up", "down"]), st.integers(1, 4)),
        st.tuples(st.just("cut"), st.just(0)),
    ),
    max_size=60,
)
FAILURES = st.lists(
    st.sampled_from(["", "", "not stored", "unknown but kept", "unknown and lost"]), max_size=8
)


class Trial:
    """A client and the model hub with a wire between them that can be cut."""

    def __init__(self, failures: list[str]) -> None:
        self.hub = ModelHub()
        self.hub.failures.extend(failures)
        self.hub.append("before")
        self.client = conversation(window=3)
        self.client.join("lobby", last=1)
        self.up: deque[bytes] = deque()
        self.said: list[str] = []
        self.seen: list[Message] = []
        self.now_s = 0.0
        self.connect()

    def connect(self) -> None:
        self.hub.cut()
        self.up = deque([self.client.hello()])

    def step(self, what: str, count: int) -> None:
        self.now_s += 1.0
        match what:
            case "say":
                self.said.append(f"line {len(self.said)}")
                self.client.say("lobby", self.said[-1])
            case "others":
                self.hub.append("from another")
                self.hub.deliver()
            case "up":
                for _ in range(min(count, len(self.up))):
                    self.hub.take(self.up.popleft())
            case "down":
                for _ in range(min(count, len(self.hub.down))):
                    self.on_events(self.client.feed(self.hub.down.popleft(), self.now_s))
            case _:
                self.client.lost()
                self.connect()
        self.up.extend(self.client.outgoing(self.now_s))

    def on_events(self, events: list[Any]) -> None:
        assert not any(isinstance(one, Gap | Rejected) for one in events)
        self.seen += [one for one in events if isinstance(one, Message)]

    def drain(self) -> None:
        for _ in range(400):
            self.step("up", 10)
            self.step("down", 10)
            if not (self.up or self.hub.down) and self.client.at_rest:
                return
        raise AssertionError("the conversation never comes to rest")


@given(STEPS, FAILURES)
def test_wherever_the_network_cuts_everything_arrives_once(
    steps: list[tuple[str, int]], failures: list[str]
) -> None:
    trial = Trial(failures)
    for what, count in steps:
        trial.step(what, count)
    trial.drain()
    arrived = [one.text for one in trial.hub.log if one.text.startswith("line")]
    if any(failures):
        # What was said behind a line that failed may have overtaken it.
        assert sorted(arrived) == sorted(trial.said)
    else:
        assert arrived == trial.said
    seqs = [one.seq for one in trial.seen]
    assert seqs
    assert seqs == list(range(seqs[0], len(trial.hub.log) + 1))


@given(st.lists(st.binary(max_size=60) | st.sampled_from([b'{"type":"pong","at":1}', b"{"])))
def test_no_line_brings_a_client_down(lines: list[bytes]) -> None:
    client = in_lobby()
    for line in lines:
        client.feed(line, 0.0)
    assert feed(client, message(1)) == [message(1)]
