"""Filings that an institution makes for a person: referrals, chronic diseases, chosen institutions.

A filing begins on the day it is made at the earliest. A late one therefore begins after the care it is for, and counts
where the settlement day decides (rules.md FI14, FI16). One with purpose 06, 07 or 08 is a filing for care elsewhere.
The hub knows the hospitals of its own places; a code of anywhere else is taken as it stands.
"""

import re
from typing import Any

from yidi_mocks import entitlement, filing_desk
from yidi_mocks.answers.people import insurance_of
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.labels import Message, demand, label_of, wrong
from yidi_mocks.refusals import Refusal
from yidi_mocks.registers import CHOSEN, Filed
from yidi_mocks.registry import disease_names
from yidi_mocks.world import Filing, Insurance, Person, Qualification, kept
from yidi_sdk.codes import CODE_SETS, Flag
from yidi_sdk.transactions import (
    FileChronicDisease,
    FileDesignatedInstitution,
    FileReferral,
    FileReferralA,
)

REFERRAL, DISEASE, INSTITUTION = "referral", "disease", "institution"
ELSEWHERE = {"06": "referral", "07": "emergency", "08": "resettled_retiree"}  # biz_appy_type of the out-of-area kinds
IN_CITY, IN_PROVINCE, BEYOND = "1", "2", "3"  # refl_type
CODE = re.compile(r"[HP](\d{6})\d{5}", re.ASCII)
AS_BEFORE = ("reflin_medins_no", "mdtrtarea_admdvs", "refl_type")
TOLD = (
    "tel",
    "addr",
    "diag_code",
    "diag_name",
    "dise_cond_dscr",
    "reflin_medins_no",
    "reflin_medins_name",
    "mdtrtarea_admdvs",
    "refl_type",
    "refl_date",
    "refl_rea",
    "hosp_agre_refl_flag",
    "fix_srt_no",
    "fixmedins_code",
    "biz_appy_type",
    "memo",
)


@answers(FileReferral)
def file_referral(hub: Exchange, call: Call) -> dict[str, Any]:
    """A filing of kind referral, or the request for one where the hub is told to take its time."""
    return _refer(hub, call, FileReferral, call.data)


@answers(FileReferralA)
def file_referral_a(hub: Exchange, call: Call) -> dict[str, Any]:
    """The same; what this variant may leave out is asked for here where the filing needs it. For an illness that the
    person was referred for before, what was told then need not be told again (22号 三(二))."""
    data = _as_before(hub, call)
    demand(FileReferralA, data, *AS_BEFORE, "refl_date")
    earlier = data.get("refl_old_mdtrt_id")
    if earlier:
        visit = hub.world.visits.get(earlier)
        if visit is None or visit.person is not call.who():
            raise wrong(FileReferralA, "refl_old_mdtrt_id", "没有该人员的这次就诊")
    return _refer(hub, call, FileReferralA, data)


@answers(FileChronicDisease)
def file_disease(hub: Exchange, call: Call) -> dict[str, Any]:
    """A qualification more, from its first day on."""
    person, data, message = call.who(), call.data, FileChronicDisease
    insurance = insurance_of(person, data["insutype"], call)
    entitlement.demand_enrolment(insurance, hub.clock.today())
    _demand_home(message, data, insurance)
    code = data["opsp_dise_code"]
    names = {**CODE_SETS["opsp_dise_code"].values, **disease_names()}
    if code not in names and code not in entitlement.NATIONAL:
        raise wrong(message, "opsp_dise_code", f"病种目录中没有{code}")
    _place_of(hub, message, "ide_fixmedins_no", data["ide_fixmedins_no"])
    begin, end = _term(hub, message, data, data["begndate"])
    if data["hosp_ide_date"] > hub.clock.today():
        raise wrong(message, "hosp_ide_date", "不能晚于今天")
    national = entitlement.NATIONAL.get(code, code)
    held = (q for q in person.qualifications if entitlement.NATIONAL.get(q.code, q.code) == national)
    if any((q.end is None or begin <= q.end) and (end is None or q.begin <= end) for q in held):
        raise _repeated(message, "opsp_dise_code", code)
    qualification = Qualification(code, names.get(code) or data["opsp_dise_name"], begin, end)
    person.qualifications.append(qualification)
    return _number(_keep(hub, call, DISEASE, insurance, begin, end, qualification=qualification))


