"""`send` against a real hub: everything is kept once and in order, or it is said."""

import asyncio
import io
import queue
import random
import time
from pathlib import Path

import pytest
from fake_transports import Cable

from core.client import connect
from core.client.reconnect import RetryPolicy
from core.hub.room import Session
from core.server.server import HubServer
from terminal import send
from terminal.send import SendOptions, run_send
from terminal.tail import run_tail

AT_ONCE = RetryPolicy(again_first_s=0.01, again_longest_s=0.01)


class Printed:
    """An output that is looked at."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data


async def said(hub: HubServer, room: str = "lobby") -> str:
    """Return what is in a room, as `tail` shows it, without times."""
    printed = Printed()
    host, port = hub.address
    code = await run_tail(f"{host}:{port}", room=room, last=5000, follow=False, output=printed)
    assert code == 0
    lines = printed.data.decode().splitlines()
    return "\n".join(line if line.startswith(" ") else line[6:] for line in lines)


async def test_a_text_is_kept(hub_server: HubServer, capsys: pytest.CaptureFixture[str]) -> None:
    host, port = hub_server.address
    assert await run_send(f"web1@{host}:{port}", "deploy done", room="#Ops") == 0
    assert await run_send(f"{host}:{port}", "/quit\nis text", nick="web2", room="ops") == 0
    assert await said(hub_server, "ops") == (
        "<web1> deploy done\n<web2> /quit\n      | is text"
    )  # fmt: skip
    assert capsys.readouterr() == ("", "")


async def test_lines_are_kept_as_blocks(hub_server: HubServer) -> None:
    host, port = hub_server.address
    lines = b"\xef\xbb\xbfone\r\n\r\n  two\n/who\nlast"
    assert await run_send(f"al@{host}:{port}", raw_input=io.BytesIO(lines)) == 0
    assert await said(hub_server) == "<al> one\n      | \n      |   two\n      | /who\n      | last"


async def test_no_input_is_nothing_to_say(hub_server: HubServer) -> None:
    host, port = hub_server.address
    assert await run_send(f"{host}:{port}", raw_input=io.BytesIO(b"")) == 0
    assert await run_send(f"{host}:{port}", raw_input=io.BytesIO(b"\n \n")) == 0
    assert await said(hub_server) == ""


@pytest.mark.parametrize(
    ("lines", "complaint", "kept"),
    [
        (b"a\n\xff\nb\n", "not sent: line 2 is not UTF-8", "<x> a\n      | b"),
        (b"a\n" + b"x" * 40_000 + b"\nb", "not sent: line 2 has 40,000 bytes", "<x> a\n      | b"),
        (b"a\n" + b"\x01" * 20_000, "not sent: line 2: this has", "<x> a"),
        ("\u200b\n".encode(), "not sent: there is nothing to see", ""),
    ],
)
async def test_what_is_refused_is_said_and_the_rest_is_kept(
    hub_server: HubServer, capsys: pytest.CaptureFixture[str],
    lines: bytes, complaint: str, kept: str,
) -> None:  # fmt: skip
    host, port = hub_server.address
    assert await run_send(f"x@{host}:{port}", raw_input=io.BytesIO(lines)) == 1
    assert f"hubbub: {complaint}" in capsys.readouterr().err
    assert await said(hub_server) == kept


@pytest.mark.parametrize(
    ("target", "room", "complaint"),
    [("ho st", "lobby", "is not an address"), ("host", "a b", "no white space")],
)
async def test_what_cannot_be_understood(
    capsys: pytest.CaptureFixture[str], target: str, room: str, complaint: str
) -> None:
    assert await run_send(target, "x", room=room) == 2
    assert complaint in capsys.readouterr().err


async def test_a_hub_that_cannot_be_reached(
    unused_tcp_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run_send(f"127.0.0.1:{unused_tcp_port}", "x") == 3
    assert capsys.readouterr().err == f"hubbub: nobody listens at 127.0.0.1:{unused_tcp_port}\n"


async def test_a_nick_that_cannot_be(
    hub_server: HubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    host, port = hub_server.address
    assert await run_send(f"{host}:{port}", "x", nick="two words") == 1
    assert "nick" in capsys.readouterr().err
    assert await said(hub_server) == ""


async def test_wherever_the_connection_is_cut_everything_is_kept_once(
    hub_server: HubServer, cable: Cable, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(4045)
    cable.cut_after = lambda: chance.randrange(150, 6000) if cable.connections < 40 else None
    lines = b"".join(b"%d %s\n" % (number, b"x" * 200) for number in range(2000))
    assert await run_send(f"al@{cable.address}", raw_input=io.BytesIO(lines), retry=AT_ONCE) == 0
    assert cable.connections == 40
    printed = Printed()
    host, port = hub_server.address
    await run_tail(f"{host}:{port}", last=1000, follow=False, output=printed)
    found = [line[8:] for line in printed.data.split(b"\n")[:-1] if not line.startswith(b" ")]
    texts = printed.data.replace(b"      | ", b"").split(b"\n")
    numbers = [int(line.split(b"> ")[-1].split(b" ")[0]) for line in texts if line]
    assert numbers == list(range(2000)), found
    assert capsys.readouterr().err.startswith("hubbub: not connected (")


async def test_patience_ends_and_says_what_is_open(
    hub_server: HubServer, cable: Cable, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = SlowInput()
    sending = asyncio.ensure_future(
        run_send(cable.address, raw_input=reader, retry=AT_ONCE, give_up_after_s=0.05)
    )
    reader.give(b"one\n")
    while not await said(hub_server):
        await asyncio.sleep(0.01)
    await cable.pull()
    reader.give(b"two\n")
    assert await sending == 3
    reader.give(b"")
    await cable.plug_in()
    assert "1 message is not known to be kept" in capsys.readouterr().err


async def test_breaking_off_says_what_is_open(
    hub_server: HubServer, cable: Cable, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = SlowInput()
    sending = asyncio.ensure_future(run_send(cable.address, raw_input=reader, retry=AT_ONCE))
    reader.give(b"one\n")
    while not await said(hub_server):
        await asyncio.sleep(0.01)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    reader.give(b"")
    assert capsys.readouterr().err == "hubbub: interrupted\n"


class SlowInput:
    """Standard input of somebody who types."""

    def __init__(self) -> None:
        self._data: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def give(self, data: bytes) -> None:
        self._data.put(data)

    def read(self, size: int = -1, /) -> bytes | None:
        return self._data.get()


async def test_each_line_is_a_message_if_wanted(hub_server: HubServer) -> None:
    host, port = hub_server.address
    lines = io.BytesIO(b"one\n\ntwo\n/who\n")
    assert (
        await run_send(f"al@{host}:{port}", options=SendOptions(each_line=True), raw_input=lines)
        == 0
    )
    assert await said(hub_server) == "<al> one\n<al> two\n<al> /who"


async def test_code_is_marked(hub_server: HubServer) -> None:
    host, port = hub_server.address
    code = io.BytesIO(b"a\n  ```\nb\n")
    assert await run_send(f"al@{host}:{port}", options=SendOptions(code=True), raw_input=code) == 0
    assert await run_send(f"al@{host}:{port}", "x", options=SendOptions(code=True)) == 0
    bar = "\n      | "
    first = bar.join(["<al> ~~~", "a", "  ```", "b", "~~~"])
    assert await said(hub_server) == first + "\n<al> ```" + bar + "x" + bar + "```"


async def test_a_file_is_said_below_its_name(hub_server: HubServer, tmp_path: Path) -> None:
    host, port = hub_server.address
    file = tmp_path / "build.log"
    file.write_text("\n".join(f"line {number}" for number in range(300)))
    assert await run_send(f"al@{host}:{port}", options=SendOptions(file=file)) == 0
    lines = (await said(hub_server)).split("\n")
    assert lines[0] == "<al> build.log"
    assert "<al> build.log, part 2" in lines
    numbers = [line.split()[-1] for line in lines if "line " in line]
    assert numbers == [str(number) for number in range(300)]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"\x7fELF\0\0", "is not text"), (None, "cannot be read: no such file")],
)
async def test_a_file_that_cannot_be_said(
    hub_server: HubServer, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    content: bytes | None, complaint: str,
) -> None:  # fmt: skip
    host, port = hub_server.address
    if content is not None:
        (tmp_path / "x").write_bytes(content)
    assert await run_send(f"{host}:{port}", options=SendOptions(file=tmp_path / "x")) == 2
    assert complaint in capsys.readouterr().err
    assert await said(hub_server) == ""


async def test_many_complaints_are_counted(
    hub_server: HubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    host, port = hub_server.address
    lines = io.BytesIO(b"\xff\xfea\n" + b"\xff\n" * 29 + b"fine\n")
    assert await run_send(f"x@{host}:{port}", raw_input=lines) == 1
    told = capsys.readouterr().err.splitlines()
    assert "iconv -f utf-16" in told[0]
    assert told[-2:] == [
        "hubbub: not sent: line 20 is not UTF-8",
        "hubbub: not sent: 10 more lines",
    ]
    assert await said(hub_server) == "<x> fine"


class Steady:
    """An input whose next line always comes before the last has been for 200 ms."""

    def __init__(self, lines: int) -> None:
        self.left = lines

    def read(self, size: int = -1, /) -> bytes:
        time.sleep(0.05)
        self.left -= 1
        return b"" if self.left < 0 else f"{self.left}\n".encode()


async def test_a_steady_input_is_said_as_it_comes(hub_server: HubServer) -> None:
    host, port = hub_server.address
    assert await run_send(f"al@{host}:{port}", raw_input=Steady(35)) == 0
    lines = (await said(hub_server)).split("\n")
    blocks = sum(line.startswith("<al>") for line in lines)
    assert 2 <= blocks < 35
    assert [line.split()[-1] for line in lines] == [str(left) for left in reversed(range(35))]


class Endless:
    """An input that is there faster than any room takes it, until it is stopped."""

    def __init__(self) -> None:
        self.lines = 0
        self.stopped = False

    def read(self, size: int = -1, /) -> bytes:
        if self.stopped:
            return b""
        self.lines += 2_000
        return b"".join(b"%d\n" % one for one in range(self.lines - 2_000, self.lines))


async def test_a_slow_room_is_told_of_and_loses_nothing(
    hub_server: HubServer, cable: Cable, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(send, "TELL_EVERY_S", 0.05)
    cable.hold()
    lines = io.BytesIO(b"".join(b"%d\n" % one for one in range(4_000)))
    sending = asyncio.ensure_future(run_send(f"al@{cable.address}", raw_input=lines, retry=AT_ONCE))
    told = ""
    while "4,000 lines wait" not in told:
        await asyncio.sleep(0.01)
        told += capsys.readouterr().err
    cable.release()
    assert await sending == 0
    assert "nothing waits any more" in capsys.readouterr().err
    kept = [line.split()[-1] for line in (await said(hub_server)).split("\n")]
    assert kept == [str(number) for number in range(4_000)]


async def test_a_sample_of_what_is_too_much_counts_the_rest(
    hub_server: HubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    host, port = hub_server.address
    endless = Endless()
    options = SendOptions(sample=True)
    sending = asyncio.ensure_future(
        run_send(f"al@{host}:{port}", options=options, raw_input=endless)
    )
    while endless.lines < 200_000:
        await asyncio.sleep(0.01)
    endless.stopped = True
    assert await sending == 0
    told = capsys.readouterr().err
    lines = [line.split(maxsplit=1)[-1] for line in (await said(hub_server)).split("\n")]
    numbers = [int(line.removeprefix("| ")) for line in lines if "left out" not in line]
    holes = [int(line.split()[1].replace(",", "")) for line in lines if "left out" in line]
    assert sorted(set(numbers)) == numbers
    assert len(numbers) + sum(holes) == endless.lines
    out = f"of {endless.lines:,} lines {sum(holes):,} were left out"
    assert (out in told) == bool(holes)


async def test_a_nick_that_somebody_has_lost_is_not_waited_for(
    hub_server: HubServer, cable: Cable, capsys: pytest.CaptureFixture[str]
) -> None:
    stays_away = RetryPolicy(again_first_s=60.0, again_longest_s=60.0)
    async with connect(cable.address, nick="al", retry=stays_away):
        lost = hub_server.hub.people.find("al")
        assert isinstance(lost, Session)
        cable.cut()
        while lost.handler is not None:
            await asyncio.sleep(0.01)  # the hub hears of it
        assert await run_send(f"al@{cable.address}", "deploy done") == 1
        assert "al is taken" in capsys.readouterr().err
    assert await said(hub_server) == ""
