"""Text mode: for people, with nc and telnet, and for pipes.

Turns lines into requests, and events into lines. Knows commands and bursts;
has no rule of its own, and does not know how a connection is detected or closed.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec.structs import replace

from core.delivery.outbound import Lead
from core.errors import Refused
from core.hub import presence
from core.hub.requests import NEEDS_REPLY, RATE_LIMITED, say
from core.hub.room import Room, Session
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
from core.server.connection import Connection
from core.server.context import log
from core.server.cork import Cork
from core.server.mode import BaseMode, Lines, line_cost_bytes, reading_cost
from core.server.text_commands import carry_out_command
from core.server.textinput import BurstTimer, TextInput
from core.server.textoutput import TextOutput
from core.text.burst import Block, Command, Item, Line
from core.text.commands import UsageError, unescape
from core.text.dated import Dated, day_line
from core.text.format import offset
from core.text.personal import BELL, Personal
from core.text.personal_commands import parse_typed
from core.text.render import greeting
from core.text.sanitize import only_plain
from core.wire.framing import LineBuffer, TooLong
from core.wire.messages import (
    Bye,
    Direct,
    Event,
    History,
    Joined,
    Members,
    Message,
    Ref,
    Results,
    Say,
)
from core.wire.sniff import First, http_answer
from core.wire.telnet import DO_BINARY

DEFAULT_ROOM = "lobby"
SEQ_LIMIT = 2**62
"""Behind every message that there will ever be."""


class Switches(Protocol):
    """How a connection leaves text mode."""

    def detect_again(self, data: bytes) -> None:
        """Take back a connection whose proxy speaks only now, with its bytes."""

    def to_json(self, session: Session | None, lines: LineBuffer) -> None:
        """Go on with JSON lines, with this session and the unfinished line."""


class TextMode(BaseMode):
    """A connection that speaks text, as a guest in one room at a time."""

    def __init__(
        self, connection: Connection, switches: Switches, *, prompt: bool, telnet: bool = False,
        begun: TextInput | None = None,
    ) -> None:  # fmt: skip
        """Greet somebody who is a person as far as one can tell.

        `prompt`: the client spoke at once, as pipes do, before it was greeted.
        `telnet`: it came by telnet's own port, where the hub may negotiate at once.
        `begun`: the input of the gate, which has let the client in.
        """
        super().__init__(connection)
        self._connection = connection
        self._switches = switches
        self.hub = connection.hub
        self._input = begun or TextInput(undetected=not prompt, telnet=telnet)
        self._negotiate = telnet and begun is None
        self._begun = begun is not None
        self._burst = BurstTimer(self.hub.clock, self._do)
        self.output = TextOutput(self.outbound)
        self._cork = Cork(self.outbound, self.hub.clock, connection.inbound, wanted=prompt)
        self.session = Session("")
        self.room: Room
        self.asked_who = False
        self.personal = Personal()
        self._speaks_first = prompt
        self._telnet = telnet

    def begin(self) -> None:
        """Give a guest's name, and show the room."""
        hub, session = self.hub, self.session
        if not hub.people.guest(session):
            full = Bye(reason="full", text="the hub has no name left for a guest; come back soon")
            self.dismiss(full)
            return
        session.handler = self
        encoding = Encoding.TELNET if self._input.is_telnet else Encoding.TEXT
        self.outbound.speak(encoding, session.number)
        if self._negotiate:
            self.outbound.push(DO_BINARY)
        self._cork.begin()
        if self._begun:
            self._cork.keep()  # what came first has been cut by the gate
        self.go_to(hub.room(DEFAULT_ROOM))

    # --- bytes in ------------------------------------------------------------------

    @property
    def is_inside(self) -> bool:
        return True

    @property
    def unfinished_bytes(self) -> int:
        return self._input.lines.unfinished_bytes + self._burst.size_bytes

    def costs(self, data: bytes) -> int:
        return self._input.costs(data)

    def cut(self, data: bytes) -> list[bytes | TooLong]:
        if self._input.is_proxy_header(data):
            presence.end(self.hub, self.session)
            self._burst.part()
            self._switches.detect_again(data)
            return []
        self._cork.keep()
        lines, answers = self._input.feed(data)
        if self._input.is_telnet and self.outbound.encoding is Encoding.TEXT:
            self.outbound.speak(Encoding.TELNET, self.session.number)
        if answers:
            self.outbound.push(answers)
        return lines

    def cut_last(self) -> list[bytes | TooLong]:
        lines = self._input.finish()
        if self._input.is_cut_off_hello(lines):
            self.output.not_sent("it has no end, and begins as a program's hello does")
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
        presence.lost(self.hub, self.session)

    def _cost_bytes(self, line: bytes | TooLong) -> int:
        """Return what a line may take in memory until it is kept or answered."""
        if isinstance(line, bytes) and line.startswith(b"/"):
            return MESSAGE_LINE_BYTES
        return line_cost_bytes(line, self._burst.size_bytes)

    def _line(self, line: bytes | TooLong) -> int:
        """Carry out a line; return what it takes of a quantum."""
        if isinstance(line, TooLong):
            reason = f"the line has {line.size} bytes; {TEXT_LINE_LIMIT_BYTES} are the limit"
            if self._input.undetected:
                # Whatever begins like that is no person; its next lines are no chat.
                self._connection.turn_away(f"-! not sent: {reason}\n".encode(), "not_a_client")
            else:
                self.output.not_sent(reason)
            return QUANTUM
        try:
            text = line.decode()
        except UnicodeDecodeError:
            self.output.not_sent("that was not UTF-8; set your terminal to UTF-8")
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
        presence.end(self.hub, self.session)
        if verdict is First.HELLO:
            self.session = Session("")
            self.to_json(None)
        elif verdict is First.HTTP and isinstance(line, bytes):
            method = line.split(None, 1)[0][:16]
            answer = http_answer(method, self._connection.context.web_url)
            self._connection.turn_away(answer, "http_refused")
        else:
            self._connection.turn_away(b"", "not_a_client")

    def to_json(self, session: Session | None) -> None:
        self._burst.part()
        self.outbound.hides = None
        self.outbound.leads.clear()
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
                tell = self.output.not_sent if not_sent else self.output.complain
                tell(problem.text)
            except Exception:
                log.exception("event=request_failed peer=%s", self._connection.peer)
                self.output.complain("the hub failed at this; tell its operator")

    def _one(self, item: Item) -> None:
        text, room = item.text, self.room.name
        if isinstance(item, Block):
            self.acts()
            say(self.hub, self, self.session, Say(room=room, text=text))
        elif text.startswith("/") and not text.startswith("//"):
            command = parse_typed(text, room, self.hub.clock.now_ms())
            if self.client.cannot_reply and isinstance(command, NEEDS_REPLY):
                return
            if isinstance(command, RATE_LIMITED):
                self.flow.announced()
            carry_out_command(self, command)
        elif isinstance(item, Line):
            self.acts()
            say(self.hub, self, self.session, Say(room=room, text=unescape(text)))

    def acts(self) -> None:
        """Have the others told who it is that does something, before they see what.

        Not so for a pipe, which has often gone before anybody can tell.
        """
        self.session.spoke = self._speaks_first
        if not self._speaks_first:
            presence.announce(self.hub, self.session, self.room)

    def apply_wishes(self) -> None:
        """Show what comes from now on as this person wants it, or as everybody sees it."""
        personal = self.personal
        self.outbound.hides = personal.hides if personal.quiet or personal.ignored else None

        def show(messages: Sequence[Message], last: bool) -> bytes:
            return personal.shown(messages, self.session.nick)

        lead = Lead(until=SEQ_LIMIT, show=show, skip=self.session.number)
        self.outbound.show_by(self.room.name, lead if personal.any else None)

    def go_to(self, room: Room) -> None:
        hub, session = self.hub, self.session
        if room.name in session.rooms:
            raise Refused("bad_room", f"you are in {room.name} already")
        old, now = list(session.rooms.values()), hub.clock.now_ms()
        session.spoke = False
        presence.enter(hub, self, session, room, quietly=True)
        self.room = room
        keeps = None if old else hub.keeps
        nicks, count = room.nicks(), len(room.members)
        zone = offset(now)
        self.output.lines(
            greeting(room.name, session.nick, nicks, count, room.topic, keeps, zone=zone)
        )
        dated, personal = Dated(now), self.personal

        def show(messages: Sequence[Message], last: bool) -> bytes:
            if last:
                # Behind the lines that were there, it goes on as this person likes it.
                self.apply_wishes()
            return personal.shown(messages, session.nick, dated, last=last)

        presence.read_newest(hub, self, room, TEXT_HISTORY_LINES, show)
        if room.name not in self.outbound.leads:
            self.apply_wishes()  # there is nothing to show before
        for other in old:
            presence.leave(hub, session, other)

    # --- the hub's side ----------------------------------------------------------------

    def day_turned(self, to: str) -> None:
        """Name the day above what comes from now on; also where nothing comes for long.

        Who reads so slowly that lines of the day before still wait has it above these.
        """
        self.output.lines(day_line(to))

    def tell(self, event: Event) -> None:
        # The greeting says what these two would.
        if isinstance(event, Joined) and event.nick == self.session.nick:
            return
        if isinstance(event, Members) and not self.asked_who:
            return
        if isinstance(event, Direct) and self.personal.hides(event):
            return
        if isinstance(event, History | Results) and self.personal.ignored:
            heard = filter(lambda one: self.personal.hears(one.nick), event.messages)
            event = replace(event, messages=tuple(heard))
        if isinstance(event, Direct) and self.personal.bell and event.nick != self.session.nick:
            self.outbound.push(BELL.encode())
        size = self.output.event(event, self.session.nick)
        if isinstance(event, History | Results):
            self.charge(size)

    def charge(self, size: int) -> None:
        """Count what an answer takes: each of its lines is looked at before it is shown."""
        self.flow.charge(size // TEXT_BYTES_A_UNIT)

    def error(
        self, problem: Refused, ref: Ref | None, id_: str | None = None, room: str | None = None
    ) -> None:
        self.output.complain(problem.text)

    def acknowledge(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self.outbound.note_said(entry.room, entry.seq)

    def reject(self, entry: Entry, ref: Ref | None, problem: Refused) -> None:
        self.output.not_sent(problem.text)
