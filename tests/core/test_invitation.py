"""How others come in: what is told first, what is left out, and who may be told what."""

import re
from typing import Any

import pytest
from memory_hub import Client, MemoryHub

from core.client.address import parse_address
from core.text.invitation import ONLY_HERE, OPEN, UNKNOWN, Doors, commands, invitation
from core.text.render import event_text
from core.wire.messages import Invitation, Invite, decode_request, encode
from core.wire.proxy import encode_v2

SECRET = b"the-gateway-secret"
LAN = Doors(
    (("192.0.2.7", 4045), ("198.51.100.7", 4045), ("fd00::7", 4045), ("box", 4045)),
    (
        *("http://192.0.2.7:8080/", "http://198.51.100.7:8080/", "http://[fd00::7]:8080/"),
        "http://box:8080/",
    ),
)
LOCAL = Doors((("127.0.0.1", 4045),), ("http://127.0.0.1:8080/",))


def ways(invited: Invitation) -> dict[str, str]:
    """Return the commands of an invitation by the names of the clients."""
    return dict(re.split(r"  +", line, maxsplit=1) for line in invited.lines[1:])  # type: ignore[misc]


def test_every_way_in_is_told_for_the_best_address() -> None:
    invited = invitation(LAN)
    found = ways(invited)
    assert invited.lines[0] == f"{OPEN}:"
    assert found.pop("browser") == "http://192.0.2.7:8080/"
    assert found.pop("also at") == "198.51.100.7, [fd00::7], box"
    assert found == commands("192.0.2.7", 4045)
    assert invited.tcp == ("192.0.2.7:4045", "198.51.100.7:4045", "[fd00::7]:4045", "box:4045")
    assert invited.web == LAN.web


def test_an_ipv6_address_has_brackets_where_a_tool_wants_them() -> None:
    found = commands("fd00::7", 4045)
    assert parse_address(found["hubbub"].split()[-1].strip("'")).host == "fd00::7"
    assert found["hubbub"] == "hubbub join '[fd00::7]:4045'"
    assert found["nc"] == "nc fd00::7 4045"
    assert found["telnet"] == "telnet -- fd00::7 -4045"
    assert found["socat"] == "socat - 'TCP:[fd00::7]:4045'"
    assert found["curl"] == "curl --no-progress-meter -T. 'telnet://[fd00::7]:4045'"
    assert "/dev/tcp/fd00::7/4045;" in found["bash"]
    assert "::new('fd00::7',4045)" in found["PowerShell"]


@pytest.mark.parametrize("host", ["192.0.2.7", "fd00::7", "box"])
def test_powershells_line_has_the_shape_of_one(host: str) -> None:
    # Only its shape: PowerShell itself runs on few of the machines that test.
    line = commands(host, 4045)["PowerShell"]
    assert "{{" not in line
    assert "\n" not in line
    for opened, closed in ("()", "[]", "{}"):
        assert line.count(opened) == line.count(closed) > 0
    assert line.count("'") == 2
    used = set(re.findall(r"\$(\w+)", line))
    assert set(re.findall(r"\$(\w+)=", line)) == used == {"b", "s", "t"}


def test_what_the_client_came_by_stands_first() -> None:
    invited = invitation(LAN, ("198.51.100.7", 4045))
    assert invited.tcp[0] == "198.51.100.7:4045"
    assert invited.web[0] == "http://198.51.100.7:8080/"
    assert len(invited.tcp) == len(LAN.tcp)
    new = invitation(LAN, ("203.0.113.9", 999))
    assert new.tcp[:2] == ("203.0.113.9:4045", "192.0.2.7:4045")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "fe80::7%eth0", "fe80::7", "169.254.1.2"])
def test_what_leads_nowhere_from_another_machine_does_not(host: str) -> None:
    assert invitation(LAN, (host, 4045)) == invitation(LAN)


def test_the_page_one_has_stands_first() -> None:
    invited = invitation(LAN, web="http://198.51.100.7:8080/")
    assert invited.web[0] == ways(invited)["browser"] == "http://198.51.100.7:8080/"
    assert invited.tcp[0] == "198.51.100.7:4045"
    assert len(invited.web) == len(LAN.web)
    assert invitation(LAN, web="http://localhost:8080/") == invitation(LAN)


def test_behind_a_proxy_that_encrypts_hubbub_goes_there_too() -> None:
    invited = invitation(LAN, web="https://chat.example/")
    found = ways(invited)
    assert found["browser"] == "https://chat.example/"
    assert parse_address(found["hubbub"].split()[-1]).url == "wss://chat.example/ws"
    assert found["nc"] == "nc 192.0.2.7 4045"


