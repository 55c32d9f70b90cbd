"""A person in a room: what is typed, what is sent, what is shown."""

import re
from collections.abc import Iterable

import pytest
from fake_transports import message, own_joined, welcome
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.client.conversation import Conversation
from core.limits import HISTORY_LIMIT
from core.text.burst import Block, Line
from core.wire.messages import (
    Ack,
    AnyRequest,
    AskHistory,
    AskMembers,
    AskRooms,
    Direct,
    Error,
    Event,
    From,
    Hello,
    History,
    Invite,
    Join,
    Joined,
    Leave,
    Left,
    Members,
    Message,
    Nick,
    Notice,
    Pong,
    Renamed,
    Reset,
    Say,
    SayDirect,
    Topic,
    decode_request,
    encode,
)
from terminal.commands import HERE
from terminal.controller import HISTORY_SHOWN, NICK_AGAIN_S, RING_AGAIN_S, SLOW_S, ChatController
from terminal.ignored import Ignored
from terminal.rooms import WAITING_KEPT
from terminal.router import DisplayOptions

AT_MS = 1_700_000_000_000
MEMBERS = Members(room="lobby", nicks=("alice", "bob"), count=2)


class Room:
    """A chat with a hub that a test plays."""

    def __init__(
        self, *rooms: str, echo: bool = True, status: bool = True, ignored: Ignored | None = None,
    ) -> None:  # fmt: skip
        self.shown = ""
        self.rung = 0
        self.refreshed = 0
        self.now_s = 0.0
        numbers = iter(range(1, 1000))
        self.client = Conversation("alice", new_id=lambda: f"id-{next(numbers)}")
        display = DisplayOptions(echo=echo, status=status)
        self.chat = ChatController(
            self.client, self, rooms or ("lobby",), display, ignored,
            now_ms=lambda: AT_MS, clock=lambda: self.now_s,
        )  # fmt: skip
        self.connect()

    def show(self, text: bytes) -> None:
        assert text.endswith(b"\n")
        self.shown += re.sub(r"(?m)^\d\d:\d\d", "HH:MM", text.decode())

    def refresh(self) -> None:
        self.refreshed += 1

    def ring(self) -> None:
        self.rung += 1

    @property
    def status(self) -> str:
        return self.chat.status(80)

    def connect(self) -> Hello:
        hello = decode_request(self.client.hello())
        assert isinstance(hello, Hello)
        return hello

    def enter(self, seq: int = 0) -> "Room":
        self.come(welcome(), own_joined(seq=seq), MEMBERS)
        self.see()
        return self

    def come(self, *events: Event) -> None:
        lines = [encode(event) for event in events]
        self.chat.on_events(
            [(one, line) for line in lines for one in self.client.feed(line, self.now_s)]
        )

    def type(self, *lines: str) -> list[AnyRequest]:
        for line in lines:
            self.chat.typed(Block(line) if "\n" in line else Line(line))
        return self.sent()

    def sent(self) -> list[AnyRequest]:
        return [decode_request(line) for line in self.client.outgoing(self.now_s)]

    def see(self) -> str:
        shown, self.shown = self.shown, ""
        return shown


def test_entering_shows_a_greeting_and_history() -> None:
    room = Room()
    assert room.client.positions["lobby"].last == HISTORY_SHOWN
    topic = Topic(room="lobby", text="Lunch at 12")
    room.come(welcome(), own_joined(seq=1), MEMBERS, topic, message(1, "hi"))
    assert room.see() == (
        "-- welcome to lobby, alice (2 here: alice, bob). /help lists commands\n"
        "-- all messages are kept\n"
        "-- topic: Lunch at 12\n"
        "HH:MM <bob> hi\n"
    )


def test_at_a_prompt_ones_own_message_is_shown_when_it_comes_back() -> None:
    room = Room().enter()
    assert room.type("hello") == [Say(room="lobby", text="hello", id="id-1")]
    room.come(Ack(id="id-1", room="lobby", seq=1))
    assert room.see() == ""
    room.come(message(1, "hello", id="id-1"))
    assert room.see() == "HH:MM <bob> hello\n"


