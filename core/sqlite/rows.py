"""Rows of the log as messages, as many as one answer may hold. Pure."""

from collections.abc import Iterator
from typing import Any, Final

from core.limits import ANSWER_LIMIT_BYTES
from core.log.entry import kept_message
from core.log.history import Found
from core.sqlite.schema import SEQ_MASK
from core.wire.messages import Message, encode

COLUMNS: Final = "place, at, session, id, nick, kind, messages.text"

Row = tuple[Any, ...]


def message_of(room: str, row: Row) -> Message:
    """Return the message that a row holds."""
    place, at, _, id_, nick, kind, text = row
    return kept_message(room, place & SEQ_MASK, id_, at, nick, kind, text)


def found_in(room: str, rows: Iterator[Row], limit: int, *, newest_first: bool = False) -> Found:
    """Return the first of `rows` as one answer may hold them, in the order of `seq`."""
    messages: list[Message] = []
    size = 0
    more = False
    for row in rows:
        message = message_of(room, row)
        size += len(encode(message))
        more = len(messages) >= limit or (size > ANSWER_LIMIT_BYTES and bool(messages))
        if more:
            break
        messages.append(message)
    return Found(tuple(messages[::-1] if newest_first else messages), more)
