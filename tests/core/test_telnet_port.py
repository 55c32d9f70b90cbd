"""Telnet's own port: the hub negotiates at once, and it is text mode all the same."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from memory_hub import Client, MemoryHub, MemoryTransport

from core.text.invitation import Doors, commands, invitation, telnet_port
from core.wire.proxy import encode_v2

DO_BINARY = b"\xff\xfd\x00"
WILL_BINARY = b"\xff\xfb\x00"
SECRET = b"secret"


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    hub = MemoryHub(web_url="http://127.0.0.1:8080/", gateway_secret=SECRET)
    yield hub
    hub.close()


class TelnetClient(Client):
    """One that came by telnet's port."""

    def __init__(self, hub: MemoryHub) -> None:
        super().__init__(hub)
        self.drop()
        self.output = b""
        self.transport = MemoryTransport(self)
        self.connection = hub.server.connect(telnet=True)
        self.connection.connection_made(cast("Any", self.transport))
        hub.clock.advance(0)


def test_it_negotiates_and_greets_at_once_without_being_asked(hub: MemoryHub) -> None:
    client = TelnetClient(hub)
    assert client.output.startswith(DO_BINARY + b"-- welcome to lobby, guest-1")
    assert client.output.endswith(b"\r\n")
    assert b"\n" not in client.output.replace(b"\r\n", b"")


@pytest.mark.parametrize("answer", [WILL_BINARY, b"", b"\xff\xfc\x00"])
def test_every_letter_arrives_and_it_asks_once(hub: MemoryHub, answer: bytes) -> None:
    client, other = TelnetClient(hub), hub.text()
    client.send(answer)
    hub.clock.advance(2)
    client.output = b""
    other.take()
    client.line("я, 本 and “quotes”")
    assert other.take().endswith("я, 本 and “quotes”\n")
    other.line("ответ")
    assert client.output.endswith("ответ\r\n".encode())
    assert DO_BINARY not in client.output


def test_a_character_may_be_cut_anywhere(hub: MemoryHub) -> None:
    client, other = TelnetClient(hub), hub.text()
    hub.clock.advance(2)
    other.take()
    for byte in WILL_BINARY + "本\r\n".encode():
        client.send(bytes([byte]))
    assert other.take().endswith("> 本\n")


def test_a_browser_that_is_made_to_post_there_says_nothing(hub: MemoryHub) -> None:
    client, other = TelnetClient(hub), hub.text()
    hub.clock.advance(2)
    other.take()
    client.send(b"POST / HTTP/1.1\r\nHost: x\r\n\r\nhello everybody\r\n")
    assert b"421" in client.output
    hub.clock.advance(2)
    assert "hello" not in other.take()


def test_commands_work_there_and_people_are_announced_before_they_speak(hub: MemoryHub) -> None:
    other = hub.text()
    hub.clock.advance(2)
    client = TelnetClient(hub)
    other.take()
    client.send(WILL_BINARY + b"hello\r\n")
    assert [line.split(" ", 1)[1] for line in other.take().splitlines()] == [
        "-- guest-2 joined", "<guest-2> hello",
    ]  # fmt: skip
    client.line("/who")
    assert b"2 here" in client.output


def test_a_proxy_with_the_secret_is_believed_there(hub: MemoryHub) -> None:
    client = TelnetClient(hub)
    client.send(encode_v2(("203.0.113.9", 4711), ("127.0.0.1", 4023), SECRET))
    assert client.connection.peer == "203.0.113.9:4711"


def test_the_invitation_names_it_without_the_minus() -> None:
    assert commands("192.0.2.7", 4045, 4023)["telnet"] == "telnet 192.0.2.7 4023"
    doors = Doors((("192.0.2.7", 4045),), (), 4023)
    assert any("telnet 192.0.2.7 4023" in line for line in invitation(doors).lines)


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7", "hub.example"])
@pytest.mark.parametrize("port", [4023, None])
def test_programs_find_it_in_the_invitation(host: str, port: int | None) -> None:
    assert telnet_port(invitation(Doors(((host, 4045),), (), port)).lines) == port
