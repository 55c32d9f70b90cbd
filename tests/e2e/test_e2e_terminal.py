"""`hubbub join` as a person has it: in a terminal that is looked at from outside."""

import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_clients import JoinInTmux, Keep, Program, hubbub, netcat
from real_processes import Process, ServedHub, once


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedHub]:
    """Give a hub that starts again at the same ports."""
    with ServedHub.at_quiet_ports(tmp_path / "data") as hub:
        yield hub


def at_terminal(hub: ServedHub, nick: str, term: str, folder: Path) -> Process:
    """Start it in a terminal that nobody draws."""
    command = hubbub(hub, "join", "--nick", nick)
    state = {"XDG_STATE_HOME": str(folder), "TERM": term, "PYTHONASYNCIODEBUG": ""}
    return Process(nick, command, terminal=True, environment=state)


def test_what_is_typed_stays_whole_while_lines_come(served: ServedHub, keep: Keep) -> None:
    alice = keep(JoinInTmux(served, "alice", columns=80, rows=24))
    other = keep(Program(served, "program"))
    alice.type("half of a")
    for number in range(200):
        other.say(f"line {number}")
    alice.sees("line 199")
    alice.shows(lambda screen: "lobby> half of a" in screen)
    alice.say(" sentence")
    other.sees("half of a sentence")
    alice.sees("half of a sentence")
    assert alice.said() == [*(f"line {number}" for number in range(200)), "half of a sentence"]


def test_two_terminals_and_netcat_talk(served: ServedHub, keep: Keep) -> None:
    alice = keep(JoinInTmux(served, "alice", columns=80, rows=24))
    bob = keep(JoinInTmux(served, "bob", columns=40, rows=10))
    carol = keep(netcat(served, "carol"))
    for talker, text in ((alice, "hello"), (bob, "日本 👩‍👩‍👧 é"), (carol, "from nc")):
        talker.say(text)
        for one in (alice, bob, carol):
            if one is not talker or one.shows_own:
                one.sees(text)
    bob.shows(lambda screen: " 3 here" in screen)


def test_a_narrow_terminal_wraps_under_the_text(served: ServedHub, keep: Keep) -> None:
    rooms = ("--room", "lobby", "--room", "operations", "--room", "kitchen")
    bob = keep(JoinInTmux(served, "robert-the-builder", *rooms, columns=80, rows=24))
    other = keep(Program(served, "al"))
    bob.shows(lambda screen: screen.rstrip().endswith("connected"))
    bob.resize(40, 10)
    # The terminal learns of it a while later.
    bob.shows(lambda screen: "[1:lobby] · " in screen and "connected" not in screen)
    other.say("the disk of web3 is nearly full, and nobody knows what fills it")
    screen = bob.shows(lambda screen: "fills it" in screen)
    _, head, rest = screen.partition(f"<{other.name}> ")
    assert head
    indent = " " * len(f"12:03 {head}")
    lines = rest.split("\n")
    assert lines[1].startswith(indent)
    assert not lines[1].startswith(indent + " ")
    bob.shows(lambda screen: "lobby>" in screen)
    bob.resize(80, 24)
    bob.shows(lambda screen: screen.rstrip().endswith("connected"))
    bob.say("seen")
    bob.shows(lambda screen: f"<{bob.name}> seen" in screen and "lobby>" in screen)


def test_a_paste_shows_its_size_and_is_one_message(served: ServedHub, keep: Keep) -> None:
    alice = keep(JoinInTmux(served, "alice", columns=80, rows=24))
    other = keep(Program(served, "program"))
    block = "\n".join(f"row {number}" for number in range(12)) + "\n"
    alice.paste(block)
    alice.shows(lambda screen: "12 lines, 74 bytes: Enter sends them as one block" in screen)
    alice.press("C-c")
    alice.shows(lambda screen: "row 11" not in screen and "12 lines" not in screen)
    alice.paste(block)
    alice.shows(lambda screen: "12 lines" in screen)
    alice.press("Enter")
    other.event("message", text=block.strip("\n"))
    assert len(other.messages()) == 1


