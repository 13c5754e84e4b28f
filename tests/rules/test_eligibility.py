"""The verdict: what is listed, what is dropped, and what stops which call."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk.rules.areas import Institution
from yidi_sdk.rules.chronic import Qualification
from yidi_sdk.rules.eligibility import (
    Question,
    World,
    registration_objections,
    settlement_objections,
    verdict,
)
from yidi_sdk.rules.filing import Filing
from yidi_sdk.rules.identity import Insurance
from yidi_sdk.rules.reasons import REASONS, Code, Reason, ordered
from yidi_sdk.rules.settings import RuleSettings

ON = date(2026, 11, 21)
HERE = Institution("500103", code="H1", status="open", services=["outpatient", "chronic", "inpatient"])
FILED = Filing("long_resident", "500000", date(2024, 1, 1))
WORLD = World(HERE, (Insurance("310", "530100", "1"),), (FILED,), (Qualification("M03900"),), "enjoyed")
ASK = Question("outpatient", ON, emergency=False, trauma=False)


def codes(question: Question, world: World, settings: RuleSettings | None = None) -> list[str]:
    return [str(r.code) for r in verdict(question, world, settings or RuleSettings()).reasons]


@pytest.mark.parametrize("kind", ["outpatient", "chronic", "inpatient"])
@pytest.mark.requirement("R042")
def test_whoever_qualifies_settles_directly(kind: Any) -> None:
    found = verdict(replace(ASK, kind=kind), WORLD)
    assert (found.verdict, found.reasons, found.filing) == ("direct", (), FILED)
    assert found.usable == (("M03900",) if kind == "chronic" else ())


@pytest.mark.parametrize(
    ("world", "found"),
    [
        (replace(WORLD, benefit="suspended"), ["BENEFIT_SUSPENDED"]),
        (replace(WORLD, institution=replace(HERE, status="suspended")), ["INSTITUTION_NOT_CONNECTED"]),
        (replace(WORLD, institution=replace(HERE, services=["inpatient"])), ["INSTITUTION_NOT_CONNECTED"]),
        (replace(WORLD, institution=Institution("500103"), benefit=None), []),
        (replace(WORLD, filings=None), ["FILING_UNCONFIRMED"]),
        (replace(WORLD, insurances=()), ["NO_INSURANCE"]),
        (replace(WORLD, in_stay=True), ["IN_STAY"]),
        (replace(WORLD, identity=(Reason(Code.PERSON_NOT_FOUND),), insurances=()), ["PERSON_NOT_FOUND"]),
        (replace(WORLD, identity=(Reason(Code.IDENTITY_MISMATCH, detail="name"),)), ["IDENTITY_MISMATCH"]),
    ],
)
def test_objections_of_the_world(world: World, found: list[str]) -> None:
    assert codes(ASK, world) == found


@pytest.mark.requirement("R031")
def test_paid_privately_already() -> None:
    found = verdict(replace(ASK, self_paid=True), replace(WORLD, filings=()))
    assert (found.verdict, [r.code for r in found.reasons]) == ("not_direct", [Code.SELF_PAID_ALREADY])


def test_a_disease_code_outside_a_chronic_visit_is_refused() -> None:
    found = verdict(replace(ASK, disease_codes=("M03900",)), WORLD)
    assert (found.verdict, found.http, [r.code for r in found.reasons]) == (
        "refused",
        422,
        [Code.DISEASE_CODE_WRONG_KIND],
    )


def test_the_outpatient_choice_is_not_for_emergencies_and_stays() -> None:
    settings = RuleSettings(outpatient_choice={"53": "designated"})
    world = replace(WORLD, designated=("H2",))
    assert codes(ASK, world, settings) == ["OUTPATIENT_NOT_CHOSEN"]
    assert codes(replace(ASK, emergency=True), world, settings) == []
    assert codes(replace(ASK, kind="inpatient"), world, settings) == []
    assert codes(ASK, replace(WORLD, designated=("H1",)), settings) == []


@pytest.mark.requirement("R018")
def test_a_local_patient_is_judged_by_section_one_only() -> None:
    local = replace(WORLD, insurances=(Insurance("310", "500112", "1"),), filings=(), benefit="suspended")
    assert codes(replace(ASK, trauma=None), local) == ["LOCAL_PATIENT"]


def test_the_emergency_notice_is_dropped_where_no_filing_can_help() -> None:
    unanswered = replace(ASK, emergency=None)
    assert codes(unanswered, WORLD) == ["EMERGENCY_UNANSWERED"]
    assert codes(unanswered, replace(WORLD, benefit="suspended")) == ["BENEFIT_SUSPENDED"]


questions = st.builds(
    Question,
    st.sampled_from(["outpatient", "chronic", "emergency", "inpatient"]),
    st.dates(date(2020, 12, 1), date(2027, 1, 1)),
    disease_codes=st.lists(st.sampled_from(["M03900", "M01600", "M07803", "M08300"]), max_size=3).map(tuple),
    emergency=st.sampled_from([None, False, True]),
    trauma=st.sampled_from([None, False, True]),
    third_party=st.sampled_from([None, False, True]),
    commitment=st.sampled_from(["none", "complete", "incomplete"]),
    admitted_on=st.none() | st.dates(date(2026, 11, 1), ON),
    self_paid=st.booleans(),
    name_compared=st.booleans(),
)
filings = st.builds(
    Filing,
    st.sampled_from(["long_resident", "referral", "emergency", "temporary_other"]),
    st.sampled_from(["500000", "530100"]),
    st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.none() | st.dates(date(2026, 6, 1), date(2027, 6, 1)),
    st.sampled_from(["active", "pending", "unseen"]),
    st.none() | st.just(ON),
)
worlds = st.builds(
    World,
    st.just(HERE),
    st.lists(
        st.builds(Insurance, st.sampled_from(["310", "390", "510"]), st.sampled_from(["530100", "330100", "500112"])),
        max_size=3,
    ),
    st.none() | st.lists(filings, max_size=3),
    st.none() | st.lists(st.builds(Qualification, st.sampled_from(["M03900", "M07804", "M08300"])), max_size=2),
    st.sampled_from([None, "enjoyed", "suspended"]),
)


@given(questions, worlds)
def test_the_verdict_is_the_worst_effect_present(question: Question, world: World) -> None:
    found = verdict(question, world)
    effects = {r.effect for r in found.reasons}
    worst = (
        "refused"
        if "R" in effects
        else "not_direct"
        if "N" in effects
        else "direct_after"
        if "A" in effects
        else "direct"
    )
    assert found.verdict == worst
    assert found.reasons == ordered(found.reasons)
    assert (found.http is not None) is (worst == "refused")
    assert found.who == (found.reasons[0].who if found.reasons else None)
    assert verdict(question, world) == found


def test_a_registration_is_stopped_by_the_first_rows_only() -> None:
    every = [Reason(code) for code in REASONS]
    stopping = [r.code for r in registration_objections(every)]
    last = list(REASONS).index(Code.INSTITUTION_NOT_CONNECTED)
    assert stopping == [*list(REASONS)[: last + 1], Code.INSURANCE_CHOICE_NEEDED, Code.INSURED_DIVISION_CHANGED]


def test_a_settlement_is_stopped_by_every_n_and_a_but_the_unconfirmed_filing() -> None:
    stopping = {r.code for r in settlement_objections(Reason(code) for code in REASONS)}
    assert stopping == {row.code for row in REASONS.values() if row.effect in "NA"} - {Code.FILING_UNCONFIRMED}
