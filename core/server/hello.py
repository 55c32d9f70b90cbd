"""A program's session: `hello`, what it resumes, and the rooms that it names.

Knows sessions, people and presence; does not know how lines come and go.
"""

import hmac
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Final, Protocol

from msgspec import UNSET, UnsetType

from core.errors import Refused
from core.hub import presence
from core.hub.handler import Handler
from core.hub.hub import Hub
from core.hub.queries import Answer, at_once_or_later
from core.hub.room import Session, new_token, token_hash
from core.limits import (
    HISTORY_LIMIT,
    NICK_LIMIT_CHARACTERS,
    ROOM_LIMIT_CHARACTERS,
    ROOMS_PER_SESSION,
    TEXT_LIMIT_BYTES,
)
from core.log.history import READ_AGAIN_S, Unread
from core.server.flow import FlowControl, Hold
from core.server.mode import Client
from core.text.names import clean_nick, clean_room
from core.wire.messages import (
    PROTOCOL,
    AnyRequest,
    From,
    Hello,
    Join,
    Limits,
    Ref,
    Welcome,
)

HELLO_FIRST: Final = 'begin with {"type":"hello"}'

LIMITS: Final = Limits(
    text=TEXT_LIMIT_BYTES,
    nick=NICK_LIMIT_CHARACTERS,
    room=ROOM_LIMIT_CHARACTERS,
    history=HISTORY_LIMIT,
)


class Joins:
    """The rooms that a `hello` names, entered one by one: each has its answer."""

    def __init__(self) -> None:
        self.waiting: deque[Join] = deque()
        self.too_many: Ref | UnsetType | None = UNSET
        """The `ref` of a `hello` that named more rooms than one may be in."""

    def plan(self, request: Hello) -> list[str]:
        """Take the rooms of a `hello`; return their names as the client wrote them."""
        wanted = list(islice(request.join.items(), ROOMS_PER_SESSION))
        for name, where in wanted:
            self.waiting.append(
                Join(
                    room=name,
                    last=where.last,
                    after=where.after,
                    log=request.log,
                    ref=request.ref,
                    watch=where.watch or request.watch,
                )
            )
        self.too_many = request.ref if len(request.join) > ROOMS_PER_SESSION else UNSET
        return [name for name, _ in wanted]


class Program(Handler, Protocol):
    """A handler whose session comes with `hello`."""

    client: Client
    flow: FlowControl
    hub: Hub
    name: str
    """The server's, for `welcome`."""
    session: Session | None
    joins: Joins

    def failed(self, request: AnyRequest) -> None:
        """Say that the hub failed at something, and log the exception that is being handled."""


def hello(program: Program, request: object) -> None:
    """Start a session or go on with one; raise Refused, and `hello` may come again."""
    if not isinstance(request, Hello):
        raise Refused("hello_first", HELLO_FIRST)

    def asked(problem: Refused | None) -> None:
        if problem is not None:
            raise problem
        if program.client.closing:
            return
        if request.resume is None:
            _start(program, request)
        else:
            _resume(program, request, request.resume)

    ask = program.client.ask_passphrase
    _decide(program, request, lambda done: ask(request.passphrase, done), asked)


def welcome(program: Program, session: Session, ref: Ref | None) -> None:
    """Tell a client who it is, and what the hub is like."""
    hub = program.hub
    program.tell(
        Welcome(
            protocol=PROTOCOL, server=program.name, log=hub.log, nick=session.nick,
            resume=session.token or "", limits=LIMITS, keeps=hub.keeps, ref=ref,
        )
    )  # fmt: skip


def join_next(program: Program) -> None:
    """Enter the next room that the `hello` named; the others are entered all the same."""
    hub, session, joins = program.hub, program.session, program.joins
    assert session is not None  # noqa: S101  # it has said hello
    join = joins.waiting.popleft()
    try:
        presence.may_enter(session, hub.known(join.room))
        room = hub.room(join.room)
        come = presence.watch if join.watch else presence.enter
        come(hub, program, session, room, returns=join.after is not None)
        where = From(last=join.last, after=join.after)
        presence.begin_reading(hub, program, room, where, join.log)
    except Refused as problem:
        program.error(problem, join.ref, None, join.room)
    except Exception:
        program.failed(join)
    program.flow.announced()
    if not joins.waiting and joins.too_many is not UNSET:
        ref, joins.too_many = joins.too_many, UNSET
        # One for all the rest: a client may have named thousands.
        program.error(presence.too_many_rooms(), ref, None)


