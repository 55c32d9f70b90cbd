"""Who may come in, as an operator decides it: flags, the file, and `hubbub passphrase`."""

import asyncio
import json
import socket
import stat
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from commands import HUBBUB, PATIENCE_S, Ended, environment, hubbub, parsed, running
from real_processes import Process

from core.access.gate import NEEDED
from core.access.passphrase import canonical, write_passphrase
from core.server.server import HubServer
from core.server.settings import HubSettings
from hubbub import strings
from hubbub.errors import CannotStart
from hubbub.serving import access
from hubbub.serving.access import Access, AccessOptions, PassphraseFollower, decide

HERE = ("127.0.0.1",)
EVERYWHERE = ("0.0.0.0",)
OWN = "my own passphrase"
PORTS = ("--tcp-port", "0", "--web-port", "0")


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


# --- what is decided ------------------------------------------------------------------


@pytest.mark.parametrize("hosts", [HERE, ("::1",), ("localhost",), ("127.0.0.1", "::1")])
def test_on_this_machine_alone_a_hub_is_open(tmp_path: Path, hosts: Sequence[str]) -> None:
    assert decide(AccessOptions(), hosts, tmp_path / "log") == Access(None)
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("hosts", [EVERYWHERE, ("::",), ("127.0.0.1", "192.0.2.7"), ("box",)])
def test_beyond_it_asks_for_one_that_is_made_once(
    tmp_path: Path, hosts: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "log"
    made = decide(AccessOptions(), hosts, folder)
    assert made.passphrase is not None
    assert len(canonical(made.passphrase)) == 12
    assert made.file == folder / "passphrase"
    assert (mode(made.file), mode(folder)) == (0o600, 0o700)
    told = capsys.readouterr().err
    assert f"kept in {made.file}" in told
    assert made.passphrase not in told
    assert decide(AccessOptions(), hosts, folder) == made
    assert decide(AccessOptions("passphrase"), HERE, folder) == made
    assert capsys.readouterr().err == ""


def test_what_is_said_wins_over_the_address(tmp_path: Path) -> None:
    assert decide(AccessOptions("open"), EVERYWHERE, tmp_path) == Access(None)
    assert not (tmp_path / "passphrase").exists()
    assert decide(AccessOptions("passphrase"), HERE, tmp_path).file == tmp_path / "passphrase"


def test_ones_own_is_taken_from_a_variable_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "own"
    file.write_text(f"{OWN}\n")
    for named in (None, "passphrase"):
        for hosts in (HERE, EVERYWHERE):
            given = AccessOptions(named, OWN)  # type: ignore[arg-type]
            assert decide(given, hosts, tmp_path) == Access(OWN)
            given = AccessOptions(named, None, file)  # type: ignore[arg-type]
            assert decide(given, hosts, tmp_path) == Access(OWN, file)
    assert not (tmp_path / "passphrase").exists()


def test_in_memory_it_is_another_one_each_time_and_in_no_file(tmp_path: Path) -> None:
    one, two = (decide(AccessOptions(), EVERYWHERE, ":memory:") for _ in range(2))
    assert one.passphrase is not None
    assert one.passphrase != two.passphrase
    assert one.file is two.file is None
    assert decide(AccessOptions(None, OWN), EVERYWHERE, ":memory:") == Access(OWN)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (AccessOptions("open", OWN), "--access open asks nobody, and a passphrase is set"),
        (AccessOptions("open", None, Path("own")), "--access open asks nobody"),
        (AccessOptions(None, OWN, Path("own")), "--passphrase-file names another"),
        (AccessOptions("passphrase", "short"), "needs 8 letters or digits"),
        (AccessOptions("passphrase", "/quit now please"), "does not begin with /"),
        (AccessOptions("passphrase", None, Path("none")), "there is no none, which"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: AccessOptions, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CannotStart, match=words):
        decide(options, EVERYWHERE, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"short\n", b"\xff\xfe\x00", b"two lines\nof words\n", None])
def test_a_file_that_holds_none_is_named_and_left(tmp_path: Path, data: bytes | None) -> None:
    file = tmp_path / "passphrase"
    if data is None:
        file.mkdir()
    else:
        file.write_bytes(data)
    for options in (AccessOptions(), AccessOptions(None, None, file)):
        with pytest.raises(CannotStart) as refused:
            decide(options, EVERYWHERE, tmp_path)
        assert str(file) in str(refused.value)
        assert "two lines" not in str(refused.value)
    assert data is None or file.read_bytes() == data


def test_a_passphrase_is_in_no_picture_of_what_was_decided() -> None:
    assert OWN not in repr((AccessOptions(None, OWN), Access(OWN), HubSettings(passphrase=OWN)))


# --- a server --------------------------------------------------------------------------


