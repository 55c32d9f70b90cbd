"""Reconnecting: one conversation over as many connections as it takes.

Knows when to connect, to ping, to give up on a connection and to retry, with
exponential backoff and jitter. It does not know what is shown, nor what a line
says beyond those that begin and end a connection.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from msgspec import UNSET

from core.client.conversation import HELLO_REF, ClientEvent, Conversation
from core.client.transport import CLOSE_WAIT_S, Transport, TransportError
from core.errors import HubbubError
from core.wire.messages import Bye, Error, Ping, Welcome, encode

PING_REF: Final = "ping"
PASSPHRASE_CODE: Final = "passphrase"  # noqa: S105  # an error's code


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Timeouts and backoff, in seconds; `chance` gives the jitter, from 0 to 1."""

    welcome_wait_s: float = 10.0
    ping_after_s: float = 10.0
    """After so long without a line the hub is asked whether it is there."""
    pong_wait_s: float = 8.0
    """Both together stay under 20 s: so soon a dead connection is noticed."""
    again_first_s: float = 0.5
    again_longest_s: float = 30.0
    steady_after_s: float = 10.0
    """A connection that held so long was a good one: the next wait is short."""
    chance: Callable[[], float] = random.random

    def wait_s(self, failures: int, hint_s: float) -> float:
        """Return how long to wait after so many failures in a row.

        Full jitter: anything up to the limit, so that a thousand clients do not
        reconnect in the same moment; `hint_s` is the delay that the hub asked for.
        """
        limit_s = min(self.again_longest_s, self.again_first_s * 2.0 ** min(failures, 16))
        return hint_s + self.chance() * max(limit_s, 2 * hint_s)


