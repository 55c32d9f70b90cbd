"""`hubbub serve`, `hub` and `gateway`: what is started, in which order, and stopped.

Does not know what a server does.
"""

import asyncio
import gc
import os
import secrets
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.folders import state_folder
from core.progress import Watch
from core.server.server import HubServer
from core.server.settings import HubSettings
from core.signals import handle_on_loop, not_ignored
from core.wire.hosts import at
from hubbub.paths import SECRET_BYTES, SECRET_NAME, data_folder, read_secret
from hubbub.progress import show_progress
from hubbub.serving.announce import announce
from hubbub.serving.restarts import check_gateways
from hubbub.serving.runner import LogLevel, run_to_exit

MOST_DAYS = 1_000_000

Start = Callable[[list["Server"], Watch], Awaitable[None]]
"""Starts servers, and adds each to the list; raises Interrupted if the watch wants it."""


class Server(Protocol):
    """A hub or a gateway."""

    @property
    def address(self) -> tuple[str, int]: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What an operator decided about the log."""

    data: str | None = None
    keep_days: float | None = None
    keep_messages: int | None = None

    @property
    def folder(self) -> Path | str:
        """Return where the log is; raise ValueError for limits that are none."""
        if self.keep_days is not None and not 0 < self.keep_days < MOST_DAYS:
            raise ValueError(f"--keep-days wants a number above 0, not {self.keep_days:g}")
        if self.keep_messages is not None and self.keep_messages < 1:
            raise ValueError(f"--keep-messages wants a number from 1, not {self.keep_messages}")
        return data_folder(self.data)


def run_serve(
    host: str, tcp_port: int, web_port: int, log: LogOptions, trusted_proxies: tuple[str, ...],
    public_host: tuple[str, ...], gateways: int = 0, log_level: LogLevel = "info",
    telnet_port: int | None = None,
) -> int:  # fmt: skip
    """Run hub and gateway in one process; return the exit code.

    With a number of `gateways`, these are processes of their own beside it.
    """

    async def start(running: list[Server], watch: Watch) -> None:
        check_gateways(gateways)
        secret = secrets.token_hex(SECRET_BYTES)
        hub = HubServer(
            HubSettings(
                data=log.folder, host=host, port=tcp_port,
                web_url=web_address(host, web_port), trusted_proxies=trusted_proxies,
                gateway_secret=secret.encode(), keep_days=log.keep_days,
                keep_messages=log.keep_messages, telnet_port=telnet_port,
            ),
            watch,
        )  # fmt: skip
        await hub.start()
        running.append(hub)
        door = await hub.open_for_gateway(apart=gateways > 0)
        gateway: Server
        if gateways:
            from hubbub.serving.gateways import GatewayProcesses
            from hubbub.serving.order import WorkerConfig

            config = WorkerConfig(door, secret, host, web_port, public_host, log_level)
            gateway = GatewayProcesses(config, gateways, hub.budget, watch.stop)
        else:
            from web.app import GatewaySettings
            from web.server import GatewayServer

            settings = GatewaySettings(
                hub=door, secret=secret.encode(), public_hosts=public_host, host=host, port=web_port
            )
            gateway = GatewayServer(settings, hub.budget)
        await gateway.start()
        running.append(gateway)
        hub.tell_web_url(web_address(*gateway.address))
        await announce(hub, gateway.address[1], lambda: tell_ready(hub, gateway))

    return run_servers(start, log_level)


def run_hub(
    host: str, tcp_port: int, log: LogOptions, trusted_proxies: tuple[str, ...],
    secret_file: Path | None, web_url: str | None, log_level: LogLevel = "info",
    telnet_port: int | None = None,
) -> int:  # fmt: skip
    """Run the TCP hub alone; return the exit code."""

    async def start(running: list[Server], watch: Watch) -> None:
        folder = log.folder
        file = secret_file or (folder / SECRET_NAME if isinstance(folder, Path) else None)
        hub = HubServer(
            HubSettings(
                data=folder, host=host, port=tcp_port, web_url=web_url,
                trusted_proxies=trusted_proxies,
                gateway_secret=read_secret(file, create=True) if file else b"",
                keep_days=log.keep_days, keep_messages=log.keep_messages,
                telnet_port=telnet_port,
            ),
            watch,
        )  # fmt: skip
        await hub.start()
        running.append(hub)
        await announce(hub, web_url, lambda: tell_ready(hub, None))

    return run_servers(start, log_level)


def run_gateway(
    hub: str, host: str, web_port: int, secret_file: Path | None, public_host: tuple[str, ...],
    log_level: LogLevel = "info",
) -> int:  # fmt: skip
    """Run a gateway alone; return the exit code."""
    from web.app import GatewaySettings
    from web.server import GatewayServer

    async def start(running: list[Server], watch: Watch) -> None:
        hub_host, _, hub_port = hub.rpartition(":")
        if not hub_host or not hub_port.isdecimal():
            raise ValueError(f"--hub wants HOST:PORT, such as 127.0.0.1:4045, not {hub!r}")
        file = secret_file or state_folder(os.environ, Path.home()) / SECRET_NAME
        settings = GatewaySettings(
            hub=(hub_host.strip("[]"), int(hub_port)), secret=read_secret(file, create=False),
            public_hosts=public_host, host=host, port=web_port,
        )  # fmt: skip
        gateway = GatewayServer(settings)
        await gateway.start()
        running.append(gateway)
        tell_ready(None, gateway)

    return run_servers(start, log_level)


def run_servers(start: Start, log_level: LogLevel = "info") -> int:
    """Start servers, wait for SIGTERM or SIGINT, stop them; return the exit code."""
    return run_to_exit(_serve_until_told(start), log_level=log_level)


async def _serve_until_told(start: Start) -> None:
    running: list[Server] = []
    told = asyncio.Event()
    handle_on_loop(not_ignored(), told.set)
    try:
        # A signal interrupts the long work of a start.
        await start(running, Watch(show_progress(), told.is_set))
        # What is there by now stays, and need not be looked at again.
        gc.freeze()
        await told.wait()
    finally:
        # The hub first: its `bye` still goes out through the gateways.
        for server in running:
            await server.stop()


def tell_ready(hub: HubServer | None, gateway: Server | None) -> None:
    """Print the ready lines: who starts a server waits for them."""
    if hub is not None:
        if not hub.settings.keeps.disk:
            text = "nothing is kept on disk: when this stops, every message is gone"
            print(text, file=sys.stderr)  # noqa: T201
        print(f"listening tcp {at(*hub.address)}", file=sys.stderr, flush=True)  # noqa: T201
        if hub.telnet_address is not None:
            print(f"listening telnet {at(*hub.telnet_address)}", file=sys.stderr, flush=True)  # noqa: T201
    if gateway is not None:
        print(f"listening web {web_address(*gateway.address)}", file=sys.stderr, flush=True)  # noqa: T201


def web_address(host: str, port: int) -> str:
    """Return the page's address; an unspecified host is shown as this machine."""
    return f"http://{at(*reachable((host, port)))}/"


def reachable(address: tuple[str, int]) -> tuple[str, int]:
    """Return an address that one can connect to for one that was bound."""
    host, port = address
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host), port  # noqa: S104
