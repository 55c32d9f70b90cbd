"""Every field of every request passes one inlet: nothing comes back as it must not be shown.

The fields are taken from the requests themselves, so a new one is tried as well.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from memory_hub import MemoryHub

from core.wire.messages import REQUESTS

UNFIT = {
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "next line": "\x85",
    "escape": "\x1b[2J",
    "bell": "\x07",
    "delete": "\x7f",
    "CSI": "\x9b31m",
    "byte order mark": "\ufeff",
    "line feed": "\n",
    "carriage return": "\r",
}
# A newline inside a text stays, as JSON's two characters.
_BARE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_SHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def fields() -> Iterator[tuple[str, str]]:
    """Give each request's type and each of its fields that takes a string."""
    for kind in REQUESTS:
        info = msgspec.inspect.type_info(kind)
        assert isinstance(info, msgspec.inspect.StructType)
        for field in info.fields:
            parts = getattr(field.type, "types", (field.type,))
            strings = (msgspec.inspect.StrType, msgspec.inspect.LiteralType)
            if any(isinstance(part, strings) for part in parts):
                yield str(info.tag), field.name
            elif isinstance(field.type, msgspec.inspect.DictType):
                yield str(info.tag), f"{field.name}.key"


FILLED: dict[str, dict[str, Any]] = {
    "say": {"room": "lobby", "text": "hi"},
    "join": {"room": "ops"},
    "leave": {"room": "lobby"},
    "nick": {"nick": "carol"},
    "direct": {"to": "bob", "text": "hi"},
    "topic": {"room": "lobby", "text": "hi"},
    "members": {"room": "lobby"},
    "history": {"room": "lobby"},
    "search": {"room": "lobby", "text": "hi"},
}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield key
            yield from strings(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from strings(inside)


@pytest.mark.parametrize(("kind", "field"), list(fields()))
def test_what_cannot_be_shown_does_not_come_back(kind: str, field: str) -> None:
    hub = MemoryHub()
    bob = hub.json("bob", {"lobby": {"last": 0}})
    for name, unfit in UNFIT.items():
        for value in (unfit, f"a{unfit}b", f"{unfit}a"):
            request = {"type": kind, **FILLED.get(kind, {})}
            if field.endswith(".key"):
                request[field.removesuffix(".key")] = {value: {"last": 0}}
            else:
                request[field] = value
            client = hub.json() if kind != "hello" else hub.client()
            if kind != "hello":
                client.say_json({"type": "join", "room": "lobby"})
            client.say_json(request)
            hub.clock.advance(5)
            for output in (client.take(), bob.take()):
                assert not _BARE.search(output.replace("\n", "")), name
                for line in output.split("\n"):
                    shown = strings(msgspec.json.decode(line or b"{}"))
                    assert not any(map(_SHOWN.search, shown)), (name, line)
            client.drop()
            hub.clock.advance(5)
    hub.close()
