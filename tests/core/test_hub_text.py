"""Text mode against a hub in memory: what a person sees, and what a pipe does."""

import json
import random
import re
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_hub import MemoryHub

from core.limits import TEXT_HISTORY_LINES, TEXT_LIMIT_BYTES
from core.text.format import offset
from core.wire.proxy import encode_v2

SECRET = b"the-gateway-secret"
KEPT = (
    "-- all messages are kept, but only until the hub stops: nothing is on disk. "
    f"Times are {offset(1_795_327_000_000)}\n"
)


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub(
        web_url="http://127.0.0.1:8080/", gateway_secret=SECRET, trusted_proxies=("10.0.0.0/8",)
    )
    yield hub
    hub.close()


def texts(hub: MemoryHub, room: str = "lobby") -> list[str]:
    found = hub.hub.history.after(room, 0, 1000).messages
    return [message.text for message in found]


def test_a_silent_caller_is_greeted_after_a_moment(hub: MemoryHub) -> None:
    person = hub.client()
    hub.clock.advance(0.29)
    assert person.take() == ""
    hub.clock.advance(0.02)
    assert person.take() == (
        "-- welcome to lobby, guest-1 (1 here: guest-1). /help lists commands\n" + KEPT
    )


def test_two_people_talk_and_see_the_other_only(hub: MemoryHub) -> None:
    one, two = hub.text(), hub.text()
    hub.clock.advance(2)
    one.take(), two.take()
    one.line("hello")
    two.line("/me waves")
    assert one.take().endswith("* guest-2 waves\n")
    assert two.take().endswith("<guest-1> hello\n")


def test_commands_do_what_they_say(hub: MemoryHub) -> None:
    one, two = hub.text(), hub.text()
    hub.clock.advance(2)
    one.take(), two.take()
    one.line("/nick alice")
    assert "alice" in one.take()
    assert "guest-1 is now alice" in two.take().replace("known as ", "").replace("called ", "")
    one.line("/msg guest-2 psst")
    assert "psst" in two.take()
    assert "psst" in one.take()
    one.line("/topic lunch")
    assert "lunch" in two.take()
    one.take()
    one.line("/who")
    assert "alice, guest-2" in one.take()
    one.line("/who LI")
    assert one.take() == "-- 1 of 2 here with LI in the name: alice\n"
    one.line("/names zoe")
    assert one.take() == "-- none of 2 here has zoe in the name\n"
    one.line("/rooms")
    assert "lobby" in one.take()
    one.line("a needle in the hay")
    one.line("/search needle")
    assert "needle" in one.take()
    one.line("/since 1m")
    assert "needle" in one.take()
    one.line("/show 1")
    assert "needle" in one.take()
    one.line("/show 99")
    assert one.take() == "-! there is no message 99 in lobby\n"
    one.line("/help")
    assert "/topic" in one.take()
    one.line("/foo")
    assert one.take().startswith("-! no such command: /foo")
    one.line("//foo")
    assert texts(hub)[-1] == "/foo"
    one.line("/quit")
    assert "good-bye" in one.take()
    assert one.transport.closed


def test_joining_moves_to_another_room(hub: MemoryHub) -> None:
    one, two = hub.text(), hub.text()
    hub.clock.advance(2)
    one.take(), two.take()
    one.line("/join #Ops")
    assert one.take().startswith("-- welcome to ops, guest-1")
    assert "guest-1 left" in two.take()
    one.line("here")
    assert texts(hub, "ops") == ["here"]
    assert two.take() == ""


def test_joining_shows_the_last_lines(hub: MemoryHub) -> None:
    one = hub.text()
    for number in range(TEXT_HISTORY_LINES + 10):
        one.line(f"line {number}")
    lines = hub.text().take().splitlines()
    assert len(lines) == 2 + TEXT_HISTORY_LINES
    assert lines[-1].endswith("<guest-1> line 29")


