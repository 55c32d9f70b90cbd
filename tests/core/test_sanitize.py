"""The inlet: whatever comes in, what goes out moves nobody's screen."""

import json
import re
import unicodedata

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import Refused
from core.limits import TEXT_LIMIT_BYTES
from core.text.sanitize import MARKS_IN_A_ROW, RAW_TIMES, clean_line, clean_text, only_plain

LRE, RLE, PDF, LRO, RLO = "\u202a\u202b\u202c\u202d\u202e"
LRI, RLI, FSI, PDI = "\u2066\u2067\u2068\u2069"
ACUTE = "\u0301"

hostile = st.lists(
    st.one_of(
        st.sampled_from(["\r", "\n", "\t", " ", "\x1b[2J", "\x9b31m", "\x85", "\u2028", "\ufeff"]),
        st.sampled_from([LRE, RLE, PDF, LRO, RLO, LRI, RLI, FSI, PDI, "\u200f", "\xad"]),
        st.sampled_from([ACUTE, ACUTE * 9, "\u200d", "\u034f", "\u20dd", "\U000e0100", "\u0903"]),
        st.sampled_from(["a", "я", "日本", "علي", "👩‍👩‍👧", "\u3164", "\u2800", "\U000e0041"]),
        st.text(max_size=5),
    ),
    max_size=40,
).map("".join)


def cleaned(raw: bytes | str, limit_bytes: int = TEXT_LIMIT_BYTES) -> str | None:
    try:
        return clean_text(raw, limit_bytes)
    except Refused:
        return None


def refusal(raw: bytes | str, limit_bytes: int = TEXT_LIMIT_BYTES) -> str:
    with pytest.raises(Refused) as caught:
        clean_text(raw, limit_bytes)
    assert caught.value.text.isprintable()
    return caught.value.code


def depth(line: str) -> int:
    """Return how many directions are open at the end of `line` (UAX #9)."""
    stack: list[str] = []
    for character in line:
        if character in LRE + RLE + LRO + RLO:
            stack.append(PDF)
        elif character in LRI + RLI + FSI:
            stack.append(PDI)
        elif character == PDF:
            assert stack[-1:] == [PDF]
            stack.pop()
        elif character == PDI:
            assert PDI in stack
            while stack.pop() != PDI:
                pass
    return len(stack)


def highest_pile(text: str) -> int:
    most = run = 0
    for character in text:
        category = unicodedata.category(character)
        if category[0] == "M":
            run += 1
        elif category != "Cf":
            run = 0
        most = max(most, run)
    return most


def assert_is_clean(text: str) -> None:
    assert text.encode().decode() == text
    categories = {unicodedata.category(one) for one in text if one not in "\n\t"}
    assert categories.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    assert text.splitlines() == text.split("\n")
    assert text == text.rstrip()
    assert all(depth(line) == 0 for line in text.split("\n"))
    assert highest_pile(text) <= MARKS_IN_A_ROW


@given(hostile, st.integers(1, 200))
@example(f"a{RLO}b{LRI}{RLE}c{PDI}{PDF}{PDF}\n{PDI}d {PDF}", 200)
@example("\x1b" * 70, 200)
def test_what_goes_out_is_clean_and_stays_so(raw: str, limit_bytes: int) -> None:
    text = cleaned(raw, limit_bytes)
    if text is not None:
        assert_is_clean(text)
        assert len(text.encode()) <= limit_bytes
        assert clean_text(text, limit_bytes) == text


@given(st.one_of(st.binary(), st.lists(st.sampled_from(range(0x80, 0x100))).map(bytes)))
def test_whatever_bytes_come_in(raw: bytes) -> None:
    text = cleaned(raw)
    if text is not None:
        assert_is_clean(text)
        assert cleaned(raw.decode()) == text


