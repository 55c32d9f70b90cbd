"""The invitation that a server prints on a terminal: addresses, commands, a QR code.

Knows no room and no connection.

The lines are made in `core/text/invitation.py`, as for `/invite`; here is what only
a terminal needs. `announce` and `show` ask the system, the rest is pure.
"""

import asyncio
import codecs
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TextIO

from core.server.server import HubServer
from core.text.invitation import Doors, host_of, invitation, page_link
from core.wire.hosts import at, is_loopback
from core.wire.messages import Invitation
from hubbub.serving.addresses import (
    InterfaceAddress,
    name_of_this_machine,
    of_this_machine,
    reachable_hosts,
)

QUIET_ZONE = 4
"""Light modules around a QR code (ISO/IEC 18004, 6.3.8)."""

_BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m"
_BACK = "\x1b[0m"
_DARK_ON_LIGHT = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
_LIGHT_ON_DARK = {(0, 0): "█", (1, 0): "▄", (0, 1): "▀", (1, 1): " "}


async def announce(
    hub: HubServer, web: int | str | None, tell_ready: Callable[[], None], certificate: str = ""
) -> None:
    """Tell a hub where it can be reached, who waits for it that it is ready, people how to come in.

    `web` is as for `doors`. The machine's name is looked up last, since that
    may take a while. People are told on a terminal only. `certificate` is the SHA-256 of
    the hub's, where it has one.
    """
    bound, found = hub.addresses, of_this_machine()
    telnet = None if hub.telnet_address is None else hub.telnet_address[1]
    secure = hub.settings.tls is not None

    def made(name: str | None = None) -> Doors:
        return replace(
            doors(bound, web, found, name, secure=secure), telnet=telnet, tls=secure,
            tls_only=hub.settings.tls_only, certificate=certificate,
        )  # fmt: skip

    known = made()
    hub.tell_doors(known)
    tell_ready()
    if {host for host, _ in known.tcp} - {host for host, _ in bound}:
        hub.tell_doors(made(await asyncio.to_thread(name_of_this_machine, found)))
    show(hub.hub.doors)


def doors(
    bound: Sequence[tuple[str, int]], web: int | str | None, found: Sequence[InterfaceAddress],
    name: str | None = None, *, secure: bool = False,
) -> Doors:  # fmt: skip
    """Return a hub's doors.

    `bound` are the addresses that it listens on; `web` is the port of a page
    at the same addresses, or the address of a page. `found` and `name` are as
    for `reachable_hosts`.
    """
    hosts = reachable_hosts([host for host, _ in bound], found, name)
    ports = dict(bound)

    def port(host: str) -> int:
        found = ports.get(host) or ports.get("::" if ":" in host else "0.0.0.0")  # noqa: S104
        return found or bound[0][1]

    tcp = tuple((host, port(host)) for host in hosts)
    if isinstance(web, int):
        pages = tuple(f"http{'s' * secure}://{at(host, web)}/" for host in hosts)
    else:
        pages = (web,) if web else ()
    return Doors(tcp, pages)


def qr_lines(modules: Iterable[Iterable[int]], *, colours: bool) -> list[str]:
    """Return a QR code in half blocks, two rows of modules to a line.

    With `colours` both are set, so that it is right whatever the terminal's
    are. Without, it is right on a dark background, and reversed on a light one,
    which most readers take as well.
    """
    side = [0] * QUIET_ZONE
    rows = [[*side, *(int(bool(one)) for one in row), *side] for row in modules]
    blank = [0] * len(rows[0])
    rows = [blank] * QUIET_ZONE + rows + [blank] * (QUIET_ZONE + len(rows) % 2)
    blocks = _DARK_ON_LIGHT if colours else _LIGHT_ON_DARK
    lines = [
        "".join([blocks[pair] for pair in zip(upper, lower, strict=True)])
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
    return [f"{_BLACK_ON_WHITE}{line}{_BACK}" for line in lines] if colours else lines


def qr_url(invited: Invitation) -> str | None:
    """Return the page's address that others can open; None if there is none."""
    return next((page for page in invited.web if not is_loopback(host_of(page))), None)


def printed(
    invited: Invitation, columns: int, encoding: str, environment: Mapping[str, str]
) -> list[str]:
    """Return the lines for a terminal with so many columns.

    The QR code is left out where it would not be one: too narrow, no UTF-8, or
    a terminal without colours for which NO_COLOR is not set.
    """
    head, *ways = invited.lines
    lines = ["", head, *(f"  {way}" for way in ways), ""]
    page = qr_url(invited)
    passphrase = invited.passphrase if isinstance(invited.passphrase, str) else None
    url = None if page is None else page_link(page, passphrase)
    dumb = environment.get("TERM") == "dumb"
    if url is None or dumb or not _is_utf8(encoding):
        return lines
    import segno

    modules = segno.make(url, error="m", micro=False, boost_error=False).matrix
    if len(modules) + 2 * QUIET_ZONE > columns:
        return lines
    return [*lines, *qr_lines(modules, colours=not environment.get("NO_COLOR")), f"  {url}", ""]


def show(made: Doors, stream: TextIO | None = None) -> None:
    """Print an invitation if the stream is a terminal; it stands on standard error."""
    stream = sys.stderr if stream is None else stream
    if not stream.isatty():
        return
    columns = 80
    with suppress(OSError):
        columns = os.get_terminal_size(stream.fileno()).columns or columns
    lines = printed(invitation(made), columns, stream.encoding, os.environ)
    stream.write("".join([f"{line}\n" for line in lines]))
    stream.flush()


def _is_utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False