def test_where_only_the_page_is_open_to_others_only_it_is_told() -> None:
    invited = invitation(LOCAL, web="https://chat.example/")
    assert invited.tcp == ()
    assert invited.web == ("https://chat.example/",)
    found = ways(invited)
    assert set(found) == {"browser", "hubbub"}
    plain = invitation(LOCAL, web="http://chat.example:8000/")
    assert parse_address(ways(plain)["hubbub"].split()[-1]).url == "ws://chat.example:8000/ws"


def test_only_this_machine_is_said() -> None:
    for local_address, web in ((None, None), (("127.0.0.1", 4045), "http://localhost:8080/")):
        invited = invitation(LOCAL, local_address, web)
        assert invited.lines[0] == f"{ONLY_HERE}:"
        assert ways(invited)["nc"] == "nc 127.0.0.1 4045"


def test_a_hub_that_was_told_nothing_says_so() -> None:
    assert invitation(Doors()).lines == (UNKNOWN,)
    assert invitation(Doors(), ("192.0.2.7", 4045)).tcp == ("192.0.2.7:4045",)


@pytest.mark.parametrize("doors", [LAN, LOCAL, Doors((("fd00::1:22", 4045),))])
def test_no_line_is_cut_on_its_way_to_a_screen(doors: Doors) -> None:
    invited = invitation(doors)
    shown = event_text(invited, "alice").decode()
    assert shown == "".join(f"-- {line}\n" for line in invited.lines)


@pytest.mark.parametrize(
    "web",
    [
        *("", "chat.example", "http://", "http:///", "http://a/b", "ftp://a/", "http://a b/"),
        *("http://a//", "http://a/b c/", "http://a/b;c/", "http://a/$(b)/", "http://a/%0/"),
        *("http://a/\n", "http://a:b/", "http://x\u202ey/", "javascript:alert(1)", "http://a"),
        "http://" + "a" * 300 + "/",
    ],
)
def test_a_page_address_is_one_or_is_refused(web: str) -> None:
    with MemoryHubs() as hub:
        asks = hub.json("alice")
        asks.events()
        asks.say_json({"type": "invite", "web": web, "ref": 1})
        (answer,) = asks.events()
        assert (answer["type"], answer["code"], answer["ref"]) == ("error", "bad_field", 1)


@pytest.mark.parametrize(
    "web", ["http://a/", "https://chat.example/", "http://[fd00::7]:8080/", "http://1.2.3.4:5/"]
)
def test_a_page_address_goes_over_the_wire(web: str) -> None:
    assert decode_request(encode(Invite(web=web))) == Invite(web=web)


class MemoryHubs:
    """A hub with doors, which trusts a gateway."""

    def __enter__(self) -> MemoryHub:
        self._hub = MemoryHub(gateway_secret=SECRET)
        self._hub.server.tell_doors(LAN)
        return self._hub

    def __exit__(self, *_: object) -> None:
        self._hub.close()


def local_address(client: Client, host: str) -> None:
    """Have a connection come to an address of the hub."""
    names = {"peername": ("192.0.2.50", 50000), "sockname": (host, 4045)}
    client.transport.get_extra_info = names.get  # type: ignore[method-assign,assignment]


def test_text_mode_and_programs_are_told_the_same() -> None:
    with MemoryHubs() as hub:
        person, program = hub.text(), hub.json("alice")
        for client in (person, program):
            local_address(client, "198.51.100.7")
        hub.clock.advance(2)
        person.take(), program.take()
        person.line("/invite")
        program.say_json({"type": "invite", "ref": "i"})
        (answer,) = program.events()
        assert answer["ref"] == "i"
        assert answer["tcp"][0] == "198.51.100.7:4045"
        assert person.take() == "".join(f"-- {line}\n" for line in answer["lines"])


def test_behind_a_proxy_the_socket_tells_nothing() -> None:
    with MemoryHubs() as hub:
        browser = hub.client()
        local_address(browser, "198.51.100.7")
        header = encode_v2(("203.0.113.9", 4711), ("127.0.0.1", 4045), SECRET)
        browser.send(header + b'{"type":"hello"}\n{"type":"invite"}\n')
        answers: list[dict[str, Any]] = browser.events()
        assert answers[-1]["tcp"][0] == "192.0.2.7:4045"


def test_a_page_below_a_path_is_named_with_it() -> None:
    with MemoryHubs() as hub:
        asks = hub.json("alice")
        asks.events()
        asks.say_json({"type": "invite", "web": "https://chat.example/a-b/%C3%A9/"})
        (answer,) = asks.events()
    assert answer["web"][0] == "https://chat.example/a-b/%C3%A9/"
    found = ways(invitation(Doors((), tuple(answer["web"]))))
    assert found["browser"] == "https://chat.example/a-b/%C3%A9/"
    address = parse_address(found["hubbub"].removeprefix("hubbub join "))
    assert address.url == "wss://chat.example/a-b/%C3%A9/ws"
    assert address.page == answer["web"][0]
