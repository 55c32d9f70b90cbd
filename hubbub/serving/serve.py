"""Running the servers: hub, gateways, or both; until a signal ends them."""

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from core.errors import Interrupted, StoreUnusable
from core.folders import state_folder
from core.progress import Watch
from core.server.server import HubServer
from core.server.settings import HubSettings
from core.wire.hosts import at
from hubbub.progress import show_progress
from hubbub.serving.announce import announce
from hubbub.serving.restarts import NotStarted, check_gateways

FAILED = 1
MOST_DAYS = 1_000_000
SECRET_NAME = "gateway-secret"  # noqa: S105  # a file's name
SECRET_BYTES = 24

COLLECT_AFTER = (2_000, 10, 50)
"""When Python looks for garbage in circles (`gc.set_threshold`): all of it after
a million new objects. That stops everything; with 10,000 browsers, 1.3 million
objects, it takes half a second, and by itself Python does it fifteen times
while they come. The price: what 20,000 browsers left behind in a gateway may lie
there; connections of the hub leave nothing behind."""


Start = Callable[[list["Server"], Watch], Awaitable[None]]
"""Starts servers, and adds each to the list; raises Interrupted if the watch wants it."""


class Server(Protocol):
    """A hub or a gateway."""

    @property
    def address(self) -> tuple[str, int]: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Log:
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
    host: str, tcp_port: int, web_port: int, log: Log, trusted_proxies: tuple[str, ...],
    public_host: tuple[str, ...], gateways: int = 0,
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
                keep_messages=log.keep_messages,
            ),
            watch,
        )  # fmt: skip
        await hub.start()
        running.append(hub)
        door = await hub.open_for_gateway(apart=gateways > 0)
        gateway: Server
        if gateways:
            from hubbub.serving.gateways import GatewayProcesses
            from hubbub.serving.worker import Order

            order = Order(door, secret, host, web_port, public_host)
            gateway = GatewayProcesses(order, gateways, hub.budget, watch.stop)
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

    return run_servers(start)


def run_hub(
    host: str, tcp_port: int, log: Log, trusted_proxies: tuple[str, ...],
    secret_file: Path | None, web_url: str | None,
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
            ),
            watch,
        )  # fmt: skip
        await hub.start()
        running.append(hub)
        await announce(hub, web_url, lambda: tell_ready(hub, None))

    return run_servers(start)


def run_gateway(
    hub: str, host: str, web_port: int, secret_file: Path | None, public_host: tuple[str, ...]
) -> int:
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

    return run_servers(start)


def run_servers(start: Start) -> int:
    """Start servers, wait for SIGTERM or SIGINT, stop them; return the exit code."""
    return run_to_exit(_serve_until_told(start))


def run_to_exit(main: Coroutine[Any, Any, None], says: str = "") -> int:
    """Run a server to its end and tell what went wrong; return the exit code.

    `says` stands before each of its lines in the log.
    """
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format=f"%(asctime)s %(levelname)s {says}%(message)s",
    )
    gc.set_threshold(*COLLECT_AFTER)
    try:
        run_loop(main)
    except Interrupted as problem:
        print(f"hubbub: {problem}; nothing is lost", file=sys.stderr)  # noqa: T201
    except (StoreUnusable, NotStarted, ValueError) as problem:
        print(f"hubbub: {problem}", file=sys.stderr)  # noqa: T201
        return FAILED
    except OSError as problem:
        print(f"hubbub: cannot listen: {problem}", file=sys.stderr)  # noqa: T201
        return FAILED
    except KeyboardInterrupt:  # where signals cannot be handled by the loop
        pass
    return 0


async def _serve_until_told(start: Start) -> None:
    running: list[Server] = []
    told = asyncio.Event()
    _on_signals(told.set)
    try:
        # Told to stop, it does not first end the long work of a start.
        await start(running, Watch(show_progress(), told.is_set))
        # What is there by now stays, and need not be looked at again.
        gc.freeze()
        await told.wait()
    finally:
        # The hub first: its good-bye still goes out through the gateways.
        for server in running:
            await server.stop()


def run_loop(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where it exists, on asyncio elsewhere."""
    runner: Callable[[Coroutine[Any, Any, None]], None] = asyncio.run
    with contextlib.suppress(ImportError):
        import uvloop

        runner = uvloop.run
    runner(main)


def _on_signals(tell: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)
        # Whoever started us with nohup wants the terminal's end ignored.
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            try:
                loop.add_signal_handler(number, tell)
            except NotImplementedError:  # Windows: Ctrl-C raises KeyboardInterrupt
                return


def tell_ready(hub: HubServer | None, gateway: Server | None) -> None:
    """Print the ready lines: who starts a server waits for them."""
    if hub is not None:
        if not hub.settings.keeps.disk:
            text = "nothing is kept on disk: when this stops, every message is gone"
            print(text, file=sys.stderr)  # noqa: T201
        print(f"listening tcp {at(*hub.address)}", file=sys.stderr, flush=True)  # noqa: T201
    if gateway is not None:
        print(f"listening web {web_address(*gateway.address)}", file=sys.stderr, flush=True)  # noqa: T201


def web_address(host: str, port: int) -> str:
    """Return the page's address; an unspecified host is shown as this machine."""
    return f"http://{at(*reachable((host, port)))}/"


def reachable(address: tuple[str, int]) -> tuple[str, int]:
    """Return an address that one can connect to for one that was bound."""
    host, port = address
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host), port  # noqa: S104


def data_folder(data: str | None) -> Path | str:
    """Return the folder of the log, or `:memory:`; without a choice the user's own."""
    if data == ":memory:":
        return data
    return state_folder(os.environ, Path.home()) if data is None else Path(data).expanduser()


def read_secret(file: Path, *, create: bool) -> bytes:
    """Return the secret that a hub and its gateways share; raise ValueError."""
    if create and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as new:
            new.write(secrets.token_hex(SECRET_BYTES).encode())
    try:
        secret = file.read_bytes().strip()
    except OSError as problem:
        raise ValueError(
            f"cannot read the hub's secret {file}: {problem.strerror}. Copy it from the hub's data "
            "folder and name it with --secret-file."
        ) from problem
    if not secret:
        raise ValueError(f"the secret file {file} is empty. Copy it from the hub's data folder.")
    return secret
