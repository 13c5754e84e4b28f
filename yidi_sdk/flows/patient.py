"""Questions about a patient, and what the rules make of the answers: who it is, benefit, filings, qualifications.

A question that is not answered is `None`, never "no": unknown is not no.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, cast

from yidi_sdk.errors import Refused, YidiError
from yidi_sdk.explain.errors import match
from yidi_sdk.flows.driving import Flow, ask
from yidi_sdk.rules.chronic import Qualification
from yidi_sdk.rules.filing import LONG_TERM, TEMPORARY, Filing, FilingState
from yidi_sdk.rules.identity import CERT_TYPES, Credential, Insurance, Person
from yidi_sdk.rules.reasons import Code, Reason
from yidi_sdk.transactions import (
    CheckEntitlement,
    Entitlement,
    GetPerson,
    PersonInformation,
    Qualifications,
    QueryQualifications,
    QueryReferrals,
    Referrals,
)

Benefit = Literal["enjoyed", "suspended"]
NOBODY = (Code.PERSON_NOT_FOUND, Code.NO_INSURANCE)
"""What 1101 may refuse that is an answer about the person."""
ABOUT_THE_BENEFIT = (Code.BENEFIT_SUSPENDED,)
_LOOK_BACK = timedelta(days=3660)
_LOOK_AHEAD = timedelta(days=366)
_REFUSED_BENEFIT = "0"
_ABOUT_FILING = "99"
_IN_FORCE = re.compile(r"备案有效.*?就医地(?P<area>[0-9]{6})")
KINDS = {
    "异地安置退休人员": "resettled_retiree",
    "异地长期居住人员": "long_resident",
    "常驻异地工作人员": "posted_worker",
    "异地转诊人员": "referral",
    "异地急诊抢救人员": "emergency",
    "其他跨省临时外出就医人员": "temporary_other",
}
"""How the platform names the kinds of people who file."""


@dataclass(frozen=True, slots=True)
class Known:
    """1101: the person, or the reason why nobody can be told."""

    person: Person | None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Rights:
    """2001, 5304 and 5301. None: could not be asked or was not told."""

    benefit: Benefit | None = None
    filings: tuple[Filing, ...] | None = None
    qualifications: tuple[Qualification, ...] | None = ()
    refused: bool = False
    """The platform does not take this person number or insured place (any more): ask 1101 again (ID10)."""


@dataclass(frozen=True, slots=True)
class Told:
    """2001. `says`: in_force, none (not filed), other (some other objection), untold (a row without words), or ""."""

    benefit: Benefit | None = None
    says: str = ""
    filing: Filing | None = None


def who_is(credential: Credential) -> Flow[Known]:
    """1101. A refusal that says something about the person is an answer; every other error goes on."""
    try:
        found = yield from ask(
            GetPerson(
                mdtrt_cert_type=CERT_TYPES[credential.kind],
                mdtrt_cert_no=credential.value,
                card_sn=credential.card_sn,
            )
        )
    except Refused as refused:
        if refused.code not in NOBODY:
            raise
        return Known(None, Reason(Code(refused.code)))
    person = person_of(found)
    return Known(person, None if person.insurances else Reason(Code.NO_INSURANCE))


def filings_of(psn_no: str, on: date) -> Flow[Rights]:
    """5304; filings None where it does not answer."""
    try:
        found = yield from ask(
            QueryReferrals(
                psn_no=psn_no,
                begntime=f"{on - _LOOK_BACK:%Y-%m-%d}",
                endtime=f"{on + _LOOK_AHEAD:%Y-%m-%d} 23:59:59",
            )
        )
    except YidiError as error:
        return Rights(refused=isinstance(error, Refused))
    return Rights(filings=filings_in(found))


def benefit_of(psn_no: str, insutype: str, institution: str, med_type: str, on: date) -> Flow[Told]:
    """2001: the benefit, and what it says of the filing."""
    try:
        found = yield from ask(
            CheckEntitlement(
                psn_no=psn_no,
                insutype=insutype,
                fixmedins_code=institution,
                med_type=med_type,
                begntime=f"{on:%Y-%m-%d} 00:00:00",
            )
        )
    except Refused as refused:
        return Told("suspended" if refused.code in ABOUT_THE_BENEFIT else None)
    except YidiError:
        return Told()
    return Told(benefit_in(found), *filing_words(found))


def qualifications_of(psn_no: str) -> Flow[tuple[Qualification, ...] | None]:
    """5301, None where it does not answer; an empty tuple means that there is none (CH5)."""
    try:
        found = yield from ask(QueryQualifications(psn_no=psn_no))
    except YidiError:
        return None
    return qualifications_in(found)


def rights_of(psn_no: str, insutype: str, institution: str, med_type: str, on: date, *, chronic: bool) -> Flow[Rights]:
    """2001, 5304, and 5301 for chronic care; what does not answer is None."""
    told = yield from benefit_of(psn_no, insutype, institution, med_type, on)
    filed = yield from filings_of(psn_no, on)
    held: tuple[Qualification, ...] | None = ()
    if chronic:
        held = yield from qualifications_of(psn_no)
    return Rights(told.benefit, weighed(told, filed.filings), held, filed.refused)


def person_of(found: PersonInformation) -> Person:
    """The person of a 1101 answer."""
    base = found.baseinfo
    return Person(
        psn_no=base.psn_no,
        name=base.psn_name,
        id_number=base.certno,
        insurances=tuple(
            Insurance(
                insutype=row.insutype,
                division=row.insuplc_admdvs,
                status=row.psn_insu_stas,
                paused_from=day(row.paus_insu_date),
                since=day(row.psn_insu_date),
                psn_type=row.psn_type,
                balance=row.balc,
            )
            for row in found.insuinfo
        ),
        cert_type=base.psn_cert_type,
        sex=base.gend,
        age=None if base.age is None else str(base.age),
        birthday=day(base.brdy),
    )


def filings_in(found: Referrals) -> tuple[Filing, ...]:
    """The filings of a 5304 answer. One whose area or state is not told is `unseen`, never refused."""
    return tuple(_filing(row) for row in found.refmedin)


def _filing(row: Any) -> Filing:
    extra = extension(row.exp_content if hasattr(row, "exp_content") else None)
    kind = extra.get("filing_kind")
    area = extra.get("filing_area")
    state = extra.get("filing_state") or "active"
    begin, cancelled_on = day(row.begndate), day(extra.get("cancelled_on"))
    if state == "cancelled":
        state, cancelled_on = "active", cancelled_on or begin
    told = kind in LONG_TERM + TEMPORARY and bool(area) and state in ("active", "pending", "unseen")
    return Filing(
        kind=str(kind or "temporary_other"),
        area=str(area or ""),
        begin=begin,
        end=day(row.enddate),
        state=cast("FilingState", state) if told else "unseen",
        cancelled_on=cancelled_on,
        insured_division=extra.get("insured_division") or row.insu_optins or None,
        promise_papers_open=extra.get("promise_papers_open") in (True, "1", 1, "true"),
    )


def benefit_in(found: Entitlement) -> Benefit | None:
    """Suspended only where the platform's text says so: want of a filing or qualification is judged elsewhere."""
    if not found.trtinfo:
        return None
    refused = [row for row in found.trtinfo if row.trt_enjymnt_flag == _REFUSED_BENEFIT]
    for row in refused:
        about = match(row.trt_chk_rslt or "")
        if about is not None and about.code in ABOUT_THE_BENEFIT:
            return "suspended"
    return None if refused else "enjoyed"


