"""The client's protocol state machine: its session, unacked messages, and positions.

Pure: lines in, events out, and the lines to send next. It knows no
connection, no clock and no screen; time is an argument. A connection may be
cut at any line: `hello` resumes on the next one, no message is lost or sent
twice, and none is delivered twice.

    connected    send hello()
    a line came  feed(line, now_s), then send outgoing(now_s)
    cut          lost(), and connect again
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from core.client.outbox import WINDOW, Acked, Outbox, Rejected, Retrying, Said, fresh_id
from core.client.position import Gap, Position
from core.errors import Refused
from core.text.names import clean_room
from core.wire.messages import (
    Ack,
    AnyEvent,
    AnyRequest,
    Direct,
    Error,
    From,
    Hello,
    Join,
    Joined,
    Kind,
    Leave,
    Left,
    Message,
    Nick,
    Ref,
    Renamed,
    Reset,
    Say,
    SayDirect,
    Welcome,
    decode_event,
    encode,
)

OWN_REMEMBERED: Final = 4096
"""Ids by which one's own messages are known when they come back."""

HELLO_REF: Final = "hello"
FOREIGN_LINE_SHOWN_BYTES: Final = 200


ClientEvent: TypeAlias = AnyEvent | Gap | Acked | Rejected | Retrying
"""What a line of the hub means to a client."""


