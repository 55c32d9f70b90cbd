"""What one client can hold and delay, against a hub in memory."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from memory_hub import Client, MemoryHub
from store_lines import entry

from core import limits
from core.hub.directory import ROOMS_SHOWN, Directory
from core.hub.room import Room
from core.limits import (
    ANSWER_LIMIT_BYTES,
    LOAD_LIMIT_BYTES,
    MESSAGE_LINE_BYTES,
    PAGE_BYTES,
    PRESENCE_LIMIT_BYTES,
    QUANTUM,
    RATE_AT_ONCE,
    RECEIVE_BYTES,
    ROOMS_PER_SESSION,
    SCAN_MESSAGES,
    SMALL_COST,
    TEXT_LIMIT_BYTES,
    WRITE_CHUNK_BYTES,
)
from core.log.encoding import Encoding
from core.log.entry import Group
from core.log.tail import Batch, Tail, Tails
from core.sqlite.schema import SEQ_MASK
from core.text.render import message_whole
from core.wire.messages import Message

LOBBY = {"lobby": {"last": 0}}
PINGS_IN_A_SHARE = QUANTUM // SMALL_COST
BIG = "x" * (TEXT_LIMIT_BYTES - 10) + "\N{CAT}"


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub()
    yield hub
    hub.close()


def line(**fields: Any) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def fill(hub: MemoryHub, *texts: str, room: str = "lobby") -> None:
    """Put lines into the log, as an earlier run of the hub would have."""
    hub.store.append(Group(entries=[entry(text, room=room) for text in texts]))
    hub.hub.room(room).tail.forget(len(texts))


def held(client: Client) -> int:
    """Return what waits for a client and what it has under way, in bytes."""
    outbound = client.connection.outbound
    return outbound.personal_bytes + len(client.transport.waiting)


def receive(client: Client, data: bytes) -> None:
    """Have one read of the socket return `data`, and look before the turn ends."""
    view = client.connection.get_buffer(-1)
    view[: len(data)] = data
    client.connection.buffer_updated(len(data))


# --- the sum -------------------------------------------------------------------------


def test_what_one_client_can_hold_adds_up() -> None:
    always = (
        limits.CONNECTION_COSTS_BYTES
        + limits.RECEIVE_BYTES
        + 64 * limits.PIECE_BYTES // 3
        + limits.PRESENCE_LIMIT_BYTES
    )
    one_write = max(limits.WRITE_CHUNK_BYTES, limits.MESSAGE_LINE_BYTES)
    largest = limits.TEXT_COSTS * limits.TEXT_LIMIT_BYTES + limits.SAY_COSTS_BYTES
    assert always + limits.LOAD_LIMIT_BYTES + one_write < limits.CLIENT_LIMIT_BYTES
    assert always + largest < limits.CLIENT_LIMIT_BYTES
    assert limits.JSON_LINE_LIMIT_BYTES <= limits.LOAD_LIMIT_BYTES
    assert limits.ANSWER_LIMIT_BYTES <= limits.MESSAGE_LINE_BYTES <= limits.LOAD_LIMIT_BYTES


def test_no_text_needs_a_longer_line(hub: MemoryHub) -> None:
    for text in ('"' * TEXT_LIMIT_BYTES, "é" * (TEXT_LIMIT_BYTES // 2), "\n" * 99 + "\N{CAT}" * 99):
        longest = json.dumps({"type": "say", "room": "r" * 48, "text": text, "id": "i" * 64})
        assert len(longest) <= limits.JSON_LINE_LIMIT_BYTES
    client = hub.json("alice", LOBBY)
    client.send(line(type="say", room="lobby", text='"' * TEXT_LIMIT_BYTES))
    assert len(client.output.split(b"\n")[-2]) <= MESSAGE_LINE_BYTES


def test_all_connections_receive_into_one_buffer(hub: MemoryHub) -> None:
    one, two = hub.json("one"), hub.json("two")
    assert one.connection.get_buffer(-1).obj is two.connection.get_buffer(-1).obj
    assert len(one.connection.get_buffer(-1)) == RECEIVE_BYTES


# --- lines behind a hold -----------------------------------------------------------------


def test_lines_behind_a_hold_wait_and_are_carried_out_in_order(hub: MemoryHub) -> None:
    asker = hub.json("asker")
    for number in range(60):
        hub.hub.room(f"room-{number:03}").topic = "t" * 500
        hub.hub.rooms[f"room-{number:03}"].tail.forget(1)
    asker.take()
    asker.transport.room = 0
    asker.send(b"".join(line(type="rooms", ref=number) for number in range(500)))
    hub.clock.advance(10)
    assert held(asker) <= LOAD_LIMIT_BYTES
    assert asker.unsent, "everything was read"
    answered: list[int] = []
    while len(answered) < 500:
        asker.transport.drain()
        hub.clock.advance(0.01)
        answered += [event["ref"] for event in asker.events()]
        asker.transport.room = 0
    assert answered == list(range(500))


def test_what_was_received_before_a_half_close_is_carried_out(hub: MemoryHub) -> None:
    asker = hub.json("asker")
    fill(hub, *["text " * 5000] * 4)
    asker.take()
    asker.transport.room = 0
    asker.send(line(type="history", room="lobby") * 20 + line(type="ping", ref="last"))
    asker.end_input()
    assert held(asker) <= LOAD_LIMIT_BYTES
    assert not asker.transport.closed
    events: list[dict[str, Any]] = []
    while not asker.transport.closed:
        asker.transport.drain()
        events += asker.events()
        if not asker.transport.closed:
            asker.transport.room = 0
    assert [event["type"] for event in events] == ["history"] * 20 + ["pong"]


def test_what_was_received_before_a_reset_counts(hub: MemoryHub) -> None:
    watcher, gone = hub.json("watcher", LOBBY), hub.json("gone")
    watcher.take()
    said = RECEIVE_BYTES // 60
    receive(gone, line(type="say", room="lobby", text="said") * said)
    gone.drop()
    hub.clock.advance(0)
    assert watcher.seqs() == list(range(1, said + 1))


def test_questions_are_answered_one_at_a_time(hub: MemoryHub) -> None:
    asker = hub.json("asker", LOBBY)
    fill(hub, *["text"] * 3)
    asker.take()
    fetched: list[object] = []
    hub.fetch = lambda read, done: fetched.append((read, done))
    asker.send(line(type="history", room="lobby") * 8 + line(type="ping"))
    assert (len(fetched), asker.take()) == (1, "")


# --- answers and pages ---------------------------------------------------------------------


@pytest.mark.parametrize("where", [{"before": 41}, {"after": 0}, {"since": 0}])
def test_an_answer_is_bounded_and_says_that_there_is_more(
    hub: MemoryHub, where: dict[str, int]
) -> None:
    asker = hub.json("asker")
    fill(hub, *["text " * 1500] * 40)
    asker.take()
    asker.say_json({"type": "history", "room": "lobby", "limit": 200, **where})
    data = asker.output
    (answer,) = asker.events()
    assert len(data) <= ANSWER_LIMIT_BYTES + 200
    seqs = [message["seq"] for message in answer["messages"]]
    count = len(seqs)
    assert 1 < count < 40
    assert answer["more"] is True
    assert seqs == (list(range(41 - count, 41)) if "before" in where else list(range(1, count + 1)))


def test_a_client_that_pages_gets_everything_even_the_largest(hub: MemoryHub) -> None:
    asker = hub.json("asker")
    fill(hub, *[BIG] * 5, "small", '"' * TEXT_LIMIT_BYTES, "small")
    asker.take()
    seqs: list[int] = []
    more = True
    while more:
        after = seqs[-1] if seqs else 0
        asker.say_json({"type": "history", "room": "lobby", "after": after, "limit": 200})
        assert len(asker.output) <= MESSAGE_LINE_BYTES + 200
        (answer,) = asker.events()
        seqs += [message["seq"] for message in answer["messages"]]
        more = answer["more"]
    assert seqs == list(range(1, 9))


def test_results_are_bounded_as_well(hub: MemoryHub) -> None:
    asker = hub.json("asker")
    fill(hub, *["needle " + "x" * 20_000] * 30)
    asker.take()
    asker.say_json({"type": "search", "room": "lobby", "text": "needle", "limit": 50})
    (answer,) = asker.events()
    assert [message["seq"] for message in answer["messages"]] == [29, 30]
    assert answer["more"] is True


def test_a_page_of_large_messages_is_small(hub: MemoryHub) -> None:
    fill(hub, *["x" * 20_000] * 10)
    after, pages = 0, []
    while page := hub.hub.history.read("lobby", after, SEQ_MASK):
        assert sum(len(message.text) for message in page.messages) <= PAGE_BYTES
        pages.append(page)
        after = page.last
    assert [page.first for page in pages] == [1, 3, 5, 7, 9]
    assert hub.hub.history.kept("lobby", 2) is pages[1]


def test_a_lagging_reader_of_many_rooms_fetches_one_page_at_a_time(hub: MemoryHub) -> None:
    rooms = [f"room-{number}" for number in range(20)]
    for room in rooms:
        fill(hub, *["x" * 20_000] * 4, room=room)
    fetched: list[Any] = []
    hub.fetch = lambda read, done: fetched.append((read, done))
    reader = hub.json("reader", {room: {"after": 0} for room in rooms})
    seen: list[tuple[str, int]] = []
    while fetched:
        assert len(fetched) == 1
        read, done = fetched.pop()
        done(read())
        hub.clock.advance(0)
        pages = [cursor.page for cursor in reader.connection.outbound.cursors.values()]
        assert sum(page is not None for page in pages) <= 1
        seen += [(e["room"], e["seq"]) for e in reader.events() if e["type"] == "message"]
    assert sorted(seen) == [(room, seq) for room in sorted(rooms) for seq in range(1, 5)]


def test_a_page_that_many_ask_for_in_one_turn_is_read_once(hub: MemoryHub) -> None:
    fill(hub, *["x" * 20_000] * 20)
    fetched: list[Any] = []
    hub.fetch = lambda read, done: fetched.append((read, done))
    for number in range(5):
        hub.json(f"reader-{number}", {"lobby": {"after": 0}})
    pages = [read() for read, _ in fetched]
    assert len(pages) == 5
    assert all(page is pages[0] for page in pages)


def test_who_is_paused_keeps_no_page(hub: MemoryHub) -> None:
    fill(hub, *["x" * 20_000] * 20)
    reader = hub.json("reader", LOBBY)
    reader.transport.room = 0
    reader.say_json({"type": "join", "room": "lobby", "after": 0})
    assert reader.connection.outbound.paused
    assert reader.connection.outbound.cursors["lobby"].page is None
    assert len(reader.transport.waiting) <= WRITE_CHUNK_BYTES


@pytest.mark.parametrize("early", [True, False])
def test_who_has_a_large_message_under_way_keeps_no_page(hub: MemoryHub, early: bool) -> None:
    fill(hub, *["x" * 20_000] * 20)
    fetched: list[Any] = []
    hub.fetch = lambda read, done: fetched.append((read, done))
    reader = hub.json("reader", {"lobby": {"after": 0}})
    cursor = reader.connection.outbound.cursors["lobby"]
    hub.journal.held = True
    [(read, done)] = fetched
    if early:
        done(read())
        assert cursor.page is not None
    large = "x" * 32_000 + "\N{GRINNING FACE}"
    reader.say_json({"type": "say", "room": "lobby", "text": large})
    assert reader.connection.outbound.resting
    if not early:  # the page was on its way
        done(read())
    assert cursor.page is None


def test_a_message_of_thousands_of_lines_is_shown_in_part() -> None:
    text = "\n".join("a" * 10_000)
    shown = message_whole(Message(room="r", seq=1, at=0, nick="n", text=text))
    assert shown.endswith(b"8500 more lines\n")
    assert len(shown) < MESSAGE_LINE_BYTES


# --- what is under way -------------------------------------------------------------------


def test_what_is_said_and_not_kept_is_bounded(hub: MemoryHub) -> None:
    flooder = hub.json("flooder", LOBBY)
    hub.journal.held = True
    flooder.send(line(type="say", room="lobby", text="x") * 2000)
    assert flooder.connection.flow.in_flight_bytes <= LOAD_LIMIT_BYTES
    assert flooder.unsent
    hub.journal.held = False
    hub.journal.commit()
    hub.clock.advance(0)
    assert hub.hub.rooms["lobby"].tail.head == 2000


def test_the_largest_message_is_under_way_alone(hub: MemoryHub) -> None:
    flooder, other = hub.json("flooder", LOBBY), hub.json("other", LOBBY)
    flooder.take()
    hub.journal.held = True
    flooder.send(line(type="say", room="lobby", text=BIG) * 3)
    outbound = flooder.connection.outbound
    assert len(hub.journal._group.entries) == 1
    assert outbound.resting, "it may be written what others say, besides its own"
    hub.journal.held = False
    hub.journal.commit()
    hub.clock.advance(0)
    assert not outbound.resting
    assert len(other.seqs()) == len(flooder.seqs()) == 3


def test_blanks_that_are_cut_off_do_not_add_up(hub: MemoryHub) -> None:
    sayer = hub.json("sayer", LOBBY)
    for _ in range(40):
        sayer.send(line(type="say", room="lobby", text="x" + " " * 5000))
    assert sayer.connection.flow.in_flight_bytes == 0


def test_nothing_is_said_to_who_does_not_read(hub: MemoryHub) -> None:
    victim = hub.json("victim", LOBBY)
    sayers = [hub.json(f"sayer{number}") for number in range(20)]
    for sayer in sayers:  # all in one turn
        for begin in range(0, len(direct := line(type="direct", to="victim", text=BIG)), 4096):
            receive(sayer, direct[begin : begin + 4096])
            sayer.connection.inbound.work()
    assert victim.connection.outbound.personal_bytes <= ANSWER_LIMIT_BYTES + MESSAGE_LINE_BYTES


def test_what_is_under_way_bounds_the_unfinished_line(hub: MemoryHub) -> None:
    flooder = hub.json("flooder", LOBBY)
    hub.journal.held = True
    flooder.send(line(type="say", room="lobby", text="x" * 9000) * 5 + b'{"type":"' + b"x" * 99_000)
    connection = flooder.connection
    unfinished = connection.mode.unfinished_bytes
    assert connection.flow.load_bytes + unfinished <= LOAD_LIMIT_BYTES + RECEIVE_BYTES
    assert flooder.unsent


def test_a_paste_that_is_gathered_takes_no_more_than_its_bytes(hub: MemoryHub) -> None:
    person = hub.text()
    person.send(b"first\n")
    person.send(("\N{CAT}" + "x" * 1000 + "\n").encode() * 30)
    burst = person.connection.mode._burst._burst  # type: ignore[attr-defined]
    assert 30_000 < burst.size_bytes <= TEXT_LIMIT_BYTES
    assert all(isinstance(one, bytes) for one in burst._lines)
    hub.clock.advance(1)
    assert hub.hub.history.before("lobby", None, 1).messages[0].text.count("\N{CAT}") == 30


def test_the_tails_of_all_rooms_share_a_bound() -> None:
    tails = Tails(limit_bytes=20_000)
    rooms = [Tail(0) for _ in range(5)]
    for tail in rooms:
        tail.append(Batch([Message(room="r", seq=1, at=0, nick="n", text="x" * 5000)], [0]))
        tails.grew(tail)
    assert [bool(tail.size_bytes) for tail in rooms] == [False, False, True, True, True]
    assert [tail.head for tail in rooms] == [1] * 5


def test_the_newest_batch_goes_too_if_it_is_large() -> None:
    tail = Tail(0)
    texts = ["x" * TEXT_LIMIT_BYTES] * 100
    messages = [Message(room="r", seq=s, at=0, nick="n", text=t) for s, t in enumerate(texts, 1)]
    tail.append(Batch(messages, [0] * 100))
    assert len(tail.take(0, Encoding.JSON)[0]) > 0
    tail.trim()
    assert (tail.size_bytes, tail.head, tail.reaches(50)) == (0, 100, False)


# --- rooms ---------------------------------------------------------------------------------


def test_a_question_opens_no_room(hub: MemoryHub) -> None:
    asker = hub.json("asker")
    asker.take()
    for kind in ("members", "topic", "history", "leave"):
        asker.say_json({"type": kind, "room": f"no-{kind}"})
    asker.say_json({"type": "search", "room": "no-search", "text": "x"})
    asker.say_json({"type": "topic", "room": "no-topic", "text": "x"})
    types = [event["type"] for event in asker.events()]
    assert types == ["members", "topic", "history", "error", "results", "error"]
    assert not hub.hub.rooms
    person = hub.text()
    for command in ("/since 5m", "/search x", "/topic", "/who"):
        person.line(command)
    assert list(hub.hub.rooms) == ["lobby"]


def test_a_hello_enters_as_many_rooms_as_one_may(hub: MemoryHub) -> None:
    client = hub.json("alice", {f"r{number}": {} for number in range(4000)})
    events = client.events()
    joined = [event["room"] for event in events if event["type"] == "joined"]
    assert joined == [f"r{number}" for number in range(ROOMS_PER_SESSION)]
    errors = [event for event in events if event["type"] == "error"]
    assert [event["code"] for event in errors] == ["too_many_rooms"]
    assert len(hub.hub.rooms) == ROOMS_PER_SESSION
    client.say_json({"type": "join", "room": "one-more"})
    assert client.events()[-1]["code"] == "too_many_rooms"
    assert "one-more" not in hub.hub.rooms


def test_a_hello_of_one_who_does_not_read_enters_no_further(hub: MemoryHub) -> None:
    crowd = [f"{'n' * 20}{number}" for number in range(150)]
    for nick in crowd:
        hub.json(nick, {f"r{number}": {} for number in range(20)})
    client = hub.client()
    client.transport.room = 0
    client.say_json({"type": "hello", "join": {f"r{number}": {} for number in range(50)}})
    assert held(client) <= LOAD_LIMIT_BYTES + PRESENCE_LIMIT_BYTES
    client.transport.drain()
    joined = [event["room"] for event in client.events() if event["type"] == "joined"]
    assert joined == [f"r{number}" for number in range(50)]


def test_an_empty_room_without_a_log_is_forgotten(hub: MemoryHub) -> None:
    client = hub.json("alice")
    for number in range(30):
        client.say_json({"type": "join", "room": f"r{number}"})
        client.say_json({"type": "leave", "room": f"r{number}"})
    client.say_json({"type": "join", "room": "kept"})
    client.say_json({"type": "say", "room": "kept", "text": "here"})
    client.say_json({"type": "leave", "room": "kept"})
    assert list(hub.hub.rooms) == ["kept"]


def test_ten_thousand_rooms_are_put_in_order_now_and_then() -> None:
    looked = 0

    class Rooms(dict[str, Room]):
        def values(self) -> Any:
            nonlocal looked
            looked += 1
            return super().values()

    rooms = Rooms((f"r{number:04}", Room(f"r{number:04}", 1)) for number in range(1000))
    directory = Directory(rooms)
    for tenth in range(40):
        assert len(directory.named(tenth / 10)) == ROOMS_SHOWN
    assert looked == 2
    rooms["r0000"].topic = "new"
    assert directory.named(4.0)[0].topic == "new"


# --- turns -----------------------------------------------------------------------------------


def test_a_flooder_has_a_share_of_a_turn_and_others_come_first(hub: MemoryHub) -> None:
    flooder, quiet = hub.json("flooder", LOBBY), hub.json("quiet", LOBBY)
    quiet.take()
    say = line(type="say", room="lobby", text="x")
    receive(flooder, say * (RECEIVE_BYTES // len(say)))
    assert len(hub.journal._group.entries) <= QUANTUM
    receive(quiet, line(type="say", room="lobby", text="hello"))
    hub.clock.advance(0)
    texts = [event["text"] for event in quiet.events() if event["type"] == "message"]
    assert texts.index("hello") <= QUANTUM
    assert len(texts) == RECEIVE_BYTES // len(say) + 1


def test_who_keeps_the_hub_busy_has_to_rest(hub: MemoryHub) -> None:
    pinger = hub.json("pinger")
    pinger.take()
    pinger.send(line(type="ping") * 20_000)
    assert 0 < len(pinger.events()) < (limits.QUANTA_AT_ONCE + 1) * PINGS_IN_A_SHARE
    assert not pinger.transport.reading
    hub.clock.advance(0.1)
    answered = len(pinger.events())
    assert 0 < answered <= (0.1 * limits.QUANTA_A_SECOND + 1) * PINGS_IN_A_SHARE
    hub.clock.advance(60)
    assert pinger.transport.reading


def test_who_sends_little_comes_before_many_who_send_much(hub: MemoryHub) -> None:
    flooders = [hub.json(f"flooder{number}") for number in range(20)]
    quiet = hub.json("quiet", LOBBY)
    quiet.take()
    say = line(type="say", room="lobby", text="x")
    for flooder in flooders:
        receive(flooder, say * (RECEIVE_BYTES // len(say)))
    receive(quiet, line(type="say", room="lobby", text="hello"))
    assert len(hub.journal._group.entries) <= QUANTUM * limits.QUANTA_A_TURN + 1
    hub.clock.advance(0)
    texts = [event["text"] for event in quiet.events() if event["type"] == "message"]
    assert texts.index("hello") <= QUANTUM * limits.QUANTA_A_TURN
    assert len(texts) == 20 * (RECEIVE_BYTES // len(say)) + 1


@pytest.mark.parametrize("kind", ["rooms", "members", "search", "history", "join", "topic"])
def test_a_dear_request_is_a_whole_share(hub: MemoryHub, kind: str) -> None:
    asker = hub.json("asker", LOBBY)
    hub.clock.advance(0)
    asker.take()
    receive(asker, line(type=kind, room="lobby", text="x") * 50)
    told = asker.connection.outbound._personal
    assert len(told) <= 4
    assert not asker.transport.reading
    hub.clock.advance(10)
    assert asker.transport.reading


def test_a_search_for_short_words_gives_way_to_other_questions(hub: MemoryHub) -> None:
    searcher, other = hub.json("searcher"), hub.json("other")
    fill(hub, *["a line"] * (5 * SCAN_MESSAGES))
    searcher.take(), other.take()
    searcher.say_json({"type": "search", "room": "lobby", "text": "zz"})
    other.say_json({"type": "history", "room": "lobby", "limit": 1})
    assert (searcher.take(), [event["type"] for event in other.events()]) == ("", ["history"])
    hub.clock.advance(1)
    assert [event["type"] for event in searcher.events()] == ["results"]


def test_who_goes_in_and_out_without_end_has_to_wait(hub: MemoryHub) -> None:
    watcher, restless = hub.json("watcher", LOBBY), hub.json("restless")
    watcher.take()
    request = line(type="join", room="lobby") + line(type="leave", room="lobby")
    restless.send(request * 500)
    assert len(watcher.events()) <= RATE_AT_ONCE + 1
    hub.clock.advance(1000 / limits.RATE_A_SECOND)
    assert restless.events()[-1]["type"] == "left"
    assert len(hub.hub.rooms["lobby"].members) == 1


def test_telnet_commands_count_in_a_share(hub: MemoryHub) -> None:
    person = hub.text()
    person.take()
    receive(person, b"\xff\xfd\x06" * (RECEIVE_BYTES // 3))
    assert person.connection.outbound.personal_bytes < RECEIVE_BYTES // 2


# --- before a mode is known --------------------------------------------------------------------


def test_blank_lines_before_the_first_are_not_gathered(hub: MemoryHub) -> None:
    caller = hub.client()
    for _ in range(300):
        caller.send(b"\r\n" * 2000)
    assert caller.connection.mode.unfinished_bytes <= 2
    caller.send(b"\r\nGET / HTTP/1.1\r\n")
    assert caller.take().startswith("HTTP/1.1 421")


def test_a_first_line_without_an_end_is_bounded(hub: MemoryHub) -> None:
    caller = hub.client()
    for _ in range(100):
        caller.send(b"x" * 5000)
    assert caller.connection.mode.unfinished_bytes <= limits.JSON_LINE_LIMIT_BYTES
    caller.send(b"\n")
    hub.clock.advance(1)
    assert "-! not sent: the line has 500000 bytes" in caller.take()
