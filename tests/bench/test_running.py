"""Who takes part, and the command itself."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import taking_part
from bench.figures import load
from bench.peers import SENDLOOP, Peer, Running
from bench.points.f import syncing_times_s
from bench.points.h import join_s
from bench.processes import NotReady, Process

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def nothing_left_out() -> Iterator[None]:
    yield
    taking_part.left_out.clear()
    taking_part.only.clear()


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "bench", *arguments], cwd=ROOT, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


def start_nothing(running: Running) -> None:
    running.start(sys.executable, "-c", "print('no such luck')", name="luck").wait_for("listening")


def test_a_missing_peer_is_named_with_what_brings_it() -> None:
    absent = Peer("absent", start_nothing, str, "no-such-server", "apt-get install absent")
    assert taking_part.chosen([absent, SENDLOOP]) == [SENDLOOP]
    assert taking_part.left_out == {
        "absent": "absent: no no-such-server here; apt-get install absent brings it"
    }


def test_only_those_who_are_asked_for_take_part() -> None:
    taking_part.only.add("nobody")
    assert taking_part.chosen([SENDLOOP]) == []
    assert taking_part.left_out == {}


def test_a_server_that_does_not_start_is_left_out_with_its_words() -> None:
    assert taking_part.started("a", Peer("luck", start_nothing, str), lambda _: []) == []
    assert "no such luck" in taking_part.left_out["a luck"]


def test_a_server_and_its_children_end(tmp_path: Path) -> None:
    code = "import subprocess, time; subprocess.Popen(['sleep', '60']); print('up 1', flush=True)"
    process = Process([sys.executable, "-c", code + "; time.sleep(60)"], tmp_path, "parent")
    assert process.wait_for(r"up (\d)") == "1"
    process.stop()
    with pytest.raises(NotReady):
        process.wait_for("never")


def test_pages_are_synced_one_by_one(tmp_path: Path) -> None:
    times_s = syncing_times_s(tmp_path, 0.0)
    assert len(times_s) == 2
    assert (tmp_path / "pages").stat().st_size == 2 * 4096


def joined(lines: int) -> float:
    """Join a hub that tells so many lines, cut anywhere, and then closes."""
    history = b'{"type":"welcome"}\n' + b'{"type":"message","text":"x"}\n' * lines

    def tell(listener: socket.socket) -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(1000)
            for begin in range(0, len(history), 100):
                peer.sendall(history[begin : begin + 100])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        hub = threading.Thread(target=tell, args=(listener,))
        hub.start()
        try:
            return join_s(listener.getsockname()[1])
        finally:
            hub.join()


def test_who_joins_waits_for_all_of_the_history() -> None:
    assert joined(50) > 0
    with pytest.raises(ConnectionError):
        joined(49)


def test_what_does_not_exist_cannot_be_measured() -> None:
    assert bench("--points", "z").returncode == 2
    assert bench("--peers", "nobody").returncode == 2


def test_a_small_run_from_the_command(tmp_path: Path) -> None:
    done = bench(
        "--points", "a", "--peers", "sendloop", "--rounds", "1", "--seconds", "0.2",
        "--out", str(tmp_path / "figures"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = {figure.name for figure in load(tmp_path / "figures")}
    assert {"deliveries", "server_cpu_per_delivery", "lost", "generator_cpu"} <= names
    assert "medians" in done.stdout
