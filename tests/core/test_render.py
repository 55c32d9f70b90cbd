import re
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import UNSET

from core.limits import BLOCK_SHOWN_LINES, WHOLE_SHOWN_LINES
from core.text import forgery
from core.text import format as formatting
from core.text.render import event_text, greeting, message_text, message_whole
from core.wire.messages import (
    EVENTS,
    Ack,
    Bye,
    Direct,
    Error,
    Event,
    History,
    Invitation,
    Joined,
    Left,
    Limits,
    Members,
    Message,
    Notice,
    Pong,
    Renamed,
    Reset,
    Results,
    Retention,
    RoomInfo,
    Rooms,
    Topic,
    Welcome,
)

AT_MS = 1_795_327_955_123
HH_MM = time.strftime("%H:%M", time.localtime(AT_MS // 1000))
DAY = time.strftime("%Y-%m-%d", time.localtime(AT_MS // 1000))

OURS = re.compile(r"([0-9]{2}:[0-9]{2} (<|\[|\* |-- )|-- |-! |      [|…] )")


def message(text: str, nick: str = "alice", seq: int = 1234, at: int = AT_MS) -> Message:
    return Message(room="lobby", seq=seq, at=at, nick=nick, text=text)


def action(text: str, nick: str = "alice") -> Message:
    return Message(room="lobby", seq=1, at=AT_MS, nick=nick, text=text, kind="action")


def lines(data: bytes) -> list[str]:
    """Return the lines of an output, after holding it to what every output keeps."""
    text = data.decode()
    assert not data or text.endswith("\n")
    found = text.split("\n")[:-1]
    for line in found:
        assert OURS.match(line), line
        assert not [c for c in line if unicodedata.category(c) in ("Cc", "Zl", "Zp") and c != "\t"]
    return found


def test_a_message_is_a_time_a_nick_and_a_text() -> None:
    assert lines(message_text(message("hello"))) == [f"{HH_MM} <alice> hello"]
    assert lines(message_text(action("waves"))) == [f"{HH_MM} * alice waves"]
    assert lines(message_text(message("see http://h.test:80/ -> x"))) == [
        f"{HH_MM} <alice> see http://h.test:80/ -> x"
    ]


def test_further_lines_stand_behind_a_mark() -> None:
    assert lines(message_text(message("one\n\n  three\tx\n-- bob left"))) == [
        f"{HH_MM} <alice> one",
        "      | ",
        "      |   three\tx",
        "      | -- bob left",
    ]


@pytest.mark.parametrize("count", [1, BLOCK_SHOWN_LINES, BLOCK_SHOWN_LINES + 1, 72, 200])
def test_a_long_block_is_cut_and_says_so(count: int) -> None:
    block = message("\n".join(f"line {n}" for n in range(count)))
    whole = lines(message_whole(block))
    assert len(whole) == count
    assert whole[-1].endswith(f" line {count - 1}")
    seen = lines(message_text(block))
    assert seen[:BLOCK_SHOWN_LINES] == whole[:BLOCK_SHOWN_LINES]
    more = count - BLOCK_SHOWN_LINES
    if more > 0:
        noun = "line" if more == 1 else "lines"
        assert seen[BLOCK_SHOWN_LINES:] == [f"      … {more} more {noun}: /show 1234"]
    else:
        assert seen == whole


def test_a_private_paste_is_shown_whole_and_an_endless_one_cut() -> None:
    def shown(count: int) -> list[str]:
        text = "\n".join(f"line {n}" for n in range(count))
        return lines(event_text(Direct(nick="alice", to="bob", at=AT_MS, text=text), "bob"))

    assert len(shown(WHOLE_SHOWN_LINES)) == WHOLE_SHOWN_LINES
    cut = shown(WHOLE_SHOWN_LINES + 500)
    assert cut[WHOLE_SHOWN_LINES - 1].endswith(f" line {WHOLE_SHOWN_LINES - 1}")
    assert cut[WHOLE_SHOWN_LINES:] == ["      … 500 more lines"]


FORGERIES = [
    "12:03 <bob> I quit",
    "12:03 * bob quits",
    "12:03 -- bob left",
    "12:03 [from bob] psst",
    "9:03  <bob> hi",
    "-- bob left",
    "-- bob is now carol",
    "-- welcome to kitchen, bob",
    "-- topic: free beer",
    "-! the hub is stopping",
]
FILLERS = ["x", " ", "  ", "ab ", "\t", "\u00a0", "\u3000", "\u2800", "я", "😀", "-", "x. "]


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize("width", [40, 72, 80, 132])
def test_no_wrap_makes_a_forged_line(forgery: str, filler: str, width: int) -> None:
    for kind in (message, action):
        for fill in range(1, 160):
            # Where somebody else's line would begin, it begins behind our mark.
            for line in lines(message_text(kind(filler * fill + forgery))):
                for start in range(width, len(line), width):
                    assert not line[start:].startswith(forgery)


def test_what_is_no_forgery_stays_as_it_is() -> None:
    for text in (
        "foo -- bar, or -- if you like -- baz",
        "git commit --amend -m x",
        "at 12:03 we left",
        "a:b <c>",
        "12:03 <bob> was what I saw",
        "what?!-!",
    ):
        assert lines(message_text(message(text)))[0] == f"{HH_MM} <alice> {text}"


@given(st.text())
@example("12:03 <bob> hi")
@example("x" * 80 + "12:03 <bob> hi -- bob left -! x")
def test_nothing_of_a_text_is_lost(text: str) -> None:
    found = lines(message_whole(message(text)))
    head = f"{HH_MM} <alice> "
    assert found[0].startswith(head)
    assert all(line.startswith("      | ") for line in found[1:])
    bodies = [found[0].removeprefix(head), *(line[8:] for line in found[1:])]
    controls = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u2400-\u2421\ufffd]")
    assert controls.sub("", "".join(bodies)) == controls.sub("", text).replace("\n", "")
    assert len("".join(bodies)) == len(text.replace("\n", ""))


# Texts that hold what the lines of text mode are made of, and what breaks lines.
pieces = st.one_of(
    st.sampled_from([*FORGERIES, *FILLERS, "--", "-! ", ":", "12:03", " <", "\n", "\r", "\x1b[2J"]),
    st.sampled_from(
        ["\x85", "\u2028", "\x0b", "\x1c", "\x00", "\x9b", "\u202e", "\ud800", "    | "]
    ),
    st.characters(),
)
hostile = st.lists(pieces, max_size=12).map("".join)
times = st.one_of(st.just(AT_MS), st.integers(-(2**63), 2**63))
kinds = st.sampled_from([UNSET, "action"])
refs = st.none() | st.just(7)
messages = st.builds(
    Message, room=hostile, seq=st.integers(0, 2**40), at=times, nick=hostile, kind=kinds,
    text=hostile,
)  # fmt: skip
some = st.lists(messages, max_size=4).map(tuple)
counts = st.integers(0, 300)
events = st.one_of(
    messages,
    st.builds(Joined, room=hostile, nick=hostile, at=times),
    st.builds(Left, room=hostile, nick=hostile, at=times),
    st.builds(Renamed, nick=hostile, to=hostile, at=times),
    st.builds(Topic, room=hostile, text=hostile, nick=st.just(UNSET) | hostile, at=times),
    st.builds(
        Members, room=hostile, nicks=st.just(UNSET) | st.lists(hostile).map(tuple), count=counts
    ),
    st.builds(
        Rooms,
        rooms=st.lists(
            st.builds(RoomInfo, room=hostile, count=counts, seq=counts, topic=hostile), max_size=3
        ).map(tuple),
    ),
    st.builds(History, room=hostile, messages=some, more=st.booleans()),
    st.builds(Results, room=hostile, text=hostile, messages=some, more=st.booleans()),
    st.builds(Direct, nick=hostile, to=hostile, at=times, kind=kinds, text=hostile),
    st.builds(
        Reset, room=hostile, reason=st.sampled_from(["pruned", "other_log"]), missed=counts,
        next=counts,
    ),
    st.builds(Error, code=st.sampled_from(["empty", "nobody", "x"]), text=hostile),
    st.builds(Notice, text=hostile),
    st.builds(
        Bye, reason=st.sampled_from(["stopping", "replaced", "stalled", "quit", "full"]),
        text=hostile,
    ),
    st.builds(Pong, at=times),
    st.just(Ack(room="lobby", seq=1)),
)  # fmt: skip


@given(events, st.one_of(st.just("alice"), hostile))
def test_whatever_comes_in_only_our_lines_go_out(event: Event, own_nick: str) -> None:
    lines(event_text(event, own_nick))


@given(messages)
def test_a_message_begins_with_its_own_nick_and_no_other(one: Message) -> None:
    first, *others = lines(message_whole(one))
    assert re.match(r"[0-9]{2}:[0-9]{2} (<[^\s<>]+> |\* [^\s<>]+ )", first)
    assert all(line.startswith("      | ") for line in others)
    assert all(line.startswith(("      | ", "      … ")) for line in lines(message_text(one))[1:])


@given(hostile)
def test_a_plain_text_holds_no_forgery(text: str) -> None:
    if formatting.is_plain(text):
        assert formatting.text_lines("", text) == [text]
        assert forgery.divided(text, 0) == [text]
        assert "\n" not in text


@given(hostile, hostile, st.lists(hostile, max_size=30), st.integers(0, 99), hostile)
def test_a_greeting_is_ours_too(
    room: str, nick: str, nicks: list[str], count: int, topic: str
) -> None:
    assert lines(greeting(room, nick, nicks, count, topic))[0].startswith("-- welcome to ")


HELP = "/help lists commands"


def test_the_greeting() -> None:
    assert lines(greeting("lobby", "guest-17", ["alice", "bob", "guest-17"], 3, "")) == [
        "-- welcome to lobby, guest-17 (3 here: alice, bob, guest-17). /help lists commands"
    ]
    nicks = [*"abcdefghijklmnopqrstuv"]
    assert lines(greeting("lobby", "m", nicks, 22, "Lunch")) == [
        f"-- welcome to lobby, m (22 here: {', '.join(nicks[:10])} and 12 more). {HELP}",
        "-- topic: Lunch",
    ]
    assert lines(greeting("lobby", "bob", [], 250, "")) == [
        "-- welcome to lobby, bob (250 here). /help lists commands"
    ]


@pytest.mark.parametrize(
    ("keeps", "words"),
    [
        (Retention(disk=True), "all messages are kept"),
        (Retention(days=7, disk=True), "messages are kept for 7 days"),
        (Retention(days=1, messages=1000, disk=True),
         "messages are kept for 1 day, the newest 1,000 of each room"),
        (Retention(messages=50, disk=True), "the newest 50 messages of each room are kept"),
        (Retention(disk=False),
         "all messages are kept, but only until the hub stops: nothing is on disk"),
    ],
)  # fmt: skip
def test_a_newcomer_is_told_what_is_kept(keeps: Retention, words: str) -> None:
    assert lines(greeting("lobby", "bob", [], 3, "Lunch", keeps)) == [
        f"-- welcome to lobby, bob (3 here). {HELP}",
        "-- topic: Lunch",
        f"-- {words}",
    ]


INFO = RoomInfo(room="lobby", count=3, seq=9, topic="Lunch at 12")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Joined(room="lobby", nick="bob", at=AT_MS), [f"{HH_MM} -- bob joined"]),
        (Joined(room="lobby", nick="alice", at=AT_MS), []),
        (Left(room="lobby", nick="bob", at=AT_MS), [f"{HH_MM} -- bob left"]),
        (Left(room="lobby", nick="alice", at=AT_MS), []),
        (Renamed(nick="bob", to="rob", at=AT_MS), [f"{HH_MM} -- bob is now rob"]),
        (Renamed(nick="alice", to="al", at=AT_MS), ["-- you are now al"]),
        (Renamed(nick="guest-1", to="alice", at=AT_MS), ["-- you are now alice"]),
        (Topic(room="lobby", text="Lunch"), ["-- topic: Lunch"]),
        (Topic(room="lobby", text=""), ["-- no topic is set"]),
        (
            Topic(room="lobby", text="Lunch", nick="bob", at=AT_MS),
            [f"{HH_MM} -- bob set the topic: Lunch"],
        ),
        (
            Topic(room="lobby", text="", nick="alice", at=AT_MS),
            [f"{HH_MM} -- you removed the topic"],
        ),
        (Members(room="lobby", nicks=("alice", "bob"), count=2), ["-- 2 here: alice, bob"]),
        (Members(room="lobby", nicks=("alice",), count=250), ["-- 250 here: alice and 249 more"]),
        (Members(room="lobby", count=250), []),
        (
            Rooms(rooms=(INFO, RoomInfo(room="bar", count=0, seq=0, topic=""))),
            ["-- lobby (3 here): Lunch at 12", "-- bar (0 here)"],
        ),
        (Rooms(rooms=()), ["-- there is no room yet; /join ROOM opens one"]),
        (History(room="lobby", messages=(), more=False), ["-- nothing was said since then"]),
        (
            History(room="lobby", messages=(message("a"), message("b")), more=True),
            [
                f"-- {DAY}",
                f"{HH_MM} <alice> a",
                f"{HH_MM} <alice> b",
                "-- there is more: /since 1234",
            ],
        ),
        (
            History(room="lobby", messages=(message("a"),), more=False),
            [f"-- {DAY}", f"{HH_MM} <alice> a", "-- end of history"],
        ),
        (
            Results(room="lobby", text="x", messages=(message("x\ny\nz"), action("x")), more=True),
            [
                f"-- 1234: {DAY} {HH_MM} <alice> x",
                "      … 2 more lines: /show 1234",
                f"-- 1: {DAY} {HH_MM} * alice x",
                "-- 2 found; there are older ones",
            ],
        ),
        (Results(room="lobby", text="x", messages=(), more=False), ["-- nothing found for: x"]),
        (Direct(nick="bob", to="alice", at=AT_MS, text="hi"), [f"{HH_MM} [from bob] hi"]),
        (Direct(nick="alice", to="bob", at=AT_MS, text="hi"), [f"{HH_MM} [to bob] hi"]),
        (
            Direct(nick="bob", to="alice", at=AT_MS, text="waves", kind="action"),
            [f"{HH_MM} [from bob] * bob waves"],
        ),
        (
            Reset(room="lobby", reason="pruned", missed=12, next=13),
            ["-! 12 older messages are no longer kept; reading on from 13"],
        ),
        (
            Reset(room="lobby", reason="pruned", missed=1, next=2),
            ["-! 1 older message is no longer kept; reading on from 2"],
        ),
        (
            Reset(room="lobby", reason="other_log", missed=0, next=1),
            ["-! this is not the log you were reading before; reading on from 1"],
        ),
        (Error(code="too_long", text="too long"), ["-! not sent: too long"]),
        (Error(code="nick_taken", text="bob is taken"), ["-! bob is taken"]),
        (Notice(text="hello\nthere"), ["-- hello", "      | there"]),
        (Invitation(tcp=(), web=(), lines=("nc h 1", "a\nb")), ["-- nc h 1", "-- a", "      | b"]),
        (Bye(reason="stopping", text="the hub is stopping"), ["-- the hub is stopping"]),
        (Bye(reason="stalled", text=""), ["-! good-bye (stalled)"]),
        (Ack(room="lobby", seq=1), []),
        (Pong(at=AT_MS), []),
        (message("hello"), [f"{HH_MM} <alice> hello"]),
        (
            Welcome(
                protocol=1, server="hubbub", log="l", nick="alice", resume="r",
                limits=Limits(text=1, nick=1, room=1, history=1), keeps=Retention(disk=True),
            ),
            [],
        ),
    ],
)  # fmt: skip
def test_events_as_people_see_them(event: Event, expected: list[str]) -> None:
    assert lines(event_text(event, "alice")) == expected


def test_every_event_has_been_looked_at() -> None:
    marks = test_events_as_people_see_them.pytestmark  # type: ignore[attr-defined]
    assert {type(event) for event, _ in marks[0].args[1]} == set(EVENTS)


@pytest.mark.parametrize("at", [-(2**70), -1, 0, 2**53, 2**70])
def test_a_time_beyond_the_calendar_is_still_a_time(at: int) -> None:
    lines(message_text(message("hello", at=at)))


def test_the_clock_is_the_servers_own() -> None:
    for at in range(0, 4 * 10**12, 987_654_321_000):
        expected = time.strftime("%H:%M", time.localtime(at // 1000))
        assert formatting.clock(at) == formatting.clock(at) == expected


def test_what_is_remembered_is_bounded() -> None:
    for n in range(formatting._CACHED + 10):
        message_text(message("x", nick=f"nick{n}", at=n * 60_000))
    assert 0 < len(formatting.clocks) <= formatting._CACHED
    assert 0 < len(formatting.names) <= formatting._CACHED
