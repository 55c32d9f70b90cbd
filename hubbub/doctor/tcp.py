"""Name lookup, TCP connections and JSON lines, with a timeout on every wait.

Does not know what is checked with them.
"""

import asyncio
import errno
import socket
import threading
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from core.client.transport import LINE_LIMIT_BYTES
from core.errors import Refused
from core.text.format import excerpt
from core.wire.framing import LineBuffer
from core.wire.messages import AnyEvent, Bye, Error, Request, decode_event, encode
from hubbub.doctor import strings
from hubbub.doctor.context import CheckFailed

T = TypeVar("T")
E = TypeVar("E")

READ_BYTES: Final = 64 * 1024
REPLY_LIMIT_BYTES: Final = 1024 * 1024
"""More than any answer that is waited for; whoever says more is no hub."""

REF: Final = "doctor"


class Silent(CheckFailed):
    """Nothing came in time."""


class PassphraseWanted(CheckFailed):
    """The hub asks for a passphrase."""


# --- names -----------------------------------------------------------------------


async def look_up(host: str, wait_s: float) -> tuple[str, ...]:
    """Return a host's addresses; raise CheckFailed."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[tuple[str, ...]] = loop.create_future()

    def settle(addresses: tuple[str, ...], problem: Exception | None) -> None:
        if found.done():
            return
        if problem is None:
            found.set_result(addresses)
        else:
            found.set_exception(problem)

    def ask() -> None:
        addresses: tuple[str, ...] = ()
        problem: Exception | None = None
        try:
            infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            addresses = tuple(dict.fromkeys(str(info[4][0]) for info in infos))
        except (OSError, UnicodeError) as trouble:
            problem = trouble
        try:
            loop.call_soon_threadsafe(settle, addresses, problem)
        except RuntimeError:
            return  # the loop is closed: nobody waits any more

    # A thread of its own: the loop's would be waited for at the end, however long.
    threading.Thread(target=ask, name="look up", daemon=True).start()
    try:
        async with asyncio.timeout(wait_s):
            return await found
    except TimeoutError as problem:
        hint = strings.NAME_SERVER
        raise CheckFailed(f"no answer about {excerpt(host)} within {wait_s:g} s", hint) from problem
    except (OSError, UnicodeError) as problem:
        hint = strings.SPELLING
        raise CheckFailed(strings.no_host(excerpt(host)), hint) from problem


# --- TCP -------------------------------------------------------------------------


class TcpConnection:
    """A TCP connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wait_s: float
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._wait_s = wait_s
        self.came = bytearray()
        """Everything that `until` has read."""

    async def send(self, data: bytes) -> None:
        """Send; raise CheckFailed."""
        try:
            async with asyncio.timeout(self._wait_s):
                self._writer.write(data)
                await self._writer.drain()
        except (OSError, RuntimeError) as problem:  # TimeoutError is an OSError
            raise CheckFailed("the connection broke", strings.CLOSED) from problem

    async def receive(self) -> bytes:
        """Wait for bytes, however long; raise CheckFailed at the end of the connection."""
        try:
            data = await self._reader.read(READ_BYTES)
        except OSError as problem:
            raise CheckFailed("the connection broke", strings.CLOSED) from problem
        if not data:
            raise CheckFailed(strings.WAS_CLOSED, strings.CLOSED)
        return data

    async def until(self, found: Callable[[bytes], T | None], wanted: str) -> T:
        """Read until `found` returns something of all that came; raise CheckFailed, Silent."""
        try:
            async with asyncio.timeout(self._wait_s):
                while (value := found(bytes(self.came))) is None:
                    if len(self.came) > REPLY_LIMIT_BYTES:
                        raise CheckFailed(strings.no_end(wanted), strings.CLOSED)
                    self.came += await self.receive()
                return value
        except TimeoutError as problem:
            raise Silent(f"no {wanted} within {self._wait_s:g} s", strings.SILENT) from problem

    async def close(self) -> None:
        """Close in an orderly way, within a bounded time."""
        self._writer.close()
        try:
            async with asyncio.timeout(self._wait_s):
                await self._writer.wait_closed()
        except OSError:
            self._writer.transport.abort()

    async def cut(self) -> None:
        """Break the connection, as a lost network does."""
        self._writer.transport.abort()
        await self.close()


