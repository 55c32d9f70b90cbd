"""What the doctor tells, what it decides, and what others see of it."""

import asyncio
import json
import socket
import threading
from typing import Any

import pytest
from doctor_world import PATIENT_S, Served, before, doctor, doors, served

from core.client.address import parse_address
from core.text.format import excerpt
from core.wire.sniff import http_answer
from hubbub.cli import run
from hubbub.doctor import text
from hubbub.doctor.context import (
    CheckContext,
    CheckFailed,
    Result,
    page_named_by_hub,
    web_url,
)
from hubbub.doctor.report import as_json, as_lines, summary

__all__ = ["served"]


async def test_where_nothing_is_wrong_every_door_works(served: Served) -> None:
    code, results = await doctor(served.port)
    assert doors(results, "ok") == set(results)
    assert len(results) == 12
    assert code == 0
    assert all(result["ms"] >= 0 and "hint" not in result for result in results.values())


async def test_a_proxy_that_changes_nothing_is_not_blamed(served: Served) -> None:
    async with before(served.hub.address) as hub, before(served.gateway.address) as web:
        code, results = await doctor(hub, f"http://127.0.0.1:{web}/")
    assert (code, doors(results, "ok")) == (0, set(results))


async def test_people_see_nothing_of_a_visit(served: Served) -> None:
    reader, writer = await asyncio.open_connection(*served.hub.address)
    writer.write(b'{"type":"hello","join":{"lobby":{"last":5}}}\n')
    assert (await doctor(served.port))[0] == 0
    writer.write(b'{"type":"rooms","ref":1}\n{"type":"members","room":"lobby","ref":2}\n')
    events = []
    async with asyncio.timeout(PATIENT_S):
        while not events or events[-1].get("ref") != 2:
            events.append(json.loads(await reader.readline()))
    writer.close()
    kinds = [event["type"] for event in events]
    assert kinds == ["welcome", "joined", "members", "rooms", "members"]
    assert events[-1]["count"] == 1
    rooms = {room["room"]: (room["count"], room["seq"]) for room in events[-2]["rooms"]}
    # The doctor's own room keeps what was said in it; nobody is there any more.
    assert rooms == {"lobby": (1, 0), "hubbub-doctor": (0, 2)}


async def test_where_nothing_is_reachable(served: Served) -> None:
    gone = served.port, served.web
    await served.gateway.stop()
    await served.hub.stop()
    code, results = await doctor(*gone)
    assert (code, doors(results, "failed")) == (3, {"tcp", "page"})


# --- what is looked up and called, without a network --------------------------------


async def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    code, results = await doctor(4045, host="hub.invalid")
    assert (code, doors(results, "failed")) == (3, {"name"})
    assert doors(results, "skipped") == set(results) - {"name"}
    assert results["name"]["text"] == "there is no host called hub.invalid"
    assert "check the spelling" in results["name"]["hint"]


async def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def never(*_: Any, **__: Any) -> Any:
        asked.wait(PATIENT_S)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", never)
    code, results = await doctor(4045, wait_s=0.2, host="hub.invalid")
    asked.set()
    assert (code, doors(results, "failed")) == (3, {"name"})
    assert "within 0.2 s" in results["name"]["text"]
    assert "in numbers" in results["name"]["hint"]


async def test_a_firewall_that_drops_what_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: Any, **__: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio, "open_connection", never)
    context = CheckContext(parse_address("127.0.0.1"), 0.1, addresses=("127.0.0.1",))
    with pytest.raises(CheckFailed, match=r"no answer within 0\.1 s") as told:
        await text.port(context)
    assert "a firewall on the way" in told.value.hint
    assert not context.reached


async def test_an_address_that_is_deaf_is_passed_over(served: Served) -> None:
    context = CheckContext(
        parse_address(f"hub:{served.port}"), PATIENT_S, addresses=("::1", "127.0.0.1")
    )
    assert await text.port(context) == "127.0.0.1 (but not ::1)"
    assert context.hub == "127.0.0.1"


# --- pure ----------------------------------------------------------------------------


def visit_of(target: str, named: str | None = None, **facts: Any) -> CheckContext:
    return CheckContext(parse_address(target), 1.0, named=named, **facts)