def test_rooms_side_by_side(served: ServedHub, keep: Keep) -> None:
    alice = keep(
        JoinInTmux(served, "alice", "--room", "lobby", "--room", "ops", columns=80, rows=24)
    )
    ops = keep(Program(served, "program", join={"ops": {"last": 0}}))
    ops.send(type="say", room="ops", text=f"{alice.name}: the disk is full", id="1")
    alice.shows(lambda screen: "[1:lobby] 2:ops(1!)" in screen and "the disk is full" not in screen)
    alice.press("M-2")
    alice.shows(
        lambda screen: (
            "── ops ── 1 new" in screen
            and f"*<{ops.name}> {alice.name}: the disk is full" in screen
            and "ops>" in screen
        )
    )
    alice.type("/lea")
    alice.press("Tab")
    alice.shows(lambda screen: "ops> /leave" in screen)
    alice.press("Enter")
    alice.shows(lambda screen: "── lobby ── nothing new" in screen)


def test_a_lost_connection_is_said_once_and_nothing_is_lost(served: ServedHub, keep: Keep) -> None:
    alice = keep(JoinInTmux(served, "alice", columns=80, rows=24))
    alice.say("before")
    alice.sees("before")
    served.stop(signal.SIGKILL)
    alice.shows(lambda screen: "-! not connected" in screen)
    for text in ("one", "two"):
        alice.say(text)
    alice.shows(lambda screen: "not connected · 2 not sent yet" in screen)
    served.start()
    alice.sees("two")
    alice.shows(lambda screen: screen.rstrip().endswith("connected"))
    assert alice.screen().count("-! not connected") == 1
    assert alice.said() == ["before", "one", "two"]
    reader = keep(Program(served, "reader", join={"lobby": {"last": 10}}))
    reader.sees("two")
    assert reader.said() == ["before", "one", "two"]


def test_a_suspended_client_catches_up(served: ServedHub, keep: Keep) -> None:
    alice = keep(JoinInTmux(served, "alice", columns=80, rows=24, shell=True))
    other = keep(Program(served, "program"))
    alice.type("half")
    alice.shows(lambda screen: "lobby> half" in screen)
    alice.press("C-z")
    alice.until("Stopped")
    other.say("meanwhile")
    other.sees("meanwhile")
    alice.say("fg")
    alice.sees("meanwhile")
    alice.shows(lambda screen: "lobby> half" in screen)
    alice.press("C-c")
    alice.press("C-c")
    alice.until("-- Ctrl-C again leaves")
    alice.press("C-c")
    # What is typed before the shell is back belongs to the prompt that goes.
    alice.shows(lambda screen: re.search(r"^bash-.*[#$]$", screen.rstrip().splitlines()[-1]))
    alice.say("echo left-$?")
    alice.until("left-0")


def test_plain_lines_for_screen_readers(served: ServedHub, keep: Keep) -> None:
    alice = keep(JoinInTmux(served, "alice", "--plain", columns=80, rows=24, shell=True))
    other = keep(Program(served, "program"))
    other.say(f"{alice.name}, are you there?")
    alice.until(f"*<{other.name}> {alice.name}, are you there?")
    alice.say("yes")
    other.sees("yes")
    assert "lobby>" not in alice.screen()
    alice.say("/quit")
    word = once("word")
    alice.shows(lambda screen: screen.rstrip().split("\n")[-1].startswith("bash-"))
    alice.say(f"echo {word[:2]}''{word[2:]}-$?")
    alice.until(f"{word}-0")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_in_an_orderly_way(
    served: ServedHub, keep: Keep, tmp_path: Path, number: int
) -> None:
    watcher = keep(netcat(served, "watcher"))
    nick = once("alice")
    alice = keep(at_terminal(served, nick, "xterm", tmp_path))
    alice.seen.until(f"-- welcome to lobby, {nick}")
    watcher.seen.until(f"-- {nick} joined")
    alice.signal(number)
    assert alice.ended() == 0
    # At once, and not when the hub has waited for it to come back.
    watcher.seen.until(f"-- {nick} left")


def test_a_dumb_terminal_gets_plain_lines(served: ServedHub, keep: Keep, tmp_path: Path) -> None:
    other = keep(Program(served, "program"))
    nick = once("alice")
    alice = keep(at_terminal(served, nick, "dumb", tmp_path))
    alice.seen.until(f"-- welcome to lobby, {nick}")
    other.say(f"{nick}, https://example.org")
    alice.seen.until(f"*<{other.name}> {nick}, https://example.org")
    alice.say("/quit")
    assert alice.ended() == 0
    # The bell is the one code that every terminal knows.
    assert alice.seen.text.count("\a") == 1
    assert "\x1b" not in alice.seen.text


