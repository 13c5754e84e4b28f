"""Identity: cleaning, the check digit, names, and the choice among several insurances."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk.rules.areas import same_pool
from yidi_sdk.rules.filing import Filing
from yidi_sdk.rules.identity import (
    Credential,
    HisRecord,
    Insurance,
    InsuranceChoice,
    Person,
    check_credential,
    check_digit,
    choose_insurance,
    identify,
    same_id,
    same_name,
)
from yidi_sdk.rules.reasons import Code, Reason

ON = date(2026, 11, 21)
HERE = "500103"
CHARACTERS = "0123456789X"

first_seventeen = st.builds(
    lambda area, born, serial: f"{area:06d}{born:%Y%m%d}{serial:03d}",
    st.integers(110000, 659999),
    st.dates(date(1900, 1, 1), ON),
    st.integers(0, 999),
)


def shown(value: str) -> Credential | Reason:
    return check_credential(Credential("id_card", value), ON)


@pytest.mark.requirement("R040")
@given(first_seventeen)
def test_exactly_one_check_character_passes(digits: str) -> None:
    passing = [last for last in CHARACTERS if isinstance(shown(digits + last), Credential)]
    assert passing == [check_digit(digits)]


@given(first_seventeen)
def test_check_digit_is_iso_7064_mod_11_2(digits: str) -> None:
    # the pure recursive definition of the standard: P = (P + a) * 2 mod 11, the whole is 1
    rest = 0
    for digit in digits:
        rest = (rest + int(digit)) * 2 % 11
    assert (rest + CHARACTERS.index(check_digit(digits))) % 11 == 1


@given(first_seventeen, st.data())
def test_two_neighbours_swapped_are_noticed(digits: str, data: st.DataObject) -> None:
    whole = digits + check_digit(digits)
    place = data.draw(st.integers(0, 15))
    swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assert swapped == whole or isinstance(shown(swapped), Reason)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("530102198803150001", None),
        (" 5301 0219 8803 1500 01 ", None),
        ("５３２９０１１９５１０５０７０００ｘ", None),
        ("530102880315000", Code.CREDENTIAL_FORMAT),
        ("510104196202290009", Code.CREDENTIAL_FORMAT),
        ("53010219880315000A", Code.CREDENTIAL_FORMAT),
        ("", Code.CREDENTIAL_FORMAT),
        ("530102198803150002", Code.ID_CHECK_DIGIT),
    ],
)
def test_id_numbers(value: str, code: Code | None) -> None:
    found = shown(value)
    assert (found.code if isinstance(found, Reason) else None) == code


def test_born_tomorrow_is_impossible() -> None:
    digits = f"530102{ON + timedelta(days=1):%Y%m%d}000"
    assert shown(digits + check_digit(digits)) == Reason(Code.CREDENTIAL_FORMAT, detail="value")


@pytest.mark.requirement("R025", "R039")
def test_other_credentials() -> None:
    token = Credential("e_credential", " xYz-123 ")
    assert check_credential(token, ON) == Credential("e_credential", "xYz-123")
    social = Credential("social_card", "A1234567X")
    assert check_credential(social, ON) == Reason(Code.CREDENTIAL_FORMAT, detail="card_sn")
    assert isinstance(check_credential(Credential("social_card", "A1234567X", "00012"), ON), Credential)
    assert isinstance(check_credential(Credential("e_credential", "1" * 51), ON), Reason)
    assert isinstance(check_credential(Credential("passport", "1"), ON), Reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("阿依·测试", "阿依•测试", True),
        ("阿依．测试", "阿依 · 测试", True),
        ("阿依・测试", "阿依.测试", True),
        ("Ｌｉ Ｍｉｎｇ", "liming", True),
        ("𠮷田", "吉田", False),
        ("测试甲", "测试乙", False),
    ],
)
def test_names(a: str, b: str, same: bool) -> None:
    assert same_name(a, b) is same


def test_numbers_are_compared_cleaned() -> None:
    assert same_id("53290119510507000x", "５３２９０１１９５１０５０７０００Ｘ")


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("500103", "500112", True),
        ("110101", "110000", True),
        ("460100", "460200", True),
        ("530102", "530100", True),
        ("530100", "530300", False),
        ("660000", "650000", False),
    ],
)
def test_pools(a: str, b: str, same: bool) -> None:
    assert same_pool(a, b) is same


def row(insutype: str = "310", division: str = "530100", status: str | None = "1", **more: date) -> Insurance:
    return Insurance(insutype, division, status, **more)


RESIDENT = row("390")
EMPLOYEE = row("310")
ELSEWHERE = row("310", "330100")


@pytest.mark.parametrize(
    ("rows", "choice", "chosen", "codes"),
    [
        pytest.param([], None, None, [Code.NO_INSURANCE], id="ID12"),
        pytest.param([row("340"), row("510")], None, None, [Code.INSURANCE_KIND_NOT_COVERED], id="IN1"),
        pytest.param([row(status="2")], None, None, [Code.ENROLMENT_PAUSED], id="IN2-status"),
        pytest.param([row(paused_from=ON)], None, None, [Code.ENROLMENT_PAUSED], id="IN2-today"),
        pytest.param(
            [row(paused_from=ON + timedelta(days=1))],
            None,
            row(paused_from=ON + timedelta(days=1)),
            [],
            id="IN2-tomorrow",
        ),
        pytest.param([row(status=None)], None, row(status=None), [Code.ENROLMENT_UNCONFIRMED], id="IN2-blank"),
        pytest.param([EMPLOYEE, RESIDENT], InsuranceChoice("390"), RESIDENT, [], id="IN3"),
        pytest.param([EMPLOYEE], InsuranceChoice("390"), None, [Code.INSURANCE_CHOICE_NEEDED], id="IN3-not-active"),
        pytest.param(
            [EMPLOYEE, ELSEWHERE], InsuranceChoice("310"), None, [Code.INSURANCE_CHOICE_NEEDED], id="IN3-not-one"
        ),
        pytest.param([EMPLOYEE, ELSEWHERE], InsuranceChoice("310", "330100"), ELSEWHERE, [], id="IN3-division"),
        pytest.param([EMPLOYEE], None, EMPLOYEE, [], id="IN4"),
        pytest.param([RESIDENT, EMPLOYEE], None, EMPLOYEE, [], id="IN5"),
        pytest.param(
            [row(since=date(2019, 1, 1)), row(since=date(2024, 1, 1))],
            None,
            row(since=date(2024, 1, 1)),
            [],
            id="IN5-later",
        ),
        pytest.param([ELSEWHERE, row("390", "500112")], None, row("390", "500112"), [], id="IN6-local"),
        pytest.param([ELSEWHERE, RESIDENT], None, None, [Code.INSURANCE_CHOICE_NEEDED], id="IN7"),
    ],
)
def test_which_insurance(
    rows: list[Insurance], choice: InsuranceChoice | None, chosen: Insurance | None, codes: list[Code]
) -> None:
    found = choose_insurance(rows, ON, HERE, choice=choice)
    assert (found.insurance, [r.code for r in found.reasons]) == (chosen, codes)


def test_a_filing_says_which_insurance_is_used_here() -> None:
    filed = Filing("long_resident", "500000", date(2025, 1, 1), insured_division="530100")
    assert choose_insurance([ELSEWHERE, RESIDENT], ON, HERE, filings=[filed]).insurance == RESIDENT
    nobody_knows_whose = Filing("long_resident", "500000", date(2025, 1, 1))
    assert choose_insurance([ELSEWHERE, RESIDENT], ON, HERE, filings=[nobody_knows_whose]).insurance is None


PERSON = Person("1", "测试甲", "530102198803150001", (EMPLOYEE,))


@pytest.mark.requirement("R087")
def test_what_identify_says() -> None:
    assert identify(None, None, ON, HERE).outcome == "not_direct"
    known = identify(PERSON, HisRecord("测试甲", "530102198803150001", "530102"), ON, HERE)
    assert (known.outcome, known.cross_province, known.name_compared, known.rekey) == ("known", True, True, False)
    assert identify(PERSON, None, ON, HERE).name_compared is False
    other = identify(PERSON, HisRecord("测试乙", "530102198803150001"), ON, HERE)
    assert [r.code for r in other.reasons] == [Code.IDENTITY_MISMATCH]
    local = identify(Person("1", "测试甲", "", (row("310", "500112"),)), None, ON, HERE)
    assert [r.code for r in local.reasons] == [Code.LOCAL_PATIENT]


@pytest.mark.requirement("R059")
def test_a_changed_division_is_asked_about_and_rekeyed_in_an_open_visit() -> None:
    his = HisRecord(insured_division="530300")
    asked = identify(PERSON, his, ON, HERE)
    assert (asked.outcome, [r.code for r in asked.reasons]) == ("direct_after", [Code.INSURED_DIVISION_CHANGED])
    going_on = identify(PERSON, his, ON, HERE, visit_open=True)
    assert (going_on.outcome, going_on.rekey) == ("known", True)
