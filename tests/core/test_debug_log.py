"""The log in detail: one line for each step of a connection, and nothing of what is said."""

import logging
import re
from collections.abc import Iterator

import pytest
from memory_hub import MemoryHub

SECRET = "tiger"
SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"


@pytest.fixture
def hub(caplog: pytest.LogCaptureFixture) -> Iterator[MemoryHub]:
    caplog.set_level(logging.DEBUG, "hubbub.hub")
    hub = MemoryHub()
    yield hub
    hub.close()


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged since the last look, without the peers."""
    found = [re.sub(r" peer=\S+$", "", record.getMessage()) for record in caplog.records]
    caplog.clear()
    return found


def test_a_program_from_its_first_byte_to_its_end(
    hub: MemoryHub, caplog: pytest.LogCaptureFixture
) -> None:
    client = hub.json("alice", join={"lobby": {"last": 0}})
    assert lines(caplog) == [
        "event=accepted",
        "event=first_bytes verdict=hello",
        "event=mode mode=JsonMode",
        "event=hello rooms=1 resumes=False",
    ]
    client.say_json({"type": "history", "room": "lobby"})
    assert lines(caplog) == ["event=paused reason=query", "event=resumed reason=query"]
    client.end_input()
    assert lines(caplog) == ["event=closing reason=end_of_input", "event=lost reason=end"]


def test_a_person_who_becomes_a_program(hub: MemoryHub, caplog: pytest.LogCaptureFixture) -> None:
    person = hub.text()
    assert lines(caplog)[1:] == ["event=first_bytes verdict=silence", "event=mode mode=TextMode"]
    person.line("/json")
    assert lines(caplog) == ["event=mode mode=JsonMode"]
    late = hub.text()
    lines(caplog)
    late.say_json({"type": "hello"})
    assert lines(caplog) == [
        "event=first_line verdict=hello",
        "event=mode mode=JsonMode",
        "event=hello rooms=0 resumes=False",
    ]
    quitter = hub.text()
    lines(caplog)
    quitter.line("/quit")
    assert lines(caplog) == ["event=closing reason=quit", "event=lost reason=end"]


def test_who_resumes(hub: MemoryHub, caplog: pytest.LogCaptureFixture) -> None:
    client = hub.json("alice")
    token = client.events()[0]["resume"]
    lines(caplog)
    hub.json("alice", resume=token)
    said = lines(caplog)
    assert "event=hello rooms=0 resumes=True" in said
    assert "event=closing reason=replaced" in said
    hub.json("bob", resume="nobody knows this one")
    said = lines(caplog)
    assert said.index("event=paused reason=hello") < said.index("event=resumed reason=hello")
    assert not any(token in line or "nobody" in line for line in said)


@pytest.mark.parametrize(
    ("first", "verdict"), [(b"GET / HTTP/1.1\r\n", "http"), (b"\x16\x03\x01", "foreign"),
                           (SIGNATURE + b"\x21\x11\x00\x00", "proxy"), (b"hello\n", "text")],
)  # fmt: skip
def test_every_verdict(
    hub: MemoryHub, caplog: pytest.LogCaptureFixture, first: bytes, verdict: str
) -> None:
    hub.client(first)
    assert f"event=first_bytes verdict={verdict}" in lines(caplog)


def test_why_a_flooder_waits(hub: MemoryHub, caplog: pytest.LogCaptureFixture) -> None:
    client = hub.json("alice")
    hub.journal.held = True
    for _ in range(60):
        client.send(b'{"type":"say","room":"lobby","text":"' + SECRET.encode() * 500 + b'"}\n')
    hub.journal.held = False
    hub.journal.commit()
    hub.clock.advance(5)
    for number in range(70):
        client.say_json({"type": "join", "room": f"room-{number}"})
        client.say_json({"type": "leave", "room": f"room-{number}"})
    hub.clock.advance(60)
    client.send(b"\n" * 8000)
    hub.clock.advance(60)
    client.transport.room = 10
    client.say_json({"type": "ping"})
    client.transport.drain()
    said = lines(caplog)
    for event in (
        "event=paused reason=capacity", "event=resumed reason=capacity",
        "event=paused reason=rest", "event=paused reason=rate",
        "event=writing_paused", "event=writing_resumed",
    ):  # fmt: skip
        assert event in said, event
    assert not any(SECRET in line for line in said)


def test_nothing_of_it_unless_it_is_wanted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "hubbub.hub")
    hub = MemoryHub()
    client = hub.json("alice", join={"lobby": {"last": 0}})
    client.say_json({"type": "history", "room": "lobby"})
    assert client.connection.flow.trace is None
    client.end_input()
    assert lines(caplog) == []
    hub.close()