def test_a_paste_becomes_one_block(hub: MemoryHub) -> None:
    one, two = hub.text(), hub.text()
    hub.clock.advance(2)
    two.take()
    one.send(b"first\nsecond\n/etc/passwd\n  indented\n")
    hub.clock.advance(1)
    assert texts(hub) == ["first", "second\n/etc/passwd\n  indented"]
    shown = two.take().splitlines()
    assert shown[1].endswith("<guest-1> second")
    assert shown[2].strip() == "| /etc/passwd"


def test_a_pipe_posts_everything_and_ends(hub: MemoryHub) -> None:
    pipe = hub.client()
    pipe.send(b"one\ntwo")
    pipe.end_input()
    hub.clock.advance(0)
    assert texts(hub) == ["one", "two"]
    assert pipe.transport.closed


def test_nothing_said_shows_the_room(hub: MemoryHub) -> None:
    hub.client(b"deploy done\n")
    looker = hub.client()
    looker.end_input()
    hub.clock.advance(0)
    assert looker.take().endswith("> deploy done\n")
    assert looker.transport.closed
    hub.client().drop()
    assert len(hub.hub.rooms["lobby"].members) == 1


def test_a_pipe_is_not_written_to_while_it_still_sends(hub: MemoryHub) -> None:
    pipe = hub.client()
    for number in range(20):
        pipe.send(f"line {number}\n".encode())
        hub.clock.advance(0.1)
    assert pipe.take() == ""
    hub.clock.advance(0.3)
    assert pipe.take().startswith("-- welcome")


def test_a_pipe_comes_and_goes_without_noise(hub: MemoryHub) -> None:
    one = hub.text()
    hub.clock.advance(2)
    one.take()
    pipe = hub.client(b"deploy done\n")
    pipe.end_input()
    hub.clock.advance(5)
    (line,) = one.take().splitlines()
    assert line.endswith("> deploy done")


def test_lines_of_a_reset_connection_count(hub: MemoryHub) -> None:
    pipe = hub.client(b"one\ntwo\nthree")
    pipe.drop()
    hub.clock.advance(0)
    assert texts(hub) == ["one", "two\nthree"]


def test_bad_input_is_refused_in_words_and_the_next_line_works(hub: MemoryHub) -> None:
    one = hub.text()
    hub.clock.advance(1)
    one.line("first")
    one.take()
    hub.clock.advance(1)
    one.send(b"half \xc3\n")
    assert one.take().startswith("-! not sent: that was not UTF-8")
    hub.clock.advance(1)
    one.send(b"x" * 10_000_000 + b"\n")
    hub.clock.advance(60)
    assert one.take().startswith("-! not sent: ")
    hub.clock.advance(1)
    one.line("x" * (TEXT_LIMIT_BYTES + 1))
    assert one.take().startswith("-! not sent: ")
    one.line("fine")
    assert texts(hub) == ["first", "fine"]


@pytest.mark.parametrize(
    "first",
    [
        b"GET / HTTP/1.1\r\n",
        b"POST / HTTP/1.0\r\nHost: x\r\n\r\nhello=1",
        b"PRI * HTTP/2.0\r\n\r\n",
    ],
)
@pytest.mark.parametrize("cut", [1, 5, 1000])
def test_http_posts_nothing_and_is_told_the_web_address(
    hub: MemoryHub, first: bytes, cut: int
) -> None:
    one = hub.client()
    for start in range(0, len(first), cut):
        if not one.connection.closing:
            one.send(first[start : start + cut])
            hub.clock.advance(0.05)
    answer = one.take()
    assert "HTTP/1.1 4" in answer
    assert "http://127.0.0.1:8080/" in answer
    hub.clock.advance(1)
    assert one.transport.closed
    assert texts(hub) == []
    assert hub.text().take().count("guest") == 2  # nobody else is here


def test_words_that_look_like_http_are_chat(hub: MemoryHub) -> None:
    hub.client(b"GET milk\n")
    hub.client(b"POST it later\n")
    assert texts(hub) == ["GET milk", "POST it later"]


