"""Progress of long work: what it does, how much there is, how far it is.

Knows no screen and no log. What shows it is an argument of the work; by default
nothing does.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

Step = Callable[[int], None]
"""Tells how much is done so far, from any thread. Cheap enough to call often."""


class Progress(Protocol):
    """What shows long work; several works may be under way at once.

    Calling it begins a work, leaving the block ends it, however it is left:
    `with progress("backup", 400, "pages") as step: step(done)`.
    """

    def __call__(
        self, what: str, total: int | None = None, unit: str = ""
    ) -> AbstractContextManager[Step]:
        """Begin a work of `total` units; None if nobody knows how many."""
        ...


@contextmanager
def no_progress(what: str, total: int | None = None, unit: str = "") -> Iterator[Step]:
    """Show nothing."""
    del what, total, unit
    yield lambda done: None


@dataclass(frozen=True, slots=True)
class Watch:
    """What shows long work, and may end it: `stop` is asked now and then."""

    progress: Progress = no_progress
    stop: Callable[[], bool] = lambda: False


UNWATCHED: Final = Watch()
