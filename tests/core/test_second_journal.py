"""Another journal behind the hub's contracts: two real hubs share one list in memory.

What is behind `Journal`, `Listener` and `People` is not the hub's business. Here it
is a list that both hubs write and apply, each at its own pace (`shared_list.py`).
"""

from collections.abc import Iterator
from typing import Any

import pytest
from memory_hub import Client, MemoryHub
from shared_list import SharedList, texts


@pytest.fixture
def shared() -> Iterator[SharedList]:
    shared = SharedList()
    yield shared
    shared.close()


def say(client: Client, text: str, **more: Any) -> None:
    client.say_json({"type": "say", "room": "lobby", "text": text, **more})


def one(events: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (found,) = [event for event in events if event["type"] == kind]
    return found


def kinds(events: list[dict[str, Any]]) -> set[str]:
    return {event["type"] for event in events}


def enter(hub: MemoryHub, nick: str, **hello: Any) -> tuple[Client, dict[str, Any]]:
    client = hub.json(nick, join={"lobby": {"last": 0}}, **hello)
    return client, one(client.events(), "welcome")


def test_both_hubs_show_one_order(shared: SharedList) -> None:
    a, b = shared.hubs
    alice, _ = enter(a, "alice")
    bob, _ = enter(b, "bob")
    person = b.text()
    person.take()
    for number in range(5):
        say(alice, f"from a {number}")
        say(bob, f"from b {number}")
    wanted = [(2 * n + 1 + i, f"from {'ab'[i]} {n}") for n in range(5) for i in range(2)]
    assert texts(alice.events()) == wanted
    assert texts(bob.events()) == wanted
    shown = person.take().splitlines()
    assert [line[6:] for line in shown] == [
        f"<{'alice' if 'a' in text[5:7] else 'bob'}> {text}" for _, text in wanted
    ]


def test_older_lines_of_one_hub_are_found_at_the_other(shared: SharedList) -> None:
    a, b = shared.hubs
    alice, _ = enter(a, "alice")
    for number in range(4):
        say(alice, f"needle {number}")
    bob = b.json("bob")
    bob.events()
    bob.say_json({"type": "history", "room": "lobby", "limit": 10})
    b.clock.advance(0)
    assert len(one(bob.events(), "history")["messages"]) == 4
    bob.say_json({"type": "search", "room": "lobby", "text": "needle"})
    b.clock.advance(1)
    assert len(one(bob.events(), "results")["messages"]) == 4
    late = b.json("carol", join={"lobby": {"after": 1}})
    assert [seq for seq, _ in texts(late.events())] == [2, 3, 4]


def test_resuming_at_a_hub_that_lags_is_no_gap(shared: SharedList) -> None:
    a, b = shared.hubs
    alice, welcome = enter(a, "alice")
    writer, _ = enter(a, "writer")
    shared.nodes[1].lags = True
    for number in range(7):
        say(writer, f"line {number}")
    assert len(texts(alice.events())) == 7
    alice.drop()
    resumed = b.json(
        "alice", resume=welcome["resume"], log=welcome["log"], join={"lobby": {"after": 7}}
    )
    # What is said behind the hello waits for it, in its order.
    say(resumed, "mine", id="mine")
    assert resumed.events() == []
    shared.nodes[1].lags = False
    shared.nodes[1].apply()
    shared.clock.advance(0)
    say(writer, "line 7")
    events = resumed.events()
    assert "reset" not in kinds(events)
    assert one(events, "welcome")["nick"] == "alice"
    assert texts(events) == [(8, "mine"), (9, "line 7")]
    assert one(events, "ack")["seq"] == 8


def test_joining_at_a_hub_that_lags_is_no_gap(shared: SharedList) -> None:
    a, b = shared.hubs
    writer, _ = enter(a, "writer")
    bob = b.json("bob")
    bob.events()
    node = shared.nodes[1]
    node.lags = True
    for number in range(3):
        say(writer, f"line {number}")
    node.apply(2)  # one line, and its copy
    bob.say_json({"type": "join", "room": "lobby", "after": 3, "log": "shared"})
    bob.say_json({"type": "ping", "ref": "behind"})
    assert kinds(bob.events()) == {"joined", "members"}
    node.lags = False
    node.apply()
    shared.clock.advance(0)
    say(writer, "line 3")
    events = bob.events()
    assert one(events, "pong")["ref"] == "behind"
    assert texts(events) == [(4, "line 3")]
    assert "reset" not in kinds(events)


def test_who_leaves_while_a_hub_catches_up_is_forgotten(shared: SharedList) -> None:
    _, b = shared.hubs
    bob = b.json("bob")
    node = shared.nodes[1]
    node.lags = True
    bob.say_json({"type": "join", "room": "lobby", "after": 3, "log": "shared"})
    bob.drop()
    node.lags = False
    node.apply()
    shared.clock.advance(30)
    assert "lobby" not in b.hub.rooms


def test_what_no_hub_has_shown_is_still_reported_as_a_gap(shared: SharedList) -> None:
    a, b = shared.hubs
    writer, _ = enter(a, "writer")
    say(writer, "line 0")
    bob = b.json("bob", join={"lobby": {"after": 40}}, log="shared")
    reset = one(bob.events(), "reset")
    assert (reset["reason"], reset["next"]) == ("other_log", 1)


def test_a_nick_is_given_once(shared: SharedList) -> None:
    a, b = shared.hubs
    enter(a, "bob")
    for nick in ("bob", "BOB", "b0b"):
        other = b.json(nick)
        assert one(other.events(), "error")["code"] == "nick_taken"
    other.say_json({"type": "hello", "nick": "robert"})
    assert one(other.events(), "welcome")["nick"] == "robert"
    assert one(a.json("robert").events(), "error")["code"] == "nick_taken"


def test_of_two_who_want_a_nick_the_first_in_the_list_gets_it(shared: SharedList) -> None:
    a, b = shared.hubs
    for node in shared.nodes:
        node.lags = True
    first, second = a.json("bob"), b.json("bob")
    say(second, "behind a hello that is refused")
    assert first.events() == second.events() == []
    for node in reversed(shared.nodes):
        node.lags = False
        node.apply()
    shared.clock.advance(0)
    assert one(first.events(), "welcome")["nick"] == "bob"
    errors = [event["code"] for event in second.events() if event["type"] == "error"]
    assert errors == ["nick_taken", "hello_first"]


def test_a_name_that_is_taken_elsewhere_is_refused_to_people_too(shared: SharedList) -> None:
    a, b = shared.hubs
    enter(a, "bob")
    person = b.text()
    person.take()
    person.line("/nick bob")
    assert person.take() == "-! bob is taken; choose another name\n"
    person.line("/nick robert")
    assert "robert" in person.take()
    person.line("hello")
    assert b.hub.known("lobby").tail.head == 1


def test_an_id_said_again_at_the_other_hub_is_kept_once(shared: SharedList) -> None:
    a, b = shared.hubs
    alice, welcome = enter(a, "alice")
    say(alice, "once", id="x")
    seq = one(alice.events(), "ack")["seq"]
    alice.drop()
    again = b.json("alice", resume=welcome["resume"], join={"lobby": {"after": 0}})
    say(again, "once", id="x")
    events = again.events()
    assert one(events, "ack")["seq"] == seq
    assert texts(events) == [(seq, "once")]


def test_who_goes_on_elsewhere_neither_leaves_nor_joins(shared: SharedList) -> None:
    a, b = shared.hubs
    witness, _ = enter(a, "witness")
    alice, welcome = enter(a, "alice")
    witness.events()
    b.json("alice", resume=welcome["resume"], join={"lobby": {"last": 0}})
    assert one(alice.events(), "bye")["reason"] == "replaced"
    shared.clock.advance(60)
    assert witness.events() == []
    assert a.hub.known("lobby").nicks() == ("witness",)


def test_a_topic_is_told_at_both(shared: SharedList) -> None:
    a, b = shared.hubs
    alice, _ = enter(a, "alice")
    bob, _ = enter(b, "bob")
    alice.say_json({"type": "topic", "room": "lobby", "text": "lunch"})
    assert one(alice.events(), "topic")["text"] == "lunch"
    told = one(bob.events(), "topic")
    assert (told["text"], told["nick"]) == ("lunch", "alice")
    assert [row.topic for row in b.store.rooms()] == ["lunch"]


def test_a_private_message_reaches_the_other_hub(shared: SharedList) -> None:
    a, b = shared.hubs
    alice, _ = enter(a, "alice")
    bob, _ = enter(b, "bob")
    alice.say_json({"type": "direct", "to": "bob", "text": "psst", "id": "1", "ref": 1})
    events = alice.events()
    assert one(events, "ack")["to"] == "bob"
    assert one(events, "direct")["text"] == one(bob.events(), "direct")["text"] == "psst"
    bob.drop()
    alice.say_json({"type": "direct", "to": "bob", "text": "psst", "ref": 2})
    error = one(alice.events(), "error")
    assert (error["code"], error["ref"]) == ("away", 2)
    alice.say_json({"type": "direct", "to": "nobody", "text": "psst"})
    assert one(alice.events(), "error")["code"] == "nobody"


def test_what_is_refused_later_says_what_it_was(shared: SharedList) -> None:
    a, b = shared.hubs
    alice, _ = enter(a, "alice")
    bob, _ = enter(b, "bob")
    bob.drop()
    alice.say_json({"type": "direct", "to": "bob", "text": "psst", "id": "7", "ref": 1})
    error = one(alice.events(), "error")
    assert (error["code"], error["id"], error["ref"]) == ("away", "7", 1)


def test_of_two_topics_the_last_in_the_list_stays(shared: SharedList) -> None:
    a, b = shared.hubs
    alice, _ = enter(a, "alice")
    bob, _ = enter(b, "bob")
    for node in shared.nodes:
        node.lags = True
    for client, text in ((alice, "first"), (bob, "second")):
        client.say_json({"type": "topic", "room": "lobby", "text": text})
    for node in shared.nodes:
        node.lags = False
        node.apply()
    shared.clock.advance(0)
    assert [hub.hub.known("lobby").topic for hub in shared.hubs] == ["second", "second"]
    assert [[row.topic for row in hub.store.rooms()] for hub in shared.hubs] == [["second"]] * 2
    assert [event["text"] for event in alice.events() if event["type"] == "topic"][-1] == "second"


def test_a_topic_opens_no_room_for_nobody(shared: SharedList) -> None:
    a, b = shared.hubs
    alice, _ = enter(a, "alice")
    for text in ("lunch", ""):
        alice.say_json({"type": "topic", "room": "lobby", "text": text})
    assert "lobby" not in b.hub.rooms


def test_a_nick_that_is_decided_too_late_is_free(shared: SharedList) -> None:
    a, b = shared.hubs
    person = a.text()
    shared.nodes[0].lags = True
    person.line("/nick bob")
    person.drop()
    shared.nodes[0].lags = False
    shared.nodes[0].apply()
    shared.clock.advance(0)
    assert one(b.json("bob").events(), "welcome")["nick"] == "bob"


def test_who_resumed_meanwhile_learns_of_the_new_nick(shared: SharedList) -> None:
    a, _ = shared.hubs
    alice, welcome = enter(a, "alice")
    shared.nodes[0].lags = True
    alice.say_json({"type": "nick", "nick": "anna", "ref": 1})
    alice.drop()
    resumed = a.json("alice", resume=welcome["resume"], join={"lobby": {"last": 0}})
    shared.nodes[0].lags = False
    shared.nodes[0].apply()
    shared.clock.advance(0)
    nick = [event.get("to") or event["nick"] for event in resumed.events()
            if event["type"] in ("welcome", "renamed")][-1]  # fmt: skip
    assert nick == "anna"


def test_an_answer_that_never_comes_holds_nobody_who_is_gone(shared: SharedList) -> None:
    a, b = shared.hubs
    alice, _ = enter(a, "alice")
    enter(b, "bob")
    node = shared.nodes[0]
    node.hand = lambda receiver, direct, done: None  # type: ignore[method-assign]
    for number in range(3):
        alice.say_json({"type": "direct", "to": "bob", "text": "psst", "id": str(number)})
    alice.drop()
    shared.clock.advance(60)
    assert not a.server.connections


def test_a_session_that_was_renamed_goes_on_elsewhere(shared: SharedList) -> None:
    a, b = shared.hubs
    alice, welcome = enter(a, "alice")
    alice.say_json({"type": "nick", "nick": "anna"})
    resumed = b.json(resume=welcome["resume"], join={"lobby": {"last": 0}})
    assert one(resumed.events(), "welcome")["nick"] == "anna"
