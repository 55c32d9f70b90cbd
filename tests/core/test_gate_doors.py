"""The gate at the hub's own doors: nothing is shown, said or done before the passphrase."""

from collections.abc import Iterator

import pytest
from memory_hub import Client, MemoryHub

from core.access.gate import NEEDED, TOO_FAST, WRONG, WRONG_WAIT_S
from core.limits import GATE_TRIES, GATE_WAIT_S
from core.wire.proxy import encode_v2

PASS = "k7mq-2xfd-9wht"
SECRET = b"the-gateway-secret"
ASKED = f"-- {NEEDED}. Type it, and press Enter; /quit leaves\n"


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub(passphrase=PASS, gateway_secret=SECRET, web_url="http://127.0.0.1:8080/")
    yield hub
    hub.close()


def inside(hub: MemoryHub) -> Client:
    member = hub.json("ann", {"lobby": {}}, passphrase=PASS)
    member.say_json({"type": "say", "room": "lobby", "text": "for those inside"})
    member.events()
    return member


def texts(hub: MemoryHub) -> list[str]:
    return [message.text for message in hub.hub.history.after("lobby", 0, 1000).messages]


# --- text -------------------------------------------------------------------------


def test_a_person_is_asked_and_sees_nothing_until_it_is_right(hub: MemoryHub) -> None:
    ann = inside(hub)
    person = hub.text()
    assert person.take() == ASKED
    person.line("/who")
    person.line("wrong-guess-here")
    hub.clock.advance(WRONG_WAIT_S / 2)
    assert "lobby" not in person.take()
    hub.clock.advance(WRONG_WAIT_S)
    assert person.take() == f"-! {WRONG}\n"
    assert hub.hub.people.find("guest-1") is None
    assert ann.events() == []
    person.line("K7MQ 2XFD9WHT ")
    shown = person.take()
    assert "-- welcome to lobby, guest-1" in shown
    assert "for those inside" in shown
    person.line("hello")
    assert texts(hub) == ["for those inside", "hello"]


def test_a_pipe_gives_it_as_its_first_line(hub: MemoryHub) -> None:
    pipe = hub.client(f"{PASS}\ndeploy done\n".encode())
    pipe.end_input()
    hub.clock.advance(2)
    assert texts(hub) == ["deploy done"]
    assert "-!" not in pipe.take()


@pytest.mark.parametrize("telnet", [b"", b"\xff\xfd\x03"], ids=["nc", "telnet"])
def test_a_pipe_that_stays_is_answered(hub: MemoryHub, telnet: bytes) -> None:
    pipe = hub.client(telnet + f"{PASS}\r\n/join ops\r\n/who\r\n".encode())
    hub.clock.advance(2)
    assert b"-- welcome to ops, guest-1" in pipe.output
    assert b"-- 1 here: guest-1" in pipe.output


def test_what_a_pipe_says_behind_a_wrong_one_is_not_said(hub: MemoryHub) -> None:
    pipe = hub.client(b"wrong\ndeploy done\nsecret plans\n")
    pipe.end_input()
    hub.clock.advance(30)
    assert texts(hub) == []
    assert pipe.take() == f"-! {WRONG}\n" * 3
    assert pipe.transport.is_closing()


def test_a_last_line_without_its_end_counts(hub: MemoryHub) -> None:
    pipe = hub.client(PASS.encode())
    pipe.end_input()
    hub.clock.advance(2)
    assert "-- welcome to lobby" in pipe.take()


def test_tries_and_time_are_bounded(hub: MemoryHub) -> None:
    guesser, silent = hub.text(), hub.text()
    for number in range(GATE_TRIES):
        guesser.line(f"guess number {number}")
        hub.clock.advance(WRONG_WAIT_S + 0.1)
    assert guesser.take().splitlines()[-1].startswith("-! that was wrong too often")
    assert guesser.transport.is_closing()
    hub.clock.advance(GATE_WAIT_S)
    assert silent.transport.is_closing()
    assert hub.server.context.gate.waiting == 0


def test_quit_leaves_and_commands_are_no_tries(hub: MemoryHub) -> None:
    person = hub.text()
    for command in ("/help", "/nick eve", "/search inside", "/json", "/invite"):
        person.line(command)
    assert person.take() == ASKED + "-! first the passphrase of this hub; /quit leaves\n" * 5
    person.line("/quit")
    assert person.transport.is_closing()


def test_telnet_is_answered_before_and_after(hub: MemoryHub) -> None:
    person = hub.text()
    person.take()
    person.send(b"\xff\xfd\x03" + PASS.encode() + b"\r\n")
    assert person.output.startswith(b"\xff\xfd\x00")
    assert (
        b"-- welcome to lobby, guest-1 (1 here: guest-1). /help lists commands\r\n" in person.output
    )


# --- programs ---------------------------------------------------------------------


def test_a_program_gives_it_in_hello(hub: MemoryHub) -> None:
    inside(hub)
    for given in ({}, {"passphrase": None}):
        program = hub.json("bob", {"lobby": {}}, **given)
        (refused,) = program.events()
        assert (refused["type"], refused["code"], refused["text"]) == (
            "error", "passphrase", NEEDED,
        )  # fmt: skip
    program.say_json({"type": "hello", "nick": "bob", "passphrase": "wrong wrong"})
    # What comes behind it waits for the answer, and is refused like it.
    program.say_json({"type": "say", "room": "lobby", "text": "not to be kept"})
    assert program.events() == []
    hub.clock.advance(WRONG_WAIT_S + 0.1)
    assert [event["code"] for event in program.events()] == ["passphrase", "hello_first"]
    program.say_json({"type": "hello", "nick": "ann", "passphrase": PASS})
    assert [event["code"] for event in program.events()] == ["nick_taken"]
    program.say_json({"type": "hello", "nick": "bob", "passphrase": PASS, "join": {"lobby": {}}})
    assert [event["type"] for event in program.events()][:2] == ["welcome", "joined"]
    assert texts(hub) == ["for those inside"]


