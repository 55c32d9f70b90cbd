"""The judge's second half: what readers saw, held against the log. Pure."""

from collections import defaultdict
from collections.abc import Mapping

from history import ACK, Content, History, Reader, ResetSeen, Stretch, TextStretch
from judge import Book, Verdict, parts

SHOWN_LINES = 20
"""Text mode shows so many lines of one message (docs/protocol.md, "Bursts")."""

Span = tuple[float, float]
"""When something was first and last seen."""

Key = tuple[str, str, int]
"""A log, a room and a seq."""

Odd = dict[Key, dict[Content | str, Span]]
"""Places that were seen, or acknowledged (a text alone), as another than the log tells."""


def judge_contents(history: History, books: Mapping[str, Book], verdict: Verdict) -> None:
    """Count places that held two contents, and sightings of what is not in the log."""
    first_seen: dict[str, float] = {}
    odd: Odd = defaultdict(dict)
    never_there: dict[tuple[str, str], str] = {}
    for reader in history.readers:
        for stretch in reader.stretches:
            book = books.get(stretch.log)
            room = book.rooms.get(stretch.room, {}) if book else {}
            for seq, content, time in zip(
                stretch.seqs, stretch.contents, stretch.times, strict=True
            ):
                if time < first_seen.get(content.text, float("inf")):
                    first_seen[content.text] = time
                if book is not None and room.get(seq) != content:
                    _note(odd[stretch.log, stretch.room, seq], content, time)
                    there = parts(content)[0] in book.where
                    if not there and not _pruned(book, stretch.room, seq):
                        what = f"{reader.name} saw {seq} {content.text[:60]!r}"
                        never_there.setdefault((stretch.log, content.text), what)
    for what in never_there.values():
        verdict.found("phantom", what)
    _note_acks(history, books, odd)
    for book in books.values():
        _compare_readings(book, odd, verdict)
    _judge_odd(history, books, odd, verdict)
    _judge_early(history, first_seen, verdict)


def _pruned(book: Book, room: str, seq: int) -> bool:
    return seq < book.first(room) and bool(book.rooms.get(room))


def _note(spans: dict[Content | str, Span], what: Content | str, time: float) -> None:
    early, late = spans.get(what, (time, time))
    spans[what] = (min(early, time), max(late, time))


def _note_acks(history: History, books: Mapping[str, Book], odd: Odd) -> None:
    """Add numbers that were acknowledged for one text and hold another."""
    for line in history.lines.values():
        for one in line.tries:
            book = books.get(one.log)
            if one.answer != ACK or one.seq is None or book is None:
                continue
            content = book.rooms.get(line.room, {}).get(one.seq)
            if content is None:
                # Without its text anywhere it is lost, and counted there.
                if line.text not in book.where or _pruned(book, line.room, one.seq):
                    continue
            elif line.text in parts(content):
                continue
            _note(odd[one.log, line.room, one.seq], line.text, one.answer_s)


def _compare_readings(book: Book, odd: Odd, verdict: Verdict) -> None:
    """Count what the protocol and the file tell differently; they are settled then."""
    for name in book.rooms.keys() | book.read.paged.keys():
        filed, paged = book.rooms.get(name, {}), book.read.paged.get(name, {})
        begin = book.read.begins.get(name, 1)
        for seq in filed.keys() | paged.keys():
            # More may have been dropped between the two readings.
            if seq >= begin and filed.get(seq) != paged.get(seq):
                verdict.found("divergence", f"{name} {seq}: {paged.get(seq)} and {filed.get(seq)}")
                odd.pop((book.log, name, seq), None)


def _judge_odd(history: History, books: Mapping[str, Book], odd: Odd, verdict: Verdict) -> None:
    """Tell a number that was used again from one that means two things at once."""
    regular = _regular_sightings(history, books, odd) if odd else {}
    for key, spans in odd.items():
        log, room, seq = key
        book = books[log]
        now = book.rooms.get(room, {}).get(seq)
        texts = {one if isinstance(one, str) else one.text for one in spans}
        what = f"{room} {seq}: {sorted(texts)}, and the log holds {now}"
        if now is None:
            if len(spans) > 1 or (texts & book.where.keys() and not _pruned(book, room, seq)):
                verdict.found("divergence", what)
        elif now.text in texts or max(late for _, late in spans.values()) >= regular.get(
            key, float("inf")
        ):
            verdict.found("divergence", what)
        else:
            verdict.found("reused", what)


def _regular_sightings(history: History, books: Mapping[str, Book], odd: Odd) -> dict[Key, float]:
    """Return when each odd place was first seen to hold what it holds now."""
    first: dict[Key, float] = {}
    for stretch in (one for reader in history.readers for one in reader.stretches):
        book = books.get(stretch.log)
        room = book.rooms.get(stretch.room, {}) if book else {}
        for seq, content, time in zip(stretch.seqs, stretch.contents, stretch.times, strict=True):
            key = (stretch.log, stretch.room, seq)
            if key in odd and room.get(seq) == content:
                first[key] = min(first.get(key, float("inf")), time)
    return first


