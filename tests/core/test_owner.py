"""One user's sessions: a nick that is shared, and one that is had back after a kill."""

from collections.abc import Iterator
from typing import Any

import pytest
from memory_hub import Client, MemoryHub

from core.limits import RESUME_GRACE_S

MINE, OTHERS = "m" * 32, "o" * 32


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub()
    yield hub
    hub.close()


def first(client: Client) -> dict[str, Any]:
    return client.events()[0]


def test_who_only_speaks_may_use_the_nick_of_a_session_of_the_same_user(hub: MemoryHub) -> None:
    alice = hub.json("alice", {"lobby": {}}, owner=MINE)
    bob = hub.json("bob", {"lobby": {}})
    alice.take(), bob.take()
    sayers = [hub.json("Alice", None, owner=MINE) for _ in range(3)]
    assert [first(sayer)["nick"] for sayer in sayers] == ["alice"] * 3
    for sayer in sayers:
        sayer.say_json({"type": "say", "room": "lobby", "text": "deploy done", "id": "1"})
    assert [event["nick"] for event in bob.events()] == ["alice"] * 3
    for sayer in sayers:
        sayer.drop()
    hub.clock.advance(2 * RESUME_GRACE_S)
    alice.take()
    assert bob.take() == "", "nobody has come or gone"
    assert first(hub.json("alice", None))["code"] == "nick_taken", "it is still alice's"


@pytest.mark.parametrize("owner", [None, OTHERS])
def test_nobody_else_may(hub: MemoryHub, owner: str | None) -> None:
    hub.json("alice", {"lobby": {}}, owner=MINE)
    fields = {} if owner is None else {"owner": owner}
    assert first(hub.json("alice", None, **fields))["code"] == "nick_taken"
    hub.json("bob", {"lobby": {}})
    assert first(hub.json("bob", None, owner=MINE))["code"] == "nick_taken", "it has no owner"


def test_a_shared_nick_is_nobody_twice_in_a_room(hub: MemoryHub) -> None:
    hub.json("alice", {"lobby": {}}, owner=MINE)
    assert first(hub.json("alice", {"lobby": {}}, owner=MINE))["code"] == "nick_taken"
    sayer = hub.json("alice", None, owner=MINE)
    sayer.take()
    sayer.say_json({"type": "join", "room": "lobby"})
    assert first(sayer)["code"] == "nick_taken"
    sayer.say_json({"type": "nick", "nick": "alice-bot"})
    sayer.say_json({"type": "join", "room": "lobby"})
    assert [event["type"] for event in sayer.events()] == ["renamed", "joined", "members"]


def test_a_bot_that_was_killed_has_its_nick_back_at_once(hub: MemoryHub) -> None:
    bob = hub.json("bob", {"lobby": {}})
    bot = hub.json("bot", {"lobby": {}}, owner=MINE)
    bot.drop()
    bob.take()
    assert first(hub.json("bot", {"lobby": {}}, owner=OTHERS))["code"] == "nick_taken"
    assert first(hub.json("bot", {"lobby": {}}, owner=MINE))["nick"] == "bot"
    assert [event["type"] for event in bob.events()] == ["left", "joined"]
    assert hub.hub.people.find("bot") is not None


def test_the_secret_is_kept_nowhere_and_told_to_nobody(hub: MemoryHub) -> None:
    alice = hub.json("alice", {"lobby": {}}, owner=MINE)
    alice.say_json({"type": "say", "room": "lobby", "text": "x", "id": "1"})
    assert MINE not in alice.take() + hub.text().take()
    assert hub.hub.people.find("alice").owner != MINE.encode()  # type: ignore[union-attr]
