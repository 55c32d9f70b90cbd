"""JSON lines: for programs, the page, and every other door. One object a line, both ways.

Turns lines into requests, and events into lines. Has no rule of its own, and does
not know how a connection is detected or closed.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import UNSET, UnsetType

from core.errors import SAY_AGAIN, Refused
from core.hub import presence
from core.hub.requests import NEEDS_REPLY, RATE_LIMITED, carry_out, say
from core.hub.room import Session
from core.limits import (
    JSON_LINE_LIMIT_BYTES,
    MESSAGE_LINE_BYTES,
    NAME_COST,
    QUANTUM,
    SMALL_COST,
)
from core.log.encoding import Encoding
from core.log.entry import Entry
from core.server.connection import Connection
from core.server.context import log
from core.server.hello import HELLO_FIRST, Joins, hello, join_next, welcome
from core.server.mode import BaseMode, Lines, line_cost_bytes, reading_cost
from core.text.sanitize import clean_text, only_plain, shortened
from core.wire.framing import LineBuffer, TooLong
from core.wire.messages import (
    Ack,
    AnyRequest,
    Error,
    Event,
    Ping,
    Ref,
    Say,
    Search,
    decode_request,
    encode,
    envelope,
)

ERROR_LIMIT_BYTES: Final = 2048
"""Words of an error, and the room that it is about."""


class JsonMode(BaseMode):
    """A connection that speaks JSON lines. Its session comes with `hello`."""

    def __init__(
        self,
        connection: Connection,
        session: Session | None = None,
        lines: LineBuffer | None = None,
    ) -> None:
        """Take over `session` and the unfinished line from text mode, or have none yet."""
        super().__init__(connection)
        self.hub = connection.hub
        self.name = connection.context.name
        self.session = session
        self.joins = Joins()
        self._connection = connection
        self._lines = lines or LineBuffer(JSON_LINE_LIMIT_BYTES, bare_cr=False)

    def begin(self) -> None:
        """Speak JSON from here on; greet whoever came from text mode."""
        self.outbound.speak(Encoding.JSON, None)
        if self.session is not None:
            self.session.handler = self
            welcome(self, self.session, None)
            for room in self.session.rooms.values():
                self.tell(presence.members(room))

    # --- bytes in ------------------------------------------------------------------

    @property
    def is_inside(self) -> bool:
        return self.session is not None

    @property
    def pending(self) -> bool:
        return bool(self.joins.waiting)

    @property
    def unfinished_bytes(self) -> int:
        return self._lines.unfinished_bytes

    def cut(self, data: bytes) -> list[bytes | TooLong]:
        return self._lines.feed(data)

    def cut_last(self) -> list[bytes | TooLong]:
        return self._lines.finish()

    def carry_out(self, lines: Lines, share: int) -> tuple[int, int]:
        connection, flow, joins = self._connection, self.flow, self.joins
        consumed = 0
        while share > 0 and not (flow.holds or connection.closing):
            if joins.waiting:
                if not flow.fits(MESSAGE_LINE_BYTES):
                    break
                share = 0
                join_next(self)
            elif consumed == len(lines):
                break
            else:
                line = lines[consumed]
                if not flow.fits(line_cost_bytes(line)):
                    break
                cost = self._line(line, share)
                if cost is None:
                    break
                consumed += 1
                share -= cost
        return consumed, share

    def lost(self) -> None:
        if self.session is not None and self.session.handler is self:
            presence.lost(self.hub, self.session)

    def _line(self, line: bytes | TooLong, share: int) -> int | None:
        """Carry out a line; return what it takes of `share`, None if it has to wait."""
        if isinstance(line, TooLong):
            text = f"the line has {line.size} bytes; {JSON_LINE_LIMIT_BYTES} are the limit"
            self.error(Refused("too_long", text), None, None)
            return SMALL_COST
        if not line or line.isspace():
            return 1
        try:
            request = decode_request(line)
        except Refused as problem:
            ref, id_ = envelope(line)
            self.error(problem, ref, id_)
            return SMALL_COST + reading_cost(line, plain=True)
        plain = only_plain(line)
        cost = reading_cost(line, plain)
        if type(request) is not Say:
            return self._ask(request, share, cost)
        if request.room not in self.hub.rooms:
            cost += NAME_COST
        try:
            if self.session is None:
                raise Refused("hello_first", HELLO_FIRST)
            say(self.hub, self, self.session, request, plain=plain)
        except Refused as problem:
            self.error(problem, request.ref, request.id, request.room)
            cost += SMALL_COST
        except Exception:
            self.failed(request)
        return cost

    def _ask(self, request: AnyRequest, share: int, cost: int) -> int | None:
        """Carry out a request that is not about saying, likewise; `cost` is its line's."""
        if self.client.cannot_reply and type(request) in NEEDS_REPLY:
            return 1
        if not self.flow.fits(MESSAGE_LINE_BYTES):
            return None
        if type(request) is Search and request.rooms:
            cost += QUANTUM + NAME_COST * len(request.rooms)
        try:
            if self.session is None:
                hello(self, request)
            else:
                carry_out(self.hub, self, self.session, request)
        except Refused as problem:
            room = getattr(request, "room", None)
            self.error(problem, request.ref, getattr(request, "id", None), room)
        except Exception:
            self.failed(request)
        if type(request) in RATE_LIMITED:
            self.flow.announced()
        return SMALL_COST + cost if type(request) is Ping else max(share, QUANTUM, cost)

    # --- the hub's side ----------------------------------------------------------------

    def tell(self, event: Event) -> None:
        self.outbound.push(encode(event))

    def acknowledge(self, entries: Sequence[Entry]) -> None:
        self.outbound.push(b"".join([encode(_ack(entry)) for entry in entries]))

    def reject(self, entry: Entry, ref: Ref | None, problem: Refused) -> None:
        if self.session is not None and problem.code in SAY_AGAIN:
            self.session.await_retry(entry.id, self.hub.clock.now_s())
        self.error(problem, ref, entry.id, entry.room)

    def error(
        self, problem: Refused, ref: Ref | None, id_: str | None = None, room: str | None = None
    ) -> None:
        """Say why something was not done. Whatever it was about, this does not fail."""
        self.tell(
            Error(
                code=problem.code, text=shortened(problem.text, ERROR_LIMIT_BYTES), ref=ref,
                id=UNSET if id_ is None else id_, room=UNSET if room is None else _shown(room),
            )
        )  # fmt: skip

    def failed(self, request: AnyRequest) -> None:
        """Say that the hub failed at something, and log the exception that is being handled."""
        log.exception("event=request_failed peer=%s", self._connection.peer)
        self.error(Refused("internal", "the hub failed at this"), request.ref, None)


def _shown(room: str) -> str | UnsetType:
    """Return a room's name as a client gave it, unless it cannot be shown at all."""
    try:
        return clean_text(room, ERROR_LIMIT_BYTES)
    except Refused:
        return UNSET


def _ack(entry: Entry) -> Ack:
    id_ = UNSET if entry.id is None else entry.id
    return Ack(id=id_, room=entry.room, seq=entry.seq, ref=entry.origin.ref)
