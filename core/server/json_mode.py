"""JSON lines: a program's face. One object a line, both ways."""

import logging
from collections import deque
from itertools import islice
from typing import Final

from msgspec import UNSET, UnsetType

from core.delivery.outbound import Outbound
from core.errors import SAY_AGAIN, Refused
from core.hub import presence
from core.hub.requests import NEEDS_REPLY, RATE_LIMITED, carry_out, say
from core.hub.session import Session, new_token, token_hash
from core.limits import (
    HISTORY_LIMIT,
    JSON_LINE_LIMIT_BYTES,
    MESSAGE_LINE_BYTES,
    NICK_LIMIT_CHARACTERS,
    ROOM_LIMIT_CHARACTERS,
    ROOMS_PER_SESSION,
    SMALL_COST,
    TEXT_LIMIT_BYTES,
)
from core.log.entry import Entry
from core.log.tail import Encoding
from core.server.connection import Connection
from core.server.inbound import Lines, line_costs_bytes
from core.sqlite.reader import READ_AGAIN_S, Unread
from core.text.names import clean_nick, clean_room
from core.text.sanitize import clean_text, only_plain
from core.wire.framing import LineBuffer, TooLong
from core.wire.messages import (
    PROTOCOL,
    Ack,
    AnyRequest,
    Bye,
    Error,
    Event,
    From,
    Hello,
    Join,
    Limits,
    Ping,
    Ref,
    Say,
    Welcome,
    decode_request,
    encode,
    envelope,
)

_log = logging.getLogger("hubbub.hub")

HELLO_FIRST: Final = 'begin with {"type":"hello"}'

LIMITS = Limits(
    text=TEXT_LIMIT_BYTES,
    nick=NICK_LIMIT_CHARACTERS,
    room=ROOM_LIMIT_CHARACTERS,
    history=HISTORY_LIMIT,
)


