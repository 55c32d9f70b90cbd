"""JSON lines against a hub in memory: every request, resuming, slow readers."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from memory_hub import Client, MemoryHub

from core.errors import NotStored, UnknownOutcome
from core.limits import (
    BLOCK_LINES,
    LOAD_LIMIT_BYTES,
    MEMBERS_NAMED,
    PRESENCE_LIMIT_BYTES,
    RESUME_GRACE_S,
    ROOMS_PER_SESSION,
    TEXT_LIMIT_BYTES,
    WRITE_CHUNK_BYTES,
)
from core.wire.messages import Kind

LOBBY = {"lobby": {"last": 50}}

EACH_KIND: list[dict[str, Any]] = [{}, *({"kind": kind} for kind in get_args(Kind))]
"""What makes each kind of message: whatever holds for one holds for all."""


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub()
    yield hub
    hub.close()


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


def say(
    client: Client, text: str, id_: str | None = None, room: str = "lobby", **more: Any
) -> None:
    request = {"type": "say", "room": room, "text": text, **more}
    client.say_json(request if id_ is None else {**request, "id": id_})


def error(client: Client, request: dict[str, Any]) -> str:
    client.take()
    client.say_json(request)
    (event,) = client.events()
    assert event["type"] == "error"
    return str(event["code"])


def test_hello_is_welcomed_and_joins(hub: MemoryHub) -> None:
    alice = hub.json("alice", LOBBY, ref=5)
    welcome, joined, members = alice.events()
    assert welcome["protocol"] == 1
    assert welcome["ref"] == 5
    assert welcome["limits"]["text"] == TEXT_LIMIT_BYTES
    assert len(welcome["resume"]) >= 22  # 128 bits in base 64
    assert joined == {
        "type": "joined",
        "room": "lobby",
        "nick": "alice",
        "at": joined["at"],
        "seq": 0,
    }
    assert members == {"type": "members", "room": "lobby", "nicks": ["alice"], "count": 1}


def test_saying_is_acknowledged_and_reaches_everyone_in_order(hub: MemoryHub) -> None:
    alice, bob = hub.json("alice", LOBBY), hub.json("bob", LOBBY)
    alice.take(), bob.take()
    say(alice, "hello", "1", ref="r")
    say(alice, "waves", "2", kind="action")
    assert kinds(alice.events()) == ["ack", "message", "ack", "message"]
    first, second = bob.events()
    assert first == {
        "type": "message", "room": "lobby", "seq": 1, "id": "1", "at": first["at"],
        "nick": "alice", "text": "hello",
    }  # fmt: skip
    assert second["kind"] == "action"


@pytest.mark.parametrize("more", EACH_KIND)
@pytest.mark.parametrize("id_", ["1", None])
def test_nothing_is_shown_or_acknowledged_before_the_commit(
    hub: MemoryHub, id_: str | None, more: dict[str, Any]
) -> None:
    alice, bob, typing = hub.json("alice", LOBBY), hub.json("bob", LOBBY), hub.text()
    hub.clock.advance(1)
    alice.take(), bob.take(), typing.take()
    hub.journal.held = True
    say(alice, "hello", id_, **more)
    typing.line("/me waves" if more else "hello")
    assert (alice.events(), bob.events(), typing.take()) == ([], [], "")
    hub.journal.held = False
    hub.journal.commit()
    hub.clock.advance(0)
    assert kinds(alice.events()) == ["ack", "message", "message"]
    assert kinds(bob.events()) == ["message", "message"]
    assert "hello" in typing.take()


def test_one_commit_is_one_write_per_reader(hub: MemoryHub) -> None:
    alice = hub.json("alice", LOBBY)
    readers = [hub.json(f"reader{number}", LOBBY) for number in range(5)]
    hub.clock.advance(1)
    hub.journal.held = True
    for number in range(100):
        say(alice, f"line {number}", str(number))
    hub.journal.held = False
    everyone = [alice, *readers]
    before = [client.transport.writes for client in everyone]
    hub.journal.commit()
    hub.clock.advance(0)
    assert [client.transport.writes - b for client, b in zip(everyone, before, strict=True)] == [
        1
    ] * 6
    assert hub.journal.commits == 1
    assert readers[0].seqs() == list(range(1, 101))


def test_the_same_id_again_gets_the_same_ack_and_is_shown_once(hub: MemoryHub) -> None:
    alice, bob = hub.json("alice", LOBBY), hub.json("bob", LOBBY)
    alice.take(), bob.take()
    say(alice, "hello", "1")
    say(alice, "hello", "1")
    acks = [event for event in alice.events() if event["type"] == "ack"]
    assert [ack["seq"] for ack in acks] == [1, 1]
    assert bob.seqs() == [1]
    say(alice, "other", "1")
    assert [event["code"] for event in alice.events()] == ["id_reused"]
    say(bob, "mine", "1")
    assert kinds(bob.events()) == ["ack", "message"]


@pytest.mark.parametrize(
    ("problem", "code"),
    [(NotStored("full"), "not_stored"), (UnknownOutcome("io"), "unknown_outcome")],
)
def test_a_failing_store_is_told_and_shows_nothing(
    hub: MemoryHub, problem: NotStored | UnknownOutcome, code: str
) -> None:
    alice, bob = hub.json("alice", LOBBY), hub.json("bob", LOBBY)
    alice.take(), bob.take()
    hub.journal.fail = problem
    say(alice, "hello", "1", ref=3)
    (event,) = alice.events()
    assert (event["code"], event["id"], event["ref"]) == (code, "1", 3)
    assert bob.events() == []
    hub.journal.fail = None
    say(alice, "hello", "1")
    assert kinds(alice.events()) == ["ack", "message"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", "bad_json"), (b"\xff\xfe", "bad_json"), (b"[" * 10_000, "bad_field"),
        (b'{"type":"dance"}', "unknown_type"), (b'{"type":"say","room":1,"text":"x"}', "bad_field"),
        (b'{"type":"history","room":"lobby","before":-1}', "bad_field"),
        (b'{"type":"history","room":"lobby","before":99999999999999999999}', "bad_field"),
        (b'{"type":"say","room":"lobby","text":"x","id":""}', "bad_field"),
        (b'{"type":"say","room":"lobby","text":"x","id":"a b"}', "bad_field"),
        (b'{"type":"say","room":"lobby","text":" \\n "}', "empty"),
        (b'{"type":"say","room":"a b","text":"x"}', "bad_room"),
        (b'{"type":"say","room":"lobby","text":"' + b"x" * 40_000 + b'"}', "too_long"),
        (b"x" * 300_000, "too_long"), (b'{"type":"hello"}', "hello_again"),
        (b'{"type":"leave","room":"lobby"}', "not_in_room"),
        (b'{"type":"topic","room":"lobby","text":"x"}', "not_in_room"),
        (b'{"type":"direct","to":"zelda","text":"x"}', "nobody"),
        (b'{"type":"direct","to":"a b","text":"x"}', "nobody"),
        (b'{"type":"nick","nick":"a b"}', "bad_nick"),
        (b'{"type":"search","room":"lobby","text":""}', "empty"),
    ],
)  # fmt: skip
def test_bad_requests_get_an_error_and_the_connection_goes_on(
    hub: MemoryHub, line: bytes, code: str
) -> None:
    alice = hub.json("alice")
    alice.take()
    alice.send(line + b"\n")
    (event,) = alice.events()
    assert (event["type"], event["code"]) == ("error", code)
    say(alice, "still here")
    assert kinds(alice.events()) == ["ack"]


def test_errors_carry_ref_and_id_of_the_faulty_request(hub: MemoryHub) -> None:
    alice = hub.json("alice")
    alice.take()
    alice.say_json({"type": "say", "room": 5, "text": "x", "id": "i", "ref": "r"})
    (event,) = alice.events()
    assert (event["ref"], event["id"]) == ("r", "i")


def test_hello_comes_first_and_may_be_tried_again(hub: MemoryHub) -> None:
    hub.json("alice")
    other = hub.json("alice")
    assert [event["code"] for event in other.events()] == ["nick_taken"]
    assert error(other, {"type": "ping"}) == "hello_first"
    other.say_json({"type": "hello", "nick": "carol"})
    assert other.events()[0]["nick"] == "carol"


def test_without_a_nick_the_hub_gives_one(hub: MemoryHub) -> None:
    names = {hub.json().events()[0]["nick"] for _ in range(3)}
    assert len(names) == 3
    assert all(name.startswith("guest-") for name in names)


def test_joining_shows_what_is_asked_for(hub: MemoryHub) -> None:
    alice = hub.json("alice")
    for number in range(300):
        say(alice, f"line {number}")
    assert hub.json("b", {"lobby": {"last": 5}}).seqs() == list(range(296, 301))
    assert hub.json("c", {"lobby": {"after": 290}}).seqs() == list(range(291, 301))
    assert hub.json("d", {"lobby": {"after": 0}}).seqs() == list(range(1, 301))
    assert hub.json("e", {"lobby": {}}).seqs() == []


def test_a_position_in_another_log_is_reset(hub: MemoryHub) -> None:
    alice = hub.json("alice")
    for number in range(80):
        say(alice, f"line {number}")
    events = hub.json("b", {"lobby": {"after": 3}}, log="elsewhere").events()
    (reset,) = [event for event in events if event["type"] == "reset"]
    assert (reset["reason"], reset["missed"], reset["next"]) == ("other_log", 30, 31)
    assert [e["seq"] for e in events if e["type"] == "message"] == list(range(31, 81))
    ahead = hub.json("c", {"lobby": {"after": 999}}).events()
    assert "reset" in kinds(ahead)


def test_coming_and_going_is_told_to_the_others(hub: MemoryHub) -> None:
    alice = hub.json("alice", LOBBY)
    bob = hub.json("bob", LOBBY)
    alice.take(), bob.take()
    bob.say_json({"type": "nick", "nick": "robert", "ref": 1})
    bob.say_json({"type": "leave", "room": "lobby", "ref": 2})
    renamed, left = alice.events()
    assert (renamed["type"], renamed["nick"], renamed["to"]) == ("renamed", "bob", "robert")
    assert (left["type"], left["nick"]) == ("left", "robert")
    own = bob.events()
    assert [(event["type"], event["ref"]) for event in own] == [("renamed", 1), ("left", 2)]
    say(alice, "gone?")
    assert bob.events() == []


def test_renaming_is_told_once_to_each_whatever_rooms_are_shared(hub: MemoryHub) -> None:
    rooms = {"lobby": {}, "ops": {}}
    alice, bob = hub.json("alice", rooms), hub.json("bob", rooms)
    alice.take()
    bob.say_json({"type": "nick", "nick": "robert"})
    assert kinds(alice.events()) == ["renamed"]
    assert hub.json("bob").events()[0]["nick"] == "bob"


def test_direct_messages_reach_one_person(hub: MemoryHub) -> None:
    alice, bob, carol = (hub.json(nick, LOBBY) for nick in ("alice", "bob", "carol"))
    for client in (alice, bob, carol):
        client.take()
    alice.say_json({"type": "direct", "to": "bob", "text": "psst", "id": "d1", "ref": 9})
    ack, copy = alice.events()
    assert ack == {"type": "ack", "id": "d1", "to": "bob", "ref": 9}
    (received,) = bob.events()
    assert received == copy
    assert (received["nick"], received["to"], received["text"]) == ("alice", "bob", "psst")
    assert carol.events() == []
    bob.drop()
    assert error(alice, {"type": "direct", "to": "bob", "text": "x"}) == "away"


def test_topics_are_told_kept_and_removed(hub: MemoryHub) -> None:
    alice, bob = hub.json("alice", LOBBY), hub.json("bob", LOBBY)
    alice.take(), bob.take()
    alice.say_json({"type": "topic", "room": "lobby", "text": "lunch\nat 12", "ref": 1})
    (own,) = alice.events()
    (told,) = bob.events()
    assert (own["text"], own["ref"], told["nick"]) == ("lunch at 12", 1, "alice")
    assert [e["text"] for e in hub.json("c", LOBBY).events() if e["type"] == "topic"] == [
        "lunch at 12"
    ]
    alice.say_json({"type": "topic", "room": "lobby", "text": ""})
    bob.take()
    bob.say_json({"type": "topic", "room": "lobby"})
    assert bob.events()[-1]["text"] == ""


def test_questions_are_answered(hub: MemoryHub) -> None:
    alice = hub.json("alice", LOBBY)
    for number in range(10):
        say(alice, f"line {number}")
    alice.take()
    alice.say_json({"type": "history", "room": "lobby", "before": 5, "limit": 2, "ref": "h"})
    (page,) = alice.events()
    assert ([m["seq"] for m in page["messages"]], page["more"], page["ref"]) == ([3, 4], True, "h")
    alice.say_json({"type": "search", "room": "lobby", "text": "line 7"})
    assert [m["seq"] for m in alice.events()[0]["messages"]] == [8]
    alice.say_json({"type": "rooms", "ref": 1})
    assert alice.events()[0]["rooms"] == [{"room": "lobby", "count": 1, "seq": 10, "topic": ""}]
    alice.say_json({"type": "members", "room": "lobby"})
    assert alice.events()[0]["nicks"] == ["alice"]
    alice.say_json({"type": "ping", "ref": 3})
    assert alice.events()[0]["ref"] == 3


def test_a_bad_room_in_hello_does_not_keep_from_the_others(hub: MemoryHub) -> None:
    events = hub.json("alice", {"a b": {}, "lobby": {}}).events()
    assert kinds(events) == ["welcome", "error", "joined", "members"]
    assert (events[1]["code"], events[2]["room"]) == ("bad_room", "lobby")


def test_too_many_rooms_are_refused(hub: MemoryHub) -> None:
    alice = hub.json("alice", {f"room{number}": {} for number in range(ROOMS_PER_SESSION)})
    assert error(alice, {"type": "join", "room": "onemore"}) == "too_many_rooms"


def test_a_crowded_room_tells_counts_only_and_at_most_one_a_second(hub: MemoryHub) -> None:
    watcher = hub.json("watcher", LOBBY)
    for number in range(MEMBERS_NAMED):
        hub.json(f"n{number}", LOBBY)
    hub.clock.advance(2)
    watcher.take()
    late = [hub.json(f"late{number}", LOBBY) for number in range(20)]
    assert watcher.events() == []
    hub.clock.advance(1)
    (count,) = watcher.events()
    assert count == {"type": "members", "room": "lobby", "count": MEMBERS_NAMED + 21}
    named = [event for event in late[0].events() if event["type"] == "members"]
    assert len(named[0]["nicks"]) == MEMBERS_NAMED


def test_members_are_found_by_a_part_of_their_nick(hub: MemoryHub) -> None:
    """In a large room too, where only some are named: what is asked about is told of all."""
    alice = hub.json("alice", LOBBY)
    for number in range(MEMBERS_NAMED + 1):
        hub.json(f"n{number}", LOBBY)
    hub.json("Zoë", LOBBY)
    alice.take()
    alice.say_json({"type": "members", "room": "lobby", "text": " zoË ", "ref": 1})
    alice.say_json({"type": "members", "room": "lobby", "text": "N", "ref": 2})
    alice.say_json({"type": "members", "room": "lobby", "text": "nobody", "ref": 3})
    alice.say_json({"type": "members", "room": "lobby", "ref": 4})
    zoe, many, nobody, all_ = alice.events()
    count = MEMBERS_NAMED + 3
    assert zoe == {
        "type": "members", "room": "lobby", "nicks": ["Zoë"], "count": count, "text": "zoË",
        "matching": 1, "ref": 1,
    }  # fmt: skip
    assert (len(many["nicks"]), many["matching"]) == (MEMBERS_NAMED, MEMBERS_NAMED + 1)
    assert (nobody["nicks"], nobody["matching"], nobody["count"]) == ([], 0, count)
    assert all_.keys() == {"type", "room", "nicks", "count", "ref"}
    assert error(alice, {"type": "members", "room": "lobby", "text": " "}) == "empty"


# --- losing connections and resuming ------------------------------------------------


def hello_again(hub: MemoryHub, welcome: dict[str, Any], after: int) -> Client:
    return hub.json(
        welcome["nick"], {"lobby": {"after": after}}, resume=welcome["resume"], log=welcome["log"]
    )


def test_resuming_in_time_is_seen_by_nobody_and_misses_nothing(hub: MemoryHub) -> None:
    alice, bob = hub.json("alice", LOBBY), hub.json("bob", LOBBY)
    welcome = bob.events()[0]
    say(alice, "one")
    assert bob.seqs() == [1]
    alice.take()
    bob.drop()
    say(alice, "two")
    hub.clock.advance(RESUME_GRACE_S - 1)
    again = hello_again(hub, welcome, 1)
    events = again.events()
    assert events[0]["resume"] == welcome["resume"]
    assert [e["seq"] for e in events if e["type"] == "message"] == [2]
    hub.clock.advance(60)
    assert not {"left", "joined"} & set(kinds(alice.events()))


def test_not_resuming_in_time_is_leaving(hub: MemoryHub) -> None:
    alice, bob = hub.json("alice", LOBBY), hub.json("bob", LOBBY)
    welcome = bob.events()[0]
    alice.take()
    bob.drop()
    hub.clock.advance(RESUME_GRACE_S + 0.1)
    assert kinds(alice.events()) == ["left"]
    fresh = hello_again(hub, welcome, 0).events()[0]
    assert fresh["nick"] == "bob"
    assert fresh["resume"] != welcome["resume"]  # it had said nothing worth remembering


def test_resuming_takes_over_a_ghost(hub: MemoryHub) -> None:
    alice = hub.json("alice", LOBBY)
    welcome = alice.events()[0]
    again = hello_again(hub, welcome, 0)
    assert again.events()[0]["nick"] == "alice"
    (bye,) = alice.events()
    assert (bye["type"], bye["reason"]) == ("bye", "replaced")
    assert alice.transport.closed
    alice.drop()
    hub.clock.advance(60)
    say(again, "still me", "1")
    assert "ack" in kinds(again.events())


GUESSES = {
    "anything": lambda token: "k7f2-guessed",
    "nothing": lambda token: "",
    "its beginning": lambda token: token[:-1],
    "its first half": lambda token: token[: len(token) // 2],
    "its end": lambda token: token[1:],
    "more than it": lambda token: token + "A",
    "another end": lambda token: token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
    "another first half": lambda token: ("A" if token[0] != "A" else "B") + token[1:],
    "another case": lambda token: token.swapcase(),
    "space around it": lambda token: f" {token} ",
}


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("guess", GUESSES)
def test_a_guessed_token_takes_over_nobody(hub: MemoryHub, guess: str, kept: bool) -> None:
    alice = hub.json("alice", LOBBY)
    token = alice.events()[0]["resume"]
    say(alice, "something", "1")
    if kept:  # its session has ended, and the log alone knows of it
        alice.drop()
        hub.clock.advance(RESUME_GRACE_S + 1)
        thief = hub.json(resume=GUESSES[guess](token))
        assert thief.events()[0]["nick"] != "alice"
        assert hub.json(resume=token).events()[0]["nick"] == "alice"
        return
    thief = hub.json("alice", LOBBY, resume=GUESSES[guess](token))
    assert [event.get("code") for event in thief.events()] == ["nick_taken"]
    assert not alice.transport.closed


def test_ids_survive_a_long_absence(hub: MemoryHub) -> None:
    alice = hub.json("alice", LOBBY)
    welcome = alice.events()[0]
    say(alice, "one", "1")
    alice.drop()
    hub.clock.advance(3600)
    again = hello_again(hub, welcome, 0)
    say(again, "one", "1")
    say(again, "two", "2")
    events = again.events()
    assert [e["seq"] for e in events if e["type"] == "ack"] == [1, 2]
    assert [e["seq"] for e in events if e["type"] == "message"] == [1, 2]


def test_a_session_without_rooms_ends_with_its_connection(hub: MemoryHub) -> None:
    hub.json("deploy-bot").drop()
    assert hub.json("deploy-bot").events()[0]["nick"] == "deploy-bot"


def test_lines_behind_a_hello_wait_for_its_session(hub: MemoryHub) -> None:
    client = hub.client()
    client.send(
        b'{"type":"hello","resume":"unknown"}\n{"type":"say","room":"lobby","text":"a","id":"1"}\n'
    )
    assert kinds(client.events()) == ["welcome", "ack"]


def test_the_end_of_input_waits_for_the_answers(hub: MemoryHub) -> None:
    client = hub.client()
    hub.journal.held = True
    client.send(b'{"type":"hello"}\n{"type":"say","room":"lobby","text":"a","id":"1"}')
    client.end_input()
    assert not client.transport.closed
    hub.journal.held = False
    hub.journal.commit()
    hub.clock.advance(0)
    assert kinds(client.events()) == ["welcome", "ack"]
    assert client.transport.closed


# --- slow readers and flooders --------------------------------------------------------


def test_a_stalled_reader_gets_nothing_costs_a_chunk_and_misses_nothing(hub: MemoryHub) -> None:
    alice, slow, quick = (hub.json(nick, LOBBY) for nick in ("alice", "slow", "quick"))
    for client in (alice, slow, quick):
        client.take()
    slow.transport.room = 10_000
    for number in range(3000):
        say(alice, f"line {number} " + "x" * 1000)
        hub.clock.advance(0.001)
    assert len(slow.transport.waiting) <= WRITE_CHUNK_BYTES
    assert slow.connection.outbound.personal_bytes == 0
    assert quick.seqs() == list(range(1, 3001))
    slow.transport.drain()
    hub.clock.advance(0)
    assert slow.seqs() == list(range(1, 3001))


def test_presence_is_not_hoarded_for_a_stalled_reader(hub: MemoryHub) -> None:
    slow = hub.json("slow", LOBBY)
    slow.transport.room = 0
    for number in range(3000):
        hub.json(f"n{number}", LOBBY).drop()
        hub.clock.advance(RESUME_GRACE_S + 1)
    assert slow.connection.outbound.personal_bytes <= PRESENCE_LIMIT_BYTES + 1000


def test_requests_of_a_client_that_does_not_read_are_not_read(hub: MemoryHub) -> None:
    greedy = hub.json("greedy", LOBBY)
    greedy.transport.room = 0
    asked = 0
    while greedy.transport.reading and asked < 10_000:
        greedy.say_json({"type": "members", "room": "lobby"})
        hub.clock.advance(0.01)
        asked += 1
    assert asked < 10_000
    assert greedy.connection.outbound.personal_bytes <= LOAD_LIMIT_BYTES
    greedy.transport.drain()
    hub.clock.advance(1)
    assert greedy.transport.reading


def test_a_flooder_is_slowed_by_its_own_commits(hub: MemoryHub) -> None:
    flooder = hub.json("flooder", LOBBY)
    flooder.take()
    hub.journal.held = True
    said = 0
    while flooder.transport.reading and said < 10_000:
        say(flooder, "x" * 1000)
        said += 1
    assert said < 200
    hub.journal.held = False
    hub.journal.commit()
    hub.clock.advance(0)
    assert flooder.transport.reading
    assert len(flooder.seqs()) == said


def test_a_stalled_reader_does_not_stop_its_own_saying(hub: MemoryHub) -> None:
    alice, bob = hub.json("alice", LOBBY), hub.json("bob", LOBBY)
    bob.take()
    alice.transport.room = 0
    for number in range(BLOCK_LINES):
        say(alice, f"line {number}")
    assert bob.seqs() == list(range(1, BLOCK_LINES + 1))


@pytest.mark.parametrize(
    "nick", ["server", "a b", "b\u200bob", "x\u202ey", "*", "n" * 300, "\x1b[2J"]
)
def test_a_nick_in_a_hello_passes_the_same_rules(hub: MemoryHub, nick: str) -> None:
    assert [event["code"] for event in hub.json(nick).events()] == ["bad_nick"]


def test_who_asks_is_told_whether_something_would_be_kept(hub: MemoryHub) -> None:
    alice = hub.json("alice", join={"lobby": {"last": 0}})
    alice.events()
    alice.say_json({"type": "ping", "ref": 1})
    alice.say_json({"type": "ping", "store": True, "ref": 2})
    plain, asked = alice.events()
    assert plain.keys() == {"type", "at", "ref"}
    assert (asked["stores"], asked["not_stored"], asked["ref"]) == (True, 0, 2)
    hub.journal.fail = NotStored("the disk is full")
    for number in range(3):
        alice.say_json({"type": "say", "room": "lobby", "text": f"{number}"})
    alice.events()
    alice.say_json({"type": "ping", "store": True})
    (asked,) = alice.events()
    assert (asked["stores"], asked["not_stored"]) == (False, 3)
