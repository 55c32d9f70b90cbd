"""The web port's doors: the page and what guards it, the WebSocket, the health check."""

import asyncio
import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit, urlunsplit

from aiohttp import (
    ClientError,
    ClientSession,
    ClientWebSocketResponse,
    ClientWSTimeout,
    WSMsgType,
    WSServerHandshakeError,
)

from core.client.link import LINE_LIMIT_BYTES
from core.messages import Hello, Ping, Pong, Welcome
from hubbub.doors.http import Answer, broken, calling, fetch
from hubbub.doors.visit import Broken, NotTried, Page, Visit, harmless, web_url
from hubbub.doors.wire import REF, Talk
from web.security import HEADERS, PART_HEADERS

NOBODYS_HOST: Final = "not-this-hub.invalid"
"""A name that nobody has (RFC 2606)."""

NOTHING_TO_OTHERS: Final = "no answer at all, which is as good as a refusal"

SCRIPT_KINDS: Final = ("text/javascript", "application/javascript")
SHEET_KINDS: Final = ("text/css",)
CLOSE_WAIT_S: Final = 1.0

_UPGRADE: Final = (
    "the proxy in front does not pass on WebSockets: it needs HTTP/1.1 and the headers "
    "Upgrade and Connection of the browser (see “Behind a proxy” in docs/operating.md)"
)
_PUBLIC_HOST: Final = "start the gateway with --public-host {}"
_NOT_WHOLE: Final = (
    "the proxy in front must pass all that lies below the page on to the gateway; "
    "if there is none, install Hubbub anew"
)
_UNREACHED: Final = "the proxy in front does not reach the gateway: look whether it runs, and where"
_HEADERS: Final = (
    "the proxy in front takes headers away or changes them: let it pass on the gateway's own "
    "(or the gateway is of another version than this doctor)"
)
_ANY_HOST: Final = (
    "pages from elsewhere may reach the hub through a user's browser: let the proxy in front "
    "pass on the Host header as it is, or answer to its own names alone"
)
_ANY_ORIGIN: Final = (
    "any page may speak here as whoever looks at it: let the proxy in front pass on the "
    "Origin header as it is"
)
_NO_HUB: Final = "the gateway does not reach its hub: check its --hub and --secret-file"


async def page(visit: Visit) -> str:
    """Load the page as a browser does, with its scripts and sheets."""
    url = web_url(visit)
    async with calling(visit.wait_s) as session:
        found = visit.page = await _find(session, visit, url)
        if not found.scripts or not found.sheets:
            what = "script" if not found.scripts else "style sheet"
            raise Broken(f"the page names no {what}", _NOT_WHOLE)
        for part in found.scripts:
            await _part(session, visit, part, "script", SCRIPT_KINDS)
        for part in found.sheets:
            await _part(session, visit, part, "style sheet", SHEET_KINDS)
    return found.url


async def _find(session: ClientSession, visit: Visit, url: str) -> Page:
    """Return the page; raise Broken, or NotTried where nobody said that there is one."""
    guessed = visit.web is None and visit.named is None and not visit.gateway_at_port
    if not visit.addresses and urlsplit(url).hostname == visit.target.host:
        raise NotTried("the host's name is not known")
    try:
        answer = await fetch(session, url, visit.wait_s)
    except Broken as problem:
        if guessed:
            raise NotTried(f"no hub names a page, and at {url} there is none") from problem
        raise Broken(f"{url}: {problem}", problem.hint) from problem
    visit.reached = True
    try:
        return _read_page(answer)
    except _AnotherPage as problem:
        if guessed:
            raise NotTried(f"no hub names a page, and at {url} is another one") from problem
        raise


class _AnotherPage(Broken):
    """What was answered is not Hubbub's."""


