"""Telnet's own port: tried where the hub names it, and its faults are told as its own."""

import asyncio
import json

import pytest
from doctor_world import PATIENT_S, QUICK_S, Served, before, doctor, doors, served
from tampering import Call, Change, unchanged

__all__ = ["served"]

pytestmark = pytest.mark.asyncio(loop_factories=["asyncio"])
"""The command runs on no other loop (hubbub/doctor/run.py), and each visit takes its time."""

DOOR = "telnet port"
DO_BINARY = b"\xff\xfd\x00"


async def test_it_is_tried_where_the_hub_names_it(served: Served) -> None:
    served.name_telnet(served.telnet[1])
    code, results = await doctor(served.port)
    assert (code, doors(results, "ok")) == (0, set(results))
    assert results[DOOR]["text"] == f"port {served.telnet[1]}"


async def test_nothing_is_told_of_a_port_that_there_is_not(served: Served) -> None:
    code, results = await doctor(served.port)
    assert code == 0
    assert DOOR not in results


async def test_people_see_nothing_of_a_visit_there(served: Served) -> None:
    served.name_telnet(served.telnet[1])
    reader, writer = await asyncio.open_connection(*served.hub.address)
    writer.write(b'{"type":"hello","join":{"lobby":{"last":5}}}\n')
    assert (await doctor(served.port))[0] == 0
    writer.write(b'{"type":"rooms","ref":1}\n')
    events = []
    async with asyncio.timeout(PATIENT_S):
        while not events or events[-1].get("ref") != 1:
            events.append(json.loads(await reader.readline()))
    writer.close()
    assert [event["type"] for event in events] == ["welcome", "joined", "members", "rooms"]
    rooms = {room["room"]: (room["count"], room["seq"]) for room in events[-1]["rooms"]}
    assert rooms == {"lobby": (1, 0), "hubbub-doctor": (0, 2)}


def without_greeting(call: Call, data: bytes) -> bytes:
    return b"" if b"welcome" in data else data


def asks_for_nothing(call: Call, data: bytes) -> bytes:
    return data.replace(DO_BINARY, b"")


def asks_twice(call: Call, data: bytes) -> bytes:
    return data.replace(DO_BINARY, DO_BINARY * 2)


def with_lf_alone(call: Call, data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


def of_seven_bits(call: Call, data: bytes) -> bytes:
    return data if b"\xff" in data else bytes(byte & 0x7F for byte in data)


def deaf(call: Call, data: bytes) -> bytes:
    return b""


FAULTS: dict[str, tuple[Change, Change, str, str]] = {
    "no greeting": (unchanged, without_greeting, "no greeting within", "a proxy whose hub"),
    "no answer": (deaf, unchanged, "no answer to /who", "what stands before"),
    "nothing asked": (unchanged, asks_for_nothing, "does not begin with DO BINARY", "as they are"),
    "asked twice": (unchanged, asks_twice, "says DO BINARY after it has begun", "as they are"),
    "LF alone": (unchanged, with_lf_alone, "LF alone", "as they are"),
    "seven bits": (of_seven_bits, unchanged, "letters do not arrive", "as they are"),
}


@pytest.mark.parametrize("what", FAULTS)
async def test_a_fault_before_it_is_named_and_no_other(served: Served, what: str) -> None:
    asked, answered, problem, hint = FAULTS[what]
    async with before(served.telnet, asked, answered) as port:
        served.name_telnet(port)
        code, results = await doctor(
            served.port, None, QUICK_S if what.startswith("no ") else PATIENT_S
        )
    assert (code, doors(results, "failed")) == (1, {DOOR}), results[DOOR]
    assert doors(results, "skipped") == set()
    assert problem in results[DOOR]["text"]
    assert hint in results[DOOR]["hint"]


async def test_a_port_that_is_named_and_leads_nowhere(served: Served) -> None:
    async with before(served.telnet) as port:
        served.name_telnet(port)
    code, results = await doctor(served.port)
    assert (code, doors(results, "failed")) == (1, {DOOR})
    assert results[DOOR]["text"] == f"port {port}: nobody listens there"
    assert "/invite names this port" in results[DOOR]["hint"]
