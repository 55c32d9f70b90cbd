"""What the clients of a run recorded, and what the log held afterwards.

Values only: no I/O, no clock, no event loop. Times are monotonic seconds of
the one process in which all clients ran. Knows nothing of how they are judged.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

ACK = "ack"
NOT_STORED = "not_stored"

OPEN = frozenset({"unknown_outcome", "internal"})
"""Answers after which a line may or may not be in the log."""


class Content(NamedTuple):
    """A message as it is shown or kept; its room and seq stand beside it."""

    id: str | None
    nick: str
    kind: str | None
    text: str
    at: int


@dataclass(slots=True)
class Try:
    """One saying of a line on one connection, and the answer to it.

    `answer` is ACK, an error's code, or None while there is none. `session` is
    what the client called its session, `log` the log of its connection.
    """

    said_s: float
    session: str = ""
    log: str = ""
    answer: str | None = None
    answer_s: float = 0.0
    seq: int | None = None

    @property
    def refused(self) -> bool:
        """Certainly not kept by this saying."""
        return self.answer is not None and self.answer != ACK and self.answer not in OPEN


@dataclass(slots=True)
class Line:
    """One unique text, said until it is settled. `number` counts its sender's lines."""

    sender: str
    number: int
    room: str
    id: str | None
    text: str
    tries: list[Try] = field(default_factory=list)

    @property
    def acknowledged(self) -> bool:
        return any(one.answer == ACK for one in self.tries)


class ResetSeen(NamedTuple):
    """A `reset`, and how many messages its connection had shown before it."""

    place: int
    reason: str
    missed: int
    next: int


@dataclass(slots=True)
class Stretch:
    """What one connection showed of one room.

    `begin` is the seq behind which it was to begin; `resumed` means that this
    was where the stretch before had ended.
    """

    room: str
    log: str
    begin: int
    resumed: bool
    seqs: "array[int]" = field(default_factory=lambda: array("q"))
    contents: list[Content] = field(default_factory=list)
    times: "array[float]" = field(default_factory=lambda: array("d"))
    resets: list[ResetSeen] = field(default_factory=list)


@dataclass(slots=True)
class TextStretch:
    """What one connection in text mode showed: messages without a number."""

    room: str
    texts: list[str] = field(default_factory=list)
    times: "array[float]" = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class Reader:
    """One who reads. `stayed`: it was there, or came back, at the very end."""

    name: str
    stretches: list[Stretch] = field(default_factory=list)
    text_stretches: list[TextStretch] = field(default_factory=list)
    stayed: bool = False


Rooms = dict[str, dict[int, Content]]
"""One reading of a log: each room's messages by seq."""


@dataclass(slots=True)
class LogRead:
    """One log, read through the protocol and from its file."""

    log: str
    paged: Rooms
    filed: Rooms
    begins: dict[str, int] = field(default_factory=dict)
    """Where a room's log begins, if its hub drops old messages; else at 1."""


@dataclass(slots=True)
class History:
    """Everything that was said and seen in one run."""

    lines: dict[str, Line] = field(default_factory=dict)
    readers: list[Reader] = field(default_factory=list)
    _contents: dict[Content, Content] = field(default_factory=dict)

    def say(self, line: Line) -> None:
        """Note a line that is about to be said for the first time."""
        if line.text in self.lines:
            raise ValueError(f"{line.text!r} was said before: texts must be unique")
        self.lines[line.text] = line

    def content(self, content: Content) -> Content:
        """Return the one object that stands for this content: fifty readers share it."""
        return self._contents.setdefault(content, content)

    def until(self, end_s: float) -> "History":
        """Return what was known at an instant; nobody had stayed to an end then."""
        cut = History()
        for line in self.lines.values():
            tries = [_cut_try(one, end_s) for one in line.tries if one.said_s <= end_s]
            if tries:
                cut.lines[line.text] = replace(line, tries=tries)
        for reader in self.readers:
            stretches = [_cut_stretch(one, end_s) for one in reader.stretches]
            cut.readers.append(Reader(reader.name, stretches))
        return cut

    @property
    def acknowledged(self) -> int:
        """Lines that were acknowledged at least once."""
        return sum(line.acknowledged for line in self.lines.values())

    @property
    def delivered(self) -> int:
        """Messages that readers were shown, each counted for each reader."""
        return sum(
            sum(len(one.seqs) for one in reader.stretches)
            + sum(len(one.texts) for one in reader.text_stretches)
            for reader in self.readers
        )


def _cut_try(one: Try, end_s: float) -> Try:
    if one.answer is None or one.answer_s <= end_s:
        return one
    return replace(one, answer=None, answer_s=0.0, seq=None)


def _cut_stretch(one: Stretch, end_s: float) -> Stretch:
    count = sum(time <= end_s for time in one.times)
    return replace(
        one, seqs=one.seqs[:count], contents=one.contents[:count], times=one.times[:count],
        resets=[reset for reset in one.resets if reset.place <= count],
    )  # fmt: skip


def records(history: History, logs: Iterable[LogRead]) -> Iterable[dict[str, Any]]:
    """Give a whole run as plain values, one a line of a file, for whoever looks into it."""
    for line in history.lines.values():
        tries = [
            [one.said_s, one.session[:6], one.log, one.answer, one.answer_s, one.seq]
            for one in line.tries
        ]
        yield {"line": line.text, "sender": line.sender, "room": line.room, "id": line.id,
               "tries": tries}  # fmt: skip
    for reader in history.readers:
        for one in reader.stretches:
            seen = [
                [seq, time, content.text]
                for seq, time, content in zip(one.seqs, one.times, one.contents, strict=True)
            ]
            yield {"reader": reader.name, "stayed": reader.stayed, "room": one.room,
                   "log": one.log, "begin": one.begin, "resumed": one.resumed,
                   "resets": one.resets, "seen": seen}  # fmt: skip
        for text in reader.text_stretches:
            shown = list(zip(text.times, text.texts, strict=True))
            yield {"reader": reader.name, "stayed": reader.stayed, "shown": shown}
    for log in logs:
        for how, rooms in (("paged", log.paged), ("filed", log.filed)):
            for room, messages in rooms.items():
                yield {"log": log.log, "how": how, "room": room,
                       "messages": [[seq, *messages[seq]] for seq in sorted(messages)]}  # fmt: skip