def test_in_plain_lines_ones_own_message_is_not_shown_again() -> None:
    room = Room(echo=False).enter()
    room.type("hello", "/msg bob psst")
    room.come(Ack(id="id-1", room="lobby", seq=1), message(1, "hello", id="id-1"))
    room.come(Direct(nick="alice", to="bob", id="id-2", at=0, text="psst"))
    assert room.see() == ""
    room.come(message(2, "from another window of mine"))
    room.come(Direct(nick="bob", to="alice", id="id-2x", at=0, text="what?"))
    assert room.see() == "HH:MM <bob> from another window of mine\nHH:MM [from bob] what?\n"


def test_lines_become_requests() -> None:
    room = Room().enter()
    sent = room.type(
        "//x", "one\n/two\n//three", "/me waves", "/msg bob hi", "/who", "/nick zoe", "/since 7"
    )
    assert [type(one) for one in sent] == [
        Say, Say, Say, SayDirect, AskMembers, Nick, AskHistory,
    ]  # fmt: skip
    assert [one.text for one in sent if isinstance(one, Say | SayDirect)] == [
        "/x", "one\n/two\n//three", "waves", "hi",
    ]  # fmt: skip
    assert sent[2] == Say(room="lobby", text="waves", kind="action", id="id-3")
    assert room.see() == ""


def test_who_came_in_at_the_page_invites_there() -> None:
    room = Room().enter()
    (asked,) = room.type("/invite")
    room.chat.page = "https://chat.example/"
    (asked_there,) = room.type("/invite")
    assert isinstance(asked, Invite)
    assert isinstance(asked_there, Invite)
    assert (asked.web, asked_there.web) == (None, "https://chat.example/")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("/foo", "-! no such command: /foo (start with // to send it as text)\n"),
        ("/nick", "-! usage: /nick NAME, for example: /nick alice\n"),
        ("/json", "-! /json is for programs that speak to the hub themselves\n"),
        ("/join Lobby", "-! you are in lobby already\n"),
        ("/join two words", "-! a room name has no white space in it\n"),
        (
            "\ud800",
            "-! this cannot be written as UTF-8; set LANG or LC_ALL to a locale with UTF-8\n",
        ),
        ("/help rooms", "-- /rooms: the rooms there are. Example: /rooms\n"),
    ],
)
def test_what_is_answered_on_the_spot(line: str, shown: str) -> None:
    room = Room().enter()
    assert room.type(line) == []
    assert room.see() == shown


def test_quitting_is_noted() -> None:
    room = Room().enter()
    room.type("/quit")
    assert room.chat.quitting
    room.chat.leave_all()
    assert [type(one) for one in room.sent()] == [Leave]


def test_show_asks_for_one_message_as_a_whole() -> None:
    room = Room().enter(seq=9)
    lines = "\n".join(str(number) for number in range(30))
    (ask,) = room.type("/show 7")
    assert ask == AskHistory(room="lobby", after=6, limit=1, ref=ask.ref)
    room.come(History(room="lobby", messages=(message(7, lines),), more=True, ref=ask.ref))
    assert room.see().count("\n") == 1 + 30, "and its day, which is not today"
    (ask,) = room.type("/show 8")
    room.come(History(room="lobby", messages=(message(9),), more=False, ref=ask.ref))
    assert room.see() == "-! there is no message 8 in lobby; /last 10 shows the newest\n"
    room.come(History(room="lobby", messages=(), more=False))
    assert room.see() == "-- nothing was said since then\n"


def test_others_come_and_go() -> None:
    room = Room().enter()
    room.come(
        Joined(room="lobby", nick="zoe", at=0), Renamed(nick="zoe", to="zoë", at=0),
        Left(room="lobby", nick="zoë", at=0), Members(room="lobby", count=300), Pong(at=0),
        Notice(text="a notice"), Topic(room="lobby", text="new", nick="bob", at=0),
    )  # fmt: skip
    assert room.see() == (
        "HH:MM -- zoe joined\nHH:MM -- zoe is now zoë\nHH:MM -- zoë left\n-- a notice\n"
        "HH:MM -- bob set the topic: new\n"
    )


