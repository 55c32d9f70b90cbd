"""Names: whose are welcome, and that nobody takes another's or the hub's."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.limits import NICK_LIMIT_CHARACTERS, ROOM_LIMIT_CHARACTERS
from core.text.names import RESERVED, clean_nick, clean_room, nick_keys
from core.text.sanitize import clean_line

# One row a script or a habit; the names are separated by spaces.
PEOPLE = " ".join(
    (
        "alice Bob Zoë Łukasz José-María Nguyễn Đặng Søren Þór Françoise Jürgen Strauß Ángel Chloé",
        "Siân Māori Ọ̀ṣọ́ Ọláńrewájú İpek Gökçe Şule Žofie Györgyi O'Brien Jonas Ądám",
        "Ольга Юрий Ґанна Αλέξανδρος Ελένη Հայկ დავით 李雷 一郎 ノア さくら 김철수",
        "علي محمد فاطمة محمد٢ אברהם שרה दीपिका राम আনন্দ தமிழ் สมชาย ណារី འཇིགས་མེད་ ᐸᐅᓗᓯ ǃKung",
        "d.j bob_ _x_ [bot] x² tom42 42 a 👍 ❤️ ★neo★ Señor~",
    )
).split(" ")

ALICES = " ".join(
    (
        "ALICE Alice aLiCe аlice alіce aliсe alicе аӏісе ɑlice aIice AIice ａｌｉｃｅ ＡＬＩＣＥ",
        "𝐚𝐥𝐢𝐜𝐞 𝖆𝖑𝖎𝖈𝖊 𝒶𝓁𝒾𝒸ℯ ⓐⓛⓘⓒⓔ ᵃˡⁱᶜᵉ aⅼice alⅰce aliⅽe a∣ice alicℯ αlice a|ice aǀice a1ice",
    )
).split(" ")

DISGUISES = {
    "alice": [
        *ALICES,
        *(" alice", "alice ", "\talice", "alice\n", "al ice", "ali\xa0ce", "\xa0alice"),
        *("alice\u3000", "ali\u200bce", "alice\u200d", "\ufeffalice", "ali\u2060ce", "ali\xadce"),
        *("ali\u034fce", "alice\ufe0f", "alice\u200e", "\u202ealice", "\u202eecila\u202c"),
        *("\u2067alice\u2069", "ali\u2800ce", "alice\u3164", "alice\u115f", "alice\x00"),
        *("alice\x08", "ali\x1b[0mce", "ali\x9bce", "ali\U000e0061ce", "a\u20ddlice"),
        *("a\u0336l\u0336i\u0336c\u0336e\u0336", "alice" + "\u0301" * 19),
        *("a\u0316l\u0316i\u0316c\u0316e\u0316", "a\u0300\u0301\u0302\u0303lice"),
        *("alice>", "<alice>", "alice,", "*alice", "-alice", "@alice", "/alice", "alice\u2502"),
    ],
    "Zoë": ["ZOË", "zoë", "Zoe\u0308", "ΖOË", "Zоë", "ℤoë", "Z0Ë", "Zoё"],
    "paypal": ["paypaI", "PayPaI", "pаypаl", "payраl", "paypa1", "ｐaypal", "PAYPAL"],
    "modern": ["modem\u200b", "rnodern", "MODERN", "ⅿodern"],
    "Ольга": ["ольга", "ОЛЬГА", "Oльгa", "Олᴦга\u200c"],
    "علي": ["على", "علي\u200f", "ﻋﻠﻲ", "علي\u064b\u064c\u064d\u064e"],
    "李雷": ["李雷\u200b", "\u202e李雷", "李\u3000雷", "李雷\ufe00", "李雷\U000e0100"],
}


def collide(one: str, other: str) -> bool:
    return any(a == b for a, b in zip(nick_keys(one), nick_keys(other), strict=True))


def refused(raw: str, code: str = "bad_nick") -> bool:
    try:
        (clean_nick if code == "bad_nick" else clean_room)(raw)
    except Refused as problem:
        return problem.code == code and problem.text.isprintable()
    return False


@pytest.mark.parametrize("nick", PEOPLE)
def test_people_are_called_what_they_are_called(nick: str) -> None:
    composed = unicodedata.normalize("NFKC", nick).replace("\ufe0f", "")
    assert clean_nick(nick) == composed
    assert clean_nick(unicodedata.normalize("NFD", nick)) == composed
    assert clean_nick(composed) == composed


def test_people_are_not_taken_for_one_another() -> None:
    nicks = list(map(clean_nick, PEOPLE))
    for at, nick in enumerate(nicks):
        assert [other for other in nicks[at + 1 :] if collide(nick, other)] == []


@pytest.mark.parametrize(
    ("taken", "disguise"), [(taken, one) for taken, many in DISGUISES.items() for one in many]
)
def test_no_disguise_of_a_taken_nick_is_accepted(taken: str, disguise: str) -> None:
    assert clean_nick(taken) == taken
    assert refused(disguise) or collide(clean_nick(disguise), taken)


@pytest.mark.parametrize(
    "nick",
    [
        *(
            "",
            " ",
            "*",
            "**",
            "--",
            "-!",
            "-",
            "|",
            "…",
            "—",
            "–",
            "ー",
            "一一",
            "...",
            "<>",
            "#",
            "@",
        ),
        *("/nick", "/", "//x", "#lobby", "*bob", "--bob", "-!bob", "−bob", "‐bob", "!bob", "&bob"),
        *(
            "bob>",
            "<bob",
            "‹bob›",
            "❮bob❯",
            "bob,alice",
            'bob"',
            "a/b",
            "a\\b",
            "a|b",
            "a│b",
            "a∣b",
        ),
        *("12:03 <bob>", "bob hi", "bob\nhi", "bob\rhi", "bob\u2028hi", "bob\x85hi", "bob\thi"),
        *("abc" * 100, "x" * 25, "\ufdfa", "\u0301", "\u0301bob", "\u200b", "\ufeff", "\u2800"),
        *("\ud800", "bob\udfff", "bob\ue000", "bob\uffff", "bob\ufffe", "عليbob", "bobعلي"),
        *("1\u20e3", "│││"),
    ],
)
def test_nobody_imitates_the_lines_of_the_hub(nick: str) -> None:
    assert refused(nick)
    assert refused(f" {nick} ")


@pytest.mark.parametrize("word", RESERVED)
def test_nobody_is_called_like_the_hub(word: str) -> None:
    disguises = [word, word.upper(), word.title(), f"_{word}_", f"[{word}]", f"{word}:", f"~{word}"]
    disguises += [word.replace("e", "е"), word.replace("o", "0"), word.replace("s", "ѕ")]
    disguises += [word.replace("i", "і"), word.replace("u", "ս"), "-".join(word)]
    disguises += ["".join(chr(ord(one) + 0xFEE0) for one in word)]
    assert [one for one in disguises if not refused(one)] == []


def test_names_around_the_reserved_ones_are_free() -> None:
    for nick in ("hubert", "servers", "systematic", "rob-admin", "guest", "guesthouse", "admins"):
        assert clean_nick(nick) == nick


@pytest.mark.parametrize(
    "nick",
    [
        *("guest-1", "Guest-17", "guest–17", "guest17", "guest_17", "ɡuest-17", "guest-l7"),
        *("guest-1O", "ｇuest-17", "guest-٣", "guest-²", "GUEST-99999999999"),
    ],
)
def test_guests_are_named_by_the_hub(nick: str) -> None:
    assert refused(nick)
    if nick != "guest-1":
        assert _refused_guest(nick)


def _refused_guest(nick: str) -> bool:
    try:
        cleaned = clean_nick(nick, guest=True)
    except Refused:
        return True
    # A compatibility form of the name is the name itself.
    return cleaned == unicodedata.normalize("NFKC", nick) != nick


def test_the_hub_may_name_guests() -> None:
    for nick in ("guest-1", "guest-17", "guest-123456789"):
        assert clean_nick(nick, guest=True) == nick
    assert clean_nick("alice", guest=True) == "alice"


def test_24_characters_are_counted_when_they_have_come_to_rest() -> None:
    assert clean_nick("é" * NICK_LIMIT_CHARACTERS)
    assert clean_nick("e\u0301" * NICK_LIMIT_CHARACTERS) == "é" * NICK_LIMIT_CHARACTERS
    assert refused("é" * (NICK_LIMIT_CHARACTERS + 1))
    assert refused("㍿" * 7)


words = st.one_of(
    st.text(max_size=30), st.text(st.sampled_from("aIl1о0م٠-_一ｱé\u0301ß ſ"), max_size=8)
)


@given(words)
def test_a_nick_is_one_clean_word_and_stays_itself(raw: str) -> None:
    with suppress(Refused):
        nick = clean_nick(raw)
        assert clean_nick(nick) == nick == clean_line(nick, 1000)
        assert 1 <= len(nick) <= NICK_LIMIT_CHARACTERS
        assert not any(map(str.isspace, nick))
        assert collide(nick, raw.replace("\ufe0f", "").strip())


@given(words)
def test_a_nick_is_the_same_in_any_case(raw: str) -> None:
    with suppress(Refused):
        nick = clean_nick(raw)
        assert collide(nick, nick.casefold())
        assert collide(nick, unicodedata.normalize("NFD", nick))


@given(words)
def test_a_room_is_one_clean_word_and_stays_itself(raw: str) -> None:
    with suppress(Refused):
        room = clean_room(raw)
        assert clean_room(room) == clean_room(f"#{room}") == room == clean_line(room, 1000)
        assert 1 <= len(room) <= ROOM_LIMIT_CHARACTERS
        assert room[0] != "#"
        assert not any(map(str.isspace, room))
        assert {"/", "\\"}.isdisjoint(room)


@pytest.mark.parametrize(
    ("raw", "room"),
    [
        *(("lobby", "lobby"), ("#Lobby", "lobby"), ("##lobby", "lobby"), ("＃ＬＯＢＢＹ", "lobby")),
        *(("Straße", "strasse"), ("ΛΌΓΟΣ", "λόγοσ"), ("c++", "c++"), ("v1.2", "v1.2")),
        *(("日本", "日本"), ("علي", "علي"), ("server", "server"), (" #dev ", "dev")),
    ],
)
def test_rooms_have_one_name_in_any_case(raw: str, room: str) -> None:
    assert clean_room(raw) == room


@pytest.mark.parametrize(
    "raw",
    [
        *("", "#", " ", "a b", "a/b", "..", ".", "../x", "a\\b", "a\nb", "a\x00", "\x1b[2J"),
        *("\u202ea", "x" * 49, "x" * 100_000, "<a>", "a,b", "--", "\ud800", "\u200b", "%2e%2e/"),
        "a\u2028b",
    ],
)
def test_what_is_no_room(raw: str) -> None:
    assert refused(raw, "bad_room")