async def connect_tcp(address: str, port: int, wait_s: float) -> TcpConnection:
    """Connect to an address; raise CheckFailed."""
    try:
        async with asyncio.timeout(wait_s):
            reader, writer = await asyncio.open_connection(address, port, limit=READ_BYTES)
    except OSError as problem:
        raise not_connected(problem, wait_s) from problem
    return TcpConnection(reader, writer, wait_s)


def not_connected(problem: OSError, wait_s: float) -> CheckFailed:
    """Return in words why a connection could not be made."""
    if isinstance(problem, TimeoutError) and problem.errno is None:
        return CheckFailed(f"no answer within {wait_s:g} s", strings.FIREWALL)
    if problem.errno == errno.ECONNREFUSED:
        return CheckFailed("nobody listens there", strings.NOBODY)
    if problem.errno == errno.ETIMEDOUT:
        return CheckFailed("no answer", strings.FIREWALL)
    words = (problem.strerror or str(problem) or type(problem).__name__).lower()
    return CheckFailed(excerpt(words), strings.NO_WAY)


# --- conversations ---------------------------------------------------------------


class Carrier(Protocol):
    """What carries lines: a TCP connection or a WebSocket."""

    async def send(self, data: bytes) -> None: ...

    async def receive(self) -> bytes: ...


class JsonClient:
    """JSON lines with a hub."""

    def __init__(self, carrier: Carrier, wait_s: float) -> None:
        self._carrier = carrier
        self._wait_s = wait_s
        self._lines = LineBuffer(LINE_LIMIT_BYTES, bare_cr=False)
        self._waiting: list[AnyEvent] = []

    async def ask(self, request: Request, wanted: type[E]) -> E:
        """Send a request that has REF, and return its answer; raise CheckFailed."""
        await self._carrier.send(encode(request))

        def answer(event: AnyEvent) -> E | None:
            if isinstance(event, Error) and event.ref == REF:
                if event.code == "passphrase":
                    words = strings.refuses(excerpt(event.text))
                    raise PassphraseWanted(words, strings.RIGHT_PASSPHRASE)
                hint = strings.HUB_SAYS_WHY
                raise CheckFailed(strings.refuses(excerpt(event.text)), hint)
            mine = getattr(event, "ref", None) == REF
            return event if isinstance(event, wanted) and mine else None

        return await self.hear(answer, f"`{wanted.__name__.lower()}`")

    async def refusal(self, request: Request) -> str:
        """Send a request that has REF, and return the code of its refusal.

        Raise CheckFailed if anything else is told.
        """
        await self._carrier.send(encode(request))

        def refused(event: AnyEvent) -> str | None:
            if not isinstance(event, Error):
                raise CheckFailed(strings.SHOWS_BEFORE, strings.GATE)
            return event.code if event.ref == REF else None

        return await self.hear(refused, "`error`")

    async def hear(self, found: Callable[[AnyEvent], T | None], wanted: str) -> T:
        """Wait for an event for which `found` returns something; raise CheckFailed, Silent.

        Events before it have then been shown to `found`, and are gone.
        """
        try:
            async with asyncio.timeout(self._wait_s):
                while True:
                    while self._waiting:
                        event = self._waiting.pop(0)
                        value = found(event)
                        if value is not None:
                            return value
                        if isinstance(event, Bye):
                            said = excerpt(event.text)
                            raise CheckFailed(strings.good_bye(said), strings.CLOSED)
                    self._take(await self._carrier.receive())
        except TimeoutError as problem:
            raise Silent(f"no {wanted} within {self._wait_s:g} s", strings.SILENT) from problem

    def _take(self, data: bytes) -> None:
        for line in self._lines.feed(data):
            # A hub that took us for a person has greeted in text before.
            if isinstance(line, bytes) and line.startswith(b"{"):
                try:
                    self._waiting.append(decode_event(line))
                except Refused as problem:
                    hint = strings.NO_HUB_I_KNOW
                    raise CheckFailed(excerpt(str(problem)), hint) from problem