def test_answers_are_shown() -> None:
    room = Room().enter()
    who, called, topic, nick = room.type("/who", "/who al", "/topic", "/nick zoe")
    assert called == AskMembers(room="lobby", text="al", ref=called.ref)
    found = Members(
        room="lobby", nicks=("alice",), count=1, text="al", matching=1, ref=called.ref
    )  # fmt: skip
    room.come(
        Members(room="lobby", nicks=("alice",), count=1, ref=who.ref),
        found,
        Topic(room="lobby", text="", ref=topic.ref),
        Renamed(nick="alice", to="zoe", at=0, ref=nick.ref),
        Error(code="bad_room", text="no such room"),
    )
    assert room.see() == (
        "-- 1 here: alice\n-- 1 of 1 here with al in the name: alice\n"
        "-- no topic is set\n-- you are now zoe\n-! no such room\n"
    )
    assert room.status == "1 here · zoe · connected"


# --- rooms --------------------------------------------------------------------------


def in_kitchen(room: Room, seq: int = 0) -> Room:
    """Open a second room, and look at it."""
    (join,) = room.type("/join #Kitchen")
    assert join == Join(room="kitchen", last=HISTORY_SHOWN, ref=join.ref)
    kitchen = Members(room="kitchen", nicks=("alice",), count=1)
    room.come(own_joined("kitchen", seq, ref=join.ref), kitchen)
    return room


def test_joining_another_room_opens_it_beside_this_one() -> None:
    room = Room().enter()
    join, say = room.type("/join #Kitchen", "salt?")
    assert say == Say(room="kitchen", text="salt?", id="id-1")
    kitchen = Members(room="kitchen", nicks=("alice",), count=1)
    room.come(own_joined("kitchen", 1, ref=join.ref), kitchen, message(1, "pepper", "kitchen"))
    assert room.see() == (
        "-- welcome to kitchen, alice (1 here: alice). /help lists commands\nHH:MM <bob> pepper\n"
    )
    assert room.sent() == []
    assert room.status == "[2:kitchen] · 1 here · alice · connected"


def test_what_is_new_elsewhere_waits_until_it_is_looked_at() -> None:
    room = in_kitchen(Room().enter(seq=3))
    room.see()
    joined = Joined(room="lobby", nick="zoe", at=0)
    room.come(message(4), message(5, "alice: lunch?"), joined)
    assert room.see() == ""
    assert room.status.startswith("[2:kitchen] 1:lobby(2!)")
    assert room.rung == 1
    room.chat.look_at("lobby")
    assert room.see() == ("── lobby ── 2 new\nHH:MM <bob> text 4\nHH:MM *<bob> alice: lunch?\n")
    assert room.status.startswith("[1:lobby] · 3 here")
    room.type("/join kitchen")
    assert room.see() == "── kitchen ── nothing new\n"


def test_of_a_long_absence_the_newest_messages_are_shown() -> None:
    room = in_kitchen(Room().enter(seq=3))
    room.see()
    room.come(*(message(seq) for seq in range(4, 4 + WAITING_KEPT + 20)))
    assert f"1:lobby({WAITING_KEPT + 20})" in room.status
    room.chat.look_at(room.chat.rooms.numbered(1))
    first, *others = room.see().splitlines()
    assert first == f"── lobby ── {WAITING_KEPT + 20} new, 20 of them only with /since 3"
    assert others[0] == "HH:MM <bob> text 24"
    assert len(others) == WAITING_KEPT


def test_what_else_waited_counts_for_no_message() -> None:
    room = in_kitchen(Room().enter(seq=3))
    room.see()
    room.come(*(message(seq) for seq in range(4, 4 + WAITING_KEPT)))
    room.come(Topic(room="lobby", text="Lunch", nick="bob", at=0))
    room.chat.look_at("lobby")
    assert room.see().startswith(f"── lobby ── {WAITING_KEPT} new, 1 of them only with /since 3\n")


