"""`tail` against a real hub: a room from some point on, once and without a gap."""

import asyncio
import json
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from fake_transports import Cable

from core.client.reconnect import RetryPolicy
from core.server.server import HubServer
from terminal.printing import safe_json
from terminal.send import run_send
from terminal.start import BadSince, Start, parse_start
from terminal.streams import OutputClosed
from terminal.tail import TailOptions, run_tail

AT_ONCE = RetryPolicy(again_first_s=0.01, again_longest_s=0.01)


class Printed:
    """An output that is looked at, and that may close."""

    def __init__(self, closes_after: int | None = None) -> None:
        self.data = b""
        self._closes_after = closes_after

    def write(self, data: bytes) -> None:
        self.data += data
        if self._closes_after is not None and len(self.data) >= self._closes_after:
            raise OutputClosed("closed")

    @property
    def texts(self) -> list[str]:
        return [line.split("> ")[-1] for line in self.data.decode().splitlines()]


@pytest.fixture
def say(hub_server: HubServer) -> Callable[..., object]:
    async def say(*texts: str, room: str = "lobby") -> None:
        host, port = hub_server.address
        for text in texts:
            assert await run_send(f"al@{host}:{port}", text, room=room) == 0

    return say


async def tail(hub: HubServer, **options: object) -> Printed:
    printed = Printed()
    host, port = hub.address
    code = await run_tail(f"{host}:{port}", follow=False, output=printed, **options)  # type: ignore[arg-type]
    assert code == 0
    return printed


Sayer = Callable[..., "asyncio.Future[None]"]


async def test_the_newest_messages(hub_server: HubServer, say: Sayer) -> None:
    assert (await tail(hub_server)).data == b""
    await say(*(str(number) for number in range(12)))
    assert (await tail(hub_server)).texts == [str(number) for number in range(2, 12)]
    assert (await tail(hub_server, last=2)).texts == ["10", "11"]
    assert (await tail(hub_server, last=0)).data == b""
    assert len((await tail(hub_server, last=5000)).texts) == 12
    assert (await tail(hub_server, room="#Other")).data == b""


async def test_from_a_point_on(hub_server: HubServer, say: Sayer) -> None:
    await say("one", "two", "three")
    assert (await tail(hub_server, since="1")).texts == ["two", "three"]
    assert (await tail(hub_server, since="3")).data == b""
    assert (await tail(hub_server, since="10m")).texts == ["one", "two", "three"]
    assert (await tail(hub_server, since="0s")).data == b""
    assert (await tail(hub_server, since="10m", room="other")).data == b""


async def test_a_point_that_lies_ahead_is_said(
    hub_server: HubServer, say: Sayer, capsys: pytest.CaptureFixture[str]
) -> None:
    await say("one")
    assert (await tail(hub_server, since="999")).texts == ["one"]
    assert "not the log you were reading" in capsys.readouterr().err


async def test_blocks_are_printed_whole(hub_server: HubServer, say: Sayer) -> None:
    await say("\n".join(str(number) for number in range(100)))
    assert (await tail(hub_server)).data.count(b"\n") == 100


async def test_json_lines_are_the_hubs_own(hub_server: HubServer, say: Sayer) -> None:
    await say("one", "two")
    lines = (await tail(hub_server, options=TailOptions(json=True))).data.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["one", "two"]
    assert [json.loads(line)["seq"] for line in lines] == [1, 2]
    assert lines[0].startswith(b'{"type":"message","room":"lobby","seq":1,"id":"')


async def test_several_rooms_from_a_point_in_time(hub_server: HubServer, say: Sayer) -> None:
    await say("one", "two", room="ops")
    await say("three", room="tea")
    for options in ({"last": 5}, {"since": "1h"}, {"last": 5000}):
        printed = await tail(hub_server, room=["ops", "tea", "#Ops"], **options)
        assert sorted(line.split()[0] for line in printed.data.decode().splitlines()) == [
            "ops", "ops", "tea",
        ]  # fmt: skip
        assert sorted(printed.texts) == ["one", "three", "two"]


async def test_what_matches_among_the_newest(hub_server: HubServer, say: Sayer) -> None:
    await say("disk 1", "else", "disk 2", "else", "else")
    printed = await tail(hub_server, last=4, options=TailOptions(match="disk"))
    assert printed.texts == ["disk 2"]


