"""A hub that asks for a passphrase is no broken hub, and one that only seems to is."""

from collections.abc import AsyncIterator

import pytest
from doctor_world import Served, before, doctor, doors, served, serving
from tampering import Call, Change, unchanged

from core.access.gate import WRONG

__all__ = ["served"]

pytestmark = pytest.mark.asyncio(loop_factories=["asyncio"])
"""The command runs on no other loop (hubbub/doctor/run.py), and each visit takes its time."""

PASS = "k7mq-2xfd-9wht"
GUESS = "wrong-guess-here"


@pytest.fixture
async def gated() -> AsyncIterator[Served]:
    async with serving(passphrase=PASS) as both:
        both.name_telnet(both.telnet[1])
        yield both


async def test_with_the_passphrase_every_door_is_tried(gated: Served) -> None:
    code, results = await doctor(gated.port, passphrase=PASS)
    assert (code, doors(results, "ok")) == (0, set(results)), results
    assert len(results) == 13
    assert results["text"]["text"] == "guest-1"
    assert PASS not in str(results)
    assert gated.hub.context.gate.refused == 0
    assert gated.hub.context.gate.waiting == 0


async def test_without_it_the_doors_ask_as_they_should(gated: Served) -> None:
    code, results = await doctor(gated.port)
    assert code == 0
    assert doors(results, "failed") == set()
    assert doors(results, "skipped") == {"telnet", "resume"}
    for door in ("text", "json", "websocket"):
        assert results[door]["text"] == "asks for a passphrase"
    for door in ("telnet", "resume"):
        assert "--passphrase-file" in results[door]["text"]
        assert "HUBBUB_PASSPHRASE" in results[door]["text"]
    assert "lobby" not in gated.hub.hub.rooms


async def test_a_wrong_one_is_the_fault_of_one_door_and_no_other(gated: Served) -> None:
    code, results = await doctor(gated.port, passphrase=GUESS)
    assert (code, doors(results, "failed")) == (1, {"text"}), results
    assert results["text"]["text"] == f"the hub refuses: {WRONG}"
    assert "`hubbub passphrase`" in results["text"]["hint"]
    assert doors(results, "skipped") == {"telnet", "resume"}
    assert gated.hub.context.gate.refused == 1
    assert GUESS not in str(results)


async def test_a_hub_that_asks_for_none_is_not_told_it_in_text(served: Served) -> None:
    code, results = await doctor(served.port, passphrase=PASS)
    assert (code, doors(results, "ok")) == (0, set(results))
    assert not served.hub.hub.history.after("lobby", 0, 10).messages


# --- faults ---------------------------------------------------------------------------

ASKS = b"-- this hub asks for a passphrase"
REFUSED = b'{"type":"error","code":"passphrase"'
A_LINE = b'{"type":"message","room":"lobby","seq":1,"at":1,"nick":"al","text":"hi"}\n'


def shows_a_line_behind_it(call: Call, data: bytes) -> bytes:
    return data + b"12:03 <al> hi\n" if data.startswith(ASKS) else data


def greets_before_it(call: Call, data: bytes) -> bytes:
    return data.replace(ASKS, b"-- welcome to lobby, guest-1 (1 here: guest-1)\n" + ASKS)


def tells_who_is_here(call: Call, data: bytes) -> bytes:
    return data.replace(b"-! first the passphrase of this hub; /quit leaves", b"-- 1 here: al")


def shows_a_line_to_programs(call: Call, data: bytes) -> bytes:
    return data.replace(REFUSED, A_LINE + REFUSED)


def lets_programs_in(call: Call, data: bytes) -> bytes:
    return data.replace(b'{"type":"hello"', b'{"type":"hello","passphrase":"%s"' % PASS.encode())


def tells_programs_more(call: Call, data: bytes) -> bytes:
    return data.replace(
        b'{"type":"error","code":"hello_first"', A_LINE + b'{"type":"error","code":"hello_first"'
    )


def lets_people_in(call: Call, data: bytes) -> bytes:
    greeting = b"-- welcome to lobby, guest-1 (1 here: guest-1)\n"
    if data.startswith(ASKS):
        return greeting
    return data.replace(b"-! first the passphrase of this hub; /quit leaves", b"-- 1 here: al")


FAULTS: dict[str, tuple[Change, Change, str, str]] = {
    "a line behind it": (unchanged, shows_a_line_behind_it, "text", "it shows something before"),
    "a greeting before it": (unchanged, greets_before_it, "text", "it shows something before"),
    "who is here": (unchanged, tells_who_is_here, "text", "it shows something before"),
    "a line to programs": (unchanged, shows_a_line_to_programs, "json", "it shows something"),
    "programs come in": (lets_programs_in, unchanged, "json", "it shows something before"),
    "history for programs": (unchanged, tells_programs_more, "json", "it shows something before"),
    "people come in": (unchanged, lets_people_in, "json", "text mode lets everybody in"),
}


ONLY_WITHOUT = {"who is here", "people come in"}
"""Who has the passphrase says it, and asks for nothing before."""


@pytest.mark.parametrize(
    ("what", "given"),
    [(what, given) for what in FAULTS for given in (None, PASS)
     if given is None or what not in ONLY_WITHOUT],
)  # fmt: skip
async def test_a_door_that_shows_something_before_is_named(
    gated: Served, what: str, given: str | None
) -> None:
    asked, answered, door, problem = FAULTS[what]
    async with before(gated.hub.address, asked, answered) as port:
        code, results = await doctor(port, passphrase=given)
    assert (code, doors(results, "failed")) == (1, {door}), results
    assert problem in results[door]["text"]
    assert "let nobody reach it" in results[door]["hint"]
