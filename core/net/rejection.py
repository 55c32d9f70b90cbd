"""Rejecting callers: they are told why, and closed soon after.

Knows no budget, and does not know the reason.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from core.limits import REFUSAL_LINGER_S


class RejectedConnection(asyncio.Protocol):
    """A caller for whom there is no room: is told so, and closed soon after.

    Its input is read and dropped for a moment, since closing with unread
    bytes resets the connection, and the caller would not see the answer.
    """

    def __init__(
        self, answer: bytes, gone: Callable[["RejectedConnection"], None], *, asked_first: bool
    ) -> None:
        """Begin with what to answer, at once or once `asked_first`.

        `gone` is called at the end.
        """
        self._answer = answer
        self._gone = gone
        self._asked_first = asked_first
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast("asyncio.Transport", transport)
        self._timer = asyncio.get_running_loop().call_later(REFUSAL_LINGER_S, self._linger_over)
        if not self._asked_first:
            self._tell()

    def data_received(self, data: bytes) -> None:
        self._tell()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._gone(self)

    def hang_up(self) -> None:
        """Close at once, whatever has been told."""
        if self._transport is not None:
            self._transport.abort()

    def _tell(self) -> None:
        answer, self._answer = self._answer, b""
        if answer and self._transport is not None:
            self._transport.write(answer)
            # TLS has no half-close: there `write_eof` raises.
            if self._transport.can_write_eof():
                with suppress(OSError):  # it has gone already
                    self._transport.write_eof()

    def _linger_over(self) -> None:
        if self._answer and self._transport is not None:
            self._tell()
            self._transport.close()
        else:
            self.hang_up()
