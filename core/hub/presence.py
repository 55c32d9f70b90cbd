"""Who is where: joining, leaving, renaming, and how the others are told.

News of people is not part of the log: it is told at most once, and in a
crowded room only as a count, at most one a second.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile

from msgspec import UNSET

from core.delivery.outbound import Lead
from core.errors import Refused
from core.hub.handler import Handler
from core.hub.hub import Hub
from core.hub.queries import query
from core.hub.room import Room, Session
from core.limits import (
    COUNTS_EVERY_S,
    JOIN_ANNOUNCE_DELAY_S,
    RESET_LAST,
    RESUME_GRACE_S,
    ROOMS_PER_SESSION,
)
from core.wire.messages import Bye, From, Joined, Left, Members, Message, Ref, Renamed, Reset, Topic


def enter(
    hub: Hub, handler: Handler, session: Session, room: Room, *, ref: Ref | None = None,
    quietly: bool = False, returns: bool = False,
) -> None:  # fmt: skip
    """Make a session a member and tell it who is there; raise Refused.

    One that `returns` may know a topic that has been removed meanwhile. With
    `quietly`, as people in text mode come, the others are told only if it stays
    for a moment, and the topic is left to the greeting.
    """
    if room.name not in session.rooms:
        if session.shares:
            text = f"you are here as {session.nick} already; take another name to join"
            raise Refused("nick_taken", text)
        may_enter(session, room)
        _stop_watching(session, room)
        session.rooms[room.name] = room
        room.members[session] = None
        if quietly:
            hub.clock.call_later(JOIN_ANNOUNCE_DELAY_S, _announce, hub, session, room)
        else:
            _announce(hub, session, room)
    _tell_entered(hub, handler, session, room, ref)
    if (room.topic or returns) and not quietly:
        handler.tell(Topic(room=room.name, text=room.topic))


def watch(
    hub: Hub, handler: Handler, session: Session, room: Room, *, ref: Ref | None = None,
    returns: bool = False,
) -> None:  # fmt: skip
    """Let a session read a room without being a member; nobody is told. Raise Refused."""
    if room.name not in session.rooms and room.name not in session.watching:
        may_enter(session, room)
        session.watching[room.name] = room
        room.watchers[session] = None
    _tell_entered(hub, handler, session, room, ref)
    if room.topic or returns:
        handler.tell(Topic(room=room.name, text=room.topic))


def _tell_entered(
    hub: Hub, handler: Handler, session: Session, room: Room, ref: Ref | None
) -> None:
    now = hub.clock.now_ms()
    handler.tell(Joined(room=room.name, nick=session.nick, at=now, seq=room.tail.head, ref=ref))
    handler.tell(members(room))


def _stop_watching(session: Session, room: Room) -> None:
    session.watching.pop(room.name, None)
    room.watchers.pop(session, None)


def may_enter(session: Session, room: Room) -> None:
    """Raise Refused if a session is in as many rooms as it may be."""
    if room.name in session.rooms or room.name in session.watching:
        return
    if len(session.rooms) + len(session.watching) >= ROOMS_PER_SESSION:
        raise too_many_rooms()


def too_many_rooms() -> Refused:
    """Return the refusal of one room more."""
    return Refused("too_many_rooms", f"you are in {ROOMS_PER_SESSION} rooms; leave one first")


def members(room: Room, ref: Ref | None = None) -> Members:
    """Return who is in a room."""
    return Members(
        room=room.name, nicks=room.nicks(), count=len(room.members), ref=ref,
        watching=len(room.watchers) or UNSET,
    )  # fmt: skip


def read_newest(
    hub: Hub, handler: Handler, room: Room, count: int,
    show: Callable[[Sequence[Message], bool], bytes],
) -> None:  # fmt: skip
    """Start a cursor at the newest messages, which are shown in their own way (`Lead`)."""
    head = room.tail.head
    lead = Lead(until=head, show=show)
    handler.outbound.read(room.feed, max(head - count, room.first - 1), lead)


def begin_reading(hub: Hub, handler: Handler, room: Room, where: From, log: str | None) -> None:
    """Start a cursor where a client asks, or say that it cannot start there."""
    if not (_is_this_log(hub, log) and where.after is not None and where.after > room.tail.head):
        _start_cursor(hub, handler, room, where, log)
        return

    # Of several hubs on one log, this one may lag behind the one that has shown
    # the client that message. Only a hub that is current knows of a gap.
    def start(_: None) -> None:
        if not handler.outbound.closed:
            _start_cursor(hub, handler, room, where, log)

    query(handler, lambda then: hub.journal.current(lambda: then(None)), start)


def _is_this_log(hub: Hub, log: str | None) -> bool:
    return log is None or log == hub.log


def _start_cursor(hub: Hub, handler: Handler, room: Room, where: From, log: str | None) -> None:
    head, pruned = room.tail.head, room.first - 1
    if where.after is None:
        handler.outbound.read(room.feed, max(head - (where.last or 0), pruned))
    elif _is_this_log(hub, log) and where.after <= head:
        if where.after < pruned:
            missed = pruned - where.after
            handler.tell(Reset(room=room.name, reason="pruned", missed=missed, next=pruned + 1))
        handler.outbound.read(room.feed, max(where.after, pruned))
    else:
        # Another log: what the client has seen is not what is here.
        after = max(head - (where.last if where.last is not None else RESET_LAST), pruned)
        handler.tell(Reset(room=room.name, reason="other_log", missed=after, next=after + 1))
        handler.outbound.read(room.feed, after)


def leave(hub: Hub, session: Session, room: Room, ref: Ref | None = None) -> None:
    """Take a session out of a room and tell everyone, itself included."""
    if room.name in session.watching:
        _leave_watching(hub, session, room, ref)
        return
    everybody = session in room.announced
    some = [] if everybody else _later(room, session)
    del session.rooms[room.name]
    del room.members[session]
    left = Left(room=room.name, nick=session.nick, at=hub.clock.now_ms(), ref=ref)
    if session.handler is not None:
        session.handler.outbound.stop_reading(room.feed)
        session.handler.tell(left)
    room.announced.discard(session)
    if everybody or some:
        told = room.members if everybody else some
        _tell(hub, room, Left(room=room.name, nick=session.nick, at=left.at), told)
    hub.forget_if_unused(room)


def _leave_watching(hub: Hub, session: Session, room: Room, ref: Ref | None) -> None:
    _stop_watching(session, room)
    if session.handler is not None:
        session.handler.outbound.stop_reading(room.feed)
        left = Left(room=room.name, nick=session.nick, at=hub.clock.now_ms(), ref=ref)
        session.handler.tell(left)
    hub.forget_if_unused(room)


def name_guest(hub: Hub, handler: Handler, session: Session) -> None:
    """Give a guest's name to somebody who has only read so far, and now speaks; raise Refused."""
    if not hub.people.guest(session):
        raise Refused("full", "the hub has no name left for a guest; choose a nick")
    handler.tell(Renamed(nick="", to=session.nick, at=hub.clock.now_ms()))