@given(hostile, st.integers(1, 200))
def test_a_line_is_one_line(raw: str, limit_bytes: int) -> None:
    try:
        line = clean_line(raw, limit_bytes)
    except Refused:
        return
    assert_is_clean(line)
    assert not re.search(r"[\n\t]", line)
    assert line == line.strip()
    assert clean_line(line, limit_bytes) == line


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1))
def test_what_people_write_is_not_touched(text: str) -> None:
    blank = "\u115f\u1160\u3164\uffa0\u2800"
    if not set(text) <= set(blank):
        assert clean_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Привет, “日本” я",
        "שָׁלוֹם עֲלֵיכֶם",
        "السَّلَامُ عَلَيْكُمْ",
        "नमस्ते दुनिया",
        "สวัสดีที่นี่",
        "Tiếng Việt, e\u0302\u0301",
        "བསྒྲུབས་",
        "👩‍❤️‍💋‍👨 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🏳️‍🌈",
        "👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐤀𐤁",
        "    indented\n\n\tby a tab",
        "\U0001faea newer than this Python knows",
    ],
)
def test_every_script_passes_as_it_is(text: str) -> None:
    assert clean_text(text) == text
    assert clean_text(text.encode()) == text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", "␛[2J␛]0;title␇"),
        ("\x1b]52;c;aGk=\x1b\\", "␛]52;c;aGk=␛\\"),
        ("\x1bP1$r\x1b\\ \x1b[c \x1b[?1000h", "␛P1$r␛\\ ␛[c ␛[?1000h"),
        ("a\x00b\x08c\x7fd", "a␀b␈c␡d"),
        ("\x9b31mred\x9c", "␛[31mred␛\\"),
        ("one\x85two", "one␛Etwo"),
        ("one\x0btwo\x0cthree\x1cfour\x1dfive\x1esix\x1f", "one␋two␌three␜four␝five␞six␟"),
    ],
)
def test_controls_are_shown_and_not_obeyed(raw: str, shown: str) -> None:
    assert clean_text(raw) == shown
    assert clean_text(raw + " я") == shown + " я"
    assert clean_text(raw.encode()) == shown


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029"])
def test_every_line_end_becomes_a_newline(end: str) -> None:
    assert clean_text(f"one{end}two{end}") == "one\ntwo"


def test_a_byte_order_mark_is_no_text() -> None:
    assert clean_text(b"\xef\xbb\xbfhi") == "hi"
    assert refusal(b"\xef\xbb\xbf") == "empty"


@pytest.mark.parametrize(
    ("raw", "balanced"),
    [
        (f"a {RLO}evil", f"a {RLO}evil{PDF}"),
        (f"a {RLO}{RLI}evil\nnext", f"a {RLO}{RLI}evil{PDI}{PDF}\nnext"),
        (f"a{PDF}b{PDI}c", "abc"),
        (f"{RLI}{LRE}a{PDI}b{PDF}", f"{RLI}{LRE}a{PDI}b"),
        (f"{RLI}a{PDF}b{PDI}", f"{RLI}ab{PDI}"),
        (f"{LRI}a{PDI} {FSI}b{PDI}", f"{LRI}a{PDI} {FSI}b{PDI}"),
        (f"{LRI}a{PDI}b{PDI}c", f"{LRI}a{PDI}bc"),
        (f"{LRI}{LRI}a{PDI}{LRE}b{PDI}c{PDF}", f"{LRI}{LRI}a{PDI}{LRE}b{PDI}c"),
        (f"hi {PDI}", "hi"),
    ],
)
def test_directions_end_with_their_line(raw: str, balanced: str) -> None:
    assert clean_text(raw) == balanced


@pytest.mark.parametrize("between", ["", "\u200d", "\u034f", "\u200b", "\U000e0041"])
@pytest.mark.parametrize("mark", [ACUTE, "\u0489", "\u0e49", "\U0001d165"])
def test_towers_of_marks_are_cut(mark: str, between: str) -> None:
    text = clean_text("Z" + (mark + between) * 200 + "algo")
    assert highest_pile(text) == MARKS_IN_A_ROW
    assert text.endswith("algo")
    assert clean_text("a" + mark * MARKS_IN_A_ROW) == "a" + mark * MARKS_IN_A_ROW