def test_a_search_gives_its_hit_and_ctrl_space_takes_nothing(served: ServedHub, keep: Keep) -> None:
    alice = keep(JoinInTmux(served, "alice", columns=80, rows=24))
    for said in ("green apples", "pears"):
        alice.say(said)
        alice.sees(said)
    alice.press("C-r")
    alice.type("apples")
    alice.shows(lambda screen: "I-search backward: apples" in screen)
    alice.press("Enter")
    alice.shows(lambda screen: "lobby> green apples" in screen and "I-search" not in screen)
    alice.press("Enter")
    alice.type("one")
    alice.press("C-Space")
    alice.say(" two")
    alice.sees("one two")
    assert alice.said() == ["green apples", "pears", "green apples", "one two"]


def test_narrowing_the_window_leaves_no_copy_of_the_prompt(served: ServedHub, keep: Keep) -> None:
    alice = keep(JoinInTmux(served, "alice", columns=120, rows=24))
    other = keep(Program(served, "program"))
    typed = (
        "half of a sentence that is long enough to need a second row once it is narrow, and more"
    )
    alice.type(typed)
    # Nothing is left to be drawn: tmux wraps the rows a moment before it tells the new
    # width, and what is drawn in between stays where nobody can know of it.
    alice.shows(lambda screen: f"lobby> {typed}" in screen and " 2 here · " in screen)
    # From one row to two; the mark of the second one says that it was drawn anew,
    # and the status below that it was drawn to its end.
    alice.resize(90, 24)
    alice.shows(lambda screen: "      | more" in screen and " 2 here · " in screen)
    assert alice.screen().count("lobby>") == 1, alice.screen()
    assert alice.screen().count(" 2 here · ") == 1, alice.screen()
    other.say("still here")
    alice.sees("still here")
    alice.shows(lambda screen: "      | more" in screen)
    assert alice.screen().count("lobby>") == 1, alice.screen()
    alice.resize(120, 24)
    alice.shows(lambda screen: f"lobby> {typed}" in screen)
    assert alice.screen().count("lobby>") == 1, alice.screen()


@pytest.mark.parametrize("length", [106, 225, 350])
@pytest.mark.parametrize("widths", [(60,), (110, 100, 90, 80, 70, 60, 50), (90, 120, 60)])
def test_several_rows_stay_one_prompt_at_any_width(
    served: ServedHub, keep: Keep, length: int, widths: tuple[int, ...]
) -> None:
    """In the window; rows that the terminal has moved out of it are beyond reach."""
    alice = keep(JoinInTmux(served, "alice", columns=120, rows=24))
    typed = "".join(f"{number:03}{'x' * 7}" for number in range(40))[:length]
    alice.type(typed)
    alice.shows(
        lambda screen: typed in screen.replace("\n      | ", "") and " · connected" in screen
    )
    for columns in (*widths, 120):
        first_row = f"lobby> {typed}"[:columns]
        alice.resize(columns, 24)
        # Drawn anew: the rows are as wide as the window, and the status is below them.
        screen = alice.shows(
            lambda screen, row=first_row: (
                f"{row}\n" in screen
                and typed in screen.replace("\n      | ", "")
                and " here · " in screen
            )
        )
        assert screen.count("lobby>") == 1, screen
        assert screen.count("000xxxxxxx") == 1, screen
        assert screen.count(" here · ") == 1, screen


def test_no_screen_is_without_the_prompt_while_lines_come(served: ServedHub, keep: Keep) -> None:
    alice = keep(JoinInTmux(served, "alice", columns=80, rows=24))
    other = keep(Program(served, "program"))
    ended = threading.Event()

    def say() -> None:
        number = 0
        while not ended.wait(0.02):
            number += 1
            other.say(f"line {number}")

    saying = threading.Thread(target=say)
    saying.start()
    try:
        alice.sees("line 30")
        screens: list[str] = []
        while len(screens) < 100 or len(set(screens)) <= 10:
            screens.append(alice.visible())
    finally:
        ended.set()
        saying.join()
    # tmux may look while it has read one half of a write.
    assert sum("lobby>" not in screen for screen in screens) <= 1


def test_clear_empties_the_screen_and_goes_on(served: ServedHub, keep: Keep) -> None:
    alice = keep(JoinInTmux(served, "alice", columns=80, rows=24))
    other = keep(Program(served, "program"))
    alice.say("before")
    alice.sees("before")
    alice.say("/clear")
    alice.shows(lambda screen: "before" not in screen and screen.startswith("lobby>"))
    other.say("afterwards")
    screen = alice.shows(lambda screen: "afterwards" in screen)
    assert "lobby>" in screen.split("\n")[1]