def _start(program: Program, request: Hello) -> None:
    """Begin a session with the nick that is wanted, or as a guest."""
    session, people = Session("", token=new_token()), program.hub.people
    session.owner = None if request.owner is None else token_hash(request.owner)
    if request.nick is None and request.watch:
        # Who only reads is nobody to the others, and needs no name.
        _enter(program, request, session)
        return
    if request.nick is None:
        if not people.guest(session):
            raise Refused("full", "the hub has no name left for a guest; choose a nick")
        _enter(program, request, session)
        return
    # Whoever had a guest's name before may ask for it again.
    nick = clean_nick(request.nick, guest=True)

    def claimed(problem: Refused | None) -> None:
        if problem is not None and not _share(program, request, session, nick):
            raise problem
        if program.client.closing:
            people.release(session)
        else:
            _enter(program, request, session)

    _make_room(program, session, nick)
    _decide(program, request, lambda done: people.claim(session, nick, done), claimed)


def _make_room(program: Program, session: Session, nick: str) -> None:
    """End what has this nick, if it is its user's own and has lost its connection.

    Whoever was killed, and begins anew without a token, is called as before at once.
    """
    holder = _own_holder(program, session, nick)
    if holder is not None and holder.handler is None:
        presence.end(program.hub, holder)


def _share(program: Program, request: Hello, session: Session, nick: str) -> bool:
    """Let somebody who only speaks use a nick that its user has in another session."""
    holder = _own_holder(program, session, nick)
    joins = any(not where.watch for where in request.join.values()) and not request.watch
    if holder is None or joins:
        return False
    session.nick, session.shares = holder.nick, True
    return True


def _own_holder(program: Program, session: Session, nick: str) -> Session | None:
    """Return who has a nick, if that is another session of the same user at this hub."""
    holder = program.hub.people.find(nick)
    own = isinstance(holder, Session) and session.owner is not None
    if not own or not isinstance(holder, Session) or holder.owner is None:
        return None
    return holder if hmac.compare_digest(holder.owner, session.owner or b"") else None


def _resume(program: Program, request: Hello, token: str) -> None:
    """Go on with the session of a token, or begin one if nobody knows it."""
    hub, client = program.hub, program.client

    def found(session: Session | Refused | None) -> None:
        if client.closing:
            revived = isinstance(session, Session) and not (session.handler or session.grace)
            if isinstance(session, Session) and revived:
                hub.people.release(session)
        elif isinstance(session, Refused):
            raise session
        elif session is None:
            _start(program, request)
        else:
            _enter(program, request, session)

    _decide(program, request, lambda done: _look_up(program, request.nick, token, done), found)


def _look_up(
    program: Program, wanted: str | None, token: str,
    done: Callable[[Session | Refused | None], None],
) -> None:  # fmt: skip
    """Ask the people for the session of a token until they can answer."""
    hub = program.hub

    def answered(found: Session | Refused | Unread | None) -> None:
        if isinstance(found, Unread):
            # A new session in place of one that cannot be read just now would
            # keep its lines twice when they are said again.
            hub.clock.call_later(READ_AGAIN_S, _look_up, program, wanted, token, done)
        else:
            done(found)

    if not program.client.closing:
        hub.people.resume(token, wanted, answered)


def _decide(
    program: Program, request: Hello, ask: Callable[[Callable[[Answer], None]], None],
    done: Callable[[Answer], None],
) -> None:  # fmt: skip
    """Do something once the people have decided; what is said behind it waits.

    It waits also if the connection is lost meanwhile: what was said counts.
    """
    flow = program.flow
    at_once_or_later(
        ask, done,
        started=lambda: flow.pause(Hold.HELLO),
        finished=lambda: flow.resume(Hold.HELLO),
        refused=lambda problem: program.error(problem, request.ref, None),
    )  # fmt: skip


def _enter(program: Program, request: Hello, session: Session) -> None:
    """Speak for a session from here on, instead of a connection that may still be alive."""
    hub = program.hub
    session.cancel_grace()
    old, session.handler = session.handler, program
    if old is not None:
        presence.replace_handler(old)
    program.session = session
    if request.owner is not None:
        session.owner = token_hash(request.owner)
    hub.people.remember(session)
    program.client.debug("hello rooms=%d resumes=%s", len(request.join), bool(request.resume))
    welcome(program, session, request.ref)
    named = program.joins.plan(request)
    if session.rooms or session.watching:
        names = set(map(_clean, named))
        for room in [*session.rooms.values(), *session.watching.values()]:
            if room.name not in names:
                presence.leave(hub, session, room)


def _clean(room: str) -> str:
    try:
        return clean_room(room)
    except Refused:
        return room