def test_several_rooms_from_the_beginning() -> None:
    room = Room("lobby", "ops")
    ops = Members(room="ops", nicks=("alice",), count=1)
    room.come(
        welcome(), own_joined(seq=1), own_joined("ops", 2), MEMBERS, ops, message(1),
        message(1, "old", "ops"), message(2, "alice, old", "ops"), message(3, "new", "ops"),
    )  # fmt: skip
    assert room.see().endswith("HH:MM <bob> text 1\n")
    assert room.status.startswith("[1:lobby] 2:ops(1) ·")
    assert room.rung == 0
    room.chat.look_at(room.chat.rooms.with_news())
    assert room.see() == (
        "── ops ── 1 new\n-- welcome to ops, alice (1 here: alice). /help lists commands\n"
        "HH:MM <bob> old\nHH:MM *<bob> alice, old\n── new ──\nHH:MM <bob> new\n"
    )


def test_without_a_status_news_elsewhere_are_said() -> None:
    room = in_kitchen(Room(echo=False, status=False).enter())
    room.see()
    room.come(message(1), message(2), message(3, "@alice"))
    assert room.see() == (
        "-- there is news in lobby; /join lobby shows it\n"
        "-- bob names you in lobby; /join lobby shows it\n"
    )


def test_coming_back_to_a_room_shows_its_last_lines_and_what_is_new() -> None:
    room = in_kitchen(Room().enter(seq=0))
    room.chat.look_at("lobby")
    room.come(*(message(seq) for seq in range(1, 15)))
    room.chat.look_at("kitchen")
    room.see()
    room.come(message(15), message(16))
    room.chat.look_at("lobby")
    seen = [f"HH:MM <bob> text {seq}" for seq in range(5, 15)]
    new = ["HH:MM <bob> text 15", "HH:MM <bob> text 16"]
    assert room.see().splitlines() == ["── lobby ── 2 new", *seen, "── new ──", *new]
    room.chat.look_at("kitchen")
    room.see()
    room.chat.look_at("lobby")
    assert room.see().splitlines() == ["── lobby ── nothing new", *seen[2:], *new]


@pytest.mark.parametrize(
    ("typed", "turned_to"),
    [("/go 1", "lobby"), ("/go lob", "lobby"), ("/go #lobby", "lobby"), ("/go bb", "lobby")],
)
def test_a_room_is_found_by_number_and_by_a_part_of_its_name(typed: str, turned_to: str) -> None:
    room = in_kitchen(Room().enter())
    room.type(typed)
    assert room.chat.room == turned_to


@pytest.mark.parametrize("what", ["3", "0", "nowhere"])
def test_a_room_that_is_not_open_is_not_gone_to(what: str) -> None:
    room = in_kitchen(Room().enter())
    room.see()
    room.type(f"/go {what}")
    assert room.see() == f"-! no open room is {what}; /join {what} opens one, Tab completes\n"
    assert room.chat.room == "kitchen"


def test_who_comes_and_goes_can_be_hidden() -> None:
    room = Room().enter()
    room.type("/quiet")
    assert room.see() == "-- who comes and goes is not shown; /quiet off shows it again\n"
    room.come(Joined(room="lobby", nick="zoe", at=0), Left(room="lobby", nick="bob", at=0))
    assert room.see() == ""
    assert room.status.startswith("2 here")
    room.type("/quiet off")
    room.see()
    room.come(Joined(room="lobby", nick="max", at=0))
    assert room.see() == "HH:MM -- max joined\n"
    assert room.type("/quiet perhaps") == []
    assert room.see().startswith("-! usage: /quiet [on|off]")


def test_the_bell_can_be_switched_off() -> None:
    room = Room().enter()
    room.type("/bell off")
    room.come(message(1, "alice?"))
    assert room.rung == 0
    room.now_s += RING_AGAIN_S
    room.type("/bell")
    room.come(message(2, "@here, lunch"))
    assert room.rung == 1


def test_the_newest_messages_can_be_seen_again() -> None:
    room = Room().enter(seq=9)
    (ask,) = room.type("/last 2")
    assert ask == AskHistory(room="lobby", limit=2, ref=ask.ref)
    room.come(History(room="lobby", messages=(message(8), message(9)), more=True, ref=ask.ref))
    shown = room.see()
    assert "HH:MM <bob> text 8\nHH:MM <bob> text 9\n" in shown
    assert "/since" not in shown
    (ask,) = room.type("/last")
    assert ask == AskHistory(room="lobby", limit=20, ref=ask.ref)
    assert room.type("/last all") == []
    (most,) = room.type("/last " + "9" * 10_000)
    assert most == AskHistory(room="lobby", limit=HISTORY_LIMIT, ref=most.ref)
    assert room.type("/color") == []
    assert "no such command: /color" in room.see()


