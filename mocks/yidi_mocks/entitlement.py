"""The insured place's judgement: may this person settle directly here, for this care, on this day? Pure.

Filing (rules.md FI2 to FI10): same area = first two digits for municipalities and for 46, 54, 66, all six where digits
three and four are 90, else four. Temporary filings without an end last twelve months from 50, six from elsewhere. An
emergency counts as filed (R105). `EMERGENCY` is the hub's own wire value of otp_er_refl_flag; "0" is an ordinary visit.
"""

from calendar import monthrange
from collections.abc import Iterable
from typing import Any, cast

from yidi_mocks.refusals import Refusal
from yidi_mocks.registry import disease_names
from yidi_mocks.world import LONG_TERM, Care, Filing, Institution, Insurance, Person, Visit
from yidi_sdk.codes import Flag, MedType

EMERGENCY = "1"
ORDINARY = "0"
BY_PROVINCE = frozenset({"11", "12", "31", "50", "46", "54", "66"})
TERM_MONTHS = {"50": 12}
TERM_ELSEWHERE = 6
OUTPATIENT_KINDS = frozenset({MedType.OUTPATIENT, MedType.EMERGENCY, MedType.CHRONIC_OUTPATIENT})
EMERGENCY_KINDS = frozenset({MedType.EMERGENCY, MedType.EMERGENCY_INPATIENT})
# ordinary, trauma, elsewhere, from the emergency room, one disease, day surgery, childbirth: code table med_type
STAY_KINDS = frozenset({MedType.INPATIENT, "22", "23", MedType.EMERGENCY_INPATIENT, "26", "28", "52"})
SERVICE_LABELS = {"outpatient": "门诊", "chronic": "门诊慢特病", "inpatient": "住院", "pharmacy": "药店购药"}
# 医保办函〔2021〕4号, remark: related therapies go under these two
NATIONAL = {"M00501": "M00500", "M00503": "M00500", "M00599": "M00500", "M07803": "M07801", "M07804": "M07801"}
NOT_OPEN = {
    "not_connected": "institution_not_connected",
    "testing": "institution_testing",
    "suspended": "institution_suspended",
}
"""States of an institution other than open, and why it is refused."""
SETTLED_MONTHS = {"33": 6, "51": 3}
"""Months in which a long-stay filing may be neither changed nor cancelled, where the insured place has set any: at most
six (医保发〔2022〕22号 二(三)); 重庆 has none."""
GROUPS = {"referral": "referral", "emergency": "emergency", "temporary_other": "other"}


def is_local(insurance: Insurance, institution: Institution) -> bool:
    """Whether insured place and hospital are in one province."""
    return insurance.division[:2] == institution.division[:2]


def same_area(filed: str, division: str) -> bool:
    """Whether a filing to `filed` covers a hospital in `division`."""
    if filed[:2] in BY_PROVINCE:
        return filed[:2] == division[:2]
    digits = 6 if "90" in (filed[2:4], division[2:4]) else 4
    return filed[:digits] == division[:digits]


def last_day(filing: Filing, insured_division: str) -> str | None:
    """The last day a filing covers, None for no end. A cancelled one ends the day before."""
    if filing.end is not None:
        return filing.end
    if filing.kind in LONG_TERM:
        return None
    return months_later(filing.begin, TERM_MONTHS.get(insured_division[:2], TERM_ELSEWHERE))


def changeable_from(filing: Filing, insured_division: str) -> str:
    """The first day on which a filing may be changed or cancelled, as the insured place has set for long stays."""
    months = SETTLED_MONTHS.get(insured_division[:2], 0) if filing.kind in LONG_TERM else 0
    return months_later(filing.begin, months)


def demand_changeable(filing: Filing, insured_division: str, today: str) -> None:
    """Refuse to change or cancel a filing too early. One that has not begun yet may be taken back."""
    begin = changeable_from(filing, insured_division)
    if filing.begin <= today < begin:
        raise Refusal("filing_settled", begin=begin)


