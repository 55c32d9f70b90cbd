"""Whom a client believes: authorities, a pin, and what it has met before."""

import asyncio
import hashlib
import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from core.client.address import HubAddress, parse_address
from core.client.transport import TransportError, connect_transport
from core.client.trust import NotTrusted, Trust, user_trust
from core.net.tls import Certificate
from core.server.server import HubServer
from core.server.settings import HubSettings
from web.app import GatewaySettings
from web.server import GatewayServer

HERE = "127.0.0.1"
SECRET = b"for the gateway"


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def renew(authority: trustme.CA, folder: Path, name: str = HERE) -> Certificate:
    issued = authority.issue_cert(name)
    (folder / "chain.pem").write_bytes(b"".join(one.bytes() for one in issued.cert_chain_pems))
    (folder / "key.pem").write_bytes(issued.private_key_pem.bytes())
    return Certificate(folder / "chain.pem", folder / "key.pem")


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path) -> Certificate:
    return renew(authority, tmp_path)


@pytest.fixture
def authorities(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


@pytest.fixture(params=["tcps", "wss"])
async def address(
    certificate: Certificate, request: pytest.FixtureRequest
) -> AsyncIterator[HubAddress]:
    hub = HubServer(HubSettings(port=0, tls=certificate.context, gateway_secret=SECRET))
    await hub.start()
    door = await hub.open_for_gateway(apart=True)
    gateway = GatewayServer(
        GatewaySettings(hub=door, secret=SECRET, port=0, tls=certificate.context)
    )
    await gateway.start()
    port = hub.address[1] if request.param == "tcps" else gateway.address[1]
    yield parse_address(f"{request.param}://{HERE}:{port}")
    await gateway.stop()
    await hub.stop()


async def talk(address: HubAddress, trust: Trust) -> str:
    """Say hello; return what the hub answers with."""
    transport = await connect_transport(address, proxy=None, trust=trust)
    try:
        await transport.send([b'{"type":"hello","nick":"ann"}\n'])
        (line, *_) = await transport.receive()
        return str(json.loads(line)["type"])
    finally:
        await transport.close()


async def refused(address: HubAddress, trust: Trust) -> str:
    with pytest.raises(TransportError) as problem:
        await talk(address, trust)
    return str(problem.value)


async def test_an_authority_that_is_named_is_believed(
    address: HubAddress, authorities: Path, tmp_path: Path
) -> None:
    assert await talk(address, Trust(authorities)) == "welcome"
    assert "cannot prove who it is" in await refused(address, Trust())
    # A name that the certificate has not is another's.
    known = tmp_path / "known"
    assert await talk(address, Trust(authorities, known=known)) == "welcome"
    assert known.read_text() == f"{HERE}:{address.port} signed\n"
    assert known.stat().st_mode & 0o777 == 0o600


async def test_a_pin_is_believed_and_nothing_else(
    address: HubAddress, certificate: Certificate, authorities: Path
) -> None:
    assert await talk(address, Trust(pin=certificate.sha256)) == "welcome"
    said = await refused(address, Trust(authorities, pin="0" * 64))
    assert "another certificate than the pinned one" in said
    assert certificate.sha256 in said


async def test_the_first_is_remembered_and_another_refused(
    address: HubAddress, certificate: Certificate, authority: trustme.CA, tmp_path: Path
) -> None:
    told: list[str] = []
    trust = Trust(known=tmp_path / "state" / "known", tell=told.append)
    assert await talk(address, trust) == "welcome"
    assert len(told) == 1
    assert certificate.sha256 in told[0]
    assert await talk(address, trust) == "welcome"
    assert len(told) == 1
    renew(authority, tmp_path)
    assert certificate.read_again()
    said = await refused(address, trust)
    assert "has changed" in said
    assert str(trust.known) in said
    assert certificate.sha256 in said
    assert await talk(address, Trust(pin=certificate.sha256, known=trust.known)) == "welcome"


async def test_what_cannot_be_remembered_is_told(
    address: HubAddress, certificate: Certificate, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    said = await refused(address, Trust(known=tmp_path / "file" / "known"))
    assert "cannot be remembered" in said
    assert f"--pin {certificate.sha256}" in said


async def test_who_was_signed_once_is_not_believed_unsigned(
    address: HubAddress, authorities: Path, tmp_path: Path
) -> None:
    known = tmp_path / "known"
    assert await talk(address, Trust(authorities, known=known)) == "welcome"
    assert "an authority had signed" in await refused(address, Trust(known=known))


async def test_a_certificate_for_another_name_is_not_believed(
    address: HubAddress, certificate: Certificate, authority: trustme.CA, authorities: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    renew(authority, tmp_path, "elsewhere.example")
    certificate.read_again()
    assert "cannot prove who it is" in await refused(address, Trust(authorities))


async def test_nothing_is_said_before_it_is_believed(tmp_path: Path) -> None:
    """A hub that is none gets a handshake, and not one byte of what is said."""
    certificate = renew(trustme.CA(), tmp_path)
    heard: list[bytes] = []
    done = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())
        writer.close()
        done.set()

    server = await asyncio.start_server(listen, HERE, 0, ssl=certificate.context)
    port = server.sockets[0].getsockname()[1]
    said = await refused(parse_address(f"tcps://{HERE}:{port}"), Trust(pin="0" * 64))
    assert "pinned" in said
    async with asyncio.timeout(20):
        await done.wait()
    assert heard == [b""]
    server.close()
    await server.wait_closed()


async def test_a_hub_without_tls_is_told(tmp_path: Path) -> None:
    hub = HubServer(HubSettings(port=0))
    await hub.start()
    try:
        said = await refused(parse_address(f"tcps://{HERE}:{hub.address[1]}"), Trust())
    finally:
        await hub.stop()
    assert "does not speak TLS" in said
    assert "write HOST:PORT" in said


def test_flags_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    digest = hashlib.sha256(b"x").hexdigest()
    colons = ":".join(digest[at : at + 2] for at in range(0, 64, 2)).upper()
    assert user_trust(None, colons).pin == digest
    with pytest.raises(NotTrusted, match="64 hexadecimal digits"):
        user_trust(None, "abc")
    with pytest.raises(NotTrusted, match="no such file"):
        user_trust(tmp_path / "missing", None)
    (tmp_path / "none.pem").write_text("nothing")
    with pytest.raises(NotTrusted, match="no certificate in PEM"):
        user_trust(tmp_path / "none.pem", None)
    assert ssl.OPENSSL_VERSION_INFO >= (1, 1, 1)
