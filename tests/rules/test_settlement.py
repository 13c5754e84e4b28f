"""Baskets in a row: stop at the first that is not settled; sums of what is settled only."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk.rules.clocks import SHANGHAI
from yidi_sdk.rules.money import Amounts
from yidi_sdk.rules.reasons import Code
from yidi_sdk.rules.settlement import BasketOutcome, sequence, trial_stale, undo_order

ZERO = Decimal("0.00")


def settled(fen: int, *, broken: bool = False) -> BasketOutcome:
    total = Decimal(fen).scaleb(-2)
    amounts = Amounts(total, total, ZERO, ZERO, ZERO, ZERO, ZERO, total + (Decimal("0.01") if broken else ZERO))
    return BasketOutcome(None, total, "ok", amounts)


STATES = {"refused": "failed", "no_reply": "pending", "maintenance": "maintenance", "trial_broken": "failed"}
CODES = {
    "refused": Code.PLATFORM_REFUSED,
    "no_reply": Code.OUTCOME_UNKNOWN,
    "maintenance": Code.MAINTENANCE,
    "trial_broken": Code.AMOUNTS_M2,
}


@pytest.mark.requirement("R072", "R174")
@given(st.lists(st.integers(1, 10**6), max_size=4), st.sampled_from(sorted(STATES)), st.integers(0, 3))
def test_the_first_that_is_not_settled_stops_the_rest(before: list[int], reply: str, after: int) -> None:
    stop = BasketOutcome("M03900", Decimal("1.00"), reply, codes=(CODES[reply],))  # type: ignore[arg-type]
    found = sequence([*map(settled, before), stop, *[settled(100)] * after])
    assert found.states == (*["settled"] * len(before), STATES[reply], *["not_started"] * after)
    assert found.outcome == ("part" if before else "none")
    assert found.sums.total == found.sums.cash == Decimal(sum(before)).scaleb(-2)
    assert {r.code for r in found.reasons} == {CODES[reply], *([Code.BASKET_STOPPED] if after else [])}
    assert found.open == tuple(range(len(before), len(before) + 1 + after))
    assert undo_order(found.states) == tuple(reversed(range(len(before))))
    assert (found.http == 202) is (reply == "no_reply")


def test_all_settled_and_none() -> None:
    assert sequence([settled(100), settled(250)]).outcome == "all"
    assert sequence([]).outcome == "all"
    assert sequence([BasketOutcome(None, ZERO, "maintenance")]).http == 503


def test_an_answer_that_does_not_add_up_is_for_a_person() -> None:
    found = sequence([settled(100, broken=True), settled(100)])
    assert found.states == ("manual", "not_started")
    assert [r.code for r in found.reasons] == [Code.AMOUNTS_M2, Code.BASKET_STOPPED]
    assert found.sums.total == ZERO


def test_a_changed_estimate_is_told() -> None:
    basket = settled(100)
    changed = BasketOutcome(None, basket.total, "ok", basket.amounts, estimate_cash=Decimal("0.99"))
    found = sequence([changed])
    assert (found.states, [r.code for r in found.reasons]) == (("settled",), [Code.ESTIMATE_CHANGED])


def test_settled_without_amounts_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="amounts"):
        sequence([BasketOutcome(None, ZERO, "ok")])


def test_a_trial_lasts_ten_minutes() -> None:
    at = datetime(2026, 11, 21, 9, tzinfo=SHANGHAI)
    assert trial_stale(at, at + timedelta(minutes=10), newest=True) is None
    assert trial_stale(at, at + timedelta(minutes=10, seconds=1), newest=True)
    assert trial_stale(at, at, newest=False)
