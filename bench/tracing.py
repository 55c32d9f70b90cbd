"""What Chromium's own tracing tells: how long tasks took.

A trace is a list of events with times in microseconds. Knows no page and no
server.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

CATEGORIES: Final = "toplevel,devtools.timeline"
_US: Final = 1e6

Event = dict[str, Any]


class Trace:
    """The events of a stretch of time, filled in at its end."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def task_times_s(self) -> list[float]:
        """Return how long each task of the pages' main threads took."""
        mains = {
            (event["pid"], event["tid"])
            for event in self.events
            if event.get("name") == "thread_name" and event["args"].get("name") == "CrRendererMain"
        }
        return [
            event["dur"] / _US
            for event in self.events
            if event.get("ph") == "X"
            and event.get("name") in ("RunTask", "ThreadControllerImpl::RunTask")
            and (event["pid"], event["tid"]) in mains
        ]


@contextmanager
def tracing(browser: Any) -> Iterator[Trace]:
    """Trace a browser of Playwright while the block runs."""
    trace = Trace()
    browser.start_tracing(screenshots=False, categories=CATEGORIES.split(","))
    try:
        yield trace
    finally:
        trace.events = json.loads(browser.stop_tracing())["traceEvents"]


def quantile(values: Iterable[float], part: float) -> float:
    """Return the value below which `part` of the values are; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0