def _read_page(answer: Answer) -> Page:
    """Return the page that was answered; raise Broken if it is not Hubbub's."""
    if answer.status == 421:
        name = urlsplit(answer.url).hostname or ""
        raise Broken(f"{answer.url} does not answer to the name {name}", _PUBLIC_HOST.format(name))
    if answer.status in (502, 503, 504):
        raise Broken(f"{answer.url} answers {answer.status}", _UNREACHED)
    reader = _Reader()
    reader.feed(answer.body.decode(errors="replace"))
    if answer.status != 200 or reader.title.strip() != "Hubbub":
        seen = f"answers {answer.status}" if answer.status != 200 else "is another page"
        raise _AnotherPage(f"{answer.url} {seen}", "give the page's address with --web")
    scripts, sheets = (
        tuple(urljoin(answer.url, one) for one in found)
        for found in (reader.scripts, reader.sheets)
    )
    return Page(answer.url, answer.headers, scripts, sheets)


async def _part(
    session: ClientSession, visit: Visit, url: str, what: str, kinds: tuple[str, ...]
) -> None:
    """Fetch what the page loads; raise Broken."""
    where = harmless(urlsplit(url).path)
    try:
        answer = await fetch(session, url, visit.wait_s)
    except Broken as problem:
        raise Broken(f"its {what} {where} does not come: {problem}", _NOT_WHOLE) from problem
    if answer.status != 200 or not answer.body:
        raise Broken(f"its {what} {where} does not come: {answer.status}", _NOT_WHOLE)
    if answer.kind not in kinds:
        raise Broken(f"its {what} {where} comes as {harmless(answer.kind, 40)!r}", _NOT_WHOLE)
    visit.parts[url] = answer.headers


class _Reader(HTMLParser):
    """Finds the title, the scripts and the style sheets of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.scripts: list[str] = []
        self.sheets: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self._in_title = tag == "title"
        if tag == "script" and (source := known.get("src")):
            self.scripts.append(source)
        elif tag == "link" and known.get("rel") == "stylesheet" and (to := known.get("href")):
            self.sheets.append(to)

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


# --- what guards the page --------------------------------------------------------


async def headers(visit: Visit) -> str:
    """Compare the headers of the page and its parts with those that are promised."""
    found = visit.found_page()
    problems = _changed("the page", HEADERS, found.headers)
    for url, part in visit.parts.items():
        problems += _changed(harmless(urlsplit(url).path), PART_HEADERS, part)
    if problems:
        more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
        raise Broken("; ".join(problems[:3]) + more, _HEADERS)
    return f"{len(HEADERS) - 1} on the page"


def _changed(where: str, promised: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the headers of an answer. How to cache is no guard."""
    problems = []
    for name, value in promised.items():
        if name == "Cache-Control":
            continue
        is_given = found.get(name.lower())
        if is_given is None:
            problems.append(f"{name} is missing on {where}")
        elif is_given != value:
            problems.append(f"{name} on {where} is {harmless(is_given, 40)!r}")
    return problems


async def host_rule(visit: Visit) -> str:
    """See that the page is not shown under a name that is not its own."""
    found = visit.found_page()
    async with calling(visit.wait_s) as session:
        try:
            answer = await fetch(
                session, found.url, visit.wait_s, redirects=False, headers={"Host": NOBODYS_HOST}
            )
        except Broken:
            return NOTHING_TO_OTHERS
    if answer.status == 200 and b"<title>Hubbub</title>" in answer.body:
        raise Broken(f"the page answers to any name, {NOBODYS_HOST} among them", _ANY_HOST)
    return f"{answer.status} to another name"


async def health(visit: Visit) -> str:
    """Ask the gateway whether it reaches its hub."""
    found = visit.found_page()
    async with calling(visit.wait_s) as session:
        answer = await fetch(session, urljoin(found.url, "healthz"), visit.wait_s)
    if answer.status in (401, 403, 404):
        raise NotTried(f"/healthz answers {answer.status}: the proxy in front keeps it to itself")
    try:
        facts = json.loads(answer.body)
        status, reason = facts.get("status"), facts.get("reason")
    except (ValueError, AttributeError):
        status, reason = None, None
    if answer.status == 200 and status == "ok":
        return "the gateway reaches its hub"
    if reason is not None:
        raise Broken(f"/healthz says: {harmless(str(reason))}", _NO_HUB)
    raise Broken(f"/healthz answers {answer.status}: {answer.words}", _UNREACHED)


