"""Reading rooms without being there: `watch`."""

from collections.abc import Iterator

import pytest
from memory_hub import Client, MemoryHub

from core.limits import RESUME_GRACE_S, ROOMS_PER_SESSION


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub()
    yield hub
    hub.close()


def watcher(hub: MemoryHub, room: str = "lobby", **fields: object) -> Client:
    return hub.json(None, {room: {"last": 10}}, watch=True, **fields)


def kinds(client: Client) -> list[str]:
    return [event["type"] for event in client.events()]


def test_a_reader_reads_and_nobody_is_told(hub: MemoryHub) -> None:
    alice, person = hub.json("alice", {"lobby": {}}), hub.text()
    hub.clock.advance(2)
    alice.say_json({"type": "say", "room": "lobby", "text": "before"})
    alice.take(), person.take()
    reader = watcher(hub)
    welcome, joined, members, message = reader.events()
    assert (welcome["type"], welcome["nick"]) == ("welcome", "")
    assert (joined["type"], joined["nick"], joined["seq"]) == ("joined", "", 1)
    assert (members["count"], members["watching"]) == (2, 1)
    assert message["text"] == "before"
    alice.say_json({"type": "say", "room": "lobby", "text": "after"})
    assert [event["text"] for event in reader.events()] == ["after"]
    alice.take(), person.take()
    reader.drop()
    hub.clock.advance(2 * RESUME_GRACE_S)
    assert (alice.take(), person.take()) == ("", "")
    assert not hub.hub.rooms["lobby"].watchers


def test_people_are_told_how_many_read_along(hub: MemoryHub) -> None:
    person = hub.text()
    watcher(hub), watcher(hub)
    person.take()
    person.line("/who")
    assert person.take() == "-- 1 here: guest-1; 2 more read along\n"


def test_a_reader_uses_up_no_guests_name(hub: MemoryHub) -> None:
    for _ in range(5):
        watcher(hub).drop()
    assert "guest-1" in hub.text().take()


def test_a_reader_is_told_of_the_topic_and_of_no_people(hub: MemoryHub) -> None:
    alice, reader = hub.json("alice", {"lobby": {}}), watcher(hub)
    reader.take()
    alice.say_json({"type": "topic", "room": "lobby", "text": "lunch"})
    hub.json("bob", {"lobby": {}})
    alice.say_json({"type": "nick", "nick": "alicia"})
    assert kinds(reader) == ["topic"]


def test_who_reads_may_speak_and_may_join(hub: MemoryHub) -> None:
    alice, reader = hub.json("alice", {"lobby": {}}), watcher(hub)
    alice.take(), reader.take()
    reader.say_json({"type": "say", "room": "lobby", "text": "hello", "id": "1"})
    renamed, *_ = reader.events()
    assert (renamed["type"], renamed["nick"], renamed["to"]) == ("renamed", "", "guest-1")
    (said,) = alice.events()
    assert said["nick"] == "guest-1"
    reader.say_json({"type": "join", "room": "lobby"})
    assert kinds(reader) == ["joined", "members"]
    assert kinds(alice) == ["joined"]
    assert not hub.hub.rooms["lobby"].watchers
    reader.say_json({"type": "leave", "room": "lobby"})
    assert kinds(alice) == ["left"]


def test_a_reader_may_take_a_name_and_leave(hub: MemoryHub) -> None:
    alice, reader = hub.json("alice", {"lobby": {}}), watcher(hub)
    alice.take(), reader.take()
    reader.say_json({"type": "nick", "nick": "bob"})
    reader.say_json({"type": "leave", "room": "lobby"})
    alice.say_json({"type": "say", "room": "lobby", "text": "x"})
    assert kinds(reader) == ["renamed", "left"]
    reader.say_json({"type": "leave", "room": "lobby"})
    (error,) = reader.events()
    assert error["code"] == "not_in_room"


def test_one_room_may_be_watched_beside_others(hub: MemoryHub) -> None:
    other = hub.json("carol", {"lobby": {}, "ops": {}})
    other.take()
    both = hub.json("bob", {"lobby": {"last": 1}, "ops": {"last": 1, "watch": True}})
    assert [event["room"] for event in other.events()] == ["lobby"]
    both.take()
    both.say_json({"type": "topic", "room": "ops", "text": "x"})
    assert both.events()[0]["code"] == "not_in_room"


def test_a_reader_resumes_by_after_and_misses_nothing(hub: MemoryHub) -> None:
    alice = hub.json("alice", {"lobby": {}})
    reader = watcher(hub)
    welcome = reader.events()[0]
    reader.drop()
    for text in ("one", "two"):
        alice.say_json({"type": "say", "room": "lobby", "text": text})
    again = hub.json(
        None, {"lobby": {"after": 0}}, watch=True, resume=welcome["resume"], log=welcome["log"]
    )
    assert again.seqs() == [1, 2]
    assert list(hub.hub.rooms["lobby"].watchers) == [again.connection.mode.session]  # type: ignore[attr-defined]


def test_watched_rooms_count_as_rooms_one_is_in(hub: MemoryHub) -> None:
    reader = watcher(hub)
    reader.take()
    for number in range(ROOMS_PER_SESSION):
        hub.clock.advance(1)
        reader.say_json({"type": "join", "room": f"r{number}", "watch": True})
    codes = [event["code"] for event in reader.events() if event["type"] == "error"]
    assert codes == ["too_many_rooms"]


def test_a_room_that_is_only_watched_is_forgotten_with_its_reader(hub: MemoryHub) -> None:
    reader = watcher(hub, "quiet")
    assert "quiet" in hub.hub.rooms
    reader.drop()
    assert "quiet" not in hub.hub.rooms


@pytest.mark.parametrize("watch", [False, True])
def test_a_topic_that_was_removed_meanwhile_is_told(hub: MemoryHub, watch: bool) -> None:
    alice = hub.json("alice", {"lobby": {}})
    alice.say_json({"type": "topic", "room": "lobby", "text": "lunch"})
    away = hub.json("bob", {"lobby": {}}, watch=watch)
    token = away.events()[0]["resume"]
    away.drop()
    alice.say_json({"type": "topic", "room": "lobby", "text": ""})
    back = hub.json("bob", {"lobby": {"after": 0}}, resume=token, watch=watch)
    assert [event["text"] for event in back.events() if event["type"] == "topic"] == [""]