def test_a_taken_nick_and_a_known_token_tell_nothing_before(hub: MemoryHub) -> None:
    ann = hub.json("ann", passphrase=PASS)
    token = ann.events()[0]["resume"]
    answers = []
    for fields in ({"nick": "ann"}, {"nick": "nobody"}, {"resume": token}, {"resume": "x" * 22}):
        program = hub.client()
        program.say_json({"type": "hello", **fields})
        answers.append(program.take())
    assert len(set(answers)) == 1
    assert ann.events() == []


def test_resuming_needs_it_again(hub: MemoryHub) -> None:
    ann = hub.json("ann", {"lobby": {}}, passphrase=PASS)
    token = ann.events()[0]["resume"]
    ann.drop()
    again = hub.client()
    again.say_json({"type": "hello", "resume": token, "passphrase": PASS})
    assert again.events()[0]["nick"] == "ann"


@pytest.mark.parametrize(
    "request_type",
    ["say", "join", "history", "search", "members", "rooms", "invite", "ping", "show"],
)
def test_no_request_is_carried_out_before(hub: MemoryHub, request_type: str) -> None:
    inside(hub)
    program = hub.json("bob")
    program.say_json({"type": request_type, "room": "lobby", "text": "inside", "ref": 1})
    assert {event["type"] for event in program.events()} == {"error"}
    assert texts(hub) == ["for those inside"]


# --- guessing ---------------------------------------------------------------------


def evaluated(hub: MemoryHub, address: str, seconds: int) -> int:
    """Guess from one address as fast as it goes; return how many were evaluated."""
    before = hub.server.context.gate.refused
    for _ in range(seconds * 4):
        program = hub.client(encode_v2((address, 4045), ("10.0.0.1", 4045), SECRET))
        program.say_json({"type": "hello", "passphrase": "guess guess"})
        hub.clock.advance(0.25)
        program.drop()
    hub.clock.advance(60)
    return hub.server.context.gate.refused - before


def test_one_source_has_twenty_guesses_a_minute(hub: MemoryHub) -> None:
    assert evaluated(hub, "192.0.2.7", 60) <= 21 + 5
    others = hub.client(encode_v2(("192.0.2.8", 1), ("10.0.0.1", 4045), SECRET))
    others.say_json({"type": "hello", "passphrase": PASS})
    assert others.events()[0]["type"] == "welcome"


def test_a_class_behind_one_address_comes_in_at_once(hub: MemoryHub) -> None:
    for number in range(40):
        pupil = hub.client(encode_v2(("192.0.2.7", 1 + number), ("10.0.0.1", 4045), SECRET))
        pupil.say_json({"type": "hello", "passphrase": PASS})
        assert pupil.events()[0]["type"] == "welcome"


def test_who_guesses_too_fast_is_told(hub: MemoryHub) -> None:
    programs = [hub.client() for _ in range(12)]
    for program in programs:
        program.say_json({"type": "hello", "passphrase": "guess guess"})
    assert programs[-1].events()[0]["text"] == TOO_FAST


def test_wrong_ones_are_in_the_log_and_what_was_tried_is_not(
    hub: MemoryHub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    program = hub.json("bob", passphrase="tried by a program")
    person = hub.text()
    person.line("tried by a person")
    hub.json("eve")  # has not tried
    hub.clock.advance(5)
    assert caplog.text.count("event=passphrase_refused") == 2
    assert caplog.text.count("peer=") == 2
    assert "tried" not in caplog.text
    assert program.events()[-1]["code"] == "passphrase"


# --- renewing ---------------------------------------------------------------------


def test_renewing_it_asks_everybody_again(hub: MemoryHub) -> None:
    ann = inside(hub)
    person = hub.text()
    person.line(PASS)
    person.take()
    hub.server.connections = {client.connection for client in (ann, person)}
    hub.server.change_passphrase("quite-another-one")
    assert ann.events()[-1]["reason"] == "passphrase"
    assert "passphrase has changed" in person.take()
    late = hub.json("bob", passphrase=PASS)
    hub.clock.advance(WRONG_WAIT_S + 0.1)
    assert late.events()[-1]["code"] == "passphrase"
    assert hub.json("bob", passphrase="Quite another one").events()[0]["type"] == "welcome"


# --- the gateway ------------------------------------------------------------------


def test_a_gateways_own_question_is_answered(hub: MemoryHub) -> None:
    nobody = hub.client(encode_v2(("127.0.0.1", 0), ("127.0.0.1", 0), SECRET))
    nobody.say_json({"type": "hello"})
    assert nobody.events()[0]["type"] == "welcome"


def test_an_invitation_carries_it(hub: MemoryHub) -> None:
    from core.text.invitation import Doors

    hub.server.tell_doors(Doors(tcp=(("192.0.2.1", 4045),), web=("http://192.0.2.1:8080/",)))
    ann = inside(hub)
    ann.say_json({"type": "invite"})
    invited = ann.events()[-1]
    assert invited["passphrase"] == PASS
    assert f"http://192.0.2.1:8080/#pass={PASS}" in invited["lines"][2]
    assert PASS in invited["lines"][1]
