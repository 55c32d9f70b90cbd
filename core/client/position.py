"""Where a client is in one room's log: what came, what is next, and what is missing.

Pure. Knows no connection, and no other room.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gap:
    """Messages `first` to `last` of a room did not come, and nobody said why."""

    room: str
    first: int
    last: int


@dataclass(slots=True)
class Position:
    """A position in a room's log.

    `seen` is the newest seq that has come, or None before the hub has named
    one; it counts in the log called `log`. `newest` was the log's newest at
    joining: what comes up to it is history.
    """

    last: int = 0
    seen: int | None = None
    log: str | None = None
    newest: int | None = None
    joined: bool = False
    exact: bool = False
    """The next message must be `seen + 1`. Before the first one has come it
    need not be: the log may begin later than where `last` reaches back to."""

    @property
    def has_caught_up(self) -> bool:
        """Everything that was there at joining has come."""
        if self.newest is None or self.seen is None:
            return False
        return self.joined and self.seen >= self.newest

    def enter(self, newest: int, log: str | None) -> None:
        """Note that the hub has let the client in; `newest` is the log's newest seq."""
        self.joined, self.newest = True, newest
        if self.seen is None:
            self.seen = max(0, newest - self.last)
        elif self.log is not None and self.log != log:
            return  # `seen` counts in another log until the hub has reset it
        self.log = log

    def reset(self, next_seq: int, log: str | None) -> None:
        """Go on at `next_seq`, as the hub says."""
        self.seen, self.log, self.exact = next_seq - 1, log, True

    def advance(self, room: str, seq: int, log: str | None) -> list[Gap] | None:
        """Take a message's seq; return the gap before it, if any, or None if it has come before."""
        gaps: list[Gap] = []
        if self.seen is not None and self.log == log:
            if seq <= self.seen:
                return None
            if self.exact and seq > self.seen + 1:
                gaps.append(Gap(room, self.seen + 1, seq - 1))
        self.seen, self.log, self.exact = seq, log, True
        return gaps
