"""Lines that a browser takes at once: one frame, one write."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bridge.counts import Counts
from bridge.door import CloseReason
from bridge.limits import FRAME_BYTES
from bridge.share import Share, Turns
from bridge.websocket import WebSocketDoor


class Wire:
    """A transport that notes what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closing = False

    def get_extra_info(self, name: str) -> Any:
        return ("127.0.0.1", 50000)

    def is_closing(self) -> bool:
        return self.closing

    def write(self, data: bytes) -> None:
        self.written.append(data)


class Parts:
    """A door, and the parts that it stands on."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.protocol = SimpleNamespace(writing_paused=False)
        self.socket = SimpleNamespace(closed=False)
        self.counts = Counts()
        request = SimpleNamespace(transport=self.wire, protocol=self.protocol)
        share = Share(Turns(asyncio.get_running_loop()))
        self.door = WebSocketDoor(
            cast("Any", request), cast("Any", self.socket), self.counts, share
        )


@pytest.fixture
async def parts() -> Parts:
    return Parts()


def read_frame(data: bytes) -> bytes:
    """Return what a whole text frame carries (RFC 6455, 5.2)."""
    assert data[0] == 0x81
    size, begin = data[1], 2
    if size == 126:
        size, begin = int.from_bytes(data[2:4], "big"), 4
        assert size >= 126
    elif size == 127:
        size, begin = int.from_bytes(data[2:10], "big"), 10
        assert size >= 1 << 16
    assert len(data) == begin + size
    return data[begin:]


@pytest.mark.parametrize("size", [3, 125, 126, 127, 65535, FRAME_BYTES])
async def test_a_frame_is_one_write(parts: Parts, size: int) -> None:
    line = b"{" + b"x" * (size - 2) + b"\n"
    assert parts.door.send_nowait([line[:2], memoryview(line)[2:]])
    assert [read_frame(data) for data in parts.wire.written] == [line]
    assert (parts.counts.frames_out, parts.counts.bytes_out) == (1, size)


async def test_what_cannot_be_shown_at_once_is_not_shown(parts: Parts) -> None:
    parts.protocol.writing_paused = True
    assert not parts.door.send_nowait([b"{}\n"])
    parts.protocol.writing_paused = False
    assert not parts.door.send_nowait([b"x" * FRAME_BYTES, b"\n"])
    parts.socket.closed = True
    assert not parts.door.send_nowait([b"{}\n"])
    parts.socket.closed = False
    parts.wire.closing = True
    assert not parts.door.send_nowait([b"{}\n"])
    assert parts.wire.written == []
    assert parts.counts.frames_out == 0


async def test_nothing_follows_a_farewell(parts: Parts) -> None:
    parts.door._close_reason = CloseReason.STOPPING
    assert not parts.door.send_nowait([b"{}\n"])
    assert parts.wire.written == []
