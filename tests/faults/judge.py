"""The judge: recorded history and log in, nine counts out. Pure.

Every text of a run is unique, so a text tells who said it, when, and what
became of it. Text mode joins quick lines into one message; such a message is
taken apart into its lines here.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from history import ACK, Content, History, Line, LogRead

COUNTS = (
    "lost", "phantom", "divergence", "duplicate", "gap", "swapped", "reordered", "unseen",
    "reused",
)  # fmt: skip

EVIDENCE_LIMIT = 5
"""Examples kept of each count: enough to look for the rest in the history."""

Place = tuple[str, int]
"""A room and a seq."""


@dataclass(slots=True)
class Verdict:
    """The nine counts, a tenth for times that went back, and examples of each."""

    counts: Counter[str] = field(default_factory=Counter)
    evidence: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    at_decreased: int = 0

    def found(self, count: str, what: str, times: int = 1) -> None:
        """Count a violation and keep an example of it."""
        self.counts[count] += times
        if len(self.evidence[count]) < EVIDENCE_LIMIT:
            self.evidence[count].append(what)

    def add(self, other: "Verdict") -> None:
        """Count what another judgment of the same run found as well."""
        self.counts += other.counts
        self.at_decreased += other.at_decreased
        for name, examples in other.evidence.items():
            room = EVIDENCE_LIMIT - len(self.evidence[name])
            self.evidence[name] += examples[: max(room, 0)]

    def row(self) -> tuple[int, ...]:
        """Return the counts in the order of COUNTS."""
        return tuple(self.counts[name] for name in COUNTS)

    @property
    def clean(self) -> bool:
        return not any(self.row()) and not self.at_decreased


class Book:
    """One log, as it can be looked up: by place and by text."""

    def __init__(self, read: LogRead) -> None:
        self.log = read.log
        self.read = read
        self.rooms = {name: dict(sorted(room.items())) for name, room in read.filed.items()}
        self.where: dict[str, list[Place]] = defaultdict(list)
        for place, content in self.messages():
            for text in parts(content):
                self.where[text].append(place)
        self._paged = {
            (name, text)
            for name, room in read.paged.items()
            for content in room.values()
            for text in parts(content)
        }

    def messages(self) -> Iterator[tuple[Place, Content]]:
        """Give every message of the file, room by room, in the order of seq."""
        for name, room in self.rooms.items():
            for seq, content in room.items():
                yield (name, seq), content

    def holds(self, line: Line) -> bool:
        """Tell whether a line is in both readings."""
        return (line.room, line.text) in self._paged and any(
            room == line.room for room, _ in self.where.get(line.text, ())
        )

    def dropped(self, line: Line, seq: int | None) -> bool:
        """Tell whether a line had a place that the log need not reach back to."""
        return seq is not None and seq < self.read.begins.get(line.room, 1)

    def first(self, room: str) -> int:
        """Return the oldest seq that is there; beyond every seq if none is."""
        return min(self.rooms.get(room, ()), default=1 << 60)

    def head(self, room: str) -> int:
        """Return the newest seq that is there, or 0."""
        return max(self.rooms.get(room, ()), default=0)


def parts(content: Content) -> list[str]:
    """Return the lines that a message was made of: one, unless text mode joined them."""
    return content.text.split("\n") if content.id is None else [content.text]


def judge(history: History, logs: Sequence[LogRead]) -> Verdict:
    """Judge a run. The last of `logs` is the one that is in use at its end."""
    # Both use the vocabulary above.
    from sightings import judge_contents, judge_readers

    verdict = Verdict()
    books = {read.log: Book(read) for read in logs}
    _judge_kept(history, books, verdict)
    for book in books.values():
        _judge_said(history, book, verdict)
        _judge_order(history, book, verdict)
        _judge_numbers(book, verdict)
    judge_contents(history, books, verdict)
    judge_readers(history, books, verdict)
    return verdict


def _judge_kept(history: History, books: Mapping[str, Book], verdict: Verdict) -> None:
    """Count what was acknowledged in a log and is not there, or whose log is gone."""
    for line in history.lines.values():
        for one in line.tries:
            book = books.get(one.log)
            if one.answer == ACK and not (
                book and (book.holds(line) or book.dropped(line, one.seq))
            ):
                verdict.found("lost", f"{line.text} acknowledged as {one.seq} in log {one.log}")
                break


def _judge_said(history: History, book: Book, verdict: Verdict) -> None:
    """Count what is there although nobody said it, or twice, or after a refusal."""
    for (room, seq), content in book.messages():
        for text in parts(content):
            line = history.lines.get(text)
            if line is None or (line.room, line.id) != (room, content.id):
                verdict.found("phantom", f"{room} {seq} {content.text[:60]!r} was never said")
            elif all(one.refused for one in line.tries):
                verdict.found("phantom", f"{room} {seq} {text} was refused, for the last time")
            else:
                continue
            break
    for text, places in book.where.items():
        if len(places) > 1 and text in history.lines:
            verdict.found("duplicate", f"{text} is at {places}", len(places) - 1)


def _judge_order(history: History, book: Book, verdict: Verdict) -> None:
    """Count senders' lines out of order, and lines before what was acknowledged earlier."""
    newest: dict[tuple[str, str], Line] = {}
    for (room, seq), text in _first_places(book):
        line = history.lines.get(text)
        if line is None:
            continue
        before = newest.get((line.sender, room))
        if before is not None and line.number < before.number:
            verdict.found("swapped", f"{room} {seq} {line.text} behind {before.text}")
        else:
            newest[line.sender, room] = line
    earliest_ack: dict[str, tuple[float, str]] = {}
    for (room, seq), text in reversed(_first_places(book)):
        line = history.lines.get(text)
        if line is None or not line.tries:
            continue
        ack_s, later = earliest_ack.get(room, (float("inf"), ""))
        if ack_s < line.tries[0].said_s:
            verdict.found("reordered", f"{room} {seq} {text} is before {later}, acknowledged")
        acks = [
            one.answer_s
            for one in line.tries
            if one.answer == ACK and one.seq is not None and one.log == book.log
        ]
        if acks and min(acks) < ack_s:
            earliest_ack[room] = (min(acks), text)


def _first_places(book: Book) -> list[tuple[Place, str]]:
    """Return every text with the first place that it has, in the order of the log."""
    return [
        (place, text)
        for place, content in book.messages()
        for text in parts(content)
        if book.where[text][0] == place
    ]


def _judge_numbers(book: Book, verdict: Verdict) -> None:
    """Count holes in the log itself, and times that go back."""
    for rooms in (book.rooms, book.read.paged):
        for name, room in rooms.items():
            seqs = sorted(room)
            verdict.at_decreased += sum(
                room[late].at < room[early].at for early, late in itertools.pairwise(seqs)
            )
            if rooms is not book.rooms:
                continue
            for early, late in itertools.pairwise(seqs):
                if late != early + 1:
                    verdict.found("gap", f"{name}: the log jumps from {early} to {late}")
