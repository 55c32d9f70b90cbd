"""`hubbub serve`, `hub` and `gateway`: what is started, in which order, and stopped.

Does not know what a server does.
"""

import asyncio
import gc
import secrets
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.net.sockets import CannotListen
from core.net.tls import Certificate, context_of
from core.progress import Watch
from core.server.server import HubServer
from core.server.settings import HubSettings
from core.signals import handle_on_loop, not_ignored
from core.text.complaints import write_error
from core.wire.hosts import at
from hubbub import strings
from hubbub.errors import CannotStart
from hubbub.paths import (
    SECRET_BYTES,
    SECRET_NAME,
    data_folder,
    own_folder,
    read_secret,
    read_token,
)
from hubbub.progress import show_progress
from hubbub.serving.access import Access, AccessOptions, PassphraseFollower, decide
from hubbub.serving.announce import announce
from hubbub.serving.certificates import (
    NO_TLS,
    CertificateFollower,
    TlsOptions,
    read_certificate,
)
from hubbub.serving.names import hub_place, page_address, public_names
from hubbub.serving.restarts import check_gateways
from hubbub.serving.runner import LogLevel, run_to_exit

Start = Callable[[list["Stoppable"], Watch], Awaitable[None]]
"""Starts servers, and adds each to the list; raises Interrupted if the watch wants it."""


class Stoppable(Protocol):
    """What runs until the end."""

    async def stop(self) -> None: ...


class Server(Stoppable, Protocol):
    """A hub or a gateway."""

    @property
    def addresses(self) -> list[tuple[str, int]]: ...

    async def start(self) -> None: ...


DEFAULT_ACCESS = AccessOptions()


def follow(
    hub: HubServer, decided: Access, certificate: Certificate | None, running: list["Stoppable"]
) -> None:
    """Have a server use another passphrase or certificate as soon as its file has one."""
    passphrases = PassphraseFollower(hub, decided)
    passphrases.start()
    running.append(passphrases)
    if certificate is not None:
        follow_certificate(certificate, running, hub.tell_certificate)


