"""One fault in each door of the TCP port, with all else real: that door alone is named."""

import asyncio
import re
from typing import Any

import pytest
from doctor_world import BEHIND_PORT, PATIENT_S, QUICK_S, Served, before, doctor, doors, served
from tampering import Call, unchanged

__all__ = ["served"]

pytestmark = pytest.mark.asyncio(loop_factories=["asyncio"])
"""The command runs on no other loop (hubbub/doctor/run.py), and each visit takes its time."""


def answering(data: bytes) -> Any:
    """Return a server that says this to whatever it is told, and then closes."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if data.startswith(b"HTTP/"):
            await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        writer.close()

    return take


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(-1)
    writer.close()


NOT_A_HUB = {
    "a web server": (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi\n"),
        "a web server's, not a hub's", "4045",
    ),
    "something else": (
        answering(b"SSH-2.0-OpenSSH_9.6\r\n"), "it says 'SSH-2.0-OpenSSH_9.6'", "4045",
    ),
    "one who hangs up": (answering(b""), "hangs up at once", "look at the hub's log"),
    "one who says nothing": (silent, "nothing is said within 3 s", "a hub that hangs"),
    "a hub that is full": (
        answering(b"-! the hub is full; come back in a minute\n"),
        "the hub is full; come back in a minute", "the hub says",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT_A_HUB)
async def test_who_is_no_hub_at_the_tcp_port_is_named(served: Served, what: str) -> None:
    take, problem, hint = NOT_A_HUB[what]
    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    code, results = await doctor(port, served.web, QUICK_S)
    server.close()
    assert (code, doors(results, "failed")) == (1, {"tcp"})
    assert doors(results, "skipped") == BEHIND_PORT
    assert problem in results["tcp"]["text"]
    assert hint in results["tcp"]["hint"]


async def test_a_port_at_which_nobody_listens(served: Served) -> None:
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    code, results = await doctor(port, served.web)
    assert (code, doors(results, "failed")) == (1, {"tcp"})
    assert doors(results, "skipped") == BEHIND_PORT
    assert results["tcp"]["text"] == "nobody listens there"
    assert "start `hubbub serve`" in results["tcp"]["hint"]


async def test_the_page_at_the_tcp_port_is_tried_as_the_page(served: Served) -> None:
    code, results = await doctor(served.gateway.address[1])
    assert (code, doors(results, "failed")) == (1, {"tcp"})
    assert doors(results, "skipped") == BEHIND_PORT
    assert "the page's, not a hub's" in results["tcp"]["text"]
    assert results["page"]["text"] == served.web


IAC_COMMANDS = re.compile(rb"\xff[\xfb-\xfe].", re.DOTALL)


def without_greeting(call: Call, data: bytes) -> bytes:
    return data if call.first else b""


def without_who(call: Call, data: bytes) -> bytes:
    return data.replace(b"/who\n", b"")


def deaf_to_json(call: Call, data: bytes) -> bytes:
    return b"" if call.first.startswith(b"{") else data


def stops_at_ping(call: Call, data: bytes) -> bytes:
    return b"" if b'"ping"' in data else data


def without_history(call: Call, data: bytes) -> bytes:
    return data.replace(b'"history"', b'"hystery"')


def echoes_commands(call: Call, data: bytes) -> bytes:
    for command in IAC_COMMANDS.findall(data):
        call.answer(command)
    return IAC_COMMANDS.sub(b"", data)


def swallows_commands(call: Call, data: bytes) -> bytes:
    return IAC_COMMANDS.sub(b"", data)


def without_timing_mark(call: Call, data: bytes) -> bytes:
    return data.replace(b"\xff\xfc\x06", b"")


def answers_twice(call: Call, data: bytes) -> bytes:
    return data.replace(b"\xff\xfd\x00", b"\xff\xfd\x00" * 2)


def with_lf_alone(call: Call, data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


def forgets_who_it_was(call: Call, data: bytes) -> bytes:
    return re.sub(rb'"resume":"[^"]+"', b'"resume":"of-somebody-else"', data)


def line_with(words: bytes) -> "re.Pattern[bytes]":
    return re.compile(rb'^\{"type":"message"[^\n]*' + words + rb"[^\n]*\n", re.MULTILINE)


def says_twice(call: Call, data: bytes) -> bytes:
    return line_with(b"said while away").sub(lambda line: line[0] * 2, data)


def loses_a_line(call: Call, data: bytes) -> bytes:
    return line_with(b"said while away").sub(b"", data)


def begins_anew(call: Call, data: bytes) -> bytes:
    return re.sub(rb'"log":"[^"]+"', b'"log":"another"', data)


AT_THE_HUB = {
    "no greeting": (unchanged, without_greeting, "text", "no greeting within", "a proxy whose hub"),
    "no answer to /who": (
        without_who,
        unchanged,
        "text",
        "no answer to /who",
        "what stands before",
    ),
    "no JSON": (deaf_to_json, unchanged, "json", "no `welcome` within", "but no programs"),
    "no pong": (stops_at_ping, unchanged, "json", "no `pong` within", "but no programs"),
    "no history": (without_history, unchanged, "json", "the hub refuses", "look at its log"),
    "commands echoed": (echoes_commands, unchanged, "telnet", "DO TIMING-MARK", "as they are"),
    "commands swallowed": (swallows_commands, unchanged, "telnet", "not answer DO BINARY", "bytes"),
    "no mark": (unchanged, without_timing_mark, "telnet", "nothing more after Ctrl-C", "bytes"),
    "answered twice": (unchanged, answers_twice, "telnet", "DO BINARY again", "bytes"),
    "LF alone": (unchanged, with_lf_alone, "telnet", "LF alone", "bytes"),
    "another token": (forgets_who_it_was, unchanged, "resume", "for somebody else", "another hub"),
    "a line twice": (unchanged, says_twice, "resume", "more than once", "keep or repeat"),
    "a line lost": (unchanged, loses_a_line, "resume", "does not come", "keep or repeat"),
    "another log": (begins_anew, unchanged, "resume", "not to come any more", "another hub"),
}


@pytest.mark.parametrize("what", AT_THE_HUB)
async def test_a_fault_before_the_hub_is_named_and_no_other(served: Served, what: str) -> None:
    asked, answered, door, problem, hint = AT_THE_HUB[what]
    async with before(served.hub.address, asked, answered) as port:
        code, results = await doctor(port, None, QUICK_S if what.startswith("no ") else PATIENT_S)
    assert (code, doors(results, "failed")) == (1, {door}), results[door]
    assert doors(results, "skipped") == ({"resume"} if door == "json" else set())
    assert problem in results[door]["text"]
    assert hint in results[door]["hint"]
