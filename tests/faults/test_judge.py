"""The judge finds each fault, and nothing where there is none."""

from copy import deepcopy
from dataclasses import dataclass, replace

import pytest
from history import (
    ACK,
    Content,
    History,
    Line,
    LogRead,
    Reader,
    ResetSeen,
    Stretch,
    TextStretch,
    Try,
)
from hypothesis import given
from hypothesis import strategies as st
from judge import COUNTS, Verdict, judge

ROOM = "lobby"
LINES = 12


@dataclass
class Run:
    """A run that can be spoilt before it is judged."""

    history: History
    log: LogRead

    def verdict(self) -> Verdict:
        return judge(self.history, [self.log])

    def put(self, seq: int, content: Content) -> None:
        """Have both readings of the log hold a message."""
        for rooms in (self.log.paged, self.log.filed):
            rooms[ROOM][seq] = content

    def kept(self, seq: int) -> Content:
        return self.log.filed[ROOM][seq]

    def line(self, seq: int) -> Line:
        return self.history.lines[self.kept(seq).text]

    def remove(self, seq: int) -> None:
        """Have a message, the last or the only one of its number, be nowhere in the log."""
        for rooms in (self.log.paged, self.log.filed):
            del rooms[ROOM][seq]


def undisturbed() -> Run:
    """Return a correct run: two sayers, whose lines overlap, and five readers.

    Line n is said at n, kept and seen at n + 1 as seq n, acknowledged at n + 1.5.
    """
    history = History()
    room: dict[int, Content] = {}
    for seq in range(1, LINES + 1):
        sender = "ab"[seq % 2]
        content = Content(f"{sender}{seq}", sender, None, f"{sender}-{seq:06}", 1000 + seq)
        room[seq] = history.content(content)
        one = Try(float(seq), "session", "log", ACK, seq + 1.5, seq)
        history.say(Line(sender, seq, ROOM, content.id, content.text, [one]))
    # Text mode: two quick lines, joined into one message; no id, no answer.
    for number in (1, 2):
        one = Try(LINES + 1.0)
        history.say(Line("t", number, ROOM, None, f"t-{number:06}", [one]))
    room[LINES + 1] = Content(None, "guest-1", None, "t-000001\nt-000002", 2000)
    stayed = Reader("stayed", [stretch(room, 1, LINES + 1)], stayed=True)
    # Came back twice, once to where messages had been pruned for it, so to say.
    resumed = Reader("resumed", [stretch(room, 1, 4), stretch(room, 5, LINES + 1, resumed=True)])
    resumed.stayed = True
    left = Reader("left", [stretch(room, 3, 7)])
    text = Reader("text", text_stretches=[shown(room, 2, 6), shown(room, 4, LINES + 1)])
    text.stayed = True
    own = Reader("t", text_stretches=[shown(room, 1, LINES)], stayed=True)
    history.readers = [stayed, resumed, left, text, own]
    log = LogRead("log", {ROOM: dict(room)}, {ROOM: dict(room)})
    return Run(history, log)


def stretch(room: dict[int, Content], first: int, last: int, *, resumed: bool = False) -> Stretch:
    found = Stretch(ROOM, "log", first - 1, resumed)
    for seq in range(first, last + 1):
        found.seqs.append(seq)
        found.contents.append(room[seq])
        found.times.append(seq + 1.0)
    return found


def shown(room: dict[int, Content], first: int, last: int) -> TextStretch:
    found = TextStretch(ROOM, [room[seq].text for seq in range(first, last + 1)])
    found.times.extend(seq + 1.0 for seq in range(first, last + 1))
    return found


def counts(**wanted: int) -> tuple[int, ...]:
    return tuple(wanted.get(name, 0) for name in COUNTS)


def test_an_undisturbed_run_is_clean() -> None:
    verdict = undisturbed().verdict()
    assert verdict.clean, verdict.evidence
    assert verdict.row() == counts()


def cut_sightings(run: Run, after: int) -> None:
    """Have nobody have seen, or stayed for, what is behind `after`."""
    early = {run.kept(seq).text for seq in range(1, after + 1)}
    for reader in run.history.readers:
        for one in reader.stretches:
            count = sum(seq <= after for seq in one.seqs)
            one.seqs, one.contents = one.seqs[:count], one.contents[:count]
            one.times = one.times[:count]
        for text in reader.text_stretches:
            text.texts = [shown for shown in text.texts if shown in early]
        reader.stayed = False