def _judge_early(history: History, first_seen: Mapping[str, float], verdict: Verdict) -> None:
    """Count lines that were seen although each saying until then was refused."""
    for line in history.lines.values():
        seen_s = first_seen.get(line.text)
        # A line whose last word was a refusal is counted in the log already.
        if seen_s is None or all(one.refused for one in line.tries):
            continue
        before = [one for one in line.tries if one.said_s < seen_s]
        if all(one.refused for one in before):
            verdict.found("phantom", f"{line.text} was seen at {seen_s} before it was said again")


def judge_readers(history: History, books: Mapping[str, Book], verdict: Verdict) -> None:
    """Walk every reader's way through each room."""
    for reader in history.readers:
        for room in dict.fromkeys(stretch.room for stretch in reader.stretches):
            stretches = [one for one in reader.stretches if one.room == room]
            _Walk(reader, books, verdict).walk(stretches)
        book = list(books.values())[-1]
        for text in reader.text_stretches:
            last = text is reader.text_stretches[-1]
            _walk_text(history, reader, text, book, verdict, to_end=reader.stayed and last)


class _Walk:
    """One reader's place in one room, moved on by what it saw."""

    def __init__(self, reader: Reader, books: Mapping[str, Book], verdict: Verdict) -> None:
        self._reader = reader
        self._books = books
        self._verdict = verdict
        self._place = 0
        self._log = ""

    def walk(self, stretches: list[Stretch]) -> None:
        for stretch in stretches:
            self._begin(stretch)
            self._stretch(stretch)
        book = self._books.get(self._log)
        if self._reader.stayed and book is not None:
            self._miss(book, stretches[-1].room, self._place, book.head(stretches[-1].room) + 1)

    def _begin(self, stretch: Stretch) -> None:
        other = bool(self._log) and stretch.log != self._log
        said = bool(stretch.resets) and stretch.resets[0].place == 0
        if stretch.resumed and other and not said:
            self._found("gap", f"{stretch.room}: another log without a reset")
        if not stretch.resumed or other:
            self._place = stretch.begin
        self._log = stretch.log

    def _stretch(self, stretch: Stretch) -> None:
        resets = list(stretch.resets)
        at = 0
        for index, seq in enumerate(stretch.seqs):
            while resets and resets[0].place <= index:
                self._reset(stretch, resets.pop(0))
            if seq <= self._place:
                self._found("duplicate", f"{stretch.room} {seq} again, behind {self._place}")
                continue
            if seq != self._place + 1:
                self._found("gap", f"{stretch.room} {seq} follows {self._place}")
            self._place = seq
            self._verdict.at_decreased += stretch.contents[index].at < at
            at = stretch.contents[index].at
        for reset in resets:
            self._reset(stretch, reset)

    def _reset(self, stretch: Stretch, reset: ResetSeen) -> None:
        if reset.reason == "pruned":
            if reset.missed != reset.next - 1 - self._place:
                self._found("gap", f"{stretch.room}: {reset} behind {self._place}")
            book = self._books.get(stretch.log)
            if book is not None:
                # What is still there was not pruned.
                self._miss(book, stretch.room, self._place, reset.next)
        self._place = reset.next - 1

    def _miss(self, book: Book, room: str, after: int, before: int) -> None:
        """Count messages between two places that are in the log."""
        missed = [seq for seq in range(after + 1, before) if seq in book.rooms.get(room, {})]
        if missed:
            self._found("unseen", f"{room} {missed[0]} to {missed[-1]}", len(missed))

    def _found(self, count: str, what: str, times: int = 1) -> None:
        self._verdict.found(count, f"{self._reader.name}: {what}", times)


def _walk_text(
    history: History, reader: Reader, stretch: TextStretch, book: Book, verdict: Verdict, *,
    to_end: bool,
) -> None:  # fmt: skip
    """Find the messages of a connection in text mode in the log, and their order."""
    room = book.rooms.get(stretch.room, {})
    place: int | None = None

    def missed(after: int, before: int) -> list[int]:
        return [seq for seq in range(after + 1, before) if seq in room and not own(room[seq])]

    def own(content: Content) -> bool:
        line = history.lines.get(parts(content)[0])
        return line is not None and line.sender == reader.name

    for text in stretch.texts:
        shown = text.split("\n")
        places = [seq for name, seq in book.where.get(shown[0], ()) if name == stretch.room]
        if not places:
            verdict.found("phantom", f"{reader.name} saw {text[:60]!r}")
            continue
        seq = places[0]
        if shown[:SHOWN_LINES] != room[seq].text.split("\n")[:SHOWN_LINES]:
            verdict.found("divergence", f"{reader.name} saw {text[:60]!r} as {seq}")
        if place is not None and seq <= place:
            verdict.found("duplicate", f"{reader.name}: {seq} again, behind {place}")
            continue
        if place is not None and missed(place, seq):
            verdict.found("gap", f"{reader.name}: {seq} follows {place}")
        place = seq
    if to_end and place is not None and (late := missed(place, book.head(stretch.room) + 1)):
        verdict.found("unseen", f"{reader.name}: {late[0]} to {late[-1]}", len(late))
