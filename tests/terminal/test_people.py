"""Who has been seen, and how many are where."""

from fake_transports import message, own_joined
from msgspec import structs

from core.wire.messages import Joined, Left, Members, Renamed, RoomInfo, Rooms
from terminal.people import REMEMBERED, People


def test_the_latest_speakers_come_first() -> None:
    people = People()
    people.saw(Members(room="lobby", nicks=("ann", "alice"), count=2))
    people.saw(message(1))
    people.saw(Joined(room="lobby", nick="zoe", at=0))
    assert people.nicks("alice")[0] == "bob"
    assert set(people.nicks("alice")) == {"ann", "bob", "zoe"}
    people.saw(Renamed(nick="bob", to="rob", at=0))
    assert people.nicks("alice")[0] == "rob"


def test_who_is_here_is_counted() -> None:
    people = People()
    assert people.here("lobby") is None
    people.saw(own_joined())
    people.saw(Members(room="lobby", count=7))
    people.saw(Joined(room="lobby", nick="zoe", at=0))
    people.saw(Left(room="lobby", nick="ann", at=0))
    people.saw(Left(room="lobby", nick="bob", at=0))
    assert people.here("lobby") == 6


def test_of_a_crowd_the_latest_speakers_are_remembered() -> None:
    people = People()
    for number in range(REMEMBERED + 50):
        people.saw(structs.replace(message(number + 1), nick=f"n{number}"))
    for number in range(50):
        people.saw(Joined(room="lobby", nick=f"new{number}", at=0))
    nicks = people.nicks("")
    assert len(nicks) == REMEMBERED
    assert nicks[0] == f"n{REMEMBERED + 49}"


def test_rooms_are_remembered() -> None:
    people = People()
    people.saw(own_joined("ops"))
    people.saw(Rooms(rooms=(RoomInfo(room="kitchen", count=1, seq=0, topic=""),)))
    assert people.rooms == ["ops", "kitchen"]
