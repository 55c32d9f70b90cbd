"""What the doctor's tests share: a hub with its page, and what the doctor says of them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from tampering import Change, Proxy, unchanged

from core.server.server import HubServer
from core.server.settings import HubSettings
from core.text.invitation import Doors
from hubbub.doctor.run import examine
from web.app import GatewaySettings
from web.server import GatewayServer

SECRET = b"secret"
QUICK_S = 3.0
"""Where a door says nothing: the doctor waits for it."""
PATIENT_S = 30.0

BEHIND_PORT = {"text", "telnet", "json", "resume"}
BEHIND_PAGE = {"headers", "host", "websocket", "origin", "health"}


class Said:
    """What the doctor prints."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data


async def doctor(
    port: int, web: str | None = None, wait_s: float = PATIENT_S, *, host: str = "127.0.0.1",
    passphrase: str | None = None,
) -> tuple[int, dict[str, dict[str, Any]]]:  # fmt: skip
    """Return the exit code, and what is told of each door."""
    said = Said()
    code = await examine(
        f"{host}:{port}", web, wait_s, json=True, output=said, passphrase=passphrase
    )
    results = [json.loads(line) for line in said.data.decode().splitlines()]
    return code, {result["door"]: result for result in results}


def doors(results: dict[str, dict[str, Any]], state: str) -> set[str]:
    return {door for door, result in results.items() if result["state"] == state}


@dataclass
class Served:
    """A hub with its gateway, both in this process."""

    hub: HubServer
    gateway: GatewayServer

    @property
    def port(self) -> int:
        return self.hub.address[1]

    @property
    def telnet(self) -> tuple[str, int]:
        found = self.hub.telnet_address
        assert found is not None
        return found

    def name_telnet(self, port: int) -> None:
        """Have the hub name a port for telnet alone; it names none before."""
        self.hub.tell_doors(Doors((self.hub.address,), (self.web,), port))

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.gateway.address[1]}/"


@asynccontextmanager
async def serving(passphrase: str | None = None, **gateway_settings: Any) -> AsyncIterator[Served]:
    hub = HubServer(
        HubSettings(port=0, telnet_port=0, gateway_secret=SECRET, passphrase=passphrase)
    )
    await hub.start()
    facts = {"hub": hub.address, "secret": SECRET, "port": 0} | gateway_settings
    gateway = GatewayServer(GatewaySettings(**facts))
    await gateway.start()
    served = Served(hub, gateway)
    hub.tell_web_url(served.web)
    try:
        yield served
    finally:
        await gateway.stop()
        await hub.stop()


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving() as both:
        yield both


@asynccontextmanager
async def before(
    target: tuple[str, int], asked: Change = unchanged, answered: Change = unchanged
) -> AsyncIterator[int]:
    proxy = Proxy(target, asked, answered)
    await proxy.start()
    try:
        yield proxy.port
    finally:
        await proxy.stop()
