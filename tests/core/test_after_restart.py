"""What a hub keeps is there after a restart: asked for through the hub, column by column.

Whoever adds a column adds a test here that asks for what is in it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from memory_hub import Client, ManualClock, MemoryHub

from core.sqlite.retention import DAY_MS

Test = TypeVar("Test", bound=Callable[..., None])

ASKED: set[str] = set()


def asks_for(*columns: str) -> Callable[[Test], Test]:
    """Note which columns a test would miss."""
    ASKED.update(columns)
    return lambda test: test


class Restarting:
    """A hub with its log on disk, stopped and started again on one clock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.clock = ManualClock()
        self.settings: dict[str, Any] = {}
        self.hub = MemoryHub(path, clock=self.clock)

    def again(self, **settings: Any) -> MemoryHub:
        self.hub.close()
        self.clock.advance(1)
        self.settings = settings or self.settings
        self.hub = MemoryHub(self._path, clock=self.clock, **self.settings)
        return self.hub


@pytest.fixture
def run(path: Path) -> Iterator[Restarting]:
    run = Restarting(path)
    yield run
    run.hub.close()


def answer(client: Client, **request: Any) -> dict[str, Any]:
    """Return the last event that comes of a request."""
    client.take()
    client.say_json(request)
    return client.events()[-1]


def say(client: Client, text: str, id_: str, room: str = "lobby", **more: Any) -> int:
    """Say something; return its number."""
    client.say_json({"type": "say", "room": room, "text": text, "id": id_, **more})
    (ack,) = [event for event in client.events() if event["type"] == "ack"]
    return int(ack["seq"])


def found(hub: MemoryHub, text: str) -> list[int]:
    return [
        message["seq"]
        for message in answer(hub.json(), type="search", room="lobby", text=text)["messages"]
    ]


@asks_for("about.name", "about.value")
def test_the_log_keeps_its_name(run: Restarting) -> None:
    before = run.hub.json().events()[0]["log"]
    assert run.again().json().events()[0]["log"] == before


@asks_for("rooms.id", "rooms.name", "rooms.topic")
def test_rooms_and_topics_are_there(run: Restarting) -> None:
    alice = run.hub.json("alice", {room: {"last": 0} for room in ("lobby", "ops", "kitchen")})
    for number, room in enumerate(("lobby", "ops", "kitchen", "lobby", "kitchen")):
        say(alice, f"in {room}", str(number), room)
        alice.say_json({"type": "topic", "room": room, "text": f"about {room} {number}"})
    alice.say_json({"type": "topic", "room": "ops", "text": ""})
    alice.drop()
    run.clock.advance(60)
    hub = run.again()
    rooms = answer(hub.json(), type="rooms")["rooms"]
    assert {room["room"]: (room["topic"], room["seq"]) for room in rooms} == {
        "lobby": ("about lobby 3", 2), "ops": ("", 1), "kitchen": ("about kitchen 4", 2),
    }  # fmt: skip
    assert answer(hub.json(), type="topic", room="kitchen")["text"] == "about kitchen 4"
    for room in rooms:
        messages = answer(hub.json(), type="history", room=room["room"])["messages"]
        assert {message["text"] for message in messages} == {f"in {room['room']}"}
    told = hub.text().take()
    assert "about lobby 3" in told


@asks_for("messages.place", "messages.at", "messages.id", "messages.nick", "messages.kind",
          "messages.text")  # fmt: skip
def test_messages_are_what_they_were(run: Restarting) -> None:
    alice, bob = run.hub.json("alice"), run.hub.json("bob")
    say(alice, "said", "a1")
    run.clock.advance(5)
    say(bob, "waves", "b1", kind="action")
    typed = run.hub.text()
    typed.line("typed, with no id")
    typed.line("/me nods")
    before = answer(bob, type="history", room="lobby")["messages"]
    assert [message.get("kind") for message in before] == [None, "action", None, "action"]
    assert len({message["at"] for message in before}) == 4
    assert answer(run.again().json(), type="history", room="lobby")["messages"] == before


