"""The budget of file descriptors of one process, and what each connection takes of it.

Pure, but for `descriptors_left`, which asks the system. Knows no sockets.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from core.limits import SPARE_DESCRIPTORS

_WITHOUT_A_LIMIT: Final = 8192
_WANTED: Final = 1_048_576


class Cost(NamedTuple):
    """What one connection costs its process, in descriptors.

    `open` are those that it has or may open at any time. `prepaid` are those
    that it makes another listener of the same process open; that listener's own
    connections then have `redeemed` instead of `open`.
    """

    open: int = 1
    prepaid: int = 0
    redeemed: int = 0


class Budget:
    """One process's descriptors, shared by everything that accepts in it."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._open = self._prepaid = self._redeemed = 0
        self._watchers: list[Callable[[], None]] = []

    @property
    def used(self) -> int:
        # What was prepaid is kept free for who redeems it. Who redeems may
        # also outlast who prepaid, and still has its descriptor then.
        return self._open + max(self._prepaid, self._redeemed)

    def fits(self, cost: Cost) -> bool:
        """Tell whether a connection of this cost may be let in."""
        after = self._open + cost.open
        after += max(self._prepaid + cost.prepaid, self._redeemed + cost.redeemed)
        return after <= self.limit or after == self.used

    def take(self, cost: Cost) -> "Lease":
        """Take a connection's descriptors, whether or not they fit."""
        self._change(cost, 1)
        return Lease(self, cost)

    def watch(self, given: Callable[[], None]) -> None:
        """Have `given` called whenever somebody gives descriptors back."""
        self._watchers.append(given)

    def unwatch(self, given: Callable[[], None]) -> None:
        """Take that back."""
        self._watchers.remove(given)

    def give(self, cost: Cost) -> None:
        self._change(cost, -1)
        for given in self._watchers:
            given()

    def _change(self, cost: Cost, times: int) -> None:
        self._open += times * cost.open
        self._prepaid += times * cost.prepaid
        self._redeemed += times * cost.redeemed


class Lease:
    """One connection's descriptors, until it gives them back."""

    __slots__ = ("_budget", "_cost")

    def __init__(self, budget: Budget, cost: Cost) -> None:
        self._budget: Budget | None = budget
        self._cost = cost

    def give_back(self) -> None:
        """Give them back; a second time changes nothing."""
        budget, self._budget = self._budget, None
        if budget is not None:
            budget.give(self._cost)


def descriptors_left() -> int:
    """Raise the limit of open files as far as allowed; return what connections may use.

    That is the limit, less what is open already, less SPARE_DESCRIPTORS.
    """
    try:
        import resource
    except ImportError:  # Windows has handles, and no such limit.
        return _WITHOUT_A_LIMIT
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED if hard == resource.RLIM_INFINITY else hard
    if soft == resource.RLIM_INFINITY:
        soft = wanted
    elif soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        except (OSError, ValueError):
            pass
    return max(soft - _open_now() - SPARE_DESCRIPTORS, 1)


def _open_now() -> int:
    try:
        return sum(1 for _ in Path("/dev/fd").iterdir())
    except OSError:  # not every container has it
        return SPARE_DESCRIPTORS
