"""A search of one room or several, of one person, of some time: the rule, at both doors."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from memory_hub import Client, MemoryHub

from core.limits import ROOMS_PER_SESSION, SCAN_MESSAGES
from core.sqlite import search as searches
from core.text.searching import parse_search
from core.wire.messages import Search

LOBBY = {"lobby": {}}
NOON_S = 1_795_521_600
DAY_S = 86_400


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub()
    yield hub
    hub.close()


def ask(client: Client, **fields: Any) -> dict[str, Any]:
    client.take()
    client.say_json({"type": "search", **fields})
    client.hub.clock.advance(5)
    (answer,) = [one for one in client.events() if one["type"] in ("results", "error")]
    return answer


def found(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(message["room"], message["seq"]) for message in answer["messages"]]


def say(client: Client, room: str, *texts: str) -> None:
    for text in texts:
        client.say_json({"type": "say", "room": room, "text": text})


def test_all_rooms_that_one_is_in_are_searched_as_one(hub: MemoryHub) -> None:
    alice = hub.json("alice", {"lobby": {}, "tea": {}})
    bob = hub.json("bob", {"lobby": {}, "tea": {}, "attic": {}})
    for room in ("lobby", "tea", "attic", "lobby", "tea"):
        say(bob, room, f"the word in {room}")
        hub.clock.advance(1)
    say(bob, "tea", "nothing")
    answer = ask(alice, text="word")
    assert found(answer) == [("lobby", 1), ("tea", 1), ("lobby", 2), ("tea", 2)]
    assert (answer["more"], "room" in answer, "next" in answer) == (False, False, False)
    # A room that is named is searched whether one is in it or not, as before.
    assert found(ask(alice, room="attic", text="word")) == [("attic", 1)]
    some = ask(alice, rooms={"attic": None, "tea": 2}, text="word")
    assert found(some) == [("tea", 1), ("attic", 1)]


def test_pages_of_several_rooms_miss_nothing_and_repeat_nothing(hub: MemoryHub) -> None:
    rooms = {f"room{number}": {} for number in range(4)}
    alice = hub.json("alice", rooms)
    for number in range(60):
        # Many at the same moment: the order is the same all the same.
        say(alice, f"room{number % 4 if number % 3 else 0}", f"word {number}")
    answer = ask(alice, text="word", limit=7)
    pages = [found(answer)]
    while answer["more"]:
        answer = ask(alice, text="word", limit=7, rooms=answer["next"])
        pages.append(found(answer))
        assert len(pages) < 30
    every = [one for page in pages for one in page]
    assert len(every) == len(set(every)) == 60
    assert all(len(page) == 7 for page in pages[:-1])


def test_one_room_goes_on_before_the_last_one_that_came(hub: MemoryHub) -> None:
    alice = hub.json("alice", LOBBY)
    say(alice, "lobby", *(f"word {number}" for number in range(5)))
    answer = ask(alice, room="lobby", text="word", limit=2)
    assert (found(answer), answer["more"], answer["next"]) == (
        [("lobby", 4), ("lobby", 5)], True, {"lobby": 4},
    )  # fmt: skip
    assert found(ask(alice, room="lobby", text="word", limit=2, before=4)) == [
        ("lobby", 2), ("lobby", 3),
    ]  # fmt: skip


def test_one_person_and_one_time(hub: MemoryHub) -> None:
    alice, bob = hub.json("alice", LOBBY), hub.json("Bob", LOBBY)
    moments = []
    for number in range(6):
        moments.append(hub.clock.now_ms())
        say(bob if number % 2 else alice, "lobby", f"line {number}")
        hub.clock.advance(10)
    assert found(ask(alice, room="lobby", nick="bob")) == [("lobby", 2), ("lobby", 4), ("lobby", 6)]
    assert found(ask(alice, room="lobby", nick="BOB", text="line 3")) == [("lobby", 4)]
    between = ask(alice, room="lobby", since=moments[1], until=moments[4])
    assert found(between) == [("lobby", 2), ("lobby", 3), ("lobby", 4)]
    assert found(ask(alice, since=moments[1], until=moments[4], nick="alice")) == [("lobby", 3)]
    for number, moment in enumerate(moments):
        # Both borders, from both sides.
        assert len(ask(alice, room="lobby", since=moment)["messages"]) == 6 - number
        assert len(ask(alice, room="lobby", since=moment + 1)["messages"]) == 5 - number
        assert len(ask(alice, room="lobby", until=moment, nick="bob")["messages"]) == number // 2
    assert found(ask(alice, room="lobby", since=moments[5] + 1)) == []
    assert found(ask(alice, room="lobby", since=moments[0], until=moments[0])) == []


@pytest.mark.parametrize("indexed", [True, False])
def test_words_person_and_time_together_with_and_without_the_index(
    hub: MemoryHub, indexed: bool
) -> None:
    alice, bob = hub.json("alice", LOBBY), hub.json("bob", LOBBY)
    moments = []
    for number in range(8):
        moments.append(hub.clock.now_ms())
        say(bob if number % 2 else alice, "lobby", f"needle {number}")
        hub.clock.advance(1)
    if indexed:
        while hub.store.steps.index(100):
            pass
    answer = ask(alice, text="needle", nick="bob", since=moments[2], until=moments[6])
    assert found(answer) == [("lobby", 4), ("lobby", 6)]


def test_a_search_that_has_looked_long_enough_says_where_to_go_on(
    hub: MemoryHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "SCAN_LIMIT", 2 * SCAN_MESSAGES)
    alice, bob = hub.json("alice", LOBBY), hub.json("bob", LOBBY)
    say(bob, "lobby", "zz")
    say(alice, "lobby", *["a line"] * (5 * SCAN_MESSAGES))
    answer = ask(alice, room="lobby", text="zz")
    looks = 1
    while answer["more"]:
        assert found(answer) == []
        answer = ask(alice, rooms=answer["next"], text="zz")
        looks += 1
    assert (found(answer), looks) == ([("lobby", 1)], 3)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"room": "lobby", "text": ""}, "empty"),
        ({"text": "  "}, "empty"),
        ({"room": "lobby", "nick": "a b"}, "bad_nick"),
        ({"rooms": {}, "text": "x"}, "not_in_room"),
        ({"rooms": {"a b": None}, "text": "x"}, "bad_room"),
        (
            {"rooms": {f"r{n}": None for n in range(ROOMS_PER_SESSION + 1)}, "text": "x"},
            "bad_field",
        ),
        ({"room": "lobby", "since": -1}, "bad_field"),
        ({"room": "lobby", "until": "now"}, "bad_field"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    hub: MemoryHub, request_: dict[str, Any], code: str
) -> None:
    assert ask(hub.json("alice", LOBBY), **request_)["code"] == code


def test_in_text_mode_one_names_a_person_and_a_day(hub: MemoryHub) -> None:
    one = hub.text()
    bob = hub.json("bob", LOBBY)
    say(bob, "lobby", "a needle of bob's")
    one.line("a needle of mine")
    hub.clock.advance(2)
    one.take()
    one.line("/search from:bob needle")
    assert next(line for line in one.take().splitlines() if "needle" in line).endswith("bob's")
    one.line("/search on:today from:bob")
    assert "1 found" in one.take()
    one.line("/search on:1999-01-01 needle")
    assert one.take() == "-- nothing found for: needle\n"
    one.line("/search on:someday needle")
    assert "nothing found for: on:someday needle" in one.take()


def test_days_are_those_of_the_calendar() -> None:
    def span(argument: str) -> tuple[str, str]:
        asked = parse_search(argument, "lobby", NOON_S * 1000)
        assert asked is not None
        assert asked.since is not None
        assert asked.until is not None
        moments = (asked.since // 1000, asked.until // 1000)
        first, last = (time.strftime("%Y-%m-%d %H:%M", time.localtime(one)) for one in moments)
        return first, last

    assert span("on:2026-02-28") == ("2026-02-28 00:00", "2026-03-01 00:00")
    assert span("on:2026-12-31 x") == ("2026-12-31 00:00", "2027-01-01 00:00")
    today, tomorrow = span("on:today")
    assert span("on:Yesterday")[1] == today
    assert (today[:10], tomorrow[11:]) == (
        time.strftime("%Y-%m-%d", time.localtime(NOON_S)), "00:00",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("argument", "request_"),
    [
        ("lunch  menu", Search(room="lobby", text="lunch  menu")),
        ("from:bob", Search(room="lobby", nick="bob")),
        ("FROM:@bob tea", Search(room="lobby", nick="bob", text="tea")),
        ("tea from: x", Search(room="lobby", text="tea from: x")),
        ("", None),
        ("on:2026-13-01", None),
        ("on:1969-01-01", None),
    ],
)
def test_what_is_typed_becomes_a_question(argument: str, request_: Search | None) -> None:
    assert parse_search(argument, "lobby", NOON_S * 1000) == request_