def months_later(day: str, months: int) -> str:
    """The same day number so many months later, or the last day of a shorter month."""
    year, month = divmod(int(day[:4]) * 12 + int(day[5:7]) - 1 + months, 12)
    number = min(int(day[8:]), monthrange(year, month + 1)[1])
    return f"{year:04d}-{month + 1:02d}-{number:02d}"


def objection(filing: Filing, insurance: Insurance, institution: Institution, day: str) -> Refusal | None:
    """Why a filing does not cover this hospital on this day, None when it does."""
    if not same_area(filing.area, institution.division):
        return Refusal("filing_other_area", area=filing.area)
    if filing.state == "pending":
        return Refusal("filing_pending")
    if filing.begin > day:
        return Refusal("filing_not_begun", begin=filing.begin)
    if (filing.cancelled_on and filing.cancelled_on <= day) or (
        filing.state == "cancelled" and not filing.cancelled_on
    ):
        return Refusal("filing_cancelled", on=filing.cancelled_on or "")
    end = last_day(filing, insurance.division)
    if end is not None and end < day:
        return Refusal("filing_expired", end=end)
    return None


NEAREST = ("filing_pending", "filing_not_begun", "filing_expired", "filing_cancelled", "filing_other_area", "not_filed")


def filings_of(person: Person, insurance: Insurance) -> list[Filing]:
    """The filings made for one insurance; one that names no insured division counts for all."""
    return [f for f in person.filings if f.insured_division in (None, insurance.division)]


def filing_in_force(person: Person, insurance: Insurance, institution: Institution, day: str) -> Filing | Refusal:
    """The filing that covers the visit, or the objection nearest to success."""
    objections: list[Refusal] = []
    for filing in filings_of(person, insurance):
        found = objection(filing, insurance, institution, day)
        if found is None:
            return filing
        objections.append(found)
    if not objections:
        return Refusal("not_filed", area=institution.division)
    return min(objections, key=lambda refusal: NEAREST.index(refusal.cause))


def is_emergency(encounter: dict[str, Any], lines: Iterable[dict[str, Any]] = ()) -> bool:
    """Emergency by the encounter's flags or kind of care, or by er_flag in an extension of it or of its lines."""
    if encounter["med_type"] in EMERGENCY_KINDS:
        return True
    if encounter.get("otp_er_refl_flag") == EMERGENCY or encounter.get("ipt_type") == EMERGENCY:
        return True
    if encounter.get("er_flag") == Flag.YES:
        return True
    return any(_er_flag(row.get("exp_content")) for row in (encounter, *lines))


def _er_flag(extension: Any) -> bool:
    return isinstance(extension, dict) and cast("dict[str, Any]", extension).get("er_flag") == Flag.YES


def demand_home_benefit(person: Person, insurance: Insurance, day: str) -> None:
    """Refuse care at home while a long stay elsewhere rests on a promise whose papers are open (22号 二(五))."""
    for filing in filings_of(person, insurance):
        waits = filing.kind in LONG_TERM and filing.promise_papers_open and filing.state == "active"
        over = any(last is not None and last < day for last in (filing.end, filing.cancelled_on))
        if waits and filing.begin <= day and not over:
            raise Refusal("promise_papers_open", area=filing.area)


def group_of(person: Person, insurance: Insurance, institution: Institution, day: str, *, emergency: bool) -> str:
    """The group whose ratio applies: local, long_term, referral, emergency, other. Raises Refusal when not filed."""
    if is_local(insurance, institution):
        demand_home_benefit(person, insurance, day)
        return "local"
    found = filing_in_force(person, insurance, institution, day)
    if isinstance(found, Filing):
        return _group(found)
    if emergency:
        return "emergency"
    raise found


def _group(filing: Filing) -> str:
    return "long_term" if filing.kind in LONG_TERM else GROUPS[filing.kind]


def group_at_admission(person: Person, insurance: Insurance, institution: Institution, day: str) -> str | None:
    """The group of the filing in force on the admission day, None where there is none. It is kept with the stay: what
    becomes of the filing later does not matter (G10; FI15)."""
    found = filing_in_force(person, insurance, institution, day)
    return _group(found) if isinstance(found, Filing) else None


