"""Text mode: for people, with nc and telnet, and for pipes.

Turns lines into requests, and events into lines. Knows commands and bursts;
has no rule of its own, and does not know how a connection is detected or closed.
"""

from collections.abc import Sequence
from typing import Protocol

from core.errors import Refused
from core.hub import presence
from core.hub.requests import NEEDS_REPLY, RATE_LIMITED, carry_out, say
from core.hub.room import Room, Session, new_token
from core.limits import (
    JSON_LINE_LIMIT_BYTES,
    MESSAGE_LINE_BYTES,
    QUANTUM,
    SMALL_COST,
    TEXT_BYTES_A_UNIT,
    TEXT_HISTORY_LINES,
    TEXT_LINE_LIMIT_BYTES,
)
from core.log.encoding import Encoding
from core.log.entry import Entry
from core.log.history import Found, Unread
from core.server.connection import Connection
from core.server.context import log
from core.server.cork import Cork
from core.server.mode import BaseMode, Lines, line_cost_bytes, reading_cost
from core.server.textinput import BurstTimer, TextInput
from core.server.textoutput import TextOutput
from core.text.burst import Block, Command, Item, Line
from core.text.commands import (
    Help,
    Local,
    Quit,
    Show,
    ToJson,
    UsageError,
    help_text,
    parse_command,
    unescape,
)
from core.text.dated import Dated
from core.text.format import offset
from core.text.render import greeting
from core.text.sanitize import only_plain
from core.wire.framing import LineBuffer, TooLong
from core.wire.messages import (
    AnyRequest,
    AskMembers,
    Bye,
    Event,
    History,
    Join,
    Joined,
    Members,
    Ref,
    Results,
    Say,
    SayDirect,
    SetTopic,
)
from core.wire.sniff import First, http_answer

DEFAULT_ROOM = "lobby"


class Switches(Protocol):
    """How a connection leaves text mode."""

    def detect_again(self, data: bytes) -> None:
        """Take back a connection whose proxy speaks only now, with its bytes."""

    def to_json(self, session: Session | None, lines: LineBuffer) -> None:
        """Go on with JSON lines, with this session and the unfinished line."""


