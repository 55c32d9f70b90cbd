"""The doorstep: a connection's first bytes, until it is known who is calling."""

import hmac
import ipaddress
from typing import TYPE_CHECKING, Final

from core.clock import Handle
from core.limits import FIRST_BYTES_WAIT_S, JSON_LINE_LIMIT_BYTES, PROXY_HEADER_WAIT_S
from core.server.connection import Connection
from core.server.inbound import Lines
from core.server.json_mode import JsonMode
from core.server.text_mode import TextMode
from core.wire.framing import TooLong
from core.wire.proxy import V2_SIGNATURE, BadHeader, parse
from core.wire.sniff import First, http_answer, sniff

if TYPE_CHECKING:
    from core.server.server import HubServer

BLANK: Final = (b"\r", b"\n")

LOOK_AGAIN_BYTES: Final = 8 * 1024
"""More than any prefix or request line that is known without its end."""


class ProtocolDetector:
    """The mode of a connection that has not been greeted yet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._data = b""
        self._reading_header = False
        self._timer: Handle = connection.hub.clock.call_later(FIRST_BYTES_WAIT_S, self._silent)

    @property
    def pending(self) -> bool:
        return False

    @property
    def unfinished_bytes(self) -> int:
        return len(self._data)

    def costs(self, data: bytes) -> int:
        return 1

    def cut(self, data: bytes) -> list[bytes | TooLong]:
        self._data += data
        if self._data.startswith(BLANK) and self._data[:12] != V2_SIGNATURE[: len(self._data)]:
            # Blank lines mean nothing, however many: one of them stands for all.
            # Only the header of a proxy begins with some.
            self._data = b"\n" + self._data.lstrip(b"\r\n")
        # A long line that goes on tells nothing new until it ends or is too long.
        long = LOOK_AGAIN_BYTES < len(self._data) <= JSON_LINE_LIMIT_BYTES
        if not long or b"\n" in data or b"\r" in data:
            self._look()
        return []

    def cut_last(self) -> list[bytes | TooLong]:
        return []

    def carry_out(self, lines: Lines, share: int) -> int:
        return share

    def ended(self) -> None:
        if self._connection.gone and not self._data:
            return
        # A last line may lack its end; nothing that could complete it will come.
        # Nothing said at all: shown the room, as `nc -N HOST PORT < /dev/null` asks.
        self._look(complete=True)

    def lost(self) -> None:
        self._timer.cancel()

    def _look(self, *, complete: bool = False) -> None:
        verdict = sniff(self._data + b"\n") if complete else sniff(self._data)
        if verdict is First.WAIT and not complete:
            return
        if verdict is First.PROXY:
            self._read_proxy_header()
        elif verdict is First.FOREIGN:
            self._refuse(b"", "not_a_client")
        elif verdict is First.HTTP:
            method = self._data.split(None, 1)[0][:16]
            self._refuse(http_answer(method, self._connection.server.web_url), "http_refused")
        elif verdict is First.HELLO:
            self._greet(JsonMode(self._connection))
        else:
            self._greet(self._text_face(prompt=True))

    def _read_proxy_header(self) -> None:
        server, connection = self._connection.server, self._connection
        try:
            header = None if connection.proxied else parse(self._data)
            if header is None and not connection.proxied:
                self._wait_for_header()
                return
            if header is None or not _believed(server, connection, header.secret):
                self._refuse_proxy()
                return
        except BadHeader:
            self._refuse_proxy()
            return
        connection.proxied = True
        if header.source is not None:
            connection.address = header.source
            connection.peer = f"{header.source[0]}:{header.source[1]}"
        self._data = self._data[header.length :]
        self._timer.cancel()
        self._timer = connection.hub.clock.call_later(FIRST_BYTES_WAIT_S, self._silent)
        if self._data:
            self._look()

    def _wait_for_header(self) -> None:
        # Once: a header that drips in does not win time with every byte.
        if not self._reading_header:
            self._reading_header = True
            self._timer.cancel()
            clock = self._connection.hub.clock
            self._timer = clock.call_later(PROXY_HEADER_WAIT_S, self._silent)

    def _refuse_proxy(self) -> None:
        answer = (
            b"-! the first line was taken for a proxy's header, and this hub trusts no proxy at "
            b"this address (--trusted-proxies names them)\n"
        )
        self._refuse(answer, "proxy_refused")

    def _refuse(self, answer: bytes, event: str) -> None:
        self._timer.cancel()
        self._connection.refuse(answer, event)

    def _silent(self) -> None:
        """Greet a person who waits to be greeted, or is still typing."""
        if sniff(self._data) is First.PROXY:
            self._refuse_proxy()
        else:
            self._greet(self._text_face(prompt=False))
            self._connection.inbound.work()

    def _text_face(self, *, prompt: bool) -> TextMode:
        return TextMode(self._connection, prompt=prompt, introduce=self._begin_again)

    def _begin_again(self, data: bytes) -> None:
        # As if it had not been greeted; a second header is refused all the same.
        self._timer = self._connection.hub.clock.call_later(FIRST_BYTES_WAIT_S, self._silent)
        self._connection.switch_mode(self, data)

    def _greet(self, mode: JsonMode | TextMode) -> None:
        self._timer.cancel()
        data, self._data = self._data, b""
        self._connection.switch_mode(mode, data)
        mode.begin()


def _believed(server: "HubServer", connection: Connection, secret: bytes | None) -> bool:
    """Tell whether a PROXY header is to be believed: by its secret or its address."""
    expected = server.settings.gateway_secret
    if secret is not None:
        return bool(expected) and hmac.compare_digest(secret, expected)
    try:
        address = ipaddress.ip_address(connection.address[0].partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in server.trusted)
