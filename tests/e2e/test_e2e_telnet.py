"""GNU telnet in a terminal: its keys and its Ctrl-C harm no script."""

from real_clients import Keep, netcat, telnet
from real_processes import ServedHub, once


def test_every_script_typed_in_telnet_arrives_unharmed(served: ServedHub, keep: Keep) -> None:
    line = once("Привет, “日本” я ")
    watcher = keep(netcat(served, "reader"))
    client = keep(telnet(served))
    client.say(f"{line} 1")
    watcher.sees(f"{line} 1")
    for number in (2, 3):
        client.type(b"\x03")
        client.say(f"{line} {number}")
        watcher.sees(f"{line} {number}")
        watcher.say(answer := once("answer "))
        client.sees(answer)


def test_telnet_without_negotiation_is_right_after_its_first_ctrl_c(
    served: ServedHub, keep: Keep
) -> None:
    line = once("Привет, “日本” я ")
    watcher = keep(netcat(served, "reader"))
    client = keep(telnet(served, negotiates=False))
    client.type(b"\x03")
    watcher.say(answer := once("seen again "))
    client.sees(answer)
    client.say(line)
    watcher.sees(line)
    assert watcher.said()[-1] == line
