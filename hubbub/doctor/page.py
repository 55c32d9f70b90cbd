"""The web port's doors: the page and what guards it, and the health check."""

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientSession

from hubbub.doctor.context import Broken, NotTried, Page, Visit, harmless, web_url
from hubbub.doctor.http import (
    NO_HUB,
    NOBODYS_HOST,
    NOTHING_TO_OTHERS,
    PUBLIC_HOST,
    UNREACHED,
    Answer,
    calling,
    fetch,
)
from web.security import HEADERS, PART_HEADERS

SCRIPT_KINDS: Final = ("text/javascript", "application/javascript")
SHEET_KINDS: Final = ("text/css",)

_NOT_WHOLE: Final = (
    "the proxy in front must pass all that lies below the page on to the gateway; "
    "if there is none, install Hubbub anew"
)
_HEADERS: Final = (
    "the proxy in front takes headers away or changes them: let it pass on the gateway's own "
    "(or the gateway is of another version than this doctor)"
)
_ANY_HOST: Final = (
    "pages from elsewhere may reach the hub through a user's browser: let the proxy in front "
    "pass on the Host header as it is, or answer to its own names alone"
)


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
        raise Broken(f"{answer.url} does not answer to the name {name}", PUBLIC_HOST.format(name))
    if answer.status in (502, 503, 504):
        raise Broken(f"{answer.url} answers {answer.status}", UNREACHED)
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
        raise Broken(f"/healthz says: {harmless(str(reason))}", NO_HUB)
    raise Broken(f"/healthz answers {answer.status}: {answer.words}", UNREACHED)
