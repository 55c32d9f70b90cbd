"""One fault in each door of the web port, with all else real: that door alone is named."""

import re

import pytest
from doctor_world import (
    BEHIND_PAGE,
    PATIENT_S,
    QUICK_S,
    Served,
    before,
    doctor,
    doors,
    served,
    serving,
)
from tampering import Call, Change, unchanged

__all__ = ["served"]

pytestmark = pytest.mark.asyncio(loop_factories=["asyncio"])
"""The command runs on no other loop (hubbub/doctor/run.py), and each visit takes its time."""


def asks_without(pattern: bytes, instead: bytes = b"") -> Change:
    return lambda call, data: re.sub(pattern, instead, data)


def only_for(path: bytes, change: Change) -> Change:
    return lambda call, data: change(call, data) if path in call.first else data


def refuses(path: bytes, status: bytes) -> Change:
    """Answer in place of the gateway, as a proxy does."""

    def asked(call: Call, data: bytes) -> bytes:
        if not data.startswith(b"GET " + path + b" "):
            return data
        call.answer(
            b"HTTP/1.1 %s No\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n" % status
        )
        return b""

    return asked


SCRIPT = rb"(?<=^GET /)v/\w+/js/page\.js"
PAGE_TYPE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"


def shows_another_page(call: Call, data: bytes) -> bytes:
    return PAGE_TYPE if call.first.startswith(b"GET / ") else data


def closes_sockets(call: Call, data: bytes) -> bytes:
    # 1013, as a gateway without its hub says it.
    if call.first.startswith(b"GET /ws ") and not data.startswith(b"HTTP/"):
        return b"\x88\x02\x03\xf5"
    return data


def keeps_frames(call: Call, data: bytes) -> bytes:
    return b"" if call.first.startswith(b"GET /ws ") and not data.startswith(b"HTTP/") else data


def hangs_up(words: bytes) -> Change:
    """Close without a word where these stand in the request."""

    def asked(call: Call, data: bytes) -> bytes:
        if words not in data:
            return data
        call.hang_up()
        return b""

    return asked


AT_THE_GATEWAY = {
    "no script": (asks_without(SCRIPT, b"gone.js"), unchanged, "page", "page.js", "pass all"),
    "the page for a script": (
        asks_without(SCRIPT), unchanged, "page", "'text/html'", "pass all",
    ),
    "no sheet": (
        asks_without(rb"(?<=^GET /)v/\w+/css/page\.css", b"gone.css"), unchanged,
        "page", "style sheet", "pass all",
    ),
    "another page": (unchanged, shows_another_page, "page", "is another page", "--web"),
    "no gateway": (refuses(b"/", b"502"), unchanged, "page", "answers 502", "look whether it runs"),
    "another name": (
        asks_without(rb"Host: [0-9.:]+", b"Host: chat.example"), unchanged,
        "page", "does not answer to the name", "--public-host",
    ),
    "a header missing": (
        unchanged, asks_without(rb"X-Frame-Options: [^\r]*\r\n"),
        "headers", "X-Frame-Options is missing on the page", "let it pass on",
    ),
    "a policy changed": (
        unchanged, asks_without(rb"script-src 'self'", b"script-src *"),
        "headers", "Content-Security-Policy on the page is", "let it pass on",
    ),
    "a script's header missing": (
        unchanged, only_for(b"page.js", asks_without(rb"X-Content-Type-Options: [^\r]*\r\n")),
        "headers", "X-Content-Type-Options is missing on /v/", "let it pass on",
    ),
    "no upgrade": (
        asks_without(rb"(?:Upgrade|Connection): (?:websocket|Upgrade)\r\n"), unchanged,
        "websocket", "the answer is 426", "Upgrade and Connection",
    ),
    "no path for it": (
        refuses(b"/ws", b"404"), unchanged, "websocket", "the answer is 404", "Upgrade",
    ),
    "no gateway for it": (
        refuses(b"/ws", b"504"), unchanged, "websocket", "the answer is 504", "look whether it",
    ),
    "nothing comes through": (
        unchanged, keeps_frames, "websocket", "no `welcome` within", "passes nothing on",
    ),
    "no hub behind it": (
        unchanged, closes_sockets, "websocket", "it is closed (1013)", "--secret-file",
    ),
    "any host": (
        asks_without(rb"Host: not-this-hub\.invalid", b"Host: 127.0.0.1"), unchanged,
        "host", "answers to any name", "Host header as it is",
    ),
    "any origin": (
        asks_without(rb"Origin: [^\r]*\r\n"), unchanged,
        "origin", "may open it", "Origin header as it is",
    ),
    "not well": (refuses(b"/healthz", b"500"), unchanged, "health", "answers 500", "look whether"),
}  # fmt: skip


