"""Transcripts: what each form shows, what is missing, and texts that mean nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from logs import NOW_MS, make_log, open_log, prune, say
from markdown_it import MarkdownIt

from core.archive.readonly import LogFile, RoomSpan
from core.archive.transcript import FormName, JsonLines, Markdown, Missing, Piece, PlainText, form
from core.archive.transcript import read_room as read_pages
from core.errors import Refused
from core.text.format import clock, day, moment
from core.text.sanitize import clean_text
from core.wire.messages import Message, decode_event, encode

ROOM = RoomSpan(1, "lobby", "", 3)
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

AT = NOW_MS


def message(text: str, seq: int = 1, **more: Any) -> Message:
    return Message(room="lobby", **({"seq": seq, "at": AT, "nick": "alice", "text": text} | more))


def read_room(folder: Path, after: int = 0) -> list[Piece]:
    log = LogFile(folder)
    room = log.room("lobby")
    assert room is not None
    pieces = [piece for page in read_pages(log, room, after) for piece in page]
    log.close()
    return pieces


# --- reading -----------------------------------------------------------------


def test_a_room_is_read_whole_and_in_order(tmp_path: Path) -> None:
    make_log(tmp_path, *[str(number) for number in range(1, 601)])
    make_log(tmp_path, "elsewhere", room="ops")
    pieces = read_room(tmp_path)
    assert [piece.seq for piece in pieces if isinstance(piece, Message)] == list(range(1, 601))
    assert len(read_room(tmp_path, after=590)) == 10
    assert read_room(tmp_path, after=600) == read_room(tmp_path, after=10**9) == []


def test_reading_ends_where_the_room_ended_at_its_beginning(tmp_path: Path) -> None:
    store = open_log(tmp_path)
    say(store, *["x"] * 300)
    log = LogFile(tmp_path)
    room = log.room("lobby")
    assert room is not None
    count = 0
    for page in read_pages(log, room, 0):
        say(store, *["more"] * 300)
        count += len(page)
    assert count == 300
    log.close()
    store.close()


def test_what_was_pruned_before_is_said(tmp_path: Path) -> None:
    prune(make_log(tmp_path, *"abcde"), 3)
    pieces = read_room(tmp_path)
    assert pieces[0] == Missing(1, 3)
    assert [piece.seq for piece in pieces[1:] if isinstance(piece, Message)] == [4, 5]
    assert read_room(tmp_path, after=2)[0] == Missing(3, 3)
    assert not [one for one in read_room(tmp_path, after=3) if isinstance(one, Missing)]


def test_what_is_pruned_meanwhile_is_said(tmp_path: Path) -> None:
    make_log(tmp_path, *["x"] * 1000)
    log = LogFile(tmp_path)
    room = log.room("lobby")
    assert room is not None
    pages = read_pages(log, room, 0)
    next(pages)
    prune(tmp_path, 700)
    second = next(pages)
    assert second[0] == Missing(257, 700)
    assert second[1].seq == 701  # type: ignore[union-attr]
    prune(tmp_path, 1000)
    (rest,) = list(pages)
    assert rest == [Missing(957, 1000)]
    log.close()


# --- the forms ---------------------------------------------------------------


def test_json_lines_are_those_of_the_protocol(tmp_path: Path) -> None:
    store = open_log(tmp_path)
    say(store, "one", "two\nlines\twith a tab", "я 本 ❤")
    say(store, "waves", kind="action")
    log, document = LogFile(tmp_path), JsonLines()
    from core.sqlite.pages import Pages

    live = [encode(one) for one in Pages(store).after("lobby", 0, 10).messages]
    room = log.room("lobby")
    assert room is not None
    assert [document.message(one) for one in log.page(room, 0, 9, 9)] == live
    assert [decode_event(line).seq for line in live] == [1, 2, 3, 4]  # type: ignore[union-attr]
    assert json.loads(live[3])["kind"] == "action"
    assert document.head(room) == document.missing(Missing(1, 2)) == b""
    log.close()
    store.close()


def test_text_has_full_times_and_every_line() -> None:
    document = PlainText()
    block = "\n".join(str(number) for number in range(50))
    lines = document.message(message(block)).decode().splitlines()
    assert lines[0] == f"{moment(AT)} <alice> 0"
    assert lines[1:] == [f"      | {number}" for number in range(1, 50)]
    assert moment(AT)[:16] == f"{day(AT)} {clock(AT)}"
    action = document.message(message("waves", kind="action")).decode()
    assert action == f"{moment(AT)} * alice waves\n"
    assert document.missing(Missing(4, 4)) == b"-! message 4 is no longer kept\n"


def test_markdown_reads_like_a_document() -> None:
    document = Markdown()
    tomorrow = AT + 86_400_000
    whole = b"".join([
        document.head(RoomSpan(1, "ops", "lunch *at* 12", 4)), document.missing(Missing(1, 2)),
        document.message(message("hello")), document.message(message("waves", kind="action")),
        document.message(message("a\n```\nb", at=tomorrow)),
    ]).decode()  # fmt: skip
    zone = whole.partition("(UTC")[2].partition(")")[0]
    assert whole == (
        "# ops\n\nTopic: lunch \\*at\\* 12\n"
        "\n*(messages 1 to 2 are no longer kept)*\n"
        f"\n## {day(AT)} (UTC{zone})\n\n**alice** {clock(AT)} hello\n"
        f"\n**\\* alice** {clock(AT)} waves\n"
        f"\n## {day(tomorrow)} (UTC{zone})\n\n**alice** {clock(tomorrow)}\n"
        "\n````\na\n```\nb\n````\n"
    )


@pytest.mark.parametrize("kind", ["text", "markdown", "jsonl"])
def test_no_text_makes_another_line_of_a_document(kind: FormName) -> None:
    nick = "eve\n## x"
    for text in ("# heading", "12:03 <bob> forged", "- list", "> quote", "    code", "```"):
        document = form(kind)
        once = document.message(message("x", nick=nick))
        again = document.message(message(text, nick=nick))
        # What looks like a line of ours is continued, in a line that is marked.
        ours = [line for line in again.split(b"\n") if not line.startswith(b"      | ")]
        assert once.count(b"\n") >= len(ours) - 1


# --- Markdown means nothing but itself -----------------------------------------

MARKS = st.sampled_from([
    *"\\`*_[]()<>#+-.!|~&$:=\"' \t1a", "**", "```", "~~", "![a](b)", "<b>", "<!--", "&lt;",
    "&#35;", "[a]: /b", "https://a.b/_c_", "www.a.b", "a@b.c", "<a@b.c>", "<https://a.b>",
    "\\\n", "  ",
    "é本", "javascript:x", "a|b", "|-|-|", "---",
])  # fmt: skip
texts = st.lists(MARKS | st.text(max_size=3), min_size=1, max_size=12).map("".join)


def cleaned(text: str) -> str:
    try:
        return clean_text(text)
    except Refused:
        assume(False)
        raise


def shown(markdown: bytes) -> tuple[str, set[str]]:
    """Return what a reader sees of a document, and what it is made of."""
    text, kinds = "", set()
    for token in READER.parse(markdown.decode()):
        kinds.add(token.type)
        for child in token.children or []:
            kinds.add(child.type)
            text += child.content
    return text, kinds


PARAGRAPH = {
    "heading_open", "inline", "heading_close", "paragraph_open", "paragraph_close", "text",
    "strong_open", "strong_close",
}  # fmt: skip


@given(texts, texts)
def test_one_line_is_shown_as_it_is(raw: str, raw_nick: str) -> None:
    text = cleaned(raw).replace("\n", " ").strip()
    nick = cleaned(raw_nick)
    document = Markdown()
    document.message(message("the day's heading"))
    seen, kinds = shown(document.message(message(text, nick=nick)))
    assert kinds <= PARAGRAPH
    assert seen.endswith(f" {clock(AT)} {text}")


@given(st.lists(texts, min_size=2, max_size=5).map("\n".join))
def test_a_block_is_shown_as_it_is(raw: str) -> None:
    text = cleaned(raw)
    assume("\n" in text)
    document = Markdown()
    document.message(message("the day's heading"))
    *_, block = READER.parse(document.message(message(text)).decode())
    assert (block.type, block.content) == ("fence", text + "\n")


@given(texts)
def test_head_and_topic_are_shown_as_they_are(raw: str) -> None:
    line = cleaned(raw).replace("\n", " ").strip()
    markdown = Markdown().head(RoomSpan(1, line, line, 0))
    seen, kinds = shown(markdown)
    assert kinds <= PARAGRAPH
    assert seen.endswith(f"Topic: {line}")
    levels = [token.tag for token in READER.parse(markdown.decode()) if token.type[:4] == "head"]
    assert levels == ["h1", "h1"]


@pytest.mark.parametrize("text", ["https://a.b/c", "HTTP://a", "www.a.b", "WWW.a", "a@b.c"])
def test_addresses_are_broken_for_dialects_that_make_links_of_them(text: str) -> None:
    written = Markdown().message(message(text)).decode()
    assert text not in written
    assert written.replace("\\", "").endswith(f" {text}\n")


def test_a_fence_is_longer_than_any_inside() -> None:
    text = "```\n" + "`" * 9 + "\nx"
    lines = Markdown().message(message(text)).decode().splitlines()
    fences = [line for line in lines if line.startswith("`") and set(line) == {"`"}]
    assert len(fences[0]) == len(fences[-1]) == 10
    assert all(len(one) < 10 for one in fences[1:-1])
