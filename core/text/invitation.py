"""How others join: a hub's addresses, and the command for each kind of client.

Pure. The commands are written here and nowhere else, so that a terminal, text
mode and the page show the same. It knows no machine: which addresses there are
is told by whoever starts the hub, and by the connection of whoever asks.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import quote

from msgspec import UNSET

from core.wire.hosts import at, bracket, is_loopback
from core.wire.messages import Invitation, Ref

Place = tuple[str, int]
"""A host, without brackets, and a port."""

T = TypeVar("T")

ONLY_HERE: Final = "only from this machine; --host 0.0.0.0 lets others in"
OPEN: Final = "come in with any of these"
FIRST_LINE: Final = "the first line to type; the link brings it along"
UNKNOWN: Final = "this hub was not told at which addresses it can be reached"

_URL: Final = re.compile(r"(https?)://(?:\[([^\]]+)\]|([^:/]+))")
_TELNET_ALONE: Final = re.compile(r"telnet +telnet [^ -][^ ]* ([1-9][0-9]{0,4})")
_LABEL_WIDTH: Final = len("PowerShell") + 2

_BASH: Final = (
    "bash -c 'exec 3<>/dev/tcp/{host}/{port}; cat - <(echo /quit) <&0 >&3 & "
    'trap "kill $! 2>&-" EXIT; cat <&3\''
)
"""What is typed goes out in the background, with a good-bye behind it, so that
Ctrl-D, `/quit` and Ctrl-C all end both halves."""

_POWERSHELL: Final = (
    "[Console]::OutputEncoding=[Text.Encoding]::UTF8; "
    "$s=[Net.Sockets.TcpClient]::new('{host}',{port}).GetStream(); "
    "$t=$s.CopyToAsync([Console]::OpenStandardOutput()); "
    "while(!$t.IsCompleted){{$b=[Text.Encoding]::UTF8.GetBytes((Read-Host)+[char]10); "
    "$s.Write($b,0,$b.Length); Start-Sleep -m 99}}"
)
"""Shows what comes while it waits for a line. The pause lets the answer to
`/quit` come before it asks for another one."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a hub can be reached, the best first: TCP, and addresses of the page.

    `telnet` is the port for telnet alone, at the same addresses. `passphrase` is what
    the hub asks for; only who has said it is invited to invite.
    """

    tcp: tuple[Place, ...] = ()
    web: tuple[str, ...] = ()
    telnet: int | None = None
    passphrase: str | None = field(default=None, repr=False)
    tls: bool = False
    """The TCP port speaks TLS, and with `tls_only` nothing else beyond this machine."""
    tls_only: bool = False
    certificate: str = ""
    """The SHA-256 of the certificate, for whoever has nobody to vouch for it."""


def invitation(
    doors: Doors, local_address: Place | None = None, web: str | None = None, ref: Ref | None = None
) -> Invitation:
    """Return how others come in.

    `local_address` is where the connection of whoever asks arrived, `web` where they
    have the page from: both work, so they come first, unless they lead nowhere
    from another machine and others do.
    """
    tcp, pages = list(doors.tcp), list(doors.web)
    if local_address is not None and _is_better(local_address[0], [host for host, _ in tcp]):
        port = tcp[0][1] if tcp else local_address[1]
        tcp = _with_first(tcp, lambda place: place[0], local_address[0], (local_address[0], port))
        pages = _with_first(pages, host_of, local_address[0])
    if web is not None and _is_better(host_of(web), [host_of(page) for page in pages]):
        pages = [web, *(page for page in pages if page != web)]
        tcp = _with_first(tcp, lambda place: place[0], host_of(web))
    if not _only_here(tcp, pages):
        tcp = [place for place in tcp if not is_loopback(place[0])]
        pages = [page for page in pages if not is_loopback(host_of(page))]
    return Invitation(
        tcp=tuple(at(*place) for place in tcp), web=tuple(pages),
        lines=_lines(tcp, pages, doors), ref=ref,
        passphrase=UNSET if doors.passphrase is None else doors.passphrase,
    )  # fmt: skip


def host_of(url: str) -> str:
    """Return the host of a page's address, without brackets."""
    found = _URL.match(url)
    return (found[2] or found[3]) if found else ""


