"""Addresses of hubs, as people write them: [NICK@]HOST[:PORT], tcp://, tcps://, ws://, wss://.

A page's own address (http://, https://) means the WebSocket beside it.

Pure: nothing is resolved or connected to.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from core.errors import HubbubError
from core.text.format import name
from core.wire.hosts import at, bracket
from core.wire.messages import PAGE_ADDRESS

DEFAULT_PORT: Final = 4045
WEB_PATH: Final = "/ws"

Scheme = Literal["tcp", "tcps", "ws", "wss"]
_SCHEMES: Final[dict[str, Scheme]] = {
    "tcp": "tcp", "tcps": "tcps", "ws": "ws", "wss": "wss", "http": "ws", "https": "wss"
}  # fmt: skip
_WEB_PORTS: Final = {"ws": 80, "wss": 443}
_HOW: Final = (
    "write HOST, HOST:PORT, NICK@HOST, tcp://HOST:PORT, tcps://HOST:PORT, ws://HOST:PORT or "
    "wss://HOST"
)
_HOST: Final = re.compile(r"[^/@:\[\]<>\"'\\?#]+")
_IPV6: Final = re.compile(r"[0-9A-Fa-f:.]+(%[^/\]]+)?")


class BadAddress(HubbubError):
    """An address that cannot be understood; the text says how to write one."""


@dataclass(frozen=True, slots=True)
class HubAddress:
    """A hub's address. `url` is for WebSockets, and empty for TCP."""

    scheme: Scheme
    host: str
    port: int
    nick: str | None = None
    url: str = ""
    room: str | None = None
    """The room that a page's address leads to."""

    def __str__(self) -> str:
        """Return the address as people know it."""
        if self.url:
            return self.url
        place = at(self.host, self.port)
        return f"tcps://{place}" if self.scheme == "tcps" else place

    @property
    def encrypts(self) -> bool:
        """Tell whether TLS is spoken there."""
        return self.scheme in ("tcps", "wss")

    @property
    def page(self) -> str | None:
        """The address of the page at the same gateway; None if there is none to tell others."""
        scheme, _, rest = self.url.partition("://")
        page = f"{scheme.replace('ws', 'http')}://{rest.removesuffix(WEB_PATH)}/"
        return page if rest.endswith(WEB_PATH) and re.match(PAGE_ADDRESS, page) else None


def parse_address(text: str) -> HubAddress:
    """Return what an address means; raise BadAddress, which says how to write one."""
    text = text.strip()
    if not text.isprintable() or " " in text:
        raise _bad(text)  # urlsplit would leave some of these out
    scheme, mark, _ = text.partition("://")
    if not mark:
        scheme, text = "tcp", "tcp://" + text
    known = _SCHEMES.get(scheme.lower())
    if known is None:
        raise BadAddress(f"{_shown(scheme)}:// is not known here; {_HOW}")
    try:
        parts = urlsplit(text)
    except ValueError as problem:
        raise _bad(text) from problem
    nick, host, port = _place(parts.netloc, text)
    if known in ("tcp", "tcps"):
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise _bad(text)
        return HubAddress(known, host, port or DEFAULT_PORT, nick)
    room = None
    if parts.scheme != known:
        # The page, at whatever path, has its WebSocket beside it.
        room = unquote(parts.fragment).partition("/")[0] or None
        folder = parts.path.rpartition("/")[0]
        parts = SplitResult(known, parts.netloc, f"{folder}{WEB_PATH}", "", "")
    url = _web_url(parts, host, port, text)
    return HubAddress(known, host, port or _WEB_PORTS[known], nick, url, room)


def _place(netloc: str, text: str) -> tuple[str | None, str, int | None]:
    """Cut `NICK@HOST:PORT` into its parts."""
    user, mark, place = netloc.rpartition("@")
    if mark and (not user or ":" in user):
        # A colon would make it a password, and there is no use for one.
        raise _bad(text)
    if place.startswith("["):
        host, closed, port = place[1:].partition("]")
        if not closed or not _IPV6.fullmatch(host) or ":" not in host or port[:1] not in ("", ":"):
            raise _bad(text)
        port = port[1:] if port else ""
        colon = place.endswith(":")
    else:
        if place.count(":") > 1:
            if not _is_ipv6(place):
                raise BadAddress(f"{_shown(place)} has two ports; write HOST:PORT with one")
            raise BadAddress(f"an IPv6 address goes into brackets, as in [::1]:{DEFAULT_PORT}")
        host, found, port = place.partition(":")
        colon = bool(found) and not port
        if not _HOST.fullmatch(host):
            raise _bad(text)
    if colon:
        raise _bad(text)
    return unquote(user) if user else None, host, _port(port)


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


def _port(text: str) -> int | None:
    if not text:
        return None
    # Not int() alone, which takes other scripts' digits, signs and underscores.
    port = int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 0
    if not 1 <= port <= 65535:
        raise BadAddress(f"{_shown(text)} is not a port; ports are numbers from 1 to 65535")
    return port


def _web_url(parts: SplitResult, host: str, port: int | None, text: str) -> str:
    if parts.fragment:
        raise _bad(text)
    place = bracket(host) if port is None else at(host, port)
    # The page's address, with `ws` for `http`: its socket is beside it.
    path = parts.path.removesuffix("/") + WEB_PATH if parts.path[-1:] in ("", "/") else parts.path
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{place}{path}{query}"


def _bad(text: str) -> BadAddress:
    text = text.removeprefix("tcp://")
    return BadAddress(f"{_shown(text)} is not an address; {_HOW}" if text else _HOW)


def _shown(text: str) -> str:
    # It came from a command line, and goes to a terminal.
    return name(text) if len(text) <= 80 else name(text[:79]) + "…"
