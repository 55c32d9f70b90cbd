"""Memory as it is read, and idle clients of every kind against real servers."""

import os
import subprocess
import sys

import pytest

from bench.idleclients import frame, hello
from bench.memory import pss_bytes, pss_in, server_pss_bytes, with_children
from bench.points import d

CLIENTS = 50

ROLLUP = """\
55c-7ff ---p 00000000 00:00 0                          [rollup]
Rss:               24264 kB
Pss:               12345 kB
Pss_Dirty:          9000 kB
"""


def test_the_proportional_size_is_read() -> None:
    assert pss_in(ROLLUP) == 12345 * 1024
    with pytest.raises(ValueError, match="Pss"):
        pss_in("Rss: 1 kB\n")


def test_memory_that_is_taken_is_seen() -> None:
    before = pss_bytes(os.getpid())
    taken = bytearray(os.urandom(1)) * (64 * 2**20)
    assert pss_bytes(os.getpid()) - before > 0.9 * len(taken)


def test_what_a_server_started_belongs_to_it() -> None:
    script = "import subprocess as s, sys; s.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE) as parent:
        while len(pids := with_children(parent.pid)) < 2:
            pass
        assert pids[0] == parent.pid
        assert server_pss_bytes([parent.pid]) > pss_bytes(parent.pid)
        parent.communicate(b"\n")


def test_a_frame_is_what_the_websocket_protocol_says() -> None:
    # RFC 6455, 5.2: FIN and text; masked, the size in 7 or 16 bits; the mask.
    assert frame(b"hi") == b"\x81\x82\0\0\0\0hi"
    assert frame(b"x" * 200)[:8] == b"\x81\xfe\x00\xc8\0\0\0\0"
    assert len(hello(9_999)) < 126


@pytest.mark.parametrize("setting", d.SETTINGS, ids=lambda setting: setting.peer)
def test_idle_clients_come_in_and_stay(setting: d.Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(d, "SETTLE_S", 0.1)
    figures = {figure.name: figure.value for figure in d.measure(setting, CLIENTS)}
    assert figures["connections"] == CLIENTS
    assert figures["connect_all"] > 0
    # Nothing exact: so few connections hardly show beside what a server needs.
    assert figures["server_pss_before"] > 2**20
    assert figures["server_pss_per_client"] < 2**20


def test_clients_that_cannot_come_in_are_an_error() -> None:
    with pytest.raises(RuntimeError, match="did not come in"), d.idle_clients("json", 1, 5):
        pass