@answers(FileDesignatedInstitution)
def file_institution(hub: Exchange, call: Call) -> dict[str, Any]:
    """An institution for a purpose. Chosen for care (03) it may be gone to; 06, 07 and 08 are filings for elsewhere."""
    person, data, message = call.who(), call.data, FileDesignatedInstitution
    insurance = _insurance_here(person, call)
    entitlement.demand_enrolment(insurance, hub.clock.today())
    purpose, code = data["biz_appy_type"], data["fixmedins_code"]
    if purpose not in CODE_SETS["biz_appy_type"].values:
        raise wrong(message, "biz_appy_type", f"字典中没有{purpose}")
    if not data["fix_srt_no"].isdigit():
        raise wrong(message, "fix_srt_no", "应为数字")
    if any(data.get(name) for name in ("agnter_name", "agnter_certno", "agnter_cert_type")):
        demand(message, data, "agnter_name", "agnter_cert_type", "agnter_certno")
    division = _place_of(hub, message, "fixmedins_code", code)
    begin, end = _term(hub, message, data, data["begndate"])
    for filed in hub.world.registers.standing(person, INSTITUTION):
        if filed.purpose == purpose and filed.meets(begin, end):
            if filed.given["fixmedins_code"] == code:
                raise _repeated(message, "fixmedins_code", code)
            if filed.given["fix_srt_no"] == data["fix_srt_no"]:
                raise _repeated(message, "fix_srt_no", data["fix_srt_no"])
    if purpose == CHOSEN and code in (person.designated or ()):
        raise _repeated(message, "fixmedins_code", code)
    filing = None
    if purpose in ELSEWHERE:
        filing = _filing(hub, person, insurance, ELSEWHERE[purpose], division, begin, end, message, "biz_appy_type")
    chosen = code if purpose == CHOSEN else None
    return _number(_keep(hub, call, INSTITUTION, insurance, begin, end, filing=filing, chosen=chosen))


def _as_before(hub: Exchange, call: Call) -> dict[str, Any]:
    """What is told, completed by the last referral of the person for the same illness."""
    told, code = call.data, str(call.data.get("diag_code") or "")[: filing_desk.SAME_ILLNESS]
    before = [
        filed.given
        for filed in hub.world.registers.of_person.get(call.who().number, ())
        if filed.kind == REFERRAL and code and filed.given.get("diag_code", "")[: filing_desk.SAME_ILLNESS] == code
    ]
    if not before:
        return told
    known = {name: before[-1].get(name) for name in (*AS_BEFORE, "reflin_medins_name")}
    said = {name: value for name, value in told.items() if value not in (None, "")}
    return {**told, **known, "refl_date": hub.clock.today(), **said}


def _refer(hub: Exchange, call: Call, message: Message, data: dict[str, Any]) -> dict[str, Any]:
    person, hospital = call.who(), call.hospital()
    insurance = insurance_of(person, data["insutype"], call) if data.get("insutype") else _insurance_here(person, call)
    entitlement.demand_enrolment(insurance, hub.clock.today())
    _demand_home(message, data, insurance)
    if data.get("hosp_agre_refl_flag") == Flag.NO:
        raise wrong(message, "hosp_agre_refl_flag", "医院未同意转院，不能备案")
    receiver, area = data["reflin_medins_no"], data["mdtrtarea_admdvs"]
    if receiver == hospital.code:
        raise wrong(message, "reflin_medins_no", "不能转往本机构")
    if not entitlement.same_area(area, _place_of(hub, message, "reflin_medins_no", receiver)):
        raise wrong(message, "mdtrtarea_admdvs", "与转往定点医药机构所在地不符")
    if data["refl_type"] not in {_reach(hospital.division, area), _reach(insurance.division, area)}:
        raise wrong(message, "refl_type", f"与就医地{area}不符")
    begin, end = _term(hub, message, data, data.get("begndate") or max(data["refl_date"], hub.clock.today()))
    if data["refl_date"] > begin:
        raise wrong(message, "refl_date", "不能晚于备案开始日期")
    filing = _filing(hub, person, insurance, "referral", area, begin, end, message, "mdtrtarea_admdvs")
    filing.illness = data.get("diag_code") or ""
    return _number(_keep(hub, call, REFERRAL, insurance, begin, end, filing=filing, told=data))


