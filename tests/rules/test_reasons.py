"""The table of reason codes: complete, readable, and told in its own order."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk.rules import reason_table
from yidi_sdk.rules.reasons import REASONS, Code, Reason, http_of, ordered, text

WHO = {"cashier", "insurance_office", "it", "patient", "insured_place", "wait"}
reason = st.builds(Reason, st.sampled_from(list(Code)), line_no=st.sampled_from([None, "1", "2"]))


def test_the_verdict_table_has_87_codes_and_the_contract_adds_four() -> None:
    verdict, contract = reason_table.TABLE.split("----")
    assert len(verdict.strip().splitlines()) == 87
    assert [line.split(" | ")[0] for line in contract.strip().splitlines()] == [
        "BASKET_BUSY",
        "KEY_REUSED",
        "NOT_SENT",
        "OWNED_BY_VISIT",
    ]


def test_every_code_has_its_row_in_order() -> None:
    assert list(REASONS) == list(Code)


def test_effects_stand_in_blocks() -> None:
    blocks = "".join(row.effect for row in REASONS.values())
    assert re.fullmatch("N{15}A{16}I{20}R{36}R{4}", blocks), blocks


@pytest.mark.requirement("R064", "R181")
@pytest.mark.parametrize("code", list(Code))
def test_every_code_is_told_in_two_languages(code: Code) -> None:
    row = REASONS[code]
    cause, next_step = text(Reason(code))
    assert re.search("[一-鿿]", cause)
    assert len(cause) <= 30
    assert row.en.isascii() or "×" in row.en
    assert row.who in WHO
    assert (next_step == "") == (row.next_en == "")
    assert next_step or row.effect == "I", "whoever is stopped is told what to do"
    assert text(Reason(code), "en") == (row.en, row.next_en)


def test_wording_never_says_failed_for_what_was_not_sent() -> None:
    for code in (Code.MAINTENANCE, Code.NOT_SENT, Code.OUTCOME_UNKNOWN):
        assert "失败" not in "".join(text(Reason(code)))


@given(st.lists(reason, max_size=12), st.randoms())
def test_order_does_not_depend_on_the_finding(found: list[Reason], chance: object) -> None:
    told = ordered(found)
    effects = [r.effect for r in told]
    assert effects == sorted(effects, key="NARI".index)
    assert "N" not in effects or "A" not in effects
    assert {r for r in found if r.effect != "A"} <= set(told)
    places = [(("NARI".index(r.effect)), list(Code).index(r.code)) for r in told]
    assert places == sorted(places)
    assert len(set(told)) == len(told)


@given(st.lists(reason, max_size=8))
def test_ordering_twice_changes_nothing(found: list[Reason]) -> None:
    assert ordered(ordered(found)) == ordered(found)


def test_a_lowered_n_goes_before_the_other_a() -> None:
    lowered = Reason(Code.CHRONIC_EXPIRED, "M01600", lowered=True)
    assert [r.code for r in ordered([Reason(Code.INSURANCE_CHOICE_NEEDED), lowered])] == [
        Code.CHRONIC_EXPIRED,
        Code.INSURANCE_CHOICE_NEEDED,
    ]


def test_status_of_a_refusal() -> None:
    assert http_of([Reason(Code.FLAG_CODE_NOT_SET), Reason(Code.NO_LINES)]) == 500
    assert http_of([Reason(Code.CHRONIC_UNCONFIRMED)]) == 409