@pytest.mark.parametrize("first", [b"\x16\x03\x01\x02\x00", b"\x00\x01", b"\x03\x00\x00\x13"])
def test_scanners_are_closed(hub: MemoryHub, first: bytes) -> None:
    one = hub.client(first)
    hub.clock.advance(0)
    assert one.transport.closed
    assert texts(hub) == []


def test_a_dripping_proxy_header_is_given_up(hub: MemoryHub) -> None:
    one = hub.client(b"PROXY TCP4 ")
    for _ in range(12):
        hub.clock.advance(0.5)
        if not one.connection.closing:
            one.send(b"1")
    assert one.transport.closed


@pytest.mark.parametrize(
    "first", [b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n", b"y" * 40_000 + b"\n"]
)
def test_a_first_line_beyond_the_limit_is_no_persons(hub: MemoryHub, first: bytes) -> None:
    one = hub.text()
    one.send(first)
    one.send(b"Host: example\r\n")
    hub.clock.advance(1)
    assert texts(hub) == []
    assert one.transport.closed


def test_a_late_banner_of_another_protocol_is_not_chat(hub: MemoryHub) -> None:
    one = hub.text()
    one.send(b"SSH-2.0-OpenSSH_9.2\r\n")
    hub.clock.advance(1)
    assert (texts(hub), one.transport.closed) == ([], True)


def test_a_late_hello_is_taken_all_the_same(hub: MemoryHub) -> None:
    late = hub.text()
    late.send(b'{"type":"hello","nick":"bot","join":{"lobby":{}}}\n{"type":"ping"}\n')
    lines = late.take().splitlines()
    assert lines[0].startswith("-- welcome")
    assert lines[1] + "\n" == KEPT
    assert lines[2].startswith('{"type":"welcome"')
    assert '"nicks":["bot"]' in lines[4]
    assert lines[5].startswith('{"type":"pong"')


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_late_hello_may_be_cut_anywhere(hub: MemoryHub, cut: int) -> None:
    data = b'{"type":"hello","nick":"bot"}\n{"type":"ping","ref":"r\xc3\xa4"}\n'
    late = hub.text()
    late.take()
    late.send(data[:cut])
    late.send(data[cut:])
    assert [event["type"] for event in late.events()] == ["welcome", "pong"]


def test_a_line_too_long_behind_a_late_hello_is_refused(hub: MemoryHub) -> None:
    late = hub.text()
    late.take()
    late.send(b'{"type":"hello"}\n' + b"x" * 300_000 + b"\n")
    assert [event["type"] for event in late.events()] == ["welcome", "error"]


def test_other_lines_that_begin_with_a_brace_are_text(hub: MemoryHub) -> None:
    hub.client(b'{"type":"say"}\n')
    one = hub.text()
    one.line("first")
    one.line('{"type":"hello"}')
    assert texts(hub) == ['{"type":"say"}', "first", '{"type":"hello"}']


def test_json_takes_over_from_text(hub: MemoryHub) -> None:
    one = hub.text()
    one.take()
    one.line("/json")
    welcome, members = one.events()
    assert (welcome["type"], welcome["nick"], members["count"]) == ("welcome", "guest-1", 1)
    one.say_json({"type": "say", "room": "lobby", "text": "hi", "id": "1"})
    assert [event["type"] for event in one.events()] == ["ack", "message"]


def test_telnet_is_answered_and_gets_cr_lf(hub: MemoryHub) -> None:
    one = hub.text()
    one.take()
    one.send(b"\xff\xf4\xff\xfd\x06\xd1\x8f\r\n")
    answer = one.output
    one.output = b""
    assert b"\xff\xfc\x06" in answer  # WONT TIMING-MARK
    assert b"\xff\xfd\x00" in answer  # DO BINARY
    assert texts(hub) == ["я"]
    two = hub.text()
    two.line("hello")
    assert one.take().endswith("hello\r\n")


def test_a_gateway_with_the_secret_is_believed(hub: MemoryHub) -> None:
    header = encode_v2(("203.0.113.9", 4711), ("127.0.0.1", 4045), SECRET)
    one = hub.client(header + b'{"type":"hello"}\n')
    assert one.connection.peer == "203.0.113.9:4711"
    assert one.events()[0]["type"] == "welcome"


def test_a_gateway_in_a_rush_is_believed_though_it_was_greeted(hub: MemoryHub) -> None:
    header = encode_v2(("203.0.113.9", 4711), ("127.0.0.1", 4045), SECRET)
    late, other = hub.text(), hub.json("bob", {"lobby": {}})
    other.take()
    late.send(header + b'{"type":"hello","nick":"amy","join":{"lobby":{}}}\n')
    assert late.connection.peer == "203.0.113.9:4711"
    lines = late.take().splitlines()
    assert lines[0].startswith("-- welcome")
    # What the page drops, and behind it what it waits for.
    answers = [json.loads(line) for line in lines if line.startswith("{")]
    assert [answer["type"] for answer in answers] == ["welcome", "joined", "members"]
    assert set(answers[2]["nicks"]) == {"amy", "bob"}
    hub.clock.advance(2)
    # Bob was told that the guest was there when he came himself.
    told = [(event["type"], event["nick"]) for event in other.events()]
    assert told == [("left", "guest-1"), ("joined", "amy")]
    assert texts(hub) == []


def test_a_late_header_without_the_secret_is_refused(hub: MemoryHub) -> None:
    late = hub.text()
    late.take()
    late.send(encode_v2(("203.0.113.9", 4711), ("127.0.0.1", 4045), b"wrong") + b"hello\n")
    hub.clock.advance(1)
    assert (texts(hub), late.transport.closed) == ([], True)
    assert "trusts no proxy" in late.take()
    assert hub.text().take().startswith("-- welcome to lobby, guest-2 (1 here")


def test_a_late_header_is_believed_once(hub: MemoryHub) -> None:
    header = encode_v2(("203.0.113.9", 4711), ("127.0.0.1", 4045), SECRET)
    late = hub.client(header)
    hub.clock.advance(0.31)
    late.take()
    late.send(header + b"hello\n")
    hub.clock.advance(1)
    assert (texts(hub), late.transport.closed) == ([], True)


@pytest.mark.parametrize(
    "header",
    [
        encode_v2(("203.0.113.9", 4711), ("127.0.0.1", 4045), b"wrong"),
        b"PROXY TCP4 203.0.113.9 127.0.0.1 4711 4045\r\n",
        b"PROXY TCP4 nonsense\r\n",
        encode_v2(("203.0.113.9", 4711), ("127.0.0.1", 4045), SECRET) * 2,
    ],
)
def test_other_proxies_are_not_believed(hub: MemoryHub, header: bytes) -> None:
    one = hub.client(header + b"hello\n")
    assert texts(hub) == []
    hub.clock.advance(1)
    assert one.transport.closed
    assert "trusts no proxy" in one.take()


junk = st.binary(max_size=60) | st.sampled_from(
    [b"\n", b"\r", b"\x1b[2J", b"/me ", b"/join x\n", b"\xff\xfd\x01", "я“日本”\u202e".encode(),
     b"\xc2\x9b", b'{"type":"hello"}\n', b"/nick \x07\n", b"/topic \x1b]0;x\x07\n", b"/foo\x1b\n"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(junk, max_size=30), st.integers(0, 2**32))
def test_whatever_comes_in_only_clean_text_goes_out(parts: list[bytes], seed: int) -> None:
    hub = MemoryHub()
    chance = random.Random(seed)
    watcher, talker = hub.text(), hub.text()
    for part in parts:
        if not talker.connection.closing:
            talker.send(part)
            hub.clock.advance(chance.choice([0, 0.05, 0.3]))
    talker.drop()
    hub.clock.advance(1)
    for shown in (
        watcher.take(),
        re.sub(rb"\xff[\xfb-\xfe].", b"", talker.output, flags=re.DOTALL).decode(),  # telnet's own
    ):
        shown = shown.replace("\r\n", "\n")
        assert not [c for c in shown if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    hub.close()


HELLO = b'{"type":"hello","nick":"bot","join":{"lobby":{}}}'


@pytest.mark.parametrize("greeted", [False, True])
@pytest.mark.parametrize("cut", range(1, len(HELLO)))
def test_a_hello_that_is_cut_off_is_not_chat(hub: MemoryHub, cut: int, greeted: bool) -> None:
    program = hub.text() if greeted else hub.client()
    program.take()
    program.send(HELLO[:cut])
    program.end_input()
    assert texts(hub) == []
    assert "-! not sent: it has no end" in program.take()


@pytest.mark.parametrize("line", ["{", "{oops", '{"a":1}', '{"type":"hello"'])
def test_what_begins_like_a_hello_and_is_meant_for_chat_is_chat(hub: MemoryHub, line: str) -> None:
    hub.client(line.encode() + b"\n").end_input()
    one = hub.client(b"first\n" + line.encode())
    one.end_input()
    hub.clock.advance(1)
    whole = hub.client(b'{"a":1}')  # no line end, but nothing is missing
    whole.end_input()
    assert texts(hub) == [line, "first", line, '{"a":1}']


def test_a_last_line_beyond_the_limit_is_told_before_the_end(hub: MemoryHub) -> None:
    """As `head -c 40000 FILE | nc -N HOST PORT` sends it, a moment after it was greeted."""
    one = hub.text()
    one.send(b"a" * 40_000)
    one.end_input()
    hub.clock.advance(1)
    assert "-! not sent: the line has 40000 bytes; 32832 are the limit" in one.take()
    assert one.transport.closed


@pytest.mark.parametrize("speak", ["hello", "/me waves", "/topic lunch", "/msg guest-1 psst"])
def test_who_speaks_is_announced_first(hub: MemoryHub, speak: str) -> None:
    one, program = hub.text(), hub.json("bot", {"lobby": {}})
    hub.clock.advance(2)
    one.take(), program.events()
    two = hub.text()
    two.send(speak.encode() + b"\n")
    assert one.take().splitlines()[0].endswith(" joined")
    assert program.events()[0]["type"] == "joined"
    hub.clock.advance(2)
    assert "joined" not in one.take(), "once"


def test_a_pipe_that_goes_on_is_seen_by_what_it_says(hub: MemoryHub) -> None:
    one, program = hub.text(), hub.json("bot", {"lobby": {}})
    hub.clock.advance(2)
    one.take(), program.events()
    hub.client(b"deploy begins\n")
    hub.clock.advance(2)
    (line,) = one.take().splitlines()
    assert line.endswith("> deploy begins")
    said, joined = program.events()
    assert (said["type"], joined["type"], joined["spoke"]) == ("message", "joined", True)


def test_nobody_is_announced_to_whom_they_were_named(hub: MemoryHub) -> None:
    """The greeting counts those who have just come; they are not news a second later."""
    one = hub.text()
    hub.clock.advance(2)
    two, three = hub.text(), hub.text()
    assert "3 here: guest-1, guest-2, guest-3" in three.take()
    one.take(), two.take()
    hub.clock.advance(2)
    assert one.take().count(" joined\n") == 2
    assert two.take().count(" joined\n") == 1
    assert three.take() == ""


@pytest.mark.parametrize(("does", "told"), [("/join ops", "left"), ("/nick bob", "renamed")])
def test_who_was_named_and_goes_unannounced_is_told_of(
    hub: MemoryHub, does: str, told: str
) -> None:
    """Else a list of people has somebody in it who is not there."""
    early = hub.json("early", {"lobby": {}})
    two = hub.text()
    late = hub.json("late", {"lobby": {}})
    early.events(), late.events()
    two.send(does.encode() + b"\n")
    assert [event["type"] for event in late.events()] == [told]
    assert early.events() == []