class TextMode(BaseMode):
    """A connection that speaks text, as a guest in one room at a time."""

    def __init__(self, connection: Connection, switches: Switches, *, prompt: bool) -> None:
        """Greet somebody who is a person as far as one can tell.

        `prompt`: the client spoke at once, as pipes do, before it was greeted.
        """
        super().__init__(connection)
        self._connection = connection
        self._switches = switches
        self._hub = connection.hub
        self._input = TextInput(undetected=not prompt)
        self._burst = BurstTimer(self._hub.clock, self._do)
        self._output = TextOutput(self.outbound)
        self._cork = Cork(self.outbound, self._hub.clock, connection.inbound, wanted=prompt)
        self._session = Session("")
        self._room: Room
        self._asked_who = False
        self._speaks_first = prompt

    def begin(self) -> None:
        """Give a guest's name, and show the room."""
        hub, session = self._hub, self._session
        if not hub.people.guest(session):
            full = Bye(reason="full", text="the hub has no name left for a guest; come back soon")
            self.dismiss(full)
            return
        session.handler = self
        self.outbound.speak(Encoding.TEXT, session.number)
        self._cork.begin()
        self._go_to(hub.room(DEFAULT_ROOM))

    # --- bytes in ------------------------------------------------------------------

    @property
    def unfinished_bytes(self) -> int:
        return self._input.lines.unfinished_bytes + self._burst.size_bytes

    def costs(self, data: bytes) -> int:
        return self._input.costs(data)

    def cut(self, data: bytes) -> list[bytes | TooLong]:
        if self._input.is_proxy_header(data):
            presence.end(self._hub, self._session)
            self._burst.part()
            self._switches.detect_again(data)
            return []
        self._cork.keep()
        lines, answers = self._input.feed(data)
        if self._input.is_telnet and self.outbound.encoding is Encoding.TEXT:
            self.outbound.speak(Encoding.TELNET, self._session.number)
        if answers:
            self.outbound.push(answers)
        return lines

    def cut_last(self) -> list[bytes | TooLong]:
        lines = self._input.finish()
        if self._input.is_cut_off_hello(lines):
            self._output.not_sent("it has no end, and begins as a program's hello does")
            return []
        return lines

    def carry_out(self, lines: Lines, share: int) -> tuple[int, int]:
        connection, flow = self._connection, self.flow
        consumed = 0
        while consumed < len(lines) and share > 0 and not (flow.holds or connection.closing):
            line = lines[consumed]
            if not flow.fits(self._cost_bytes(line)):
                break
            verdict = self._input.detect(line)
            if verdict is not None:
                self._give_way(verdict, line)
                # A hello is for the mode that comes.
                return consumed + (verdict is not First.HELLO), share - QUANTUM
            consumed += 1
            share -= self._line(line)
            if connection.mode is not self:
                return consumed, share
        self._burst.plan()
        return consumed, share

    def ended(self) -> None:
        self._do(self._burst.flush())

    def lost(self) -> None:
        self._burst.part()
        self._cork.cancel()
        presence.lost(self._hub, self._session)

    def _cost_bytes(self, line: bytes | TooLong) -> int:
        """Return what a line may take in memory until it is kept or answered."""
        if isinstance(line, bytes) and line.startswith(b"/"):
            return MESSAGE_LINE_BYTES
        return line_cost_bytes(line, self._burst.size_bytes)

    def _line(self, line: bytes | TooLong) -> int:
        """Carry out a line; return what it takes of a quantum."""
        if isinstance(line, TooLong):
            reason = f"the line has {line.size:,} bytes; {TEXT_LINE_LIMIT_BYTES:,} are the limit"
            if self._input.undetected:
                # Whatever begins like that is no person; its next lines are no chat.
                self._connection.turn_away(f"-! not sent: {reason}\n".encode(), "not_a_client")
            else:
                self._output.not_sent(reason)
            return QUANTUM
        try:
            text = line.decode()
        except UnicodeDecodeError:
            self._output.not_sent("that was not UTF-8; set your terminal to UTF-8")
            return SMALL_COST + reading_cost(line, plain=True)
        items = self._burst.line(text)
        self._do(items)
        cost = reading_cost(line, only_plain(line))
        if any(item.text.startswith("/") for item in items):
            return max(QUANTUM, cost)
        return cost

    def _give_way(self, verdict: First, line: bytes | TooLong) -> None:
        """End the guest's stay: the first line shows that this is no person."""
        self._connection.debug("first_line verdict=%s", verdict.value)
        presence.end(self._hub, self._session)
        if verdict is First.HELLO:
            self._session = Session("")
            self._to_json(None)
        elif verdict is First.HTTP and isinstance(line, bytes):
            method = line.split(None, 1)[0][:16]
            answer = http_answer(method, self._connection.context.web_url)
            self._connection.turn_away(answer, "http_refused")
        else:
            self._connection.turn_away(b"", "not_a_client")

    def _to_json(self, session: Session | None) -> None:
        self._burst.part()
        lines = self._input.lines
        lines.switch(JSON_LINE_LIMIT_BYTES, bare_cr=False)
        self._cork.pull()
        self._switches.to_json(session, lines)

    # --- what lines do ---------------------------------------------------------------

    def _do(self, items: list[Item]) -> None:
        for item in items:
            if self._connection.closing or self._connection.mode is not self:
                return
            try:
                self._one(item)
            except (Refused, UsageError) as problem:
                not_sent = isinstance(problem, Refused) and not isinstance(item, Command)
                tell = self._output.not_sent if not_sent else self._output.complain
                tell(problem.text)
            except Exception:
                log.exception("event=request_failed peer=%s", self._connection.peer)
                self._output.complain("the hub failed at this; tell its operator")

    def _one(self, item: Item) -> None:
        text, room = item.text, self._room.name
        if isinstance(item, Block):
            self._acts()
            say(self._hub, self, self._session, Say(room=room, text=text))
        elif text.startswith("/") and not text.startswith("//"):
            self._command(parse_command(text, room, self._hub.clock.now_ms()))
        elif isinstance(item, Line):
            self._acts()
            say(self._hub, self, self._session, Say(room=room, text=unescape(text)))

    def _command(self, command: AnyRequest | Local) -> None:
        hub, session = self._hub, self._session
        if self.client.cannot_reply and isinstance(command, NEEDS_REPLY):
            return
        if isinstance(command, RATE_LIMITED):
            self.flow.announced()
        if isinstance(command, Say | SayDirect | SetTopic):
            self._acts()
        match command:
            case Help():
                self._output.lines(help_text(command.command).encode())
            case Quit():
                self.dismiss(Bye(reason="quit", text="good-bye"))
            case ToJson():
                session.token = new_token()
                hub.people.remember(session)
                self._to_json(session)
            case Show():
                self._show(command.seq)
            case Say():
                say(hub, self, session, command)
            case Join():
                self._go_to(hub.room(command.room))
            case AskMembers():
                self._asked_who = True
                carry_out(hub, self, session, command)
                self._asked_who = False
            case _:
                carry_out(hub, self, session, command)

    def _acts(self) -> None:
        """Have the others told who it is that does something, before they see what.

        Not so for a pipe, which has often gone before anybody can tell.
        """
        self._session.spoke = self._speaks_first
        if not self._speaks_first:
            presence.announce(self._hub, self._session, self._room)

    def _go_to(self, room: Room) -> None:
        hub, session = self._hub, self._session
        if room.name in session.rooms:
            raise Refused("bad_room", f"you are in {room.name} already")
        old, now = list(session.rooms.values()), hub.clock.now_ms()
        presence.enter(hub, self, session, room, quietly=True)
        self._room = room
        keeps = None if old else hub.keeps
        nicks, count = room.nicks(), len(room.members)
        zone = offset(now)
        self._output.lines(
            greeting(room.name, session.nick, nicks, count, room.topic, keeps, zone=zone)
        )
        dated = Dated(now)
        presence.read_newest(
            hub, self, room, TEXT_HISTORY_LINES,
            lambda messages, last: dated.shown(messages, last=last),
        )  # fmt: skip
        for other in old:
            presence.leave(hub, session, other)

    def _show(self, seq: int) -> None:
        room = self._room.name

        def done(found: Found | Unread) -> None:
            self.flow.query_finished()
            if isinstance(found, Unread):
                self._output.complain(found.value)
                return
            messages = found.messages
            if messages and messages[0].seq == seq:
                now = self._hub.clock.now_ms()
                self._charge(self._output.lines(Dated(now).whole(messages[0])))
            else:
                self._output.complain(f"there is no message {seq} in {room}")

        self.flow.query_started()
        self._hub.fetch(lambda: self._hub.history.after(room, seq - 1, 1), done)

    # --- the hub's side ----------------------------------------------------------------

    def tell(self, event: Event) -> None:
        # The greeting says what these two would.
        if isinstance(event, Joined) and event.nick == self._session.nick:
            return
        if isinstance(event, Members) and not self._asked_who:
            return
        size = self._output.event(event, self._session.nick)
        if isinstance(event, History | Results):
            self._charge(size)

    def _charge(self, size: int) -> None:
        """Count what an answer takes: each of its lines is looked at before it is shown."""
        self.flow.charge(size // TEXT_BYTES_A_UNIT)

    def error(
        self, problem: Refused, ref: Ref | None, id_: str | None = None, room: str | None = None
    ) -> None:
        self._output.complain(problem.text)

    def acknowledge(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self.outbound.note_said(entry.room, entry.seq)

    def reject(self, entry: Entry, ref: Ref | None, problem: Refused) -> None:
        self._output.not_sent(problem.text)
