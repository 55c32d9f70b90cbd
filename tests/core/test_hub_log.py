"""Dropped messages, failed disks and who resumes: what clients are told of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from memory_hub import Client, MemoryHub

from core.errors import NotStored, StoreError, UnknownOutcome
from core.limits import RETRY_WAIT_S
from core.wire.messages import Retention


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub(keep_messages=5)
    yield hub
    hub.close()


def say(client: Client, *ids: str, room: str = "lobby") -> list[dict[str, Any]]:
    """Say lines in one go; return the acks and errors."""
    client.send(
        b"".join(
            b'{"type":"say","room":"%s","text":"%s","id":"%s"}\n'
            % (room.encode(), one.encode(), one.encode())
            for one in ids
        )
    )
    return [event for event in client.events() if event["type"] in ("ack", "error")]


def fill(hub: MemoryHub, count: int = 20) -> str:
    talker = hub.json("talker")
    say(talker, *[f"m{number}" for number in range(1, count + 1)])
    talker.drop()
    return hub.hub.log


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


def test_a_newcomer_is_told_what_is_kept_and_gets_no_more_than_that(hub: MemoryHub) -> None:
    fill(hub)
    hub.prune()
    events = hub.json("reader", {"lobby": {"last": 50}}).events()
    assert events[0]["keeps"] == {"messages": 5, "disk": False}
    assert [event["seq"] for event in events if event["type"] == "message"] == [16, 17, 18, 19, 20]
    assert "reset" not in types(events)


def test_who_resumes_too_late_is_told_how_many_are_gone(hub: MemoryHub) -> None:
    log = fill(hub)
    hub.prune()
    events = hub.json("reader", {"lobby": {"after": 3}}, log=log).events()
    (reset,) = [event for event in events if event["type"] == "reset"]
    assert reset == {"type": "reset", "room": "lobby", "reason": "pruned", "missed": 12, "next": 16}
    assert [event["seq"] for event in events if event["type"] == "message"] == [16, 17, 18, 19, 20]


def test_who_resumes_in_time_is_told_nothing(hub: MemoryHub) -> None:
    log = fill(hub)
    hub.prune()
    events = hub.json("reader", {"lobby": {"after": 15}}, log=log).events()
    assert "reset" not in types(events)
    assert [event["seq"] for event in events if event["type"] == "message"] == [16, 17, 18, 19, 20]


def test_a_slow_reader_whose_messages_are_dropped_is_told(hub: MemoryHub) -> None:
    slow = hub.json("slow", {"lobby": {"last": 0}})
    slow.events()
    slow.transport.room = 0
    fill(hub, 3)
    # Its place is no longer in memory when it reads on.
    hub.hub.rooms["lobby"].tail.forget()
    fill(hub, 20)
    hub.hub.rooms["lobby"].tail.forget()
    hub.prune()
    slow.transport.drain()
    events = [event for event in slow.events() if event["type"] in ("message", "reset")]
    seqs = [event["seq"] for event in events if event["type"] == "message"]
    (reset,) = [event for event in events if event["type"] == "reset"]
    before = [seq for seq in seqs if seq < reset["next"]]
    assert before == list(range(1, len(before) + 1))
    assert reset["missed"] == reset["next"] - 1 - len(before)
    assert seqs[len(before) :] == [19, 20, 21, 22, 23]


def test_in_text_mode_a_newcomer_sees_what_is_left(hub: MemoryHub) -> None:
    fill(hub)
    hub.prune()
    lines = hub.text().take().splitlines()
    assert "the newest 5 messages of each room are kept" in lines[1]
    assert [line.rpartition(" ")[2] for line in lines[2:]] == ["m16", "m17", "m18", "m19", "m20"]


def test_in_text_mode_a_page_read_just_after_a_commit_does_not_show_ones_own_line(
    hub: MemoryHub,
) -> None:
    slow, alice = hub.text(), hub.json("alice")
    slow.transport.room = 0
    # One that fills the transport, and others that are no longer in memory.
    say(alice, "m1")
    say(alice, "m2", "m3")
    hub.hub.rooms["lobby"].tail.forget()
    hub.journal.held = True
    slow.line("own line")
    group = hub.journal._group
    # The writer has committed it; the loop reads a page before it learns of that.
    hub.store.append(group)
    slow.transport.drain()
    hub.hub.settled(group.entries, None)
    hub.clock.advance(0)
    shown = slow.take()
    assert "m3" in shown
    assert "own line" not in shown


# --- failing disks ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("problem", "code"),
    [(NotStored("full"), "not_stored"), (UnknownOutcome("broken"), "unknown_outcome")],
)
def test_what_is_said_behind_a_refused_line_does_not_overtake_it(
    hub: MemoryHub, problem: StoreError, code: str
) -> None:
    alice, bob = hub.json("alice"), hub.json("bob")
    alice.events()
    hub.journal.fail = problem
    assert [event["code"] for event in say(alice, "a", "b")] == [code, code]
    hub.journal.fail = None
    # On its way already when the refusal was sent:
    (late,) = say(alice, "c")
    assert (late["code"], late["id"]) == ("not_stored", "c")
    # Others are not held up.
    assert types(say(bob, "bob")) == ["ack"]
    again = say(alice, "a", "b", "c", "d")
    assert [event["seq"] for event in again] == [2, 3, 4, 5]


def test_who_gives_a_line_up_may_go_on_soon(hub: MemoryHub) -> None:
    alice = hub.json("alice")
    hub.journal.fail = NotStored("full")
    say(alice, "a")
    hub.journal.fail = None
    assert say(alice, "b")[0]["code"] == "not_stored"
    hub.clock.advance(RETRY_WAIT_S)
    assert say(alice, "b")[0]["seq"] == 1


def test_it_is_the_session_that_owes_whatever_its_connection(hub: MemoryHub) -> None:
    alice = hub.json("alice", {"lobby": {}})
    resume = alice.events()[0]["resume"]
    hub.journal.fail = NotStored("full")
    say(alice, "a")
    hub.journal.fail = None
    again = hub.json(None, {"lobby": {}}, resume=resume)
    again.events()
    assert say(again, "b")[0]["code"] == "not_stored"
    assert types(say(again, "a", "b")) == ["ack", "ack"]


def test_what_a_failed_commit_has_kept_all_the_same_is_shown(hub: MemoryHub) -> None:
    reader = hub.json("reader", {"lobby": {}})
    alice = hub.json("alice")
    say(alice, "a")
    reader.events()
    hub.journal.fail = UnknownOutcome("broken")
    group = hub.journal._group
    say(alice, "b")
    assert reader.seqs() == []
    # The commit was in the log after all, as the reopened store finds.
    hub.journal.fail = None
    hub.store.append(group)
    hub.hub.recovered(hub.store.rooms())
    hub.clock.advance(0)
    assert reader.seqs() == [2]
    assert say(alice, "b")[0]["seq"] == 2
    assert reader.seqs() == []
    say(alice, "c")
    assert reader.seqs() == [3]


def test_a_room_that_a_failed_commit_has_opened_is_there(hub: MemoryHub) -> None:
    alice = hub.json("alice")
    hub.journal.fail = UnknownOutcome("broken")
    group = hub.journal._group
    say(alice, "a", room="ops")
    hub.hub.rooms.pop("ops")
    hub.store.append(group)
    hub.hub.recovered(hub.store.rooms())
    assert hub.hub.rooms["ops"].tail.head == 1


def test_who_cannot_be_given_a_page_just_now_gets_it_later_and_no_reset(hub: MemoryHub) -> None:
    log = fill(hub)
    hub.unreadable = True
    reader = hub.json("reader", {"lobby": {"after": 2}}, log=log)
    assert {"message", "reset"}.isdisjoint(types(reader.events()))
    hub.clock.advance(5)
    assert reader.events() == []
    hub.unreadable = False
    hub.clock.advance(5)
    assert reader.seqs() == list(range(3, 21))


def test_a_session_that_cannot_be_looked_up_just_now_is_waited_for(hub: MemoryHub) -> None:
    alice = hub.json("alice")
    resume = alice.events()[0]["resume"]
    say(alice, "a")
    alice.drop()
    hub.clock.advance(60)
    hub.unreadable = True
    again = hub.json(None, resume=resume)
    hub.clock.advance(5)
    assert again.events() == []
    hub.unreadable = False
    hub.clock.advance(5)
    assert again.events()[0]["resume"] == resume
    assert say(again, "a")[0]["seq"] == 1


def test_questions_to_a_log_that_cannot_be_read_are_answered(hub: MemoryHub) -> None:
    fill(hub)
    hub.unreadable = True
    alice = hub.json("alice")
    alice.events()
    alice.say_json({"type": "history", "room": "lobby", "ref": 1})
    (error,) = alice.events()
    assert (error["code"], error["ref"]) == ("internal", 1)
    person = hub.text()
    person.take()
    person.line("/show 3")
    assert person.take() == "-! the log cannot be read just now; try again\n"


def test_a_reader_behind_a_whole_page_of_dropped_messages_goes_on_with_the_oldest(
    hub: MemoryHub,
) -> None:
    """It must not be told that what is still there is gone as well."""
    slow = hub.json("slow", {"lobby": {"last": 0}})
    slow.events()
    slow.transport.room = 0
    fill(hub, 3)
    talker = hub.json("another")
    for begin in range(4, 700, 50):
        say(talker, *[f"x{number}" for number in range(begin, min(begin + 50, 700))])
    hub.hub.rooms["lobby"].tail.forget()
    (done,) = hub.store.steps.prune(["lobby"], Retention(messages=100, disk=False), 10_000)
    hub.hub.pruned([done])
    slow.transport.drain()
    events = [event for event in slow.events() if event["type"] in ("message", "reset")]
    (reset,) = [event for event in events if event["type"] == "reset"]
    assert reset["next"] == done.first == 600
    seqs = [event["seq"] for event in events if event["type"] == "message"]
    assert seqs[-100:] == list(range(600, 700))


def test_a_newcomer_in_text_mode_is_told_the_topic_once(hub: MemoryHub) -> None:
    one = hub.text()
    one.line("/topic lunch")
    assert hub.text().take().count("lunch") == 1