def first_line(port: int) -> str:
    """Return what somebody is told who comes and says nothing."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as sock, sock.makefile() as came:
        return came.readline()


def port_of(line: str) -> int:
    return int(line.rstrip("/").rpartition(":")[2])


def test_a_server_asks_by_its_address_and_the_same_after_a_restart(tmp_path: Path) -> None:
    beyond = ("serve", "--host", "0.0.0.0", *PORTS, "--data", "log")
    with running(tmp_path, *beyond, ready=3) as (_, (made, tcp, _)):
        assert made.startswith("hubbub: made a passphrase, kept in log/passphrase")
        assert first_line(port_of(tcp)).startswith(f"-- {NEEDED}")
    file = tmp_path / "log" / "passphrase"
    assert mode(file) == 0o600
    kept = file.read_bytes()
    with running(tmp_path, *beyond) as (_, (tcp, web)):
        assert (tcp.split()[:2], web.split()[:2]) == (["listening", "tcp"], ["listening", "web"])
        assert first_line(port_of(tcp)).startswith(f"-- {NEEDED}")
    assert file.read_bytes() == kept
    for flags in (("--access", "open", *beyond[1:]), (*PORTS, "--data", "log")):
        with running(tmp_path, "serve", *flags) as (_, (tcp, _)):
            assert first_line(port_of(tcp)).startswith("-- welcome to lobby")


@pytest.mark.parametrize("way", ["flag", "variable", "file"])
def test_access_is_a_setting(tmp_path: Path, way: str) -> None:
    flags = ("--access", "passphrase") if way == "flag" else ()
    variables = {"HUBBUB_ACCESS": "passphrase"} if way == "variable" else {}
    if way == "file":
        (tmp_path / "hubbub.toml").write_text('access = "passphrase"\n')
    command = ("hub", "--tcp-port", "0", "--data", "log", *flags)
    ready = 3 if way == "file" else 2
    with running(tmp_path, *command, ready=ready, **variables) as (_, lines):
        assert first_line(port_of(lines[-1])).startswith(f"-- {NEEDED}")


@pytest.mark.parametrize("command", ["serve", "hub"])
def test_a_contradiction_stops_a_server(tmp_path: Path, command: str) -> None:
    ended = hubbub(tmp_path, command, "--access", "open", "--data", "log", HUBBUB_PASSPHRASE=OWN)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert strings.OPEN_WITH_PASSPHRASE in ended.stderr
    assert OWN not in ended.stderr
    ended = parsed(tmp_path, command, "--access", "closed")
    assert ended.returncode == 2
    assert "--access" in ended.stderr


def test_the_invitation_on_a_terminal_carries_it(tmp_path: Path) -> None:
    write_passphrase(tmp_path / "passphrase", OWN)
    command = [*HUBBUB, "serve", "--access", "passphrase", *PORTS, "--data", str(tmp_path)]
    plain = {"LC_ALL": "C.UTF-8", "TERM": "xterm", "PYTHONASYNCIODEBUG": "", "NO_COLOR": ""}
    server = Process("server", command, terminal=True, environment=plain)
    try:
        server.seen.until("PowerShell")
        shown = server.seen.text
        assert f"  passphrase  {OWN}  (the first line to type; the link brings it along)" in shown
        assert "/#pass=my%20own%20passphrase\r\n" in shown
    finally:
        server.close()


# --- a file that changes ----------------------------------------------------------------


class Program:
    """JSON lines with a hub."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def hello(self, passphrase: str) -> dict[str, Any]:
        hello = {"type": "hello", "passphrase": passphrase}
        self._writer.write(json.dumps(hello).encode() + b"\n")
        return await self.event()

    async def event(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            event: dict[str, Any] = json.loads(await self._reader.readline())
        return event

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def following(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[HubServer, PassphraseFollower]]:
    """Give a hub that follows a file, and looks at it all the time."""
    monkeypatch.setattr(access, "LOOK_EVERY_S", 0.01)
    write_passphrase(file, OWN)
    hub = HubServer(HubSettings(port=0, passphrase=OWN))
    await hub.start()
    follower = PassphraseFollower(hub, Access(OWN, file))
    follower.start()
    try:
        yield hub, follower
    finally:
        await follower.stop()
        await hub.stop()


async def come(hub: HubServer) -> Program:
    return Program(*await asyncio.open_connection(*hub.address))


async def test_a_running_hub_asks_everybody_for_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "passphrase"
    async with following(file, monkeypatch) as (hub, _):
        one, two = [await come(hub) for _ in range(2)]
        for program in (one, two):
            assert (await program.hello(OWN))["type"] == "welcome"
        write_passphrase(file, "quite another one")
        for program in (one, two):
            bye = await program.event()
            assert (bye["type"], bye["reason"]) == ("bye", "passphrase")
            program.close()
        again = await come(hub)
        assert (await again.hello("Quite-Another-One"))["type"] == "welcome"
        again.close()
        late = await come(hub)
        assert (await late.hello(OWN))["code"] == "passphrase"
        late.close()
    told = capsys.readouterr().err
    assert told.count(strings.PASSPHRASE_CHANGED) == 1
    assert "another" not in told


@pytest.mark.parametrize("trouble", ["gone", "broken", "a folder"])
async def test_a_file_that_has_none_changes_nothing_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    trouble: str,
) -> None:  # fmt: skip
    file = tmp_path / "passphrase"
    looks = 0
    read = access.read_passphrase

    def counted(path: Path) -> str | None:
        nonlocal looks
        looks += 1
        return read(path)

    monkeypatch.setattr(access, "read_passphrase", counted)
    told = ""
    async with following(file, monkeypatch) as (hub, _), asyncio.timeout(PATIENCE_S):
        inside = await come(hub)
        assert (await inside.hello(OWN))["type"] == "welcome"
        if trouble == "broken":
            file.write_bytes(b"no\n")
        else:
            file.unlink()
        if trouble == "a folder":
            file.mkdir()
        seen = looks
        while looks < seen + 5:
            await asyncio.sleep(0.01)
        other = await come(hub)
        assert (await other.hello(OWN))["type"] == "welcome"
        told = capsys.readouterr().err
        assert told.count("\n") == 1
        assert str(file) in told
        assert "Errno" not in told
        # Another trouble, once it was right again, is told again.
        if trouble == "a folder":
            file.rmdir()
        write_passphrase(file, "quite another one")
        assert (await inside.event())["reason"] == "passphrase"
        inside.close()
        other.close()
    assert strings.PASSPHRASE_CHANGED in capsys.readouterr().err