@pytest.mark.parametrize(
    ("context", "url"),
    [
        (visit_of("10.0.0.5"), "http://10.0.0.5:8080/"),
        (visit_of("[fe80::1]:5000"), "http://[fe80::1]:8080/"),
        (visit_of("10.0.0.5", web="https://chat.example/"), "https://chat.example/"),
        (visit_of("10.0.0.5", "https://chat.example/x/"), "https://chat.example/x/"),
        # What a hub says that listens everywhere is for its own machine.
        (visit_of("10.0.0.5", "http://127.0.0.1:8081/"), "http://10.0.0.5:8081/"),
        (visit_of("[fe80::1]", "http://[::1]:8081/"), "http://[fe80::1]:8081/"),
        (visit_of("chat.example", "http://localhost/"), "http://chat.example/"),
        (visit_of("127.0.0.1", "http://127.0.0.1:8081/"), "http://127.0.0.1:8081/"),
        (visit_of("localhost", "http://127.0.0.1:8081/"), "http://127.0.0.1:8081/"),
        (visit_of("10.0.0.5:8081", gateway_at_port=True), "http://10.0.0.5:8081/"),
    ],
)
def test_where_the_page_is_looked_for(context: CheckContext, url: str) -> None:
    assert web_url(context) == url


def test_what_a_hub_answers_to_http_is_understood() -> None:
    assert page_named_by_hub(http_answer("GET", "http://x:8080/")) == (True, "http://x:8080/")
    assert page_named_by_hub(http_answer("GET", None)) == (True, None)
    assert page_named_by_hub(b"HTTP/1.1 421 Misdirected Request\r\n\r\nno") == (False, None)
    assert page_named_by_hub(b"-- welcome") == (False, None)


def test_what_a_stranger_says_does_nothing_to_a_terminal() -> None:
    assert excerpt("a\x1b[31mb\n\tc\u202e") == "a�[31mb c�"
    assert excerpt("x" * 100) == "x" * 79 + "…"


WORKS = Result("text", "text mode", "ok", 3.2, "guest-1")
BROKEN = Result("page", "page", "failed", 1204.0, "its script does not come: 404", "do " * 20)
SKIPPED = Result("origin", "Origin rule", "skipped", None, "the WebSocket does not open at all")


def test_a_person_reads_aligned_lines_with_hints_below() -> None:
    assert as_lines(WORKS, 80, colours=False) == "ok      text mode             3 ms  guest-1\n"
    assert as_lines(BROKEN, 80, colours=False).split("\n")[:2] == [
        "failed  page              1,204 ms",
        "        its script does not come: 404",
    ]
    assert as_lines(SKIPPED, 80, colours=False) == (
        "skipped Origin rule                 the WebSocket does not open at all\n"
    )


@pytest.mark.parametrize("columns", [30, 40, 57, 80, 200])
@pytest.mark.parametrize("result", [WORKS, BROKEN, SKIPPED])
def test_no_line_is_wider_than_the_terminal(result: Result, columns: int) -> None:
    lines = as_lines(result, columns, colours=False).splitlines()
    assert max(map(len, lines)) <= max(columns, 34)
    words = " ".join(" ".join(lines).replace("→", "").split())
    assert result.state == "ok" or " ".join(f"{result.text} {result.hint}".split()) in words


def test_colours_are_put_around_the_state_alone() -> None:
    plain, coloured = (as_lines(BROKEN, 80, colours=colours) for colours in (False, True))
    assert coloured == "\x1b[31mfailed \x1b[0m" + plain.removeprefix("failed ")


def test_a_program_gets_an_object_for_each_door() -> None:
    assert json.loads(as_json(WORKS)) == {
        "door": "text", "state": "ok", "ms": 3.2, "text": "guest-1",
    }  # fmt: skip
    assert "ms" not in json.loads(as_json(SKIPPED))
    assert as_json(BROKEN).count("\n") == 1


def test_the_summary_names_what_to_look_at() -> None:
    assert summary([WORKS, WORKS]) == "2 of 2 doors work\n"
    assert summary([WORKS, BROKEN, SKIPPED]) == (
        "1 of 3 doors work, 1 could not be tried; look at: page\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ws://127.0.0.1:8080/"], "--web URL for the page"),
        (["127.0.0.1:x"], "is not a port"),
        (["127.0.0.1", "--wait", "0"], "--wait wants a number"),
        (["127.0.0.1", "--wait", "inf"], "--wait wants a number"),
        (["127.0.0.1", "--web", "chat.example"], "--web wants the page's address"),
        (["127.0.0.1", "--web", "http://x:99999/"], "--web wants the page's address"),
    ],
)
def test_what_cannot_be_understood_is_said(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor", *arguments]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""
