"""The gateway as an aiohttp application: its routes, and its middleware.

Does not know the port, nor what is said on a WebSocket.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp.web import AppKey, Application, Request, Response, StreamResponse, middleware

from bridge.counts import Counts
from bridge.door import CloseReason
from bridge.hub_link import HubDialer
from bridge.limits import REQUEST_UNITS
from core.wire.hosts import is_loopback
from web import assets
from web.health import Health, health_answer
from web.metered import share_of
from web.metrics import CONTENT_TYPE, metrics_text
from web.metricsguard import may_read
from web.security import HEADERS, SERVER, Refusal, RequestPolicy
from web.sockets import Sockets
from web.throttledlog import ThrottledLog

Handler = Callable[[Request], Awaitable[StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """What a gateway is told at its start.

    `hub` is the hub's address and port, `secret` what makes the hub believe
    this gateway's PROXY headers. `public_hosts` are names that it answers to
    beside addresses and local names. `static` is the page's folder, found by
    itself if None; `connections` the most that are accepted, derived from the
    process's limit of descriptors if None. `host` is an address to listen on,
    or several. `reuse_port` lets several gateways listen on one port, and
    `number` tells in `/metrics` which of them this is. `metrics_token` is what one has to
    know to read that; without it, it is for this machine alone. With `tls`, browsers
    beyond this machine that come without are sent to https.
    """

    hub: tuple[str, int]
    secret: bytes = field(repr=False)
    public_hosts: tuple[str, ...] = ()
    host: str | tuple[str, ...] = "127.0.0.1"
    port: int = 8080
    static: Path | None = None
    connections: int | None = None
    reuse_port: bool = False
    number: int | None = None
    metrics_token: bytes | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None


class Gateway:
    """The state of one gateway: nothing but counts and who is connected."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.number = settings.number
        self._metrics_token = settings.metrics_token
        self.encrypts = settings.tls is not None
        self.policy = RequestPolicy(settings.public_hosts)
        self.counts = Counts()
        self.events = ThrottledLog(logging.getLogger("hubbub.web"), time.monotonic)
        dialer = HubDialer(settings.hub, settings.secret)
        self.health = Health(dialer)
        self.sockets = Sockets(dialer, self.policy, self.counts, self.refuse, self.events)
        self.assets = assets.load(settings.static or assets.find_static())

    def refuse(self, request: Request, refusal: Refusal) -> Response:
        """Count, note and answer a request that is not carried out."""
        self.counts.refused[refusal.kind] += 1
        self.events.note(
            f"refused {refusal.kind}",
            peer=request.remote,
            status=refusal.status,
            path=request.raw_path,
            host=request.headers.get("Host", ""),
            origin=request.headers.get("Origin", request.query.get("page", "")),
            change=refusal.text,
        )
        headers = {"Allow": "GET, HEAD"} if refusal.status == 405 else None
        answer = Response(status=refusal.status, text=refusal.text + "\n", headers=headers)
        # What follows, a body or the frames of a WebSocket, is no request.
        answer.force_close()
        return answer

    async def serve_page(self, request: Request) -> StreamResponse:
        found = assets.answer(self.assets, request)
        if found is not None:
            return found
        return self._nothing_here()

    def _nothing_here(self) -> Response:
        self.counts.refused["path"] += 1
        return Response(status=404, text="there is nothing here\n")

    async def serve_health(self, request: Request) -> StreamResponse:
        return health_answer(await self.health.problem(), self.health.not_stored)

    async def serve_metrics(self, request: Request) -> StreamResponse:
        if not may_read(request, self._metrics_token):
            return self._nothing_here()
        ready = await self.health.problem() is None
        text = metrics_text(self.counts, self.number, ready, self.health.not_stored)
        return Response(
            body=text.encode(),
            headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"},
        )


STRICT_TRANSPORT: Final = "max-age=31536000"

_FOR_MACHINES: Final = frozenset({"/healthz", "/metrics"})

GATEWAY: Final = AppKey("gateway", Gateway)


def make_app(settings: GatewaySettings) -> Application:
    """Return the application. It connects to the hub only for those who come."""
    gateway = Gateway(settings)
    app = Application(middlewares=[_check_request], client_max_size=1024)
    app[GATEWAY] = gateway
    for path, serve in (
        ("/ws", gateway.sockets.serve),
        ("/healthz", gateway.serve_health),
        ("/metrics", gateway.serve_metrics),
        ("/{anything:.*}", gateway.serve_page),
    ):
        app.router.add_route("*", path, serve, expect_handler=_expect_nothing)
    app.on_response_prepare.append(_add_headers)
    app.cleanup_ctx.append(_watch_sockets)
    app.on_shutdown.append(_end_sockets)
    return app


@middleware
async def _check_request(request: Request, handler: Handler) -> StreamResponse:
    if request.transport is not None:
        # A kept connection may have asked for hundreds of things at once.
        share = share_of(request.transport)
        share.spend(REQUEST_UNITS)
        if share.used_up:
            await share.wait()
            if request.transport is None:
                return Response()  # it left meanwhile
    gateway = request.app[GATEWAY]
    hosts = request.headers.getall("Host", [])
    # HTTP/1.0 has no Host (RFC 9112, 3.2): load balancers ask so whether all is well.
    # No browser does, and the Host rule is about browsers.
    nameless = not hosts and request.version < (1, 1) and request.path in _FOR_MACHINES
    refusal = None if nameless else gateway.policy.judge_host(hosts)
    if refusal is None and request.method not in ("GET", "HEAD"):
        refusal = Refusal(405, "method", "only GET and HEAD are answered here")
    if refusal is not None:
        return gateway.refuse(request, refusal)
    if gateway.encrypts and not request.secure and not is_loopback(request.remote or ""):
        # The Host has been judged, so this leads nobody elsewhere.
        place = f"https://{hosts[0]}{request.raw_path}" if hosts else ""
        return Response(status=301, headers={"Location": place}) if place else _encrypted_only()
    return await handler(request)


def _encrypted_only() -> Response:
    return Response(status=400, text="this address speaks https only\n")


async def _expect_nothing(request: Request) -> None:
    """Answer at once what is asked with `Expect`: no body is wanted here (RFC 9110, 10.1.1)."""


async def _add_headers(request: Request, response: StreamResponse) -> None:
    # A file of the page has brought those of its kind.
    if "Cross-Origin-Resource-Policy" not in response.headers:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    if request.secure:
        # RFC 6797, 7.2: over TLS only, and browsers heed it only for names whose
        # certificate they trust.
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    # aiohttp has put its own and Python's version there.
    response.headers["Server"] = SERVER


async def _watch_sockets(app: Application) -> AsyncIterator[None]:
    watching = asyncio.create_task(app[GATEWAY].sockets.watch())
    yield
    watching.cancel()
    await asyncio.wait({watching})


async def _end_sockets(app: Application) -> None:
    await app[GATEWAY].sockets.close_all(CloseReason.STOPPING)
