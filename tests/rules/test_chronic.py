"""Chronic diseases: the table of codes, mapping, qualification, and where a disease is open."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk import diseases
from yidi_sdk.rules.areas import Institution
from yidi_sdk.rules.chronic import Place, Qualification, judge, objection, qualified, read_code
from yidi_sdk.rules.reasons import Code, Reason
from yidi_sdk.rules.settings import RuleSettings

ON = date(2026, 11, 21)
TEN = ["M03900", "M01600", "M00500", "M07801", "M08301", "M08302", "M08303", "M08304", "M08305", "M08306"]
HERE = Institution("500103", services=["chronic"], open_diseases=TEN)


def place(
    on: date = ON, insured: str = "530100", here: Institution = HERE, settings: RuleSettings | None = None
) -> Place:
    return Place(here, insured, on, settings or RuleSettings())


@pytest.mark.requirement("R002", "R164", "R169")
def test_the_ten_national_codes() -> None:
    printed = [row for row in diseases.DISEASES if row.evidence == diseases.IN_THE_DOCUMENTS]
    assert [row.code for row in printed] == TEN
    assert [row.opens_on for row in printed] == [date(2021, 1, 1)] * 2 + [date(2021, 12, 31)] * 8
    assert [row.name for row in printed][2:5] == ["恶性肿瘤门诊治疗", "透析", "肾移植抗排异治疗"]
    assert len({row.group for row in printed}) == 5


@pytest.mark.requirement("R053", "R164")
def test_later_codes_are_rows_that_are_off() -> None:
    later = [row for row in diseases.DISEASES if row.code not in TEN]
    assert later
    for row in later:
        assert (row.opens_on, row.evidence) == (None, diseases.NOT_IN_THE_DOCUMENTS)
        assert read_code(row.code) == Reason(Code.DISEASE_CODE_UNKNOWN, disease_code=row.code)
        opened = RuleSettings(extra_diseases={row.code: ON})
        here = Institution("500103")
        assert read_code(row.code, opened) == row.code
        assert objection(row.code, [Qualification(row.code)], place(here=here, settings=opened)) is None
        day_before = place(ON - timedelta(days=1), here=here, settings=opened)
        assert objection(row.code, [Qualification(row.code)], day_before) is Code.DISEASE_NOT_YET_OPEN


@pytest.mark.requirement("R180")
@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("M00501", "M00500"),
        ("M00503", "M00500"),
        ("M00599", "M00500"),
        ("M07803", "M07801"),
        ("M07804", "M07801"),
        ("M03900", "M03900"),
        ("M08300", Code.DISEASE_CODE_AMBIGUOUS),
        ("M07800", Code.DISEASE_CODE_UNKNOWN),
        ("", Code.DISEASE_CODE_UNKNOWN),
    ],
)
def test_reading_codes(code: str, reads: str) -> None:
    found = read_code(code)
    assert (found.code if isinstance(found, Reason) else found) == reads


spans = st.tuples(st.none() | st.integers(-20, 20), st.none() | st.integers(-20, 20))


@given(st.lists(spans, max_size=4))
def test_one_row_in_force_suffices(told: list[tuple[int | None, int | None]]) -> None:
    rows = [
        Qualification(
            "M03900",
            begin=None if begin is None else ON + timedelta(days=begin),
            end=None if end is None else ON + timedelta(days=end),
        )
        for begin, end in told
    ]
    in_force = any((b is None or b <= 0) and (e is None or e >= 0) for b, e in told)
    found = qualified("M03900", ON, rows)
    assert (found is None) is in_force
    if not rows:
        assert found is Code.CHRONIC_NOT_QUALIFIED
    elif not in_force:
        assert found is (
            Code.CHRONIC_EXPIRED if any(e is not None and e < 0 for _, e in told) else Code.CHRONIC_NOT_BEGUN
        )


HELD = [Qualification("M03900"), Qualification("M00500")]


@pytest.mark.requirement("R001")
@pytest.mark.parametrize(
    ("code", "on", "insured", "here", "found"),
    [
        ("M03900", date(2020, 12, 31), "530100", "500103", Code.DISEASE_NOT_YET_OPEN),
        ("M03900", date(2021, 1, 1), "530100", "500103", None),
        ("M03900", date(2021, 1, 1), "520100", "500103", Code.CHRONIC_AREA_NOT_OPEN),
        ("M03900", date(2021, 1, 1), "522300", "500103", None),
        ("M03900", date(2021, 1, 1), "540100", "500103", None),
        ("M03900", date(2021, 1, 1), "530100", "510300", Code.CHRONIC_AREA_NOT_OPEN),
        ("M03900", date(2021, 12, 30), "330100", "500103", Code.CHRONIC_AREA_NOT_OPEN),
        ("M03900", date(2021, 12, 31), "330100", "500103", None),
        ("M00500", date(2021, 12, 30), "530100", "500103", Code.DISEASE_NOT_YET_OPEN),
        ("M00500", date(2021, 12, 31), "530100", "500103", None),
    ],
)
def test_days_and_areas(code: str, on: date, insured: str, here: str, found: Code | None) -> None:
    assert objection(code, HELD, place(on, insured, Institution(here))) is found


def test_closed_areas_count_on_both_sides() -> None:
    for closed in ("53", "5001"):
        settings = RuleSettings(chronic_closed_areas=(closed,))
        assert objection("M03900", HELD, place(settings=settings)) is Code.CHRONIC_AREA_NOT_OPEN


@pytest.mark.parametrize(
    ("here", "found"),
    [
        (Institution("500103"), None),
        (HERE, None),
        (Institution("500103", services=["outpatient"], open_diseases=TEN), Code.CHRONIC_NOT_OPEN_HERE),
        (Institution("500103", services=["chronic"], open_diseases=["M01600"]), Code.CHRONIC_NOT_OPEN_HERE),
        (Institution("500103", open_from={"M03900": ON + timedelta(days=1)}), Code.CHRONIC_NOT_OPEN_HERE),
        (Institution("500103", open_from={"M03900": ON}), None),
    ],
)
def test_open_here(here: Institution, found: Code | None) -> None:
    assert objection("M03900", HELD, place(here=here)) is found


def test_an_institution_may_open_earlier() -> None:
    early = Institution("500103", open_from={"M00500": date(2021, 6, 1)})
    assert objection("M00500", HELD, place(date(2021, 6, 1), here=early)) is None
    assert objection("M00500", HELD, place(date(2021, 5, 31), here=early)) is Code.DISEASE_NOT_YET_OPEN


def told(
    asked: list[str], held: list[Qualification] | None, here: Institution = HERE
) -> tuple[list[str], tuple[str, ...]]:
    found = judge(asked, held, place(here=here))
    return [str(r.code) for r in found.reasons], found.usable


@pytest.mark.requirement("R100")
def test_a_disease_without_a_local_scope_is_treated_by_its_norms() -> None:
    here = Institution("500103", services=["chronic"], open_diseases=TEN, no_local_scope=["M03900"])
    assert told(["M03900"], HELD, here) == (["NO_LOCAL_SCOPE"], ("M03900",))
    assert told(["M03900"], HELD) == ([], ("M03900",))


@pytest.mark.requirement("R163")
def test_failure_is_not_an_empty_list() -> None:
    assert told(["M03900"], None) == (["CHRONIC_UNCONFIRMED"], ())
    assert told(["M03900"], []) == (["CHRONIC_NOT_QUALIFIED"], ())
    assert told([], None) == (["CHRONIC_UNCONFIRMED"], ())
    assert told([], []) == (["CHRONIC_NOT_QUALIFIED"], ())


def test_none_asked_means_all_that_are_held() -> None:
    ended = Qualification("M01600", end=ON - timedelta(days=1))
    assert told([], [*HELD, ended]) == ([], ("M03900", "M00500"))
    assert told([], [ended]) == (["CHRONIC_EXPIRED"], ())


def test_a_row_that_does_not_name_the_organ_is_no_no() -> None:
    assert told(["M08301"], [Qualification("M08300")]) == (["CHRONIC_UNCONFIRMED"], ())
    assert told([], [Qualification("M08300")]) == (["CHRONIC_UNCONFIRMED"], ())
    assert told([], [Qualification("M02100")]) == (["DISEASE_NOT_YET_OPEN"], ())


def test_partly_usable_lowers_the_rest() -> None:
    found = judge(["M01600", "M03900"], HELD, place())
    assert [(r.code, r.effect, r.disease_code) for r in found.reasons] == [
        (Code.CHRONIC_NOT_QUALIFIED, "A", "M01600"),
    ]


def test_codes_that_cannot_be_read_refuse() -> None:
    assert told(["M08300", "M03900", "M99999"], HELD) == (["DISEASE_CODE_AMBIGUOUS", "DISEASE_CODE_UNKNOWN"], ())


@pytest.mark.requirement("R180")
def test_mapping_is_shown_for_what_was_asked_and_for_what_is_held() -> None:
    assert told(["M07803"], [Qualification("M07803")]) == (["DISEASE_CODE_MAPPED"], ("M07801",))
    assert told(["M07801"], [Qualification("M07804")]) == (["DISEASE_CODE_MAPPED"], ("M07801",))