async def test_it_follows_until_nobody_reads(hub_server: HubServer, say: Sayer) -> None:
    await say("one")
    host, port = hub_server.address
    printed = Printed(closes_after=30)
    following = asyncio.ensure_future(run_tail(f"{host}:{port}", output=printed))
    while not printed.data:
        await asyncio.sleep(0.01)
    await say("two", "three")
    assert await following == 0
    assert printed.texts[:2] == ["one", "two"]


async def test_wherever_the_connection_is_cut_everything_is_printed_once(
    hub_server: HubServer, cable: Cable, say: Sayer, capsys: pytest.CaptureFixture[str]
) -> None:
    await say("0")
    chance = random.Random(4045)
    cable.cut_after = lambda: chance.randrange(500, 2500)
    printed = Printed()
    following = asyncio.ensure_future(
        run_tail(cable.address, output=printed, retry=AT_ONCE, last=1)
    )
    while not printed.data:
        await asyncio.sleep(0.01)
    await say(*(str(number) for number in range(1, 120)))
    while "119" not in printed.texts:
        await asyncio.sleep(0.01)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    assert printed.texts == [str(number) for number in range(120)]
    assert cable.connections > 3
    told = capsys.readouterr().err.splitlines()
    assert told.count("hubbub: connected again") == len(told) // 2


async def test_a_hub_that_cannot_be_reached(
    unused_tcp_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run_tail(f"127.0.0.1:{unused_tcp_port}", output=Printed()) == 3
    assert "nobody listens" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [{"since": "yesterday"}, {"room": "two words"}, {"last": -1}, {"target": "a b"}]
)
async def test_what_cannot_be_understood(
    capsys: pytest.CaptureFixture[str], options: dict[str, str]
) -> None:
    assert await run_tail(**{"target": "host", "output": Printed(), **options}) == 2  # type: ignore[arg-type]
    assert capsys.readouterr().err.startswith("hubbub: ")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (
            {"options": TailOptions(match="(a")},
            "unterminated subpattern at its character 1",
        ),
        ({"room": ["a", "b"], "since": "7"}, "belongs to one room"),
        ({"since": "yesterday"}, "08:30, 2026-11-25"),
    ],
)
async def test_flags_that_cannot_be_understood(
    capsys: pytest.CaptureFixture[str], options: dict[str, Any], complaint: str
) -> None:
    assert await run_tail("host", **options) == 2
    assert complaint in capsys.readouterr().err


def test_times_by_the_clock() -> None:
    noon = datetime(2026, 11, 25, 12, 0).astimezone()
    now_ms = int(noon.timestamp() * 1000)
    hour_ms = 3_600_000
    assert parse_start(0, "08:30", now_ms).since_ms == now_ms - int(3.5 * hour_ms)
    assert parse_start(0, "8:30", now_ms).since_ms == now_ms - int(3.5 * hour_ms)
    assert parse_start(0, "23:00", now_ms).since_ms == now_ms - 13 * hour_ms
    assert parse_start(0, "2026-11-25T11:00", now_ms).since_ms == now_ms - hour_ms
    assert parse_start(0, "2026-11-25", now_ms).since_ms == now_ms - 12 * hour_ms
    assert parse_start(0, "2026-11-25T11:00+00:00", 0).since_ms == 1_795_604_400_000
    for wrong in ("25:00", "2026-13-01", "noon"):
        with pytest.raises(BadSince):
            parse_start(0, wrong, now_ms)


def test_where_to_begin() -> None:
    assert parse_start(7, None, 0) == Start(last=7)
    assert parse_start(7, "#12", 0).after == 12
    assert parse_start(7, "2H", 10_000_000).since_ms == 2_800_000
    assert parse_start(7, "9d", 10).since_ms == 0
    for since in ("", "-1", "10", "1w", "m", "1.5h", "٣m"):
        if since != "10":
            with pytest.raises(BadSince):
                parse_start(7, since, 0)


def test_json_for_a_terminal_holds_nothing_that_it_obeys() -> None:
    text = "a\x7f\x85\x9b31m\u2028я💬"
    line = json.dumps({"type": "message", "text": text}, ensure_ascii=False).encode()
    safe = safe_json(line)
    assert json.loads(safe)["text"] == text
    assert not set(safe.decode()[:-1]) & set(map(chr, [*range(32), *range(127, 160), 0x2028]))
    assert "я💬" in safe.decode()
