"""The gateway on a port: started, asked for its address, stopped."""

import asyncio
import logging
from typing import Final

from aiohttp.web import AppRunner

from web.app import GATEWAY, Gateway, GatewaySettings, make_app
from web.guard import Porter, connections_limit

REQUEST_WAIT_S: Final = 12.0
"""A request must be whole by then, after connecting or after the last answer."""

_SHUTDOWN_S: Final = 2.0
_LINGER_S: Final = 1.0
_BACKLOG: Final = 2048


class GatewayServer:
    """One gateway. Several may run in one process and serve one hub."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._runner: AppRunner | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; connections are accepted when it returns. Raise OSError."""
        app = make_app(self._settings)
        gateway = app[GATEWAY]
        runner = AppRunner(
            app,
            access_log=None,
            logger=_quiet_logger(gateway),
            keepalive_timeout=REQUEST_WAIT_S,
            lingering_time=_LINGER_S,
            max_headers=64,
            shutdown_timeout=_SHUTDOWN_S,
        )
        await runner.setup()
        self._runner = runner
        inside = runner.server
        assert inside is not None  # noqa: S101
        limit = self._settings.connections
        porter = Porter(
            inside, connections_limit() if limit is None else limit, lambda: _count_full(gateway)
        )
        try:
            self._server = await asyncio.get_running_loop().create_server(
                porter, self._settings.host, self._settings.port, backlog=_BACKLOG
            )
        except BaseException:
            await self.stop()
            raise

    @property
    def address(self) -> tuple[str, int]:
        """The address and port that it listens on."""
        if self._server is None:
            raise RuntimeError("the gateway is not started")
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    async def stop(self) -> None:
        """Accept nobody more, say farewell to everyone, and end within seconds."""
        server, self._server = self._server, None
        runner, self._runner = self._runner, None
        if server is not None:
            server.close()
        if runner is not None:
            await runner.cleanup()


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
