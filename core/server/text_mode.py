"""Text mode: a person's face, for nc, telnet and pipes."""

import logging
from collections.abc import Callable

from core.clock import Handle
from core.delivery.outbound import Outbound
from core.errors import Refused
from core.hub import presence
from core.hub.requests import NEEDS_REPLY, RATE_LIMITED, carry_out, say
from core.hub.room import Room
from core.hub.session import Session, new_token, token_hash
from core.limits import (
    BURST_GAP_S,
    JSON_LINE_LIMIT_BYTES,
    MESSAGE_LINE_BYTES,
    QUANTUM,
    SMALL_COST,
    TEXT_HISTORY_LINES,
    TEXT_LINE_LIMIT_BYTES,
)
from core.log.entry import Entry
from core.log.tail import Encoding, crlf, encode_event
from core.server.connection import Connection
from core.server.inbound import Lines, line_costs_bytes
from core.server.json_mode import JsonMode
from core.sqlite.reader import Unread
from core.sqlite.rows import Found
from core.text.burst import Block, Burst, Command, Item, Line
from core.text.commands import (
    Help,
    Local,
    Quit,
    Show,
    ToJson,
    UsageError,
    help_text,
    is_command,
    parse_command,
    unescape,
)
from core.text.render import greeting, message_whole
from core.text.sanitize import clean_line
from core.wire.framing import LineBuffer, TooLong
from core.wire.messages import (
    AnyRequest,
    AskMembers,
    Bye,
    Error,
    Event,
    From,
    Join,
    Joined,
    Members,
    Ref,
    Say,
)
from core.wire.proxy import V2_SIGNATURE
from core.wire.sniff import First, first_line, http_answer, is_cut_off_hello
from core.wire.telnet import IAC, Telnet

_log = logging.getLogger("hubbub.hub")

DEFAULT_ROOM = "lobby"


