"""The protocol page tells the truth: its example session is run, line by line."""

import json
import re
from pathlib import Path

import pytest
from memory_hub import MemoryHub

from core.errors import ERROR_CODES
from core.limits import JSON_LINE_LIMIT_BYTES
from core.wire.messages import EVENTS, REQUESTS

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")


def example() -> list[tuple[str, str]]:
    (block,) = re.findall(r"<!-- example: .*?-->\n```\n(.*?)```", PAGE, re.DOTALL)
    return [(line[0], line[2:]) for line in block.splitlines()]


def pattern(line: str) -> str:
    """Return a pattern for a received line: `…` stands for what differs."""
    return re.escape(line).replace(re.escape('"…"'), '"[^"]+"').replace("…", "[0-9]+")


def test_the_example_session_is_what_happens() -> None:
    hub = MemoryHub()
    client = hub.client()
    received: list[str] = []
    lines = example()
    assert len(lines) > 30
    for direction, line in lines:
        if direction == "→":
            assert received == [], f"the hub said more than the page before {line}"
            client.send(line.encode() + b"\n")
            hub.clock.advance(0.01)
            received = client.take().splitlines()
        else:
            assert received, f"the page expects {line}"
            assert re.fullmatch(pattern(line), received.pop(0))
    assert received == []
    hub.close()


def test_every_type_is_in_the_example_or_the_tables() -> None:
    for kind in (*REQUESTS, *EVENTS):
        tag = kind.__struct_config__.tag
        assert f"`{tag}`" in PAGE, tag
        for field in kind.__struct_fields__:
            assert f"`{field}`" in PAGE, f"{tag}.{field}"


@pytest.mark.parametrize("code", ERROR_CODES)
def test_every_error_is_listed_with_its_remedy(code: str) -> None:
    assert f"| `{code}` | {ERROR_CODES[code]} |" in PAGE


def test_requests_of_the_example_are_all_requests_there_are() -> None:
    said = {json.loads(line)["type"] for direction, line in example() if direction == "→"}
    assert {str(kind.__struct_config__.tag) for kind in REQUESTS} <= said


def test_the_limits_are_as_written() -> None:
    assert f"{JSON_LINE_LIMIT_BYTES:,} bytes a line" in PAGE
