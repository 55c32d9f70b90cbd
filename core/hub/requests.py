"""The rules: what each request does, one small function each.

Requests of every client come through here, so a rule that holds here holds for
all. A request that is not carried out raises Refused; modes turn that into an
answer. Knows the hub and its handlers; does not know how a request is written.
"""

from collections.abc import Callable
from typing import Any, Final

from msgspec import UNSET

from core.errors import Refused
from core.hub import searching
from core.hub.handler import Handler
from core.hub.hub import Hub
from core.hub.people import Elsewhere
from core.hub.presence import (
    begin_reading,
    enter,
    leave,
    may_enter,
    members,
    name_guest,
    rename,
    watch,
)
from core.hub.queries import query
from core.hub.room import Room, Session, token_hash
from core.limits import (
    ANSWER_LIMIT_BYTES,
    HISTORY_LIMIT,
    MEMBERS_NAMED,
    SCAN_PAUSE_S,
    SEARCH_LIMIT_BYTES,
    TOPIC_LIMIT_BYTES,
)
from core.log.entry import Entry, text_costs_bytes
from core.log.history import UNFINISHED, Found, Unread
from core.text.invitation import invitation
from core.text.names import clean_nick
from core.text.sanitize import clean_line, clean_text
from core.wire.messages import (
    Ack,
    AnyRequest,
    AskHistory,
    AskMembers,
    AskRooms,
    Direct,
    Error,
    From,
    Hello,
    History,
    Invite,
    Join,
    Leave,
    Members,
    Nick,
    Ping,
    Pong,
    Results,
    Rooms,
    Say,
    SayDirect,
    Search,
    SetTopic,
    Topic,
)

NEEDS_REPLY: Final = (AskHistory, AskMembers, AskRooms, Invite, Ping, Search, Join, Nick)
"""Requests that are skipped once their client has gone: nobody would read the answer."""

RATE_LIMITED: Final = (Join, Leave, Nick, SetTopic)
"""What is told to everybody in a room, and therefore limited in its rate."""


def carry_out(hub: Hub, handler: Handler, session: Session, request: AnyRequest) -> None:
    """Do what a session asks, except to say something; raise Refused if it is not done."""
    _REQUESTS[type(request)](hub, handler, session, request)


def say(hub: Hub, handler: Handler, session: Session, request: Say, *, plain: bool = False) -> None:
    """Put a message on its way into the log; raise Refused if it is not said.

    `plain` as for `clean_text`.
    """
    text = clean_text(request.text, plain=plain)
    room = hub.rooms.get(request.room) or hub.room(request.room)
    if not session.nick:
        name_guest(hub, handler, session)
    if session.pending_retry_id is not None:
        session.check_order(request.id, hub.clock.now_s())
    if request.id is not None and session.token is not None and not session.kept:
        # The store remembers whose id it is, before the first one is used.
        session.kept = True
        hub.journal.remember_session(session.number, token_hash(session.token), session.nick)
    entry = Entry(room.name, session.number, request.id, session.nick, request.kind, text)
    hub.say(handler, entry, request.ref, text_costs_bytes(text))


def _join(hub: Hub, handler: Handler, session: Session, request: Join) -> None:
    may_enter(session, hub.known(request.room))
    room = hub.room(request.room)
    come = watch if request.watch else enter
    come(hub, handler, session, room, ref=request.ref)
    begin_reading(hub, handler, room, From(last=request.last, after=request.after), request.log)


def _leave(hub: Hub, handler: Handler, session: Session, request: Leave) -> None:
    watched = session.watching.get(hub.known(request.room).name)
    leave(hub, session, watched or _own_room(hub, session, request.room), request.ref)


def _nick(hub: Hub, handler: Handler, session: Session, request: Nick) -> None:
    rename(hub, handler, session, clean_nick(request.nick), request.ref)


def _direct(hub: Hub, handler: Handler, session: Session, request: SayDirect) -> None:
    text = clean_text(request.text)
    receiver = _find(hub, request.to)
    if not session.nick:
        name_guest(hub, handler, session)
    id_ = UNSET if request.id is None else request.id
    direct = Direct(
        nick=session.nick, to=receiver.nick, id=id_, at=hub.clock.now_ms(),
        kind=UNSET if request.kind is None else request.kind, text=text,
    )  # fmt: skip

    def handed(problem: Refused | None) -> None:
        if problem is not None:
            raise problem
        handler.tell(Ack(id=id_, to=receiver.nick, ref=request.ref))
        handler.tell(direct)
        if isinstance(receiver, Session) and receiver is not session and receiver.handler:
            receiver.handler.tell(direct)

    if isinstance(receiver, Elsewhere):
        query(
            handler, lambda done: hub.people.hand(receiver, direct, done), handed,
            ref=request.ref, id_=request.id,
        )  # fmt: skip
    else:
        _check_reachable(receiver)
        handed(None)


def take_direct(hub: Hub, direct: Direct) -> None:
    """Hand over a direct message that another hub's client has said; raise Refused."""
    receiver = _find(hub, direct.to)
    if isinstance(receiver, Elsewhere):
        raise Refused("away", f"{receiver.nick} has just gone to another hub; try again")
    handler = _check_reachable(receiver)
    handler.tell(direct)


def _check_reachable(receiver: Session) -> Handler:
    """Return a session's handler if it can be told something at once; raise Refused."""
    handler = receiver.handler
    # What cannot be handed over at once is not kept, or it would pile up.
    if (
        handler is None
        or handler.outbound.paused
        or handler.outbound.personal_bytes > ANSWER_LIMIT_BYTES
    ):
        raise Refused("away", f"{receiver.nick} cannot be reached just now; try again later")
    return handler