def commands(host: str, port: int, telnet: int | None = None) -> dict[str, str]:
    """Return the command for each client, by its name, for one address over TCP.

    At telnet's own port the hub negotiates, elsewhere the client has to begin: the minus.
    """
    place = at(host, port)
    # Some shells take a word with brackets for a pattern, and refuse it unmatched.
    mark = "'" if ":" in host else ""
    # Without -T. curl waits for a line before it shows what has come; and for what it
    # sends, it draws a meter over what it shows.
    return {
        "hubbub": f"hubbub join {mark}{place}{mark}",
        "nc": f"nc {host} {port}",
        "telnet": f"telnet {host} {telnet}" if telnet else f"telnet -- {host} -{port}",
        "socat": f"socat - {mark}TCP:{place}{mark}",
        "curl": f"curl --no-progress-meter -T. {mark}telnet://{place}{mark}",
        "bash": _BASH.format(host=host, port=port),
        "PowerShell": _POWERSHELL.format(host=host, port=port),
    }


def telnet_port(lines: Iterable[str]) -> int | None:
    """Return the port for telnet alone that an invitation's lines name; None without one."""
    found = filter(None, map(_TELNET_ALONE.fullmatch, lines))
    return next((int(one[1]) for one in found), None)


def page_link(page: str, passphrase: str | None) -> str:
    """Return the address of the page that brings the passphrase along, where there is one.

    In the fragment, which a browser sends to nobody (RFC 9110, 7.1): it is in no log.
    """
    return page if passphrase is None else f"{page}#pass={quote(passphrase, safe='')}"


def encrypted(host: str, port: int) -> dict[str, str]:
    """Return the commands that speak TLS, by the client's name, for one address over TCP."""
    place = at(host, port)
    mark = "'" if ":" in host else ""
    return {
        "hubbub": f"hubbub join {mark}tcps://{place}{mark}",
        "ncat": f"ncat --ssl {host} {port}",
        "openssl": f"openssl s_client -quiet -connect {mark}{place}{mark}",
    }


def _lines(tcp: Sequence[Place], pages: Sequence[str], doors: Doors) -> tuple[str, ...]:
    passphrase = doors.passphrase
    ways = {"browser": page_link(pages[0], passphrase)} if pages else {}
    if tcp:
        ways |= {} if doors.tls_only else commands(*tcp[0], doors.telnet)
        if doors.tls:
            ways |= encrypted(*tcp[0])
    if doors.certificate:
        ways["certificate"] = f"SHA-256 {doors.certificate}"
    if pages and (not tcp or (pages[0].startswith("https:") and not doors.tls)):
        # Whatever serves the page encrypts, or is the only one to reach the hub.
        ways["hubbub"] = f"hubbub join ws{pages[0].removeprefix('http')}"
    if not ways:
        return (UNKNOWN,)
    hosts = [host for host, _ in tcp]
    others = [bracket(host) for host in hosts[1:]]
    others += [page for page in pages[1:] if host_of(page) not in hosts]
    if others:
        ways["also at"] = ", ".join(others)
    if passphrase is not None and tcp:
        ways = {"passphrase": f"{passphrase}  ({FIRST_LINE})"} | ways
    head = ONLY_HERE if _only_here(tcp, pages) else OPEN
    return (f"{head}:", *(f"{name:{_LABEL_WIDTH}}{way}" for name, way in ways.items()))


def _only_here(tcp: Sequence[Place], pages: Sequence[str]) -> bool:
    return all(map(is_loopback, [*(host for host, _ in tcp), *map(host_of, pages)]))


def _is_better(host: str, others: Iterable[str]) -> bool:
    """Tell whether a host that works for one is worth telling to all."""
    if "%" in host or host.lower().startswith("fe80:") or host.startswith("169.254."):
        return False  # each machine has names of its own for its links
    return not is_loopback(host) or all(map(is_loopback, others))


def _with_first(
    items: list[T], host: Callable[[T], str], wanted: str, missing: T | None = None
) -> list[T]:
    """Return the items, those of a host first, or `missing` if there are none."""
    first = [item for item in items if host(item) == wanted]
    if not first and missing is not None:
        first = [missing]
    return first + [item for item in items if host(item) != wanted]
