"""The health check: whether the hub can be reached through this gateway.

Does not know who asks.
"""

import asyncio
import json
from typing import Final

from aiohttp.web import Response

from bridge.hub_link import HubDialer, HubUnreachable

ANSWER_WAIT_S: Final = 2.0
REMEMBERED_S: Final = 1.0
"""So often the hub is asked at most, however often the gateway is."""

_HELLO: Final = b'{"type":"hello"}'
_WELCOME: Final = b'{"type":"welcome"'
_NOBODY: Final = ("127.0.0.1", 0)


class Health:
    """Ask the hub as any client would: a fresh connection, a hello, no room."""

    def __init__(self, dialer: HubDialer) -> None:
        self._dialer = dialer
        self._asking = asyncio.Lock()
        self._asked_s = float("-inf")
        self._problem: str | None = None

    async def problem(self) -> str | None:
        """Return why the hub cannot be used, or None if it can."""
        async with self._asking:
            time = asyncio.get_running_loop().time
            if time() - self._asked_s >= REMEMBERED_S:
                self._problem = await self._ask()
                self._asked_s = time()
            return self._problem

    async def _ask(self) -> str | None:
        try:
            async with asyncio.timeout(ANSWER_WAIT_S):
                link = await self._dialer.dial(_NOBODY, _NOBODY, _HELLO)
                try:
                    lines = await link.read_lines()
                finally:
                    link.half_close()
                    await link.wait_gone(REMEMBERED_S)
        except TimeoutError:
            return "the hub does not answer"
        except HubUnreachable as problem:
            return str(problem)
        # The beginning of the first line is told by the protocol: `type` first.
        return None if lines.startswith(_WELCOME) else "the hub does not say welcome"


def health_answer(problem: str | None) -> Response:
    """Return 200 for a usable hub, or 503 with the reason (RFC 9110, 15.6.4)."""
    facts = {"status": "ok"} if problem is None else {"status": "failing", "reason": problem}
    return Response(
        status=200 if problem is None else 503,
        text=json.dumps(facts) + "\n",
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
