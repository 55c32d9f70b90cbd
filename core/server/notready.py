"""Callers who come before the log is open: they are told so, and to come back.

A long check of the log is no reason not to listen: who cannot connect does not
know whether anything is there. Knows what the first bytes say about who calls;
knows no hub and no room.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final, cast

from core.limits import FIRST_BYTES_WAIT_S, PROXY_HEADER_WAIT_S, REFUSAL_LINGER_S
from core.wire.messages import Bye, encode
from core.wire.proxy import BadHeader, parse
from core.wire.sniff import First, sniff

RETRY_MS: Final = 1000
_MOST_BYTES: Final = 8 * 1024
"""So much is looked at; a first line that is longer is none of a program's."""


class NotReadyConnection(asyncio.Protocol):
    """Answers one caller, in text or as JSON, as soon as it is clear which, and closes."""

    def __init__(self, says: Callable[[], str], gone: Callable[[], None]) -> None:
        """`says` tells how far it is, `gone` is called at the end."""
        self._says = says
        self._gone = gone
        self._data = b""
        self._answered = False
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle

    def hang_up(self) -> None:
        """Close at once, whatever has been told."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast("asyncio.Transport", transport)
        self._wait(FIRST_BYTES_WAIT_S)

    def data_received(self, data: bytes) -> None:
        if not self._answered:
            self._data += data
            self._look()

    def eof_received(self) -> bool:
        self._answer(self._verdict(complete=True))
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._gone()

    def _wait(self, wait_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._over)

    def _over(self) -> None:
        if self._answered:
            self._transport.abort()
        else:
            self._answer(First.TEXT)

    def _look(self) -> None:
        verdict = self._verdict()
        if verdict is First.PROXY:
            verdict = self._behind_proxy()
        if verdict is not First.WAIT or len(self._data) > _MOST_BYTES:
            self._answer(verdict)

    def _verdict(self, *, complete: bool = False) -> First:
        return sniff(self._data + b"\n" if complete else self._data)

    def _behind_proxy(self) -> First:
        """Look at what comes behind a proxy's header, whoever sent it: nothing is believed."""
        try:
            header = parse(self._data)
        except BadHeader:
            return First.FOREIGN
        if header is None:
            self._timer.cancel()
            self._wait(PROXY_HEADER_WAIT_S)
            return First.WAIT
        self._data = self._data[header.length :]
        return self._verdict() if self._data else First.WAIT

    def _answer(self, verdict: First) -> None:
        if self._answered:
            return
        self._answered = True
        self._timer.cancel()
        if not self._transport.is_closing():
            self._transport.write(self._words(verdict))
            if self._transport.can_write_eof():
                with suppress(OSError):  # it has gone already
                    self._transport.write_eof()
        # Its input is read and dropped for a moment, so that the answer is not reset away.
        self._wait(REFUSAL_LINGER_S)

    def _words(self, verdict: First) -> bytes:
        text = self._says()
        if verdict is First.HELLO:
            return encode(Bye(reason="starting", text=text, retry_ms=RETRY_MS))
        if verdict is First.HTTP:
            body = f"{text}\n".encode()
            return (
                b"HTTP/1.1 503 Service Unavailable\r\nServer: hubbub\r\nRetry-After: 1\r\n"
                b"Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
            )
        return b"" if verdict is First.FOREIGN else f"-! {text}; come back in a moment\n".encode()
