"""Splitting a bill: every line in exactly one place, sums to the fen, the same split for the same content."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk import diseases
from yidi_sdk.rules.areas import Institution
from yidi_sdk.rules.baskets import Line, Split, check_amount_text, split
from yidi_sdk.rules.chronic import Qualification
from yidi_sdk.rules.reasons import Code, Reason
from yidi_sdk.rules.settings import RuleSettings

ON = date(2026, 11, 21)
HERE = Institution(
    "500103", services=["outpatient", "chronic", "inpatient"], open_diseases=["M03900", "M01600", "M07801"]
)
HELD = [Qualification("M03900"), Qualification("M01600"), Qualification("M07804"), Qualification("M00500")]


def line(no: str, disease: str | None = None, amount: str = "1.00", **more: Any) -> Line:
    return Line(no, disease, Decimal(1), Decimal(amount), Decimal(amount), **more)


def ask(kind: Any, lines: Sequence[Line], held: list[Qualification] | None = HELD, **more: Any) -> Split:
    return split(kind, lines, held, HERE, more.pop("insured", "530100"), on=ON, **more)


def codes(found: Split) -> list[str]:
    return [str(r.code) for r in found.reasons]


fen = st.integers(0, 10_000_000).map(lambda n: Decimal(n).scaleb(-2))
codes_here = st.sampled_from([None, "M03900", "M01600", "M07801", "M07803", "M08301"])
bills = st.lists(st.tuples(codes_here, fen), min_size=1, max_size=20).map(
    lambda rows: [Line(str(no), code, Decimal(1), amount, amount) for no, (code, amount) in enumerate(rows)]
)


@pytest.mark.requirement("R174", "R177", "R044")
@given(bills, st.randoms(use_true_random=False))
def test_every_line_lands_once_and_sums_are_exact(lines: list[Line], chance: Random) -> None:
    found = ask("chronic", lines)
    assert found.outcome == "accepted"
    placed = [entry.line_no for basket in found.baskets for entry in basket.lines] + list(found.not_sent)
    assert sorted(placed) == sorted(entry.line_no for entry in lines)
    for basket in found.baskets:
        assert basket.total == sum(entry.amount for entry in basket.lines)
        assert basket.total != 0
        if basket.disease_code:
            assert {diseases.national(entry.disease_code or "") for entry in basket.lines} == {basket.disease_code}
    assert found.total == sum(basket.total for basket in found.baskets) == sum(entry.amount for entry in lines)
    assert len({basket.disease_code for basket in found.baskets}) == len(found.baskets)
    places = [diseases.position(basket.disease_code) for basket in found.baskets]
    assert places == sorted(places)
    shuffled = list(lines)
    chance.shuffle(shuffled)
    again = ask("chronic", shuffled)
    assert [(b.disease_code, b.med_type, b.total, set(b.lines)) for b in again.baskets] == [
        (b.disease_code, b.med_type, b.total, set(b.lines)) for b in found.baskets
    ]
    assert sorted(codes(again)) == sorted(codes(found))


@pytest.mark.requirement("R150")
@given(st.decimals(0, 9999, places=4), st.decimals(0, 9999, places=6), st.integers(-3, 3))
def test_one_fen_is_rounding_more_is_a_mismatch(quantity: Decimal, price: Decimal, off: int) -> None:
    exact = (quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP)
    amount = exact + Decimal(off).scaleb(-2)
    found = ask("inpatient", [Line("1", None, quantity, price, amount)])
    objections = ["LINE_AMOUNT_MISMATCH"] * (abs(off) > 1) + ["NEGATIVE_LINE_NO_ORIGIN"] * (amount < 0)
    assert codes(found) == (objections or ["LINE_ROUNDING"] * (abs(off) == 1))


@pytest.mark.requirement("R150")
@pytest.mark.parametrize(
    "text", ["1", "1.0", "1.000", "1e2", " 1.00", "1,00", "01.00", ".50", "NaN", "", "+1.00", "１.00"]
)
def test_amount_text_that_is_refused(text: str) -> None:
    assert check_amount_text(text, "7", "unit_price") == Reason(Code.AMOUNT_FORMAT, line_no="7", detail="unit_price")


@given(st.integers(-(10**9), 10**9))
def test_amount_text_that_is_read(number: int) -> None:
    value = Decimal(number).scaleb(-2)
    assert check_amount_text(f"{value:.2f}") == value


@pytest.mark.parametrize(
    ("kind", "lines", "more", "found"),
    [
        ("outpatient", [], {}, ["NO_LINES"]),
        ("outpatient", [line("1"), line("1")], {}, ["LINE_NO_DUPLICATE"]),
        ("outpatient", [line("1", amount="-1.00")], {}, ["NEGATIVE_LINE"]),
        ("outpatient", [line("1", amount="1.5")], {}, ["AMOUNT_FORMAT"]),
        ("outpatient", [line("1", "M03900")], {}, ["DISEASE_CODE_WRONG_KIND"]),
        ("emergency", [line("1", "M03900")], {}, ["DISEASE_CODE_WRONG_KIND"]),
        ("chronic", [line("1", "M08300"), line("2", "M99999")], {}, ["DISEASE_CODE_UNKNOWN", "DISEASE_CODE_AMBIGUOUS"]),
        ("outpatient", [line("1")], {"in_stay": True}, ["IN_STAY"]),
        ("chronic", [line("1", "M00500")], {}, ["CHRONIC_NOT_OPEN_HERE"]),
        ("chronic", [line("1", "M03900")], {"held": None}, ["CHRONIC_UNCONFIRMED"]),
        (
            "chronic",
            [line("1", "M08301")],
            {"settings": RuleSettings(unqualified_line="refuse")},
            ["CHRONIC_NOT_QUALIFIED"],
        ),
    ],
)
def test_refusals(kind: str, lines: list[Line], more: dict[str, Any], found: list[str]) -> None:
    answer = ask(kind, lines, **more)
    assert (answer.outcome, codes(answer), answer.baskets) == ("refused", found, ())
    assert answer.http in (409, 422)
    assert all(r.line_no or r.code in (Code.NO_LINES, Code.IN_STAY) for r in answer.reasons)


def test_qualification_unknown_refuses_only_where_it_is_needed() -> None:
    assert ask("chronic", [line("1")], held=None).outcome == "accepted"
    assert ask("chronic", [line("1", "M03900")], held=None).http == 409


def test_a_local_patients_chronic_lines_are_not_judged_here() -> None:
    found = ask("chronic", [line("1", "M08301")], held=None, insured="500112")
    assert [basket.disease_code for basket in found.baskets] == ["M08301"]


@pytest.mark.parametrize(
    ("kind", "emergency", "med_type"),
    [("outpatient", True, "13"), ("inpatient", True, "24"), ("inpatient", False, "21")],
)
def test_med_types(kind: str, emergency: bool, med_type: str) -> None:
    (basket,) = ask(kind, [line("1")], emergency=emergency).baskets
    assert basket.med_type == med_type


def test_negative_lines_of_a_stay() -> None:
    first = line("1", amount="10.00", code="A")
    back = Line("2", None, Decimal(-1), Decimal("6.00"), Decimal("-6.00"), "A", "1")
    assert ask("inpatient", [first, back]).total == Decimal("4.00")
    assert ask("inpatient", [back], earlier=[first]).total == Decimal("-6.00")
    whole = replace(back, unit_price=Decimal("10.00"), amount=Decimal("-10.00"))
    assert ask("inpatient", [first, whole]).total == Decimal("0.00")
    for wrong in (
        [first, replace(back, origin=None)],
        [first, replace(back, code="B")],
        [back, first],
        [first, back, replace(back, line_no="3")],
    ):
        assert codes(ask("inpatient", wrong)) == ["NEGATIVE_LINE_NO_ORIGIN"]
    assert codes(ask("inpatient", [replace(back, line_no="3")], earlier=[first, back])) == ["NEGATIVE_LINE_NO_ORIGIN"]


def test_a_stay_keeps_its_zero_lines() -> None:
    found = ask("inpatient", [line("1", amount="0.00")])
    assert (found.not_sent, found.total, len(found.baskets)) == ((), Decimal("0.00"), 1)