def _filing(
    hub: Exchange,
    person: Person,
    insurance: Insurance,
    kind: str,
    area: str,
    begin: str,
    end: str | None,
    message: Message,
    name: str,
) -> Filing:
    """The row entitlement reads. Refuses a second one of the kind for the same area and days, naming field `name`."""
    for filing in entitlement.filings_of(person, insurance):
        over = filing.state == "cancelled" or (filing.cancelled_on is not None and filing.cancelled_on <= begin)
        last = entitlement.last_day(filing, insurance.division)
        apart = (last is not None and last < begin) or (end is not None and end < filing.begin)
        if filing.kind == kind and entitlement.same_area(filing.area, area) and not over and not apart:
            raise _repeated(message, name, area)
    state = "active" if hub.capabilities.filing_delay_s is None else "pending"
    filing = Filing(kind, area, begin, end, state, insured_division=insurance.division)
    person.filings.append(filing)
    return filing


def _keep(
    hub: Exchange,
    call: Call,
    kind: str,
    insurance: Insurance,
    begin: str,
    end: str | None,
    *,
    filing: Filing | None = None,
    qualification: Qualification | None = None,
    chosen: str | None = None,
    told: dict[str, Any] | None = None,
) -> Filed:
    person, delay = call.who(), hub.capabilities.filing_delay_s
    filed = Filed(
        number=hub.next_id(insurance.division),
        kind=kind,
        person=person,
        insurance=insurance,
        by=call.hospital(),
        begin=begin,
        end=end,
        given={
            **kept(told or call.data, TOLD),
            "opter": call.envelope["opter"],
            "opter_name": call.envelope["opter_name"],
        },
        purpose=call.data.get("biz_appy_type") or "",
        due=None if delay is None or filing is None else hub.clock.seconds() + delay,
        filing=filing,
        qualification=qualification,
        chosen=chosen,
    )
    hub.world.registers.add(filed)
    hub.world.registers.bring_about(person, hub.clock.today(), hub.clock.seconds())
    return filed


def _term(hub: Exchange, message: Message, data: dict[str, Any], begin: str) -> tuple[str, str | None]:
    end = data.get("enddate") or None
    if begin < hub.clock.today():
        raise wrong(message, "begndate", f"备案自办理之日起生效，不能早于{hub.clock.today()}")
    if end is not None and end < begin:
        raise wrong(message, "enddate", "不能早于开始日期")
    return begin, end


def _place_of(hub: Exchange, message: Message, name: str, code: str) -> str:
    """The division of an institution. One of a province whose institutions the hub knows must be among them."""
    known = hub.world.institutions.get(code)
    if known is not None:
        return known.division
    found = CODE.fullmatch(code)
    if found is None:
        raise wrong(message, name, "应为H或P加11位数字")
    if any(institution.division[:2] == found[1][:2] for institution in hub.world.institutions.values()):
        raise wrong(message, name, f"医药机构目录中没有{code}")
    return found[1]


def _reach(division: str, area: str) -> str:
    if entitlement.same_area(area, division):
        return IN_CITY
    return IN_PROVINCE if division[:2] == area[:2] else BEYOND


def _demand_home(message: Message, data: dict[str, Any], insurance: Insurance) -> None:
    if data.get("insu_optins") and data["insu_optins"] != insurance.division:
        raise wrong(message, "insu_optins", f"与参保地{insurance.division}不符")


def _insurance_here(person: Person, call: Call) -> Insurance:
    """The first insurance in the division that the envelope names; that there is one was asked before."""
    division = call.envelope.get("insuplc_admdvs")
    found = next((insurance for insurance in person.insurances if insurance.division == division), None)
    if found is None:
        raise Refusal("insuplc_wrong")
    return found


def _repeated(message: Message, name: str, value: str) -> Refusal:
    return Refusal("filing_repeated", label=label_of(message, name), name=name, value=value)


def _number(filed: Filed) -> dict[str, Any]:
    return {"result": {"trt_dcla_detl_sn": filed.number}}