def lost(run: Run) -> None:
    cut_sightings(run, LINES - 1)
    run.remove(LINES + 1)
    run.remove(LINES)


def lost_from_one_reading(run: Run) -> None:
    cut_sightings(run, LINES - 1)
    del run.log.paged[ROOM][LINES]


def lost_with_its_log(run: Run) -> None:
    run.line(5).tries[0].log = "a log that nobody has any more"


def phantom_refused(run: Run) -> None:
    run.line(5).tries[0].answer = "not_stored"


def phantom_never_said(run: Run) -> None:
    del run.history.lines[run.kept(5).text]


def phantom_other_id(run: Run) -> None:
    run.line(5).id = "another"
    run.line(5).tries[0].answer = None


def phantom_seen(run: Run) -> None:
    reader = run.history.readers[0].stretches[0]
    reader.seqs.append(LINES + 2)
    reader.contents.append(Content("x", "a", None, "a-999999", 3000))
    reader.times.append(99.0)


def phantom_seen_by_text(run: Run) -> None:
    run.history.readers[3].text_stretches[1].texts.insert(3, "nobody said this")


def phantom_seen_too_early(run: Run) -> None:
    refused = Try(0.0, answer="not_stored", answer_s=0.5)
    run.line(5).tries[0].said_s = 7.0
    run.line(5).tries.insert(0, refused)


def divergence_among_readers(run: Run) -> None:
    for number in (0, 1):
        one = run.history.readers[number].stretches[-1]
        index = one.seqs.index(6)
        one.contents[index] = one.contents[index]._replace(nick="d")
    run.history.readers[0].stretches[0].contents[5] = run.kept(6)._replace(nick="c")


def divergence_of_an_ack(run: Run) -> None:
    run.line(7).tries[0].seq = 2


def divergence_of_readings(run: Run) -> None:
    run.log.paged[ROOM][5] = run.kept(5)._replace(nick="c")


def divergence_in_text(run: Run) -> None:
    run.history.readers[3].text_stretches[1].texts[-1] = "t-000001\nt-00000"


def duplicate_in_the_log(run: Run) -> None:
    run.put(LINES + 2, run.kept(5)._replace(at=3000))
    for reader in run.history.readers:
        reader.stayed = False


def duplicate_of_a_text_line(run: Run) -> None:
    run.put(LINES + 2, Content(None, "guest-1", None, "t-000002", 3000))
    for reader in run.history.readers:
        reader.stayed = False


def duplicate_on_a_connection(run: Run) -> None:
    one = run.history.readers[0].stretches[0]
    one.seqs.insert(4, one.seqs[3])
    one.contents.insert(4, one.contents[3])
    one.times.insert(4, one.times[3])


def duplicate_after_resuming(run: Run) -> None:
    one = run.history.readers[1].stretches[1]
    one.seqs.insert(0, 4)
    one.contents.insert(0, run.kept(4))
    one.times.insert(0, one.times[0])


def duplicate_in_text(run: Run) -> None:
    texts = run.history.readers[3].text_stretches[0].texts
    texts.insert(2, texts[1])


def drop(one: Stretch, index: int) -> None:
    for values in (one.seqs, one.contents, one.times):
        del values[index]


def gap_on_a_connection(run: Run) -> None:
    drop(run.history.readers[0].stretches[0], 4)


def gap_across_a_resume(run: Run) -> None:
    drop(run.history.readers[1].stretches[1], 0)


def gap_at_the_beginning(run: Run) -> None:
    drop(run.history.readers[2].stretches[0], 0)


def gap_in_text(run: Run) -> None:
    del run.history.readers[3].text_stretches[1].texts[3]


def gap_by_a_reset_that_lies(run: Run) -> None:
    # Nothing was missing, and it says that two are.
    run.history.readers[0].stretches[0].resets.append(ResetSeen(6, "pruned", 2, 7))


def gap_by_another_log_unsaid(run: Run) -> None:
    one = run.history.readers[1].stretches[1]
    one.log = "other"
    run.history.readers[1].stayed = False


def gap_in_the_log(run: Run) -> None:
    cut_sightings(run, 4)
    run.line(5).tries[0].answer = None
    run.remove(5)


def swapped(run: Run) -> None:
    for line in run.history.lines.values():
        line.tries[0].said_s = 0.0
    run.line(5).number, run.line(7).number = 7, 5