class TextMode:
    """A connection that speaks text, as a guest in one room at a time."""

    def __init__(
        self, connection: Connection, *, prompt: bool, introduce: Callable[[bytes], None]
    ) -> None:
        """Greet somebody who is a person as far as one can tell.

        `prompt`: the client spoke at once, as pipes do, before it was greeted.
        `introduce` takes back a connection whose proxy speaks only now.
        """
        self._connection = connection
        self._introduce = introduce
        self._hub = connection.hub
        self._telnet = Telnet()
        self._lines = LineBuffer(TEXT_LINE_LIMIT_BYTES, bare_cr=True)
        self._burst = Burst(is_command)
        self._burst_timer: Handle | None = None
        self._cork_timer: Handle | None = None
        self._corked_until_s = 0.0
        self._corks = prompt
        self._session = Session("")
        self._late_hello = False
        self._room: Room
        # A slow browser or program is recognised by its first line even after
        # it has been greeted as a person.
        self._first = not prompt
        self._asked_who = False
        self._spoken = False
        """A whole line has come."""

    @property
    def outbound(self) -> Outbound:
        return self._connection.outbound

    @property
    def local_address(self) -> tuple[str, int] | None:
        return self._connection.local_address

    def begin(self) -> None:
        """Give a guest's name, and show the room."""
        hub, session = self._hub, self._session
        hub.nicks.claim(session, hub.nicks.guest())
        session.handler = self
        self.outbound.speak(Encoding.TEXT, session.number)
        if self._corks:
            self.outbound.cork()
        self._go_to(hub.room(DEFAULT_ROOM))

    # --- bytes in ------------------------------------------------------------------

    @property
    def pending(self) -> bool:
        return False

    @property
    def unfinished_bytes(self) -> int:
        return self._lines.unfinished_bytes + self._burst.size_bytes

    def costs(self, data: bytes) -> int:
        # Telnet's commands are taken one by one.
        return 1 + data.count(IAC) // 8

    def cut(self, data: bytes) -> list[bytes | TooLong]:
        if self._first and data.startswith(V2_SIGNATURE) and not self._lines.unfinished_bytes:
            # A gateway in a rush was slower than a person's silence. Its header
            # has a NUL in it, so nobody has typed it.
            presence.end(self._hub, self._session)
            self._introduce(data)
            return []
        if self._corks:
            self._keep_corked()
        text, answers = self._telnet.feed(data)
        if self._telnet.seen and self.outbound.encoding is Encoding.TEXT:
            self.outbound.speak(Encoding.TELNET, self._session.number)
        if answers:
            self._connection.push(answers)
        lines = self._lines.feed(text)
        self._spoken = self._spoken or bool(lines)
        return lines

    def cut_last(self) -> list[bytes | TooLong]:
        lines = self._lines.finish()
        line = lines[0] if lines and not self._spoken else None
        if isinstance(line, bytes) and is_cut_off_hello(line):
            self._not_sent("it has no end, and begins as a program's hello does")
            return []
        return lines

    def carry_out(self, lines: Lines, share: int) -> int:
        connection, inbound = self._connection, self._connection.inbound
        while lines and share > 0 and not (inbound.held or connection.closing):
            line = lines[0]
            if not inbound.fits(self._costs_bytes(line)):
                break
            lines.popleft()
            share -= self._line(line)
            if connection.mode is not self:
                if self._late_hello:
                    lines.appendleft(line)
                return share
        self._plan_burst()
        return share

    def ended(self) -> None:
        self._do(self._burst.flush())

    def lost(self) -> None:
        for timer in (self._burst_timer, self._cork_timer):
            if timer is not None:
                timer.cancel()
        presence.lost(self._hub, self._session)

    def _costs_bytes(self, line: bytes | TooLong) -> int:
        """Return what a line may take in memory until it is kept or answered."""
        if isinstance(line, bytes) and line.startswith(b"/"):
            return MESSAGE_LINE_BYTES
        return line_costs_bytes(line, self._burst.size_bytes)

    def _line(self, line: bytes | TooLong) -> int:
        """Carry out a line; return what it takes of a share."""
        if isinstance(line, TooLong):
            self._not_sent(f"the line has {line.size} bytes; {TEXT_LINE_LIMIT_BYTES} are the limit")
            if self._first:
                # Whatever begins like that is no person; its next lines are no chat.
                self._connection.refuse(b"", "not_a_client")
            return QUANTUM
        if self._first and line:
            self._first = False
            if self._is_somebody_else(line):
                return QUANTUM
        try:
            text = line.decode()
        except UnicodeDecodeError:
            self._not_sent("that was not UTF-8; set your terminal to UTF-8")
            return SMALL_COST
        items = self._burst.line(text, self._hub.clock.now_s())
        self._do(items)
        if any(item.text.startswith("/") for item in items):
            return QUANTUM
        return 1 + (len(line) >> 9)

    def _is_somebody_else(self, line: bytes) -> bool:
        verdict = first_line(line)
        if verdict is First.HTTP:
            presence.end(self._hub, self._session)
            answer = http_answer(line.split(None, 1)[0][:16], self._connection.server.web_url)
            self._connection.refuse(answer, "http_refused")
            return True
        if verdict is First.FOREIGN:
            presence.end(self._hub, self._session)
            self._connection.refuse(b"", "not_a_client")
            return True
        if verdict is First.HELLO:
            presence.end(self._hub, self._session)
            self._to_json(None)
            self._late_hello = True
            return True
        return False

    # --- what lines do ---------------------------------------------------------------

    def _do(self, items: list[Item]) -> None:
        for item in items:
            if self._connection.closing or self._connection.mode is not self:
                return
            try:
                self._one(item)
            except (Refused, UsageError) as problem:
                not_sent = isinstance(problem, Refused) and not isinstance(item, Command)
                self._not_sent(problem.text) if not_sent else self._complain(problem.text)
            except Exception:
                _log.exception("event=request_failed peer=%s", self._connection.peer)
                self._complain("the hub failed at this; tell its operator")

    def _one(self, item: Item) -> None:
        text = item.text
        if isinstance(item, Block):
            self._say(Say(room=self._room.name, text=text))
        elif text.startswith("/") and not text.startswith("//"):
            self._command(parse_command(text, self._room.name, self._hub.clock.now_ms()))
        elif isinstance(item, Line):
            self._say(Say(room=self._room.name, text=unescape(text)))

    def _say(self, request: Say) -> None:
        self._connection.submitted(say(self._hub, self, self._session, request))

    def _command(self, command: AnyRequest | Local) -> None:
        if self._connection.cannot_reply and isinstance(command, NEEDS_REPLY):
            return
        if isinstance(command, RATE_LIMITED):
            self._connection.inbound.moved()
        match command:
            case Help():
                self._push(help_text(command.command).encode())
            case Quit():
                self._connection.dismiss(Bye(reason="quit", text="good-bye"))
            case ToJson():
                self._to_json(self._session)
            case Show():
                self._show(command.seq)
            case Say():
                self._say(command)
            case Join():
                self._go_to(self._hub.room(command.room))
            case AskMembers():
                self._asked_who = True
                carry_out(self._hub, self, self._session, command)
                self._asked_who = False
            case _:
                carry_out(self._hub, self, self._session, command)

    def _go_to(self, room: Room) -> None:
        hub, session = self._hub, self._session
        if room.name in session.rooms:
            raise Refused("bad_room", f"you are in {room.name} already")
        old = list(session.rooms.values())
        presence.enter(hub, self, session, room, quietly=True)
        self._room = room
        keeps = None if old else hub.keeps
        self._push(
            greeting(room.name, session.nick, room.nicks(), len(room.members), room.topic, keeps)
        )
        presence.begin_reading(hub, self, room, From(last=TEXT_HISTORY_LINES), None)
        for other in old:
            presence.leave(hub, session, other)

    def _to_json(self, session: Session | None) -> None:
        if session is not None:
            session.token = new_token()
            self._hub.sessions[token_hash(session.token)] = session
        else:
            self._session = Session("")
        self._lines.switch(JSON_LINE_LIMIT_BYTES, bare_cr=False)
        handler = self._connection.mode = JsonMode(self._connection, session, self._lines)
        self._uncork()
        handler.begin()

    def _show(self, seq: int) -> None:
        room = self._room.name

        def done(found: Found | Unread) -> None:
            self.asked(-1)
            if isinstance(found, Unread):
                self._complain(found.value)
                return
            messages = found.messages
            if messages and messages[0].seq == seq:
                self._push(message_whole(messages[0]))
            else:
                self._complain(f"there is no message {seq} in {room}")

        self.asked(+1)
        self._hub.fetch(lambda: self._hub.pages.after(room, seq - 1, 1), done)

    # --- the hub's side ----------------------------------------------------------------

    def tell(self, event: Event) -> None:
        # The greeting says what these two would.
        if isinstance(event, Joined) and event.nick == self._session.nick:
            return
        if isinstance(event, Members) and not self._asked_who:
            return
        self._connection.push(encode_event(event, self.outbound.encoding, self._session.nick))

    def acknowledge(self, entries: list[Entry]) -> None:
        for entry in entries:
            self.outbound.note_said(entry.room, entry.seq)

    def refuse(self, entry: Entry, ref: Ref | None, problem: Refused) -> None:
        self._not_sent(problem.text)

    def settled(self, messages: int, costs_bytes: int) -> None:
        self._connection.settled(messages, costs_bytes)

    def asked(self, more: int) -> None:
        self._connection.asked(more)

    def dismiss(self, bye: Bye) -> None:
        self._connection.dismiss(bye)

    def _push(self, text: bytes) -> None:
        self._connection.push(crlf(text) if self.outbound.encoding is Encoding.TELNET else text)

    def _not_sent(self, reason: str) -> None:
        self._complain(f"not sent: {reason}")

    def _complain(self, text: str) -> None:
        error = Error(code="internal", text=clean_line(text, 1024))
        self._connection.push(encode_event(error, self.outbound.encoding))

    # --- time ------------------------------------------------------------------------

    def _plan_burst(self) -> None:
        due_s = self._burst.due_s
        if self._burst_timer is None and due_s is not None:
            wait = max(due_s - self._hub.clock.now_s(), 0.0)
            self._burst_timer = self._hub.clock.call_later(wait, self._burst_due)

    def _burst_due(self) -> None:
        self._burst_timer = None
        self._do(self._burst.tick(self._hub.clock.now_s()))
        self._plan_burst()

    def _keep_corked(self) -> None:
        self._corked_until_s = self._hub.clock.now_s() + BURST_GAP_S
        if self._cork_timer is None:
            self._cork_timer = self._hub.clock.call_later(BURST_GAP_S, self._quiet)

    def _quiet(self) -> None:
        self._cork_timer = None
        # Silence counts only if it is the client's own.
        if self._connection.inbound.waits:
            self._keep_corked()
        elif (left_s := self._corked_until_s - self._hub.clock.now_s()) > 0:
            self._cork_timer = self._hub.clock.call_later(left_s, self._quiet)
        else:
            self._uncork()

    def _uncork(self) -> None:
        self._corks = False
        if self._cork_timer is not None:
            self._cork_timer.cancel()
            self._cork_timer = None
        self.outbound.corked = False
        self.outbound.wake()