# --- `hubbub passphrase` ----------------------------------------------------------------


def set_own(folder: Path, data: bytes, *flags: str) -> Ended:
    done = subprocess.run(
        [*HUBBUB, "passphrase", "--set", "--data", "log", *flags], cwd=folder, input=data,
        env=environment(), capture_output=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_it_is_shown_and_renewed(tmp_path: Path) -> None:
    data = ("--data", "log")
    none = parsed(tmp_path, "passphrase", *data)
    assert (none.returncode, none.stdout) == (1, "")
    assert strings.NO_PASSPHRASE_YET in none.stderr
    renewed = [parsed(tmp_path, "passphrase", "--renew", *data) for _ in range(2)]
    assert [(one.returncode, one.stderr) for one in renewed] == [(0, "")] * 2
    assert renewed[0].stdout != renewed[1].stdout
    shown = parsed(tmp_path, "passphrase", *data)
    assert (shown.returncode, shown.stdout) == (0, renewed[1].stdout)
    assert mode(tmp_path / "log" / "passphrase") == 0o600
    elsewhere = parsed(tmp_path, "passphrase", "--renew", "--passphrase-file", "other")
    assert elsewhere.returncode == 0
    assert (tmp_path / "other").read_text() == elsewhere.stdout
    assert parsed(tmp_path, "passphrase", *data) == shown


def test_ones_own_comes_from_a_pipe(tmp_path: Path) -> None:
    assert set_own(tmp_path, f"{OWN}\n".encode()) == (0, "", "")
    assert parsed(tmp_path, "passphrase", "--data", "log").stdout == f"{OWN}\n"
    for data, words in (
        (b"", "needs 8 letters"),
        (b"no\n", "needs 8 letters"),
        (b"\xff\xff\xff\xff\xff\xff\xff\xff\n", "UTF-8"),
        (b"/quit this hub\n", "does not begin with /"),
    ):
        refused = set_own(tmp_path, data)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert words in refused.stderr
        assert refused.stderr.count("\n") == 1
    assert parsed(tmp_path, "passphrase", "--data", "log").stdout == f"{OWN}\n"


@pytest.mark.parametrize(
    ("once", "again", "code"), [(OWN, OWN, 0), (OWN, "my other passphrase", 2), ("\x04", "", 2)]
)
def test_ones_own_is_typed_twice_and_not_shown(
    tmp_path: Path, once: str, again: str, code: int
) -> None:
    command = [*HUBBUB, "passphrase", "--set", "--data", str(tmp_path)]
    person = Process("person", command, terminal=True, environment={"PYTHONASYNCIODEBUG": ""})
    try:
        person.seen.until(strings.NEW_PASSPHRASE)
        person.say(once) if again else person.type(once.encode())
        if again:
            person.seen.until(strings.NEW_PASSPHRASE_AGAIN)
            person.say(again)
        assert person.ended() == code
        shown = person.seen.text
    finally:
        person.close()
    assert OWN not in shown
    assert "Traceback" not in shown
    assert (tmp_path / "passphrase").exists() == (code == 0)
    if once != again and again:
        assert strings.PASSPHRASE_TWICE in shown


def test_what_it_cannot_do_is_said(tmp_path: Path) -> None:
    both = parsed(tmp_path, "passphrase", "--renew", "--set", "--data", "log")
    assert (both.returncode, both.stdout) == (2, "")
    assert strings.RENEW_OR_SET in both.stderr
    for flags in ((), ("--renew",)):
        memory = parsed(tmp_path, "passphrase", *flags, "--data", ":memory:")
        assert (memory.returncode, memory.stdout) == (2, "")
        assert "keeps no passphrase" in memory.stderr
    (tmp_path / "log").write_text("")
    blocked = parsed(tmp_path, "passphrase", "--renew", "--data", "log")
    assert (blocked.returncode, blocked.stdout) == (1, "")
    assert "Errno" not in blocked.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "log"]
