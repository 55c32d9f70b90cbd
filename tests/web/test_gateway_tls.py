"""The page by https: the same port sends who comes without TLS there, and says to stay."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme
from aiohttp import ClientSession, TCPConnector

from core.net.tls import Certificate
from core.server.server import HubServer
from core.server.settings import HubSettings
from web import app
from web.app import GatewaySettings
from web.server import GatewayServer

SECRET = b"for the gateway"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path) -> Certificate:
    issued = authority.issue_cert("127.0.0.1", "localhost")
    file = tmp_path / "both.pem"
    file.write_bytes(
        b"".join(one.bytes() for one in issued.cert_chain_pems) + issued.private_key_pem.bytes()
    )
    return Certificate(file)


@pytest.fixture
async def port(certificate: Certificate) -> AsyncIterator[int]:
    hub = HubServer(HubSettings(port=0, gateway_secret=SECRET))
    await hub.start()
    gateway = GatewayServer(
        GatewaySettings(hub=hub.address, secret=SECRET, port=0, tls=certificate.context)
    )
    await gateway.start()
    yield gateway.address[1]
    await gateway.stop()
    await hub.stop()


@pytest.fixture
async def web(authority: trustme.CA) -> AsyncIterator[ClientSession]:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with ClientSession(connector=TCPConnector(ssl=context)) as session:
        yield session


async def test_the_page_and_its_socket_come_by_tls(port: int, web: ClientSession) -> None:
    async with web.get(f"https://localhost:{port}/") as answer:
        assert answer.status == 200
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    socket = await web.ws_connect(f"wss://localhost:{port}/ws", origin=f"https://localhost:{port}")
    await socket.send_str('{"type":"hello","nick":"ann"}')
    assert '"welcome"' in await socket.receive_str()
    await socket.close()


async def test_this_machine_may_come_without(port: int, web: ClientSession) -> None:
    """A proxy on it that ends TLS does, and whoever asks whether all is well."""
    async with web.get(f"http://localhost:{port}/healthz") as answer:
        assert answer.status == 200
        assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/v/x/js/page.js?a=b", "/healthz", "/ws", "//evil.example/"])
async def test_others_are_sent_to_https(
    port: int, web: ClientSession, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "is_loopback", lambda host: False)
    async with web.get(f"http://localhost:{port}{path}", allow_redirects=False) as answer:
        assert answer.status == 301
        assert answer.headers["Location"] == f"https://localhost:{port}{path}"
    async with web.post(f"http://localhost:{port}{path}") as answer:
        assert answer.status == 405
    foreign = {"Host": "evil.example"}
    async with web.get(
        f"http://localhost:{port}{path}", headers=foreign, allow_redirects=False
    ) as answer:
        assert answer.status == 421
