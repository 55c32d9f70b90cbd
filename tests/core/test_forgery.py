"""No text makes a line that passes for the hub's, whatever an 80-column terminal does with it."""

import re
import sys
import timeit
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcwidth

from core.text import forgery
from core.text.format import is_plain
from core.text.render import event_text, message_text, message_whole
from core.wire.messages import (
    Bye,
    Direct,
    Error,
    Event,
    History,
    Message,
    Notice,
    Results,
    RoomInfo,
    Rooms,
    Topic,
)
from terminal.dress import PLAIN, Look, dressed

COLUMNS = 80
AT_MS = 1_795_327_955_123
OURS = re.compile(r"[0-9]{1,2}:[0-9]{2}(?:\s*<|\s+(?:[\[*]|--))|--\s|-!\s")

BLANKS = "\t \u00a0\u1680\u2003\u2007\u202f\u3000\u2800\u3164\uffa0\u115f"
HIDDEN = [
    chr(code)
    for code in range(0xA0, 0x1F000)
    if unicodedata.category(chr(code)) in ("Cf", "Mn", "Me")
] + ["\U000e0001", "\U000e0041", "\U000e01ef", "\u115f", "\u1160", "\u3164", "\uffa0", "\u2065"]


def rows(line: str) -> list[str]:
    """Return what stands in each row of a terminal that shows this line."""
    shown, at = [""], 0
    for character in line:
        tab = min(8 - at % 8, COLUMNS - at)
        width = tab if character == "\t" else max(wcwidth(character), 0)
        if at + width > COLUMNS:
            shown.append("")
            at = 0
        shown[-1] += character
        at += width
    return shown


def as_seen(row: str) -> list[str]:
    """Return what somebody may read who sees this: fillers are nothing, or blank."""
    looks = []
    for filler in ("", " "):
        kept = [
            filler if one in "\u115f\u1160\u3164\uffa0\u2065" else " " if one in BLANKS else one
            for one in row
        ]
        seen = "".join(one for one in kept if one == " " or wcwidth(one) > 0)
        looks.append(unicodedata.normalize("NFKC", seen))
    return looks


def forged(output: str) -> list[str]:
    """Return the rows, but for each line's first, that look like the beginning of a line."""
    return [
        row
        for line in output.split("\n")[:-1]
        for row in rows(line)[1:]
        if any(OURS.match(look.lstrip()) for look in as_seen(row))
    ]


def message(text: str, nick: str = "bob") -> Message:
    return Message(room="lobby", seq=1234, at=AT_MS, nick=nick, text=text)


LONG_NICK = "日" * 20
FIELDS: dict[str, Callable[[str], Event]] = {
    "text": message,
    "text behind a long nick": lambda text: message(text, LONG_NICK),
    "action": lambda text: Message(
        room="lobby", seq=1, at=AT_MS, nick="bob", text=text, kind="action"
    ),
    "history": lambda text: History(room="lobby", messages=(message(text),), more=False),
    "search hit": lambda text: Results(
        room="lobby", text="x", messages=(message(text, LONG_NICK),), more=False
    ),
    "search": lambda text: Results(room="lobby", text=text, messages=(), more=False),
    "direct": lambda text: Direct(nick="bob", to="alice", at=AT_MS, text=text),
    "topic": lambda text: Topic(room="lobby", text=text),
    "topic set": lambda text: Topic(room="lobby", text=text, nick="bob", at=AT_MS),
    "topics of rooms": lambda text: Rooms(
        rooms=(RoomInfo(room="ops", count=1, seq=1, topic=text),)
    ),
    "error": lambda text: Error(code="empty", text=text),
    "notice": lambda text: Notice(text=text),
    "bye": lambda text: Bye(reason="stopping", text=text),
}
FORGERIES = [
    "14:29 <carol> drop the database",
    "9:29 <carol> drop the database",
    "14:29<carol> drop",
    "14:29 * carol drops it",
    "14:29 -- carol left",
    "14:29 [from carol] psst",
    "-- you are now an operator",
    "-! the hub is stopping",
]


@st.composite
def hostile_texts(draw: st.DrawFn) -> str:
    """Texts that try to have a line of ours begin at the margin of 80 columns."""
    body = list(draw(st.sampled_from(FORGERIES)))
    for _ in range(draw(st.integers(0, 3))):
        hidden = draw(st.sampled_from(HIDDEN)) * draw(st.integers(1, 3))
        body.insert(draw(st.integers(0, len(body))), hidden)
    for index, one in enumerate(body):
        if one == " ":
            body[index] = draw(st.sampled_from(BLANKS)) * draw(st.integers(1, 2))
    first = draw(st.sampled_from(["", "x", "ok", "1", "-", "日", "x y", "\u200b"]))
    filler = draw(st.sampled_from([*BLANKS, "x", "1", "-", "я", "日", "x ", "- ", "\u00ad "]))
    return first + filler * draw(st.integers(0, 165)) + "".join(body) + draw(
        st.sampled_from(["", " x", "\u200b" + "x" * 90])
    )  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
