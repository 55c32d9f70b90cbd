"""Descriptors that doors share: what fits, what is kept free, what comes back."""

from hypothesis import given
from hypothesis import strategies as st

from core.net.budget import Budget, Cost

CALLER = Cost(open=1)
BROWSER = Cost(open=2, prepaid=1)
GATEWAYS_CALL = Cost(open=0, redeemed=1)


def test_it_is_full_at_its_limit_and_has_room_again() -> None:
    budget = Budget(2)
    first, _ = budget.take(CALLER), budget.take(CALLER)
    assert not budget.fits(CALLER)
    first.give_back()
    assert budget.fits(CALLER)


def test_a_second_giving_back_changes_nothing() -> None:
    budget = Budget(2)
    first, _ = budget.take(CALLER), budget.take(CALLER)
    first.give_back()
    first.give_back()
    assert budget.used == 1


def test_doors_with_different_prices_share_one_limit() -> None:
    budget = Budget(4)
    budget.take(BROWSER)
    assert budget.used == 3
    assert not budget.fits(BROWSER)
    budget.take(CALLER)
    assert not budget.fits(CALLER)


def test_what_was_prepaid_can_be_redeemed_when_all_is_full() -> None:
    budget = Budget(3)
    budget.take(BROWSER)
    assert not budget.fits(CALLER)
    assert budget.fits(GATEWAYS_CALL)
    budget.take(GATEWAYS_CALL)
    assert budget.used == 3
    assert not budget.fits(GATEWAYS_CALL)


def test_who_outlasts_its_payer_still_has_a_descriptor() -> None:
    budget = Budget(3)
    browser = budget.take(BROWSER)
    call = budget.take(GATEWAYS_CALL)
    browser.give_back()
    assert budget.used == 1
    assert not budget.fits(Cost(open=3))
    call.give_back()
    assert budget.used == 0


def test_whoever_watches_learns_of_what_is_given_back() -> None:
    budget, given = Budget(2), []

    def watcher() -> None:
        given.append(budget.used)

    budget.watch(watcher)
    leases = [budget.take(CALLER), budget.take(CALLER)]
    leases.pop().give_back()
    assert given == [1]
    budget.unwatch(watcher)
    leases.pop().give_back()
    assert given == [1]


@given(st.lists(st.integers(0, 5)), st.integers(3, 20))
def test_what_is_open_never_exceeds_the_limit(choices: list[int], limit: int) -> None:
    """Come and go at random; count what would really be open, at the worst."""
    budget = Budget(limit)
    inside: dict[Cost, list[object]] = {CALLER: [], BROWSER: [], GATEWAYS_CALL: []}
    for choice in choices:
        cost = list(inside)[choice % 3]
        if choice < 3 and budget.fits(cost):
            inside[cost].append(budget.take(cost))
        elif choice >= 3 and inside[cost]:
            inside[cost].pop().give_back()  # type: ignore[attr-defined]
        callers, browsers, calls = map(len, inside.values())
        assert callers + 2 * browsers + calls <= limit
