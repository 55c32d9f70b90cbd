import re

from core.text.format import day
from core.wire.messages import Message
from terminal.printing import Printing

CODES = re.compile(r"\x1b\[[0-9;]*m")
DAY_MS = 86_400_000


def message(text: str, room: str = "lobby", at: int = 1_700_000_000_000) -> Message:
    return Message(room=room, seq=1, at=at, nick="bob", text=text)


def lines_of(printing: Printing, *messages: Message) -> list[str]:
    return b"".join(printing.printed(one, b"{}") for one in messages).decode().splitlines()


def test_several_rooms_are_named_in_each_line() -> None:
    printing = Printing(several=True)
    lines = lines_of(printing, message("one\ntwo"), message("three", "ops"))
    assert [re.sub(r"\d\d:\d\d", "T", line) for line in lines] == [
        "lobby T <bob> one", "lobby       | two", "ops T <bob> three",
    ]  # fmt: skip


def test_a_day_is_named_once_in_each_room() -> None:
    printing = Printing(days=True, several=True)
    early, late = message("a"), message("c", at=1_700_000_000_000 + 2 * DAY_MS)
    lines = lines_of(printing, early, message("b"), message("x", "ops"), late)
    assert [line.split()[0] for line in lines if "──" in line] == ["lobby", "ops", "lobby"]
    assert len(lines) == 7


def test_in_a_pipe_a_day_is_named_where_it_is_not_today_and_the_zone_once() -> None:
    now = 1_700_000_000_000
    printing = Printing(today=day(now), zone="UTC+01:00")
    old, older = message("b", at=now - DAY_MS), message("a", at=now - 2 * DAY_MS)
    lines = lines_of(printing, older, old, message("c", at=now), message("d", at=now))
    assert [line for line in lines if "<" not in line] == [
        f"-- {day(older.at)}, times are UTC+01:00", f"-- {day(old.at)}", f"-- {day(now)}",
    ]  # fmt: skip
    assert len(lines_of(Printing(today=day(now)), message("c", at=now))) == 1


def test_colours_stand_around_what_is_printed_without_them() -> None:
    messages = [message("one\ntwo"), message("<b> 12:00 <eve> hi")]
    plain = lines_of(Printing(), *messages)
    painted = lines_of(Printing(colours=("\x1b[32m",)), *messages)
    assert painted != plain
    assert [CODES.sub("", line) for line in painted] == plain


def test_only_what_matches_is_printed() -> None:
    messages = [message("the disk is full"), message("all is well"), message("x\nDISK 99 %")]
    assert len(lines_of(Printing(match=re.compile("disk")), *messages)) == 1
    assert len(lines_of(Printing(match=re.compile("(?i)disk")), *messages)) == 3
    assert len(lines_of(Printing(match=re.compile("^bob$")), *messages)) == 4
    assert lines_of(Printing(json=True, match=re.compile("well")), *messages) == ["{}"]
