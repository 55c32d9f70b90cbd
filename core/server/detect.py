"""Protocol detection: a connection's first bytes, until it is known who is calling.

Knows what first bytes mean and which mode follows; knows no rule of a room.
"""

from typing import Final

from core.clock import Handle
from core.hub.room import Session
from core.limits import FIRST_BYTES_WAIT_S, JSON_LINE_LIMIT_BYTES, PROXY_HEADER_WAIT_S
from core.server.connection import UNKNOWN_ADDRESS, Connection
from core.server.json_mode import JsonMode
from core.server.mode import BaseMode, Lines
from core.server.text_gate import TextGate
from core.server.text_mode import TextMode
from core.server.textinput import TextInput
from core.wire.framing import LineBuffer, TooLong
from core.wire.hosts import is_loopback
from core.wire.proxy import V2_SIGNATURE, BadHeader, parse
from core.wire.sniff import First, http_answer, sniff

TLS_ONLY: Final = (
    b"-! this hub speaks TLS only: ncat --ssl HOST PORT, or hubbub join tcps://HOST:PORT\n"
)

BLANK: Final = (b"\r", b"\n")

LOOK_AGAIN_BYTES: Final = 8 * 1024
"""More than any prefix or request line that is known without its end."""


class ProtocolDetector(BaseMode):
    """The mode of a connection that has not been greeted yet."""

    def __init__(self, connection: Connection, *, telnet: bool = False) -> None:
        """`telnet`: it came by telnet's own port, so the hub speaks first, and at once.

        Not before a proxy that may be in front of it has said for whom it calls.
        """
        super().__init__(connection)
        self._telnet = telnet
        self._connection = connection
        self._data = b""
        self._reading_header = False
        self._nobody = False  # the proxy itself calls, as its health check does
        self._timer: Handle
        at_once = telnet and not connection.context.trusted_proxies
        self._wait(0 if at_once else FIRST_BYTES_WAIT_S)

    @property
    def unfinished_bytes(self) -> int:
        return len(self._data)

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

    def carry_out(self, lines: Lines, share: int) -> tuple[int, int]:
        return 0, share

    def ended(self) -> None:
        if self._connection.gone and not self._data:
            return
        if self._nobody and not self._data:
            self._timer.cancel()
            self._connection.close("health_check")
            return
        # A last line may lack its end; nothing that could complete it will come.
        # Nothing said at all: shown the room, as `nc -N HOST PORT < /dev/null` asks.
        self._look(complete=True)

    def lost(self) -> None:
        self._timer.cancel()

    def _must_encrypt(self) -> bool:
        """Tell whether whoever calls has to come with TLS: from beyond this machine."""
        connection = self._connection
        only = connection.context.tls_only and not connection.tls
        return only and not connection.proxied and not is_loopback(connection.address[0])

    def _wait(self, wait_s: float) -> None:
        self._timer = self._connection.hub.clock.call_later(wait_s, self._silent)

    def _look(self, *, complete: bool = False) -> None:
        verdict = sniff(self._data + b"\n") if complete else sniff(self._data)
        if verdict is First.WAIT and not complete:
            return
        self._connection.debug("first_bytes verdict=%s", verdict.value)
        if verdict is First.PROXY:
            self._read_proxy_header()
        elif verdict is First.FOREIGN:
            self._turn_away(b"", "not_a_client")
        elif verdict is First.HTTP:
            method = self._data.split(None, 1)[0][:16]
            answer = http_answer(method, self._connection.context.web_url)
            self._turn_away(answer, "http_refused")
        elif verdict is First.HELLO:
            self._greet(JsonMode(self._connection))
        else:
            self._greet(self._text_mode(prompt=True))

    def _read_proxy_header(self) -> None:
        connection = self._connection
        try:
            header = None if connection.proxied else parse(self._data)
        except BadHeader:
            self._refuse_proxy()
            return
        nothing_said = header is not None and header.length == len(self._data)
        if nothing_said and connection.address == UNKNOWN_ADDRESS:
            # Reset before it was accepted, as HAProxy's checks are: whose it was
            # can no longer be asked.
            self._timer.cancel()
            connection.close("health_check")
            return
        if header is None and not connection.proxied:
            self._wait_for_header()
            return
        if header is None or not connection.context.believes(header.secret, connection.address[0]):
            self._refuse_proxy(empty=nothing_said)
            return
        connection.proxied = True
        self._nobody = header.source is None
        if header.source is not None:
            connection.address = header.source
            # Nobody calls from port 0: this is the gateway's own question.
            connection.relays_nobody = header.secret is not None and header.source[1] == 0
            connection.peer = f"{header.source[0]}:{header.source[1]}"
        self._data = self._data[header.length :]
        self._timer.cancel()
        self._wait(FIRST_BYTES_WAIT_S)
        if self._data:
            self._look()

    def _wait_for_header(self) -> None:
        # Once: a header that drips in does not win time with every byte.
        if not self._reading_header:
            self._reading_header = True
            self._timer.cancel()
            self._wait(PROXY_HEADER_WAIT_S)

    def _refuse_proxy(self, *, empty: bool = False) -> None:
        answer = (
            b"-! the first line was taken for a proxy's header, and this hub trusts no proxy at "
            b"this address (--trusted-proxies names them)\n"
        )
        self._turn_away(answer, "proxy_refused", empty=empty)

    def _turn_away(self, answer: bytes, event: str, *, empty: bool = False) -> None:
        self._timer.cancel()
        self._connection.turn_away(answer, event, empty=empty)

    def _silent(self) -> None:
        """Greet a person who waits to be greeted, or is still typing."""
        if sniff(self._data) is First.PROXY:
            self._refuse_proxy()
        else:
            self._connection.debug("first_bytes verdict=silence")
            self._greet(self._text_mode(prompt=False))
            self._connection.inbound.work()

    def _text_mode(self, *, prompt: bool) -> TextMode | TextGate:
        # Telnet's port is for people: none of them is a pipe.
        prompt = prompt and not self._telnet
        if self._connection.context.gate.is_open:
            return TextMode(self._connection, self, prompt=prompt, telnet=self._telnet)
        return TextGate(self._connection, self, prompt=prompt, telnet=self._telnet)

    def let_in(self, text_input: TextInput, *, prompt: bool, telnet: bool) -> None:
        """Go on in text mode, in place of the gate."""
        mode = TextMode(self._connection, self, prompt=prompt, telnet=telnet, begun=text_input)
        self._connection.switch_mode(mode)
        mode.begin()

    def detect_again(self, data: bytes) -> None:
        """Look at first bytes once more, in place of text mode."""
        # As if it had not been greeted; a second header is refused all the same.
        self._wait(FIRST_BYTES_WAIT_S)
        self._connection.switch_mode(self, data)

    def to_json(self, session: Session | None, lines: LineBuffer) -> None:
        """Go on with JSON lines, in place of text mode."""
        mode = JsonMode(self._connection, session, lines)
        self._connection.switch_mode(mode)
        mode.begin()

    def _greet(self, mode: JsonMode | TextMode | TextGate) -> None:
        if self._must_encrypt():
            self._turn_away(TLS_ONLY, "not_encrypted")
            return
        self._timer.cancel()
        data, self._data = self._data, b""
        self._connection.switch_mode(mode, data)
        mode.begin()
