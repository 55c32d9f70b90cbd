"""The commands that take care of a log, as a person runs them."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from logs import NOW_MS, make_log, open_log, plant, prune, say
from real_processes import PATIENCE_S, Process, ServedHub

from core.progress import Progress, Step
from core.sqlite.database import FILE_NAME
from core.text.format import moment
from hubbub.maintenance import run_backup, run_export

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "hubbub")


def hubbub(*arguments: str | Path, **more: Any) -> subprocess.CompletedProcess[bytes]:
    """Run a command that ends by itself."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], cwd=ROOT, timeout=PATIENCE_S, check=False,
        **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more),
    )  # fmt: skip


def said(ended: subprocess.CompletedProcess[bytes]) -> str:
    """Return the one line of a command that could not do it."""
    text = ended.stderr.decode()
    assert text.startswith("hubbub: ")
    assert text.count("\n") == 1, text
    assert ended.returncode != 0
    assert ended.stdout == b""
    return text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def count(file: Path) -> int:
    with closing(sqlite3.connect(file)) as db:
        (number,) = db.execute("SELECT count(*) FROM messages").fetchone()
    return int(number)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = make_log(tmp_path / "log", "one", "two\nlines", "<b>three</b>")
    return make_log(folder, "elsewhere", room="ops")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Give a log that no pipe holds a transcript of."""
    return make_log(tmp_path / "log", *["x" * 1000] * 2000)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


# --- export ----------------------------------------------------------------------


def test_a_transcript_goes_to_standard_output(log: Path) -> None:
    at = moment(NOW_MS)
    ended = hubbub("export", "#Lobby", "--data", log)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.decode().splitlines() == [
        f"{at} <alice> one", f"{at} <alice> two", "      | lines", f"{at} <alice> <b>three</b>"
    ]  # fmt: skip
    ended = hubbub("export", "lobby", "--data", log, "--format", "jsonl")
    messages = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(one["type"], one["seq"], one["at"]) for one in messages] == [
        ("message", seq, NOW_MS) for seq in (1, 2, 3)
    ]
    ended = hubbub("export", "lobby", "--data", log, "--format", "markdown")
    shown = ended.stdout.decode()
    assert shown.startswith("# lobby\n\n## ")
    assert "\n```\ntwo\nlines\n```\n" in shown
    assert "&lt;b&gt;three" in shown


def test_a_transcript_in_a_file_is_its_owners_alone(log: Path, out: Path) -> None:
    ended = hubbub("export", "lobby", "--data", log, "--output", out / "lobby.txt", umask=0)
    assert ended.returncode == 0
    assert (out / "lobby.txt").stat().st_mode & 0o777 == 0o600


def test_it_begins_where_it_is_told_to(tmp_path: Path) -> None:
    now_ms = time.time_ns() // 1_000_000
    for ago_ms, text in ((7_200_000, "old"), (60_000, "new"), (0, "newest")):
        store = open_log(tmp_path, now_ms - ago_ms)
        say(store, text)
        store.close()

    def texts(since: str) -> list[str]:
        ended = hubbub("export", "lobby", "--data", tmp_path, "--since", since)
        assert (ended.returncode, ended.stderr) == (0, b"")
        return [line.rpartition("> ")[2] for line in ended.stdout.decode().splitlines()]

    assert texts("0") == texts("1d") == ["old", "new", "newest"]
    assert texts("1") == texts("#1") == texts("1h") == ["new", "newest"]
    assert texts("3") == texts("999") == []
    ended = hubbub("export", "lobby", "--data", tmp_path, "--since", "yesterday")
    assert "--since" in said(ended)
    assert ended.returncode == 2


def test_an_unknown_room_is_answered_with_those_there_are(log: Path, tmp_path: Path) -> None:
    ended = hubbub("export", "kitchen", "--data", log)
    assert said(ended).endswith("no room kitchen in this log; there are lobby, ops\n")
    for number in range(20):
        make_log(log, "x", room=f"room{number:02}")
    assert said(hubbub("export", "kitchen", "--data", log)).endswith("room07 and 12 more\n")
    not_text = hubbub("export", os.fsdecode(b"\xff"), "--data", log)
    assert (not_text.returncode, b"--room is not UTF-8" in not_text.stderr) == (2, True)
    open_log(tmp_path / "new").close()
    assert "no room in this log yet" in said(hubbub("export", "lobby", "--data", tmp_path / "new"))


def test_what_is_missing_is_said(log: Path) -> None:
    prune(log, 2)
    for form, line in (("text", "-! {}"), ("markdown", "*({})*")):
        ended = hubbub("export", "lobby", "--data", log, "--format", form)
        assert line.format("messages 1 to 2 are no longer kept") in ended.stdout.decode()
        assert b"messages 1 to 2 are no longer kept in lobby" in ended.stderr
        assert ended.returncode == 0
    ended = hubbub("export", "lobby", "--data", log, "--format", "jsonl")
    assert [json.loads(line)["seq"] for line in ended.stdout.splitlines()] == [3]
    assert b"messages 1 to 2 are no longer kept in lobby" in ended.stderr


def test_it_may_be_written_to_a_file(log: Path, out: Path) -> None:
    wanted = hubbub("export", "lobby", "--data", log).stdout
    ended = hubbub("export", "lobby", "--data", log, "--output", out / "lobby.txt")
    assert ended.stdout.decode() == f"wrote 3 messages of lobby to {out / 'lobby.txt'}\n"
    assert (out / "lobby.txt").read_bytes() == wanted
    ended = hubbub("export", "ops", "--data", log, "--output", out / "lobby.txt")
    assert "--force" in said(ended)
    assert (out / "lobby.txt").read_bytes() == wanted
    ended = hubbub("export", "ops", "--data", log, "--output", out / "lobby.txt", "--force")
    assert ended.returncode == 0
    assert b"elsewhere" in (out / "lobby.txt").read_bytes()
    assert names(out) == ["lobby.txt"]


def test_no_control_character_of_the_store_gets_out(log: Path, out: Path) -> None:
    every = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
    plant(log, 1, text=f"a{every}b", nick=f"n{every}", id=every, kind=every)
    with closing(sqlite3.connect(log / FILE_NAME)) as db, db:
        db.execute("UPDATE rooms SET topic = ?, name = ? WHERE id = 1", (f"t{every}", f"r{every}"))
    room = f"r{every.replace(chr(0), '')}"
    with closing(sqlite3.connect(log / FILE_NAME)) as db, db:
        db.execute("UPDATE rooms SET name = ? WHERE id = 1", (room,))
    for form in ("text", "markdown", "jsonl"):
        file = out / f"\x1b[2J\n{form}"
        ended = hubbub("export", room, "--data", log, "--format", form, "--output", file)
        assert ended.returncode == 0
        for text in (file.read_text(), ended.stdout.decode(), ended.stderr.decode()):
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f]", said(hubbub("export", "x", "--data", log))
    )


@pytest.mark.parametrize("form", ["text", "jsonl", "markdown"])
def test_who_has_seen_enough_ends_it_quietly(large: Path, form: str) -> None:
    words = [*COMMAND, "export", "lobby", "--data", str(large), "--format", form]
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr.read() == b""


def test_a_full_disk_is_no_end_of_reading(large: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = hubbub("export", "lobby", "--data", large, stdout=full)
    assert ended.returncode == 1
    assert b"no space left" in ended.stderr
    assert b"Traceback" not in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_though_nobody_reads(large: Path, number: signal.Signals) -> None:
    words = [*COMMAND, "export", "lobby", "--data", str(large)]
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1)  # it has begun; more than the pipe holds is to come
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 128 + number
        assert process.stderr.read() == b""


# --- backup ----------------------------------------------------------------------


def test_a_backup_tells_what_it_wrote(log: Path, out: Path) -> None:
    file = out / "copy"
    ended = hubbub("backup", file, "--data", log)
    assert (ended.returncode, ended.stderr) == (0, b"")
    size = file.stat().st_size
    assert ended.stdout.decode() == f"wrote 4 messages of 2 rooms, {size:,} bytes, to {file}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert count(file) == 4
    assert names(out) == ["copy"]


def test_an_existing_backup_is_replaced_only_by_force(log: Path, out: Path) -> None:
    file = out / "copy"
    file.write_text("precious")
    assert "--force" in said(hubbub("backup", file, "--data", log))
    assert file.read_text() == "precious"
    assert hubbub("backup", file, "--data", log, "--force").returncode == 0
    assert count(file) == 4


def test_the_log_itself_is_never_replaced(log: Path, out: Path) -> None:
    live = log / FILE_NAME
    (out / "link").symlink_to(live)
    (out / "hard").hardlink_to(live)
    before = live.read_bytes()
    for target in (live, out / "link", log / ".." / "log" / FILE_NAME):
        said(hubbub("backup", target, "--data", log, "--force"))
        said(hubbub("export", "lobby", "--output", target, "--data", log, "--force"))
    said(hubbub("backup", out / "hard", "--data", log, "--force"))
    assert live.read_bytes() == before


@pytest.mark.parametrize("command", ["backup", "export"])
def test_a_folder_without_a_log_is_named(tmp_path: Path, out: Path, command: str) -> None:
    words = ["lobby", "--output"] if command == "export" else []
    nowhere = tmp_path / "nowhere"
    ended = hubbub(command, *words, out / "x", "--data", nowhere)
    assert f"no log in {nowhere}" in said(ended)
    assert ":memory:" in said(hubbub(command, *words, out / "x", "--data", ":memory:"))
    assert names(out) == []
    assert not nowhere.exists()


# --- interruptions -----------------------------------------------------------------


@contextmanager
def interrupted(what: str, total: int | None = None, unit: str = "") -> Iterator[Step]:
    """Be the progress of somebody who presses Ctrl-C as soon as there is any."""

    def step(done: int) -> None:
        signal.raise_signal(signal.SIGINT)

    del what, total, unit
    yield step


@pytest.mark.parametrize("exists", [True, False])
def test_ctrl_c_leaves_no_half_file(
    large: Path, out: Path, exists: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = signal.getsignal(signal.SIGINT)
    progress: list[Progress] = [interrupted]
    monkeypatch.setattr("hubbub.maintenance.show_progress", lambda: progress[0])
    if exists:
        (out / "file").write_text("precious")
    data = str(large)
    assert run_backup(out / "file", data, force=True) == 130
    assert run_export("lobby", "text", data, out / "file", None, force=True) == 130
    assert names(out) == (["file"] if exists else [])
    assert not exists or (out / "file").read_text() == "precious"
    assert signal.getsignal(signal.SIGINT) is handler


def test_what_nohup_ignores_stays_ignored(log: Path, out: Path) -> None:
    words = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *COMMAND]
    program = (
        "import signal, core.signals\n"
        "with core.signals.raised_as_interrupt() as came:\n"
        "    signal.raise_signal(signal.SIGHUP)\n"
        "    print(came)\n"
    )
    done = subprocess.run(
        [*words[:-2], "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


# --- beside a hub --------------------------------------------------------------------


class Speaker:
    """A program that speaks JSON lines to a hub."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self._lines = self._socket.makefile("rb")

    def ask(self, **request: object) -> None:
        self._socket.sendall(json.dumps(request).encode() + b"\n")

    def until(self, kind: str) -> dict[str, Any]:
        for line in self._lines:
            event: dict[str, Any] = json.loads(line)
            if event["type"] == kind:
                return event
        pytest.fail(f"the hub closed before {kind}")

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ServedHub]:
    served = ServedHub(tmp_path / "data")
    served.start()
    yield served
    served.process.close()