def _find(hub: Hub, nick: str) -> Session | Elsewhere:
    nobody = Refused("nobody", f"nobody here is called {clean_line(nick, 256)}; see who is here")
    try:
        receiver = hub.people.find(clean_nick(nick, guest=True))
    except Refused as problem:
        raise nobody from problem
    if receiver is None:
        raise nobody
    return receiver


def _topic(hub: Hub, handler: Handler, session: Session, request: SetTopic) -> None:
    room = hub.known(request.room)
    if request.text is None:
        handler.tell(Topic(room=room.name, text=room.topic, ref=request.ref))
        return
    _own_room(hub, session, request.room)
    text = clean_line(request.text, TOPIC_LIMIT_BYTES) if request.text.strip() else ""
    room.topic = text
    hub.journal.set_topic(room.name, text, session.nick)
    now = hub.clock.now_ms()
    handler.tell(Topic(room=room.name, text=text, nick=session.nick, at=now, ref=request.ref))
    others = [one for one in (*room.members, *room.watchers) if one is not session]
    hub.broadcast(others, Topic(room=room.name, text=text, nick=session.nick, at=now))


def _members(hub: Hub, handler: Handler, session: Session, request: AskMembers) -> None:
    room = hub.known(request.room)
    if request.text is None:
        handler.tell(members(room, request.ref))
        return
    text = clean_line(request.text, SEARCH_LIMIT_BYTES)
    nicks = room.called(text)
    handler.tell(
        Members(
            room=room.name, nicks=tuple(nicks[:MEMBERS_NAMED]), count=len(room.members),
            text=text, matching=len(nicks), ref=request.ref,
        )
    )  # fmt: skip


def _rooms(hub: Hub, handler: Handler, session: Session, request: AskRooms) -> None:
    handler.tell(Rooms(rooms=hub.directory.named(hub.clock.now_s()), ref=request.ref))


def _history(hub: Hub, handler: Handler, session: Session, request: AskHistory) -> None:
    room = hub.known(request.room).name
    limit = min(request.limit, HISTORY_LIMIT)
    read: Callable[[], Found]
    if request.after is not None:
        after = request.after
        read = lambda: hub.history.after(room, after, limit)  # noqa: E731
    elif request.since is not None:
        since = request.since
        read = lambda: hub.history.since(room, since, limit)  # noqa: E731
    else:
        read = lambda: hub.history.before(room, request.before, limit)  # noqa: E731
    _answer_from_store(
        hub, handler, request, read,
        lambda found: History(room=room, messages=found.messages, more=found.more, ref=request.ref),
    )  # fmt: skip


def _search(hub: Hub, handler: Handler, session: Session, request: Search) -> None:
    search = searching.begin(hub, session, request)
    _answer_from_store(
        hub, handler, request, search.step, lambda found: searching.results(request, search, found)
    )


def _answer_from_store(
    hub: Hub, handler: Handler, request: AskHistory | Search, read: Callable[[], Found],
    answer: Callable[[Found], History | Results],
) -> None:  # fmt: skip
    def answered(found: Found | Unread) -> None:
        handler.flow.query_finished()
        if isinstance(found, Unread):
            handler.tell(Error(code="internal", text=found.value, ref=request.ref))
        else:
            handler.tell(answer(found))

    # Counted, so that one client's questions cannot pile up in the reading thread.
    handler.flow.query_started()
    _read_on(hub, handler, read, answered)


def _read_on(
    hub: Hub, handler: Handler, read: Callable[[], Found],
    answered: Callable[[Found | Unread], None],
) -> None:  # fmt: skip
    """Take one step of a question to the log, and further ones until it is answered."""

    def done(found: Found | Unread) -> None:
        if found is UNFINISHED and not handler.outbound.closed:
            # Others' questions have their turn before the next step, and the
            # loop, which cannot run while the reading thread looks through rows.
            hub.clock.call_later(SCAN_PAUSE_S, _read_on, hub, handler, read, answered)
        else:
            answered(found)

    hub.fetch(read, done)


def _invite(hub: Hub, handler: Handler, session: Session, request: Invite) -> None:
    handler.tell(invitation(hub.doors, handler.local_address, request.web, request.ref))


def _ping(hub: Hub, handler: Handler, session: Session, request: Ping) -> None:
    def tried(stores: bool) -> None:
        handler.flow.query_finished()
        handler.tell(
            Pong(
                at=hub.clock.now_ms(), stores=stores, not_stored=hub.not_stored, ref=request.ref
            )
        )  # fmt: skip

    if request.store:
        # A question to the log like others: one at a time.
        handler.flow.query_started()
        hub.journal.try_writing(tried)
    else:
        handler.tell(Pong(at=hub.clock.now_ms(), ref=request.ref))


def _hello_again(hub: Hub, handler: Handler, session: Session, request: Hello) -> None:
    raise Refused("hello_again", f"you are {session.nick} already; open another connection")


def _own_room(hub: Hub, session: Session, name: str) -> Room:
    room = hub.known(name)
    if room.name not in session.rooms:
        raise Refused("not_in_room", f"you are not in {room.name}; join it first")
    return room


_REQUESTS: dict[type, Callable[[Hub, Handler, Session, Any], None]] = {
    Hello: _hello_again,
    Join: _join,
    Leave: _leave,
    Nick: _nick,
    SayDirect: _direct,
    SetTopic: _topic,
    AskMembers: _members,
    AskRooms: _rooms,
    AskHistory: _history,
    Search: _search,
    Invite: _invite,
    Ping: _ping,
}
