"""The vocabulary of the wire: every JSON line that a client or the hub sends.

Frozen values without behaviour. `REQUESTS` and `EVENTS` list them all; the
protocol page is checked against both. This module knows no I/O and no rule:
whether a nick is acceptable is decided elsewhere.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from core.errors import Refused
from core.limits import ID_LIMIT_CHARACTERS, JOIN_LAST_LIMIT, ROOMS_PER_SESSION

PROTOCOL: Final = 1

Seq = Annotated[int, Meta(ge=0, le=2**40 - 1)]
"""A message's number in its room, from 1; 0 stands for "before the first"."""

Milliseconds = int
Moment = Annotated[int, Meta(ge=0, le=2**53)]
"""Milliseconds since 1970, as a client gives them."""

# It comes back as it was, so it is held to what a text may hold once it is clean: no
# control character, no line end of Unicode's, no change of direction.
REF: Final = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]*\Z"
Ref = Annotated[str, Meta(max_length=64, pattern=REF)] | Annotated[int, Meta(ge=-(2**53), le=2**53)]
Id = Annotated[str, Meta(min_length=1, max_length=ID_LIMIT_CHARACTERS, pattern=r"^[\x21-\x7e]*$")]
Kind = Literal["action"]
PAGE_ADDRESS: Final = r"^https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?/(([A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+/)*\Z"
PageAddress = Annotated[str, Meta(max_length=300, pattern=PAGE_ADDRESS)]


