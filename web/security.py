"""The Host and Origin rules, and the security headers. Pure; knows no server.

A page from anywhere can send requests to an address in the user's own network
(DNS rebinding), and open a WebSocket to any address. The Host rule is against
the first, the Origin rule against the second.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        # One policy, which names one constant: the service worker (js/view/serviceworker.js).
        "trusted-types hubbub-worker",
    )
)

WORKER_POLICY: Final = (
    "default-src 'none'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""A service worker is under the policy that came with it, not under the page's:
it fetches from here, and loads no further script."""

PART_HEADERS: Final[dict[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""On what a page is made of: scripts, styles, pictures, the manifest. What such
an answer is taken for and who may load it are all that headers can say of it;
what it may do, the page's own headers decide. There are many of these answers,
so each byte counts. Caches revalidate each time (by the ETag)."""

WORKER_HEADERS: Final = {**PART_HEADERS, "Content-Security-Policy": WORKER_POLICY}

HEADERS: Final[dict[str, str]] = {
    **PART_HEADERS,
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "midi=(), payment=(), serial=(), usb=()",
}
"""On every other answer, errors included: a browser may show it as a page of its
own, in a window or in somebody's frame."""

SERVER: Final = "hubbub"
"""What every answer has as its `Server`: no versions, and no other program's name."""

_HOST: Final = re.compile(
    r"(?:(?P<name>[A-Za-z0-9._-]{1,253})|\[(?P<ipv6>[0-9A-Fa-f:.]{2,45})\])(?::(?P<port>[0-9]{1,5}))?"
)
_ORIGIN: Final = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?#@\\]+)", re.IGNORECASE)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Host:
    """A host as a browser names it: a lower-case name or address, and a port."""

    name: str
    port: int | None

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port is None else f"{name}:{self.port}"

    def same(self, other: "Host", scheme: str) -> bool:
        """Tell whether both are the same place for `scheme` (RFC 6454, 4)."""
        default = _DEFAULT_PORTS[scheme]
        return self.name == other.name and (self.port or default) == (other.port or default)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: a kind for counting, words for a person."""

    status: int
    kind: str
    text: str


def parse_host(value: str) -> Host | None:
    """Read `name[:port]`, an IPv6 address in brackets; None if it is neither."""
    found = _HOST.fullmatch(value)
    if found is None:
        return None
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 0 < port <= 0xFFFF:
        return None
    if found["name"]:
        return Host(found["name"].lower(), port)
    try:
        return Host(str(ipaddress.IPv6Address(found["ipv6"])), port)
    except ValueError:
        return None


class RequestPolicy:
    """The Host rule and the Origin rule, for one gateway.

    `public_hosts` are the names under which a proxy or a DNS server makes it
    known; a port in them is ignored.
    """

    def __init__(self, public_hosts: Iterable[str], own_name: str | None = None) -> None:
        names = (parse_host(host.strip()) for host in public_hosts)
        self._public = frozenset(host.name for host in names if host is not None)
        self._own_name = (own_name or socket.gethostname()).lower()

    def judge_host(self, values: Sequence[str]) -> Refusal | None:
        """Judge a request's Host headers; None is good."""
        if len(values) != 1:
            return Refusal(400, "host", "a request needs exactly one Host header")
        host = parse_host(values[0])
        if host is None:
            return Refusal(400, "host", "the Host header is not the name of a host")
        if self._is_ours(host.name):
            return None
        return Refusal(
            421,
            "host",
            f"this gateway does not answer to the name {host.name}; "
            f"to change that, start it with --public-host {host.name}",
        )

    def judge_origin(
        self, origins: Sequence[str], host: str, forwarded: Sequence[str] = ()
    ) -> Refusal | None:
        """Judge the Origin headers of a WebSocket's opening; None is good.

        Browsers always send exactly one, and pages cannot change it; whoever
        sends none is no browser. A proxy in front may speak https, so what counts
        is the name and the port. `forwarded` are other values of Host that a proxy
        has told; no page can add such a header to a WebSocket's opening.
        """
        if not origins:
            return None
        found = _ORIGIN.fullmatch(origins[0]) if len(origins) == 1 else None
        there = parse_host(found["host"]) if found else None
        here = parse_host(host)
        if found is None or there is None or here is None:
            return _FOREIGN
        scheme = found["scheme"].lower()
        if there.same(here, scheme):
            return None
        told = filter(None, map(parse_host, forwarded))
        if any(there.same(one, scheme) and self._is_ours(one.name) for one in told):
            return None
        return self._what_to_change(f"{scheme}://{there}", there, here)

    def _what_to_change(self, origin: str, there: Host, here: Host) -> Refusal:
        if there.name == here.name and here.port is None:
            text = (
                f"the page is at {origin}, but the proxy in front says Host: {here}, without the "
                f"port; {_HOST_ADVICE}"
            )
        elif self._is_ours(there.name) and there.name != here.name:
            text = f"the page is at {origin}, but the proxy says Host: {here}; {_HOST_ADVICE}"
        else:
            return _FOREIGN
        return Refusal(403, "origin", text)

    def _is_ours(self, name: str) -> bool:
        # A dot at the end says that the name is whole (RFC 1034, 3.1); browsers keep it.
        name = name.removesuffix(".")
        return (
            name in self._public
            or name in ("localhost", self._own_name)
            or "." not in name
            or (name.endswith(".local") and not name.startswith("."))
            or _is_address(name)
        )


_HOST_ADVICE: Final = (
    "let the proxy pass on what the browser sent (nginx: proxy_set_header Host $http_host; "
    "Apache: ProxyPreserveHost On; HAProxy and Caddy do so by themselves)"
)

_FOREIGN: Final = Refusal(
    403,
    "origin",
    "a page from another origin may not open this connection; if a proxy serves this gateway "
    f"under another name, start it with --public-host NAME and {_HOST_ADVICE}",
)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