@pytest.mark.parametrize("what", AT_THE_GATEWAY)
async def test_a_fault_before_the_gateway_is_named_and_no_other(served: Served, what: str) -> None:
    asked, answered, door, problem, hint = AT_THE_GATEWAY[what]
    async with before(served.gateway.address, asked, answered) as port:
        served.hub.tell_web_url(f"http://127.0.0.1:{port}/")
        wait_s = QUICK_S if what == "nothing comes through" else PATIENT_S
        code, results = await doctor(served.port, None, wait_s)
    assert (code, doors(results, "failed")) == (1, {door}), results[door]
    no_page = what in ("another page", "no gateway", "another name")
    skipped = BEHIND_PAGE if no_page else {"origin"} if door == "websocket" else set()
    assert doors(results, "skipped") == skipped
    assert problem in results[door]["text"]
    assert hint in results[door]["hint"]


async def test_a_page_at_which_nobody_listens(served: Served) -> None:
    await served.gateway.stop()
    code, results = await doctor(served.port)
    assert (code, doors(results, "failed")) == (1, {"page"})
    assert doors(results, "skipped") == BEHIND_PAGE
    assert "nobody listens there" in results["page"]["text"]
    assert "hubbub gateway" in results["page"]["hint"]


async def test_a_page_that_hangs(served: Served) -> None:
    async with before(served.gateway.address, lambda call, data: b"") as port:
        code, results = await doctor(served.port, f"http://127.0.0.1:{port}/", QUICK_S)
    assert (code, doors(results, "failed")) == (1, {"page"})
    assert doors(results, "skipped") == BEHIND_PAGE
    assert "no answer within 3 s" in results["page"]["text"]
    assert "a gateway that hangs" in results["page"]["hint"]


@pytest.mark.parametrize("words", [b"Host: not-this", b"Origin: http://not-this"])
async def test_a_proxy_may_hang_up_on_strangers(served: Served, words: bytes) -> None:
    async with before(served.gateway.address, hangs_up(words)) as port:
        code, results = await doctor(served.port, f"http://127.0.0.1:{port}/")
    assert (code, doors(results, "ok")) == (0, set(results))
    assert [one["text"] for one in results.values() if "no answer at all" in one["text"]]


async def test_a_health_check_that_is_kept_private_is_no_fault(served: Served) -> None:
    async with before(served.gateway.address, refuses(b"/healthz", b"403")) as port:
        code, results = await doctor(served.port, f"http://127.0.0.1:{port}/")
    assert (code, doors(results, "skipped")) == (0, {"health"})


async def test_a_gateway_without_its_hub(served: Served) -> None:
    async with serving(hub=("127.0.0.1", 1)) as alone:
        code, results = await doctor(served.port, alone.web)
    assert (code, doors(results, "failed")) == (1, {"websocket", "health"})
    assert "/healthz says: " in results["health"]["text"]
    assert all("--secret-file" in results[door]["hint"] for door in ("websocket", "health"))


async def test_the_page_of_another_hub(served: Served) -> None:
    async with serving() as other:
        code, results = await doctor(served.port, other.web)
    assert (code, doors(results, "failed")) == (1, {"websocket"})
    assert "another hub" in results["websocket"]["text"]