def follow_certificate(
    certificate: Certificate, running: list["Stoppable"],
    changed: Callable[[str], object] = lambda sha256: None,
) -> None:  # fmt: skip
    """Read a certificate again once its files have changed, or SIGHUP asks for it."""
    follower = CertificateFollower(certificate, changed)
    follower.start()
    running.append(follower)
    # At a terminal, SIGHUP means that the terminal is gone.
    if sys.stderr is not None and not sys.stderr.isatty() and hasattr(signal, "SIGHUP"):
        handle_on_loop([signal.SIGHUP], follower.read_again)


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What an operator decided about the log."""

    data: str | None = None
    keep_days: float | None = None
    keep_messages: int | None = None

    @property
    def folder(self) -> Path | str:
        """Return where the log is; raise NoFolder."""
        return data_folder(self.data)


def run_serve(
    hosts: tuple[str, ...], tcp_port: int, web_port: int, log: LogOptions,
    trusted_proxies: tuple[str, ...], public_host: tuple[str, ...], gateways: int = 0,
    log_level: LogLevel = "info", telnet_port: int | None = None,
    access: AccessOptions = DEFAULT_ACCESS, metrics_token_file: Path | None = None,
    tls: TlsOptions = NO_TLS,
) -> int:  # fmt: skip
    """Run hub and gateway in one process; return the exit code.

    With a number of `gateways`, these are processes of their own beside it.
    """

    async def start(running: list[Stoppable], watch: Watch) -> None:
        check_gateways(gateways)
        names = public_names(public_host)
        token = read_token(metrics_token_file)
        certificate = read_certificate(tls)
        secret = secrets.token_hex(SECRET_BYTES)
        folder = log.folder
        decided = decide(access, hosts, folder)
        hub = HubServer(
            HubSettings(
                data=folder, passphrase=decided.passphrase, host=hosts, port=tcp_port,
                web_url=web_address(hosts[0], web_port, secure=certificate is not None),
                trusted_proxies=trusted_proxies, gateway_secret=secret.encode(),
                keep_days=log.keep_days, keep_messages=log.keep_messages,
                telnet_port=telnet_port, tls=context_of(certificate),
                tls_only=tls.only,
            ),
            watch,
        )  # fmt: skip
        with listening("--tcp-port", telnet_port):
            await hub.listen()
        running.append(hub)
        door = await hub.open_for_gateway(apart=gateways > 0)
        gateway: Server
        if gateways:
            from hubbub.serving.gateways import GatewayProcesses
            from hubbub.serving.order import WorkerConfig

            config = WorkerConfig(
                door, secret, hosts, web_port, names, log_level,
                metrics_token=None if token is None else token.decode("latin-1"),
                certificate=None if certificate is None else certificate.names,
            )  # fmt: skip
            gateway = GatewayProcesses(config, gateways, hub.budget, watch.stop)
        else:
            from web.app import GatewaySettings
            from web.server import GatewayServer

            settings = GatewaySettings(
                hub=door, secret=secret.encode(), public_hosts=names, host=hosts, port=web_port,
                metrics_token=token, tls=context_of(certificate),
            )  # fmt: skip
            gateway = GatewayServer(settings, hub.budget)
        with listening("--web-port"):
            await gateway.start()
        running.append(gateway)
        web = gateway.addresses[0]
        hub.tell_web_url(web_address(*web, secure=certificate is not None))
        # Last, since a large log that was not left in order is read from end to end.
        # Whoever comes meanwhile is told how far that is.
        await hub.open()
        follow(hub, decided, certificate, running)
        shown = certificate.sha256 if certificate is not None else ""
        await announce(hub, web[1], lambda: tell_ready(hub, gateway), shown)

    return run_servers(start, log_level)


def run_hub(
    hosts: tuple[str, ...], tcp_port: int, log: LogOptions, trusted_proxies: tuple[str, ...],
    secret_file: Path | None, web_url: str | None, log_level: LogLevel = "info",
    telnet_port: int | None = None, access: AccessOptions = DEFAULT_ACCESS,
    tls: TlsOptions = NO_TLS,
) -> int:  # fmt: skip
    """Run the TCP hub alone; return the exit code."""

    async def start(running: list[Stoppable], watch: Watch) -> None:
        page = None if web_url is None else page_address(web_url)
        folder = log.folder
        decided = decide(access, hosts, folder)
        certificate = read_certificate(tls)
        file = secret_file or (folder / SECRET_NAME if isinstance(folder, Path) else None)
        hub = HubServer(
            HubSettings(
                data=folder, passphrase=decided.passphrase, host=hosts, port=tcp_port,
                web_url=page, trusted_proxies=trusted_proxies,
                gateway_secret=read_secret(file, create=True) if file else b"",
                keep_days=log.keep_days, keep_messages=log.keep_messages,
                telnet_port=telnet_port, tls=context_of(certificate),
                tls_only=tls.only,
            ),
            watch,
        )  # fmt: skip
        with listening("--tcp-port", telnet_port):
            await hub.listen()
        running.append(hub)
        await hub.open()
        follow(hub, decided, certificate, running)
        shown = certificate.sha256 if certificate is not None else ""
        await announce(hub, page, lambda: tell_ready(hub, None), shown)

    return run_servers(start, log_level)


def run_gateway(
    hub: str, hosts: tuple[str, ...], web_port: int, secret_file: Path | None,
    public_host: tuple[str, ...], log_level: LogLevel = "info",
    metrics_token_file: Path | None = None, tls: TlsOptions = NO_TLS,
) -> int:  # fmt: skip
    """Run a gateway alone; return the exit code."""
    from web.app import GatewaySettings
    from web.server import GatewayServer

    async def start(running: list[Stoppable], watch: Watch) -> None:
        certificate = read_certificate(tls)
        settings = GatewaySettings(
            hub=hub_place(hub), public_hosts=public_names(public_host), host=hosts, port=web_port,
            secret=read_secret(secret_file or _usual_secret(), create=False),
            metrics_token=read_token(metrics_token_file),
            tls=context_of(certificate),
        )  # fmt: skip
        gateway = GatewayServer(settings)
        with listening("--web-port"):
            await gateway.start()
        running.append(gateway)
        if certificate is not None:
            follow_certificate(certificate, running)
        tell_ready(None, gateway, secure=certificate is not None)

    return run_servers(start, log_level)


def _usual_secret() -> Path:
    return own_folder(strings.WHERE_IS_THE_FILE) / SECRET_NAME


def run_servers(start: Start, log_level: LogLevel = "info") -> int:
    """Start servers, wait for SIGTERM or SIGINT, stop them; return the exit code."""
    return run_to_exit(_serve_until_told(start), log_level=log_level)


async def _serve_until_told(start: Start) -> None:
    running: list[Stoppable] = []
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


def tell_ready(
    hub: HubServer | None, gateway: Server | None, *, secure: bool | None = None
) -> None:
    """Print the ready lines: who starts a server waits for them.

    There is one for each address, so that they never name less than what listens.
    `secure`: the page comes by https, as it does if the hub has TLS.
    """
    lines = []
    if secure is None:
        secure = hub is not None and hub.settings.tls is not None
    if hub is not None:
        if not hub.settings.keeps.disk:
            lines.append(strings.NOTHING_KEPT)
        lines += [strings.listening_tcp(at(*one)) for one in hub.addresses]
        lines += [strings.listening_telnet(at(*one)) for one in hub.telnet_addresses]
    if gateway is not None:
        lines += [strings.listening_web(at(*one), secure=secure) for one in gateway.addresses]
    write_error(lines)


@contextmanager
def listening(flag: str, telnet_port: int | None = None) -> Iterator[None]:
    """Say of an address that is not to be had what to do; `flag` is that of its port.

    `telnet_port` is listened on as well, and has a flag of its own.
    """
    try:
        yield
    except CannotListen as problem:
        if telnet_port and problem.port == telnet_port:
            flag = "--telnet-port"
        words = strings.cannot_listen(
            problem.errno or 0, problem.host, problem.port, problem.words, flag
        )
        raise CannotStart(words) from problem


def web_address(host: str, port: int, *, secure: bool = False) -> str:
    """Return the page's address; an unspecified host is shown as this machine."""
    return f"http{'s' * secure}://{at(*reachable((host, port)))}/"


def reachable(address: tuple[str, int]) -> tuple[str, int]:
    """Return an address that one can connect to for one that was bound."""
    host, port = address
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104