@asks_for("messages.session", "sessions.number", "sessions.token", "sessions.nick")
def test_who_resumes_has_its_nick_and_says_nothing_twice(run: Restarting) -> None:
    alice, bob = run.hub.json("alice"), run.hub.json("bob")
    token = alice.events()[0]["resume"]
    assert (say(alice, "one", "1"), say(bob, "other", "1")) == (1, 2)
    hub = run.again()
    again = hub.json(resume=token)
    assert again.events()[0]["nick"] == "alice"
    assert say(again, "one", "1") == 1
    assert say(hub.json("carol"), "one", "1") == 3
    assert len(answer(again, type="history", room="lobby")["messages"]) == 3


@asks_for("sessions.used")
def test_a_session_that_was_used_lately_is_kept(run: Restarting) -> None:
    alice, bob = run.hub.json("alice"), run.hub.json("bob")
    tokens = [client.events()[0]["resume"] for client in (alice, bob)]
    say(alice, "one", "1"), say(bob, "two", "1")
    run.clock.advance(3 * DAY_MS / 1000)
    hub = run.again(keep_messages=1)
    say(hub.json(resume=tokens[1]), "later", "2")
    run.clock.advance(0.5 * DAY_MS / 1000)
    hub = run.again()
    hub.prune()
    after: int | None = -1
    while after is not None:
        after = hub.store.steps.forget_sessions(after)
    assert [hub.json(resume=token).events()[0]["nick"] for token in tokens] != ["alice", "bob"]
    assert hub.json(resume=tokens[1]).events()[0]["nick"] == "bob"


@asks_for("rooms.first")
def test_what_was_dropped_is_missed_and_not_numbered_again(run: Restarting) -> None:
    hub = run.again(keep_messages=2)
    alice = hub.json("alice")
    for number in range(5):
        say(alice, f"text {number}", str(number))
    hub.prune()
    hub = run.again()
    events = hub.json(join={"lobby": {"after": 1}}, log=hub.hub.log).events()
    (reset,) = [event for event in events if event["type"] == "reset"]
    assert (reset["missed"], reset["next"]) == (2, 4)


@asks_for("rooms.pruned_at")
def test_times_do_not_go_back_behind_what_was_dropped(run: Restarting) -> None:
    hub = run.again(keep_days=1)
    alice = hub.json("alice")
    say(alice, "old", "1")
    at = answer(alice, type="history", room="lobby")["messages"][0]["at"]
    run.clock.advance(2 * DAY_MS / 1000)
    hub.prune()
    assert answer(alice, type="history", room="lobby")["messages"] == []
    run.clock.wall_ms = at - DAY_MS
    alice = run.again().json("alice")
    assert say(alice, "new", "2") == 2
    assert answer(alice, type="history", room="lobby")["messages"][0]["at"] >= at


@asks_for("rooms.indexed", "words.text")
def test_searches_find_everything_once(run: Restarting) -> None:
    alice = run.hub.json("alice")
    for number in range(6):
        say(alice, f"needle {number}", str(number))
    run.hub.store.steps.index(3)
    for _ in range(2):
        hub = run.again()
        assert found(hub, "needle") == [1, 2, 3, 4, 5, 6]
        assert found(hub, "needle 1") == [2]
        while hub.store.steps.index(100):
            pass
    assert hub.store.steps.unindexed() == 0


@asks_for("pruned_ids.session", "pruned_ids.id", "pruned_ids.place", "pruned_ids.digest",
          "pruned_ids.at")  # fmt: skip
def test_an_id_is_known_for_a_day_though_its_message_is_gone(run: Restarting) -> None:
    hub = run.again(keep_messages=1)
    alice = hub.json("alice")
    token = alice.events()[0]["resume"]
    for number in range(4):
        say(alice, f"text {number}", str(number))
    hub.prune()
    alice = run.again().json(resume=token)
    assert say(alice, "text 1", "1") == 2
    assert answer(alice, type="say", room="lobby", text="another", id="1")["code"] == "id_reused"
    assert say(run.hub.json("bob"), "text 1", "1") == 5
    run.clock.advance(DAY_MS / 1000 + 60)
    say(alice, "next", "n")
    run.hub.prune()
    alice = run.again().json(resume=token)
    assert say(alice, "text 1", "1") == 7


def test_every_column_is_asked_for(run: Restarting) -> None:
    db = run.hub.store._db
    tables = [
        name
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not name.startswith(("words_", "sqlite_"))
    ]
    columns = {
        f"{table}.{row[1]}" for table in tables for row in db.execute(f"PRAGMA table_info({table})")
    }
    assert columns == ASKED