def test_both_work_beside_a_running_hub_and_a_restored_log_is_another(
    hub: ServedHub, tmp_path: Path, out: Path
) -> None:
    data = tmp_path / "data"
    client = Speaker(hub.tcp_port)
    client.ask(type="hello", nick="alice", join={"lobby": {"last": 0}})
    known = client.until("welcome")
    for number in range(1, 6):
        client.ask(type="say", room="lobby", text=f"line {number}", id=str(number))
        assert client.until("ack")["seq"] == number
    ended = hubbub("export", "lobby", "--data", data, "--format", "jsonl")
    assert [json.loads(line)["seq"] for line in ended.stdout.splitlines()] == [1, 2, 3, 4, 5]
    assert hubbub("backup", out / "copy", "--data", data).returncode == 0
    # The hub goes on, and can fold its WAL at its end.
    client.ask(type="say", room="lobby", text="after the backup", id="6")
    assert client.until("ack")["seq"] == 6
    client.close()
    assert hub.stop() == 0
    for name in (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"):
        (data / name).unlink(missing_ok=True)
    (out / "copy").rename(data / FILE_NAME)
    hub.start()
    client = Speaker(hub.tcp_port)
    client.ask(type="hello", resume=known["resume"], log=known["log"], join={"lobby": {"after": 6}})
    assert client.until("welcome")["log"] != known["log"]
    reset = client.until("reset")
    assert (reset["room"], reset["reason"]) == ("lobby", "other_log")
    # What it had said with an id, and the backup has, is still known.
    client.ask(type="say", room="lobby", text="line 5", id="5")
    assert client.until("ack")["seq"] == 5
    client.ask(type="say", room="lobby", text="on we go", id="7")
    assert client.until("ack")["seq"] == 6
    client.close()
    assert hub.stop() == 0


# --- progress --------------------------------------------------------------------------


def test_a_bar_is_for_files_and_not_for_a_terminal_that_shows_the_transcript(
    large: Path, out: Path
) -> None:
    program = (
        "import itertools, sys, hubbub.progress as shown\n"
        "shown.BAR_AFTER_S = 0\n"
        "from hubbub.cli import run\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )

    def run(*arguments: str | Path) -> str:
        process = Process(
            "hubbub", [sys.executable, "-c", program, *map(str, arguments)], terminal=True,
            environment={"TERM": "xterm", "COLUMNS": "120", "LINES": "24"},
        )  # fmt: skip
        try:
            assert process.ended() == 0, process.seen.text
            return process.seen.text
        finally:
            process.close()

    shown = run("export", "lobby", "--data", large)
    assert "━" not in shown
    assert shown.count("<alice>") == 2000
    shown = run("export", "lobby", "--data", large, "--output", out / "lobby.txt")
    assert "━" in shown
    assert "export of lobby" in shown
    assert "wrote 2,000 messages of lobby" in shown
    shown = run("backup", out / "copy", "--data", large)
    assert "━" in shown
    assert re.search(r"wrote 2,000 messages of 1 room, [\d,]+ bytes", shown)


def test_environment_and_file_give_values_too(log: Path, out: Path) -> None:
    environment = os.environ | {"HUBBUB_DATA": str(log), "HUBBUB_FORMAT": "jsonl"}
    ended = hubbub("export", "ops", env=environment)
    assert [json.loads(line)["text"] for line in ended.stdout.splitlines()] == ["elsewhere"]
    assert hubbub("backup", out / "copy", env=environment).returncode == 0
    ended = hubbub("export", "ops", "--data", log, "--format", "html")
    assert (ended.returncode, "--format" in said(ended)) == (2, True)
