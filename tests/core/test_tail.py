"""Batches and tails: reading from a cursor, whole and in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from core.limits import TAIL_LIMIT_BYTES, WRITE_CHUNK_BYTES
from core.log.encoding import Encoding
from core.log.tail import Batch, Tail
from core.wire.messages import Message, decode_event

MINE, OTHER = 1, 2


def messages(first: int, last: int, text: str = "x") -> list[Message]:
    return [
        Message(room="lobby", seq=seq, at=0, nick="n", text=f"{seq} {text}")
        for seq in range(first, last + 1)
    ]


def batch(first: int, last: int, text: str = "x", session: int = OTHER) -> Batch:
    return Batch(messages(first, last, text), [session] * (last - first + 1))


def seqs(data: bytes) -> list[int]:
    found = [decode_event(line) for line in data.split(b"\n") if line]
    return [event.seq for event in found if isinstance(event, Message)]


def read_all(tail: Tail, after: int) -> list[int]:
    found: list[int] = []
    while after < tail.head:
        data, after = tail.take(after, Encoding.JSON)
        found += seqs(data)
    return found


@given(st.lists(st.integers(1, 7), min_size=1, max_size=12), st.data())
def test_reading_from_any_place_gives_each_message_once_and_in_order(
    sizes: list[int], data: st.DataObject
) -> None:
    tail = Tail(10)
    for size in sizes:
        tail.append(batch(tail.head + 1, tail.head + size))
    after = data.draw(st.integers(10, tail.head))
    assert read_all(tail, after) == list(range(after + 1, tail.head + 1))


def test_a_chunk_is_at_most_one_write_but_at_least_one_message() -> None:
    tail = Tail(0)
    tail.append(batch(1, 100, "x" * 2000))
    tail.append(batch(101, 101, "y" * (WRITE_CHUNK_BYTES + 1)))
    after = 0
    while after < 100:
        data, after = tail.take(after, Encoding.JSON)
        assert len(data) <= WRITE_CHUNK_BYTES
    data, after = tail.take(after, Encoding.JSON)
    assert (seqs(data), after) == ([101], 101)


def test_readers_at_the_same_place_share_one_chunk() -> None:
    tail = Tail(0)
    tail.append(batch(1, 3))
    assert tail.take(0, Encoding.JSON)[0] is tail.take(0, Encoding.JSON)[0]


def test_a_message_is_encoded_once_per_encoding_in_use() -> None:
    one = batch(1, 2)
    assert one.lines(Encoding.TEXT) is one.lines(Encoding.TEXT)
    assert one.lines(Encoding.TELNET)[0].endswith(b"x\r\n")
    assert Encoding.JSON not in one._lines


def test_own_messages_are_covered_but_not_shown() -> None:
    tail = Tail(0)
    tail.append(batch(1, 2, session=MINE))
    tail.append(batch(3, 3))
    data, after = tail.take_without(0, Encoding.JSON, MINE)
    assert (seqs(data), after) == ([3], 3)


def test_the_tail_is_bounded_and_says_how_far_it_reaches() -> None:
    tail = Tail(0)
    for _ in range(50):
        tail.append(batch(tail.head + 1, tail.head + 10, "z" * 10_000))
    assert tail._size_bytes <= TAIL_LIMIT_BYTES + 120_000
    assert tail.start > 1
    assert tail.reaches(tail.start - 1)
    assert not tail.reaches(tail.start - 2)
    assert read_all(tail, tail.start - 1) == list(range(tail.start, 501))


def test_a_gap_before_a_batch_empties_the_tail() -> None:
    tail = Tail(0)
    tail.append(batch(1, 3))
    tail.append(batch(6, 7))
    assert not tail.reaches(3)
    assert read_all(tail, 5) == [6, 7]


def test_forgetting_keeps_the_head() -> None:
    tail = Tail(0)
    tail.append(batch(1, 3))
    tail.forget()
    assert (tail.head, tail.start) == (3, 4)
    tail.forget(9)
    assert (tail.head, tail.start) == (9, 10)