class JsonMode:
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
        # Rooms that a `hello` names, entered one by one: each has its answer.
        self._joins: deque[Join] = deque()
        self._too_many: Ref | UnsetType | None = UNSET

    @property
    def outbound(self) -> Outbound:
        return self._connection.outbound

    @property
    def local_address(self) -> tuple[str, int] | None:
        return self._connection.local_address

    def begin(self) -> None:
        """Speak JSON from here on; greet whoever came from text mode."""
        self.outbound.speak(Encoding.JSON, None)
        if self._session is not None:
            self._session.handler = self
            self._welcome(self._session, None)
            for room in self._session.rooms.values():
                self.tell(presence.members(room))

    # --- bytes in ------------------------------------------------------------------

    @property
    def pending(self) -> bool:
        return bool(self._joins)

    @property
    def unfinished_bytes(self) -> int:
        return self._lines.unfinished_bytes

    def costs(self, data: bytes) -> int:
        return 1

    def cut(self, data: bytes) -> list[bytes | TooLong]:
        return self._lines.feed(data)

    def cut_last(self) -> list[bytes | TooLong]:
        return self._lines.finish()

    def carry_out(self, lines: Lines, share: int) -> int:
        connection, inbound = self._connection, self._connection.inbound
        while share > 0 and not (inbound.held or connection.closing):
            if self._joins:
                if not inbound.fits(MESSAGE_LINE_BYTES):
                    break
                share = 0
                self._join_next()
            elif not lines:
                break
            else:
                line = lines[0]
                if not inbound.fits(line_costs_bytes(line)):
                    break
                share = self._line(line, share)
                # A request that has no room yet stays where it is.
                if "room" not in inbound.held:
                    lines.popleft()
        return share

    def ended(self) -> None:
        pass

    def lost(self) -> None:
        if self._session is not None and self._session.handler is self:
            presence.lost(self._hub, self._session)

    def _line(self, line: bytes | TooLong, share: int) -> int:
        """Carry out a line, if there is room; return what is left of the share."""
        if isinstance(line, TooLong):
            text = f"the line has {line.size} bytes; {JSON_LINE_LIMIT_BYTES} are the limit"
            self._error(Refused("too_long", text), None, None)
            return share - SMALL_COST
        if not line or line.isspace():
            return share - 1
        try:
            request = decode_request(line)
        except Refused as problem:
            ref, id_ = envelope(line)
            self._error(problem, ref, id_)
            return share - SMALL_COST
        if type(request) is not Say:
            return self._ask(request, share)
        try:
            if self._session is None:
                raise Refused("hello_first", HELLO_FIRST)
            plain = only_plain(line)
            costs_bytes = say(self._hub, self, self._session, request, plain=plain)
            self._connection.submitted(costs_bytes)
        except Refused as problem:
            self._error(problem, request.ref, request.id, request.room)
            return share - SMALL_COST
        except Exception:
            self._failed(request)
        return share - 1 - (len(line) >> 9)

    def _ask(self, request: AnyRequest, share: int) -> int:
        """Carry out a request that is not about saying, likewise."""
        if self._connection.cannot_reply and type(request) in NEEDS_REPLY:
            return share - 1
        if not self._connection.inbound.fits(MESSAGE_LINE_BYTES):
            return share
        try:
            if self._session is None:
                self._hello(request)
            else:
                carry_out(self._hub, self, self._session, request)
        except Refused as problem:
            room = getattr(request, "room", None)
            self._error(problem, request.ref, getattr(request, "id", None), room)
        except Exception:
            self._failed(request)
        if type(request) in RATE_LIMITED:
            self._connection.inbound.moved()
        return share - SMALL_COST if type(request) is Ping else 0

    def _failed(self, request: AnyRequest) -> None:
        _log.exception("event=request_failed peer=%s", self._connection.peer)
        self._error(Refused("internal", "the hub failed at this"), request.ref, None)

    # --- hello -----------------------------------------------------------------------

    def _hello(self, request: object) -> None:
        if not isinstance(request, Hello):
            raise Refused("hello_first", HELLO_FIRST)
        if request.resume is None:
            self._enter(request, None)
            return
        hashed = token_hash(request.resume)
        session = self._hub.sessions.get(hashed)
        if session is not None:
            self._enter(request, session)
            return
        # Not among the living: the store may remember it from before a restart.
        self._connection.inbound.hold("hello")
        self._look_up(request)

    def _look_up(self, request: Hello) -> None:
        if not self._connection.closing:
            hashed = token_hash(request.resume or "")
            self._hub.fetch(
                lambda: self._hub.pages.session(hashed), lambda found: self._found(request, found)
            )

    def _found(self, request: Hello, found: tuple[int, str] | Unread | None) -> None:
        if isinstance(found, Unread):
            # A new session in place of one that cannot be read just now would
            # keep its lines twice when they are said again.
            self._hub.clock.call_later(READ_AGAIN_S, self._look_up, request)
            return
        self._connection.inbound.release("hello")
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
        session.handler = self
        hub.sessions[token_hash(session.token or "")] = session
        self._welcome(session, request.ref)
        self._plan_joins(request)

    def _plan_joins(self, request: Hello) -> None:
        session = self._session
        assert session is not None  # noqa: S101  # just entered
        wanted = list(islice(request.join.items(), ROOMS_PER_SESSION))
        names = {_clean(name) for name, _ in wanted}
        for room in list(session.rooms.values()):
            if room.name not in names:
                presence.leave(self._hub, session, room)
        for name, where in wanted:
            self._joins.append(
                Join(
                    room=name, last=where.last, after=where.after, log=request.log, ref=request.ref
                )
            )
        self._too_many = request.ref if len(request.join) > ROOMS_PER_SESSION else UNSET

    def _join_next(self) -> None:
        """Enter the next room that the `hello` named; the others are entered all the same."""
        hub, session, join = self._hub, self._session, self._joins.popleft()
        assert session is not None  # noqa: S101  # it has said hello
        try:
            presence.may_enter(session, hub.known(join.room))
            room = hub.room(join.room)
            presence.enter(hub, self, session, room)
            where = From(last=join.last, after=join.after)
            presence.begin_reading(hub, self, room, where, join.log)
        except Refused as problem:
            self._error(problem, join.ref, None, join.room)
        except Exception:
            self._failed(join)
        self._connection.inbound.moved()
        if not self._joins and self._too_many is not UNSET:
            ref, self._too_many = self._too_many, UNSET
            # One for all the rest: a client may have named thousands.
            self._error(presence.too_many_rooms(), ref, None)

    def _replace(self, session: Session) -> None:
        """Take a session over from a connection that may or may not be alive."""
        if session.grace is not None:
            session.grace.cancel()
            session.grace = None
        old = session.handler
        session.handler = None
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

    def acknowledge(self, entries: list[Entry]) -> None:
        self._connection.push(b"".join([encode(_ack(entry)) for entry in entries]))

    def refuse(self, entry: Entry, ref: Ref | None, problem: Refused) -> None:
        if self._session is not None and problem.code in SAY_AGAIN:
            self._session.await_retry(entry.id, self._hub.clock.now_s())
        self._error(problem, ref, entry.id, entry.room)

    def settled(self, messages: int, costs_bytes: int) -> None:
        self._connection.settled(messages, costs_bytes)

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


def _ack(entry: Entry) -> Ack:
    id_ = UNSET if entry.id is None else entry.id
    return Ack(id=id_, room=entry.room, seq=entry.seq, ref=entry.origin[1])


def _clean(room: str) -> str:
    try:
        return clean_room(room)
    except Refused:
        return room


def _wanted(nick: str) -> str:
    # Whoever had a guest's name before may ask for it again.
    return clean_nick(nick, guest=True)