class HelloRefused(HubbubError):
    """The hub does not take this user; the text says why, `code` for programs."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


class _PassphraseWanted(HubbubError):
    """The hub asks for a passphrase; the text says why."""


class Dismissed(HubbubError):
    """The hub has sent this user away, and coming back would not help."""


class ClientListener(Protocol):
    """Who receives the events of a conversation."""

    def on_events(self, events: Sequence[tuple[ClientEvent, bytes]]) -> None:
        """Take what came, each with the line that it came in."""
        ...

    def lost(self, reason: str, wait_s: float) -> None:
        """Take note that there is no connection, and when the next try is."""
        ...

    def refused_hello(self, error: Error) -> bool:
        """Tell whether to say hello again: it was refused, but may be changed."""
        ...


class Reconnector:
    """Runs one conversation with one hub, and reconnects when the connection is lost."""

    def __init__(
        self, conversation: Conversation, listener: ClientListener,
        connect: Callable[[], Awaitable[Transport]], *, retry: RetryPolicy,
        give_up_after_s: float | None = None, ready: Callable[[], Awaitable[None]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        ask_passphrase: Callable[[str], Awaitable[str | None]] | None = None,
    ) -> None:  # fmt: skip
        """`give_up_after_s`: how long to go on without a connection; None for ever.

        `ready`: what to wait for before more is received, if anything. `ask_passphrase`
        asks a person for the hub's, and is told why; None if nobody can be asked.
        """
        self._ask_passphrase = ask_passphrase
        self._conversation = conversation
        self._listener = listener
        self._connect = connect
        self._retry = retry
        self._give_up_after_s = give_up_after_s
        self._clock = clock
        self._sleep = sleep
        self._ready = ready
        self._holding = False  # it is the listener who does not take more
        self._wake = asyncio.Event()
        self._leaving = asyncio.Event()
        self._failures = 0
        self._alone_since_s: float | None = None  # since the last good connection
        # Of this connection:
        self._welcomed_s: float | None = None
        self._opened_s = 0.0
        self._heard_s = 0.0
        self._ping_wanted = False
        self._hello_again = False
        self._dismissed = False
        self._bye: Bye | None = None

    def nudge(self) -> None:
        """Send what the conversation has to say."""
        self._wake.set()

    def leave(self) -> None:
        """Send what there is to send, close, and let `run` return."""
        self._leaving.set()

    @property
    def was_welcomed(self) -> bool:
        """Tell whether a hub has ever taken this client."""
        return self._welcomed_s is not None or self._alone_since_s is not None

    @property
    def has_left(self) -> bool:
        return self._leaving.is_set()

    async def left(self) -> None:
        """Wait until `leave` is called."""
        await self._leaving.wait()

    async def run(self) -> None:
        """Converse until `leave`.

        Raise TransportError if the first connection fails or patience ends,
        HelloRefused, Dismissed, or what the listener raises.
        """
        try:
            await first_of(self._keep_going(), self._leaving.wait())
        except TransportError:
            if not self._leaving.is_set():
                raise

    async def _keep_going(self) -> None:
        while True:
            try:
                await self._converse_once()
            except TransportError as problem:
                await self._sleep(self._before_next_try(problem))
            except _PassphraseWanted as problem:
                # Not on that connection: a person takes longer than a hub waits.
                self._conversation.lost()
                await self._change_passphrase(str(problem))

    async def _change_passphrase(self, why: str) -> None:
        passphrase = await self._ask_passphrase(why) if self._ask_passphrase else None
        if passphrase is None:
            raise HelloRefused(why, PASSPHRASE_CODE)
        self._conversation.passphrase = passphrase

    def _before_next_try(self, problem: TransportError) -> float:
        """Return how long to wait; raise TransportError if no other try is to be made."""
        self._conversation.lost()
        now_s = self._clock()
        reason = self._bye.text if self._bye is not None else str(problem)
        if self._welcomed_s is not None:
            self._alone_since_s = now_s
            if now_s - self._welcomed_s >= self._retry.steady_after_s:
                self._failures = 0
        if self._alone_since_s is None:
            raise TransportError(reason) from problem
        if (
            self._give_up_after_s is not None
            and now_s - self._alone_since_s >= self._give_up_after_s
        ):
            raise TransportError(reason) from problem
        wait_s = self._retry.wait_s(self._failures, _hint_s(self._bye))
        self._failures += 1
        self._listener.lost(reason, wait_s)
        return wait_s

    async def _converse_once(self) -> None:
        self._welcomed_s = self._bye = None
        self._dismissed = self._hello_again = self._ping_wanted = self._holding = False
        transport = await self._connect()
        try:
            self._opened_s = self._heard_s = self._clock()
            await transport.send([self._conversation.hello()])
            await first_of(self._receive(transport), self._send(transport), self._watch())
        finally:
            if self._leaving.is_set():
                await self._say_the_last(transport)
            await transport.close()

    async def _say_the_last(self, transport: Transport) -> None:
        with suppress(TransportError, TimeoutError):
            async with asyncio.timeout(CLOSE_WAIT_S):
                await transport.send(self._conversation.outgoing(self._clock()))

    # --- while connected ---------------------------------------------------------

    async def _receive(self, transport: Transport) -> None:
        try:
            while True:
                lines = await transport.receive()
                self._heard_s = now_s = self._clock()
                self._ping_wanted = False
                news = [
                    (event, line)
                    for line in lines
                    for event in self._conversation.feed(line, now_s)
                    if self._is_news(event)
                ]
                if news:
                    self._listener.on_events(news)
                if self._dismissed:
                    raise Dismissed(self._bye.text if self._bye is not None else "")
                if self._hello_again:
                    self._hello_again = False
                    await transport.send([self._conversation.hello()])
                # Acks may have made room for more.
                self._wake.set()
                if self._ready is not None:
                    self._holding = True
                    await self._ready()
                    self._holding = False
                    self._heard_s = self._clock()
        except TransportError as problem:
            raise TransportError(self._what_it_was(str(problem))) from problem

    def _is_news(self, event: ClientEvent) -> bool:
        """See to what concerns the connection; tell whether the listener wants it."""
        match event:
            case Welcome():
                self._welcomed_s = self._clock()
            case Bye():
                self._bye = event
                self._dismissed = event.reason in ("replaced", "quit")
                return False
            case Error(code=code) if code == PASSPHRASE_CODE and self._welcomed_s is None:
                raise _PassphraseWanted(event.text)
            case Error() if self._welcomed_s is None:
                if event.ref != HELLO_REF or not self._listener.refused_hello(event):
                    raise HelloRefused(event.text, event.code)
                self._hello_again = True
                return False
            case _:
                pass
        return True

    async def _send(self, transport: Transport) -> None:
        while True:
            self._wake.clear()
            lines = self._conversation.outgoing(self._clock())
            if self._ping_wanted:
                lines.append(encode(Ping(ref=PING_REF)))
                self._ping_wanted = False
            if lines:
                await transport.send(lines)
                continue
            due_s = self._conversation.due_s
            wait_s = None if due_s is None else max(0.0, due_s - self._clock())
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()

    async def _watch(self) -> None:
        """Raise TransportError once the hub has been silent for too long."""
        retry = self._retry
        while self._welcomed_s is None:
            # What answers here may be no hub and yet talk without end.
            left_s = self._opened_s + retry.welcome_wait_s - self._clock()
            if left_s <= 0:
                reason = f"no hub answers there within {retry.welcome_wait_s:g} s"
                raise TransportError(self._what_it_was(reason))
            await self._sleep(left_s)
        while True:
            heard_s = self._clock() if self._holding else self._heard_s
            left_s = heard_s + retry.ping_after_s - self._clock()
            if left_s > 0:
                await self._sleep(left_s)
                continue
            # Asked only now: if it was this process that slept, the hub is well.
            self._ping_wanted = True
            self._wake.set()
            await self._sleep(retry.pong_wait_s)
            if self._heard_s == heard_s and not self._holding:
                silent_s = self._clock() - heard_s
                raise TransportError(f"the hub has been silent for {silent_s:.0f} s")

    def _what_it_was(self, reason: str) -> str:
        """Say what else may live at an address where no hub has answered."""
        line = self._conversation.foreign_line
        if self._welcomed_s is not None or not line:
            return reason
        if line.startswith(b"HTTP/"):
            return "this is a web server; for a hub's web door write ws://HOST:PORT"
        return f"no hub answers there, but something that says: {line.decode(errors='replace')}"


def _hint_s(bye: Bye | None) -> float:
    if bye is None or bye.retry_ms is UNSET or not bye.retry_ms:
        return 0.0
    # A hint from outside does not decide how long somebody is kept waiting.
    return min(max(bye.retry_ms / 1000, 0.0), 60.0)


async def first_of(*coroutines: Coroutine[Any, Any, object]) -> None:
    """Run all until one ends; end the others, and raise what the first raised."""
    tasks = [asyncio.ensure_future(one) for one in coroutines]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
