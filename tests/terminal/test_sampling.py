from hypothesis import given
from hypothesis import strategies as st

from terminal.sampling import KEPT_LINES, Sampler


def test_the_beginning_and_the_end_are_given_with_the_number_between() -> None:
    sampler = Sampler()
    assert not sampler.holds
    sampler.take("\n".join(str(number) for number in range(1_000)))
    sampler.take("\n".join(str(number) for number in range(1_000, 2_012)))
    assert sampler.holds
    assert sampler.give().split("\n") == [
        "0", "1", "2", "3", "4", "… 2,002 lines left out …",
        "2007", "2008", "2009", "2010", "2011",
    ]  # fmt: skip
    assert not sampler.holds
    assert sampler.left_out == 2_002


@given(st.lists(st.lists(st.integers(1, 30), min_size=1), max_size=5))
def test_every_line_is_given_or_counted(rounds: list[list[int]]) -> None:
    sampler, number, given_lines = Sampler(), 0, 0
    for sizes in rounds:
        taken = []
        for size in sizes:
            lines = [str(one) for one in range(number, number + size)]
            number += size
            taken += lines
            sampler.take("\n".join(lines))
        got = [line for line in sampler.give().split("\n") if not line.startswith("…")]
        assert got[:KEPT_LINES] == taken[:KEPT_LINES]
        assert got[-1] == taken[-1]
        assert got == [line for line in taken if line in got]
        given_lines += len(got)
    assert given_lines + sampler.left_out == number