def stay_group_of(visit: Visit, today: str, *, emergency: bool) -> str:
    """As `group_of`, for the settlement of a stay: in force on the admission day or today (FI14, FI16, FI17)."""
    if is_local(visit.insurance, visit.institution):
        demand_home_benefit(visit.person, visit.insurance, visit.begun[:10])
        return "local"
    if visit.stay is not None and visit.stay.group is not None:
        return visit.stay.group
    days = (visit.begun[:10], today)
    found = [filing_in_force(visit.person, visit.insurance, visit.institution, day) for day in days]
    filing = next((one for one in found if isinstance(one, Filing)), None)
    if filing is not None:
        return _group(filing)
    if emergency:
        return "emergency"
    raise min((one for one in found if isinstance(one, Refusal)), key=lambda refusal: NEAREST.index(refusal.cause))


def demand_enrolment(insurance: Insurance, day: str) -> None:
    """Refuse a paused insurance."""
    if insurance.status not in ("1", "") or (insurance.paused_from and insurance.paused_from <= day):
        raise Refusal("enrolment_paused", value=insurance.insutype)


def service_of(care: Care, med_type: str) -> str:
    """The service of an institution that care needs."""
    if care is Care.OUTPATIENT or care is Care.COMBINED:
        return "chronic" if med_type == MedType.CHRONIC_OUTPATIENT else "outpatient"
    return "inpatient" if care is Care.STAY else "pharmacy"


def demand_open(institution: Institution) -> None:
    """Refuse an institution that does not settle directly: not connected, being tested, suspended."""
    if institution.status in NOT_OPEN:
        raise Refusal(NOT_OPEN[institution.status])


def demand_institution(institution: Institution, service: str, disease: str = "") -> None:
    """Refuse an institution that is not open, a service or a disease that is not open there."""
    demand_open(institution)
    if service not in institution.services:
        raise Refusal("service_closed", value=SERVICE_LABELS[service])
    if disease and disease not in institution.open_diseases:
        raise Refusal("disease_closed", value=disease)


def diseases_of(person: Person, day: str) -> set[str]:
    """The national diseases that the person is qualified for on the day."""
    rows = person.qualifications
    return {NATIONAL.get(q.code, q.code) for q in rows if q.begin <= day and (q.end is None or day <= q.end)}


def demand_qualification(person: Person, disease: str, day: str) -> None:
    """Refuse chronic care without a qualification in force on the day."""
    rows = [row for row in person.qualifications if NATIONAL.get(row.code, row.code) == disease]
    if not rows:
        raise Refusal("disease_unqualified", value=disease)
    if any(row.begin <= day and (row.end is None or day <= row.end) for row in rows):
        return
    raise Refusal("disease_not_begun" if all(row.begin > day for row in rows) else "disease_expired", value=disease)


def demand_known_disease(med_type: str, disease: str) -> None:
    """Refuse chronic care without a known national code, and a code in other care."""
    if med_type == MedType.CHRONIC_OUTPATIENT:
        if not disease:
            raise Refusal("disease_missing")
        if disease not in disease_names():
            raise Refusal("disease_unknown", value=disease)
    elif disease:
        raise Refusal("disease_not_chronic")


def demand_benefit(person: Person, encounter: dict[str, Any]) -> None:
    """Refuse suspended benefits and a liable third party."""
    if person.benefit != "enjoyed":
        raise Refusal("benefit_suspended")
    if encounter.get("trum_flag") == Flag.YES and encounter.get("rel_ttp_flag") == Flag.YES:
        raise Refusal("third_party")


def demand_person(person: Person, institution: Institution, encounter: dict[str, Any]) -> None:
    """Refuse suspended benefits, a person in hospital, a liable third party, a hospital that was not chosen."""
    demand_benefit(person, encounter)
    if person.in_hospital:
        raise Refusal("in_stay")
    if person.designated is not None and institution.code not in person.designated:
        raise Refusal("not_designated")
