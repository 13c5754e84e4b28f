"""The stay itself: admission, change, discharge, the two cancellations, and who lies in hospital.

Filing is not asked at admission: it may arrive before the settlement (规程 14). What the patient's filing was on that
day is kept. A trauma has to say whether a third party is involved (规程 32); such a stay is admitted, and not settled.
"""

from sys import intern
from typing import Any

from yidi_mocks import entitlement
from yidi_mocks.answers.people import identity, insurance_of
from yidi_mocks.answers.visits import (
    demand_credential,
    demand_main_diagnosis,
    demand_new_number,
    keep_diagnoses,
    visit_for,
)
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import same
from yidi_mocks.labels import missing
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import ADMISSION, DISCHARGE, Care, Insurance, Person, Stay, Visit, kept
from yidi_sdk.codes import CredentialType, Flag
from yidi_sdk.transactions import (
    AdmitInpatient,
    CancelAdmission,
    CancelDischarge,
    ChangeAdmission,
    DischargeInpatient,
    QueryOpenStays,
)

ADMITTED = (
    "mdtrt_cert_type",
    "coner_name",
    "tel",
    "medrcdno",
    "atddr_no",
    "chfpdr_name",
    "adm_diag_dscr",
    "adm_dept_codg",
    "adm_dept_name",
    "adm_bed",
    "dscg_maindiag_code",
    "dscg_maindiag_name",
    "main_cond_dscr",
    "dise_codg",
    "dise_name",
    "oprn_oprt_code",
    "oprn_oprt_name",
    "fpsc_no",
    "matn_type",
    "birctrl_type",
    "latechb_flag",
    "geso_val",
    "fetts",
    "fetus_cnt",
    "pret_flag",
    "birctrl_matn_date",
)
READ = ("med_type", "ipt_type", "er_flag", "trum_flag", "rel_ttp_flag", "exp_content")
UNCHANGED = ("ipt_type", "er_flag")  # what a change does not carry
LEFT = ("endtime", "dscg_dept_codg", "dscg_dept_name", "dscg_bed", "dscg_way", "die_date", "cop_flag")
ELSEWHERE = "ELSEWHERE"


@answers(AdmitInpatient)
def admit(hub: Exchange, call: Call) -> dict[str, Any]:
    """A new stay of somebody who is in no hospital."""
    person, data, institution = call.who(), call.data, call.hospital()
    insurance = insurance_of(person, data["insutype"], call)
    entitlement.demand_enrolment(insurance, hub.clock.today())
    _demand_kind(data, insurance, institution.division)
    entitlement.demand_institution(institution, entitlement.service_of(Care.STAY, data["med_type"]))
    _demand_identity(person, data)
    demand_credential(person, data)
    if person.in_hospital:
        raise Refusal("stay_open")
    demand_new_number(person, institution, data["ipt_no"], Care.STAY)
    diagnoses = call.node("diseinfo")
    _demand_diagnoses(person, diagnoses)
    group = entitlement.group_at_admission(person, insurance, institution, data["begntime"][:10])
    visit = Visit(
        mdtrt_id=same(hub.next_id(institution.division)),
        person=person,
        institution=institution,
        insurance=insurance,
        given=kept(data, ADMITTED),
        number=data["ipt_no"],
        begun=intern(data["begntime"]),
        encounters={"": kept(data, READ)},
        care=Care.STAY,
        stay=Stay(call.msgid, hub.clock.today(), group),
    )
    keep_diagnoses(hub, visit, ADMISSION, diagnoses)
    hub.world.add_visit(visit)
    return {"result": {"mdtrt_id": visit.mdtrt_id}}


@answers(ChangeAdmission)
def change(hub: Exchange, call: Call) -> dict[str, Any]:
    """What an open stay says is replaced; another admission day is judged by the filings of now."""
    visit, data = visit_for(hub, call, ChangeAdmission), call.data
    person, institution, insurance = visit.person, visit.institution, visit.insurance
    if data.get("insutype") and data["insutype"] != insurance.insutype:
        raise Refusal("insutype_not_held")
    _demand_kind(data, insurance, institution.division)
    if data.get("mdtrt_cert_no"):
        demand_credential(person, data)
    if data["ipt_otp_no"] != visit.number:
        demand_new_number(person, institution, data["ipt_otp_no"], Care.STAY)
    diagnoses = call.node("diseinfo")
    _demand_diagnoses(person, diagnoses)
    if visit.stay is not None and data["begntime"][:10] != visit.begun[:10]:
        visit.stay.group = entitlement.group_at_admission(person, insurance, institution, data["begntime"][:10])
    visit.given = kept(data, ADMITTED)
    said = visit.encounters[""]
    visit.encounters = {"": {**kept(said, UNCHANGED), **kept(data, READ)}}
    visit.number, visit.begun = data["ipt_otp_no"], intern(data["begntime"])
    keep_diagnoses(hub, visit, ADMISSION, diagnoses)
    return {"result": {"vola_type": None, "vola_dscr": None, "memo": None}}


