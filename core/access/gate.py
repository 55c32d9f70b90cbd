"""The gate of a hub: who has said its passphrase may come in, and guessing is slow.

Knows addresses and time; knows no connection, and not what is behind it.

Invariants:

- Nothing depends on how much of a passphrase is right: digests of a fixed length are
  compared, in a time that does not depend on them.
- Of one source, at most GUESSES_A_MINUTE wrong passphrases are evaluated. What comes
  faster waits its turn, and a few may wait; a right one costs nothing, so that a class
  behind one address comes in at once.
- If many sources guess, those that have guessed wrong wait longer. Whoever has not is
  evaluated at once.
"""

import hashlib
import hmac
import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from core.access.passphrase import canonical
from core.clock import Clock
from core.errors import Refused
from core.limits import GATE_CROWD

GUESSES_A_MINUTE: Final = 20
AT_ONCE: Final = 5
"""So many of them wait for nothing; the others come back one by one in that minute."""
WAITING: Final = 5
"""So many of one source may wait for their turn."""
GUESSES_A_MINUTE_IN_ALL: Final = 300
WRONG_WAIT_S: Final = 1.0
"""An answer to a wrong passphrase takes so long at least."""
SOURCES: Final = 10_000
"""So many sources are remembered; the one that was quiet for longest is forgotten."""

NEEDED: Final = "this hub asks for a passphrase; whoever invited you has it"
WRONG: Final = "that is not the passphrase of this hub"
TOO_FAST: Final = "too many wrong passphrases came from your address; wait a minute"


def source_of(address: str) -> str:
    """Return what counts as one source: an IPv4 address, or a /64 network of IPv6.

    A provider gives a whole /64 to one customer (RFC 6177).
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))


class _Bucket:
    """Guesses left, which come back with time. Below 0: so many wait for their turn."""

    __slots__ = ("_at_s", "_left", "_rate_a_s", "_size")

    def __init__(self, size: float, a_minute: float, now_s: float) -> None:
        self._size = self._left = size
        self._rate_a_s = a_minute / 60
        self._at_s = now_s

    def left(self, now_s: float) -> float:
        earned = (now_s - self._at_s) * self._rate_a_s
        self._left, self._at_s = min(self._size, self._left + earned), now_s
        return self._left

    def take(self, now_s: float) -> float:
        """Take one; return in how many seconds it is earned."""
        self._left = self.left(now_s) - 1
        return max(0.0, -self._left / self._rate_a_s)

    def give_back(self, now_s: float) -> None:
        self._left = min(self._size, self.left(now_s) + 1)

    def is_full(self, now_s: float) -> bool:
        return self.left(now_s) >= self._size


class Gate:
    """Asks for one passphrase, if there is one."""

    def __init__(self, passphrase: str | None) -> None:
        self._sources: OrderedDict[str, _Bucket] = OrderedDict()
        self._all: _Bucket | None = None
        self.passphrase = passphrase
        self.waiting = 0
        """So many in text mode have come and not said a passphrase yet."""
        self.refused = 0
        """Wrong passphrases since the start."""

    @property
    def is_open(self) -> bool:
        """Tell whether nobody is asked."""
        return self.passphrase is None

    def enter(self) -> bool:
        """Note that somebody stands before it; tell whether too many do."""
        self.waiting += 1
        return self.waiting > GATE_CROWD

    def leave(self) -> None:
        """Note that one of those is let in, or gone."""
        self.waiting -= 1

    def ask(
        self, attempt: str | None, address: str, clock: Clock,
        done: Callable[[Refused | None], None],
    ) -> None:  # fmt: skip
        """Call `done` with None if `attempt` opens the gate, with what to say otherwise.

        At once, or later where guessing is slowed.
        """
        if self.passphrase is None:
            done(None)
        elif attempt is None:
            done(Refused("passphrase", NEEDED))
        else:
            self._in_turn(attempt, source_of(address), clock, done)

    def _in_turn(
        self, attempt: str, source: str, clock: Clock, done: Callable[[Refused | None], None]
    ) -> None:
        now_s = clock.now_s()
        bucket = self._bucket(source, now_s)
        if bucket.left(now_s) <= -WAITING:
            done(Refused("passphrase", TOO_FAST))
            return
        crowd = self._crowd(now_s)
        fresh = bucket.is_full(now_s)
        wait_s = bucket.take(now_s)
        if not fresh and crowd.left(now_s) < 0:
            wait_s += -crowd.left(now_s) * 60 / GUESSES_A_MINUTE_IN_ALL
        if wait_s:
            clock.call_later(wait_s, self._evaluate, attempt, bucket, clock, done)
        else:
            self._evaluate(attempt, bucket, clock, done)

    def _evaluate(
        self, attempt: str, bucket: _Bucket, clock: Clock, done: Callable[[Refused | None], None]
    ) -> None:
        if self.passphrase is None or _same(attempt, self.passphrase):
            bucket.give_back(clock.now_s())
            done(None)
            return
        self.refused += 1
        self._crowd(clock.now_s()).take(clock.now_s())
        clock.call_later(WRONG_WAIT_S, done, Refused("passphrase", WRONG))

    def _bucket(self, source: str, now_s: float) -> _Bucket:
        bucket = self._sources.pop(source, None) or _Bucket(
            AT_ONCE, GUESSES_A_MINUTE - AT_ONCE, now_s
        )
        self._sources[source] = bucket
        if len(self._sources) > SOURCES:
            self._sources.popitem(last=False)
        return bucket

    def _crowd(self, now_s: float) -> _Bucket:
        if self._all is None:
            self._all = _Bucket(GUESSES_A_MINUTE_IN_ALL, GUESSES_A_MINUTE_IN_ALL, now_s)
        return self._all


def _same(attempt: str, passphrase: str) -> bool:
    return hmac.compare_digest(_digest(attempt), _digest(passphrase))


def _digest(text: str) -> bytes:
    return hashlib.sha256(canonical(text).encode(errors="surrogatepass")).digest()
