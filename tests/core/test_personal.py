"""What one person in text mode may switch on, and that others see nothing of it."""

import re
from collections.abc import Iterator

import pytest
from memory_hub import Client, MemoryHub

from core.text.commands import UsageError
from core.text.mentions import mentions
from core.text.personal_commands import HERE, parse_typed


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub()
    yield hub
    hub.close()


@pytest.fixture
def room(hub: MemoryHub) -> tuple[Client, Client]:
    """Alice in text mode, and bob who speaks JSON."""
    alice, bob = hub.text(), hub.json("bob", {"lobby": {}})
    alice.line("/nick alice")
    hub.clock.advance(2)
    alice.take(), bob.take()
    return alice, bob


def say(client: Client, text: str) -> None:
    client.say_json({"type": "say", "room": "lobby", "text": text})


def texts(client: Client) -> list[str]:
    return [line[6:] for line in client.take().splitlines() if not line.startswith("-- ")]


def test_last_shows_the_newest_again(hub: MemoryHub, room: tuple[Client, Client]) -> None:
    alice, bob = room
    alice.line("/last")
    assert alice.take() == "-- nothing has been said here yet\n"
    for number in range(30):
        say(bob, f"line {number}")
    alice.line("mine")
    alice.take()
    alice.line("/last 3")
    assert texts(alice) == ["<bob> line 28", "<bob> line 29", "<alice> mine"]
    alice.line("/last")
    assert len(texts(alice)) == 20
    alice.line("/last 0")
    assert alice.take().startswith("-! usage: /last")
    alice.line("/last " + "9" * 400)
    assert len(texts(alice)) == 31


def test_names_and_list_are_who_and_rooms(room: tuple[Client, Client]) -> None:
    alice, _ = room
    alice.line("/names")
    assert alice.take() == "-- 2 here: alice, bob\n"
    alice.line("/list")
    assert alice.take() == "-- lobby (2 here)\n"


def test_an_ignored_person_is_not_heard_by_one_alone(
    hub: MemoryHub, room: tuple[Client, Client]
) -> None:
    alice, bob = room
    carol = hub.text()
    hub.clock.advance(2)
    alice.line("/ignore bob")
    alice.take(), carol.take()
    say(bob, "hello")
    bob.say_json({"type": "direct", "to": "alice", "text": "psst"})
    bob.say_json({"type": "topic", "room": "lobby", "text": "mine"})
    assert alice.take() == ""
    assert carol.take().count("\n") == 2
    alice.line("/last")
    assert alice.take() == "-- all of it is by people whom you ignore\n"
    alice.line("/since 1m")
    assert "hello" not in alice.take()
    bob.say_json({"type": "nick", "nick": "rob"})
    say(bob, "and now?")
    assert alice.take() == "", "another name does not help"
    carol.line("fine")
    assert texts(alice) == ["<guest-2> fine"]
    alice.line("/ignore")
    assert alice.take() == "-- you ignore bob, rob\n"
    alice.line("/unignore rob")
    alice.take()
    say(bob, "back")
    assert texts(alice) == ["<rob> back"]


def test_quiet_hides_who_comes_and_goes_and_nothing_else(
    hub: MemoryHub, room: tuple[Client, Client]
) -> None:
    alice, bob = room
    alice.line("/quiet")
    assert alice.take() == "-- comings and goings are hidden; /quiet off\n"
    carol = hub.json("carol", {"lobby": {}})
    carol.say_json({"type": "nick", "nick": "caro"})
    carol.say_json({"type": "leave", "room": "lobby"})
    say(bob, "x")
    assert texts(alice) == ["<bob> x"]
    alice.line("/who")
    assert "2 here" in alice.take()
    alice.line("/quiet off")
    alice.take()
    carol.say_json({"type": "join", "room": "lobby"})
    assert alice.take().endswith("-- caro joined\n")


@pytest.mark.parametrize("text", ["alice: lunch?", "hi ALICE", "@all fire", "@here?"])
def test_the_bell_rings_and_a_mark_stands_where_one_is_named(
    room: tuple[Client, Client], text: str
) -> None:
    alice, bob = room
    say(bob, text)
    assert "\a" not in alice.take(), "only where it was switched on"
    alice.line("/bell on")
    alice.take()
    say(bob, text)
    shown = alice.take()
    assert re.fullmatch(r"\a[0-9:]{5} \*<bob> .*\n", shown)
    say(bob, "nothing for you")
    assert "\a" not in alice.take()
    bob.say_json({"type": "direct", "to": "alice", "text": "psst"})
    assert alice.take().startswith("\a")
    alice.line("alice is me")
    assert alice.take() == ""


def test_colours_are_there_on_request_in_the_next_room_as_well(
    hub: MemoryHub, room: tuple[Client, Client]
) -> None:
    alice, bob = room
    bob.say_json({"type": "say", "room": "ops", "text": "before"})
    alice.line("/color")
    alice.line("/join ops")
    alice.take()
    bob.say_json({"type": "say", "room": "ops", "text": "after"})
    shown = alice.take()
    assert "\x1b[" in shown
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown)[5:] == " <bob> after\n"
    alice.line("/color off")
    alice.take()
    bob.say_json({"type": "say", "room": "ops", "text": "plain"})
    assert "\x1b" not in alice.take()


def test_own_lines_are_not_shown_and_nothing_is_lost_by_switching(
    room: tuple[Client, Client],
) -> None:
    alice, bob = room
    for number, switch in enumerate(("/bell", "/color", "/ignore carol", "/bell", "/color")):
        alice.line(switch)
        alice.take()
        alice.line(f"mine {number}")
        say(bob, f"his {number}")
        assert re.sub(r"\x1b\[[0-9;]*m", "", alice.take())[5:] == f" <bob> his {number}\n"


def test_json_lines_are_not_dressed(room: tuple[Client, Client]) -> None:
    alice, bob = room
    for switch in ("/color", "/quiet", "/ignore bob", "/json"):
        alice.line(switch)
    alice.take()
    say(bob, "hello")
    assert [event["text"] for event in alice.events()] == ["hello"]


@pytest.mark.parametrize("name", HERE)
def test_every_command_is_documented_by_an_example_that_works(name: str) -> None:
    parse_typed(HERE[name].example, "lobby", 10**12)
    for wrong in ("/bell perhaps", "/unignore", "/last x"):
        with pytest.raises(UsageError):
            parse_typed(wrong, "lobby", 0)


@pytest.mark.parametrize(
    ("text", "nick", "called"),
    [
        ("ann: lunch?", "ann", True),
        ("hi @Ann!", "ann", True),
        ("joanna, ann-marie and x@ann", "ann", False),
        ("I don't", "t", False),
        ("田中さん、こんにちは", "田中", True),
        ("@all", "ann", True),
        ("mail@all.example and @allison", "ann", False),
        ("we are all here", "ann", False),
    ],
)
def test_who_is_called(text: str, nick: str, called: bool) -> None:
    assert mentions(text, nick) == called