def rename(hub: Hub, handler: Handler, session: Session, nick: str, ref: Ref | None) -> None:
    """Give a session another nick. Told once to each who shares a room, not by room."""
    old = session.nick

    def claimed(problem: Refused | None) -> None:
        if problem is not None:
            raise problem
        if session.ended:
            # It was decided too late: nobody is called so any more.
            hub.people.release(session)
            return
        session.shares = False
        now = hub.clock.now_ms()
        speaks = session.handler
        if speaks is not None:
            # Another connection may go on with the session by now.
            own = ref if speaks is handler else None
            speaks.tell(Renamed(nick=old, to=nick, at=now, ref=own))
        others = {
            member: None
            for room in session.rooms.values()
            if not room.crowded
            for member in _who_knows(room, session)
        }
        hub.broadcast(others, Renamed(nick=old, to=nick, at=now))

    query(handler, lambda done: hub.people.claim(session, nick, done), claimed, ref=ref)


def lost(hub: Hub, session: Session) -> None:
    """Note that a session's connection is gone; it may be resumed for a while."""
    session.handler = None
    if session.token is None or not session.rooms:
        end(hub, session)
    else:
        session.grace = hub.clock.call_later(RESUME_GRACE_S, end, hub, session)


def moved(hub: Hub, session: Session) -> None:
    """Give up a session that goes on at another hub; nobody is told that it left."""
    handler, session.handler = session.handler, None
    session.cancel_grace()
    for room in [*session.rooms.values(), *session.watching.values()]:
        room.members.pop(session, None)
        room.watchers.pop(session, None)
        room.announced.discard(session)
        if handler is not None:
            handler.outbound.stop_reading(room.feed)
        hub.forget_if_unused(room)
    session.rooms.clear()
    session.watching.clear()
    if handler is not None:
        replace_handler(handler)


def replace_handler(handler: Handler) -> None:
    """Send a connection away whose session goes on in another one."""
    text = "this session goes on in another connection"
    handler.dismiss(Bye(reason="replaced", text=text))


def end(hub: Hub, session: Session) -> None:
    """End a session: it leaves its rooms, and its nick is free."""
    session.cancel_grace()
    for room in [*session.rooms.values(), *session.watching.values()]:
        leave(hub, session, room)
    session.handler = None
    session.ended = True
    hub.people.release(session)


def announce(hub: Hub, session: Session, room: Room) -> None:
    """Tell the others at last that somebody has come, who does something now."""
    if session not in room.announced:
        _announce(hub, session, room)


def _announce(hub: Hub, session: Session, room: Room) -> None:
    if session in room.members and session not in room.announced:
        # Who came later was told that it is here with everybody else.
        earlier = takewhile(lambda member: member is not session, room.members)
        room.announced.add(session)
        joined = Joined(
            room=room.name, nick=session.nick, at=hub.clock.now_ms(),
            spoke=True if session.spoke else UNSET,
        )  # fmt: skip
        _tell(hub, room, joined, earlier)


def _who_knows(room: Room, session: Session) -> list[Session]:
    """Return the other members who have been told that a session is in a room."""
    if session in room.announced:
        return [member for member in room.members if member is not session]
    return _later(room, session)


def _later(room: Room, session: Session) -> list[Session]:
    later: list[Session] = []
    for member in reversed(room.members):
        if member is session:
            break
        later.append(member)
    return later


def _tell(hub: Hub, room: Room, news: Joined | Left, members: Iterable[Session]) -> None:
    if not room.crowded:
        hub.broadcast(list(members), news)
    elif not room.counts_planned:
        room.counts_planned = True
        hub.clock.call_later(COUNTS_EVERY_S, _count, hub, room)


def _count(hub: Hub, room: Room) -> None:
    room.counts_planned = False
    if room.counted != len(room.members):
        room.counted = len(room.members)
        hub.broadcast(list(room.members), Members(room=room.name, count=room.counted))
