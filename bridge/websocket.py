"""The door for browsers: a WebSocket (RFC 6455), one JSON line a frame.

Knows aiohttp and frames. Knows no hub, and does not read the lines.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Literal

from aiohttp.web import Request, WebSocketResponse, WSMsgType

from bridge.counts import Counts
from bridge.door import CloseReason
from bridge.framing import cut
from bridge.limits import CLOSE_WAIT_S, FRAME_BYTES, FRAME_UNITS
from bridge.liveness import Liveness, Verdict
from bridge.share import Share
from core.limits import JSON_LINE_LIMIT_BYTES

Socket = WebSocketResponse[Literal[False]]

CLOSE_CODES: Final[dict[CloseReason, int]] = {
    CloseReason.USER_LEFT: 1000,
    CloseReason.NO_HELLO: 1008,
    CloseReason.NEWLINE: 1008,
    CloseReason.NOT_TEXT: 1007,
    CloseReason.BINARY: 1003,
    CloseReason.PROTOCOL: 1002,
    CloseReason.SILENT: 1001,
    CloseReason.HUB_UNREACHABLE: 1013,
    CloseReason.HUB_CLOSED: 1001,
    CloseReason.HUB_LOST: 1012,
    CloseReason.STOPPING: 1001,
    CloseReason.FAILED: 1011,
}
"""RFC 6455, section 7.4.1, and the registry of section 11.7 for 1012 and 1013."""


def new_socket() -> Socket:
    """Return an unopened WebSocket with the gateway's bounds.

    No compression: it costs 180 KiB a connection, and makes a bomb of a small
    frame. `writer_limit` 0 makes every write wait while the transport is
    paused. Frames stay bytes; their UTF-8 is judged before the hub sees them.
    """
    return WebSocketResponse(
        timeout=CLOSE_WAIT_S,
        autoping=False,
        compress=False,
        # aiohttp refuses what reaches its limit, not only what exceeds it.
        max_msg_size=JSON_LINE_LIMIT_BYTES + 1,
        writer_limit=0,
        decode_text=False,
    )


class WebSocketDoor:
    """One browser behind an opened WebSocket.

    Every frame is counted against the browser's `share`, also one that holds no
    line: who sends frames without end is read no faster than its share comes back.
    """

    def __init__(self, request: Request, socket: Socket, counts: Counts, share: Share) -> None:
        transport = request.transport
        if transport is None:
            raise ConnectionResetError("the browser has gone")
        self.source = _address(transport.get_extra_info("peername"))
        self.destination = _address(transport.get_extra_info("sockname"))
        self._request = request
        self._transport = transport
        self._socket = socket
        self._counts = counts
        self._share = share
        self._time = asyncio.get_running_loop().time
        self._liveness = Liveness(self._time())
        self._listening = False
        self._taken = 0
        self._close_reason: CloseReason | None = None

    async def read_line(self) -> bytes | CloseReason:
        self._listening = True
        share = self._share
        share.release()
        try:
            while True:
                if share.used_up:
                    await share.wait()
                message = await self._socket.receive()
                share.spend(FRAME_UNITS)
                kind = message.type
                if kind is WSMsgType.TEXT:
                    self._liveness.hear(self._time())
                    line: bytes = message.data
                    self._counts.frames_in += 1
                    self._counts.bytes_in += len(line)
                    return line
                if kind is WSMsgType.PING:
                    self._liveness.hear(self._time())
                    share.hold()  # it may be long until a pong can be written
                    await self._socket.pong(message.data)
                    share.release()
                elif kind is WSMsgType.PONG:
                    self._liveness.hear(self._time())
                else:
                    return self._close_reason or _FRAME_CLOSE_REASONS.get(
                        kind, CloseReason.USER_LEFT
                    )
        except ConnectionError:
            return self._close_reason or CloseReason.USER_LEFT
        finally:
            self._listening = False
            # Frames that cannot be handed on yet are not read either: small ones
            # take many times their size once they are parsed.
            share.hold()

    def send_nowait(self, lines: Sequence[bytes | bytearray | memoryview]) -> bool:
        if (
            self._close_reason is not None
            or self._socket.closed
            or self._request.protocol.writing_paused
            or self._transport.is_closing()
        ):
            return False
        size = sum([len(part) for part in lines])
        if size > FRAME_BYTES:
            return False
        # One write for the frame's header and all its lines: aiohttp's own takes two.
        self._transport.write(b"".join((_text_header(size), *lines)))
        self._count_out(size)
        return True

    async def write_lines(self, lines: bytes) -> None:
        for frame in cut(lines, FRAME_BYTES):
            await self._socket.send_frame(frame, WSMsgType.TEXT)
            self._count_out(len(frame))

    def _count_out(self, size: int) -> None:
        self._taken += 1
        self._counts.frames_out += 1
        self._counts.bytes_out += size

    async def close(self, reason: CloseReason) -> None:
        if self._close_reason is None:
            self._close_reason = reason
        self._share.release()  # the browser's own close frame is yet to be read
        try:
            async with asyncio.timeout(CLOSE_WAIT_S):
                await self._socket.close(
                    code=CLOSE_CODES[reason], message=reason.value.encode("utf-8")
                )
        except TimeoutError:
            # A browser that does not read never gets the close frame either.
            self._transport.abort()

    async def look(self, bytes_s: float) -> None:
        """Ping a silent browser, end a dead one; to be called regularly.

        `bytes_s` is when its last byte came, on the loop's clock. Never waits.
        """
        stuck = self._request.protocol.writing_paused
        verdict = self._liveness.look(
            self._time(),
            listening=self._listening,
            stuck=stuck,
            taken=self._taken,
            bytes_s=bytes_s,
        )
        if verdict is Verdict.DEAD:
            self.give_up()
        elif verdict is Verdict.PING and not self._socket.closed:
            await self._socket.ping()

    def give_up(self) -> None:
        """End a browser that is not there any more."""
        self._close_reason = self._close_reason or CloseReason.SILENT
        self._transport.abort()


def _text_header(size: int) -> bytes:
    """Return what stands before a whole, unmasked text frame (RFC 6455, 5.2)."""
    if size < 126:
        return bytes((0x81, size))
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")


_FRAME_CLOSE_REASONS: Final = {
    WSMsgType.BINARY: CloseReason.BINARY,
    WSMsgType.ERROR: CloseReason.PROTOCOL,
}


def _address(name: object) -> tuple[str, int]:
    match name:
        case (str(host), int(port), *_):
            return host, port
    # Neither IPv4 nor IPv6, a Unix socket say: somebody on this machine.
    return "127.0.0.1", 0