# --- the WebSocket -----------------------------------------------------------------


class Socket:
    """A WebSocket as a carrier of lines."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, data: bytes) -> None:
        """Send a line; raise Broken."""
        try:
            await self._socket.send_str(data.decode().removesuffix("\n"))
        except (OSError, ClientError) as problem:
            raise Broken("the connection broke", _UPGRADE) from problem

    async def receive(self) -> bytes:
        """Wait for lines; raise Broken at the end."""
        message = await self._socket.receive()
        if message.type is WSMsgType.TEXT:
            text: str = message.data
            return text.encode() + (b"" if text.endswith("\n") else b"\n")
        said = harmless(str(message.extra or "")) if message.type is WSMsgType.CLOSE else ""
        hint = _NO_HUB if self._socket.close_code in (1001, 1012, 1013) else _UPGRADE
        code = f" ({self._socket.close_code})" if self._socket.close_code else ""
        raise Broken(f"it is closed{code}" + (f": {said}" if said else ""), hint)


async def websocket(visit: Visit) -> str:
    """Open the WebSocket as the page does, say hello and ping."""
    found = visit.found_page()
    async with calling(visit.wait_s) as session:
        socket = await _open(session, visit, found, _origin(found.url))
        try:
            talk = Talk(Socket(socket), visit.wait_s)
            welcome = await talk.ask(Hello(ref=REF), Welcome)
            await talk.ask(Ping(ref=REF), Pong)
        finally:
            await socket.close()
    visit.socket_works = True
    if visit.log is not None and visit.log != welcome.log:
        raise Broken(
            f"the page leads to another hub than {visit.target}",
            "give the page's address with --web, or the right hub to the gateway with --hub",
        )
    return harmless(f"{welcome.server}, {welcome.nick}")


async def origin_rule(visit: Visit) -> str:
    """See that another page's script cannot open the WebSocket."""
    found = visit.found_page()
    if not visit.socket_works:
        raise NotTried("the WebSocket does not open at all")
    async with calling(visit.wait_s) as session:
        try:
            socket = await _open(session, visit, found, f"http://{NOBODYS_HOST}")
        except _NotOpened as problem:
            return f"{problem.status} to another page"
        except Broken:
            return NOTHING_TO_OTHERS
        await socket.close()
    raise Broken(f"a page from {NOBODYS_HOST} may open it", _ANY_ORIGIN)


class _NotOpened(Broken):
    """There was an answer, but no WebSocket."""

    def __init__(self, status: int, hint: str) -> None:
        super().__init__(f"it is not opened; the answer is {status}", hint)
        self.status = status


async def _open(
    session: ClientSession, visit: Visit, found: Page, origin: str
) -> ClientWebSocketResponse:
    """Open the WebSocket beside the page; raise Broken."""
    parts = urlsplit(urljoin(found.url, "ws"))
    scheme = "wss" if parts.scheme == "https" else "ws"
    try:
        async with asyncio.timeout(visit.wait_s):
            return await session.ws_connect(
                urlunsplit(parts._replace(scheme=scheme)), origin=origin,
                max_msg_size=LINE_LIMIT_BYTES, timeout=ClientWSTimeout(ws_close=CLOSE_WAIT_S),
            )  # fmt: skip
    except WSServerHandshakeError as problem:
        raise _NotOpened(problem.status, _why_not(problem.status, found.url)) from problem
    except (OSError, ClientError) as problem:
        raise broken(problem, visit.wait_s) from problem


def _why_not(status: int, url: str) -> str:
    """Return what to do about an answer that opens no WebSocket."""
    if status in (403, 421):
        return _PUBLIC_HOST.format(urlsplit(url).hostname)
    if status in (502, 503, 504):
        return _UNREACHED
    return _UPGRADE


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
