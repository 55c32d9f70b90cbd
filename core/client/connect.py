"""How a program connects: into one room, into several, or only to say one thing.

Knows what a connection is made with and how it is left in order; what happens in
between is the client's.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Literal

from core.client.address import parse_address
from core.client.client import Client
from core.client.conversation import Conversation
from core.client.owner import owner_told
from core.client.patience import Patience
from core.client.reconnect import Reconnector, RetryPolicy
from core.client.room import ClientRoom
from core.client.transport import connect_transport
from core.errors import Refused
from core.wire.messages import Kind

LEAVE_WAIT_S: Final = 5.0
"""How long closing the connection may take when the block is left."""

Entering = Callable[[Client], "asyncio.Future[None]"]
"""What a program waits for before its block begins."""


@asynccontextmanager
async def connect_client(
    address: str, *, nick: str | None = None, owner: str | Path | None = None,
    directs: bool = False, wait_s: float | None = 0.0,
    give_up_after_s: float | None = None, retry: RetryPolicy | None = None,
    proxy: Literal[True] | None = True, passphrase: str | None = None,
) -> AsyncIterator[Client]:  # fmt: skip
    """Connect to a hub, and enter no room yet: `await client.join("lobby")` does.

    The arguments are those of `connect`.
    """

    def welcomed(client: Client) -> "asyncio.Future[None]":
        return client.pending.welcomed

    options = (nick, owner, passphrase, directs, wait_s, give_up_after_s, retry, proxy)
    async with _open(address, *options, welcomed) as client:
        yield client


@asynccontextmanager
async def connect(
    address: str, *, nick: str | None = None, owner: str | Path | None = None,
    room: str = "lobby", last: int = 0, after: int | None = None, own: bool = False,
    directs: bool = False, wait_s: float | None = 0.0, give_up_after_s: float | None = None,
    retry: RetryPolicy | None = None, proxy: Literal[True] | None = True,
    passphrase: str | None = None,
) -> AsyncIterator[ClientRoom]:  # fmt: skip
    """Enter a room: `async with connect("host:4045", nick="bot") as room: …`.

    `address` is what `hubbub join` takes, ws:// too. Reading begins with what is
    said from now on, or with the `last` newest messages, or behind the seq
    `after`. `own`: one's own messages come, too; `directs`: messages for this
    program alone are gathered for `room.client.directs()`.

    `owner`: a secret of the program's own, or the file that keeps one and is made if it
    is not there. With it, a program that was killed has its nick back at once.
    `passphrase`: what the hub may ask for; it has to be right, nobody is asked.

    `wait_s`: how long to wait at first for a hub that is not reachable or a nick
    that somebody has, in seconds; None for ever. `give_up_after_s`: how long to go
    on without a connection later; None for ever.

    Raise BadAddress, TransportError (not reachable), HelloRefused (the nick, or the
    passphrase: `code` tells), Refused (the room), ValueError (a secret that is too
    short) or OSError (its file).
    Leaving waits until all that was said is kept.
    """
    entered: list[ClientRoom] = []

    def enter(client: Client) -> "asyncio.Future[None]":
        here, answered = client.enter(room, last=last, after=after, own=own)
        entered.append(here)
        return answered

    options = (nick, owner, passphrase, directs, wait_s, give_up_after_s, retry, proxy)
    async with _open(address, *options, enter):
        yield entered[0]


def say(
    address: str, text: str, *, room: str = "lobby", nick: str | None = None,
    kind: Kind | None = None, wait_s: float = 0.0, timeout_s: float = 30.0,
    proxy: Literal[True] | None = True, passphrase: str | None = None,
) -> int:  # fmt: skip
    """Say one thing, without `async`; return its seq once it is on the hub's disk.

    Raise what `connect` and `ClientRoom.say` raise, TimeoutError `timeout_s` after
    `wait_s` has passed, and RuntimeError within an event loop: there, use `connect`.
    """

    async def once() -> int:
        async with (
            asyncio.timeout(wait_s + timeout_s),
            connect(
                address, nick=nick, room=room, wait_s=wait_s, proxy=proxy, passphrase=passphrase
            ) as here,
        ):
            return await here.say(text, kind)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(once())
    raise RuntimeError("say() waits, and would stop this event loop; use connect() in it")


@asynccontextmanager
async def _open(
    address: str, nick: str | None, owner: str | Path | None, passphrase: str | None,
    directs: bool, wait_s: float | None, give_up_after_s: float | None, retry: RetryPolicy | None,
    proxy: Literal[True] | None, entering: Entering,
) -> AsyncIterator[Client]:  # fmt: skip
    where = parse_address(address)
    secret = None if owner is None else owner_told(where, owner)
    conversation = Conversation(nick or where.nick, owner=secret, passphrase=passphrase)
    client = Client(conversation, directs=directs)
    entered = entering(client)
    retry = retry or RetryPolicy()
    reconnector = Reconnector(
        conversation, client, lambda: connect_transport(where, proxy=proxy),
        retry=retry, give_up_after_s=give_up_after_s, ready=client.ready,
    )  # fmt: skip
    client.on_news(reconnector.nudge)
    patience = Patience(wait_s, retry)
    task = asyncio.create_task(_run(patience, reconnector, client), name="hubbub client")
    try:
        await entered
        yield client
        await client.drain()
    finally:
        for room in list(client.rooms.values()):
            await client.leave(room)
        reconnector.leave()
        client.took()
        try:
            async with asyncio.timeout(LEAVE_WAIT_S):
                await task
        except TimeoutError:
            task.cancel()


async def _run(patience: Patience, reconnector: Reconnector, client: Client) -> None:
    try:
        await patience.run(reconnector)
    except Exception as problem:
        client.ends(problem)
    else:
        client.ends(Refused("left", "the connection has been left"))