class RecentIds:
    """The newest ids of a bounded number."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._ids: dict[str, None] = {}

    def __contains__(self, id_: object) -> bool:
        return id_ in self._ids

    def add(self, id_: str) -> None:
        """Remember an id, and forget the oldest if there are too many."""
        self._ids[id_] = None
        if len(self._ids) > self._most:
            del self._ids[next(iter(self._ids))]


class Conversation:
    """One user's conversation with a hub, over connections that come and go."""

    def __init__(
        self, nick: str | None = None, *, window: int = WINDOW,
        new_id: Callable[[], str] = fresh_id, watch: bool = False, owner: str | None = None,
        passphrase: str | None = None,
    ) -> None:  # fmt: skip
        """Begin as `nick`, or with None as a guest whom the hub names.

        `watch`: it only reads, as nobody whom the others are told of. `owner` is a
        secret by which the hub knows this user's other sessions, `passphrase` what the hub
        may ask for.
        """
        self.passphrase = passphrase
        """What `hello` gives; it may be set between two connections."""
        self._owner = owner
        self._watch = watch
        self.nick = ""
        """What the hub calls this user; empty before it has said so."""
        self.wanted_nick = nick
        """What `hello` asks for."""
        self.welcome: Welcome | None = None
        """The hub's welcome on this connection; None before it came."""
        self.resumed = False
        """The hub knew the session: ids said before the cut are still ours."""
        self.foreign_line = b""
        """The first line on this connection that was no JSON, cut short."""
        self.positions: dict[str, Position] = {}
        self._outbox = Outbox(window, new_id)
        self._own = RecentIds(OWN_REMEMBERED)
        self._resume: str | None = None
        self._log: str | None = None
        self._in_json = False

    # --- what the user does ------------------------------------------------------

    def say(self, room: str, text: str, kind: Kind | None = None) -> Say:
        """Say something in a room, now or once there is a connection.

        Raise Refused if no line can hold it: `too_long`, `not_text`.
        """
        request = self._outbox.say(room, text, kind)
        self._own.add(request.id or "")
        return request

    def say_direct(self, to: str, text: str, kind: Kind | None = None) -> SayDirect:
        """Say something to one person; raise Refused as `say` does."""
        request = self._outbox.say_direct(to, text, kind)
        self._own.add(request.id or "")
        return request

    def join(self, room: str, *, last: int = 0, after: int | None = None) -> str:
        """Enter a room, and return its proper name; raise Refused (`bad_room`).

        Reading begins with the `last` newest messages, or behind `after`.
        """
        name = clean_room(room)
        if name not in self.positions:
            self.positions[name] = Position(last=last, seen=after, exact=after is not None)
            first = None if after is not None else last
            self.ask(Join(room=name, last=first, after=after, watch=self._watch))
        return name

    def leave(self, room: str) -> None:
        """Leave a room."""
        if self.positions.pop(room, None) is not None:
            self.ask(Leave(room=room))

    def ask(self, request: AnyRequest) -> Ref:
        """Put any other request in line; return the `ref` that its answer carries.

        Unlike what is said, it is not asked again if the connection is cut.
        Raise Refused as `say` does.
        """
        return self._outbox.ask(request)

    # --- what there is to know ---------------------------------------------------

    @property
    def unacked(self) -> tuple[Said, ...]:
        """Messages that are neither acked nor rejected, in order."""
        return self._outbox.unacked

    @property
    def unacked_count(self) -> int:
        return self._outbox.unacked_count

    @property
    def at_rest(self) -> bool:
        """Tell whether nothing is to be sent and no answer is awaited."""
        return self._outbox.at_rest

    @property
    def due_s(self) -> float | None:
        """When `outgoing` will have something again by itself, if ever."""
        return self._outbox.due_s if self.welcome is not None else None

    def is_own(self, event: Message | Direct) -> bool:
        """Tell whether a message was said in this conversation."""
        return event.id in self._own

    def has_caught_up(self, room: str) -> bool:
        """Tell whether everything that was there at joining has come."""
        return room in self.positions and self.positions[room].has_caught_up

    # --- the connection ----------------------------------------------------------

    def hello(self) -> bytes:
        """Return the first line of a connection, or of another try on it."""
        self.lost()
        # After a hello, a client is in the rooms that it names and in no others.
        self._outbox.drop_joins()
        here: dict[str, From] = {}
        for room, position in self.positions.items():
            if position.seen is None:
                here[room] = From(last=position.last)
            elif position.log is None or position.log == self._log:
                here[room] = From(after=position.seen)
            else:
                # The log changed, and the connection was cut before the hub
                # could say what that means for this room. One hello names one
                # log, so this room asks by itself.
                again = Join(room=room, after=position.seen, log=position.log, watch=self._watch)
                self._outbox.ask(again, first=True)
        hello = Hello(
            nick=self.wanted_nick, join=here, resume=self._resume, log=self._log, ref=HELLO_REF,
            watch=self._watch, owner=self._owner, passphrase=self.passphrase,
        )  # fmt: skip
        return encode(hello)

    def lost(self) -> None:
        """Note that the connection is gone."""
        self.welcome = None
        self.foreign_line = b""
        self._in_json = False
        self._outbox.cut()
        for position in self.positions.values():
            position.joined = False

    def outgoing(self, now_s: float) -> list[bytes]:
        """Return the lines to send now, in order; each is returned once."""
        return [] if self.welcome is None else self._outbox.outgoing(now_s)

    def feed(self, line: bytes, now_s: float) -> list[ClientEvent]:
        """Take one line of the hub; return what it means, or nothing.

        What cannot be read, a type from a later time perhaps, is ignored:
        a message missed in that way shows as a gap before the next one.
        """
        if not self._in_json:
            # After a late hello, the hub has already greeted in text mode.
            if not line.startswith(b"{"):
                self.foreign_line = self.foreign_line or line[:FOREIGN_LINE_SHOWN_BYTES]
                return []
            self._in_json = True
        try:
            event = decode_event(line)
        except Refused:
            return []
        return self._take(event, now_s)

    def _take(self, event: AnyEvent, now_s: float) -> list[ClientEvent]:
        asked = self._outbox.answered(getattr(event, "ref", None))
        match event:
            case Message():
                return self._message(event)
            case Ack():
                acked = self._outbox.ack(event.id, event.seq or 0)
                return [] if acked is None else [acked]
            case Error():
                return self._error(event, asked, now_s)
            case Welcome():
                self._begin(event)
            case Joined(room=room, seq=int(seq)) if room in self.positions:
                # Without a seq, it is somebody else.
                self.positions[room].enter(seq, self._log)
            case Reset() if event.room in self.positions:
                self.positions[event.room].reset(event.next, self._log)
            case Left() if event.nick == self.nick and not isinstance(asked, Leave):
                # Nobody asked for it, so it is the hub's doing.
                if event.room in self.positions and self.positions[event.room].joined:
                    del self.positions[event.room]
            case Renamed() if event.nick == self.nick:
                self.nick = event.to
                if isinstance(asked, Nick):
                    self.wanted_nick = event.to
            case _:
                pass
        return [event]

    def _begin(self, welcome: Welcome) -> None:
        self.welcome = welcome
        self.resumed = self._resume is not None and welcome.resume == self._resume
        self.nick = welcome.nick
        self._resume = welcome.resume
        self._log = welcome.log

    def _message(self, message: Message) -> list[ClientEvent]:
        events: list[ClientEvent] = []
        # Its being in the log is as good as the ack, which may have been cut off.
        acked = self._outbox.ack(message.id, message.seq)
        if acked is not None:
            events.append(acked)
        position = self.positions.get(message.room)
        if position is None or not position.joined:
            return events  # left meanwhile
        gaps = position.advance(message.room, message.seq, self._log)
        return events if gaps is None else [*events, *gaps, message]

    def _error(self, error: Error, asked: AnyRequest | None, now_s: float) -> list[ClientEvent]:
        failed = self._outbox.fail(error, now_s)
        if failed is not None:
            return [failed]
        rooms: list[str] = []
        if isinstance(asked, Join):
            rooms = [asked.room]
        elif error.ref == HELLO_REF and self.welcome is not None:
            # Without a room, it is about all of them.
            rooms = [error.room] if isinstance(error.room, str) else list(self.positions)
        for room in rooms:
            if room in self.positions and not self.positions[room].joined:
                del self.positions[room]
        return [error]
