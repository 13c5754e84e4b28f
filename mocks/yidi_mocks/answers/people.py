"""Who the person is, what benefit is enjoyed, which filings and qualifications there are.

5304 rows: `out_flag` "1" beyond the insured province, `begndate` and `enddate` as recorded, `reflin_medins_name` the
institution's or the area's, and in `exp_content` an object: `filing_kind` (one of the six of `world.FILING_KINDS`),
`filing_area`, `filing_state` (active, pending, cancelled), `cancelled_on` (day or null), `promise_papers_open` (bool),
`filing_number` (null for one that no institution made), `form` (the fields of 规程 附件1, null where there is none).

2001 answers one row for the basic fund, and for people from another province one row of trt_chk_type 99 whose
`trt_chk_rslt` tells the filing in words. That row never has flag 0, so that `trt_enjymnt_flag` 0 always means a
suspended benefit. Of somebody in hospital the first row says so in words, and 1101 in `exp_content` (`inhosp_stas` 1).
"""

import unicodedata
from typing import Any

from yidi_mocks import entitlement
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.labels import missing
from yidi_mocks.refusals import Refusal
from yidi_mocks.registers import CHOSEN, Filed
from yidi_mocks.world import Filing, Insurance, Person, balance_left
from yidi_sdk import wire
from yidi_sdk.codes import CODE_SETS, CredentialType, InsuranceType
from yidi_sdk.transactions import (
    CheckEntitlement,
    GetPerson,
    QueryDesignatedInstitutions,
    QueryQualifications,
    QueryReferrals,
)

KINDS = {
    CredentialType.E_CREDENTIAL: "e_credential",
    CredentialType.ID_CARD: "id_card",
    CredentialType.SOCIAL_CARD: "social_card",
}
BASIC_FUND: dict[str, str] = {InsuranceType.EMPLOYEE: "310100", InsuranceType.RESIDENT: "390100"}
IN_HOSPITAL = "1"  # inhosp_stas
BY_INSTITUTION, BY_APP = "01", "04"  # dcla_souc
KIND_LABELS = {
    "resettled_retiree": "异地安置退休人员",
    "long_resident": "异地长期居住人员",
    "posted_worker": "常驻异地工作人员",
    "referral": "异地转诊人员",
    "emergency": "异地急诊抢救人员",
    "temporary_other": "其他跨省临时外出就医人员",
}


@answers(GetPerson)
def get_person(hub: Exchange, call: Call) -> bytes:
    """The person behind a credential, with every insurance and what is left on its account."""
    data = call.data
    kind = data["mdtrt_cert_type"]
    if kind == CredentialType.SOCIAL_CARD and not data.get("card_sn"):
        raise Refusal("card_sn_missing")
    person = hub.world.by_credential.get((KINDS[kind], data["mdtrt_cert_no"]))
    if person is None:
        raise Refusal("person_unknown")
    if data.get("psn_name") and _same(data["psn_name"]) != _same(person.name):
        raise Refusal("name_differs")
    if data.get("certno") and data["certno"] != person.id_number:
        raise Refusal("name_differs")
    if not person.insurances:
        raise Refusal("no_insurance")
    version, today = hub.world.version, hub.clock.today()
    made_at, made_on, made = person.shown
    if made_at != version or made_on != today:  # the most frequent question: made once while nothing changes
        rows = [_insurance(person, insurance) for insurance in person.insurances]
        stay = {"exp_content": {"inhosp_stas": IN_HOSPITAL}} if person.in_hospital else {}
        made = wire.dumps({"baseinfo": {**identity(person, today), **stay}, "insuinfo": rows, "idetinfo": []})
        person.shown = (version, today, made)
    return made


@answers(CheckEntitlement)
def check_entitlement(_: Exchange, call: Call) -> dict[str, Any]:
    """Whether the benefit is enjoyed, and the filing in words."""
    person, data = call.who(), call.data
    insurance = insurance_of(person, data["insutype"], call)
    enjoyed = person.benefit == "enjoyed"
    year = data["begntime"][:4]
    row = {
        "psn_no": person.psn_no,
        "trt_chk_type": "1",
        "fund_pay_type": BASIC_FUND.get(insurance.insutype),
        "trt_enjymnt_flag": "1" if enjoyed else "0",
        "begndate": f"{year}-01-01",
        "enddate": f"{year}-12-31",
        "trt_chk_rslt": _standing(person),
    }
    if entitlement.is_local(insurance, call.hospital()):
        return {"trtinfo": [row]}
    return {"trtinfo": [row, {**row, "trt_chk_type": "99", "trt_enjymnt_flag": "1", **_filing_words(call, insurance)}]}


@answers(QueryQualifications)
def query_qualifications(_: Exchange, call: Call) -> dict[str, Any]:
    """Every qualification of the person, whatever its days."""
    return {
        "feedetail": [
            {"opsp_dise_code": q.code, "opsp_dise_name": q.name, "begndate": q.begin, "enddate": q.end}
            for q in call.who().qualifications
        ]
    }


@answers(QueryReferrals)
def query_referrals(hub: Exchange, call: Call) -> dict[str, Any]:
    """The filings whose days touch the period asked, without those that no query shows."""
    begin, end = call.data["begntime"][:10], call.data["endtime"][:10]
    if not call.data.get("psn_no"):
        raise missing(QueryReferrals, "psn_no")
    person = call.who()
    shown = [f for f in person.filings if f.state != "unseen" and f.begin <= end and (f.end is None or begin <= f.end)]
    return {"refmedin": [_filing(person, filing, hub.world.registers.made(person, filing)) for filing in shown]}


