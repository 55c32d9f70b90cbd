"""HTTP requests with a timeout on every wait, and their errors in words.

Does not know what is checked with them.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientError,
    ClientProxyConnectionError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    TCPConnector,
    TooManyRedirects,
)
from aiohttp.abc import AbstractResolver, ResolveResult

from core.client.proxy import system_proxy
from core.text.format import excerpt
from hubbub.doctor import strings
from hubbub.doctor.context import CheckFailed
from hubbub.doctor.tcp import look_up, not_connected

BODY_BYTES: Final = 4 * 1024 * 1024
"""More than the page with all that it loads has; the rest is not read."""

CHUNK_BYTES: Final = 64 * 1024


NOBODYS_HOST: Final = "not-this-hub.invalid"
"""A name that nobody has (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, from where it came after all redirects.

    Headers are by their lower-case names; one that came twice is joined by a comma.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """Return the media type."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def words(self) -> str:
        """Return the first line of the answer, for a person."""
        return excerpt(self.body[:400].decode(errors="replace").strip().partition("\n")[0], 160)


class _Names(AbstractResolver):
    """Looks names up without a thread that would be waited for at the end."""

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host=address, port=port, proto=0, flags=socket.AI_NUMERICHOST,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
            )
            for address in await look_up(host, self._wait_s)
        ]  # fmt: skip

    async def close(self) -> None:
        pass


@asynccontextmanager
async def calling(wait_s: float) -> AsyncIterator[ClientSession]:
    """Give a client that remembers nothing from one request to the next."""
    connector = TCPConnector(resolver=_Names(wait_s), force_close=True)
    async with ClientSession(
        connector=connector, timeout=ClientTimeout(total=None), cookie_jar=DummyCookieJar()
    ) as session:
        yield session


async def fetch(
    session: ClientSession, url: str, wait_s: float, *, redirects: bool = True,
    headers: Mapping[str, str] | None = None,
) -> Answer:  # fmt: skip
    """Return what is answered to a GET; raise CheckFailed."""
    try:
        async with (
            asyncio.timeout(wait_s),
            session.get(
                url, headers=headers, allow_redirects=redirects, proxy=system_proxy(url)
            ) as response,
        ):
            body = bytearray()
            while len(body) < BODY_BYTES and (chunk := await response.content.read(CHUNK_BYTES)):
                body += chunk
            return Answer(
                response.status, str(response.url), by_name(response.headers), bytes(body)
            )
    except (OSError, ClientError, ValueError) as problem:
        raise failed_check(problem, wait_s) from problem


def by_name(headers: Any) -> dict[str, str]:
    """Return headers by their lower-case names."""
    return {name.lower(): ", ".join(headers.getall(name)) for name in headers}


def failed_check(problem: Exception, wait_s: float) -> CheckFailed:
    """Return in words why there was no answer to a request."""
    if isinstance(problem, TimeoutError):
        return CheckFailed(f"no answer within {wait_s:g} s", strings.HANGS)
    if isinstance(problem, ClientConnectorCertificateError):
        words = excerpt(str(problem.certificate_error))
        return CheckFailed(strings.not_believed(words), strings.RENEW)
    if isinstance(problem, ClientConnectorSSLError):
        return CheckFailed(strings.NO_TLS, strings.WRITE_HTTP)
    if isinstance(problem, ClientProxyConnectionError):
        return CheckFailed(strings.PROXY_UNREACHED, strings.PROXY)
    if isinstance(problem, ClientConnectorError):
        trouble = not_connected(problem.os_error, wait_s)
        return CheckFailed(
            str(trouble), strings.NO_PAGE if "nobody" in str(trouble) else trouble.hint
        )
    if isinstance(problem, InvalidURL):
        return CheckFailed(strings.NO_ADDRESS, strings.GIVE_WEB)
    if isinstance(problem, TooManyRedirects):
        return CheckFailed(strings.CIRCLE, strings.REDIRECTS)
    if isinstance(problem, OSError) and not isinstance(problem, ClientError):
        return not_connected(problem, wait_s)
    return CheckFailed(strings.no_http(excerpt(str(problem))), strings.CLOSED)