@answers(DischargeInpatient)
def discharge(hub: Exchange, call: Call) -> None:
    """The person has left."""
    visit, data = visit_for(hub, call, DischargeInpatient), call.data
    if data["insutype"] != visit.insurance.insutype:
        raise Refusal("insutype_not_held")
    if data["endtime"] < visit.begun:
        raise Refusal("discharge_early")
    diagnoses = call.node("diseinfo")
    _demand_diagnoses(visit.person, diagnoses)
    if visit.stay is not None:
        visit.stay.discharge = kept(data, LEFT)
    keep_diagnoses(hub, visit, DISCHARGE, diagnoses)


@answers(CancelDischarge)
def cancel_discharge(hub: Exchange, call: Call) -> None:
    """The stay is open again, unless the person lies somewhere else by now."""
    visit = visit_for(hub, call, CancelDischarge)
    if visit.person.in_hospital:
        raise Refusal("stay_open")
    if visit.stay is not None:
        visit.stay.discharge = None
    visit.diagnoses = tuple(row for row in visit.diagnoses if row["of"] != DISCHARGE)


@answers(CancelAdmission)
def cancel(hub: Exchange, call: Call) -> None:
    """The stay is no more."""
    visit_for(hub, call, CancelAdmission).cancelled = True


@answers(QueryOpenStays)
def query_open_stays(hub: Exchange, call: Call) -> dict[str, Any]:
    """Who lies in hospital: of one person at any hospital, without a number everybody at the one that asks.

    A stay that the hub was only told of (`in_stay` of the control door) has a row too, under a number of its own.
    """
    end, today = call.data["endtime"], hub.clock.today()
    if not call.data.get("psn_no"):
        stays = [v for v in hub.world.admissions.values() if v.institution is call.hospital()]
        return {"data": [_open(visit, today) for visit in stays if _is_open(visit, end)]}
    person = call.who()
    rows = [_open(visit, today) for visit in person.stays if _is_open(visit, end)]
    if person.in_stay and person.insurances:
        rows.append(_open_elsewhere(person, call.data["begntime"][:10], today))
    return {"data": rows}


def _demand_kind(data: dict[str, Any], insurance: Insurance, division: str) -> None:
    """A category of stays, and flags that do not contradict each other."""
    if data["med_type"] not in entitlement.STAY_KINDS:
        raise Refusal("med_type_not_inpatient", value=data["med_type"])
    trauma, third = data.get("trum_flag") or None, data.get("rel_ttp_flag") or None
    if third == Flag.YES and trauma != Flag.YES:
        raise Refusal("flags_contradict")
    if trauma == Flag.YES and third is None and insurance.division[:2] != division[:2]:
        raise Refusal("third_party_unanswered")


def _demand_identity(person: Person, data: dict[str, Any]) -> None:
    """What out-of-area admissions say of the person once more, held against what is known."""
    if data["mdtrt_cert_type"] == CredentialType.SOCIAL_CARD and not data.get("card_sn"):
        raise missing(AdmitInpatient, "card_sn")
    if data.get("certno") and data["certno"] != person.id_number:
        raise Refusal("name_differs")


def _demand_diagnoses(person: Person, diagnoses: list[dict[str, Any]]) -> None:
    demand_main_diagnosis(diagnoses)
    if any(row["psn_no"] != person.psn_no for row in diagnoses):
        raise Refusal("line_other_visit")


def _is_open(visit: Visit, end: str) -> bool:
    return visit.stay is not None and visit.stay.open and not visit.cancelled and visit.begun <= end


def _open(visit: Visit, today: str) -> dict[str, Any]:
    local = entitlement.is_local(visit.insurance, visit.institution)
    return {
        "mdtrt_id": visit.mdtrt_id,
        **_who(visit.person, today),
        "insutype": visit.insurance.insutype,
        "begndate": visit.begun[:10],
        "med_type": visit.encounters[""]["med_type"],
        "ipt_otp_no": visit.number,
        "out_flag": Flag.NO if local else Flag.YES,
    }


def _open_elsewhere(person: Person, begin: str, today: str) -> dict[str, Any]:
    return {
        "mdtrt_id": f"{ELSEWHERE}{person.number}",
        **_who(person, today),
        "insutype": person.insurances[0].insutype,
        "begndate": begin,
        "med_type": "21",
        "ipt_otp_no": None,
        "out_flag": Flag.YES,
    }


def _who(person: Person, today: str) -> dict[str, Any]:
    return {name: value for name, value in identity(person, today).items() if name != "naty"}
