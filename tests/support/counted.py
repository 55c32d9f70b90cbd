"""Work that is counted, not timed: functions called, and characters normalised.

The same on every machine, however busy. Calls are Python's and C's together.
"""

import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CHARACTERS_A_CALL = 8
"""Normalised characters that take about as long as one call."""


class Work:
    """What was done so far, in calls."""

    def __init__(self) -> None:
        self.calls = 0


@contextmanager
def counting() -> Iterator[Work]:
    """Count what this thread does meanwhile."""
    work = Work()
    normalize = unicodedata.normalize

    def counted(form: str, text: str) -> str:
        found = normalize(form, text)  # type: ignore[arg-type]
        work.calls += (len(text) + len(found)) // CHARACTERS_A_CALL
        return found

    def note(_frame: object, event: str, _argument: object) -> None:
        if event in ("call", "c_call"):
            work.calls += 1

    unicodedata.normalize = counted  # type: ignore[assignment]
    sys.setprofile(note)
    try:
        yield work
    finally:
        sys.setprofile(None)
        unicodedata.normalize = normalize


def work_of(do: Callable[[], object]) -> int:
    """Return what calling this takes, in calls."""
    with counting() as work:
        do()
    return work.calls
