"""What an operator decides about a hub. Values only.

Knows no command line: `hubbub` reads flags, the environment and files.
"""

import ipaddress
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from core.wire.messages import Retention

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

IN_MEMORY = ":memory:"


@dataclass(frozen=True, slots=True)
class HubSettings:
    """What an operator decides.

    `data` is a folder, or `:memory:` to keep nothing on disk. `keep_days` and
    `keep_messages` (of each room) bound what the log holds; None keeps
    everything. `host` is an address to listen on, or several. `web_url` is what
    callers who speak HTTP are told. `trusted_proxies` are addresses or networks
    whose PROXY headers are believed; `gateway_secret` makes others believed. `max_connections` is
    derived from the process's limit of descriptors if None. `reuse_port` lets
    several processes listen on one port. `telnet_port` is one more, for telnet alone;
    without it there is none. `passphrase` is asked for at every door; None lets
    everybody in.
    """

    data: Path | str = IN_MEMORY
    host: str | tuple[str, ...] = "127.0.0.1"
    port: int = 4045
    telnet_port: int | None = None
    passphrase: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    tls_only: bool = False
    web_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    gateway_secret: bytes = b""
    max_connections: int | None = field(default=None)
    reuse_port: bool = False
    keep_days: float | None = None
    keep_messages: int | None = None

    @property
    def keeps(self) -> Retention:
        """Return what is kept, and for how long."""
        on_disk = self.data != IN_MEMORY
        return Retention(days=self.keep_days, messages=self.keep_messages, disk=on_disk)

    @property
    def folder(self) -> Path | None:
        """Return the folder of the log; None if it is held in memory."""
        return None if self.data == IN_MEMORY else Path(self.data)
