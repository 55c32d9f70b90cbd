"""What every connection of one hub is told by its server.

Knows settings; knows no connection.
"""

import hmac
import ipaddress
import logging
import time
from dataclasses import dataclass, field

from core import VERSION
from core.access.gate import Gate
from core.server.refusals import RefusalLog
from core.server.settings import HubSettings, Network

log = logging.getLogger("hubbub.hub")
"""One event, one line: no secrets, no text of a message."""


@dataclass(frozen=True, slots=True)
class Context:
    """A server's facts, which do not change while it runs."""

    name: str
    web_url: str | None
    trusted_proxies: tuple[Network, ...]
    gateway_secret: bytes
    debug: bool
    """Each connection writes what it does to the log. Asked for once, so that it
    costs nothing where nobody wants it."""
    tls_only: bool
    """Whoever comes from beyond this machine has to come with TLS."""
    gate: Gate
    """Whom it lets in: each connection is asked once, at its beginning."""
    refusals: RefusalLog = field(default_factory=lambda: RefusalLog(log, time.monotonic))

    def believes(self, secret: bytes | None, address: str) -> bool:
        """Tell whether a PROXY header is to be believed: by its secret or its address."""
        if secret is not None:
            return bool(self.gateway_secret) and hmac.compare_digest(secret, self.gateway_secret)
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None)
        return any((mapped or parsed) in network for network in self.trusted_proxies)


def make_context(settings: HubSettings) -> Context:
    """Check the settings; raise ValueError for an address that is none."""
    return Context(
        name=f"hubbub/{VERSION}",
        web_url=settings.web_url,
        trusted_proxies=tuple(
            ipaddress.ip_network(one, strict=False) for one in settings.trusted_proxies
        ),
        gateway_secret=settings.gateway_secret,
        debug=log.isEnabledFor(logging.DEBUG),
        tls_only=settings.tls_only,
        gate=Gate(settings.passphrase),
    )
