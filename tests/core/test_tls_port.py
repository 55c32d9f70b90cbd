"""TLS at the port that all share: the first byte tells, and the certificate may change."""

import asyncio
import hashlib
import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from core.net.tls import BadCertificate, Certificate, fingerprint
from core.server.server import HubServer
from core.server.settings import HubSettings

HERE = "127.0.0.1"
PATIENCE_S = 20.0


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def issue(authority: trustme.CA, folder: Path, *names: str) -> tuple[Path, Path]:
    issued = authority.issue_cert(*(names or (HERE,)))
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(b"".join(one.bytes() for one in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    return chain, key


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path) -> Certificate:
    return Certificate(*issue(authority, tmp_path))


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
async def hub(certificate: Certificate) -> AsyncIterator[HubServer]:
    server = HubServer(HubSettings(port=0, telnet_port=0, tls=certificate.context))
    await server.start()
    yield server
    await server.stop()


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def come(port: int, context: ssl.SSLContext | None, first: bytes = b"") -> Streams:
    reader, writer = await asyncio.open_connection(HERE, port, ssl=context)
    writer.write(first)
    return reader, writer


async def until(reader: asyncio.StreamReader, wanted: bytes) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        return await reader.readuntil(wanted)


async def test_with_it_and_without_meet_at_one_port(
    hub: HubServer, trusting: ssl.SSLContext
) -> None:
    port = hub.address[1]
    hello = {"type": "hello", "nick": "ann", "join": {"lobby": {}}}
    program, to_hub = await come(port, trusting, json.dumps(hello).encode() + b"\n")
    await until(program, b'"welcome"')
    person, typed = await come(port, None)
    await until(person, b"/help lists commands\n")
    secret, typed_secretly = await come(port, trusting)
    await until(secret, b"/help lists commands\n")
    to_hub.write(b'{"type":"say","room":"lobby","text":"from ann"}\n')
    for reader in (person, secret):
        await until(reader, b"<ann> from ann\n")
    typed_secretly.write("said with TLS: я本”\n".encode())
    assert (
        "said with TLS: я本”"
        in (await until(person, b"TLS: ") + await until(person, b"\n")).decode()
    )
    await until(program, b"said with TLS")
    for writer in (to_hub, typed, typed_secretly):
        writer.close()


async def test_at_telnets_port_as_well(hub: HubServer, trusting: ssl.SSLContext) -> None:
    assert hub.telnet_address is not None
    reader, writer = await come(hub.telnet_address[1], trusting)
    assert (await until(reader, b"/help")).startswith(b"\xff\xfd\x00")
    writer.close()


async def test_who_begins_tls_and_stops_holds_nobody_up(
    hub: HubServer, trusting: ssl.SSLContext
) -> None:
    port, before = hub.address[1], hub.budget.used
    stuck = [await come(port, None, b"\x16\x03\x01") for _ in range(40)]
    reader, writer = await come(port, trusting)
    await until(reader, b"/help lists commands\n")
    for _, each in [*stuck, (reader, writer)]:
        each.close()
    async with asyncio.timeout(PATIENCE_S):
        while hub.budget.used != before:
            await asyncio.sleep(0.02)


async def test_an_old_version_is_refused(hub: HubServer, authority: trustme.CA) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await come(hub.address[1], context)


async def test_another_certificate_is_served_to_who_comes_next(
    hub: HubServer, certificate: Certificate, authority: trustme.CA, trusting: ssl.SSLContext,
    tmp_path: Path,
) -> None:  # fmt: skip
    reader, writer = await come(hub.address[1], trusting)
    await until(reader, b"/help lists commands\n")
    before = certificate.changed_at()
    chain, _ = issue(authority, tmp_path)
    assert certificate.changed_at() != before
    assert certificate.read_again()
    assert not certificate.read_again()
    _, late = await come(hub.address[1], trusting)
    shown = late.get_extra_info("ssl_object").getpeercert(binary_form=True)
    assert hashlib.sha256(shown).hexdigest() == certificate.sha256 == fingerprint(chain)
    # Whoever was there goes on.
    other, typed = await come(hub.address[1], None)
    await until(other, b"/help lists commands\n")
    writer.write(b"still here\n")
    await until(other, b"still here\n")
    for each in (writer, late, typed):
        each.close()


async def test_one_that_is_broken_leaves_the_one_before(
    hub: HubServer, certificate: Certificate, trusting: ssl.SSLContext, tmp_path: Path
) -> None:
    (tmp_path / "chain.pem").write_text("-----BEGIN CERTIFICATE-----\nnot one\n")
    with pytest.raises(BadCertificate, match=r"chain\.pem"):
        certificate.read_again()
    reader, writer = await come(hub.address[1], trusting)
    await until(reader, b"/help lists commands\n")
    writer.close()


def test_files_that_are_none_are_named(authority: trustme.CA, tmp_path: Path) -> None:
    chain, key = issue(authority, tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(BadCertificate, match="no such file"):
        Certificate(tmp_path / "missing.pem")
    with pytest.raises(BadCertificate, match="no certificate with its key"):
        Certificate(chain, issue(authority, other)[1])
    with pytest.raises(BadCertificate, match="no certificate with its key"):
        Certificate(key)
    both = tmp_path / "both.pem"
    both.write_bytes(chain.read_bytes() + key.read_bytes())
    assert Certificate(both).sha256 == fingerprint(chain)
