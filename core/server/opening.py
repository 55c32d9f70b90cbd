"""How far the opening of the log is, in words: what callers are told meanwhile.

Stands between the work, which reports its steps from its own threads, and
whatever else shows them. Knows no caller and no file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from core.progress import Progress, Step, Watch


class Opening:
    """The newest piece of work that a start does, and how far it is."""

    def __init__(self) -> None:
        self._what = "opening the log"
        self._done = 0
        self._total: int | None = None

    def __str__(self) -> str:
        if not self._total:
            return f"the hub starts, and is {self._what}"
        percent = min(100 * self._done // self._total, 99)
        return f"the hub starts, and is {self._what}: {percent} % done"

    def watched(self, watch: Watch) -> Watch:
        """Return a watch that tells this of each step, and `watch` as well."""
        return replace(watch, progress=self._beside(watch.progress))

    def _beside(self, shown: Progress) -> Progress:
        @contextmanager
        def progress(what: str, total: int | None = None, unit: str = "") -> Iterator[Step]:
            # Plain attributes: another thread reads whichever was there last.
            self._done, self._total, self._what = 0, total, what
            with shown(what, total, unit) as step:

                def both(done: int) -> None:
                    self._done = done
                    step(done)

                yield both

        return progress
