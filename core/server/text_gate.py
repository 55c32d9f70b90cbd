"""The gate in text mode: one line is asked for before anything else, and it is the passphrase.

Until it is right, nothing of any room is shown, and no line is chat: whatever is typed
here is taken for a try, is not shown to anybody and not logged. Knows lines and the
gate; does not know what is behind it.
"""

from typing import Final, Protocol

from core.access.gate import NEEDED
from core.errors import Refused
from core.hub.room import Session
from core.limits import (
    GATE_CROWD_WAIT_S,
    GATE_TRIES,
    GATE_WAIT_S,
    JSON_LINE_LIMIT_BYTES,
    QUANTUM,
    SMALL_COST,
)
from core.log.encoding import Encoding
from core.server.connection import Connection
from core.server.flow import Hold
from core.server.mode import BaseMode, Lines
from core.server.textinput import TextInput
from core.server.textoutput import TextOutput
from core.wire.framing import LineBuffer, TooLong
from core.wire.messages import Bye
from core.wire.sniff import First, http_answer
from core.wire.telnet import DO_BINARY

ASK: Final = f"-- {NEEDED}. Type it, and press Enter; /quit leaves\n".encode()
NOT_A_COMMAND: Final = "first the passphrase of this hub; /quit leaves"
TOO_LATE: Final = "no passphrase came; connect again once you have it"
TOO_OFTEN: Final = "that was wrong too often; ask for the passphrase, and connect again"


class GateSwitches(Protocol):
    """How a connection leaves the gate."""

    def detect_again(self, data: bytes) -> None:
        """Take back a connection whose proxy speaks only now, with its bytes."""

    def to_json(self, session: Session | None, lines: LineBuffer) -> None:
        """Go on with JSON lines, which ask for the passphrase themselves."""

    def let_in(self, text_input: TextInput, *, prompt: bool, telnet: bool) -> None:
        """Go on in text mode with the input that was begun here."""


class TextGate(BaseMode):
    """A connection that speaks text, and has not said the passphrase."""

    def __init__(
        self, connection: Connection, switches: GateSwitches, *, prompt: bool, telnet: bool
    ) -> None:
        """`prompt` and `telnet` are for text mode, which comes next."""
        super().__init__(connection)
        self._connection = connection
        self._switches = switches
        self._prompt = prompt
        self._telnet = telnet
        self._input = TextInput(undetected=not prompt, telnet=telnet)
        self._output = TextOutput(self.outbound)
        self._tries = 0
        self._left = False
        crowded = connection.context.gate.enter()
        wait_s = GATE_CROWD_WAIT_S if crowded else GATE_WAIT_S
        self._timer = connection.hub.clock.call_later(wait_s, self._too_late)

    def begin(self) -> None:
        """Ask, unless the client has spoken already: a pipe's first line is the passphrase."""
        self.outbound.speak(Encoding.TELNET if self._telnet else Encoding.TEXT, None)
        if self._telnet:
            self.outbound.push(DO_BINARY)
        if not self._prompt:
            self._output.lines(ASK)

    # --- bytes in ------------------------------------------------------------------

    @property
    def unfinished_bytes(self) -> int:
        return self._input.lines.unfinished_bytes

    def costs(self, data: bytes) -> int:
        return self._input.costs(data)

    def cut(self, data: bytes) -> list[bytes | TooLong]:
        if self._input.is_proxy_header(data):
            self._leave()
            self._switches.detect_again(data)
            return []
        lines, answers = self._input.feed(data)
        if self._input.is_telnet and self.outbound.encoding is Encoding.TEXT:
            self.outbound.speak(Encoding.TELNET, None)
        if answers:
            self.outbound.push(answers)
        return lines

    def cut_last(self) -> list[bytes | TooLong]:
        return self._input.finish()

    def carry_out(self, lines: Lines, share: int) -> tuple[int, int]:
        consumed = 0
        while (
            consumed < len(lines)
            and share > 0
            and not (self.flow.holds or self._connection.closing)
            and self._connection.mode is self
        ):
            line = lines[consumed]
            verdict = self._input.detect(line)
            if verdict is not None:
                self._give_way(verdict, line)
                # A hello is for the mode that comes.
                return consumed + (verdict is not First.HELLO), share - QUANTUM
            consumed += 1
            share -= SMALL_COST
            self._line(line)
        return consumed, share

    def lost(self) -> None:
        self._leave()

    def _line(self, line: bytes | TooLong) -> None:
        if isinstance(line, bytes) and not line.strip():
            return
        text = "" if isinstance(line, TooLong) else line.decode(errors="replace").strip()
        if text.casefold() in ("/quit", "/exit"):
            self.dismiss(Bye(reason="quit", text="good-bye"))
        elif text.startswith("/"):
            # Somebody who does not know what is asked; nothing of it is said again.
            self._output.complain(NOT_A_COMMAND)
        else:
            self._try(text)

    def _try(self, text: str) -> None:
        held = answered = False

        def done(problem: Refused | None) -> None:
            nonlocal answered
            answered = True
            self._answered(problem)
            if held:
                self.flow.resume(Hold.HELLO)

        self._connection.ask_passphrase(text, done)
        if not answered:
            # What was typed behind it waits: it is the next try, or the first line of chat.
            held = True
            self.flow.pause(Hold.HELLO)

    def _answered(self, problem: Refused | None) -> None:
        if self._connection.closing or self._connection.mode is not self:
            return
        if problem is None:
            self._leave()
            self._switches.let_in(self._input, prompt=self._prompt, telnet=self._telnet)
            return
        self._tries += 1
        if self._tries < GATE_TRIES:
            self._output.complain(problem.text)
        else:
            self.dismiss(Bye(reason="passphrase", text=TOO_OFTEN))

    def _too_late(self) -> None:
        if self._connection.mode is self:
            self.dismiss(Bye(reason="passphrase", text=TOO_LATE))

    def _leave(self) -> None:
        if not self._left:
            self._left = True
            self._timer.cancel()
            self._connection.context.gate.leave()

    def _give_way(self, verdict: First, line: bytes | TooLong) -> None:
        """Take this for what its first line shows: no person."""
        if verdict is First.HELLO:
            self._leave()
            self._input.lines.switch(JSON_LINE_LIMIT_BYTES, bare_cr=False)
            self._switches.to_json(None, self._input.lines)
        elif verdict is First.HTTP and isinstance(line, bytes):
            method = line.split(None, 1)[0][:16]
            answer = http_answer(method, self._connection.context.web_url)
            self._connection.turn_away(answer, "http_refused")
        else:
            self._connection.turn_away(b"", "not_a_client")