def test_commands_have_the_names_that_hands_know() -> None:
    room = Room().enter()
    who, rooms, direct = room.type("/names", "/list", "/query bob hi")
    assert isinstance(who, AskMembers)
    assert isinstance(rooms, AskRooms)
    assert isinstance(direct, SayDirect)
    cleared = []
    room.chat.clear = lambda: cleared.append(True)
    room.type("/clear")
    assert cleared == [True]
    for typed in ("/quit", "/exit", "/quit bye, all"):
        room = Room().enter()
        assert room.type(typed) == []
        assert room.chat.quitting
        assert room.see() == ""


def test_leaving_a_room_leads_back_to_the_one_before() -> None:
    room = in_kitchen(Room().enter())
    room.see()
    (leave,) = room.type("/part")
    assert leave == Leave(room="kitchen", ref=leave.ref)
    assert room.see() == "── lobby ── nothing new\n"
    room.come(Left(room="kitchen", nick="alice", at=0, ref=leave.ref), message(5, room="kitchen"))
    assert room.see() == ""
    assert room.type("/leave", "/leave nowhere") == []
    assert room.see() == (
        "-! this is your only room: /join another one, or /quit\n"
        "-! you are not in nowhere; /list shows the rooms there are\n"
    )
    assert "welcome to kitchen" in in_kitchen(room).see()


def test_leaving_another_room_stays_in_this_one() -> None:
    room = in_kitchen(Room().enter())
    room.see()
    assert [type(one) for one in room.type("/leave lobby")] == [Leave]
    assert room.see() == ""
    assert room.chat.room == "kitchen"


def test_a_refused_room_leaves_one_where_one_was() -> None:
    room = Room().enter()
    (join,) = room.type("/join full")
    assert room.chat.room == "full"
    room.come(Error(code="too_many_rooms", text="leave a room first", ref=join.ref))
    assert room.see() == (
        "-! you are in as many rooms as can be; /leave ROOM closes one\n── lobby ── nothing new\n"
    )
    assert room.chat.room == "lobby"
    assert room.type("x") == [Say(room="lobby", text="x", id="id-1")]


def test_being_taken_out_of_a_room_is_said() -> None:
    room = Room().enter()
    room.come(Left(room="lobby", nick="alice", at=0))
    assert room.see() == "-! you are no longer in lobby; /join lobby goes back\n"
    room = in_kitchen(Room().enter())
    room.see()
    room.come(Left(room="kitchen", nick="alice", at=0))
    assert room.see() == (
        "-! you are no longer in kitchen; /join kitchen goes back\n── lobby ── nothing new\n"
    )


# --- being called -------------------------------------------------------------------


def test_a_mention_is_marked_and_rings() -> None:
    room = Room().enter()
    room.come(message(1, "alice?"), message(2, "Alice!", kind="action"), message(3, "malice"))
    assert room.see() == "HH:MM *<bob> alice?\nHH:MM ** bob Alice!\nHH:MM <bob> malice\n"
    assert room.rung == 1
    room.come(message(4, "alice?"))
    assert room.rung == 1  # not more often than once a second
    room.now_s += RING_AGAIN_S
    room.come(Direct(nick="bob", to="alice", id="x", at=0, text="psst"))
    assert room.rung == 2


def test_neither_ones_own_words_nor_history_ring() -> None:
    room = Room().enter(seq=5)
    own = Message(room="lobby", seq=6, at=0, nick="alice", text="alice it is")
    room.come(message(5, "alice?"), own)
    assert room.see() == "HH:MM *<bob> alice?\nHH:MM <alice> alice it is\n"
    room.type("/msg bob hi")
    room.come(Direct(nick="alice", to="bob", id="id-1", at=0, text="hi"))
    assert room.rung == 0


