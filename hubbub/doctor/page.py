"""Checks of the web port: the page, its security headers and Host rule, and /healthz.

Does not know how its results are shown.
"""

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientSession

from core.text.format import excerpt
from hubbub.doctor import strings
from hubbub.doctor.context import CheckContext, CheckFailed, CheckSkipped, Page, web_url
from hubbub.doctor.http import (
    NOBODYS_HOST,
    Answer,
    calling,
    fetch,
)
from web.security import HEADERS, PART_HEADERS

SCRIPT_KINDS: Final = ("text/javascript", "application/javascript")
SHEET_KINDS: Final = ("text/css",)


async def page(context: CheckContext) -> str:
    """Load the page as a browser does, with its scripts and sheets."""
    url = web_url(context)
    async with calling(context.wait_s) as session:
        found = context.page = await _find(session, context, url)
        if not found.scripts or not found.sheets:
            what = "script" if not found.scripts else "style sheet"
            raise CheckFailed(strings.page_names_no(what), strings.NOT_WHOLE)
        for part in found.scripts:
            await _part(session, context, part, "script", SCRIPT_KINDS)
        for part in found.sheets:
            await _part(session, context, part, "style sheet", SHEET_KINDS)
    return found.url


async def _find(session: ClientSession, context: CheckContext, url: str) -> Page:
    """Return the page; raise CheckFailed, or CheckSkipped where nobody said that there is one."""
    guessed = context.web is None and context.named is None and not context.gateway_at_port
    if not context.addresses and urlsplit(url).hostname == context.target.host:
        raise CheckSkipped(strings.NAME_UNKNOWN)
    try:
        answer = await fetch(session, url, context.wait_s)
    except CheckFailed as problem:
        if guessed:
            raise CheckSkipped(strings.no_page_at(url)) from problem
        raise CheckFailed(f"{url}: {problem}", problem.hint) from problem
    context.reached = True
    try:
        return _read_page(answer)
    except _AnotherPage as problem:
        if guessed:
            raise CheckSkipped(strings.another_page_at(url)) from problem
        raise


class _AnotherPage(CheckFailed):
    """What was answered is not Hubbub's."""


def _read_page(answer: Answer) -> Page:
    """Return the page that was answered; raise CheckFailed if it is not Hubbub's."""
    if answer.status == 421:
        name = urlsplit(answer.url).hostname or ""
        raise CheckFailed(strings.not_by_name(answer.url, name), strings.public_host(name))
    if answer.status in (502, 503, 504):
        raise CheckFailed(f"{answer.url} answers {answer.status}", strings.UNREACHED)
    reader = _Reader()
    reader.feed(answer.body.decode(errors="replace"))
    if answer.status != 200 or reader.title.strip() != "Hubbub":
        seen = f"answers {answer.status}" if answer.status != 200 else "is another page"
        raise _AnotherPage(f"{answer.url} {seen}", strings.GIVE_WEB)
    scripts, sheets = (
        tuple(urljoin(answer.url, one) for one in found)
        for found in (reader.scripts, reader.sheets)
    )
    return Page(answer.url, answer.headers, scripts, sheets)


async def _part(
    session: ClientSession, context: CheckContext, url: str, what: str, kinds: tuple[str, ...]
) -> None:
    """Fetch what the page loads; raise CheckFailed."""
    where = excerpt(urlsplit(url).path)
    try:
        answer = await fetch(session, url, context.wait_s)
    except CheckFailed as problem:
        raise CheckFailed(
            f"its {what} {where} does not come: {problem}", strings.NOT_WHOLE
        ) from problem
    if answer.status != 200 or not answer.body:
        raise CheckFailed(f"its {what} {where} does not come: {answer.status}", strings.NOT_WHOLE)
    if answer.kind not in kinds:
        raise CheckFailed(
            f"its {what} {where} comes as {excerpt(answer.kind, 40)!r}", strings.NOT_WHOLE
        )
    context.parts[url] = answer.headers


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


async def headers(context: CheckContext) -> str:
    """Compare the headers of the page and its parts with those that are promised."""
    found = context.found_page()
    problems = _changed("the page", HEADERS, found.headers)
    for url, part in context.parts.items():
        problems += _changed(excerpt(urlsplit(url).path), PART_HEADERS, part)
    if problems:
        more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
        raise CheckFailed("; ".join(problems[:3]) + more, strings.HEADERS)
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
            problems.append(f"{name} on {where} is {excerpt(is_given, 40)!r}")
    return problems


async def host_rule(context: CheckContext) -> str:
    """See that the page is not shown under a name that is not its own."""
    found = context.found_page()
    async with calling(context.wait_s) as session:
        try:
            answer = await fetch(
                session, found.url, context.wait_s, redirects=False, headers={"Host": NOBODYS_HOST}
            )
        except CheckFailed:
            return strings.NOTHING_TO_OTHERS
    if answer.status == 200 and b"<title>Hubbub</title>" in answer.body:
        raise CheckFailed(strings.any_name(NOBODYS_HOST), strings.ANY_HOST)
    return f"{answer.status} to another name"


async def health(context: CheckContext) -> str:
    """Ask the gateway whether it reaches its hub."""
    found = context.found_page()
    async with calling(context.wait_s) as session:
        answer = await fetch(session, urljoin(found.url, "healthz"), context.wait_s)
    if answer.status in (401, 403, 404):
        raise CheckSkipped(strings.health_kept(answer.status))
    try:
        facts = json.loads(answer.body)
        status, reason = facts.get("status"), facts.get("reason")
    except (ValueError, AttributeError):
        status, reason = None, None
    if answer.status == 200 and status == "ok":
        return strings.REACHES_HUB
    if reason is not None:
        raise CheckFailed(f"/healthz says: {excerpt(str(reason))}", strings.NO_HUB)
    raise CheckFailed(f"/healthz answers {answer.status}: {answer.words}", strings.UNREACHED)
