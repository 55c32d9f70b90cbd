"""One HTTP connection: aiohttp's protocol, in Hubbub's words and within its bounds.

Knows what a malformed request is told; does not know what a request asks for.
"""

import asyncio
from contextlib import suppress
from typing import Final

from aiohttp.web import BaseRequest, RequestHandler, Response, StreamResponse

from core.errors import HubbubError
from web.security import HEADERS, SERVER

LINE_LIMIT_BYTES: Final = 8190
"""An address longer than this is none of the page's."""

FIELD_LIMIT_BYTES: Final = 64 * 1024
"""One header. Browsers send the cookies of all programs on a name to each of them,
whatever their ports: a developer's `localhost` has some ten thousand bytes of them."""

HEAD_LIMIT_BYTES: Final = 96 * 1024
"""A request without its body. So much is held for who has not asked anything yet."""

MOST_HEADERS: Final = 64

_LINGER_S: Final = 1.0
"""So long what still comes is dropped, so that the answer is not reset away."""

_LOOKS: Final = 50
"""So often it is looked whether the caller has gone meanwhile."""

_NOT_HTTP: Final = "this is not a request that can be understood here; the page's address is at /"
_TOO_LONG: Final = {
    LINE_LIMIT_BYTES: (400, "the address is too long; open the page without what follows the /"),
    FIELD_LIMIT_BYTES: (
        431,
        (
            "the browser sends too much with its request; delete the cookies of this address, "
            "which other programs on this name have set, and load the page again"
        ),
    ),
}
_FAILED: Final = "something went wrong here; what it was is in the gateway's log"


class HeadTooLong(HubbubError):
    """Too much has come that makes no request."""

    code = 431


class LastAnswer(Response):
    """An answer behind which the connection is closed, but not at once.

    Closing with unread input resets the connection, and the answer may go with it.
    So only the writing half is closed, and what still comes is dropped for a moment.
    """

    def __init__(self, status: int, text: str, transport: asyncio.Transport | None) -> None:
        super().__init__(status=status, text=text, headers={**HEADERS, "Server": SERVER})
        self._transport = transport
        self.force_close()

    async def write_eof(self, data: bytes = b"") -> None:
        """Send what is left of the answer, and wait a moment."""
        await super().write_eof(data)
        if self._transport is not None and self._transport.can_write_eof():
            with suppress(OSError):
                self._transport.write_eof()
            for _ in range(_LOOKS):
                if self._transport.is_closing():
                    break
                await asyncio.sleep(_LINGER_S / _LOOKS)


class HttpConnection(RequestHandler):
    """aiohttp's protocol, except for what it says by itself."""

    _head_bytes = 0
    _turned_away = False

    def data_received(self, data: bytes) -> None:
        """Hand on what came, unless too much has come without making a request."""
        if self._turned_away:
            return
        known = self._request_count
        super().data_received(data)
        asked = self._request_count != known or self._messages or self._current_request is not None
        if asked or not self._keepalive:  # what follows the last request is its body
            self._head_bytes = 0
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_LIMIT_BYTES and self.transport is not None:
            self._turn_away(self.transport)

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> StreamResponse:
        """Answer what cannot be carried out; the log has the reason."""
        super().handle_error(request, status, exc, message)
        status, text = _words(status, exc)
        self._turned_away = True
        return LastAnswer(status, text + "\n", self.transport)

    def _turn_away(self, transport: asyncio.Transport) -> None:
        self._turned_away = True
        self.log_exception("a request without end", exc_info=HeadTooLong())
        status, text = _TOO_LONG[FIELD_LIMIT_BYTES]
        transport.write(plain_answer(f"{status} Request Header Fields Too Large", text))
        asyncio.get_running_loop().call_later(_LINGER_S, transport.close)


def plain_answer(status: str, text: str, *more: str) -> bytes:
    """Return a whole answer for who has not asked, or is not to be heard to the end."""
    body = f"{text}\n".encode()
    named = {**HEADERS, "Server": SERVER, "Content-Type": "text/plain; charset=utf-8"}
    lines = [
        f"HTTP/1.1 {status}",
        *(f"{name}: {value}" for name, value in named.items()),
        *more,
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _words(status: int, problem: BaseException | None) -> tuple[int, str]:
    """Return what is answered; nothing of a parser's words, nor of the request."""
    # The parser's class of this name is no part of what aiohttp promises; it has
    # the limit that was passed.
    if problem is not None and type(problem).__name__ == "LineTooLong":
        passed = next((one for one in _TOO_LONG if one in problem.args), FIELD_LIMIT_BYTES)
        return _TOO_LONG[passed]
    return status, _FAILED if status >= 500 else _NOT_HTTP
