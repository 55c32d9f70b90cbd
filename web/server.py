"""The gateway as a server on a port: start, address, stop.

Does not know what a request is answered with.
"""

import asyncio
import logging
from functools import partial
from typing import Final, cast

from aiohttp.web import AppRunner

from core.net.acceptor import Acceptor
from core.net.budget import Budget, Cost, Lease, descriptors_left
from web.app import GATEWAY, Gateway, GatewaySettings, make_app
from web.httpconnection import (
    FIELD_LIMIT_BYTES,
    LINE_LIMIT_BYTES,
    MOST_HEADERS,
    HttpConnection,
    plain_answer,
)
from web.metered import BROWSER, BROWSER_BESIDE_HUB, Intake, MeteredProtocol

REQUEST_WAIT_S: Final = 12.0
"""A request must be whole by then, after connecting or after the last answer."""

_SHUTDOWN_S: Final = 2.0
_LINGER_S: Final = 1.0
_BACKLOG: Final = 2048


_FULL: Final = plain_answer(
    "503 Service Unavailable", "there is no room left; try again soon", "Retry-After: 10"
)


class GatewayServer:
    """One gateway. Several may run in one process and serve one hub."""

    def __init__(self, settings: GatewaySettings, budget: Budget | None = None) -> None:
        """Prepare it; `budget` is the hub's, if that is in the same process."""
        self._settings = settings
        self._cost = BROWSER if budget is None else BROWSER_BESIDE_HUB
        self._budget = budget
        self._own: Lease | None = None
        self._runner: AppRunner | None = None
        self._acceptor: Acceptor | None = None

    async def start(self) -> None:
        """Listen; connections are accepted when it returns. Raise OSError."""
        app = make_app(self._settings)
        gateway = app[GATEWAY]
        runner = AppRunner(app, shutdown_timeout=_SHUTDOWN_S)
        await runner.setup()
        self._runner = runner
        inside = runner.server
        assert inside is not None  # noqa: S101
        connection = partial(
            HttpConnection, inside, loop=asyncio.get_running_loop(),
            access_log=cast("logging.Logger", None), logger=_quiet_logger(gateway),
            keepalive_timeout=REQUEST_WAIT_S, lingering_time=_LINGER_S,
            max_line_size=LINE_LIMIT_BYTES, max_field_size=FIELD_LIMIT_BYTES,
            max_headers=MOST_HEADERS,
        )  # fmt: skip
        budget = self._pay()
        intake = Intake()
        acceptor = Acceptor(
            lambda lease: MeteredProtocol(connection(), lease, intake),
            budget, self._cost, full=_FULL,
            asked_first=True, turned_away=lambda: _count_full(gateway), tls=self._settings.tls,
        )  # fmt: skip
        try:
            await acceptor.start(
                self._settings.host, self._settings.port, backlog=_BACKLOG,
                reuse_port=self._settings.reuse_port,
            )  # fmt: skip
            self._acceptor = acceptor
        except BaseException:
            await self.stop()
            raise

    @property
    def address(self) -> tuple[str, int]:
        """The first address and port that it listens on."""
        return self.addresses[0]

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Every address and port that it listens on."""
        if self._acceptor is None:
            raise RuntimeError("the gateway is not started")
        return self._acceptor.addresses

    async def stop(self, hub_ends_s: float = 0.0) -> None:
        """Stop accepting, close every WebSocket, and end within seconds.

        Those who are connected may first get the hub's own `bye`,
        within `hub_ends_s`.
        """
        acceptor, self._acceptor = self._acceptor, None
        runner, self._runner = self._runner, None
        own, self._own = self._own, None
        if acceptor is not None:
            await acceptor.stop()
        if runner is not None:
            if hub_ends_s:
                await runner.app[GATEWAY].sockets.wait_empty(hub_ends_s)
            await runner.cleanup()
        if own is not None:
            own.give_back()

    def _pay(self) -> Budget:
        """Return what browsers are paid from, after the gateway's own call to the hub."""
        own = Cost(open=1, prepaid=self._cost.prepaid)
        if self._budget is not None:
            budget = self._budget
        elif self._settings.connections is not None:
            budget = Budget(own.open + self._settings.connections * self._cost.open)
        else:
            budget = Budget(descriptors_left())
        self._own = budget.take(own)  # asking whether the hub is well
        return budget


def _count_full(gateway: Gateway) -> None:
    gateway.counts.refused["full"] += 1
    gateway.events.note("refused full")


def _quiet_logger(gateway: Gateway) -> logging.Logger:
    """Return a logger for aiohttp that has no traceback for a client's fault.

    Not from the registry of loggers: its filter belongs to this gateway.
    """
    logger = logging.Logger("hubbub.web.http")
    logger.parent = logging.getLogger("hubbub.web")
    logger.addFilter(_ClientsFaults(gateway))
    return logger


class _ClientsFaults(logging.Filter):
    """Turn what aiohttp says about malformed requests into limited events."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__()
        self._gateway = gateway

    def filter(self, record: logging.LogRecord) -> bool:
        problem = record.exc_info[1] if record.exc_info else None
        # aiohttp's errors about requests carry the status that they deserve.
        if not 400 <= getattr(problem, "code", 0) < 500:
            return record.levelno >= logging.WARNING
        self._gateway.counts.refused["malformed"] += 1
        self._gateway.events.note("refused malformed", problem=type(problem).__name__)
        return False
