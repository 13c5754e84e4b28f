"""Stays: one settlement over New Year, outside lines with their form, the fee check."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from yidi_sdk.rules.clocks import SHANGHAI
from yidi_sdk.rules.reasons import Code, Reason
from yidi_sdk.rules.stays import FEE_CHECK_FIELDS, OutsideLine, Stay, days_in_hospital, settle_stay

ADMITTED = datetime(2026, 11, 10, 7, tzinfo=SHANGHAI)
DISCHARGED = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
STAY = Stay(ADMITTED, DISCHARGED, DISCHARGED.replace(hour=10), Decimal("100.00"))


@pytest.mark.requirement("R030", "R090")
def test_what_was_asked_again_stops_or_is_told() -> None:
    told = [Reason(Code.FILED_LATE), Reason(Code.FILING_UNCONFIRMED)]
    assert [r.code for r in settle_stay(STAY, told).reasons] == [Code.FILED_LATE]
    stopped = settle_stay(STAY, [Reason(Code.NOT_FILED)])
    assert (stopped.outcome, stopped.http, [r.code for r in stopped.reasons]) == ("refused", 409, [Code.NOT_FILED])


def test_discharge_comes_first_and_nothing_is_settled_in_between() -> None:
    inside = replace(STAY, discharged_at=None)
    assert [(r.code, settle_stay(inside).http) for r in settle_stay(inside).reasons] == [(Code.NOT_DISCHARGED, 409)]
    interim = settle_stay(replace(inside, interim=True))
    assert ([r.code for r in interim.reasons], interim.http) == ([Code.MID_STAY_SETTLEMENT], 422)


@pytest.mark.requirement("R109")
@pytest.mark.parametrize(
    ("on", "form12", "codes"),
    [
        (date(2026, 11, 10), True, []),
        (date(2026, 11, 20), True, []),
        (date(2026, 11, 9), True, [Code.OUTSIDE_DATE]),
        (date(2026, 11, 21), True, [Code.OUTSIDE_DATE]),
        (date(2026, 11, 9), False, [Code.OUTSIDE_FORM_MISSING, Code.OUTSIDE_DATE]),
    ],
)
def test_outside_lines(on: date, form12: bool, codes: list[Code]) -> None:
    found = settle_stay(replace(STAY, outside=(OutsideLine("o1", Decimal("5.00"), on, form12),)))
    assert (found.outcome, [r.code for r in found.reasons]) == ("accepted", codes)
    assert found.refused_lines == (("o1",) if codes else ())
    assert found.total == Decimal("100.00" if codes else "105.00")
    assert all(r.line_no == "o1" for r in found.reasons)


@pytest.mark.requirement("R133")
def test_the_fee_check_begins_at_thirty_thousand() -> None:
    assert not settle_stay(replace(STAY, lines_total=Decimal("29999.99"))).fee_check
    found = settle_stay(replace(STAY, lines_total=Decimal("30000.00")))
    assert (found.fee_check, [r.code for r in found.reasons]) == (True, [Code.FEE_CHECK_READY])
    assert len(FEE_CHECK_FIELDS) == 9


@pytest.mark.requirement("R117")
def test_the_settlement_day_gives_the_year() -> None:
    over = replace(STAY, settled_at=datetime(2027, 1, 1, 0, 5, tzinfo=SHANGHAI))
    found = settle_stay(over)
    assert (found.year, [r.code for r in found.reasons], found.days) == (2027, [Code.STAY_CROSSES_YEAR], 10)
    assert found.details_due == date(2027, 1, 4)


def test_days() -> None:
    assert days_in_hospital(ADMITTED.date(), ADMITTED.date()) == 1
    assert days_in_hospital(date(2025, 12, 29), date(2026, 1, 4)) == 6