def test_who_is_ignored_is_not_heard() -> None:
    room = Room().enter()
    assert room.type("/ignore BOB", "/ignore", "/ignore alice") == []
    assert room.see() == (
        "-- BOB is ignored; /unignore BOB ends that\n-- ignored: BOB\n"
        "-! that is you; /ignore takes the name of somebody else\n"
    )
    room.come(
        message(1, "alice!"), Direct(nick="bob", to="alice", id="x", at=0, text="psst"),
        Joined(room="lobby", nick="bob", at=0), Left(room="lobby", nick="bob", at=0),
    )  # fmt: skip
    assert room.see() == ""
    assert room.rung == 0
    room.type("/unignore bob", "/unignore bob", "/ignore", "/unignore")
    assert room.see() == (
        "-- bob is shown again\n-- bob was not ignored\n"
        "-- nobody is ignored; /ignore NAME hides what somebody says\n"
        "-! usage: /unignore NAME, for example: /unignore bob\n"
    )
    room.come(message(2))
    assert room.see() == "HH:MM <bob> text 2\n"


def test_help_lists_what_there_is_here() -> None:
    room = Room().enter()
    room.type("/help")
    shown = room.see()
    for known in HERE.values():
        assert f"-- {known.usage} " in shown
    assert "/json" not in shown
    assert "Alt+1" in shown
    room.type("/help leave", "/ignor")
    assert room.see().startswith("-- /leave [ROOM]: leave")


# --- trouble ------------------------------------------------------------------------


def test_a_lost_connection_is_said_once_and_lines_are_kept() -> None:
    room = Room().enter(seq=1)
    room.come(Topic(room="lobby", text="Lunch"), message(1))
    room.see()
    for _ in range(3):
        room.client.lost()
        room.chat.lost("the hub stops", 1.0)
    assert room.see() == (
        "-! not connected (the hub stops); trying again, and what you type is kept\n"
    )
    assert room.type("one", "two") == []
    assert room.status == "not connected · 2 not sent yet · alice"
    hello = room.connect()
    assert hello.join == {"lobby": From(after=1)}
    room.come(welcome(), own_joined(seq=2), MEMBERS, Topic(room="lobby", text="Lunch"), message(2))
    assert room.see() == "-- connected again, as alice\nHH:MM <bob> text 2\n"
    assert [one.text for one in room.sent() if isinstance(one, Say)] == ["one", "two"]
    assert room.status == "2 here · alice · connected"


def test_a_new_topic_meanwhile_is_shown() -> None:
    room = Room().enter()
    room.client.lost()
    room.chat.lost("x", 1.0)
    room.connect()
    room.see()
    room.come(welcome(), own_joined(), MEMBERS, Topic(room="lobby", text="Dinner"))
    assert room.see() == "-- connected again, as alice\n-- topic: Dinner\n"


def test_a_session_that_the_hub_forgot_is_said_if_it_matters() -> None:
    room = Room().enter()
    room.type("one")
    room.client.lost()
    room.chat.lost("x", 1.0)
    room.connect()
    room.see()
    room.come(welcome(resume="another"))
    assert room.see() == (
        "-- connected again, as alice\n-! the hub does not know you from before: "
        "1 message goes out now, and might be there already\n"
    )


def test_what_is_slow_is_counted_in_the_status() -> None:
    room = Room()
    assert room.status == "connecting"
    room.enter()
    room.type("one")
    assert room.status == "2 here · alice · connected"
    room.now_s += SLOW_S
    assert room.status == "1 not sent yet · 2 here · alice · connected"
    room.come(Ack(id="id-1", room="lobby", seq=1))
    assert room.status == "2 here · alice · connected"


def test_what_is_refused_comes_back_to_its_author() -> None:
    room = Room().enter()
    room.type("x" * 100, "/msg bob hi")
    room.come(
        Error(code="too_long", text="too long", id="id-1"),
        Error(code="nobody", text="nobody here is called bob", id="id-2"),
    )
    assert room.see() == (
        f"-! not sent: too long\n      | {'x' * 60}…\n"
        "-! nobody here is called bob; /names lists who is here, and Tab completes\n      | hi\n"
    )


def test_what_cannot_be_stored_just_now_is_said_once() -> None:
    room = Room().enter()
    room.type("one", "two")
    errors = [Error(code="not_stored", text="the disk is full", id=f"id-{n}") for n in (1, 2)]
    room.come(*errors)
    assert room.see() == "-! not kept yet: the disk is full; it is said again by itself\n"
    room.come(Ack(id="id-1", room="lobby", seq=1))
    room.come(errors[1])
    assert room.see() != ""


