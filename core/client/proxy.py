"""The one rule for proxies, for every client: which one leads to a web address.

TCP goes straight to its host. HTTP and WebSockets go through the proxy that the
system names (`https_proxy`, `http_proxy`, `no_proxy`, or the system's settings),
except to this machine itself, where none can be of use. Connects to nothing.
"""

import urllib.request
from typing import Final
from urllib.parse import urlsplit

from core.wire.hosts import at, is_loopback

_PORTS: Final = {"ws": 80, "http": 80, "wss": 443, "https": 443}
_SECURE: Final = ("wss", "socks", "https")
_PLAIN: Final = ("ws", "socks", "https", "http")
"""In their order (RFC 6455, 4.1): the most special first, then what tunnels best."""


def system_proxy(url: str) -> str | None:
    """Return the address of the proxy that leads to `url`; None if none does."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS.get(parts.scheme, 80)
    if is_loopback(host) or urllib.request.proxy_bypass(at(host, port)):
        return None
    known = urllib.request.getproxies()
    for scheme in _SECURE if parts.scheme in ("wss", "https") else _PLAIN:
        found = known.get(scheme, "").strip()
        if found:
            return _whole(found, "socks5h" if scheme == "socks" else "http")
    return None


def without_password(proxy: str) -> str:
    """Return a proxy's address as it may be shown."""
    scheme, _, rest = proxy.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _whole(proxy: str, usual: str) -> str:
    """Return it with its scheme, which many leave out; the system writes http for socks."""
    if "://" not in proxy:
        return f"{usual}://{proxy}"
    if usual == "socks5h" and proxy.startswith("http://"):
        return f"{usual}://{proxy.removeprefix('http://')}"
    return proxy
