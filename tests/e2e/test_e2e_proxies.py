"""Real proxies, configured as docs/proxies.md says, before a real hub and gateway."""

import asyncio
import json
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme
from playwright.sync_api import Browser, expect
from ports import quiet_port
from real_processes import PATIENCE_S, ROOT, SERVE, Process, ServedHub, tool
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

pytest_plugins = ["page_fixtures"]

PAGE = (ROOT / "docs" / "proxies.md").read_text(encoding="utf-8")
PUBLIC = "chat.example.org"


def snippets(language: str) -> list[str]:
    """Return the page's configurations for a program: plain, then below a path."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(found) == 2
    return found


def put(text: str, *pairs: tuple[str, str]) -> str:
    """Replace each of the page's own values, which must be there."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class Site:
    """What a test's proxy has instead of the page's ports and certificate."""

    folder: Path
    hub: ServedHub
    port: int
    text_port: int
    authority: trustme.CA = field(default_factory=trustme.CA)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        found = self.authority.issue_cert(PUBLIC, "localhost", "127.0.0.1", "printer.local")
        found.cert_chain_pems[0].write_to_path(str(self.folder / "cert.pem"))
        found.private_key_pem.write_to_path(str(self.folder / "cert.key"))
        found.private_key_and_cert_chain_pem.write_to_path(str(self.folder / "both.pem"))

    def at(self, name: str) -> str:
        return str(self.folder / name)


def nginx(site: Site, snippet: str) -> list[str]:
    inside = put(
        snippet, ("listen 443", f"listen 127.0.0.1:{site.port}"),
        ("/etc/ssl/chat.example.org.pem", site.at("cert.pem")),
        ("/etc/ssl/chat.example.org.key", site.at("cert.key")),
        ("127.0.0.1:8080", f"127.0.0.1:{site.hub.web_port}"),
    )  # fmt: skip
    paths = "".join(
        f"{name}_temp_path {site.at(name)};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = (
        f"daemon off; master_process off; pid {site.at('pid')}; error_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{paths}{inside}}}\n"
    )
    (site.folder / "nginx.conf").write_text(text)
    return [tool("nginx"), "-p", str(site.folder), "-c", site.at("nginx.conf")]


def haproxy(site: Site, snippet: str) -> list[str]:
    text = put(
        snippet, ("bind :443", f"bind 127.0.0.1:{site.port}"),
        ("/etc/haproxy/chat.example.org.pem", site.at("both.pem")),
        ("127.0.0.1:8080", f"127.0.0.1:{site.hub.web_port}"),
    )  # fmt: skip
    text = text.replace("bind :4045", f"bind 127.0.0.1:{site.text_port}")
    text = text.replace("127.0.0.1:4046", site.hub.address)
    (site.folder / "haproxy.cfg").write_text(text)
    return [tool("haproxy"), "-db", "-f", site.at("haproxy.cfg")]


def caddy(site: Site, snippet: str) -> list[str]:
    # The names by which the test comes, and a certificate that it knows.
    names = ", ".join(f"https://{name}:{site.port}" for name in (PUBLIC, "localhost", "127.0.0.1"))
    text = put(
        snippet, ("chat.example.org {", f"{names} {{\n    tls cert.pem cert.key\n"),
        ("127.0.0.1:8080", f"127.0.0.1:{site.hub.web_port}"),
    )  # fmt: skip
    text = text.replace("cert.pem cert.key", f"{site.at('cert.pem')} {site.at('cert.key')}")
    head = "{\n    admin off\n    auto_https disable_redirects\n    skip_install_trust\n}\n"
    (site.folder / "Caddyfile").write_text(head + text)
    return [tool("caddy"), "run", "--config", site.at("Caddyfile"), "--adapter", "caddyfile"]


PROXIES = {"nginx": nginx, "haproxy": haproxy, "caddy": caddy}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    flags = ["--public-host", PUBLIC, "--trusted-proxies", "127.0.0.1"]
    served = ServedHub(tmp_path_factory.mktemp("hub") / "data", command=[*SERVE, *flags])
    with served.running():
        yield served


@pytest.fixture
def site(tmp_path: Path, hub: ServedHub) -> Site:
    return Site(tmp_path / "proxy", hub, quiet_port(), quiet_port())


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def start(opened: ExitStack, site: Site, name: str, snippet: str) -> Process:
    home = {"HOME": str(site.folder), "XDG_DATA_HOME": str(site.folder)}
    process = Process(name, PROXIES[name](site, snippet), environment=home)
    opened.callback(process.close)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.child.poll() is None:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", site.port)) == 0:
                return process
        time.sleep(0.02)  # that somebody listens cannot be waited for
    pytest.fail(f"{name} does not listen: {process.seen.text[-3000:]}")


def trusting(site: Site) -> ssl.SSLContext:
    context = ssl.create_default_context()
    site.authority.configure_trust(context)
    return context


def get(site: Site, name: str, path: str) -> tuple[int, str]:
    """Ask as a browser does that has come to https://NAME:PORT."""
    with (
        socket.create_connection(("127.0.0.1", site.port), PATIENCE_S) as plain,
        trusting(site).wrap_socket(plain, server_hostname=name) as caller,
    ):
        head = f"GET {path} HTTP/1.1\r\nHost: {name}:{site.port}\r\nConnection: close\r\n\r\n"
        caller.sendall(head.encode())
        with caller.makefile("rb") as file:
            answer = file.read().decode()
    head, _, body = answer.partition("\r\n\r\n")
    return int(head.split()[1]), body


