"""Checks of the WebSocket: that it opens for the page, and for no other origin.

Does not know how its results are shown.
"""

import asyncio
from typing import Final
from urllib.parse import urljoin, urlsplit, urlunsplit

from aiohttp import (
    ClientError,
    ClientSession,
    ClientWebSocketResponse,
    ClientWSTimeout,
    WSMsgType,
    WSServerHandshakeError,
)

from core.client.proxy import system_proxy
from core.client.transport import LINE_LIMIT_BYTES
from core.text.format import excerpt
from core.wire.messages import Hello, Ping, Pong, Welcome
from hubbub.doctor.context import CheckContext, CheckFailed, CheckSkipped, Page
from hubbub.doctor.http import (
    NO_HUB,
    NOBODYS_HOST,
    NOTHING_TO_OTHERS,
    PUBLIC_HOST,
    UNREACHED,
    calling,
    failed_check,
)
from hubbub.doctor.tcp import REF, JsonClient

CLOSE_WAIT_S: Final = 1.0
_UPGRADE: Final = (
    "the proxy in front does not pass on WebSockets: it needs HTTP/1.1 and the headers "
    "Upgrade and Connection of the browser (see “Behind a proxy” in docs/operating.md)"
)
_ANY_ORIGIN: Final = (
    "any page may speak here as whoever looks at it: let the proxy in front pass on the "
    "Origin header as it is"
)


class WebSocketCarrier:
    """A WebSocket as a carrier of lines."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, data: bytes) -> None:
        """Send a line; raise CheckFailed."""
        try:
            await self._socket.send_str(data.decode().removesuffix("\n"))
        except (OSError, ClientError) as problem:
            raise CheckFailed("the connection broke", _UPGRADE) from problem

    async def receive(self) -> bytes:
        """Wait for lines; raise CheckFailed at the end."""
        message = await self._socket.receive()
        if message.type is WSMsgType.TEXT:
            text: str = message.data
            return text.encode() + (b"" if text.endswith("\n") else b"\n")
        said = excerpt(str(message.extra or "")) if message.type is WSMsgType.CLOSE else ""
        hint = NO_HUB if self._socket.close_code in (1001, 1012, 1013) else _UPGRADE
        code = f" ({self._socket.close_code})" if self._socket.close_code else ""
        raise CheckFailed(f"it is closed{code}" + (f": {said}" if said else ""), hint)


async def websocket(context: CheckContext) -> str:
    """Open the WebSocket as the page does, say hello and ping."""
    found = context.found_page()
    async with calling(context.wait_s) as session:
        socket = await _open(session, context, found, _origin(found.url))
        try:
            client = JsonClient(WebSocketCarrier(socket), context.wait_s)
            welcome = await client.ask(Hello(ref=REF), Welcome)
            await client.ask(Ping(ref=REF), Pong)
        finally:
            await socket.close()
    context.socket_works = True
    if context.log is not None and context.log != welcome.log:
        raise CheckFailed(
            f"the page leads to another hub than {context.target}",
            "give the page's address with --web, or the right hub to the gateway with --hub",
        )
    return excerpt(f"{welcome.server}, {welcome.nick}")


async def origin_rule(context: CheckContext) -> str:
    """See that another page's script cannot open the WebSocket."""
    found = context.found_page()
    if not context.socket_works:
        raise CheckSkipped("the WebSocket does not open at all")
    async with calling(context.wait_s) as session:
        try:
            socket = await _open(session, context, found, f"http://{NOBODYS_HOST}")
        except _NotOpened as problem:
            return f"{problem.status} to another page"
        except CheckFailed:
            return NOTHING_TO_OTHERS
        await socket.close()
    raise CheckFailed(f"a page from {NOBODYS_HOST} may open it", _ANY_ORIGIN)


class _NotOpened(CheckFailed):
    """There was an answer, but no WebSocket."""

    def __init__(self, status: int, hint: str) -> None:
        super().__init__(f"it is not opened; the answer is {status}", hint)
        self.status = status


async def _open(
    session: ClientSession, context: CheckContext, found: Page, origin: str
) -> ClientWebSocketResponse:
    """Open the WebSocket beside the page; raise CheckFailed."""
    parts = urlsplit(urljoin(found.url, "ws"))
    scheme = "wss" if parts.scheme == "https" else "ws"
    try:
        async with asyncio.timeout(context.wait_s):
            url = urlunsplit(parts._replace(scheme=scheme))
            return await session.ws_connect(
                url, origin=origin, proxy=system_proxy(url),
                max_msg_size=LINE_LIMIT_BYTES, timeout=ClientWSTimeout(ws_close=CLOSE_WAIT_S),
            )  # fmt: skip
    except WSServerHandshakeError as problem:
        raise _NotOpened(problem.status, _why_not(problem.status, found.url)) from problem
    except (OSError, ClientError) as problem:
        raise failed_check(problem, context.wait_s) from problem


def _why_not(status: int, url: str) -> str:
    """Return what to do about an answer that opens no WebSocket."""
    if status in (403, 421):
        return PUBLIC_HOST.format(urlsplit(url).hostname)
    if status in (502, 503, 504):
        return UNREACHED
    return _UPGRADE


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
