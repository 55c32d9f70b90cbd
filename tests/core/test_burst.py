import itertools

from hypothesis import given
from hypothesis import strategies as st

from core.limits import BLOCK_LINES, BURST_GAP_S, TEXT_LIMIT_BYTES
from core.text.burst import Block, Burst, Command, Item, Line
from core.text.commands import is_command
from core.text.sanitize import clean_text

SOON_S = BURST_GAP_S / 4


def run(lines: list[str], step_s: float) -> list[Item]:
    """Say the lines at that pace, tick whenever it is due, and end."""
    burst = Burst(is_command)
    items: list[Item] = []
    for count, line in enumerate(lines):
        now_s = 1000.0 + count * step_s
        if burst.due_s is not None and burst.due_s <= now_s:
            items += burst.tick(burst.due_s)
        items += burst.line(line, now_s)
    return items + burst.flush()


def test_what_is_typed_is_said_at_once() -> None:
    burst = Burst(is_command)
    assert burst.line("hello", 10.0) == [Line("hello")]
    assert burst.due_s is None
    assert burst.line("there", 10.0 + BURST_GAP_S) == [Line("there")]


def test_a_paste_is_one_line_and_one_block() -> None:
    burst = Burst(is_command)
    assert burst.line("def f():", 10.0) == [Line("def f():")]
    assert burst.line("    x = 1", 10.0) == []
    assert burst.line("", 10.1) == []
    assert burst.line("    return x", 10.2) == []
    assert burst.due_s == 10.2 + BURST_GAP_S
    assert burst.tick(10.3) == []
    assert burst.tick(burst.due_s) == [Block("    x = 1\n\n    return x")]
    assert burst.due_s is None
    assert burst.tick(99.0) == []


def test_the_gap_begins_again_with_each_line() -> None:
    lines = [f"line {n}" for n in range(100)]
    assert run(lines, SOON_S) == [Line("line 0"), Block("\n".join(lines[1:]))]
    assert run(lines, BURST_GAP_S * 1.01) == [Line(line) for line in lines]


def test_a_late_tick_changes_nothing() -> None:
    burst = Burst(is_command)
    burst.line("a", 1.0)
    burst.line("b", 1.0)
    assert burst.line("c", 9.0) == [Block("b"), Line("c")]


def test_an_empty_first_line_is_nothing() -> None:
    burst = Burst(is_command)
    assert burst.line("", 1.0) == []
    assert burst.line("   ", 1.0) == []
    assert burst.line("hello", 1.0) == [Line("hello")]
    assert burst.line("", 1.0) == []
    assert burst.flush() == []


def test_inside_a_burst_commands_are_commands_and_paths_are_text() -> None:
    lines = ["/nick bot", "one", "/etc/passwd", "/me waves", "two", "/foo", "/quit"]
    assert run(lines, 0.0) == [
        Line("/nick bot"),
        Block("one\n/etc/passwd"),
        Command("/me waves"),
        Block("two"),
        Command("/foo"),
        Command("/quit"),
    ]


def test_a_mistyped_command_in_a_burst_is_refused_and_a_path_is_not() -> None:
    """`/mgs alice secret` is not for everybody's eyes."""
    for line in ("/mgs alice secret", "/serach x", "/помощь", "/Mgs: alice secret", "/quti"):
        assert run(["x", line], 0.0)[1:] == [Command(line)]
    for line in ("/etc/passwd", "/usr/bin/env python", "/node_modules", "/favicon.ico", "/ a", "/",
                 "/* x */", "/2 of it", "// x", "/v1"):  # fmt: skip
        assert run(["x", line], 0.0)[1:] == [Block(line)]


def test_a_quiet_senders_unknown_command_is_still_its_line() -> None:
    assert run(["/foo"], 1.0) == [Line("/foo")]


def test_only_what_would_be_a_command_needs_its_second_slash() -> None:
    code = ["x();", "// a comment", "//server/share", "//help is how", "///x"]
    assert run(code, 0.0) == [
        Line("x();"),
        Block("// a comment\n//server/share\n/help is how\n///x"),
    ]


def test_a_block_goes_when_it_has_all_the_lines_it_may_have() -> None:
    lines = [str(n) for n in range(1 + BLOCK_LINES + 5)]
    assert run(lines, 0.0) == [
        Line("0"),
        Block("\n".join(lines[1 : 1 + BLOCK_LINES])),
        Block("\n".join(lines[1 + BLOCK_LINES :])),
    ]


def test_a_block_is_never_larger_than_a_message() -> None:
    half = "x" * (TEXT_LIMIT_BYTES // 2)
    assert run(["a", half[1:], half, "b"], 0.0) == [
        Line("a"),
        Block(f"{half[1:]}\n{half}"),
        Block("b"),
    ]
    assert run(["a", half, half, "b"], 0.0) == [Line("a"), Block(half), Block(f"{half}\nb")]
    # In bytes, not in characters.
    assert run(["a", "я" * 9000, "я" * 9000], 0.0) == [
        Line("a"),
        Block("я" * 9000),
        Block("я" * 9000),
    ]


def test_a_line_larger_than_a_message_stands_alone() -> None:
    long = "x" * (TEXT_LIMIT_BYTES + 50)
    assert run(["a", "b", long, "c"], 0.0) == [Line("a"), Block("b"), Block(long), Block("c")]


def test_what_a_mark_takes_instead_of_a_control_character_is_counted() -> None:
    escapes = "\x1b" * 5_000
    assert run(["a", escapes, escapes], 0.0) == [Line("a"), Block(escapes), Block(escapes)]


growing = st.text("\x1b\x9b\u202e\u2067\u202ca я", min_size=50, max_size=99)


@given(st.lists(growing, min_size=8, max_size=8), st.integers(20, 60))
def test_a_gathered_block_is_never_too_long_once_it_is_clean(lines: list[str], times: int) -> None:
    for item in run(["a", *(line * times for line in lines)], 0.0):
        if "\n" in item.text:
            assert len(clean_text(item.text).encode()) <= TEXT_LIMIT_BYTES


typed = st.lists(
    st.one_of(
        st.text("ab я", max_size=4),
        st.sampled_from(["/who", "/foo", "//who", "// x", "", "y" * 20_000]),
    ),
    max_size=30,
)


@given(typed, st.sampled_from([0.0, SOON_S, BURST_GAP_S, 1.0]))
def test_nothing_is_lost_doubled_or_moved(lines: list[str], step_s: float) -> None:
    items = run(lines, step_s)
    said = [line for item in items for line in item.text.split("\n") if line.strip()]
    # Inside a burst `//who` says `/who`; it may be either here.
    assert [line.replace("//who", "/who") for line in said] == [
        line.replace("//who", "/who") for line in lines if line.strip()
    ]
    for item in items:
        assert len(item.text.encode()) <= TEXT_LIMIT_BYTES
        assert not (isinstance(item, Command) and not item.text.startswith("/"))


@given(typed, st.integers(0, 3))
def test_ticking_early_changes_nothing(lines: list[str], ticks: int) -> None:
    calm, nervous = Burst(is_command), Burst(is_command)
    for now_s, line in zip(itertools.count(5.0, SOON_S), lines, strict=False):
        for _ in range(ticks):
            assert nervous.tick(now_s) == []
        assert calm.line(line, now_s) == nervous.line(line, now_s)
        assert calm.due_s == nervous.due_s
    assert calm.flush() == nervous.flush()