@answers(QueryDesignatedInstitutions)
def query_institutions(hub: Exchange, call: Call) -> dict[str, Any]:
    """The institutions that a person chose, and those filed for another purpose, that have not ended."""
    purpose = call.data.get("biz_appy_type") or None
    if not call.data.get("psn_no"):
        raise missing(QueryDesignatedInstitutions, "psn_no")
    person, today = call.who(), hub.clock.today()
    filed = [f for f in hub.world.registers.standing(person, "institution") if f.end is None or today <= f.end]
    by_message = {f.chosen for f in filed}
    chosen = [code for code in person.designated or () if code not in by_message] if purpose in (None, CHOSEN) else []
    rows = [
        _institution(hub, person, code, str(place), person.insurances[0], person.insurances[0].since, None, "")
        for place, code in enumerate(chosen, 1)
    ]
    rows += [
        _institution(
            hub,
            person,
            f.given["fixmedins_code"],
            f.given["fix_srt_no"],
            f.insurance,
            f.begin,
            f.end,
            f.given.get("memo") or "",
        )
        for f in filed
        if purpose in (None, f.purpose)
    ]
    return {"psnfixmedin": rows}


def _standing(person: Person) -> str:
    """Why the benefit is not enjoyed, or what else stands in the way of outpatient care."""
    if person.benefit != "enjoyed":
        return Refusal("benefit_suspended").text
    return Refusal("in_stay").text if person.in_hospital else ""


def identity(person: Person, today: str) -> dict[str, Any]:
    """The person as answers carry it."""
    return {
        "psn_no": person.psn_no,
        "psn_cert_type": "01",
        "certno": person.id_number,
        "psn_name": person.name,
        "gend": person.sex,
        "naty": "01",
        "brdy": person.birthday,
        "age": person.age_on(today),
    }


def insurance_of(person: Person, insutype: str, call: Call) -> Insurance:
    """The insurance meant: kind from the message, division from the envelope. Refuses one that is not held."""
    division = call.envelope.get("insuplc_admdvs")
    for insurance in person.insurances:
        if insurance.insutype == insutype and insurance.division == division:
            return insurance
    raise Refusal("insutype_not_held")


def _insurance(person: Person, insurance: Insurance) -> dict[str, Any]:
    return {
        "balc": balance_left(person, insurance),
        "insutype": insurance.insutype,
        "psn_type": insurance.psn_type,
        "psn_insu_stas": insurance.status,
        "psn_insu_date": insurance.since,
        "paus_insu_date": insurance.paused_from,
        "cvlserv_flag": "1" if insurance.civil_servant else "0",
        "insuplc_admdvs": insurance.division,
        "emp_name": insurance.emp_name,
    }


def _filing_words(call: Call, insurance: Insurance) -> dict[str, Any]:
    person, day = call.who(), call.data["begntime"][:10]
    if any(f.state == "unseen" for f in entitlement.filings_of(person, insurance)):
        return {"trt_chk_rslt": ""}
    found = entitlement.filing_in_force(person, insurance, call.hospital(), day)
    if isinstance(found, Refusal):
        return {"trt_chk_rslt": found.text}
    end = entitlement.last_day(found, insurance.division)
    words = f"异地就医备案有效：{KIND_LABELS[found.kind]}，就医地{found.area}，{found.begin}至{end or '长期'}"
    return {"begndate": found.begin, "enddate": end, "trt_chk_rslt": words}


def _institution(
    hub: Exchange,
    person: Person,
    code: str,
    place: str,
    insurance: Insurance,
    begin: str,
    end: str | None,
    memo: str,
) -> dict[str, Any]:
    known = hub.world.institutions.get(code)
    return {
        "psn_no": person.psn_no,
        "insutype": insurance.insutype,
        "fix_srt_no": place,
        "fixmedins_code": code,
        "fixmedins_name": known.name if known else None,
        "begndate": begin,
        "enddate": end,
        "memo": memo,
    }


def _filing(person: Person, filing: Filing, made: Filed | None) -> dict[str, Any]:
    first = person.insurances[0]
    division = filing.insured_division or first.division
    insured = next((i for i in person.insurances if i.division == division), first)
    said = made.given if made else {}
    return {
        "insutype": made.insurance.insutype if made else insured.insutype,
        "dcla_souc": BY_INSTITUTION if made else BY_APP,
        "psn_no": person.psn_no,
        "psn_cert_type": "01",
        "certno": person.id_number,
        "psn_name": person.name,
        "gend": person.sex,
        "brdy": person.birthday,
        "insu_optins": division,
        "tel": said.get("tel"),
        "addr": said.get("addr"),
        "diag_code": said.get("diag_code"),
        "diag_name": said.get("diag_name"),
        "dise_cond_dscr": said.get("dise_cond_dscr"),
        "reflin_medins_no": said.get("reflin_medins_no"),
        "reflin_medins_name": said.get("reflin_medins_name") or CODE_SETS["admdvs"].label_of(filing.area),
        "out_flag": "1" if filing.area[:2] != division[:2] else "0",
        "refl_date": said.get("refl_date") or filing.begin,
        "refl_rea": said.get("refl_rea") or KIND_LABELS[filing.kind],
        "begndate": filing.begin,
        "enddate": filing.end,
        "hosp_agre_refl_flag": said.get("hosp_agre_refl_flag") or ("1" if filing.kind == "referral" else "0"),
        "opter_id": said.get("opter"),
        "opter_name": said.get("opter_name"),
        "exp_content": {
            "filing_kind": filing.kind,
            "filing_area": filing.area,
            "filing_state": filing.state,
            "cancelled_on": filing.cancelled_on,
            "promise_papers_open": filing.promise_papers_open,
            "filing_number": made.number if made else None,
            "form": filing.form,
        },
    }


def _same(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).replace(" ", "").casefold()
    return "".join("·" if sign in "·•・．.‧" else sign for sign in text)