def test_holes_are_said() -> None:
    room = Room().enter(seq=3)
    room.come(message(3))
    room.see()
    room.come(message(6), Reset(room="lobby", reason="pruned", missed=2, next=9), message(9))
    assert room.see() == (
        "-! messages 4 to 5 did not come; /since 3 may show them\nHH:MM <bob> text 6\n"
        "-! 2 older messages are no longer kept; reading on from 9\nHH:MM <bob> text 9\n"
    )


def test_a_taken_nick_makes_a_person_a_guest() -> None:
    room = Room()
    assert room.chat.refused_hello(Error(code="nick_taken", text="alice is taken"))
    assert room.see() == "-! alice is taken. You are a guest for now; /nick NAME changes that\n"
    assert room.connect().nick is None
    assert not room.chat.refused_hello(Error(code="bad_nick", text="no"))


def test_a_taken_nick_ends_a_visit_that_nobody_watches() -> None:
    room = Room(echo=False)
    assert not room.chat.refused_hello(Error(code="nick_taken", text="alice is taken"))
    room.enter()
    assert room.chat.refused_hello(Error(code="nick_taken", text="alice is taken"))


HOSTILE = st.text("a\n\t\x00\x07\x08\x0b\x1b\x7f\x85\x9b\u2028\u202e💬", max_size=20)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_nothing_of_a_hostile_hub_moves_the_cursor(nick: str, room_name: str, text: str) -> None:
    room = Room().enter()
    room.client.positions["other"] = room.client.positions["lobby"]
    room.come(
        message(1, text, kind="action"),
        message(2, text),
        Direct(nick=nick, to=nick, at=0, text=text),
        Joined(room=room_name, nick=nick, at=0),
        Renamed(nick="alice", to=nick, at=0),
        Topic(room=room_name, text=text, nick=nick, at=0),
        Members(room=room_name, nicks=(nick,), count=1, ref="x"),
        Error(code="x", text=text),
        Notice(text=text),
        Left(room="lobby", nick=nick, at=0),
    )
    room.chat.lost(text, 1.0)
    assert not control_characters(room.see())
    assert not control_characters(room.status + "\n")


def control_characters(shown: Iterable[str]) -> list[str]:
    bad = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\u2028", "\u2029"]
    return [c for c in shown if c in bad and c not in "\n\t"]


def test_a_nick_that_was_lost_is_taken_back_by_itself() -> None:
    room = Room()
    assert room.chat.refused_hello(Error(code="nick_taken", text="alice is taken"))
    guest = replace(welcome(), nick="guest-7")
    room.come(guest, replace(own_joined(seq=0), nick="guest-7"), MEMBERS)
    room.sent()
    room.see()
    room.now_s += NICK_AGAIN_S
    room.come(message(1))
    (ask,) = room.sent()
    assert isinstance(ask, Nick)
    assert ask.nick == "alice"
    room.come(Error(code="nick_taken", text="alice is taken", ref=ask.ref))
    assert "taken" not in room.see(), "quietly"
    room.come(Left(room="lobby", nick="alice", at=AT_MS))
    (ask,) = room.sent()
    assert isinstance(ask, Nick), "it is asked for as soon as it is seen to be free"
    room.come(Renamed(nick="guest-7", to="alice", at=AT_MS, ref=ask.ref))
    assert "you are now alice" in room.see()
    room.now_s += 10 * NICK_AGAIN_S
    room.come(message(2))
    assert room.sent() == []


def test_another_nick_that_was_chosen_meanwhile_is_kept() -> None:
    room = Room()
    room.chat.refused_hello(Error(code="nick_taken", text="alice is taken"))
    room.come(replace(welcome(), nick="guest-7"), replace(own_joined(seq=0), nick="guest-7"))
    (ask,) = room.type("/nick carol")
    room.come(Renamed(nick="guest-7", to="carol", at=AT_MS, ref=ask.ref))
    room.now_s += NICK_AGAIN_S
    room.come(message(1), Left(room="lobby", nick="alice", at=AT_MS))
    assert room.sent() == []