def filing_words(found: Entitlement) -> tuple[str, Filing | None]:
    """What the row about the filing says in words (FI22)."""
    row = next((row for row in found.trtinfo if row.trt_chk_type == _ABOUT_FILING), None)
    if row is None:
        return "", None
    text = row.trt_chk_rslt or ""
    if not text.strip():
        return "untold", None
    area = _IN_FORCE.search(text)
    if area is None:
        about = match(text)
        return ("none" if about is not None and about.code == Code.NOT_FILED else "other"), None
    kind = next((kind for label, kind in KINDS.items() if label in text), "temporary_other")
    return "in_force", Filing(kind, area["area"], day(row.begndate), day(row.enddate))


def weighed(told: Told, filings: tuple[Filing, ...] | None) -> tuple[Filing, ...] | None:
    """2001 and 5304 together; 2001 wins. None: neither tells."""
    if told.says == "none":
        return ()
    if told.says == "in_force" and told.filing is not None:
        return filings or (told.filing,)
    if told.says == "untold" and not filings:
        return None
    return filings


def qualifications_in(found: Qualifications) -> tuple[Qualification, ...]:
    """The qualifications of a 5301 answer."""
    return tuple(
        Qualification(row.opsp_dise_code, row.opsp_dise_name or "", day(row.begndate), day(row.enddate))
        for row in found.feedetail
    )


def extension(content: Any) -> Mapping[str, Any]:
    """exp_content as it is seen on the wire: an object, JSON text, or nothing."""
    if isinstance(content, str) and content.strip().startswith("{"):
        try:
            content = json.loads(content)
        except ValueError:
            return {}
    return cast("Mapping[str, Any]", content) if isinstance(content, Mapping) else {}


def day(text: Any) -> date | None:
    """A day of the wire; blank or unreadable is None."""
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None
