"""JSON lines: a program's face. One object a line, both ways."""

import logging
from collections import deque

from msgspec import UNSET

from core import presence
from core.clean import clean_text
from core.connection import Connection
from core.entries import Entry
from core.errors import SAY_AGAIN, Refused
from core.limits import (
    HISTORY_LIMIT,
    JSON_LINE_LIMIT_BYTES,
    NICK_LIMIT_CHARACTERS,
    ROOM_LIMIT_CHARACTERS,
    TEXT_LIMIT_BYTES,
)
from core.lines import LineBuffer, TooLong
from core.log import Encoding
from core.messages import (
    PROTOCOL,
    Ack,
    Bye,
    Error,
    Event,
    From,
    Hello,
    Limits,
    Ref,
    Say,
    Welcome,
    decode_request,
    encode,
    envelope,
)
from core.nicks import clean_nick
from core.outlet import Outlet
from core.requests import carry_out, say
from core.room import Room
from core.session import Session, new_token, token_hash

_log = logging.getLogger("hubbub.hub")

LIMITS = Limits(
    text=TEXT_LIMIT_BYTES,
    nick=NICK_LIMIT_CHARACTERS,
    room=ROOM_LIMIT_CHARACTERS,
    history=HISTORY_LIMIT,
)


class JsonFace:
    """A connection that speaks JSON lines. Its session comes with `hello`."""

    def __init__(
        self,
        connection: Connection,
        session: Session | None = None,
        lines: LineBuffer | None = None,
    ) -> None:
        """Take over `session` and the unfinished line from text mode, or begin anew."""
        self._connection = connection
        self._hub = connection.hub
        self._lines = lines or LineBuffer(JSON_LINE_LIMIT_BYTES, bare_cr=False)
        self._session = session
        # Lines behind a `hello` whose session is being looked up.
        self._waiting: deque[bytes | TooLong] | None = None

    @property
    def outlet(self) -> Outlet:
        return self._connection.outlet

    def begin(self) -> None:
        """Speak JSON from here on; greet whoever came from text mode."""
        self.outlet.encoding = Encoding.JSON
        self.outlet.session = None
        if self._session is not None:
            self._session.face = self
            self._welcome(self._session, None)
            for room in self._session.rooms.values():
                self.tell(presence.members(room))

    # --- bytes in ------------------------------------------------------------------

    def received(self, data: bytes) -> None:
        self.take(self._lines.feed(data))

    def ended(self) -> None:
        self.take(self._lines.finish())

    def lost(self) -> None:
        if self._session is not None and self._session.face is self:
            presence.lost(self._hub, self._session)

    def take(self, lines: list[bytes | TooLong]) -> None:
        """Carry out whole lines, in their order."""
        for number, line in enumerate(lines):
            if self._waiting is not None:
                self._waiting.extend(lines[number:])
                return
            if self._connection.closing:
                return
            self._line(line)

    def _line(self, line: bytes | TooLong) -> None:
        if isinstance(line, TooLong):
            text = f"the line has {line.size} bytes; {JSON_LINE_LIMIT_BYTES} are the limit"
            self._error(Refused("too_long", text), None, None)
            return
        if not line or line.isspace():
            return
        try:
            request = decode_request(line)
        except Refused as problem:
            ref, id_ = envelope(line)
            self._error(problem, ref, id_)
            return
        session = self._session
        try:
            if session is None:
                self._hello(request)
            elif type(request) is Say:
                say(self._hub, self, session, request)
                self._connection.submitted(len(request.text))
            else:
                carry_out(self._hub, self, session, request)
        except Refused as problem:
            room = getattr(request, "room", None)
            self._error(problem, request.ref, getattr(request, "id", None), room)
        except Exception:
            _log.exception("event=request_failed peer=%s", self._connection.peer)
            self._error(Refused("internal", "the hub failed at this"), request.ref, None)

    # --- hello -----------------------------------------------------------------------

    def _hello(self, request: object) -> None:
        if not isinstance(request, Hello):
            raise Refused("hello_first", 'begin with {"type":"hello"}')
        if request.resume is None:
            self._enter(request, None)
            return
        hashed = token_hash(request.resume)
        session = self._hub.sessions.get(hashed)
        if session is not None:
            self._enter(request, session)
            return
        # Not among the living: the store may remember it from before a restart.
        self._waiting = deque()
        self._connection.hold("hello")
        self._hub.fetch(
            lambda: self._hub.pages.session(hashed), lambda found: self._found(request, found)
        )

    def _found(self, request: Hello, found: tuple[int, str] | None) -> None:
        waiting, self._waiting = self._waiting or deque(), None
        self._connection.release("hello")
        if self._connection.closing:
            return
        try:
            # Somebody else may have resumed it in the meantime.
            session = self._hub.sessions.get(token_hash(request.resume or ""))
            if session is None and found is not None:
                session = Session("", found[0], request.resume)
                request = Hello(
                    nick=request.nick or found[1], join=request.join, resume=request.resume,
                    log=request.log, ref=request.ref,
                )  # fmt: skip
            self._enter(request, session)
        except Refused as problem:
            self._error(problem, request.ref, None)
        self.take(list(waiting))
        if self._connection.input_ended:
            self.outlet.wake()

    def _enter(self, request: Hello, resumed: Session | None) -> None:
        """Begin or go on with a session; raise Refused, and `hello` may come again."""
        hub = self._hub
        session = resumed or Session("", token=new_token())
        if session.nick:
            self._replace(session)
        else:
            nick = hub.nicks.guest() if request.nick is None else _wanted(request.nick)
            hub.nicks.claim(session, nick)
        self._session = session
        session.face = self
        hub.sessions[token_hash(session.token or "")] = session
        self._welcome(session, request.ref)
        wanted: dict[Room, From] = {}
        for name, where in request.join.items():
            try:
                wanted[hub.room(name)] = where
            except Refused as problem:  # the others are joined all the same
                self._error(problem, request.ref, None, name)
        for room in list(session.rooms.values()):
            if room not in wanted:
                presence.leave(hub, session, room)
        for room, where in wanted.items():
            try:
                presence.enter(hub, self, session, room)
                presence.begin_reading(hub, self, room, where, request.log)
            except Refused as problem:
                self._error(problem, request.ref, None, room.name)

    def _replace(self, session: Session) -> None:
        """Take a session over from a connection that may or may not be alive."""
        if session.grace is not None:
            session.grace.cancel()
            session.grace = None
        old = session.face
        session.face = None
        if old is not None:
            text = "this session goes on in another connection"
            old.dismiss(Bye(reason="replaced", text=text))

    def _welcome(self, session: Session, ref: Ref | None) -> None:
        welcome = Welcome(
            protocol=PROTOCOL, server=self._connection.server.name, log=self._hub.log,
            nick=session.nick, resume=session.token or "", limits=LIMITS, keeps=self._hub.keeps,
            ref=ref,
        )  # fmt: skip
        self.tell(welcome)

    # --- the hub's side ----------------------------------------------------------------

    def tell(self, event: Event) -> None:
        self._connection.push(encode(event))

    def acknowledge(self, entry: Entry, ref: Ref | None) -> None:
        id_ = UNSET if entry.id is None else entry.id
        self.tell(Ack(id=id_, room=entry.room, seq=entry.seq, ref=ref))

    def refuse(self, entry: Entry, ref: Ref | None, problem: Refused) -> None:
        if self._session is not None and problem.code in SAY_AGAIN:
            self._session.owe(entry.id, self._hub.clock.now_s())
        self._error(problem, ref, entry.id, entry.room)

    def settled(self, size: int) -> None:
        self._connection.settled(size)

    def asked(self, more: int) -> None:
        self._connection.asked(more)

    def dismiss(self, bye: Bye) -> None:
        self._connection.dismiss(bye)

    def _error(
        self, problem: Refused, ref: Ref | None, id_: str | None, room: str | None = None
    ) -> None:
        self.tell(
            Error(
                code=problem.code, text=clean_text(problem.text), ref=ref,
                id=UNSET if id_ is None else id_, room=UNSET if room is None else clean_text(room),
            )
        )  # fmt: skip


def _wanted(nick: str) -> str:
    # Whoever had a guest's name before may ask for it again.
    return clean_nick(nick, guest=True)