def join(site: Site, name: str, folder: str) -> dict[str, Any]:
    """Open the page's WebSocket as a browser does, and return what `/invite` answers."""
    # One thread: a TLS socket that one thread reads and another writes may hang for ever.
    return asyncio.run(_join(site, name, folder))


async def _join(site: Site, name: str, folder: str) -> dict[str, Any]:
    url = f"wss://{name}:{site.port}{folder}ws"
    page = f"https://{name}:{site.port}"
    async with asyncio.timeout(PATIENCE_S), connect(
        url, host="127.0.0.1", port=site.port, ssl=trusting(site), server_hostname=name,
        origin=Origin(page), proxy=None, open_timeout=PATIENCE_S,
    ) as socket_:  # fmt: skip
        await socket_.send('{"type":"hello","join":{"lobby":{"last":0}}}')
        await socket_.send(json.dumps({"type": "invite", "web": f"{page}{folder}", "ref": 1}))
        while True:
            for line in str(await socket_.recv()).splitlines():
                event: dict[str, Any] = json.loads(line)
                if event["type"] == "error" or event.get("ref") == 1:
                    return event


@pytest.mark.parametrize("folder", ["/", "/chat/"], ids=["root", "path"])
@pytest.mark.parametrize("name", PROXIES)
def test_a_page_behind_it_works(opened: ExitStack, site: Site, name: str, folder: str) -> None:
    process = start(opened, site, name, snippets(name)[folder != "/"])
    # HAProxy has to see once that the gateway is well.
    answers = (get(site, "localhost", folder) for _ in range(200))
    status, body = next((one for one in answers if one[0] != 503), (0, ""))
    assert status == 200, process.seen.text[-2000:]
    assert "<title>Hubbub</title>" in body
    assert get(site, "localhost", f"{folder}healthz")[0] == 200
    for host in ("localhost", "127.0.0.1", PUBLIC):
        invited = join(site, host, folder)
        assert invited["type"] == "invitation", invited
        page = f"https://{host}:{site.port}{folder}"
        if host == PUBLIC:
            assert invited["web"][0] == page
            assert f"hubbub      hubbub join ws{page[4:]}" in invited["lines"]


def test_nginx_with_the_usual_host_says_what_to_change(opened: ExitStack, site: Site) -> None:
    snippet = put(snippets("nginx")[0], ("Host $http_host", "Host $host"))
    start(opened, site, "nginx", snippet)
    assert get(site, "localhost", "/")[0] == 200
    with pytest.raises(InvalidStatus) as refused:
        join(site, "localhost", "/")
    assert refused.value.response.status_code == 403
    # What the page asks when it is refused.
    page = f"https%3A%2F%2Flocalhost%3A{site.port}"
    status, body = get(site, "localhost", f"/ws?page={page}")
    assert status == 403
    assert f"the page is at https://localhost:{site.port}" in body
    assert "proxy_set_header Host $http_host" in body
    site.hub.process.seen.until("proxy_set_header Host $http_host")
    # With the port in another header it works as well.
    more = "Host $host;\n        proxy_set_header X-Forwarded-Port $server_port"
    other = Site(site.folder.parent / "other", site.hub, quiet_port(), quiet_port())
    start(opened, other, "nginx", put(snippets("nginx")[0], ("Host $http_host", more)))
    assert join(other, "localhost", "/")["type"] == "invitation"


def test_a_proxy_that_passes_no_websockets_on_is_told_apart(opened: ExitStack, site: Site) -> None:
    line = "        proxy_set_header Upgrade $http_upgrade;\n"
    start(opened, site, "nginx", put(snippets("nginx")[0], (line, "")))
    with pytest.raises(InvalidStatus):
        join(site, "localhost", "/")
    page = f"https%3A%2F%2Flocalhost%3A{site.port}"
    assert get(site, "localhost", f"/ws?page={page}")[0] == 426


@pytest.mark.parametrize(
    ("line", "instead", "words"),
    [
        ("Host $http_host", "Host $host", "proxy_set_header Host $http_host"),
        ("proxy_set_header Upgrade $http_upgrade;", "", "passes no WebSockets on"),
    ],
    ids=["host", "upgrade"],
)
def test_a_person_at_the_page_reads_what_to_change(
    opened: ExitStack, site: Site, browser: Browser, line: str, instead: str, words: str
) -> None:
    start(opened, site, "nginx", put(snippets("nginx")[0], (line, instead)))
    context = browser.new_context(ignore_https_errors=True)
    opened.callback(context.close)
    page = context.new_page()
    page.goto(f"https://localhost:{site.port}/")
    page.locator("dialog[open] input").first.fill("alice")
    page.keyboard.press("Enter")
    expect(page.get_by_text(words).first).to_be_visible(timeout=1000 * PATIENCE_S)


def test_text_mode_behind_haproxy_knows_who_calls(opened: ExitStack, site: Site) -> None:
    start(opened, site, "haproxy", snippets("haproxy")[0])
    shown = subprocess.run(
        [tool("nc"), "-N", "127.0.0.1", str(site.text_port)], input=b"hello from afar\n",
        capture_output=True, timeout=PATIENCE_S, check=True,
    ).stdout.decode()  # fmt: skip
    assert "welcome to lobby" in shown
    with socket.create_connection(("127.0.0.1", site.hub.tcp_port), PATIENCE_S) as caller:
        caller.sendall(b'{"type":"hello","join":{"lobby":{"last":1}}}\n')
        with caller.makefile("rb") as file:
            said = next(json.loads(line) for line in file if b'"message"' in line)
    assert said["text"] == "hello from afar"
    assert "proxy_refused" not in site.hub.process.seen.text