def reordered(run: Run) -> None:
    run.line(6).tries[0].said_s = 9.0  # line 7 was acknowledged at 8.5
    for reader in run.history.readers:
        for one in reader.stretches:
            for index, seq in enumerate(one.seqs):
                one.times[index] = max(one.times[index], 20.0 if seq == 6 else 0.0)


def unseen_at_the_end(run: Run) -> None:
    drop(run.history.readers[1].stretches[1], -1)


def unseen_at_the_end_of_text(run: Run) -> None:
    del run.history.readers[3].text_stretches[1].texts[-1]


def unseen_behind_a_false_reset(run: Run) -> None:
    one = run.history.readers[0].stretches[0]
    drop(one, 5)
    one.resets.append(ResetSeen(5, "pruned", 1, 7))


def reused(run: Run) -> None:
    """The one who left saw what 7 was, before all others saw what it became."""
    one = run.history.readers[2].stretches[0]
    old = one.contents[-1]
    line = Line("c", 1, ROOM, "c1", "c-000001", [Try(6.0)])
    run.history.say(line)
    one.contents[-1] = Content("c1", "c", None, line.text, 1007)
    one.times[-1] = 7.5
    assert old == run.kept(7)
    run.put(LINES + 2, one.contents[-1]._replace(at=3000))
    for reader in run.history.readers:
        reader.stayed = False


@pytest.mark.parametrize(
    ("spoil", "wanted"),
    [
        (lost, counts(lost=1)),
        (lost_from_one_reading, counts(lost=1, divergence=1)),
        (lost_with_its_log, counts(lost=1)),
        (phantom_refused, counts(phantom=1)),
        (phantom_never_said, counts(phantom=1)),
        (phantom_other_id, counts(phantom=1)),
        (phantom_seen, counts(phantom=1)),
        (phantom_seen_by_text, counts(phantom=1)),
        (phantom_seen_too_early, counts(phantom=1)),
        (divergence_among_readers, counts(divergence=1)),
        (divergence_of_an_ack, counts(divergence=1)),
        (divergence_of_readings, counts(divergence=1)),
        (divergence_in_text, counts(divergence=1)),
        (duplicate_in_the_log, counts(duplicate=1)),
        (duplicate_of_a_text_line, counts(duplicate=1)),
        (duplicate_on_a_connection, counts(duplicate=1)),
        (duplicate_after_resuming, counts(duplicate=1)),
        (duplicate_in_text, counts(duplicate=1)),
        (gap_on_a_connection, counts(gap=1)),
        (gap_across_a_resume, counts(gap=1)),
        (gap_at_the_beginning, counts(gap=1)),
        (gap_in_text, counts(gap=1)),
        (gap_by_a_reset_that_lies, counts(gap=1)),
        (gap_by_another_log_unsaid, counts(gap=1)),
        (gap_in_the_log, counts(gap=1)),
        (swapped, counts(swapped=1)),
        (reordered, counts(reordered=1)),
        (unseen_at_the_end, counts(unseen=1)),
        (unseen_at_the_end_of_text, counts(unseen=1)),
        (unseen_behind_a_false_reset, counts(unseen=1)),
        (reused, counts(reused=1)),
    ],
)  # fmt: skip
def test_each_fault_is_found_by_its_count(spoil, wanted) -> None:  # type: ignore[no-untyped-def]
    run = undisturbed()
    spoil(run)
    verdict = run.verdict()
    assert verdict.row() == wanted, (verdict.counts, verdict.evidence)
    assert not verdict.clean
    assert not verdict.at_decreased


def test_times_that_go_back_are_found() -> None:
    run = undisturbed()
    earlier = run.kept(5)._replace(at=1)
    run.put(5, earlier)
    for reader in run.history.readers:
        for one in reader.stretches:
            if 5 in one.seqs:
                one.contents[one.seqs.index(5)] = earlier
    verdict = run.verdict()
    assert verdict.row() == counts()
    assert verdict.at_decreased
    assert not verdict.clean


def test_what_may_be_either_is_accepted_as_either() -> None:
    for answer in ("unknown_outcome", "internal", None):
        run = undisturbed()
        run.line(5).tries[0].answer = answer
        absent = Line("a", LINES + 1, ROOM, "a99", "a-000099", [Try(50.0, answer=answer)])
        run.history.say(absent)
        assert run.verdict().clean


