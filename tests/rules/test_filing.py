"""Filing: terms, areas, days, and which of several filings is told."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk.rules.filing import (
    LONG_TERM,
    NEAREST,
    Filing,
    area_matches,
    judge,
    last_day,
    outpatient_objection,
    standing,
    term_end,
)
from yidi_sdk.rules.reasons import REASONS, Code
from yidi_sdk.rules.settings import RuleSettings

INSURED = "530100"
HERE = "500103"
ON = date(2026, 11, 21)
days = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@pytest.mark.requirement("R020", "R079")
@given(days, st.integers(1, 36))
def test_term_ends_on_the_same_day_number_or_the_last_of_the_month(begin: date, months: int) -> None:
    end = term_end(begin, months)
    assert (end.year * 12 + end.month) - (begin.year * 12 + begin.month) == months
    longest = calendar.monthrange(end.year, end.month)[1]
    assert end.day == begin.day or (end.day == longest < begin.day)


@given(days, st.integers(1, 24), st.integers(1, 24))
def test_longer_terms_and_later_begins_never_end_sooner(begin: date, months: int, more: int) -> None:
    assert term_end(begin, months) < term_end(begin, months + more)
    assert term_end(begin, months) <= term_end(begin + timedelta(days=1), months)


def test_term_end_examples() -> None:
    assert term_end(date(2025, 11, 21), 12) == date(2026, 11, 21)
    assert term_end(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert term_end(date(2026, 3, 31), 6) == date(2026, 9, 30)


@pytest.mark.requirement("R080")
@pytest.mark.parametrize(
    ("area", "division", "matches"),
    [
        ("500000", "500103", True),
        ("500103", "500112", True),
        ("110000", "110101", True),
        ("460100", "460200", True),
        ("540000", "540102", True),
        ("660000", "660100", True),
        ("660000", "650100", False),
        ("530100", "530102", True),
        ("530100", "530300", False),
        ("530000", "530100", False),
        ("429004", "429005", False),
        ("429004", "429004", True),
        ("420000", "429004", False),
    ],
)
def test_areas(area: str, division: str, matches: bool) -> None:
    assert area_matches(area, division) is matches


def test_whole_provinces_by_setting() -> None:
    assert area_matches("530000", "530100", RuleSettings(whole_province_filings=True))


@pytest.mark.parametrize("kind", LONG_TERM)
def test_long_term_has_no_end(kind: str) -> None:
    assert standing(Filing(kind, "500000", date(1999, 1, 1)), ON, INSURED, HERE) is None


def test_last_days() -> None:
    begin = date(2026, 1, 31)
    assert last_day(Filing("referral", "530100", begin), "500103").day == date(2027, 1, 31)
    lower_bound = last_day(Filing("referral", "500000", begin), "330100")
    assert (lower_bound.day, lower_bound.certain) == (date(2026, 7, 31), False)
    told = last_day(Filing("long_resident", "500000", begin, date(2026, 2, 1)), "330100")
    assert (told.day, told.certain) == (date(2026, 2, 1), False)


def filed(**more: object) -> Filing:
    told: dict[str, object] = {"kind": "temporary_other", "area": "500000", "begin": date(2026, 11, 1), "end": ON}
    return Filing(**{**told, **more})  # type: ignore[arg-type]


UNCONFIRMED = filed(state="unseen")
PENDING = filed(state="pending")
NOT_BEGUN = filed(begin=ON + timedelta(days=1), end=None)
EXPIRED = filed(end=ON - timedelta(days=1))
CANCELLED = filed(cancelled_on=ON)
ELSEWHERE = filed(area="530100", end=None)
RANKED = [UNCONFIRMED, PENDING, NOT_BEGUN, EXPIRED, CANCELLED, ELSEWHERE]


@pytest.mark.requirement("R041")
@pytest.mark.parametrize("place", range(len(RANKED)))
def test_the_filing_nearest_to_success_is_told(place: int) -> None:
    found = judge(RANKED[place:][::-1], ON, INSURED, HERE)
    assert [r.code for r in found.reasons] == [NEAREST[place]]
    assert found.used == RANKED[place]


def test_nearest_is_the_order_of_the_reason_table() -> None:
    assert list(NEAREST) == [code for code in REASONS if code in NEAREST]


def test_no_filing_and_no_answer_differ() -> None:
    assert [r.code for r in judge([], ON, INSURED, HERE).reasons] == [Code.NOT_FILED]
    assert [r.code for r in judge(None, ON, INSURED, HERE).reasons] == [Code.FILING_UNCONFIRMED]


def test_one_in_force_suffices() -> None:
    found = judge([*RANKED, filed(promise_papers_open=True)], ON, INSURED, HERE)
    assert [r.code for r in found.reasons] == [Code.PROMISE_PAPERS_OPEN]


def test_cancelled_counts_up_to_the_day_before() -> None:
    assert standing(filed(cancelled_on=ON + timedelta(days=1)), ON, INSURED, HERE) is None
    assert standing(CANCELLED, ON, INSURED, HERE) is Code.FILING_CANCELLED


def test_somebody_elses_insurance_does_not_count() -> None:
    assert [r.code for r in judge([filed(insured_division="330100")], ON, INSURED, HERE).reasons] == [Code.NOT_FILED]


@pytest.mark.requirement("R077", "R105")
@pytest.mark.parametrize("filings", [None, [], RANKED, [EXPIRED]])
def test_an_emergency_counts_as_filed(filings: list[Filing] | None) -> None:
    found = judge(filings, ON, INSURED, HERE, emergency=True)
    assert [r.code for r in found.reasons] == [Code.EMERGENCY_DEEMED_FILED]
    unwilling = RuleSettings(emergency_not_deemed_areas=("53",))
    assert Code.EMERGENCY_DEEMED_FILED not in [
        r.code for r in judge(filings, ON, INSURED, HERE, unwilling, emergency=True).reasons
    ]


def test_a_filing_in_force_is_used_in_an_emergency_too() -> None:
    assert judge([filed()], ON, INSURED, HERE, emergency=True) == judge([filed()], ON, INSURED, HERE)


stays = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 60), st.integers(0, 60))


@pytest.mark.requirement("R081", "R030")
@given(stays)
def test_a_stay_is_filed_on_its_admission_or_on_its_settlement_day(numbers: tuple[int, int, int, int]) -> None:
    first = date(2026, 10, 1)
    admitted, length, begin, lasts = numbers
    admission = first + timedelta(days=admitted)
    settlement = admission + timedelta(days=length)
    filing = filed(begin=first + timedelta(days=begin), end=first + timedelta(days=begin + lasts))
    codes = [r.code for r in judge([filing], settlement, INSURED, HERE, admitted_on=admission).reasons]
    assert filing.begin
    assert filing.end
    at_admission = filing.begin <= admission <= filing.end
    at_settlement = filing.begin <= settlement <= filing.end
    if at_admission and at_settlement:
        assert codes == []
    elif at_admission:
        assert codes == [Code.FILING_ENDED_DURING_STAY]
    elif at_settlement:
        assert codes == [Code.FILED_LATE]
    else:
        assert codes in ([Code.FILING_EXPIRED], [Code.FILING_NOT_BEGUN])


def test_the_outpatient_choice() -> None:
    settings = RuleSettings(outpatient_choice={"53": "any", "5301": "designated"})
    assert outpatient_objection(["H1"], "H2", INSURED, settings)
    assert outpatient_objection(["H2"], "H2", INSURED, settings) is None
    assert outpatient_objection(None, "H2", INSURED, settings) is None
    assert outpatient_objection(["H1"], "H2", "530300", settings) is None