@pytest.mark.parametrize(
    "raw",
    [
        b"\x80",
        b"ok \xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"cut \xe2\x82",
        b"\xff\xfeh\x00i\x00",
        "ÿ".encode("latin-1"),
        "half \ud800",
        "\udc00",
    ],
)
def test_what_is_not_utf8_is_refused(raw: bytes | str) -> None:
    assert refusal(raw) == "not_text"


@pytest.mark.parametrize(
    "raw",
    ["", " ", "\n\r\n\t", "\u3000", "\u200b\u200d", "\u2800 \u3164", "\ufeff", ACUTE, RLO, "\xad"],
)
def test_what_cannot_be_seen_is_empty(raw: str) -> None:
    assert refusal(raw) == "empty"


def test_the_limit_holds_to_the_byte() -> None:
    assert clean_text("x" * TEXT_LIMIT_BYTES)
    assert refusal("x" * (TEXT_LIMIT_BYTES + 1)) == "too_long"
    assert clean_text("123456😀", 10) == "123456😀"
    assert refusal("1234567😀", 10) == "too_long"
    assert clean_text("1234567890 \n", 10) == "1234567890"
    assert refusal("12345678\x1b", 10) == "too_long"


@pytest.mark.parametrize("gone", ["\ufeff", "\u0301", "\u2069", "\u202c"])
def test_what_is_far_too_long_is_refused_before_it_is_cleaned(gone: str) -> None:
    limit = 100
    text = "a" + gone * ((RAW_TIMES * limit - 1) // len(gone.encode()))
    assert clean_text(text, limit).startswith("a")
    with pytest.raises(Refused) as caught:
        clean_text(text + gone, limit)
    assert caught.value.code == "too_long"


def test_line_ends_and_space_at_the_end_are_not_counted_before_they_are_gone() -> None:
    lines = "\r\n".join("x" * 51)
    assert clean_text(f"{lines}{' ' * 1000}\r\n", 101) == "\n".join("x" * 51)
    assert clean_text("я" * 50 + "\u3000" * 1000, 100) == "я" * 50


def test_a_line_joins_what_a_text_keeps_apart() -> None:
    assert clean_line("  one\r\ntwo\tthree\n", 100) == "one two three"
    assert clean_line(f"a{RLO}b\nc", 100) == f"a{RLO}b{PDF} c"
    with pytest.raises(Refused):
        clean_line("\n", 100)


def as_said(line: bytes, *, plain: bool) -> str | Refused:
    """Return what becomes of a JSON string as a text, or why it is refused."""
    try:
        return clean_text(msgspec.json.decode(line, type=str), plain=plain)
    except Refused as problem:
        return problem


@given(st.one_of(hostile, st.text(st.characters(max_codepoint=0x80))), st.booleans())
@example("\x7f", False)
@example("\x1b[2J", False)
@example("tab\there", False)
@example("ends with a blank ", False)
@example("", False)
def test_a_line_that_looks_plain_is_cleaned_like_any_other(text: str, escaped: bool) -> None:
    line = json.dumps(text, ensure_ascii=escaped).encode("utf-8", "replace")
    known, unknown = as_said(line, plain=only_plain(line)), as_said(line, plain=False)
    if isinstance(unknown, Refused):
        assert isinstance(known, Refused)
        assert (known.code, known.text) == (unknown.code, unknown.text)
    else:
        assert known == unknown


@given(st.binary(max_size=40))
def test_what_json_takes_for_a_plain_string_is_printable(inside: bytes) -> None:
    line = b'"' + inside + b'"'
    try:
        text = msgspec.json.decode(line, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    if only_plain(line):
        assert text.isprintable()
        assert text.isascii()


@pytest.mark.parametrize("code", range(0x80))
def test_which_characters_make_a_line_plain(code: int) -> None:
    line = b'"' + bytes([code]) + b'"'
    if 0x20 <= code < 0x7F and chr(code) not in '"\\':
        assert only_plain(line)
    else:
        # It is not JSON, or it is not plain.
        try:
            msgspec.json.decode(line)
        except msgspec.DecodeError:
            return
        assert not only_plain(line)
