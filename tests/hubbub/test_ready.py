"""Ready means that something can be said: a real disk that fills up, and has room again."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_processes import PATIENCE_S, SERVE, ServedHub, tool

# A file system of its own, which ends with the process that made it.
SMALL_DISK = 'mkdir -p "$0"; mount -t tmpfs -o size=4m none "$0" && exec "$@"'


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ServedHub]:
    data = tmp_path / "data"
    command = [tool("unshare"), "-rm", "sh", "-c", SMALL_DISK, str(data), *SERVE]
    served = ServedHub(data, command=command)
    with served.running():
        yield served


def get(hub: ServedHub, path: str) -> tuple[int, str]:
    with socket.create_connection(("127.0.0.1", hub.web_port), PATIENCE_S) as caller:
        caller.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        with caller.makefile("rb") as file:
            answer = file.read().decode()
    head, _, body = answer.partition("\r\n\r\n")
    return int(head.split()[1]), body


def say(hub: ServedHub) -> dict[str, object]:
    with socket.create_connection(("127.0.0.1", hub.tcp_port), PATIENCE_S) as caller:
        caller.sendall(b'{"type":"hello"}\n{"type":"say","room":"lobby","text":"hi","id":"1"}\n')
        with caller.makefile("rb") as file:
            for line in file:
                event: dict[str, object] = json.loads(line)
                if event["type"] in ("ack", "error"):
                    return event
    pytest.fail("no answer")


def until(hub: ServedHub, status: int) -> dict[str, object]:
    """Ask until the answer is no longer the one that was remembered for a moment."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found, body = get(hub, "/healthz")
        if found == status:
            facts: dict[str, object] = json.loads(body)
            return facts
        time.sleep(0.05)  # an answer cannot be waited for
    pytest.fail(f"/healthz does not become {status}: {body}")


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def test_a_full_disk_is_seen_before_anybody_has_tried_to_speak(hub: ServedHub) -> None:
    assert until(hub, 200) == {"status": "ok", "not_stored": 0}
    ballast = Path(f"/proc/{hub.pid}/root{hub._data}/ballast")
    fill(ballast)
    facts = until(hub, 503)
    assert "disk is full" in str(facts["reason"])
    assert facts["not_stored"] == 0
    assert say(hub)["code"] == "not_stored"
    while until(hub, 503)["not_stored"] != 1:
        pass
    _, metrics = get(hub, "/metrics")
    assert "hubbub_gateway_ready 0\n" in metrics
    assert "hubbub_gateway_hub_not_stored_total 1\n" in metrics
    ballast.unlink()
    assert until(hub, 200)["not_stored"] == 1
    assert say(hub)["type"] == "ack"
    assert "hubbub_gateway_ready 1\n" in get(hub, "/metrics")[1]
