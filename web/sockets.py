"""All WebSockets of a gateway, from the upgrade to the close.

Knows who is connected; does not know what is said there.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from aiohttp.web import Request, Response, StreamResponse

from bridge.counts import Counts
from bridge.door import CloseReason
from bridge.hub_link import HubDialer
from bridge.limits import LOOK_EVERY_S
from bridge.relay import relay
from bridge.websocket import WebSocketDoor, new_socket
from web.metered import calling, last_byte_s, share_of, vanished
from web.security import Refusal, RequestPolicy
from web.throttledlog import ThrottledLog

Refuse = Callable[[Request, Refusal], Response]

_NOT_OPENED: Final = Refusal(
    426, "handshake", "this address speaks WebSocket (RFC 6455), version 13, without a subprotocol"
)
_WORTH_A_LINE: Final = frozenset(
    {
        CloseReason.HUB_UNREACHABLE,
        CloseReason.HUB_LOST,
        CloseReason.SILENT,
        CloseReason.PROTOCOL,
        CloseReason.FAILED,
    }
)


class Sockets:
    """The connected WebSockets: opening, watching and closing them."""

    def __init__(
        self,
        dialer: HubDialer,
        policy: RequestPolicy,
        counts: Counts,
        refuse: Refuse,
        events: ThrottledLog,
    ) -> None:
        self._dialer = dialer
        self._policy = policy
        self._counts = counts
        self._refuse = refuse
        self._events = events
        self._doors: dict[WebSocketDoor, asyncio.BaseTransport] = {}
        self._stopping = False
        self._empty = asyncio.Event()

    async def serve(self, request: Request) -> StreamResponse:
        """Open a WebSocket and relay it until its end."""
        headers = request.headers
        host = headers.get("Host", "")
        # A page whose WebSocket was refused cannot see why. It asks without one, and
        # says where it is: only a page of the same origin can read the answer.
        origins = headers.getall("Origin", request.query.getall("page", []))
        refusal = self._policy.judge_origin(origins, host, _forwarded(request, host))
        socket = new_socket()
        if refusal is None and not (
            request.method == "GET"
            and "Sec-WebSocket-Protocol" not in headers
            and socket.can_prepare(request)
        ):
            refusal = _NOT_OPENED
        if refusal is not None:
            answer = self._refuse(request, refusal)
            if refusal.status == 426:
                answer.headers["Upgrade"] = "websocket"
            return answer
        try:
            await socket.prepare(request)
        except ConnectionError:
            # It left before it was answered, which is no fault of the gateway's.
            return Response()
        if request.transport is not None:
            share = share_of(request.transport)
            await self._relay(WebSocketDoor(request, socket, self._counts, share), request)
        return socket

    async def watch(self) -> None:
        """Look after everyone now and then, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            for door, transport in list(self._doors.items()):
                try:
                    if vanished(transport):
                        door.give_up()
                    else:
                        await door.look(last_byte_s(transport))
                except ConnectionError:
                    # It left just now; its own task sees that too.
                    continue

    async def wait_empty(self, limit_s: float) -> None:
        """Wait until everyone has left, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while self._doors:
                    self._empty.clear()
                    await self._empty.wait()

    async def close_all(self, reason: CloseReason) -> None:
        """Close all at once; each within a bounded time."""
        self._stopping = True
        await asyncio.gather(*(door.close(reason) for door in self._doors))

    async def _relay(self, door: WebSocketDoor, request: Request) -> None:
        if self._stopping or request.transport is None:
            await door.close(CloseReason.STOPPING)
            return
        self._doors[door] = request.transport
        self._counts.sockets_open += 1
        self._counts.sockets_opened += 1
        reason = CloseReason.FAILED
        try:
            with calling(request.transport):
                reason = await relay(door, self._dialer)
        except Exception:
            logging.getLogger("hubbub.web").exception("a relay failed")
        finally:
            del self._doors[door]
            if not self._doors:
                self._empty.set()
            self._counts.sockets_open -= 1
            self._counts.close_reasons[reason] += 1
        if reason in _WORTH_A_LINE:
            self._events.note(f"socket ended {reason.name.lower()}", peer=door.source[0])


def _forwarded(request: Request, host: str) -> list[str]:
    """Return which Host a proxy says that it was asked for, in the usual headers."""
    told = request.headers.getall("X-Forwarded-Host", [])
    name, _, end = host.rpartition(":")
    name = host if not name or end.endswith("]") else name
    told += [f"{name}:{port}" for port in request.headers.getall("X-Forwarded-Port", [])]
    return told