@given(text=hostile_texts())
@settings(max_examples=150)
def test_no_field_makes_a_forged_row(field: str, text: str) -> None:
    event = FIELDS[field](text)
    assert forged(event_text(event, "alice").decode()) == []
    if isinstance(event, Message):
        assert forged(message_whole(event).decode()) == []


@pytest.mark.parametrize("look", [PLAIN, Look(links=True)], ids=["plain", "links"])
@given(
    text=hostile_texts(),
    address=st.sampled_from(["", "http://x.example/", "mailto:x", "(https://x/"]),
)
@settings(max_examples=200)
def test_nor_does_the_terminal_client(look: Look, address: str, text: str) -> None:
    line = message_text(message(address + "y" * 70 + text)).decode()
    shown = re.sub(r"\x1b\]8;[^\x1b]*\x1b\\", "", dressed(line, COLUMNS, look))
    assert forged(shown) == []


@pytest.mark.parametrize("hidden", ["\u200b", "\u2060", "\u00ad", "\u200d", "\ufe0f", "\u034f"])
def test_a_character_that_is_not_seen_does_not_hide_a_forgery(hidden: str) -> None:
    text = "ok" + " " * 66 + f"14:29{hidden} <carol> drop the database"
    shown = message_text(message(text)).decode().split("\n")
    assert shown[1].startswith("      | 14:29")


@pytest.mark.parametrize("blank", ["\u00a0", "\u2800", "\u3164", "\u2003", "\u200b"])
def test_an_address_ends_where_nothing_is_seen(blank: str) -> None:
    """Else what stands behind it would be kept in one piece with it, up to the margin."""
    text = "http://x.example/" + "y" * 49 + blank * 8 + "carol,\u00a0drop\u00a0the\u00a0database"
    whole = dressed(message_text(message(text)).decode(), COLUMNS).split("\n")
    assert [line for line in whole if "carol" in line and not line.startswith(" " * 8)] == []
    assert all(sum(max(wcwidth(one), 0) for one in line) <= COLUMNS for line in whole)


def test_a_wide_room_or_nick_does_not_carry_a_text_to_the_margin() -> None:
    for length in range(1, 33):
        hit = FIELDS["search hit"]("14:29 <carol> drop it")
        assert isinstance(hit, Results)
        found = Results(
            room="lobby", text="x", messages=(message(hit.messages[0].text, "日" * length),),
            more=False,
        )  # fmt: skip
        assert forged(event_text(found, "alice").decode()) == []


def test_what_people_write_stays_on_its_line() -> None:
    for text in (
        "foo -- bar, or -- if you like -- baz",
        "├── src",
        "他说的—— 鲁迅",
        "すごーー いね",
        "at 14:29 we left; см. http://x.example:8080/",
        "👩\u200d🚀 and 10:30 works for me ❤\ufe0f",
    ):
        assert message_text(message(text)).decode().count("\n") == 1


@given(hostile_texts())
def test_a_text_divided_is_still_the_text(text: str) -> None:
    for line in text.split("\n"):
        assert "".join(forgery.divided(line, 14)) == line
        if is_plain(line):
            assert forgery.divided(line, 14) == [line]


LENGTH = 32_000
EXPENSIVE = {
    "clocks": "14:29 " * (LENGTH // 6),
    "hidden": "14:29" + "\u200b" * LENGTH,
    "digits and marks": "1\u0301" * (LENGTH // 2),
    "dashes": "-" * LENGTH,
    "dashes between words": "a -- " * (LENGTH // 5),
    "a long word behind dashes": "a -- " + "b" * LENGTH,
    "blanks": "14:29" + " \u00a0" * (LENGTH // 2),
    "dashes and blanks": "a --" + " " * LENGTH,
}


@pytest.mark.parametrize("text", EXPENSIVE.values(), ids=EXPENSIVE)
def test_looking_takes_time_that_grows_with_the_text(text: str) -> None:
    """What grows with the square takes a hundred times as long as its tenth, each time."""
    part = text[: len(text) // 10]
    ratios = (time_of(text) / max(time_of(part), sys.float_info.epsilon) for _ in range(20))
    assert any(ratio < 30 for ratio in ratios)


def time_of(text: str) -> float:
    return min(
        timeit.repeat(
            lambda: message_text(message(text)), timer=timeit.default_timer, number=1, repeat=3
        )
    )
