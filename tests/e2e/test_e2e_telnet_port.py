"""GNU telnet at the port for it alone: as a person types it, without a minus."""

from collections.abc import Iterator

import pytest
from real_clients import Keep, TelnetInTmux, netcat
from real_processes import SERVE, ServedHub, once

SCRIPTS = "я 本 ” Привет, “日本”"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    hub = ServedHub(tmp_path_factory.mktemp("served") / "data", [*SERVE, "--telnet-port", "0"])
    with hub.running():
        yield hub


def test_every_script_arrives_and_what_others_say_is_shown(served: ServedHub, keep: Keep) -> None:
    watcher, client = keep(netcat(served, "reader")), keep(TelnetInTmux(served))
    client.say(line := once(f"{SCRIPTS} "))
    watcher.sees(line)
    watcher.say(answer := once(f"answer {SCRIPTS} "))
    client.sees(answer)


def test_ctrl_c_drops_what_is_typed_and_the_talk_goes_on(served: ServedHub, keep: Keep) -> None:
    watcher, client = keep(netcat(served, "reader")), keep(TelnetInTmux(served))
    client.type(dropped := once("never said я "))
    client.until(dropped)
    client.press("C-c")
    client.say(line := once(f"after it {SCRIPTS} "))
    watcher.sees(line)
    assert dropped not in watcher.seen.text
    watcher.say(answer := once("still shown "))
    client.sees(answer)


def test_quit_ends_telnet_and_gives_the_shell_back(served: ServedHub, keep: Keep) -> None:
    client = keep(TelnetInTmux(served))
    client.say("/quit")
    client.until("Connection closed by foreign host.")
    client.say("echo $((6*7)) again")
    client.until("42 again")
