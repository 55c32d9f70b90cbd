"""What the checks have found out so far, and how a check's result is told.

A check is a function that takes a CheckContext and returns a few words about what
it saw. It raises CheckFailed if the thing does not work, CheckSkipped if it
cannot be tried because something before it failed, and NoSuchDoor if the hub
does without it. Knows no network.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlsplit, urlunsplit

from core.client.address import HubAddress
from core.errors import HubbubError
from core.wire.hosts import bracket, is_loopback
from hubbub.doctor import strings

ROOM: Final = "hubbub-doctor"
"""A room of the doctor's own: nobody who talks elsewhere sees anything of it."""

WEB_PORT: Final = 8080
"""Where the page is unless somebody said otherwise."""

State = Literal["ok", "failed", "skipped"]

_PAGE_NAMED: Final = re.compile(rb"The page is at (https?://[\x21-\x7e]+)")
_BODY_OF_HUB: Final = b"This port is for chat, not for HTTP."


class CheckFailed(HubbubError):
    """What is checked does not work. `hint` says what to do about it."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


class CheckSkipped(HubbubError):
    """A check cannot be made; the text says why. Nothing is wrong with what it checks."""


class NoSuchDoor(HubbubError):
    """The hub has not what is checked, nor has to have it: nothing is told of it."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one check. `ms` is None if it was skipped."""

    check: str
    title: str
    state: State
    ms: float | None
    text: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """The page as it was answered: where, with which headers, and what it loads.

    Headers are by their lower-case names; one that came twice is joined by a comma.
    """

    url: str
    headers: Mapping[str, str]
    scripts: tuple[str, ...]
    sheets: tuple[str, ...]


@dataclass(slots=True)
class CheckContext:
    """Where the checks go, and what later ones need of earlier ones."""

    target: HubAddress
    wait_s: float
    web: str | None = None
    """The page's address, if whoever asked has named it."""
    passphrase: str | None = field(default=None, repr=False)
    """What the hub may ask for, if whoever asked has given it, and it is right."""

    addresses: tuple[str, ...] = ()
    hub: str | None = None
    """The address at which a hub answers on the target's port."""
    named: str | None = None
    """The page's address as the hub names it."""
    gateway_at_port: bool = False
    """It is a gateway that answers on the target's port."""
    telnet_port: int | None = None
    """The port for telnet alone, if the hub names one; it does so in JSON lines."""
    asks: bool = False
    """The hub asks for a passphrase."""
    greeted: bool = False
    """Text mode has let the doctor in, and asked for nothing."""
    log: str | None = None
    """The name of the hub's log; there once JSON lines work."""
    page: Page | None = None
    parts: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Headers of those of the page's scripts and sheets that came, by address."""
    socket_works: bool = False
    reached: bool = False
    """Somebody has answered something, somewhere."""

    def hub_address(self) -> str:
        """Return where the hub is; raise CheckSkipped if none has answered."""
        if self.hub is None:
            raise CheckSkipped(strings.NO_HUB_ANSWERS)
        return self.hub

    def must_be_let_in(self) -> None:
        """Raise CheckSkipped if the hub asks for a passphrase, and there is none to give."""
        if self.asks and self.passphrase is None:
            raise CheckSkipped(strings.NO_PASSPHRASE)

    def found_page(self) -> Page:
        """Return the page; raise CheckSkipped if there is none."""
        if self.page is None:
            raise CheckSkipped(strings.NO_PAGE_FOUND)
        return self.page


def web_url(context: CheckContext) -> str:
    """Return where the page should be: as said, as the hub says, or at the usual port.

    A hub that listens everywhere names an address of its own machine, which is
    another one for whoever calls from elsewhere.
    """
    if context.web is not None:
        return context.web
    host = bracket(context.target.host)
    if context.named is not None:
        parts = urlsplit(context.named)
        if is_loopback(parts.hostname or "") and not is_loopback(context.target.host):
            place = host if parts.port is None else f"{host}:{parts.port}"
            return urlunsplit(parts._replace(netloc=place))
        return context.named
    port = context.target.port if context.gateway_at_port else WEB_PORT
    return f"http://{host}:{port}/"


def page_named_by_hub(answer: bytes) -> tuple[bool, str | None]:
    """Read what a TCP port answered to HTTP: whether it is a hub's, and the page it names."""
    if not answer.startswith(b"HTTP/1.1 421 ") or _BODY_OF_HUB not in answer:
        return False, None
    found = _PAGE_NAMED.search(answer)
    return True, found[1].decode("ascii") if found else None