class Request(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """What a client sends. `ref` comes back in the reply."""

    ref: Ref | None = None


class From(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where reading a room begins: `last` of the newest, or behind `after`.

    `watch`: reading is all, and whoever reads is no member.
    """

    last: Annotated[int, Meta(ge=0, le=JOIN_LAST_LIMIT)] | None = None
    after: Seq | None = None
    watch: bool = False


class Hello(Request, frozen=True, kw_only=True, tag="hello"):
    nick: str | None = None
    join: dict[str, From] = {}
    resume: str | None = None
    log: str | None = None
    watch: bool = False
    """It only reads, all rooms that it names; without a nick it gets none."""
    owner: Annotated[str, Meta(min_length=16, max_length=128)] | None = None
    """A secret of the client's own: sessions that have given the same are one user's."""
    passphrase: Annotated[str, Meta(max_length=256)] | None = None
    """The hub's, where it has one: without it, `hello` is refused."""


# Some types are made 100,000 times a second. They cannot be part of a reference
# cycle, so the garbage collector need not track them.


class Say(Request, frozen=True, kw_only=True, tag="say", gc=False):
    room: str
    text: str
    id: Id | None = None
    kind: Kind | None = None


class Join(Request, frozen=True, kw_only=True, tag="join"):
    room: str
    last: Annotated[int, Meta(ge=0, le=JOIN_LAST_LIMIT)] | None = None
    after: Seq | None = None
    log: str | None = None
    watch: bool = False


class Leave(Request, frozen=True, kw_only=True, tag="leave"):
    room: str


class Nick(Request, frozen=True, kw_only=True, tag="nick"):
    nick: str


class SayDirect(Request, frozen=True, kw_only=True, tag="direct"):
    to: str
    text: str
    id: Id | None = None
    kind: Kind | None = None


class SetTopic(Request, frozen=True, kw_only=True, tag="topic"):
    """`text` sets the topic, an empty one removes it, none asks for it."""

    room: str
    text: str | None = None


class AskMembers(Request, frozen=True, kw_only=True, tag="members"):
    """Who is in a room; with `text`, those whose nick holds it."""

    room: str
    text: str | None = None


class AskRooms(Request, frozen=True, kw_only=True, tag="rooms"):
    pass


class AskHistory(Request, frozen=True, kw_only=True, tag="history"):
    """A page of a room's log: before `before`, or after `after`, or the newest.

    `since` (milliseconds since 1970) begins with the first message not older.
    """

    room: str
    before: Seq | None = None
    after: Seq | None = None
    since: Moment | None = None
    limit: Annotated[int, Meta(ge=1)] = 50


class Search(Request, frozen=True, kw_only=True, tag="search"):
    """Messages that hold every word of `text`, the newest first.

    Of `room`, going on before `before`; or of `rooms`, each with the place to go on
    before, or null; with neither, of all rooms one is in. Only what `nick` said,
    and what is not older than `since` and older than `until`.
    """

    room: str | None = None
    rooms: Annotated[dict[str, Seq | None], Meta(max_length=ROOMS_PER_SESSION)] | None = None
    text: str = ""
    nick: str | None = None
    since: Moment | None = None
    until: Moment | None = None
    before: Seq | None = None
    limit: Annotated[int, Meta(ge=1)] = 20


class Invite(Request, frozen=True, kw_only=True, tag="invite"):
    """How others come in. `web` is where a browser has the page from."""

    web: PageAddress | None = None


class Ping(Request, frozen=True, kw_only=True, tag="ping"):
    """`store` asks as well whether something that is said now would be kept."""

    store: bool = False


class Event(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """What the hub sends."""


class Limits(Struct, frozen=True, kw_only=True):
    text: int
    nick: int
    room: int
    history: int


class Retention(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long messages are kept, and how many of a room; without both, all.

    `disk` is false if even they are gone once the hub stops.
    """

    days: float | None = None
    messages: int | None = None
    disk: bool


class Welcome(Event, frozen=True, kw_only=True, tag="welcome"):
    protocol: int
    server: str
    log: str
    nick: str
    resume: str
    limits: Limits
    keeps: Retention
    ref: Ref | None = None


class Message(Event, frozen=True, kw_only=True, tag="message", gc=False):
    """One entry of a room's log. `id` is there if its sender gave one."""

    room: str
    seq: int
    id: str | UnsetType = UNSET
    at: Milliseconds
    nick: str
    kind: Kind | UnsetType = UNSET
    text: str


class Joined(Event, frozen=True, kw_only=True, tag="joined"):
    """Somebody is here now. `seq`, the newest of the log, comes with one's own.

    `spoke`: a pipe that has said something before, and has stayed.
    """

    room: str
    nick: str
    at: Milliseconds
    seq: int | UnsetType = UNSET
    spoke: bool | UnsetType = UNSET
    ref: Ref | None = None


class Left(Event, frozen=True, kw_only=True, tag="left"):
    room: str
    nick: str
    at: Milliseconds
    ref: Ref | None = None


class Renamed(Event, frozen=True, kw_only=True, tag="renamed"):
    """`nick` is called `to` from now on, in all rooms. Sent once to each."""

    nick: str
    to: str
    at: Milliseconds
    ref: Ref | None = None


class Topic(Event, frozen=True, kw_only=True, tag="topic"):
    room: str
    text: str
    nick: str | UnsetType = UNSET
    at: Milliseconds | UnsetType = UNSET
    ref: Ref | None = None


class Members(Event, frozen=True, kw_only=True, tag="members"):
    """Who is in a room; `nicks` names 200 at most and may be missing.

    The answer to a request with a `text` has it, too, and says how many nicks hold it.
    `watching`: so many more read along.
    """

    room: str
    nicks: tuple[str, ...] | UnsetType = UNSET
    count: int
    watching: int | UnsetType = UNSET
    text: str | UnsetType = UNSET
    matching: int | UnsetType = UNSET
    ref: Ref | None = None


class RoomInfo(Struct, frozen=True, kw_only=True):
    room: str
    count: int
    seq: int
    topic: str


class Rooms(Event, frozen=True, kw_only=True, tag="rooms"):
    rooms: tuple[RoomInfo, ...]
    ref: Ref | None = None


class History(Event, frozen=True, kw_only=True, tag="history"):
    """Messages in the order of `seq`; `more` if the log goes on beyond them."""

    room: str
    messages: tuple[Message, ...]
    more: bool
    ref: Ref | None = None


class Results(Event, frozen=True, kw_only=True, tag="results"):
    """What a search found, the oldest first; `more` if older ones may exist.

    `next` is where to go on: the `rooms` of the next question. `room` stands
    there if one room was asked for.
    """

    room: str | UnsetType = UNSET
    text: str
    messages: tuple[Message, ...]
    more: bool
    next: dict[str, int | None] | UnsetType = UNSET
    ref: Ref | None = None


class Direct(Event, frozen=True, kw_only=True, tag="direct"):
    """A message to one person: to the receiver, and as a copy to the sender."""

    nick: str
    to: str
    id: str | UnsetType = UNSET
    at: Milliseconds
    kind: Kind | UnsetType = UNSET
    text: str


class Ack(Event, frozen=True, kw_only=True, tag="ack", gc=False):
    """Kept. For a direct message `to` stands in place of room and seq."""

    id: str | UnsetType = UNSET
    room: str | UnsetType = UNSET
    seq: int | UnsetType = UNSET
    to: str | UnsetType = UNSET
    ref: Ref | None = None


class Reset(Event, frozen=True, kw_only=True, tag="reset"):
    """A gap: the log does not continue where the client asked, `missed` are not coming."""

    room: str
    reason: Literal["pruned", "other_log"]
    missed: int
    next: int


class Error(Event, frozen=True, kw_only=True, tag="error"):
    code: str
    text: str
    id: str | UnsetType = UNSET
    room: str | UnsetType = UNSET
    ref: Ref | None = None


class Notice(Event, frozen=True, kw_only=True, tag="notice"):
    """A line from the hub to a person."""

    text: str


class Invitation(Event, frozen=True, kw_only=True, tag="invitation"):
    """How others come in: addresses, the best first, and lines for a person."""

    tcp: tuple[str, ...]
    web: tuple[str, ...]
    lines: tuple[str, ...]
    passphrase: str | UnsetType = UNSET
    """What the hub asks newcomers for; absent where it asks for none."""
    ref: Ref | None = None


class Pong(Event, frozen=True, kw_only=True, tag="pong"):
    """`stores` and `not_stored`, how many messages were refused, come if asked for."""

    at: Milliseconds
    stores: bool | UnsetType = UNSET
    not_stored: int | UnsetType = UNSET
    ref: Ref | None = None


class Bye(Event, frozen=True, kw_only=True, tag="bye"):
    """The connection ends. `retry_ms` tells when it is worth coming back."""

    reason: Literal["stopping", "replaced", "stalled", "quit", "full", "starting", "passphrase"]
    text: str
    retry_ms: int | UnsetType = UNSET


AnyRequest = (
    Hello | Say | Join | Leave | Nick | SayDirect | SetTopic | AskMembers | AskRooms
    | AskHistory | Search | Invite | Ping
)  # fmt: skip
AnyEvent = (
    Welcome | Message | Joined | Left | Renamed | Topic | Members | Rooms | History
    | Results | Direct | Ack | Reset | Error | Notice | Invitation | Pong | Bye
)  # fmt: skip

REQUESTS: Final[tuple[type[Request], ...]] = AnyRequest.__args__
EVENTS: Final[tuple[type[Event], ...]] = AnyEvent.__args__

_encoder = msgspec.json.Encoder()
_request_decoder: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_event_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


class _Envelope(Struct):
    """What can still be read of a faulty request, to address the error."""

    type: str = ""
    ref: Ref | None = None
    id: Id | None = None


_envelope_decoder = msgspec.json.Decoder(_Envelope)
_REQUEST_TAGS: Final = frozenset(str(kind.__struct_config__.tag) for kind in REQUESTS)


def encode(value: Event | Request) -> bytes:
    """Return one JSON line, with its newline."""
    return _encoder.encode(value) + b"\n"


def decode_request(line: bytes) -> AnyRequest:
    """Read a client's line; raise Refused with bad_json, unknown_type, bad_field."""
    try:
        return _request_decoder.decode(line)
    except msgspec.ValidationError as problem:
        raise _refusal(line, problem) from problem
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Refused("bad_json", f"this is not a JSON object: {problem}") from problem


def decode_event(line: bytes) -> AnyEvent:
    """Read a line of the hub, for clients; raise as `decode_request` does."""
    try:
        return _event_decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Refused("bad_json", f"not a line of the hub: {problem}") from problem


def envelope(line: bytes) -> tuple[Ref | None, str | None]:
    """Return `ref` and `id` of a faulty request as far as they can be read."""
    try:
        found = _envelope_decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None
    return found.ref, found.id


def _refusal(line: bytes, problem: msgspec.ValidationError) -> Refused:
    try:
        kind = _envelope_decoder.decode(line).type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Refused("bad_field", str(problem))
    if kind in _REQUEST_TAGS:
        return Refused("bad_field", str(problem))
    return Refused("unknown_type", "this hub does not know that type of request")
