"""A program gives the passphrase that a hub asks for, or is told that it lacks it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.access.gate import NEEDED, WRONG
from core.client.reconnect import RetryPolicy
from core.server.server import HubServer
from core.server.settings import HubSettings
from hubbub.client import HelloRefused, connect, connect_client, say

PASS = "k7mq-2xfd-9wht"
AT_ONCE = RetryPolicy(again_first_s=0.01, again_longest_s=0.01)


@pytest.fixture
async def gated() -> AsyncIterator[HubServer]:
    """Give a hub that asks for PASS."""
    server = HubServer(HubSettings(port=0, passphrase=PASS))
    await server.start()
    yield server
    await server.stop()


def at(server: HubServer) -> str:
    host, port = server.address
    return f"{host}:{port}"


async def test_with_it_a_program_talks(gated: HubServer) -> None:
    async with connect(at(gated), nick="one", passphrase=PASS, own=True) as room:
        assert await room.say("hello") == 1
    # What counts as the same does so here as well.
    async with connect_client(at(gated), passphrase="K7MQ 2XFD 9WHT") as client:
        room = await client.join("lobby", last=1)
        assert (await anext(aiter(room))).text == "hello"


async def test_without_it_no_waiting_helps(gated: HubServer) -> None:
    for passphrase, words in ((None, NEEDED), ("wrong-guess", WRONG)):
        async with asyncio.timeout(20):
            with pytest.raises(HelloRefused, match=words) as refused:
                async with connect(at(gated), passphrase=passphrase, wait_s=None):
                    raise AssertionError("nobody should be here")
        assert refused.value.code == "passphrase"
        with pytest.raises(HelloRefused):
            async with connect_client(at(gated), passphrase=passphrase):
                raise AssertionError("nobody should be here")


async def test_one_that_is_renewed_ends_the_program(gated: HubServer) -> None:
    async with connect(at(gated), passphrase=PASS, retry=AT_ONCE) as room:
        await room.say("before")
        gated.change_passphrase("quite-another-one")
        with pytest.raises(HelloRefused) as refused:
            await anext(aiter(room))
    assert refused.value.code == "passphrase"


async def test_without_async(gated: HubServer) -> None:
    assert await asyncio.to_thread(say, at(gated), "done", passphrase=PASS) == 1
    with pytest.raises(HelloRefused):
        await asyncio.to_thread(say, at(gated), "done")


async def test_a_hub_that_asks_for_none_takes_any(hub_server: HubServer) -> None:
    async with connect(at(hub_server), passphrase=PASS) as room:
        assert await room.say("hello") == 1
