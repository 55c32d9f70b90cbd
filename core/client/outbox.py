"""The client's send queue: in order, each message once, and again after a reconnect.

Pure. It knows which messages are acked, which are in flight and which wait; it
knows no connection and does not read the hub's lines.
"""

import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from msgspec import structs

from core.errors import SAY_AGAIN, Refused
from core.limits import JSON_LINE_LIMIT_BYTES
from core.wire.messages import AnyRequest, Error, Join, Kind, Leave, Ref, Say, SayDirect, encode

WINDOW: Final = 64
"""Messages on their way at once. Enough to keep the hub's group commits full,
and no more than are worth saying again after a cut."""

AGAIN_FIRST_S: Final = 0.5
AGAIN_LONGEST_S: Final = 4.0
"""How long to wait before saying again what the hub could not store."""

Said: TypeAlias = Say | SayDirect


@dataclass(frozen=True, slots=True)
class Acked:
    """A message is kept; `seq` is 0 for one to a person, which has none."""

    request: Said
    seq: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message is not kept and not said again: the error tells why."""

    request: Said
    error: Error


@dataclass(frozen=True, slots=True)
class Retrying:
    """A message could not be stored just now; it is sent again automatically."""

    request: Said
    error: Error


def fresh_id() -> str:
    """Return an id that no other message has."""
    return str(uuid.uuid4())


class Outbox:
    """Requests in the order they were made, and messages until they are acked or rejected."""

    def __init__(self, window: int = WINDOW, new_id: Callable[[], str] = fresh_id) -> None:
        """Keep at most `window` messages on their way at once."""
        self._window = window
        self._new_id = new_id
        self._queue: deque[AnyRequest] = deque()
        # Every message without an ack, in order, with its number. What
        # was said before and must be said again waits in `_again`, ahead of
        # anything new, so that a sender's lines keep their order.
        self._open: dict[str, tuple[int, Said]] = {}
        self._again: list[tuple[int, str]] = []
        self._said: set[str] = set()  # on this connection
        self._asked: dict[Ref, AnyRequest] = {}
        self._count = 0
        self._held_until_s: float | None = None
        self._wait_s = AGAIN_FIRST_S

    @property
    def unacked(self) -> tuple[Said, ...]:
        """Messages that are neither acked nor rejected, in order."""
        return tuple(request for _, request in self._open.values())

    @property
    def unacked_count(self) -> int:
        return len(self._open)

    @property
    def at_rest(self) -> bool:
        """Tell whether nothing is to be sent and no answer is awaited."""
        return not (self._open or self._queue or self._asked)

    @property
    def due_s(self) -> float | None:
        """When `outgoing` will have something again by itself, if ever."""
        return self._held_until_s if self._again and not self._said else None

    # --- in ----------------------------------------------------------------------

    def say(self, room: str, text: str, kind: Kind | None) -> Say:
        """Put a message in line; raise Refused if no line can hold it."""
        request = Say(room=room, text=text, kind=kind, id=self._new_id())
        self._keep(request)
        return request

    def say_direct(self, to: str, text: str, kind: Kind | None) -> SayDirect:
        """Put a message to one person in line; raise Refused as `say` does."""
        request = SayDirect(to=to, text=text, kind=kind, id=self._new_id())
        self._keep(request)
        return request

    def ask(self, request: AnyRequest, *, first: bool = False) -> Ref:
        """Put a request in line, or before the line; return the `ref` of its answer."""
        self._count += 1
        ref = request.ref if request.ref is not None else self._count
        request = structs.replace(request, ref=ref)
        _check(request)
        if first:
            self._queue.appendleft(request)
        else:
            self._queue.append(request)
        return ref

    # --- out ---------------------------------------------------------------------

    def outgoing(self, now_s: float) -> list[bytes]:
        """Return the lines to send now, in order."""
        held_s = self._held_until_s if self._again else None
        # What is on its way behind a refused line is refused as well. Until its
        # answer came, new lines would overtake it.
        if held_s is not None and (self._said or now_s < held_s):
            return []
        self._held_until_s = None
        lines: list[bytes] = []
        # These were within the window before, so they are now.
        again, self._again = sorted(self._again), []
        for _, id_ in again:
            if id_ in self._open:
                self._said.add(id_)
                lines.append(encode(self._open[id_][1]))
        while self._queue:
            request = self._queue[0]
            if isinstance(request, Say | SayDirect):
                if len(self._said) >= self._window:
                    break
                self._said.add(request.id or "")
            elif request.ref is not None:
                self._asked[request.ref] = request
            self._queue.popleft()
            lines.append(encode(request))
        return lines

    # --- what became of it -------------------------------------------------------

    def answered(self, ref: Ref | None) -> AnyRequest | None:
        """Return the request that `ref` answers, if it is one of ours."""
        return None if ref is None else self._asked.pop(ref, None)

    def ack(self, id_: object, seq: int) -> Acked | None:
        """Note that a message is kept; None if it is not an open one."""
        entry = self._open.pop(id_, None) if isinstance(id_, str) else None
        if entry is None:
            return None
        self._said.discard(entry[1].id or "")
        self._wait_s = AGAIN_FIRST_S
        return Acked(entry[1], seq)

    def fail(self, error: Error, now_s: float) -> Rejected | Retrying | None:
        """Note that a message is not kept; None if it is not an open one."""
        id_ = error.id if isinstance(error.id, str) else ""
        if id_ not in self._open:
            return None
        number, request = self._open[id_]
        if error.code not in SAY_AGAIN:
            del self._open[id_]
            self._said.discard(id_)
            return Rejected(request, error)
        if id_ in self._said:
            self._said.discard(id_)
            self._again.append((number, id_))
        if self._held_until_s is None:
            # Of a group that failed together, only the first makes us wait longer.
            self._held_until_s = now_s + self._wait_s
            self._wait_s = min(2 * self._wait_s, AGAIN_LONGEST_S)
        return Retrying(request, error)

    def cut(self) -> None:
        """Note that the connection is gone: unacked messages are to be sent again."""
        # Their answers were lost with the connection; and the hub may be another
        # one now, so there is no reason to go on waiting.
        self._asked.clear()
        self._held_until_s = None
        self._again += [(self._open[id_][0], id_) for id_ in self._said]
        self._said.clear()

    def drop_joins(self) -> None:
        """Forget joins and leaves in line: a `hello` says where to be."""
        self._queue = deque(one for one in self._queue if not isinstance(one, Join | Leave))

    def _keep(self, request: Said) -> None:
        _check(request)
        self._count += 1
        self._open[request.id or ""] = (self._count, request)
        self._queue.append(request)


def _check(request: AnyRequest) -> None:
    # The hub cannot tell which message a line was that it could not read, so
    # such a line would never be acked or rejected.
    try:
        size = len(encode(request))
    except UnicodeEncodeError as problem:
        raise Refused(
            "not_text",
            "this cannot be written as UTF-8; set LANG or LC_ALL to a locale with UTF-8",
        ) from problem
    if size > JSON_LINE_LIMIT_BYTES:
        raise Refused("too_long", f"this is {size:,} bytes; {JSON_LINE_LIMIT_BYTES:,} are allowed")