def test_a_refused_line_that_was_said_again_is_no_phantom() -> None:
    run = undisturbed()
    run.line(5).tries.insert(0, Try(4.0, answer="not_stored", answer_s=4.5))
    assert run.verdict().clean


def test_what_was_pruned_is_neither_missing_nor_unseen() -> None:
    run = undisturbed()
    for seq in (1, 2, 3):
        run.line(seq).tries[0].answer = None  # acknowledged lines are pruned as well, later
        run.remove(seq)
    late = stretch(run.log.filed[ROOM], 4, LINES + 1)
    late.begin = 0
    late.resets = [ResetSeen(0, "pruned", 3, 4)]
    run.history.readers = [Reader("late", [late], stayed=True)]
    verdict = run.verdict()
    assert verdict.clean, verdict.evidence


def test_what_was_acknowledged_may_be_dropped_later_but_no_more_than_that() -> None:
    run = undisturbed()
    for seq in (1, 2, 3):
        run.remove(seq)
    late = stretch(run.log.filed[ROOM], 4, LINES + 1)
    late.begin = 0
    late.resets = [ResetSeen(0, "pruned", 3, 4)]
    run.history.readers = [Reader("late", [late], stayed=True)]
    assert dict(run.verdict().counts) == {"lost": 3}
    run.log.begins[ROOM] = 3
    assert dict(run.verdict().counts) == {"lost": 1}
    run.log.begins[ROOM] = 4
    assert run.verdict().clean


def test_another_log_is_read_on_from_where_its_reset_says() -> None:
    run = undisturbed()
    other = LogRead("other", deepcopy(run.log.paged), deepcopy(run.log.filed))
    for rooms in (other.paged, other.filed):
        for seq in range(6, LINES + 2):
            del rooms[ROOM][seq]
    again = replace(stretch(run.log.filed[ROOM], 4, 5, resumed=True), log="other")
    again.resets = [ResetSeen(0, "other_log", 3, 4)]
    del run.history.readers[1:]
    run.history.readers[0].stretches.append(again)
    run.history.readers[0].stayed = True
    verdict = judge(run.history, [run.log, other])
    assert verdict.clean, verdict.evidence


def test_an_instant_knows_nothing_of_what_came_later() -> None:
    cut = undisturbed().history.until(6.2)
    assert [line.text for line in cut.lines.values() if line.acknowledged] == [
        "b-000001", "a-000002", "b-000003", "a-000004",
    ]  # fmt: skip
    assert list(cut.readers[0].stretches[0].seqs) == [1, 2, 3, 4, 5]
    assert len(cut.lines) == 6


@given(
    st.sampled_from(["delete", "swap", "repeat"]),
    st.sampled_from([0, 1]),
    st.integers(0, LINES),
    st.integers(1, LINES),
)
def test_a_spoilt_sighting_is_always_found(how: str, who: int, index: int, far: int) -> None:
    run = undisturbed()
    reader = run.history.readers[who]
    one = max(reader.stretches, key=lambda stretch: len(stretch.seqs))
    index %= len(one.seqs)
    other = (index + 1 + far % (len(one.seqs) - 1)) % len(one.seqs)
    if how == "delete":
        drop(one, index)
    elif how == "swap":
        one.seqs[index], one.seqs[other] = one.seqs[other], one.seqs[index]
        one.contents[index], one.contents[other] = one.contents[other], one.contents[index]
    else:
        one.seqs.insert(other, one.seqs[index])
        one.contents.insert(other, one.contents[index])
        one.times.insert(other, one.times[index])
    verdict = run.verdict()
    wanted = {"delete": ("gap", "unseen"), "swap": ("gap", "duplicate"), "repeat": ("duplicate",)}
    assert any(verdict.counts[name] for name in wanted[how]), verdict.counts


@given(st.sampled_from(["delete", "swap", "repeat"]), st.integers(1, LINES), st.integers(1, LINES))
def test_a_spoilt_log_is_always_found(how: str, seq: int, far: int) -> None:
    run = undisturbed()
    other = 1 + (seq + far % (LINES - 1)) % LINES
    if how == "delete":
        run.remove(seq)
    elif how == "swap":
        one, two = run.kept(seq), run.kept(other)
        run.put(seq, two)
        run.put(other, one)
    else:
        run.put(other, run.kept(seq))
    if other != seq or how == "delete":
        assert not run.verdict().clean
