import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.limits import HISTORY_LIMIT, TEXT_HISTORY_LINES
from core.text.commands import (
    ALIASES,
    COMMANDS,
    Help,
    Local,
    Quit,
    Show,
    ToJson,
    UsageError,
    help_text,
    is_command,
    parse_command,
    unescape,
)
from core.wire.messages import (
    AnyRequest,
    AskHistory,
    AskMembers,
    AskRooms,
    Invite,
    Join,
    Nick,
    Say,
    SayDirect,
    Search,
    SetTopic,
    decode_request,
    encode,
)

NOW_MS = 1_795_327_955_123
MINUTE_MS = 60_000


def parse(line: str) -> AnyRequest | Local:
    return parse_command(line, "lobby", NOW_MS)


def since(ms: int) -> AskHistory:
    return AskHistory(room="lobby", since=ms, limit=HISTORY_LIMIT)


def after(seq: int) -> AskHistory:
    return AskHistory(room="lobby", after=seq, limit=HISTORY_LIMIT)


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("/nick bob", Nick(nick="bob")),
        ("/NICK  bob ", Nick(nick="bob")),
        ("/nick two words", Nick(nick="two words")),
        ("/me waves  twice", Say(room="lobby", text="waves  twice", kind="action")),
        ("/me\twaves", Say(room="lobby", text="waves", kind="action")),
        ("/msg bob hello there", SayDirect(to="bob", text="hello there")),
        ("/msg bob /nick x", SayDirect(to="bob", text="/nick x")),
        ("/who", AskMembers(room="lobby")),
        ("/w ", AskMembers(room="lobby")),
        ("/who Ali", AskMembers(room="lobby", text="Ali")),
        ("/query bob hi", SayDirect(to="bob", text="hi")),
        ("/names ali ce", AskMembers(room="lobby", text="ali ce")),
        ("/join #kitchen", Join(room="#kitchen", last=TEXT_HISTORY_LINES)),
        ("/j kitchen", Join(room="kitchen", last=TEXT_HISTORY_LINES)),
        ("/rooms", AskRooms()),
        ("/topic", SetTopic(room="lobby")),
        ("/topic Lunch at 12", SetTopic(room="lobby", text="Lunch at 12")),
        ("/topic -", SetTopic(room="lobby", text="")),
        ("/since 1234", after(1234)),
        ("/since #1234", after(1234)),
        ("/since 0", after(0)),
        ("/since 999999999999999", after(2**40 - 1)),
        ("/since 10m", since(NOW_MS - 10 * MINUTE_MS)),
        ("/since 30S", since(NOW_MS - MINUTE_MS // 2)),
        ("/since 2h", since(NOW_MS - 120 * MINUTE_MS)),
        ("/since 1d", since(NOW_MS - 1440 * MINUTE_MS)),
        ("/since 999999999d", since(0)),
        ("/search lunch  menu", Search(room="lobby", text="lunch  menu")),
        ('/search "; DROP TABLE *', Search(room="lobby", text='"; DROP TABLE *')),
        ("/show 1234", Show(1234)),
        ("/invite", Invite()),
        ("/json", ToJson()),
        ("/help", Help()),
        ("/?", Help()),
        ("/help topic", Help("topic")),
        ("/quit", Quit()),
        ("/q", Quit()),
        ("/exit", Quit()),
    ],
)
def test_a_command_is_a_request(line: str, request_: AnyRequest | Local) -> None:
    assert is_command(line)
    assert parse(line) == request_
    if not isinstance(request_, Local):
        assert decode_request(encode(request_)) == request_


@pytest.mark.parametrize(
    "line",
    [
        *("/nick", "/nick  ", "/me", "/msg", "/msg bob", "/msg bob ", "/join"),
        *("/rooms x", "/since", "/since -1", "/since 1w", "/since 10 m", "/since m"),
        *("/since 1.5h", "/since ٣", "/since " + "9" * 10_000, "/search", "/show", "/show 0"),
        *("/show -1", "/show x", "/show 1 2", "/invite bob", "/json x", "/quit smoking"),
    ],
)
def test_an_incomplete_command_shows_how_it_is_written(line: str) -> None:
    assert is_command(line)
    with pytest.raises(UsageError) as problem:
        parse(line)
    name = line[1:].split()[0]
    assert problem.value.text.startswith(f"usage: {COMMANDS[name].usage}, ")
    assert COMMANDS[name].example in problem.value.text


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("/foo", "no such command: /foo (start with // to send it as text)"),
        ("/foo bar", "no such command: /foo (start with // to send it as text)"),
        ("/etc/passwd is", "no such command: /etc/passwd (start with // to send it as text)"),
        ("/", "no such command: / (start with // to send it as text)"),
        ("/ msg bob x", "no such command: / (start with // to send it as text)"),
        (
            "/Serach x",
            "no such command: /Serach (did you mean /search? start with // to send it as text)",
        ),
        (
            "/" + "x" * 99,
            f"no such command: /{'x' * 23}… (start with // to send it as text)",
        ),
        ("/\x1b]0;x\x07", "no such command: /�]0;x� (start with // to send it as text)"),
    ],
)
def test_an_unknown_command_says_what_to_do(line: str, text: str) -> None:
    assert not is_command(line)
    with pytest.raises(UsageError) as problem:
        parse(line)
    assert problem.value.text == text


def test_two_slashes_are_text() -> None:
    assert not is_command("//nick bob")
    assert unescape("//nick bob") == "/nick bob"
    assert unescape("///x") == "//x"
    assert unescape("/x") == "/x"
    assert unescape("hello") == "hello"


@pytest.mark.parametrize("line", ["hello", "", " /nick bob", "nick", "\\/nick", "／nick"])
def test_what_does_not_begin_with_a_slash_is_no_command(line: str) -> None:
    assert not is_command(line)


def test_help_lists_every_command_in_lines_that_fit() -> None:
    lines = help_text().removesuffix("\n").split("\n")
    assert [line.split()[1] for line in lines[:-1]] == [f"/{name}" for name in COMMANDS]
    for line in lines:
        assert line.startswith("-- ")
        assert len(line) < 80
        assert line.isprintable()


@pytest.mark.parametrize("name", [*COMMANDS, *ALIASES, "/topic", "TOPIC"])
def test_help_for_one_command_is_one_line(name: str) -> None:
    text = help_text(name)
    assert text.startswith("-- /")
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert len(text) < 110


def test_help_for_an_unknown_command_says_so() -> None:
    with pytest.raises(UsageError, match=r"^no such command: /foo"):
        help_text("foo")


def test_every_example_works() -> None:
    for name, command in COMMANDS.items():
        assert command.example.split()[0] == command.usage.split()[0] == f"/{name}"
        parse(command.example)
    assert set(ALIASES.values()) <= set(COMMANDS)
    assert not set(ALIASES) & set(COMMANDS)


words = st.one_of(st.sampled_from([*COMMANDS, *ALIASES]), st.text(max_size=30))


@given(words, st.sampled_from(["", " ", "\t", "\u00a0"]), st.text(max_size=40))
def test_anything_typed_is_a_request_or_a_usage_error(word: str, gap: str, rest: str) -> None:
    line = f"/{word}{gap}{rest}"
    try:
        request = parse(line)
    except UsageError as error:
        answer = error.text
    else:
        assert is_command(line)
        if not isinstance(request, Local):
            assert decode_request(encode(request)) == request
        return
    assert answer.isprintable()
    assert len(answer) < 130
