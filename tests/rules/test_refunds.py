"""Refunds: same day, not the latest, last year's, after clearing; reversals; undoing a stay."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from yidi_sdk.rules.clocks import SHANGHAI
from yidi_sdk.rules.money import Amounts
from yidi_sdk.rules.reasons import Code
from yidi_sdk.rules.refunds import INPATIENT_STEPS, Settled, next_step, refund
from yidi_sdk.rules.settings import RuleSettings

ZERO = Decimal("0.00")
TEN = Decimal("10.00")
AMOUNTS = Amounts(TEN, TEN, ZERO, ZERO, ZERO, TEN, ZERO, ZERO)
SETTLED_AT = datetime(2026, 11, 21, 9, tzinfo=SHANGHAI)
LATER = datetime(2026, 11, 21, 17, tzinfo=SHANGHAI)
NEXT_YEAR = datetime(2027, 3, 1, 9, tzinfo=SHANGHAI)
VISIT = Settled("普通门诊", "settled", SETTLED_AT, AMOUNTS)
STAY = replace(VISIT, category="住院")


@pytest.mark.requirement("R118")
@pytest.mark.parametrize("category", ["普通门诊", "门诊慢特病"])
@pytest.mark.parametrize("latest", [True, False])
@pytest.mark.parametrize("clearing", ["open", "in_clearing", "cleared"])
@pytest.mark.parametrize("at", [LATER, NEXT_YEAR])
def test_the_variants_of_outpatient_refunds(category: Any, latest: bool, clearing: Any, at: datetime) -> None:
    found = refund(replace(VISIT, category=category, latest=latest, clearing=clearing), at)
    assert (found.outcome, found.transaction, found.year) == ("accepted", "2208", 2026)
    assert found.amounts == AMOUNTS.mirrored()
    wanted = [
        (not latest, Code.REFUND_NOT_LATEST),
        (at is NEXT_YEAR, Code.REFUND_CROSS_YEAR),
        (clearing != "open", Code.REFUND_AFTER_CLEARING),
    ]
    assert [r.code for r in found.reasons] == [code for holds, code in wanted if holds]
    assert found.clearing_month == ("2026-11" if clearing == "open" else f"{at:%Y-%m}")


@pytest.mark.parametrize(
    ("change", "at", "allowed"),
    [
        ({"paid": False}, LATER, True),
        ({"paid": True}, LATER, False),
        ({"paid": False}, NEXT_YEAR, False),
        ({"paid": False, "clearing": "in_clearing"}, LATER, False),
    ],
)
def test_reversals(change: dict[str, Any], at: datetime, allowed: bool) -> None:
    found = refund(replace(VISIT, **change), at, "reversal")
    assert (found.transaction == "2601") is allowed
    assert [r.code for r in found.reasons] == ([] if allowed else [Code.REVERSAL_NOT_ALLOWED])


def test_the_day_is_that_of_shanghai() -> None:
    late = replace(VISIT, paid=False, settled_at=datetime.fromisoformat("2026-11-21T15:30:00+00:00"))
    assert refund(late, datetime.fromisoformat("2026-11-21T15:59:00Z"), "reversal").outcome == "accepted"
    assert refund(late, datetime.fromisoformat("2026-11-21T16:00:00Z"), "reversal").outcome == "refused"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("pending", Code.BASKET_BUSY),
        ("refunded", Code.REFUND_ALREADY_DONE),
        ("failed", Code.REFUND_NOT_SETTLED),
        ("reversed", Code.REFUND_NOT_SETTLED),
        ("manual", Code.REFUND_NOT_SETTLED),
    ],
)
def test_states_with_nothing_to_refund(state: str, code: Code) -> None:
    found = refund(replace(VISIT, state=state), NEXT_YEAR, partial=True)
    assert (found.http, [r.code for r in found.reasons]) == (409, [code])


def test_partial_refunds_stay_in_their_year() -> None:
    assert refund(VISIT, LATER, partial=True).partial
    assert [r.code for r in refund(VISIT, NEXT_YEAR, partial=True).reasons] == [Code.REFUND_PARTIAL_CROSS_YEAR]


@pytest.mark.parametrize(
    ("change", "at", "codes"),
    [
        ({}, LATER, []),
        ({}, NEXT_YEAR, [Code.REFUND_CROSS_YEAR]),
        ({"latest": False}, LATER, [Code.REFUND_INPATIENT_NOT_LATEST]),
        ({"clearing": "in_clearing"}, LATER, [Code.REFUND_INPATIENT_CLEARED]),
        (
            {"latest": False, "clearing": "cleared"},
            LATER,
            [Code.REFUND_INPATIENT_NOT_LATEST, Code.REFUND_INPATIENT_CLEARED],
        ),
    ],
)
def test_stays(change: dict[str, Any], at: datetime, codes: list[Code]) -> None:
    found = refund(replace(STAY, **change), at)
    assert [r.code for r in found.reasons] == codes
    assert (found.transaction == "2305") is (found.outcome == "accepted")


def test_a_stay_is_undone_in_one_order_only() -> None:
    for order in permutations(INPATIENT_STEPS):
        undone: list[str] = []
        for step in order:
            found = refund(
                replace(STAY, undone=tuple(undone), state="refunded" if undone else "settled"), LATER, step=step
            )
            in_order = step == INPATIENT_STEPS[len(undone)]
            assert (found.outcome == "accepted") is in_order
            if not in_order:
                assert [r.code for r in found.reasons] == [Code.UNDO_ORDER]
                assert found.reasons[0].detail == next_step(undone)
                break
            assert (found.transaction, found.amounts is not None) == (step, step == "2305")
            undone.append(step)
    assert next_step(INPATIENT_STEPS) is None
    assert next_step(["2405"]) is None


def test_provinces_without_variants_for_chronic_baskets() -> None:
    settings = RuleSettings(refund_variants_chronic=False)
    chronic = replace(VISIT, category="门诊慢特病")
    assert refund(chronic, LATER, settings=settings).outcome == "accepted"
    assert refund(chronic, NEXT_YEAR, settings=settings).outcome == "refused"
    assert refund(VISIT, NEXT_YEAR, settings=settings).outcome == "accepted"
