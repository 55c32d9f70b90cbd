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
from core.wire.messages import Ping, Pong
from hubbub.doctor import strings
from hubbub.doctor.context import CheckContext, CheckFailed, CheckSkipped, Page
from hubbub.doctor.http import (
    NOBODYS_HOST,
    calling,
    failed_check,
)
from hubbub.doctor.json_lines import let_in
from hubbub.doctor.tcp import REF, JsonClient

CLOSE_WAIT_S: Final = 1.0


class WebSocketCarrier:
    """A WebSocket as a carrier of lines."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, data: bytes) -> None:
        """Send a line; raise CheckFailed."""
        try:
            await self._socket.send_str(data.decode().removesuffix("\n"))
        except (OSError, ClientError) as problem:
            raise CheckFailed("the connection broke", strings.UPGRADE) from problem

    async def receive(self) -> bytes:
        """Wait for lines; raise CheckFailed at the end."""
        message = await self._socket.receive()
        if message.type is WSMsgType.TEXT:
            text: str = message.data
            return text.encode() + (b"" if text.endswith("\n") else b"\n")
        said = excerpt(str(message.extra or "")) if message.type is WSMsgType.CLOSE else ""
        hint = strings.NO_HUB if self._socket.close_code in (1001, 1012, 1013) else strings.UPGRADE
        code = f" ({self._socket.close_code})" if self._socket.close_code else ""
        raise CheckFailed(f"it is closed{code}" + (f": {said}" if said else ""), hint)


async def websocket(context: CheckContext) -> str:
    """Open the WebSocket as the page does, say hello and ping."""
    found = context.found_page()
    async with calling(context.wait_s) as session:
        socket = await _open(session, context, found, _origin(found.url))
        try:
            client = JsonClient(WebSocketCarrier(socket), context.wait_s)
            welcome = await let_in(client, context)
            if welcome is not None:
                await client.ask(Ping(ref=REF), Pong)
        finally:
            await socket.close()
    context.socket_works = True
    if welcome is None:
        return strings.ASKS
    if context.log is not None and context.log != welcome.log:
        raise CheckFailed(
            strings.another_hub(str(context.target)),
            strings.RIGHT_HUB,
        )
    return excerpt(f"{welcome.server}, {welcome.nick}")


async def origin_rule(context: CheckContext) -> str:
    """See that another page's script cannot open the WebSocket."""
    found = context.found_page()
    if not context.socket_works:
        raise CheckSkipped(strings.NO_SOCKET)
    async with calling(context.wait_s) as session:
        try:
            socket = await _open(session, context, found, f"http://{NOBODYS_HOST}")
        except _NotOpened as problem:
            return f"{problem.status} to another page"
        except CheckFailed:
            return strings.NOTHING_TO_OTHERS
        await socket.close()
    raise CheckFailed(f"a page from {NOBODYS_HOST} may open it", strings.ANY_ORIGIN)


class _NotOpened(CheckFailed):
    """There was an answer, but no WebSocket."""

    def __init__(self, status: int, hint: str) -> None:
        super().__init__(strings.not_opened(status), hint)
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
        return strings.public_host(urlsplit(url).hostname or "")
    if status in (502, 503, 504):
        return strings.UNREACHED
    return strings.UPGRADE


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
