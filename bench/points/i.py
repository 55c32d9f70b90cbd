"""(i) A log of 10 million messages: started with, joined, paged and searched.

One JSON client asks, one question after the other. The log is made once, which
takes some minutes, and kept in BENCH_CACHE; BENCH_MESSAGES makes it smaller.
"""

import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench.bigstore import ABSENT, ALIKE, BIG_ROOM, COMMON, RARE, SECOND, SHORT
from bench.compile import BUILD
from bench.figures import Figure
from bench.processes import ROOT
from bench.running import environment, running

MESSAGES: Final = int(os.environ.get("BENCH_MESSAGES", "10000000"))
CACHE: Final = Path(os.environ.get("BENCH_CACHE", BUILD / "logs"))

TRIES: Final = 200
PATIENCE_S: Final = 30.0
PAGE: Final = 50
SEARCHES: Final = {
    "search_common": COMMON,
    "search_rare": RARE,
    "search_none": ABSENT,
    "search_none_alike": ALIKE,
    "search_short": SHORT,
    "search_two": f"{COMMON} {SECOND}",
    "search_two_rare": f"{COMMON} {RARE}",
}


def run(rounds: int, seconds: float) -> list[Figure]:
    """Start on the large log and ask a hub with it; at most `seconds` for each question."""
    folder = CACHE / str(MESSAGES)
    subprocess.run(
        [sys.executable, "-m", "bench.bigstore", str(folder), str(MESSAGES)],
        cwd=ROOT, env=environment(), check=True,
    )  # fmt: skip
    figures = []
    with tempfile.TemporaryDirectory(dir=CACHE) as copy:
        # The one in the cache stays as it was made.
        log = Path(copy) / "log"
        shutil.copytree(folder / "log", log)
        # A copied file is another one, which is looked at from end to end once.
        with running("hub", "--tcp-port", "0", "--data", str(log)):
            pass
        for _ in range(rounds):
            with running("hub", "--tcp-port", "0", "--data", str(log)) as hub:
                figures.append(Figure("i", "hubbub", "ready", hub.ready_s, "s"))
                figures += ask(hub.ports["tcp"], seconds)
    size = sum(file.stat().st_size for file in (folder / "log").iterdir())
    return [
        *figures,
        Figure("i", "hubbub", "messages", MESSAGES, "1"),
        Figure("i", "hubbub", "log_size_per_message", size / MESSAGES, "bytes"),
    ]


def ask(port: int, seconds: float) -> list[Figure]:
    """Put each question again and again for `seconds`, or TRIES times."""
    figures = []
    with conversation(port) as say:
        joined = say({"type": "join", "room": BIG_ROOM, "last": 1})
        head = joined["seq"]
        middle = itertools.cycle(range(head // 3, 2 * head // 3, max(head // 500, 1)))
        oldest = itertools.cycle(range(PAGE + 1, min(head, 10_000), 97))
        page = {"type": "history", "room": BIG_ROOM, "limit": PAGE}
        questions: dict[str, Iterator[dict[str, Any]]] = {
            "page_middle": ({**page, "before": before} for before in middle),
            "page_oldest": ({**page, "before": before} for before in oldest),
            **{
                name: itertools.repeat({"type": "search", "room": BIG_ROOM, "text": text})
                for name, text in SEARCHES.items()
            },
        }
        for name, asked in questions.items():
            took = timed(lambda: say(next(asked)), seconds)  # noqa: B023  # called at once
            figures += figures_of(name, took)
    figures += figures_of("join", timed(lambda: join_once(port), seconds))
    return figures


def timed(once: Callable[[], object], seconds: float) -> list[float]:
    """Return how long each of some tries took, in seconds."""
    took: list[float] = []
    end = time.monotonic() + seconds
    while len(took) < TRIES and (not took or time.monotonic() < end):
        began = time.perf_counter()
        once()
        took.append(time.perf_counter() - began)
    return took


def figures_of(name: str, took: list[float]) -> list[Figure]:
    ordered = sorted(took)
    share = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return [
        Figure("i", "hubbub", f"{name}_{which}", ordered[int(part * (len(ordered) - 1))], "s")
        for which, part in share.items()
    ]


def join_once(port: int) -> None:
    """Connect, join the large room with its last 50 lines, and have the last of them."""
    with conversation(port) as say:
        say({"type": "join", "room": BIG_ROOM, "last": PAGE}, lines=PAGE)


@contextmanager
def conversation(port: int) -> Iterator[Any]:
    """Give a function that says one JSON line and returns the answer to it.

    With `lines` it also waits for so many messages.
    """
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as one:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        file = one.makefile("rb")
        numbers = itertools.count(1)

        def say(request: dict[str, Any], lines: int = 0) -> dict[str, Any]:
            ref = next(numbers)
            one.sendall(json.dumps({**request, "ref": ref}).encode() + b"\n")
            answer: dict[str, Any] = {}
            seen = 0
            while not answer or seen < lines:
                raw = file.readline()
                if not raw:
                    raise ConnectionError("the hub ended the conversation")
                event = json.loads(raw)
                seen += event["type"] == "message"
                if event.get("ref") == ref and event["type"] != "members":
                    answer = event
            if answer["type"] == "error":
                raise RuntimeError(answer["text"])
            return answer

        say({"type": "hello"})
        yield say
