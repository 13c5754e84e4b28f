"""The benefit arithmetic: whatever the figures, the equations hold to the fen."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yidi_mocks.benefit import COLUMNS, PARTS, Branch, Claim, pay, place_of, places
from yidi_mocks.entitlement import last_day, months_later, same_area
from yidi_mocks.splits import FEN, fen, item_rules, split_line
from yidi_mocks.world import Filing

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
yuan = st.integers(0, 5_000_000).map(lambda n: Decimal(n).scaleb(-2))
codes = st.sampled_from([rule.prefix + "0001" for rule in item_rules()])
groups = st.sampled_from(["long_term", "local", "referral", "emergency", "other"])


@CALM
@given(codes, st.integers(1, 999_999), st.integers(1, 9999), st.booleans())
def test_the_parts_of_a_line_are_the_line(code, price_millis, quantity_tenths, disapproved):
    price, quantity = Decimal(price_millis).scaleb(-3), Decimal(quantity_tenths).scaleb(-1)
    amount = fen(price * quantity)
    split = split_line(code, amount, price, quantity, disapproved=disapproved)
    parts = (split.self_paid, split.over_limit, split.class_b_first, split.in_scope)
    assert sum(parts) == amount
    assert all(part >= 0 and part == part.quantize(FEN) for part in parts)


@CALM
@given(
    place=st.sampled_from(places()),
    parts=st.tuples(yuan, yuan, yuan, yuan),
    branch=st.sampled_from(Branch),
    group=groups,
    insutype=st.sampled_from(["310", "390"]),
    use_account=st.booleans(),
    balance=yuan,
    civil=st.booleans(),
    used=st.tuples(yuan, yuan),
    inside=st.sampled_from([None, True, False]),
    stays_before=st.integers(0, 2),
)
def test_money_equations(
    place, parts, branch, group, insutype, use_account, balance, civil, used, inside, stays_before
):
    claim = Claim(*parts, branch, group, insutype, use_account, balance, civil, *used, inside, stays_before)
    paid = pay(place, claim)
    amounts = paid.amounts
    assert all(value >= 0 and value == value.quantize(FEN) for value in amounts.values())
    assert amounts["medfee_sumamt"] == sum(amounts[name] for name in PARTS)
    assert amounts["medfee_sumamt"] == amounts["fund_pay_sumamt"] + amounts["psn_part_amt"] + amounts["hosp_part_amt"]
    inside_now = place.account_in_fund if inside is None else inside
    outside = Decimal(0) if inside_now else amounts["acct_pay"]
    assert amounts["psn_part_amt"] == outside + amounts["psn_cash_pay"]
    assert amounts["fund_pay_sumamt"] == sum(amounts[name] for name in COLUMNS)
    rows = sum(row["fund_payamt"] for row in paid.funds if not row["fund_pay_type"].startswith("3102"))
    assert rows == amounts["fund_pay_sumamt"] - (amounts["acct_pay"] if inside_now else 0)
    assert amounts["acct_pay"] <= balance


@pytest.mark.requirement("R033", "R034")
@pytest.mark.parametrize("place", places(), ids=lambda place: place.prefix or "else")
def test_ratio_is_cut_within_the_limits(place):
    assert place.cuts["long_term"] == place.cuts["local"] == 0
    assert 0 <= place.cuts["referral"] <= Decimal("0.10")
    assert 0 <= place.cuts["emergency"] <= Decimal("0.10")
    assert 0 <= place.cuts["other"] <= Decimal("0.20")


def test_ceiling_and_what_lies_above():
    place = place_of("530100")
    scheme = place.schemes["310"]
    claim = Claim(*(Decimal("0.00"),) * 3, Decimal("20000.00"), Branch.CHRONIC, "long_term", "310", False)
    paid = pay(place, claim).amounts
    ceiling = scheme.branches[Branch.CHRONIC].ceiling
    assert paid["hifp_pay"] == ceiling
    assert paid["hifob_pay"] == fen((Decimal(15000) - ceiling) * scheme.ratio_above)


@pytest.mark.parametrize(
    ("filed", "here", "same"),
    [
        ("500000", "500103", True),
        ("500103", "500112", True),
        ("460100", "460200", True),
        ("510100", "510104", True),
        ("510000", "510104", False),
        ("429004", "429005", False),
        ("429004", "429004", True),
        ("530100", "500103", False),
    ],
)
def test_areas(filed, here, same):
    assert same_area(filed, here) is same


def test_terms():
    assert months_later("2025-11-21", 12) == "2026-11-21"
    assert months_later("2024-02-29", 12) == "2025-02-28"
    assert months_later("2026-08-31", 6) == "2027-02-28"
    assert last_day(Filing("temporary_other", "530100", "2025-11-21"), "500103") == "2026-11-21"
    assert last_day(Filing("referral", "500000", "2026-03-31"), "330100") == "2026-09-30"
    assert last_day(Filing("long_resident", "500000", "2026-03-31"), "330100") is None
