from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_hub import FakeHub, Serve, fake_hub

from web.app import GatewaySettings
from web.server import GatewayServer

__all__ = ["fake_hub"]


@pytest.fixture
def page_folder(tmp_path: Path) -> Path:
    """Give a small page in a folder of its own."""
    folder = tmp_path / "static"
    (folder / "js").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    (folder / "index.html").write_text(
        "<!doctype html><title>Hubbub</title><p>ж</p>"
        * 20
        + '<link href="tiny.css"><link href="css/no.css"><script src="js/app.js"></script>'
        '<img src="mark.svg"><a href="/js/app.js">',
        encoding="utf-8",
    )
    (folder / "js" / "app.js").write_text("export const x = 1;\n" * 50)
    (folder / "tiny.css").write_text("a{}")
    (folder / "mark.svg").write_text("<svg/>")
    (folder / "sw.js").write_text("// A worker.\nuse(VERSION);\n")
    (folder / "manifest.webmanifest").write_text("{}")
    (folder / "notes.md").write_text("not part of the page")
    (folder / ".hidden" / "secret.txt").write_text("secret")
    (tmp_path / "outside.txt").write_text("outside")
    return folder


@pytest.fixture
async def serve(fake_hub: FakeHub, page_folder: Path) -> AsyncIterator[Serve]:
    """Start gateways on free ports before the fake hub, and stop them at the end."""
    servers: list[GatewayServer] = []

    async def start(**settings: object) -> GatewayServer:
        facts = {"hub": fake_hub.address, "secret": b"secret", "port": 0, "static": page_folder}
        server = GatewayServer(GatewaySettings(**(facts | settings)))  # type: ignore[arg-type]
        await server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        await server.stop()
