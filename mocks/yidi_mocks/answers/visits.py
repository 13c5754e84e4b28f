"""Registration, its cancellation, and the upload of encounter and diagnoses. Both visit shapes are taken:
one registration per basket, or one per visit with an encounter upload and a charge batch for each disease."""

from collections.abc import Iterable
from sys import intern
from typing import Any

from yidi_mocks import entitlement
from yidi_mocks.answers.people import KINDS, insurance_of
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import same
from yidi_mocks.refusals import Refusal
from yidi_mocks.visit_rules import CARE, Forbidden, Message, may, state_of
from yidi_mocks.world import Care, Institution, Person, Visit, kept
from yidi_sdk.codes import Flag
from yidi_sdk.transactions import (
    CancelOutpatientRegistration,
    RegisterOutpatient,
    UploadOutpatientEncounter,
    UploadOutpatientEncounterFirst,
)

REGISTERED = ("mdtrt_cert_type", "atddr_no", "dr_name", "dept_code", "dept_name")
CARE_LABELS = {Care.OUTPATIENT: "门诊", Care.STAY: "住院", Care.SALE: "药店购药", Care.COMBINED: "门诊一体化"}
DIAGNOSIS = (
    "diag_type",
    "maindiag_flag",
    "diag_srt_no",
    "diag_code",
    "diag_name",
    "adm_cond",
    "diag_dept",
    "dise_dor_no",
    "dise_dor_name",
    "diag_time",
)
READ = ("med_type", "dise_codg", "otp_er_refl_flag", "trum_flag", "rel_ttp_flag", "exp_content")


@answers(RegisterOutpatient)
def register(hub: Exchange, call: Call) -> dict[str, Any]:
    """A new visit. Filing is not asked here: it may arrive before the settlement."""
    person, data, institution = call.who(), call.data, call.hospital()
    insurance = insurance_of(person, data["insutype"], call)
    entitlement.demand_enrolment(insurance, hub.clock.today())
    entitlement.demand_open(institution)
    if person.in_hospital:
        raise Refusal("in_stay")
    demand_credential(person, data)
    demand_new_number(person, institution, data["ipt_otp_no"], Care.OUTPATIENT)
    visit = Visit(
        mdtrt_id=same(hub.next_id(institution.division)),
        person=person,
        institution=institution,
        insurance=insurance,
        given=hub.world.shared.row(kept(data, REGISTERED)),
        number=data["ipt_otp_no"],
        begun=intern(data["begntime"]),
    )
    hub.world.add_visit(visit)
    return {
        "data": {
            "mdtrt_id": visit.mdtrt_id,
            "psn_no": person.psn_no,
            "ipt_otp_no": data["ipt_otp_no"],
            "exp_content": None,
        }
    }


@answers(CancelOutpatientRegistration)
def cancel(hub: Exchange, call: Call) -> None:
    """The visit is no more; fees and settlements must be undone before."""
    visit = visit_for(hub, call, CancelOutpatientRegistration)
    if visit.number != call.data["ipt_otp_no"]:
        raise Refusal("ipt_otp_no_differs")
    visit.cancelled = True


@answers(UploadOutpatientEncounter)
def upload_encounter(hub: Exchange, call: Call) -> None:
    """Category, disease, flags and diagnoses of one basket; sent again for the same disease it replaces."""
    _keep_encounter(hub, call, UploadOutpatientEncounter)


@answers(UploadOutpatientEncounterFirst)
def upload_encounter_first(hub: Exchange, call: Call) -> None:
    """The first variant of the same."""
    _keep_encounter(hub, call, UploadOutpatientEncounterFirst)


def _keep_encounter(hub: Exchange, call: Call, message: Message) -> None:
    visit, encounter = visit_for(hub, call, message), call.data
    diagnoses = call.node("diseinfo")
    if message is UploadOutpatientEncounter:
        demand_main_diagnosis(diagnoses)
    med_type, disease = encounter["med_type"], encounter.get("dise_codg") or ""
    if med_type not in entitlement.OUTPATIENT_KINDS:
        raise Refusal("med_type_inpatient", value=med_type)
    entitlement.demand_known_disease(med_type, disease)
    visit.encounters = hub.world.shared.row({**visit.encounters, disease: kept(encounter, READ)})
    keep_diagnoses(hub, visit, disease, diagnoses)


def demand_main_diagnosis(diagnoses: Iterable[dict[str, Any]]) -> None:
    """Refuse anything but one main diagnosis."""
    if sum(row.get("maindiag_flag") == Flag.YES for row in diagnoses) != 1:
        raise Refusal("diagnosis_main")


def keep_diagnoses(hub: Exchange, visit: Visit, of: str, diagnoses: Iterable[dict[str, Any]]) -> None:
    """The diagnoses of one encounter, or of admission or discharge, replace those before."""
    others = tuple(row for row in visit.diagnoses if row["of"] != of)
    made = tuple(hub.world.shared.row({"of": of, **kept(row, DIAGNOSIS)}) for row in diagnoses)
    visit.diagnoses = (*others, *made)


def demand_new_number(person: Person, institution: Institution, number: str, care: Care) -> None:
    """Refuse a hospital's number that another standing visit of this care has."""
    for visit in person.visits:
        if visit.number == number and visit.institution is institution and visit.care is care and not visit.cancelled:
            raise Refusal("ipt_no_used" if care is Care.STAY else "ipt_otp_no_used")


def visit_for(hub: Exchange, call: Call, message: Message) -> Visit:
    """The visit named, if it is this person's, at this hospital, and the table lets the message come now."""
    visit = hub.world.visits.get(call.data["mdtrt_id"])
    if visit is None or visit.institution is not call.hospital():
        raise Refusal("visit_unknown")
    if visit.person is not call.who():
        raise Refusal("visit_of_another")
    if visit.care is not CARE[message]:
        raise Refusal("visit_other_care", care=CARE_LABELS[visit.care])
    verdict = may(state_of(visit), message)
    if isinstance(verdict, Forbidden):
        raise Refusal(verdict.cause)
    return visit


def demand_credential(person: Person, data: dict[str, Any]) -> None:
    """Refuse a credential that is not the person's."""
    shown = (KINDS[data["mdtrt_cert_type"]], data["mdtrt_cert_no"])
    if all((c.kind, c.value) != shown for c in person.credentials):
        raise Refusal("credential_differs")
