"""The health check: whether something can be said through this gateway.

Does not know who asks.
"""

import asyncio
import json
from typing import Any, Final

import msgspec
from aiohttp.web import Response

from bridge.hub_link import HubDialer, HubUnreachable

ANSWER_WAIT_S: Final = 2.0
REMEMBERED_S: Final = 1.0
"""So often the hub is asked at most, however often the gateway is."""

_QUESTION: Final = b'{"type":"hello"}\n{"type":"ping","store":true}'
_NOBODY: Final = ("127.0.0.1", 0)
_CANNOT_KEEP: Final = (
    "the hub cannot keep what is said: its disk is full or fails; "
    "its log says why (event=not_stored)"
)


class Health:
    """Ask the hub as any client would: a fresh connection, a hello, no room, and a ping.

    The ping asks whether something that is said would be kept.
    """

    def __init__(self, dialer: HubDialer) -> None:
        self._dialer = dialer
        self._asking = asyncio.Lock()
        self._asked_s = float("-inf")
        self._problem: str | None = None
        self.not_stored: int | None = None
        """How many messages the hub has refused for want of a disk, as far as it told."""

    async def problem(self) -> str | None:
        """Return why nothing can be said, or None if it can."""
        async with self._asking:
            time = asyncio.get_running_loop().time
            if time() - self._asked_s >= REMEMBERED_S:
                self._problem = await self._ask()
                self._asked_s = time()
            return self._problem

    async def _ask(self) -> str | None:
        said: list[bytes] = []
        try:
            async with asyncio.timeout(ANSWER_WAIT_S):
                link = await self._dialer.dial(_NOBODY, _NOBODY, _QUESTION)
                try:
                    link.end_input()
                    while lines := await link.read_lines():
                        said += lines.splitlines()
                finally:
                    link.half_close()
                    await link.wait_gone(REMEMBERED_S)
        except TimeoutError:
            return "the hub does not answer"
        except HubUnreachable as problem:
            return str(problem)
        return self._judge([_event(line) for line in said])

    def _judge(self, events: list[dict[str, Any]]) -> str | None:
        bye = _first(events, "bye")
        if bye is not None:
            return str(bye.get("text", "the hub sends everyone away"))
        if _first(events, "welcome") is None:
            return "the hub does not say welcome"
        # A hub of an earlier version says nothing of its disk.
        pong = _first(events, "pong") or {}
        self.not_stored = pong.get("not_stored")
        return None if pong.get("stores", True) else _CANNOT_KEEP


def health_answer(problem: str | None, not_stored: int | None = None) -> Response:
    """Return 200 if something can be said, or 503 with the reason (RFC 9110, 15.6.4)."""
    facts: dict[str, object] = {"status": "ok"}
    if problem is not None:
        facts = {"status": "failing", "reason": problem}
    if not_stored is not None:
        facts["not_stored"] = not_stored
    return Response(
        status=200 if problem is None else 503,
        text=json.dumps(facts) + "\n",
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _first(events: list[dict[str, Any]], kind: str) -> dict[str, Any] | None:
    return next((event for event in events if event.get("type") == kind), None)


def _event(line: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
