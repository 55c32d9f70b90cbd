"""A room's log as a document: JSON lines, text or Markdown.

Bytes out, UTF-8. A document has a head, then its pieces in the order of the
log: messages, and gaps where messages are no longer kept. Knows no file and
no terminal.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from msgspec import UNSET

from core.archive.readonly import LogFile, RoomSpan
from core.limits import PAGE_MESSAGES
from core.text.format import clock, day, moment, name, offset, text_lines, to_bytes
from core.text.markdown import escape, fenced
from core.wire.messages import Message, encode

FormName = Literal["jsonl", "text", "markdown"]


@dataclass(frozen=True, slots=True)
class Missing:
    """Messages that the log has not kept, from `first` to `last`."""

    first: int
    last: int

    def __str__(self) -> str:
        if self.first == self.last:
            return f"message {self.first} is no longer kept"
        return f"messages {self.first} to {self.last} are no longer kept"


Piece = Message | Missing


def read_room(log: LogFile, room: RoomSpan, after: int) -> Iterator[list[Piece]]:
    """Give what the log holds of a room behind `after`, a page at a time.

    It ends where the room ended when `room` was read, so that it does end.
    Raises StoreUnusable.
    """
    while after < room.last:
        page = log.page(room, after, room.last, PAGE_MESSAGES)
        pieces: list[Piece] = []
        for message in page:
            # Pages are read one by one, so what was kept when the first was
            # read may be gone when it is the turn of the second.
            if message.seq > after + 1:
                pieces.append(Missing(after + 1, message.seq - 1))
            pieces.append(message)
            after = message.seq
        if not page:
            pieces.append(Missing(after + 1, room.last))
            after = room.last
        yield pieces


class Form(Protocol):
    """How a document is written. Pieces are given in their order, each once."""

    def head(self, room: RoomSpan) -> bytes: ...

    def message(self, message: Message) -> bytes: ...

    def missing(self, missing: Missing) -> bytes: ...


class JsonLines:
    """The protocol's `message` lines, exactly; a gap shows in their `seq`."""

    def head(self, room: RoomSpan) -> bytes:
        del room
        return b""

    def message(self, message: Message) -> bytes:
        return encode(message)

    def missing(self, missing: Missing) -> bytes:
        del missing
        return b""


class PlainText:
    """What text mode shows, with date and seconds, and every line of a block."""

    def head(self, room: RoomSpan) -> bytes:
        del room
        return b""

    def message(self, message: Message) -> bytes:
        nick = name(message.nick)
        who = f"<{nick}>" if message.kind is UNSET else f"* {nick}"
        return to_bytes(text_lines(f"{moment(message.at)} {who} ", message.text))

    def missing(self, missing: Missing) -> bytes:
        return f"-! {missing}\n".encode()


class Markdown:
    """A document to read: a heading for each day, a paragraph for each message."""

    def __init__(self) -> None:
        self._day = ""

    def head(self, room: RoomSpan) -> bytes:
        topic = f"\nTopic: {escape(room.topic)}\n" if room.topic else ""
        return f"# {escape(name(room.name))}\n{topic}".encode()

    def message(self, message: Message) -> bytes:
        paragraphs = []
        today = day(message.at)
        if today != self._day:
            self._day = today
            paragraphs.append(f"## {today} ({offset(message.at)})")
        star = "" if message.kind is UNSET else r"\* "
        head = f"**{star}{escape(name(message.nick))}** {clock(message.at)}"
        if "\n" in message.text:
            paragraphs += [head, fenced(message.text)]
        else:
            paragraphs.append(f"{head} {escape(message.text)}".rstrip())
        return "".join([f"\n{paragraph}\n" for paragraph in paragraphs]).encode()

    def missing(self, missing: Missing) -> bytes:
        return f"\n*({missing})*\n".encode()


_FORMS: Final[dict[FormName, Callable[[], Form]]] = {
    "jsonl": JsonLines,
    "text": PlainText,
    "markdown": Markdown,
}


def form(kind: FormName) -> Form:
    """Return a new document's form."""
    return _FORMS[kind]()
